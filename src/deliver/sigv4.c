#include "deliver/sigv4.h"

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hmac.h"
#include "crypto/token.h"

enum { SHA256_SIZE = 32, STAMP_SIZE = 17, SCOPE_MAX = 256, TEXT_MAX = 64 * 1024 };

struct signing {
    const struct sigv4 *s;
    struct sigv4_header headers[SIGV4_HEADERS_MAX + 2]; /* with date and token, sorted */
    size_t n;
    char stamp[STAMP_SIZE]; /* "20150830T123600Z" */
    struct buf scope;       /* "20150830/us-east-1/iam/aws4_request" */
    struct buf names;       /* "host;x-amz-date" */
};

/* The time without its separators. */
static void
write_stamp(int64_t now, char out[STAMP_SIZE])
{
    char text[CLOCK_TEXT_SIZE];
    clock_format(now - now % 1000, text);
    size_t n = 0;
    for (const char *p = text; *p && *p != '.'; p++)
        if (*p != '-' && *p != ':')
            out[n++] = *p;
    out[n++] = 'Z';
    out[n] = '\0';
}

static void
insert_sorted(struct signing *g, const char *name, struct str value)
{
    size_t i = g->n++;
    for (; i > 0 && strcmp(g->headers[i - 1].name, name) > 0; i--)
        g->headers[i] = g->headers[i - 1];
    g->headers[i] = (struct sigv4_header){name, value};
}

static void
collect(struct signing *g)
{
    const struct sigv4 *s = g->s;
    for (size_t i = 0; i < s->n_headers && i < SIGV4_HEADERS_MAX; i++)
        insert_sorted(g, s->headers[i].name, s->headers[i].value);
    insert_sorted(g, "x-amz-date", str_of(g->stamp));
    if (str_given(s->token))
        insert_sorted(g, "x-amz-security-token", s->token);
    for (size_t i = 0; i < g->n; i++)
        buf_printf(&g->names, "%s%s", i ? ";" : "", g->headers[i].name);
    buf_printf(&g->scope, "%.8s/%.*s/%.*s/aws4_request", g->stamp, STR_ARG(s->region),
               STR_ARG(s->service));
}

static void
add_hash(struct buf *out, struct str text)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    token_hash(text, hash);
    buf_add_hex(out, hash, sizeof hash);
}

/* Values are trimmed, and runs of blanks in them count as one. */
static void
add_value(struct buf *out, struct str value)
{
    value = str_trim(value);
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] != ' ' || value.p[i - 1] != ' ')
            buf_add_char(out, value.p[i]);
}

static void
write_text_to_sign(const struct signing *g, struct buf *out)
{
    struct buf request;
    buf_init(&request, TEXT_MAX);
    buf_printf(&request, "%s\n%s\n\n", g->s->method, g->s->path);
    for (size_t i = 0; i < g->n; i++) {
        buf_printf(&request, "%s:", g->headers[i].name);
        add_value(&request, g->headers[i].value);
        buf_add_char(&request, '\n');
    }
    buf_add_char(&request, '\n');
    buf_add_str(&request, buf_str(&g->names));
    buf_add_char(&request, '\n');
    add_hash(&request, g->s->body);
    buf_printf(out, "AWS4-HMAC-SHA256\n%s\n", g->stamp);
    buf_add_str(out, buf_str(&g->scope));
    buf_add_char(out, '\n');
    add_hash(out, buf_str(&request));
    out->failed = out->failed || request.failed;
    buf_fini(&request);
}

/* key = HMAC(key, text) */
static enum err_code
chain(unsigned char key[HMAC_SIZE_MAX], struct str text, struct err *err)
{
    unsigned n;
    unsigned char next[HMAC_SIZE_MAX];
    enum err_code rc = hmac_compute(HMAC_SHA256, (struct str){(const char *)key, SHA256_SIZE}, text,
                                    next, &n, err);
    if (rc == ERR_OK)
        memcpy(key, next, SHA256_SIZE);
    secret_wipe(next, sizeof next);
    return rc;
}

static enum err_code
compute(const struct signing *g, struct str text, unsigned char out[HMAC_SIZE_MAX], struct err *err)
{
    struct buf key;
    unsigned n;
    buf_init(&key, TEXT_MAX);
    buf_add_text(&key, "AWS4");
    buf_add_str(&key, g->s->secret);
    enum err_code rc =
        hmac_compute(HMAC_SHA256, buf_str(&key), (struct str){g->stamp, 8}, out, &n, err);
    secret_buf_fini(&key);
    if (rc == ERR_OK)
        rc = chain(out, g->s->region, err);
    if (rc == ERR_OK)
        rc = chain(out, g->s->service, err);
    if (rc == ERR_OK)
        rc = chain(out, STR("aws4_request"), err);
    return rc == ERR_OK ? chain(out, text, err) : rc;
}

static void
write_headers(const struct signing *g, const unsigned char *signature, struct buf *out)
{
    buf_printf(out, "X-Amz-Date: %s", g->stamp);
    buf_add_char(out, '\0');
    if (str_given(g->s->token)) {
        buf_printf(out, "X-Amz-Security-Token: %.*s", STR_ARG(g->s->token));
        buf_add_char(out, '\0');
    }
    buf_printf(out, "Authorization: AWS4-HMAC-SHA256 Credential=%.*s/", STR_ARG(g->s->key_id));
    buf_add_str(out, buf_str(&g->scope));
    buf_add_text(out, ", SignedHeaders=");
    buf_add_str(out, buf_str(&g->names));
    buf_add_text(out, ", Signature=");
    buf_add_hex(out, signature, SHA256_SIZE);
    buf_add_char(out, '\0');
}

enum err_code
sigv4_sign(const struct sigv4 *s, struct buf *headers, struct err *err)
{
    struct signing g = {.s = s};
    unsigned char signature[HMAC_SIZE_MAX];
    struct buf text;
    buf_init(&g.scope, SCOPE_MAX);
    buf_init(&g.names, SCOPE_MAX);
    buf_init(&text, TEXT_MAX);
    write_stamp(s->now, g.stamp);
    collect(&g);
    write_text_to_sign(&g, &text);
    enum err_code rc = text.failed || g.scope.failed || g.names.failed
                           ? err_set(err, ERR_LIMIT, "the request is too large to sign")
                           : compute(&g, buf_str(&text), signature, err);
    if (rc == ERR_OK)
        write_headers(&g, signature, headers);
    secret_wipe(signature, sizeof signature);
    buf_fini(&text);
    buf_fini(&g.names);
    buf_fini(&g.scope);
    return rc;
}
