#include "server/document.h"

enum { DOCUMENT_MAX = 1 << 20 };

/* Members of `from` over those of `to`; objects are merged, everything else is replaced. */
static void
merge(struct json *to, const struct json *from)
{
    for (const struct json *m = json_first(from); m; m = json_next(m)) {
        struct json *there = json_get_str(to, json_key(m));
        if (json_type(m) == JSON_OBJECT && json_type(there) == JSON_OBJECT)
            merge(there, m);
        else
            json_set(to, json_key(m), json_copy(m));
    }
}

static enum err_code
presets_of(const struct document *d, struct json **out, struct err *err)
{
    struct str text = str_of(d->presets);
    *out = json_parse(text, text.n, err);
    return *out ? ERR_OK : err_failed(err);
}

enum err_code
document_load(const struct scope *s, const struct document *d, struct json **out,
              struct config *stored, struct err *err)
{
    struct config mine;
    *out = NULL;
    if (!stored)
        stored = &mine;
    enum err_code rc = store_config_get(s, str_of(d->name), stored, err);
    if (rc)
        return rc;
    struct json *set = json_parse(stored->document, stored->document.n, err);
    if (!set)
        return err_set(err, ERR_CORRUPT, "the stored %s is not JSON", d->what);
    rc = presets_of(d, out, err);
    if (!rc)
        merge(*out, set);
    json_free(set);
    return rc;
}

enum err_code
document_environment(const struct scope *s, const struct document *d, struct json **out,
                     struct err *err)
{
    struct scope environment;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &environment, err);
    *out = NULL;
    if (!rc)
        rc = document_load(&environment, d, out, NULL, err);
    return rc == ERR_NOT_FOUND ? presets_of(d, out, err) : rc;
}

enum err_code
document_effective(const struct scope *s, const struct document *d, struct json **out,
                   struct err *err)
{
    enum err_code rc = document_load(s, d, out, NULL, err);
    return rc == ERR_NOT_FOUND ? document_environment(s, d, out, err) : rc;
}

enum err_code
document_inherited(const struct scope *s, const struct document *d, struct json **out,
                   struct err *err)
{
    struct config mine;
    enum err_code rc = document_environment(s, d, out, err);
    if (rc || !s->tenant.n)
        return rc;
    rc = store_config_get(s, str_of(d->name), &mine, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    struct json *set = json_parse(mine.document, mine.document.n, err);
    if (!set)
        return err_set(err, ERR_CORRUPT, "the stored %s is not JSON", d->what);
    merge(*out, set);
    json_free(set);
    return ERR_OK;
}

/* ---- writing ---- */

/* What is there already, or an empty object. */
static enum err_code
stored_members(const struct scope *s, const struct document *d, enum document_write how,
               struct json **out, struct err *err)
{
    struct config stored;
    enum err_code rc = store_config_get(s, str_of(d->name), &stored, err);
    *out = NULL;
    if (rc == ERR_NOT_FOUND && how != DOCUMENT_UPDATE) {
        *out = json_new_object();
        return ERR_OK;
    }
    if (rc)
        return rc;
    *out = json_parse(stored.document, stored.document.n, err);
    return *out ? ERR_OK : err_set(err, ERR_CORRUPT, "the stored %s is not JSON", d->what);
}

static void
take_body(struct call *c, struct json *into)
{
    for (const struct field *f = c->op->body; f && f->name; f++) {
        if (!call_has(c, f->name) || f->flags & FIELD_READ_ONLY)
            continue;
        const struct json *given = call_json(c, f->name);
        struct json *there = json_get(into, f->name);
        if (json_type(given) == JSON_OBJECT && json_type(there) == JSON_OBJECT)
            merge(there, given);
        else
            json_set(into, str_of(f->name), json_copy(given));
    }
}

static enum err_code
put(const struct scope *s, const struct document *d, enum document_write how,
    const struct json *members, struct err *err)
{
    struct buf text;
    buf_init(&text, DOCUMENT_MAX);
    json_write(members, &text);
    enum err_code rc = ERR_OK;
    if (text.failed)
        rc = err_set(err, ERR_INVALID, "the %s is too large", d->what);
    else if (how == DOCUMENT_CREATE)
        rc = store_config_create(s, str_of(d->name), buf_str(&text), err);
    else
        rc = store_config_put(s, str_of(d->name), buf_str(&text), err);
    buf_fini(&text);
    return rc;
}

enum err_code
document_write(struct call *c, const struct document *d, enum document_write how, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *members = NULL;
    if (!s)
        return err_failed(err);
    enum err_code rc = stored_members(s, d, how, &members, err);
    if (!rc) {
        take_body(c, members);
        rc = put(s, d, how, members, err);
    }
    json_free(members);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL,
                           s->tenant_seq < 0 ? "Tenant not found" : "%s not found", d->what);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "%s already exists", d->what);
    if (!rc)
        call_audit(c, "configuration", str_of(d->name), "High", "Changed the %s of %s %.*s",
                   d->what, s->tenant.n ? "tenant" : "the environment", STR_ARG(s->tenant));
    return rc;
}

/* ---- answering ---- */

void
document_members(struct call *c, const struct field *fields, const struct json *all)
{
    for (const struct field *f = fields; f && f->name; f++) {
        const struct json *value = json_get(all, f->name);
        if (!value)
            continue;
        jw_key(&c->out, f->name);
        jw_json(&c->out, value);
    }
}

static bool
declares(const struct call *c, const char *name)
{
    return field_find(c->op->reply, str_of(name)) != NULL;
}

static void
write_frame(struct call *c, const struct scope *s, const struct config *stored)
{
    if (declares(c, "id"))
        jw_kstr(&c->out, "id", stored->id);
    if (declares(c, "tenantId"))
        jw_kstr(&c->out, "tenantId", s->tenant);
    if (declares(c, "createdAt"))
        jw_ktime(&c->out, "createdAt", stored->created_at);
    if (declares(c, "updatedAt"))
        jw_ktime(&c->out, "updatedAt", stored->updated_at);
}

enum err_code
document_answer(struct call *c, const struct document *d, enum document_missing missing,
                bool vendor, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct scope environment;
    struct config stored = {.id = STR_ABSENT};
    struct json *all = NULL;
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && vendor) {
        rc = scope_tenant(s, STR_ABSENT, &environment, err);
        s = &environment;
    }
    if (!rc)
        rc = document_load(s, d, &all, &stored, err);
    if (rc == ERR_NOT_FOUND && missing == DOCUMENT_PRESETS)
        rc = presets_of(d, &all, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "%s not found", d->what);
    if (!rc) {
        jw_open(&c->out, '{');
        if (stored.created_at)
            write_frame(c, s, &stored);
        document_members(c, c->op->reply, all);
        jw_close(&c->out, '}');
    }
    json_free(all);
    return rc;
}
