#include "api/encode.h"

enum { TARGET_MAX = 64 * 1024, BODY_MAX = 16 * 1024 * 1024 };

static void
write_scalar(struct buf *out, const struct json *v)
{
    struct str text = json_str(v);
    if (str_given(text)) {
        buf_add_urlencoded(out, text);
        return;
    }
    struct buf plain;
    buf_init(&plain, TARGET_MAX);
    json_write(v, &plain);
    buf_add_urlencoded(out, buf_str(&plain));
    out->failed |= plain.failed;
    buf_fini(&plain);
}

/* The path with its values in place. */
static enum err_code
write_path(const struct values *v, struct buf *out, struct err *err)
{
    struct str rest = str_of(v->op->path + 1);
    struct str part;
    while (str_next(&rest, '/', &part)) {
        buf_add_char(out, '/');
        if (part.n < 2 || part.p[0] != '{') {
            buf_add_str(out, part);
            continue;
        }
        struct str name = str_sub(part, 1, part.n - 1);
        struct str value = json_str(json_get_str(v->path, name));
        if (value.n == 0)
            return err_set(err, ERR_USAGE, "%s: %.*s is missing", v->op->name, STR_ARG(name));
        if (str_eq(value, STR(".")) || str_eq(value, STR("..")))
            return err_set(err, ERR_USAGE, "%s: %.*s cannot be \"%.*s\"", v->op->name,
                           STR_ARG(name), STR_ARG(value));
        buf_add_urlencoded(out, value);
    }
    return ERR_OK;
}

static void
write_name(struct buf *out, const char *name, bool *first)
{
    buf_add_char(out, *first ? '?' : '&');
    *first = false;
    buf_add_urlencoded(out, str_of(name));
    buf_add_char(out, '=');
}

static void
write_list(struct buf *out, const struct field *f, const struct json *list, bool *first)
{
    bool comma = (f->flags & FIELD_COMMA) != 0;
    bool started = false;
    for (const struct json *e = json_first(list); e; e = json_next(e)) {
        if (!started || !comma)
            write_name(out, f->name, first);
        else
            buf_add_char(out, ',');
        write_scalar(out, e);
        started = true;
    }
}

static void
write_query(const struct values *v, struct buf *out)
{
    bool first = true;
    for (const struct field *f = v->op->query; f && f->name; f++) {
        const struct json *value = json_get(v->query, f->name);
        if (json_is_null(value))
            continue;
        if (json_type(value) == JSON_ARRAY) {
            write_list(out, f, value, &first);
        } else {
            write_name(out, f->name, &first);
            write_scalar(out, value);
        }
    }
}

static enum err_code
make_target(const struct values *v, struct arena *a, struct encode_request *out, struct err *err)
{
    struct buf target;
    buf_init(&target, TARGET_MAX);
    enum err_code code = write_path(v, &target, err);
    if (code == ERR_OK) {
        write_query(v, &target);
        if (target.failed)
            code = err_set(err, ERR_LIMIT, "%s: path and query are too long", v->op->name);
        else
            out->target = arena_str(a, buf_str(&target));
    }
    buf_fini(&target);
    return code;
}

static enum err_code
make_body(const struct values *v, struct arena *a, struct encode_request *out, struct err *err)
{
    if (!v->op->body || v->op->method == METHOD_GET)
        return ERR_OK;
    if (!v->body) {
        out->body = v->op->flags & OPF_BODY_ARRAY ? STR("[]") : STR("{}");
        return ERR_OK;
    }
    struct buf body;
    buf_init(&body, BODY_MAX);
    json_write(v->body, &body);
    enum err_code code = ERR_OK;
    if (body.failed)
        code = err_set(err, ERR_LIMIT, "%s: the body is too large", v->op->name);
    else
        out->body = arena_str(a, buf_str(&body));
    buf_fini(&body);
    return code;
}

static void
add_header(struct encode_request *out, const char *name, struct str value)
{
    if (value.n > 0)
        out->headers[out->n_headers++] = (struct encode_header){name, value};
}

/* Says what is missing when an environment token calls. */
static enum err_code
need_scope(const struct op *op, const struct encode_scope *scope, struct err *err)
{
    if (scope->own_token)
        return ERR_OK;
    if ((op->ctx & CTX_NEED_TENANT) && scope->tenant_id.n == 0)
        return err_set(err, ERR_USAGE, "%s needs a tenant: choose one first", op->name);
    if ((op->ctx & CTX_NEED_USER) && scope->user_id.n == 0)
        return err_set(err, ERR_USAGE, "%s needs a user: say whose", op->name);
    return ERR_OK;
}

static void
add_scope(const struct op *op, const struct encode_scope *scope, struct encode_request *out)
{
    if ((op->ctx & CTX_TENANT) && !scope->own_token)
        add_header(out, "frontegg-tenant-id", scope->tenant_id);
    if ((op->ctx & CTX_USER) && !scope->own_token)
        add_header(out, "frontegg-user-id", scope->user_id);
    if (op->ctx & CTX_APP)
        add_header(out, "frontegg-application-id", scope->app_id);
    if (op->ctx & CTX_HOST)
        add_header(out, "frontegg-vendor-host", scope->vendor_host);
}

enum err_code
encode_request(const struct values *v, const struct encode_scope *scope, struct arena *a,
               struct encode_request *out, struct err *err)
{
    *out = (struct encode_request){.method = v->op->method};
    enum err_code code = need_scope(v->op, scope, err);
    if (code != ERR_OK)
        return code;
    add_scope(v->op, scope, out);
    code = make_target(v, a, out, err);
    if (code == ERR_OK)
        code = make_body(v, a, out, err);
    return code;
}
