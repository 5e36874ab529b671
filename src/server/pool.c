#include "server/pool.h"

#include "base/log.h"
#include "base/mem.h"
#include "server/outward.h"
#include "server/pool_priv.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/state.h"
#include "store/tenants.h"

enum { CONFIG_MAX = CONNECTION_CONFIG_MAX };

/* ---- asking ---- */

struct pool_list {
    struct call *c;
    const struct user *user;
    struct connection_list pools;
    bool known[CONNECTIONS_MAX]; /* the person came from it */
};

static enum err_code
list(struct db_conn *conn, void *arg, struct err *err)
{
    struct pool_list *l = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, l->c->arena, l->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = store_connection_list(&s, true, &l->pools, err);
    for (size_t i = 0; !rc && l->user->seq && i < l->pools.n && i < CONNECTIONS_MAX; i++)
        rc = store_connection_knows(&s, l->pools.items[i].seq, l->user->id, &l->known[i], err);
    return rc;
}

static bool
serves(const struct connection *pool, struct str app)
{
    for (size_t i = 0; i < pool->n_apps; i++)
        if (str_eq(pool->apps[i], app))
            return true;
    return pool->n_apps == 0;
}

static struct str
text_of(const struct json *j, const char *name)
{
    return json_str(json_get(j, name));
}

/* A member by its name, at the top or in one of the objects that pools keep such things in. */
static struct str
find_text(const struct json *profile, struct str name)
{
    static const char *const inside[] = {"app_metadata", "user_metadata"};
    struct str found = json_str(json_get_str(profile, name));
    for (size_t i = 0; i < COUNT_OF(inside) && !found.n; i++)
        found = json_str(json_get_str(json_get(profile, inside[i]), name));
    return found;
}

static bool
is_true(const struct json *j)
{
    bool v = false;
    return json_to_bool(j, &v) ? v : str_eq(json_str(j), STR("true"));
}

static void
take_profile(struct call *c, const struct connection *pool, const struct json *config,
             const struct json *profile, struct pool_person *out)
{
    const struct json *t = json_get(config, "tenantConfig");
    struct str how = text_of(t, "tenantResolverType");
    *out = (struct pool_person){.pool = pool->seq,
                                .keep = is_true(json_get(config, "isMigrated")),
                                .sync = is_true(json_get(config, "syncOnLogin")),
                                .is_verified = is_true(json_get(profile, "email_verified")),
                                .email = arena_str(c->arena, text_of(profile, "email")),
                                .name = arena_str(c->arena, text_of(profile, "name")),
                                .picture = arena_str(c->arena, text_of(profile, "picture"))};
    out->how = str_eq(how, STR("new")) ? POOL_TENANT_NEW : POOL_TENANT_NAMED;
    if (str_eq(how, STR("static")))
        out->tenant_id = arena_str(c->arena, text_of(t, "tenantId"));
    else if (str_eq(how, STR("dynamic")))
        out->tenant_id = arena_str(c->arena, find_text(profile, text_of(t, "tenantIdFieldName")));
}

/* One pool. An answer about another address than the one that was typed is none. */
static enum err_code
ask_pool(struct call *c, const struct connection *pool, const struct pool_login *login,
         struct pool_person *out, struct err *err)
{
    struct pool_answer answer = {.right = false};
    struct json *config = json_parse(pool->config, CONFIG_MAX, NULL);
    enum err_code rc = ERR_OK;
    if (pool_takes_passwords(pool->kind, config))
        rc = pool_ask_one(c, pool, config, login, &answer, err);
    else
        LOG_DEBUG("pool", "not asked: it takes no passwords", KV_STR("pool", pool->id),
                  KV_STR("kind", pool->kind));
    if (!rc && answer.right && str_eq_nocase(text_of(answer.profile, "email"), login->email))
        take_profile(c, pool, config, answer.profile, out);
    json_free(answer.profile);
    json_free(config);
    return rc;
}

/* Whose address it is here is shown by the pool's word that it is verified, or by having come from it. */
static bool
is_theirs(const struct pool_list *l, const struct pool_person *p)
{
    if (!l->user->seq || p->is_verified)
        return true;
    for (size_t i = 0; i < l->pools.n; i++)
        if (l->pools.items[i].seq == p->pool)
            return l->known[i];
    return false;
}

enum err_code
pool_ask(struct call *c, const struct pool_list *l, struct str email, struct str password,
         struct pool_person *out, struct err *err)
{
    bool failed = false;
    struct pool_login login = {.email = email, .password = password};
    *out = (struct pool_person){.pool = 0};
    for (size_t i = 0; i < l->pools.n && !out->pool; i++) {
        const struct connection *pool = &l->pools.items[i];
        struct err why = {.code = ERR_OK};
        if (!serves(pool, c->app_id) || ask_pool(c, pool, &login, out, &why) == ERR_OK)
            continue;
        failed = true;
        LOG_WARN("pool", "a user pool cannot be asked", KV_STR("pool", pool->id),
                 KV_STR("kind", pool->kind), KV_TEXT("error", why.msg));
    }
    if (out->pool && !is_theirs(l, out))
        out->pool = 0;
    return failed && !out->pool ? err_set(err, ERR_BUSY, "A user pool cannot be reached, try again")
                                : ERR_OK;
}

enum err_code
pool_ready(struct call *c, const struct user *user, struct str email, struct pool_list **out,
           struct err *err)
{
    *out = NULL;
    if (!email.n || (user->seq && user->password_hash.n))
        return ERR_OK;
    struct pool_list *l = ARENA_NEW(c->arena, struct pool_list);
    *l = (struct pool_list){.c = c, .user = user};
    enum err_code rc = store_tx(c->server->store, DB_READ, list, l, err);
    if (rc || l->pools.n == 0)
        return rc;
    *out = l;
    return outward_ready(c, err);
}

/* ---- taking them in ---- */

static enum err_code
make_tenant(const struct scope *s, const struct pool_person *p, struct scope *out, struct err *err)
{
    struct tenant t = {.name = p->name.n ? p->name : p->email};
    enum err_code rc = store_tenant_create(s, &t, NULL, err);
    return rc ? rc : scope_tenant(s, t.tenant_id, out, err);
}

static enum err_code
join(struct call *c, const struct scope *s, const struct pool_person *p, const struct user *u,
     struct err *err)
{
    struct scope tenant;
    enum err_code rc = p->how == POOL_TENANT_NEW
                           ? make_tenant(s, p, &tenant, err)
                           : scope_tenant(s, p->tenant_id.n ? p->tenant_id : STR(""), &tenant, err);
    if (rc)
        return rc;
    if (tenant.tenant_seq <= 0) {
        LOG_WARN("pool", "who signed in belongs to no tenant here", KV_STR("tenant", p->tenant_id));
        return refuse_sign_in(c, err);
    }
    rc = restrict_email(c, &tenant, u->email, err);
    if (!rc)
        rc = store_membership_add(&tenant, u->id, MEMBER_ACTIVATED, 0, err);
    return rc;
}

static enum err_code
create(struct call *c, const struct scope *s, const struct pool_person *p, struct str hash,
       struct user *u, struct err *err)
{
    *u = (struct user){.email = p->email,
                       .name = p->name,
                       .profile_picture_url = p->picture,
                       .verified = p->is_verified,
                       .password_hash = hash,
                       .password_changed_at = hash.n ? c->now : 0};
    enum err_code rc = store_user_create(s, u, err);
    if (rc == ERR_CONFLICT) /* somebody took the address meanwhile */
        return refuse_sign_in(c, err);
    return rc ? rc : join(c, s, p, u, err);
}

static enum err_code
update(const struct scope *s, const struct pool_person *p, struct str hash, struct user *u,
       struct err *err)
{
    uint64_t given = 0;
    if (p->sync && p->name.n) {
        u->name = p->name;
        given |= USER_F(name);
    }
    if (p->sync && p->picture.n) {
        u->profile_picture_url = p->picture;
        given |= USER_F(profile_picture_url);
    }
    if (p->is_verified && !u->verified) {
        u->verified = true;
        given |= USER_F(verified);
    }
    if (hash.n) {
        u->password_hash = hash;
        u->password_changed_at = s->now;
        given |= USER_F(password_hash) | USER_F(password_changed_at);
    }
    return given ? store_user_update(s, u, given, err) : ERR_OK;
}

enum err_code
pool_admit(struct call *c, const struct scope *s, const struct pool_person *p, struct str hash,
           struct user *user, struct err *err)
{
    struct user there;
    enum err_code rc = store_user_get(s, USER_BY_EMAIL, p->email, &there, err);
    if (rc == ERR_NOT_FOUND) {
        rc = create(c, s, p, hash, user, err);
    } else if (!rc && there.password_hash.n) {
        rc = refuse_sign_in(c, err); /* a password was set since the pool was asked */
    } else if (!rc) {
        *user = there;
        rc = update(s, p, hash, user, err);
    }
    return rc ? rc : store_connection_saw(s, p->pool, user->id, err);
}
