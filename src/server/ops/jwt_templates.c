/*
 * Templates of access tokens, and the rules that pick one. Both are checked when they are written, so
 * that making a token cannot fail because of them. The rules are one document of the environment.
 */
#include "store/jwt_templates.h"

#include "server/jwt_claims.h"
#include "server/jwt_targets.h"
#include "server/ops/ops.h"
#include "server/settings.h"

enum { PAGE_ROWS = 50, FILTER_MAX = 200 };

const struct document jwt_targeting = {
    .name = "jwt-template-targeting", .presets = "{\"rules\":[]}", .what = "JWT template rules"};

/* ---- templates ---- */

static void
write_template(struct call *c, const struct jwt_template *t)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", t->id);
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kstr(w, "key", t->key);
    jw_kstr(w, "name", t->name);
    jw_kstr(w, "description", t->description);
    jw_ki64(w, "expiration", t->expiration);
    jw_kstr(w, "algorithm", t->algorithm);
    jw_key(w, "templateSchema");
    jw_open(w, '{');
    jw_kraw(w, "claims", t->claims);
    jw_close(w, '}');
    jw_ktime(w, "createdAt", t->created_at);
    jw_ktime(w, "updatedAt", t->updated_at);
    jw_close(w, '}');
}

static enum err_code
refuse_template(struct call *c, enum err_code rc, struct err *err)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "JWT template with this key already exists");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "JWT template not found");
    return rc;
}

/* The members of the body over those of *t. */
static enum err_code
take_body(struct call *c, struct jwt_template *t, struct err *err)
{
    struct {
        const char *name;
        struct str *to;
    } texts[] = {{"key", &t->key},
                 {"name", &t->name},
                 {"description", &t->description},
                 {"algorithm", &t->algorithm}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (call_has(c, texts[i].name))
            *texts[i].to = call_str(c, texts[i].name);
    t->expiration = call_int(c, "expiration", t->expiration);
    if (t->key.n == 0)
        return call_refuse(c, err, ERR_INVALID, NULL, "key should not be empty");
    if (!call_has(c, "templateSchema"))
        return ERR_OK;
    const struct json *claims = json_get(call_json(c, "templateSchema"), "claims");
    struct str fault = jwt_claims_fault(c->arena, claims);
    if (str_given(fault))
        return call_refuse(c, err, ERR_INVALID, NULL, "%.*s", STR_ARG(fault));
    struct buf text;
    buf_init(&text, JWT_CLAIMS_MAX);
    json_write(claims, &text);
    t->claims = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return ERR_OK;
}

static enum err_code
op_jwt_templates_create(struct call *c, struct err *err)
{
    struct jwt_template t = {.expiration = 0};
    enum err_code rc = take_body(c, &t, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_jwt_template_create(s, &t, err) : err_failed(err);
    if (rc)
        return refuse_template(c, rc, err);
    call_audit(c, "jwt template", t.id, "High", "Created JWT template %.*s", STR_ARG(t.key));
    write_template(c, &t);
    return ERR_OK;
}

static enum err_code
op_jwt_templates_update(struct call *c, struct err *err)
{
    struct jwt_template t;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_jwt_template_get(s, call_param(c, "id"), &t, err) : err_failed(err);
    if (!rc)
        rc = take_body(c, &t, err);
    if (!rc)
        rc = store_jwt_template_update(s, &t, err);
    if (rc)
        return refuse_template(c, rc, err);
    call_audit(c, "jwt template", t.id, "High", "Changed JWT template %.*s", STR_ARG(t.key));
    write_template(c, &t);
    return ERR_OK;
}

static enum err_code
op_jwt_templates_get(struct call *c, struct err *err)
{
    struct jwt_template t;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_jwt_template_get(s, call_param(c, "id"), &t, err) : err_failed(err);
    if (rc)
        return refuse_template(c, rc, err);
    write_template(c, &t);
    return ERR_OK;
}

static enum err_code
op_jwt_templates_delete(struct call *c, struct err *err)
{
    struct str id = call_param(c, "id");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_jwt_template_delete(s, id, err) : err_failed(err);
    if (rc)
        return refuse_template(c, rc, err);
    call_audit(c, "jwt template", id, "High", "Deleted a JWT template");
    return ERR_OK;
}

static enum err_code
op_jwt_templates_list(struct call *c, struct err *err)
{
    struct str keys[FILTER_MAX], ids[FILTER_MAX];
    struct page page;
    struct jwt_template_list list;
    call_page(c, PAGE_ROWS, &page);
    struct jwt_template_query q = {.page = {.offset = page.number * page.limit,
                                            .limit = page.limit,
                                            .sort = page.sort_by,
                                            .descending = page.descending},
                                   .keys = keys,
                                   .n_keys = call_query_list(c, "keys", keys, FILTER_MAX),
                                   .ids = ids,
                                   .n_ids = call_query_list(c, "ids", ids, FILTER_MAX)};
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_jwt_template_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_template(c, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

/* ---- rules ---- */

/* In the shape of the answer, where the rules are inside of "targeting". */
static enum err_code
answer_targeting(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct config stored;
    struct json *all = NULL;
    enum err_code rc = s ? document_load(s, &jwt_targeting, &all, &stored, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "JWT template rules not found");
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "id", stored.id);
    jw_key(&c->out, "targeting");
    jw_json(&c->out, all);
    jw_ktime(&c->out, "createdAt", stored.created_at);
    jw_ktime(&c->out, "updatedAt", stored.updated_at);
    jw_close(&c->out, '}');
    json_free(all);
    return ERR_OK;
}

static enum err_code
op_jwt_targeting_get(struct call *c, struct err *err)
{
    return answer_targeting(c, err);
}

static enum err_code
write_rules(struct call *c, enum document_write how, struct err *err)
{
    struct str fault = jwt_targets_fault(c->arena, call_json(c, "rules"));
    if (str_given(fault))
        return call_refuse(c, err, ERR_INVALID, NULL, "%.*s", STR_ARG(fault));
    return document_write(c, &jwt_targeting, how, err);
}

static enum err_code
op_jwt_targeting_create(struct call *c, struct err *err)
{
    enum err_code rc = write_rules(c, DOCUMENT_CREATE, err);
    return rc ? rc : answer_targeting(c, err);
}

static enum err_code
op_jwt_targeting_set(struct call *c, struct err *err)
{
    return write_rules(c, DOCUMENT_UPSERT, err);
}

/* The environment has one set of rules; its id has to be named nevertheless. */
static enum err_code
check_id(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct config stored;
    enum err_code rc =
        s ? store_config_get(s, str_of(jwt_targeting.name), &stored, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND || (!rc && !str_eq(stored.id, call_param(c, "id"))))
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "JWT template rules not found");
    return rc;
}

static enum err_code
op_jwt_targeting_update(struct call *c, struct err *err)
{
    enum err_code rc = check_id(c, err);
    return rc ? rc : write_rules(c, DOCUMENT_UPDATE, err);
}

static enum err_code
op_jwt_targeting_delete(struct call *c, struct err *err)
{
    enum err_code rc = check_id(c, err);
    const struct scope *s = rc ? NULL : call_environment(c, err);
    if (!rc)
        rc = s ? store_config_delete(s, str_of(jwt_targeting.name), err) : err_failed(err);
    if (!rc)
        call_audit(c, "configuration", str_of(jwt_targeting.name), "High",
                   "Deleted the JWT template rules");
    return rc;
}

const struct op_binding jwt_templates_ops[] = {
    BIND(jwt_templates_create),
    BIND(jwt_templates_list),
    BIND(jwt_templates_get),
    BIND(jwt_templates_update),
    BIND(jwt_templates_delete),
    BIND(jwt_targeting_get),
    BIND(jwt_targeting_create),
    BIND(jwt_targeting_set),
    BIND(jwt_targeting_update),
    BIND(jwt_targeting_delete),
    BIND_END,
};
