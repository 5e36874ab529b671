#include "server/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/jwt.h"
#include "crypto/password.h"
#include "server/call_priv.h"
#include "server/state.h"

#include <stdarg.h>
#include <stdio.h>

enum { PAGE_LIMIT_MAX = 200, PAGE_NUMBER_MAX = 1 << 30 };

/* -- begin and end -- */

void
call_open(struct call *c, struct server *s, const struct op *op, struct arena *a, size_t reply_max)
{
    *c = (struct call){.server = s,
                       .op = op,
                       .arena = a,
                       .now = clock_now_ms(),
                       .status = op->status,
                       .priv = ARENA_NEW(a, struct call_private)};
    c->received = c->now;
    buf_init(&c->reply, reply_max);
    buf_init(&c->reply_headers, 8 * 1024);
    jw_init(&c->out, &c->reply);
}

void
call_close(struct call *c)
{
    auth_release(c->priv->verdict);
    json_free(c->body);
    buf_fini(&c->reply);
    buf_fini(&c->reply_headers);
}

/* -- what came -- */

struct str
call_param(const struct call *c, const char *name)
{
    return query_get(&c->priv->params, str_of(name));
}

struct str
call_query(const struct call *c, const char *name)
{
    return query_get(&c->priv->query, str_of(name));
}

bool
call_query_bool(const struct call *c, const char *name, bool preset)
{
    bool v;
    return str_to_bool(call_query(c, name), &v) ? v : preset;
}

int64_t
call_query_int(const struct call *c, const char *name, int64_t preset)
{
    int64_t v;
    return str_to_i64(call_query(c, name), &v) ? v : preset;
}

size_t
call_query_list(const struct call *c, const char *name, struct str *out, size_t max)
{
    const struct pairs *q = &c->priv->query;
    struct str base = query_base_name(str_of(name));
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        if (!str_eq(query_base_name(q->items[i].name), base))
            continue;
        struct str rest = q->items[i].value, part;
        while (n < max && str_next(&rest, ',', &part))
            if (str_trim(part).n > 0)
                out[n++] = str_trim(part);
    }
    return n;
}

struct str
call_header(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->n_headers; i++)
        if (str_eq_nocase(c->headers[i].name, str_of(name)))
            return c->headers[i].value;
    return STR_ABSENT;
}

const struct json *
call_json(const struct call *c, const char *name)
{
    const struct json *j = json_get(c->body, name);
    return json_is_null(j) ? NULL : j;
}

bool
call_has(const struct call *c, const char *name)
{
    return call_json(c, name) != NULL;
}

struct str
call_str(const struct call *c, const char *name)
{
    return json_str(call_json(c, name));
}

bool
call_bool(const struct call *c, const char *name, bool preset)
{
    bool v;
    return json_to_bool(call_json(c, name), &v) ? v : preset;
}

int64_t
call_int(const struct call *c, const char *name, int64_t preset)
{
    int64_t v;
    return json_to_i64(call_json(c, name), &v) ? v : preset;
}

size_t
call_list(const struct call *c, const char *name, struct str *out, size_t max)
{
    size_t n = 0;
    const struct json *list = call_json(c, name);
    if (json_type(list) != JSON_ARRAY)
        return 0;
    for (const struct json *it = json_first(list); it && n < max; it = json_next(it))
        if (str_given(json_str(it)))
            out[n++] = json_str(it);
    return n;
}

/* -- transaction and scope -- */

/* A part of the transaction that the batch shares. */
static enum err_code
begin_part(struct call *c, struct call_batch *b, struct err *err)
{
    enum err_code rc = ERR_OK;
    if (!b->tx) {
        rc = db_begin(store_db(c->server->store), DB_WRITE, &b->tx, err);
        b->began = clock_mono_ms();
    }
    if (rc)
        return rc;
    b->mark = b->bold ? db_touched(b->tx) : -1;
    if (b->mark < 0)
        rc = db_savepoint(b->tx, err);
    if (!rc)
        c->priv->tx = b->tx;
    return rc;
}

static void
undo_part(struct call_batch *b)
{
    if (b->mark < 0)
        db_undo(b->tx);
    else
        b->spoiled |= b->mark != db_touched(b->tx);
}

struct db_conn *
call_tx(struct call *c, struct err *err)
{
    struct call_private *p = c->priv;
    if (p->tx)
        return p->tx;
    enum db_mode mode = c->op->flags & OPF_SAFE ? DB_READ : DB_WRITE;
    enum err_code rc = p->batch ? begin_part(c, p->batch, err)
                                : db_begin(store_db(c->server->store), mode, &p->tx, err);
    if (rc)
        p->tx = NULL;
    p->began = p->tx != NULL;
    return p->tx;
}

enum err_code
call_let_go(struct call *c, struct err *err)
{
    struct call_batch *b = c->priv->batch;
    return b && b->tx && !c->priv->tx ? b->settle(b->arg, err) : ERR_OK;
}

const struct scope *
call_scope(struct call *c, struct err *err)
{
    struct call_private *p = c->priv;
    if (p->scoped)
        return &p->scope;
    struct db_conn *tx = call_tx(c, err);
    if (!tx || scope_open(&p->scope, tx, c->arena, c->vendor_id, c->tenant_id, err) != ERR_OK)
        return NULL;
    p->scope.now = c->now;
    p->scoped = true;
    return &p->scope;
}

const struct scope *
call_environment(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct scope *environment = ARENA_NEW(c->arena, struct scope);
    return s && scope_tenant(s, STR_ABSENT, environment, err) == ERR_OK ? environment : NULL;
}

enum err_code
call_commit(struct call *c, struct err *err)
{
    struct db_conn *tx = c->priv->tx;
    c->priv->tx = NULL;
    c->priv->scoped = false;
    if (!tx)
        return ERR_OK;
    if (!c->priv->batch)
        return db_commit(tx, err);
    return c->priv->batch->mark < 0 ? db_release(tx, err) : ERR_OK;
}

void
call_rollback(struct call *c)
{
    if (c->priv->batch && c->priv->tx)
        undo_part(c->priv->batch);
    else
        db_rollback(c->priv->tx);
    c->priv->tx = NULL;
    c->priv->scoped = false;
}

void
call_rewind(struct call *c)
{
    buf_reset(&c->reply);
    buf_reset(&c->reply_headers);
    jw_init(&c->out, &c->reply);
    c->status = c->op->status;
    c->priv->n_errors = 0;
    c->priv->audit = (struct audit){.seq = 0};
    c->priv->audited = false;
    c->priv->began = false;
    c->priv->forget = false;
    c->priv->keep = false;
}

/* -- refusals and audit -- */

enum err_code
call_refuse(struct call *c, struct err *err, enum err_code code, const char *ref, const char *fmt,
            ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str text = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    if (c->priv->n_errors < CALL_ERRORS_MAX)
        c->priv->errors[c->priv->n_errors++] = text;
    return err_set_ref(err, code, ref ? ref : "", "%.*s", STR_ARG(text));
}

void
call_forgive(struct call *c)
{
    c->priv->n_errors = 0;
}

void
call_audit(struct call *c, const char *resource, struct str resource_id, const char *severity,
           const char *fmt, ...)
{
    struct audit *a = &c->priv->audit;
    a->resource = arena_text(c->arena, resource);
    a->resource_id = arena_str(c->arena, resource_id);
    a->severity = arena_text(c->arena, severity);
    va_list ap;
    va_start(ap, fmt);
    a->description = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
}

void
call_audit_actor(struct call *c, struct str user_id, struct str tenant_id)
{
    c->priv->audit.user_id = arena_str(c->arena, user_id);
    c->priv->audit.tenant_id = arena_str(c->arena, tenant_id);
}

void
call_audited(struct call *c)
{
    c->priv->audited = true;
}

void
call_keep(struct call *c)
{
    c->priv->keep = true;
}

/* -- paging -- */

static int64_t
clamp(int64_t v, int64_t least, int64_t most)
{
    return v < least ? least : v > most ? most : v;
}

void
call_page(const struct call *c, int64_t limit_preset, struct page *out)
{
    const struct field *limit = field_find(c->op->query, STR("_limit"));
    int64_t most = limit && limit->flags & FIELD_HAS_MAX ? limit->max : PAGE_LIMIT_MAX;
    int64_t least = 1;
    if (limit_preset == 0) {
        least = 0;
        most = PAGE_NUMBER_MAX;
    }
    *out = (struct page){
        .number = clamp(call_query_int(c, "_offset", 0), 0, PAGE_NUMBER_MAX),
        .limit = clamp(call_query_int(c, "_limit", limit_preset), least, most),
        .sort_by = call_query(c, "_sortBy"),
        .descending = str_eq_nocase(call_query(c, "_order"), STR("DESC")),
        .filter = call_query(c, "_filter"),
    };
}

void
call_page_open(struct call *c)
{
    jw_open(&c->out, '{');
    jw_key(&c->out, "items");
    jw_open(&c->out, '[');
}

/* The path as it was called, with the page replaced and every other parameter kept. */
struct store_page
page_rows(const struct page *page)
{
    return (struct store_page){.offset = page->number * page->limit,
                               .limit = page->limit,
                               .sort = page->sort_by,
                               .descending = page->descending};
}

static void
write_link(struct call *c, const char *name, const struct page *page, int64_t number)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_add_str(&text, c->raw_path);
    buf_printf(&text, "?_offset=%lld&_limit=%lld", (long long)number, (long long)page->limit);
    const struct pairs *q = &c->priv->query;
    for (size_t i = 0; i < q->n; i++) {
        if (str_eq(q->items[i].name, STR("_offset")) || str_eq(q->items[i].name, STR("_limit")))
            continue;
        buf_add_char(&text, '&');
        buf_add_urlencoded(&text, q->items[i].name);
        buf_add_char(&text, '=');
        buf_add_urlencoded(&text, q->items[i].value);
    }
    if (!text.failed)
        jw_kstr(&c->out, name, buf_str(&text));
    buf_fini(&text);
}

void
call_page_close(struct call *c, const struct page *page, int64_t total)
{
    int64_t pages = (total + page->limit - 1) / page->limit;
    struct jw *w = &c->out;
    jw_close(w, ']');
    jw_key(w, "_metadata");
    jw_open(w, '{');
    jw_ki64(w, "totalItems", total);
    jw_ki64(w, "totalPages", pages);
    jw_close(w, '}');
    jw_key(w, "_links");
    jw_open(w, '{');
    if (page->number + 1 < pages)
        write_link(c, "next", page, page->number + 1);
    if (page->number > 0 && pages > 0)
        write_link(c, "prev", page, page->number <= pages ? page->number - 1 : pages - 1);
    if (pages > 0) {
        write_link(c, "first", page, 0);
        write_link(c, "last", page, pages - 1);
    }
    jw_close(w, '}');
    jw_close(w, '}');
}

/* -- services -- */

enum err_code
call_password_hash(struct call *c, struct str password, struct str *out, struct err *err)
{
    if (c->priv->tx) {
        LOG_ERROR("server", "password hashing inside a transaction", KV_TEXT("op", c->op->name));
        return err_set(err, ERR_INTERNAL, "password hashing inside a transaction");
    }
    enum err_code rc = call_let_go(c, err);
    return rc ? rc : password_hash(c->server->passwords, password, c->arena, out, err);
}

enum err_code
call_password_verify(struct call *c, struct str password, struct str hash, bool *match,
                     struct err *err)
{
    *match = false;
    if (c->priv->tx) {
        LOG_ERROR("server", "password check inside a transaction", KV_TEXT("op", c->op->name));
        return err_set(err, ERR_INTERNAL, "password check inside a transaction");
    }
    enum err_code rc = call_let_go(c, err);
    return rc ? rc : password_verify(c->server->passwords, password, hash, match, err);
}

struct str
call_public_key(const struct call *c)
{
    const struct auth_environment *e = auth_find_environment(c->server->auth, c->vendor_id);
    struct str pem = STR_ABSENT;
    if (e && jwt_key_public_pem(e->key, c->arena, &pem, NULL) != ERR_OK)
        return STR_ABSENT;
    return pem;
}

void
call_forget_principals(struct call *c)
{
    c->priv->forget = true;
}
