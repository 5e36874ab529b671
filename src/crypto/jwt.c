#include "crypto/jwt.h"

#include "crypto/jwt_key.h"

#include <stdio.h>

/* The header is always of this form, so it needs no JSON writer. */
enum err_code
jwt_sign(const struct jwt_key *k, struct str claims, struct buf *out, struct err *err)
{
    size_t start = out->n;
    char header[160];
    int header_n =
        snprintf(header, sizeof header, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                 jwt_alg_name(k->alg), k->id);
    buf_add_base64url(out, header, (size_t)header_n);
    buf_add_char(out, '.');
    buf_add_base64url(out, claims.p, claims.n);
    unsigned char signature[JWT_SIGNATURE_MAX];
    size_t n = 0;
    struct str input = str_sub(buf_str(out), start, out->n);
    if (out->failed || !jwt_key_sign(k, input, signature, &n))
        return err_set(err, ERR_INTERNAL, "cannot sign the token");
    buf_add_char(out, '.');
    buf_add_base64url(out, signature, n);
    if (out->failed || out->n - start > JWT_SIZE_MAX)
        return err_set_ref(err, ERR_LIMIT, "ER-05001", "JWT token size exceeded");
    return ERR_OK;
}

const char *
jwt_fault_text(enum jwt_fault fault)
{
    switch (fault) {
    case JWT_OK:
        return "valid";
    case JWT_TOO_LARGE:
        return "token too large";
    case JWT_MALFORMED:
        return "token malformed";
    case JWT_HEADER:
        return "token header not allowed";
    case JWT_ALGORITHM:
        return "token algorithm not allowed";
    case JWT_NO_KEY:
        return "token signed with an unknown key";
    case JWT_SIGNATURE:
        return "token signature wrong";
    case JWT_TIMES:
        return "token times missing or wrong";
    case JWT_EXPIRED:
        return "token expired";
    case JWT_NOT_YET:
        return "token not valid yet";
    }
    return "token refused";
}

/* The three parts; exactly two dots. */
struct parts {
    struct str header, claims, signature, signed_input;
};

static bool
split(struct str token, struct parts *p)
{
    struct str rest = token, more;
    if (!str_next(&rest, '.', &p->header) || !str_next(&rest, '.', &p->claims) ||
        !str_next(&rest, '.', &p->signature) || str_next(&rest, '.', &more))
        return false;
    p->signed_input = str_sub(token, 0, p->header.n + 1 + p->claims.n);
    return p->header.n > 0 && p->claims.n > 0;
}

static struct json *
decode_object(struct str part)
{
    struct buf text;
    buf_init(&text, JWT_SIZE_MAX);
    struct json *j = NULL;
    if (buf_add_unbase64url(&text, part))
        j = json_parse(buf_str(&text), JWT_SIZE_MAX, NULL);
    buf_fini(&text);
    if (j && json_type(j) != JSON_OBJECT) {
        json_free(j);
        j = NULL;
    }
    return j;
}

static enum jwt_fault
check_header(const struct json *header, struct str *kid, struct str *alg)
{
    static const char *const refused[] = {"jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (json_get(header, refused[i]))
            return JWT_HEADER;
    const struct json *typ = json_get(header, "typ"), *id = json_get(header, "kid");
    if (typ && !str_eq_nocase(json_str(typ), STR("JWT")))
        return JWT_HEADER;
    if (id && !str_given(json_str(id)))
        return JWT_HEADER;
    *kid = json_str(id);
    *alg = json_str(json_get(header, "alg"));
    return str_given(*alg) ? JWT_OK : JWT_ALGORITHM;
}

/* Without kid only a lone key is unambiguous. */
static const struct jwt_key *
find_key(const struct jwt_key *const *keys, size_t n, struct str kid)
{
    if (!str_given(kid))
        return n == 1 ? keys[0] : NULL;
    for (size_t i = 0; i < n; i++)
        if (str_eq(jwt_key_id(keys[i]), kid))
            return keys[i];
    return NULL;
}

static enum jwt_fault
check_signature(const struct jwt_key *const *keys, size_t n, const struct parts *p)
{
    struct json *header = decode_object(p->header);
    if (!header)
        return JWT_MALFORMED;
    struct str kid, alg;
    enum jwt_fault fault = check_header(header, &kid, &alg);
    const struct jwt_key *key = fault ? NULL : find_key(keys, n, kid);
    if (!fault && !key)
        fault = JWT_NO_KEY;
    if (!fault && !str_eq(alg, str_of(jwt_alg_name(key->alg))))
        fault = JWT_ALGORITHM;
    json_free(header);
    if (fault)
        return fault;
    struct buf raw;
    buf_init(&raw, JWT_SIGNATURE_MAX);
    if (!buf_add_unbase64url(&raw, p->signature))
        fault = JWT_MALFORMED;
    else if (!jwt_key_verify(key, p->signed_input, buf_str(&raw)))
        fault = JWT_SIGNATURE;
    buf_fini(&raw);
    return fault;
}

/* A NumericDate: an integer, not negative, far from any overflow. */
static bool
read_time(const struct json *claims, const char *name, int64_t *out)
{
    return json_to_i64(json_get(claims, name), out) && *out >= 0 && *out < INT64_C(1) << 40;
}

static enum jwt_fault
check_times(const struct json *claims, const struct jwt_rules *rules)
{
    int64_t now = rules->now_ms / 1000, exp = 0, iat = 0, nbf = 0;
    bool lasting = rules->lasting && !json_get(claims, "exp");
    if (!lasting && !read_time(claims, "exp", &exp))
        return JWT_TIMES;
    if (!read_time(claims, "iat", &iat))
        return JWT_TIMES;
    if (json_get(claims, "nbf") && !read_time(claims, "nbf", &nbf))
        return JWT_TIMES;
    if (!lasting && now >= exp)
        return JWT_EXPIRED;
    return iat > now + JWT_IAT_SLACK_S || nbf > now ? JWT_NOT_YET : JWT_OK;
}

enum jwt_fault
jwt_verify(const struct jwt_key *const *keys, size_t n, struct str token,
           const struct jwt_rules *rules, struct json **claims)
{
    *claims = NULL;
    struct parts p;
    if (token.n > JWT_SIZE_MAX)
        return JWT_TOO_LARGE;
    if (!split(token, &p))
        return JWT_MALFORMED;
    enum jwt_fault fault = check_signature(keys, n, &p);
    if (fault)
        return fault;
    struct json *payload = decode_object(p.claims);
    if (!payload)
        return JWT_MALFORMED;
    fault = check_times(payload, rules);
    if (fault)
        json_free(payload);
    else
        *claims = payload;
    return fault;
}
