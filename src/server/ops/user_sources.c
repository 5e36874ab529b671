/* User pools: configuration, which applications they serve, who came from them. Asking them is server/pool.h. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/ops/ops.h"
#include "server/pool.h"
#include "server/shape.h"

enum { CONFIG_MAX = CONNECTION_CONFIG_MAX };

/* Members of configurations that nobody is shown. */
static const char *const SECRETS[] = {"secret", "secretAccessKey", "clientSecret", "apiKey",
                                      "private_key"};

static bool
is_secret(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(SECRETS); i++)
        if (str_eq(name, str_of(SECRETS[i])))
            return true;
    return false;
}

/* ---- answers ---- */

/* With the secrets in it masked, one level of objects down as well. */
static void
write_config(struct call *c, const struct json *config, bool nested)
{
    jw_open(&c->out, '{');
    for (const struct json *it = json_first(config); it; it = json_next(it)) {
        if (is_secret(json_key(it))) {
            shape_masked(c, arena_cstr(c->arena, json_key(it)), json_str(it));
            continue;
        }
        jw_key_str(&c->out, json_key(it));
        if (json_type(it) == JSON_OBJECT && !nested)
            write_config(c, it, true);
        else
            jw_json(&c->out, it);
    }
    jw_close(&c->out, '}');
}

static void
write_pool(struct call *c, const struct connection *pool, bool config, bool count)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", pool->id);
    jw_kstr(w, "name", pool->name);
    jw_kstr(w, "type", pool->kind);
    jw_kstr(w, "description", pool->description.n ? pool->description : STR(""));
    jw_key(w, "appIds");
    shape_texts(w, pool->apps, pool->n_apps);
    jw_ki64(w, "index", pool->place);
    if (config) {
        struct json *j = json_parse(pool->config, CONFIG_MAX, NULL);
        jw_key(w, "configuration");
        write_config(c, j, false);
        json_free(j);
    }
    if (count)
        jw_ki64(w, "usersCount", pool->n_users);
    jw_close(w, '}');
}

static enum err_code
refuse(struct call *c, enum err_code rc, struct err *err)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User source not found");
    if (rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, NULL, "%s", err->msg);
    return rc;
}

static enum err_code
find(struct call *c, const char *kind, struct str id, const struct scope **s,
     struct connection *out, struct err *err)
{
    *s = call_environment(c, err);
    enum err_code rc = *s ? store_connection_get(*s, str_of(kind), id, out, err) : err_failed(err);
    return *s ? refuse(c, rc, err) : rc;
}

static enum err_code
op_user_sources_list(struct call *c, struct err *err)
{
    struct connection_list list;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_connection_list(s, true, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_pool(c, &list.items[i], true, true);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_user_sources_get(struct call *c, struct err *err)
{
    const struct scope *s;
    struct connection pool;
    enum err_code rc = find(c, NULL, call_param(c, "id"), &s, &pool, err);
    if (!rc)
        write_pool(c, &pool, true, false);
    return rc;
}

static enum err_code
op_user_sources_users(struct call *c, struct err *err)
{
    const struct scope *s;
    struct connection pool;
    struct connection_user_list list;
    struct page page;
    enum err_code rc = find(c, NULL, call_param(c, "id"), &s, &pool, err);
    call_page(c, 50, &page);
    if (!rc)
        rc = store_connection_users(
            s, &pool, &(struct store_page){.offset = page.number * page.limit, .limit = page.limit},
            &list, err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++) {
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "email", list.items[i].email);
        jw_ktime(&c->out, "lastLogin", list.items[i].last_login);
        jw_close(&c->out, '}');
    }
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

/* ---- changes ---- */

static enum err_code
create(struct call *c, const char *kind, struct err *err)
{
    struct str apps[CONNECTION_APPS_MAX];
    const struct json *config = call_json(c, "configuration");
    struct connection pool = {.kind = str_of(kind),
                              .name = call_str(c, "name"),
                              .description = call_str(c, "description"),
                              .place = call_int(c, "index", 0),
                              .config = fields_json_text(c, config),
                              .apps = apps,
                              .n_apps = call_list(c, "appIds", apps, CONNECTION_APPS_MAX)};
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? pool_check(c, s, pool.kind, config, err) : err_failed(err);
    if (rc)
        return rc;
    rc = refuse(c, store_connection_add(s, &pool, err), err);
    if (rc)
        return rc;
    call_audit(c, "user-source", pool.id, "Medium", "Created user pool %.*s", STR_ARG(pool.name));
    write_pool(c, &pool, false, false);
    return ERR_OK;
}

/* What was shown masked and comes back so is as it was. */
static void
keep_secrets(struct json *config, const struct json *before)
{
    for (size_t i = 0; i < COUNT_OF(SECRETS); i++) {
        struct str now = json_str(json_get(config, SECRETS[i])),
                   was = json_str(json_get(before, SECRETS[i]));
        if (str_find(now, STR("****")) >= 0 && was.n)
            json_set(config, str_of(SECRETS[i]), json_new_str(was));
    }
}

static enum err_code
change_config(struct call *c, const struct scope *s, struct connection *pool, struct err *err)
{
    struct json *config = json_copy(call_json(c, "configuration"));
    struct json *before = json_parse(pool->config, CONFIG_MAX, NULL);
    keep_secrets(config, before);
    struct json *account = json_get(config, "serviceAccount");
    if (account)
        keep_secrets(account, json_get(before, "serviceAccount"));
    enum err_code rc = pool_check(c, s, pool->kind, config, err);
    pool->config = fields_json_text(c, config);
    json_free(before);
    json_free(config);
    return rc;
}

static enum err_code
update(struct call *c, const char *kind, struct err *err)
{
    const struct scope *s;
    struct connection pool;
    enum err_code rc = find(c, kind, call_param(c, "id"), &s, &pool, err);
    if (!rc && call_has(c, "configuration"))
        rc = change_config(c, s, &pool, err);
    if (rc)
        return rc;
    pool.name = call_has(c, "name") ? call_str(c, "name") : pool.name;
    pool.description = call_has(c, "description") ? call_str(c, "description") : pool.description;
    pool.place = call_int(c, "index", pool.place);
    rc = refuse(c, store_connection_update(s, &pool, err), err);
    if (!rc)
        call_audit(c, "user-source", pool.id, "Medium", "Changed user pool %.*s",
                   STR_ARG(pool.name));
    return rc;
}

#define KIND(name, kind)                                                                           \
    static enum err_code op_user_sources_create_##name(struct call *c, struct err *err)            \
    {                                                                                              \
        return create(c, kind, err);                                                               \
    }                                                                                              \
    static enum err_code op_user_sources_update_##name(struct call *c, struct err *err)            \
    {                                                                                              \
        return update(c, kind, err);                                                               \
    }
KIND(auth0, "auth0")
KIND(cognito, "cognito")
KIND(firebase, "firebase")
KIND(code, "custom-code")
KIND(federation, "federation")
#undef KIND

static enum err_code
op_user_sources_delete(struct call *c, struct err *err)
{
    const struct scope *s;
    struct connection pool;
    enum err_code rc = find(c, NULL, call_param(c, "id"), &s, &pool, err);
    if (!rc)
        rc = store_connection_delete(s, STR_ABSENT, pool.id, err);
    if (!rc)
        call_audit(c, "user-source", pool.id, "Medium", "Removed user pool %.*s",
                   STR_ARG(pool.name));
    return rc;
}

static enum err_code
change_apps(struct call *c, bool add, struct err *err)
{
    const struct scope *s;
    struct connection pool;
    struct str apps[CONNECTION_APPS_MAX + 1];
    size_t n = call_list(c, "appIds", apps, COUNT_OF(apps));
    enum err_code rc = find(c, NULL, call_str(c, "userSourceId"), &s, &pool, err);
    if (!rc)
        rc = refuse(c, store_connection_apps(s, &pool, add, apps, n, err), err);
    if (!rc)
        call_audit(c, "user-source", pool.id, "Medium", "%s user pool %.*s",
                   add ? "Assigned applications to" : "Unassigned applications from",
                   STR_ARG(pool.name));
    return rc;
}

static enum err_code
op_user_sources_assign(struct call *c, struct err *err)
{
    return change_apps(c, true, err);
}

static enum err_code
op_user_sources_unassign(struct call *c, struct err *err)
{
    return change_apps(c, false, err);
}

const struct op_binding user_sources_ops[] = {
    BIND(user_sources_list),
    BIND(user_sources_get),
    BIND(user_sources_delete),
    BIND(user_sources_users),
    BIND(user_sources_assign),
    BIND(user_sources_unassign),
    BIND(user_sources_create_auth0),
    BIND(user_sources_update_auth0),
    BIND(user_sources_create_cognito),
    BIND(user_sources_update_cognito),
    BIND(user_sources_create_firebase),
    BIND(user_sources_update_firebase),
    BIND(user_sources_create_code),
    BIND(user_sources_update_code),
    BIND(user_sources_create_federation),
    BIND(user_sources_update_federation),
    BIND_END,
};
