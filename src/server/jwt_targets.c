#include "server/jwt_targets.h"

#include "server/settings.h"
#include "server/shape.h"
#include "store/configs.h"
#include "store/tenants.h"

/* ---- what somebody wants ---- */

static struct str
values_fault(struct arena *a, const struct json *list)
{
    size_t n = json_type(list) == JSON_ARRAY ? json_len(list) : 0;
    if (n == 0 || n > JWT_VALUES_MAX)
        return arena_printf(a, "value.list of a condition must hold 1 to %d texts",
                            (int)JWT_VALUES_MAX);
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (json_str(it).n == 0)
            return STR("value.list of a condition must hold texts");
    return STR_ABSENT;
}

static struct str
rule_fault(struct arena *a, const struct json *rule)
{
    const struct json *conditions = json_get(rule, "conditions");
    struct str fault = STR_ABSENT;
    if (json_len(conditions) > JWT_CONDITIONS_MAX)
        return arena_printf(a, "A rule must not have more than %d conditions",
                            (int)JWT_CONDITIONS_MAX);
    for (const struct json *it = json_first(conditions); it && !str_given(fault);
         it = json_next(it))
        fault = values_fault(a, json_get(json_get(it, "value"), "list"));
    return fault;
}

struct str
jwt_targets_fault(struct arena *a, const struct json *rules)
{
    struct buf text;
    buf_init(&text, JWT_RULES_BYTES_MAX);
    json_write(rules, &text);
    bool fits = !text.failed;
    buf_fini(&text);
    if (!fits || json_len(rules) > JWT_RULES_MAX)
        return arena_printf(a, "There may be at most %d rules of together %d bytes",
                            (int)JWT_RULES_MAX, (int)JWT_RULES_BYTES_MAX);
    struct str fault = STR_ABSENT;
    for (const struct json *it = json_first(rules); it && !str_given(fault); it = json_next(it))
        fault = rule_fault(a, it);
    return fault;
}

/* ---- loading ---- */

static size_t
treatments(const struct scope *s, const struct json *rules, struct str **out)
{
    size_t n = 0;
    *out = ARENA_ARRAY(s->arena, JWT_RULES_MAX, struct str);
    for (const struct json *it = json_first(rules); it && n < JWT_RULES_MAX; it = json_next(it))
        (*out)[n++] = arena_str(s->arena, json_str(json_get(it, "treatment")));
    return n;
}

static bool
asks_for_tenant(const struct jwt_targets *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_find(r->templates[i].claims, STR("tenant.")) >= 0 ||
            str_find(r->templates[i].claims, STR("account.")) >= 0)
            return true;
    return false;
}

static enum err_code
load_tenant(const struct scope *s, struct jwt_targets *out, struct err *err)
{
    struct tenant t;
    enum err_code rc = store_tenant_get(s, s->tenant, &t, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    out->tenant_name = t.name;
    out->tenant_metadata = t.metadata;
    return ERR_OK;
}

static enum err_code
load_templates(const struct scope *s, const struct json *rules, struct jwt_targets *out,
               struct err *err)
{
    struct jwt_template_list list;
    struct jwt_template_query q = {.page.no_total = true};
    struct str *keys;
    q.n_keys = treatments(s, rules, &keys);
    q.keys = keys;
    if (q.n_keys == 0)
        return ERR_OK;
    enum err_code rc = store_jwt_template_list(s, &q, &list, err);
    if (rc)
        return rc;
    out->templates = list.items;
    out->n = list.n;
    return str_given(s->tenant) && asks_for_tenant(out) ? load_tenant(s, out, err) : ERR_OK;
}

enum err_code
jwt_targets_load(const struct scope *s, struct jwt_targets *out, struct err *err)
{
    struct scope environment;
    struct config stored;
    *out = (struct jwt_targets){.n = 0};
    enum err_code rc = scope_tenant(s, STR_ABSENT, &environment, err);
    if (!rc)
        rc = store_config_get(&environment, str_of(jwt_targeting.name), &stored, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    struct json *targeting = json_parse(stored.document, stored.document.n, err);
    if (!targeting)
        return err_set(err, ERR_CORRUPT, "the stored %s are not JSON", jwt_targeting.what);
    out->targeting = stored.document;
    rc = load_templates(s, json_get(targeting, "rules"), out, err);
    json_free(targeting);
    return rc;
}

/* ---- picking ---- */

static bool
value_holds(struct str op, struct str wanted, struct str value)
{
    if (str_eq(op, STR("in_list")))
        return str_eq(value, wanted);
    if (str_eq(op, STR("contains")))
        return str_find(value, wanted) >= 0;
    return str_eq(op, STR("ends_with")) && str_ends(value, wanted);
}

/* Any of the listed texts holds for the value. */
static bool
any_holds(const struct json *condition, struct str value)
{
    struct str op = json_str(json_get(condition, "op"));
    const struct json *list = json_get(json_get(condition, "value"), "list");
    if (!str_given(value))
        return false;
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (value_holds(op, json_str(it), value))
            return true;
    return false;
}

static bool
any_role_holds(const struct json *condition, const struct rights *rights)
{
    for (size_t i = 0; i < rights->n_roles; i++)
        if (any_holds(condition, rights->role_ids[i]))
            return true;
    return false;
}

static bool
condition_holds(const struct json *condition, const struct jwt_facts *f)
{
    const struct {
        const char *attribute;
        struct str value;
    } facts[] = {{"userId", f->user_id},
                 {"userEmail", f->email},
                 {"tenantId", f->tenant_id},
                 {"applicationId", f->app_id},
                 {"tokenType", f->type}};
    struct str attribute = json_str(json_get(condition, "attribute"));
    bool negate = false, holds = false;
    (void)json_to_bool(json_get(condition, "negate"), &negate);
    if (str_eq(attribute, STR("roleIds")))
        holds = any_role_holds(condition, f->rights);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (str_eq(attribute, str_of(facts[i].attribute)))
            holds = any_holds(condition, facts[i].value);
    return holds != negate;
}

static bool
rule_holds(const struct json *rule, const struct jwt_facts *f)
{
    const struct json *conditions = json_get(rule, "conditions");
    for (const struct json *it = json_first(conditions); it; it = json_next(it))
        if (!condition_holds(it, f))
            return false;
    return true;
}

static const struct jwt_template *
find(const struct jwt_targets *r, struct str key)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->templates[i].key, key))
            return &r->templates[i];
    return NULL;
}

const struct jwt_template *
jwt_targets_pick(const struct jwt_targets *r, const struct jwt_facts *facts)
{
    const struct jwt_template *picked = NULL;
    if (r->n == 0)
        return NULL;
    struct json *targeting = json_parse(r->targeting, r->targeting.n, NULL);
    for (const struct json *it = json_first(json_get(targeting, "rules")); it; it = json_next(it))
        if (rule_holds(it, facts)) {
            picked = find(r, json_str(json_get(it, "treatment")));
            break;
        }
    json_free(targeting);
    return picked;
}

enum jwt_alg
jwt_targets_algorithm(const struct jwt_template *t, enum jwt_alg preset)
{
    enum jwt_alg alg;
    return t && jwt_alg_parse(t->algorithm, &alg) ? alg : preset;
}

/* ---- what templates may name ---- */

static void
write_object(struct jw *w, const char *name, struct str json)
{
    jw_kraw(w, name, str_starts(json, STR("{")) ? json : STR("{}"));
}

static void
write_tenant(struct jw *w, const char *name, const struct jwt_targets *r, const struct jwt_facts *f)
{
    jw_key(w, name);
    jw_open(w, '{');
    jw_kstr(w, "id", f->tenant_id);
    jw_kstr(w, "tenantId", f->tenant_id);
    jw_kstr(w, "name", r->tenant_name);
    write_object(w, "metadata", r->tenant_metadata);
    jw_key(w, "roles");
    shape_texts(w, f->rights->roles, f->rights->n_roles);
    jw_key(w, "permissions");
    shape_texts(w, f->rights->permissions, f->rights->n_permissions);
    jw_close(w, '}');
}

static void
write_person(struct jw *w, const struct user *u)
{
    jw_kstr(w, "name", u->name);
    jw_kbool(w, "verified", u->verified);
    jw_kstr(w, "phoneNumber", u->phone_number);
    jw_kstr(w, "username", u->username);
    jw_kstr(w, "externalId", u->external_id);
    jw_kstr(w, "profilePictureUrl", u->profile_picture_url);
    write_object(w, "metadata", u->metadata);
    write_object(w, "vendorMetadata", u->vendor_metadata);
    jw_key(w, "tenantIds");
    jw_open(w, '[');
    for (size_t i = 0; i < u->n_tenants; i++)
        jw_str(w, u->tenants[i].tenant_id);
    jw_close(w, ']');
}

void
jwt_targets_write(struct jw *w, const struct jwt_targets *r, const struct jwt_facts *facts,
                  const struct user *u)
{
    jw_key(w, "user");
    jw_open(w, '{');
    jw_kstr(w, "id", facts->user_id);
    jw_kstr(w, "email", facts->email);
    jw_kstr(w, "tenantId", facts->tenant_id);
    if (u && u->seq)
        write_person(w, u);
    write_tenant(w, "tenant", r, facts);
    jw_key(w, "roles");
    shape_texts(w, facts->rights->roles, facts->rights->n_roles);
    jw_key(w, "permissions");
    shape_texts(w, facts->rights->permissions, facts->rights->n_permissions);
    jw_close(w, '}');
    write_tenant(w, "tenant", r, facts);
    write_tenant(w, "account", r, facts);
}
