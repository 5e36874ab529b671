#include "server/auth.h"

#include "base/mem.h"
#include "base/secret.h"
#include "server/auth_cache.h"
#include "server/auth_machine.h"
#include "server/jwt_claims.h"
#include "server/session_token.h"
#include "store/envs.h"
#include "store/jwt_templates.h"
#include "store/tenants.h"
#include "store/users.h"

enum {
    ENVIRONMENTS_MAX = 64,
    KEYS_MAX = 16,
    CONTEXT_MAX = 1024 * 1024, /* what templates may name, in bytes */
    RECHECK_MS = 900, /* so that, with the look-up itself, a lost right is lost within a second */
    LASTING_MS = 3600 * 1000 /* how long the verdict on a token without exp is kept */
};

struct authority {
    struct store *store;
    struct arena arena;
    struct auth_environment environments[ENVIRONMENTS_MAX];
    size_t n;
    struct auth_cache cache;
    atomic_uint_fast64_t epoch;
};

/* -- environments and keys -- */

static void
free_keys(struct authority *a)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->environments[i].n_keys; k++)
            jwt_key_free(a->environments[i].keys[k]);
    a->n = 0;
}

static enum err_code
load_key(struct authority *a, struct auth_environment *e, const struct signing_key *k,
         struct err *err)
{
    enum jwt_alg alg;
    if (!jwt_alg_parse(k->algorithm, &alg))
        return err_set(err, ERR_CORRUPT, "the signing key %.*s is of an unknown kind",
                       STR_ARG(k->id));
    struct jwt_key *key = NULL;
    enum err_code rc = alg == JWT_HS256 ? jwt_key_from_secret(&key, k->private_pem, k->id, err)
                                        : jwt_key_from_pem(&key, alg, k->private_pem, k->id, err);
    secret_wipe_str(k->private_pem); /* OpenSSL has it */
    if (rc)
        return rc;
    if (!e->keys)
        e->keys = ARENA_ARRAY(&a->arena, KEYS_MAX, struct jwt_key *);
    e->keys[e->n_keys++] = key;
    return ERR_OK;
}

/* The newest of its kind. */
static const struct jwt_key *
newest(const struct auth_environment *e, bool is_shared)
{
    for (size_t i = 0; i < e->n_keys; i++)
        if ((jwt_key_alg(e->keys[i]) == JWT_HS256) == is_shared)
            return e->keys[i];
    return NULL;
}

static enum err_code
load_environment(struct authority *a, struct db_conn *conn, struct arena *scratch, struct str id,
                 struct err *err)
{
    struct auth_environment *e = &a->environments[a->n++];
    *e = (struct auth_environment){.id = arena_str(&a->arena, id)};
    struct scope s;
    struct signing_key_list list = {.n = 0};
    enum err_code rc = scope_open(&s, conn, scratch, id, STR_ABSENT, err);
    if (!rc)
        rc = store_signing_key_list(&s, true, &list, err);
    for (size_t i = 0; i < list.n && e->n_keys < KEYS_MAX && !rc; i++)
        if (!list.items[i].retired_at)
            rc = load_key(a, e, &list.items[i], err);
    e->key = newest(e, false);
    e->shared_key = newest(e, true);
    if (!rc && !e->key)
        rc = err_set(err, ERR_CORRUPT, "environment %.*s has no signing key", STR_ARG(id));
    return rc;
}

static enum err_code
load(struct db_conn *conn, void *arg, struct err *err)
{
    struct authority *a = arg;
    free_keys(a);
    struct arena scratch;
    arena_init(&scratch, 4 * 1024 * 1024);
    struct env_list list = {.n = 0};
    enum err_code rc = store_env_list(conn, &scratch, &list, err);
    for (size_t i = 0; i < list.n && i < ENVIRONMENTS_MAX && !rc; i++)
        rc = load_environment(a, conn, &scratch, list.items[i].id, err);
    arena_fini(&scratch);
    return rc;
}

enum err_code
auth_new(struct authority **out, struct store *store, struct err *err)
{
    struct authority *a = mem_new(1, sizeof *a);
    a->store = store;
    arena_init(&a->arena, 1024 * 1024);
    auth_cache_init(&a->cache);
    enum err_code rc = store_tx(store, DB_READ, load, a, err);
    if (rc) {
        auth_free(a);
        a = NULL;
    }
    *out = a;
    return rc;
}

void
auth_free(struct authority *a)
{
    if (!a)
        return;
    auth_cache_fini(&a->cache);
    free_keys(a);
    arena_fini(&a->arena);
    mem_free(a);
}

size_t
auth_environments(const struct authority *a)
{
    return a->n;
}

const struct auth_environment *
auth_environment(const struct authority *a, size_t i)
{
    return i < a->n ? &a->environments[i] : NULL;
}

const struct auth_environment *
auth_find_environment(const struct authority *a, struct str id)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->environments[i].id, id))
            return &a->environments[i];
    return NULL;
}

/* -- what a token says -- */

static const struct {
    const char *type;
    enum principal_kind kind;
    bool lasting; /* may be without exp */
} KINDS[] = {
    {"vendor", PRINCIPAL_VENDOR, false},
    {"userToken", PRINCIPAL_USER, false},
    {"userApiToken", PRINCIPAL_USER_TOKEN, false},
    {"userAccessToken", PRINCIPAL_USER_TOKEN, true},
    {"tenantApiToken", PRINCIPAL_TENANT_TOKEN, false},
    {"tenantAccessToken", PRINCIPAL_TENANT_TOKEN, true},
};

static enum err_code
refuse(struct err *err)
{
    return err_set(err, ERR_UNAUTHENTICATED, "Unauthenticated");
}

static struct str
claim(struct auth_verdict *v, const struct json *claims, const char *name)
{
    return arena_str(&v->arena, json_str(json_get(claims, name)));
}

static void
read_permissions(struct auth_verdict *v, const struct json *list)
{
    size_t n = json_type(list) == JSON_ARRAY ? json_len(list) : 0;
    v->has_permissions = json_type(list) == JSON_ARRAY;
    if (n == 0)
        return;
    struct str *keys = ARENA_ARRAY(&v->arena, n, struct str);
    size_t used = 0;
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (str_given(json_str(it)))
            keys[used++] = arena_str(&v->arena, json_str(it));
    v->who.permissions = keys;
    v->who.n_permissions = used;
}

/* Whose environment it names. The audience of a template's token may be an application; that the
 * environment's key has signed it is enough. */
static bool
is_ours(const struct auth_verdict *v, const struct json *claims)
{
    if (v->who.kind == PRINCIPAL_VENDOR)
        return str_eq(json_str(json_get(claims, "vendorId")), v->vendor);
    return json_get(claims, JWT_CLAIM_OURS) || str_eq(json_str(json_get(claims, "aud")), v->vendor);
}

/* The members that a token of its kind must have. */
static bool
is_complete(const struct auth_verdict *v)
{
    const struct principal *p = &v->who;
    switch (p->kind) {
    case PRINCIPAL_VENDOR:
        return true;
    case PRINCIPAL_USER:
        return p->user_id.n > 0 && p->tenant_id.n > 0 && p->session_id.n > 0 &&
               v->stamp.n == RIGHTS_STAMP_SIZE - 1;
    case PRINCIPAL_USER_TOKEN:
        return p->user_id.n > 0 && p->tenant_id.n > 0;
    case PRINCIPAL_TENANT_TOKEN:
        return p->token_id.n > 0 && p->tenant_id.n > 0;
    case PRINCIPAL_NONE:
        break;
    }
    return false;
}

static void
read_kind(struct auth_verdict *v, struct str type)
{
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (str_eq(type, str_of(KINDS[i].type))) {
            v->who.kind = KINDS[i].kind;
            v->is_lasting = KINDS[i].lasting;
        }
    v->type = arena_str(&v->arena, type);
}

/* What a template wrote is not believed: whom the token is about is said in a member of ours, and what
 * they may do is looked up. */
static bool
read_claims(struct auth_verdict *v, const struct json *claims, int64_t now)
{
    const struct json *ours = json_get(claims, JWT_CLAIM_OURS);
    int64_t exp = 0;
    bool ends = json_to_i64(json_get(claims, "exp"), &exp);
    read_kind(v, json_str(json_get(claims, "type")));
    if (!ends && !v->is_lasting)
        return false;
    v->expires_ms = ends ? exp * 1000 : now + LASTING_MS;
    v->who.token_id = claim(v, ours ? ours : claims, "sub");
    v->who.tenant_id = claim(v, claims, "tenantId");
    v->who.session_id = claim(v, claims, "sid");
    v->who.actor_id = claim(v, json_get(claims, "act"), "sub");
    v->who.actor_email = claim(v, json_get(claims, "act"), "email");
    v->stamp = str_sub(claim(v, claims, "jti"), 0, RIGHTS_STAMP_SIZE - 1);
    v->who.user_id = v->who.kind == PRINCIPAL_USER ? v->who.token_id : claim(v, claims, "userId");
    if (!v->is_lasting) {
        (void)json_to_bool(json_get(claims, "superUser"), &v->who.super_user);
        read_permissions(v, ours ? NULL : json_get(claims, "permissions"));
    }
    return is_ours(v, claims) && is_complete(v);
}

static enum err_code
verify(struct authority *a, struct str token, int64_t now, struct auth_verdict *v, struct err *err)
{
    struct jwt_rules rules = {.now_ms = now, .lasting = true};
    struct json *claims = NULL;
    enum jwt_fault fault = JWT_NO_KEY;
    for (size_t i = 0; i < a->n && fault == JWT_NO_KEY; i++) {
        const struct auth_environment *e = &a->environments[i];
        v->vendor = e->id; /* lives as long as the auth */
        fault =
            jwt_verify((const struct jwt_key *const *)e->keys, e->n_keys, token, &rules, &claims);
    }
    bool ok = fault == JWT_OK && read_claims(v, claims, now);
    json_free(claims);
    return ok ? ERR_OK : refuse(err);
}

/* -- what the database says -- */

struct account {
    struct auth_verdict *v;
    int64_t now;
    bool in_order;
};

/* A person's token stands on a session, and on rights that are still the ones it was made with. */
static enum err_code
look_up_session(struct db_conn *conn, struct arena *scratch, struct account *acc, struct err *err)
{
    struct auth_verdict *v = acc->v;
    struct session_check check = {.vendor = v->vendor,
                                  .session_id = v->who.session_id,
                                  .user_id = v->who.user_id,
                                  .tenant_id = v->who.tenant_id,
                                  .now = acc->now};
    struct rights rights;
    char stamp[RIGHTS_STAMP_SIZE];
    enum err_code rc = store_session_check(conn, &check, err);
    if (!rc)
        rc = store_rights_get(conn, scratch, check.user_seq, check.tenant_seq, &rights, err);
    if (rc)
        return rc;
    rights_stamp(&rights, check.super_user, stamp);
    acc->in_order = str_eq(v->stamp, str_of(stamp));
    /* The environment may leave permissions out of tokens; they hold nevertheless. */
    if (acc->in_order && !v->has_permissions)
        auth_take_permissions(v, &rights);
    return ERR_OK;
}

static enum err_code
look_up(struct db_conn *conn, void *arg, struct err *err)
{
    struct account *acc = arg;
    struct arena scratch;
    acc->in_order = false;
    arena_init(&scratch, 1024 * 1024);
    enum err_code rc =
        acc->v->who.kind == PRINCIPAL_USER
            ? look_up_session(conn, &scratch, acc, err)
            : auth_machine_look_up(conn, &scratch, acc->v, acc->now, &acc->in_order, err);
    arena_fini(&scratch);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static bool
is_fresh(struct authority *a, struct auth_verdict *v, int64_t now)
{
    int64_t age = now - atomic_load(&v->checked_ms);
    return v->who.kind == PRINCIPAL_VENDOR ||
           (atomic_load(&v->epoch) == atomic_load(&a->epoch) && age >= 0 && age < RECHECK_MS);
}

/* Asks again whether the account is in order, unless that was just done. */
static enum err_code
check_account(struct authority *a, struct auth_verdict *v, int64_t now, struct err *err)
{
    uint64_t epoch = atomic_load(&a->epoch);
    if (is_fresh(a, v, now))
        return ERR_OK;
    struct account acc = {.v = v, .now = now};
    enum err_code rc = store_tx(a->store, DB_READ, look_up, &acc, err);
    if (rc)
        return rc;
    if (!acc.in_order)
        return refuse(err);
    atomic_store(&v->checked_ms, now);
    atomic_store(&v->epoch, epoch);
    return ERR_OK;
}

/* -- the check -- */

/* What an access token may do is looked up with each check, so an old verdict on one is none. */
static struct auth_verdict *
find_verdict(struct authority *a, const unsigned char hash[TOKEN_HASH_SIZE], int64_t now)
{
    struct auth_verdict *v = auth_cache_get(&a->cache, hash, now);
    if (!v || !v->is_lasting || is_fresh(a, v, now))
        return v;
    auth_release(v);
    return NULL;
}

enum err_code
auth_check(struct authority *a, struct str token, int64_t now, struct auth_verdict **out,
           struct err *err)
{
    *out = NULL;
    if (token.n == 0 || token.n > JWT_SIZE_MAX)
        return refuse(err);
    unsigned char hash[TOKEN_HASH_SIZE];
    token_fingerprint(token, hash);
    struct auth_verdict *v = find_verdict(a, hash, now);
    bool known = v != NULL;
    enum err_code rc = ERR_OK;
    if (!known) {
        v = auth_verdict_new();
        memcpy(v->hash, hash, sizeof hash);
        atomic_store(&v->checked_ms, INT64_MIN / 2);
        rc = verify(a, token, now, v, err);
    }
    if (!rc)
        rc = check_account(a, v, now, err);
    if (!rc && !known)
        auth_cache_put(&a->cache, v, now);
    if (rc) {
        auth_release(v);
        v = NULL;
    }
    *out = v;
    return rc;
}

const struct principal *
auth_principal(const struct auth_verdict *v)
{
    return &v->who;
}

struct str
auth_vendor(const struct auth_verdict *v)
{
    return v->vendor;
}

void
auth_forget(struct authority *a)
{
    atomic_fetch_add(&a->epoch, 1);
}

/* ---- making ---- */

static void
write_payload(const struct auth_environment *e, const struct auth_grant *grant, struct buf *out)
{
    struct jw w;
    jw_init(&w, out);
    jw_open(&w, '{');
    jw_kstr(&w, "iss", grant->issuer);
    jw_kstr(&w, "aud", e->id);
    jw_ki64(&w, "iat", grant->now / 1000);
    if (grant->lifetime_s)
        jw_ki64(&w, "exp", grant->now / 1000 + grant->lifetime_s);
    if (grant->template) {
        jw_kstr(&w, "clientId", e->id);
        jw_kstr(&w, "applicationId", str_given(grant->app_id) ? grant->app_id : e->id);
    }
    grant->claims(&w, grant->arg);
    jw_close(&w, '}');
}

/* Puts what the template makes of it in place of the plain payload. */
static enum err_code
shape_payload(const struct jwt_template *t, struct buf *payload, struct err *err)
{
    struct json *plain = json_parse(buf_str(payload), payload->n, err);
    if (!plain)
        return err_failed(err);
    buf_fini(payload);
    buf_init(payload, JWT_SIZE_MAX);
    enum err_code rc = jwt_claims_fill(t->claims, t->key, plain, payload, err);
    json_free(plain);
    return rc;
}

enum err_code
auth_issue(const struct authority *a, const struct auth_grant *grant, struct buf *out,
           struct err *err)
{
    const struct auth_environment *e = auth_find_environment(a, grant->vendor);
    if (!e)
        return err_set(err, ERR_NOT_FOUND, "Environment not found");
    const struct jwt_key *key = grant->algorithm == JWT_HS256 ? e->shared_key : e->key;
    if (!key)
        return err_set(err, ERR_CORRUPT, "environment %.*s has no key for %s", STR_ARG(e->id),
                       jwt_alg_name(grant->algorithm));
    struct buf text;
    buf_init(&text, grant->template ? CONTEXT_MAX : JWT_SIZE_MAX);
    write_payload(e, grant, &text);
    enum err_code rc = ERR_OK;
    if (grant->template && !text.failed)
        rc = shape_payload(grant->template, &text, err);
    if (!rc)
        rc = text.failed ? err_set_ref(err, ERR_LIMIT, "ER-05001", "JWT token size exceeded")
                         : jwt_sign(key, buf_str(&text), out, err);
    buf_fini(&text);
    return rc;
}

bool
auth_may(const struct principal *p, struct str permission)
{
    for (size_t i = 0; i < p->n_permissions; i++) {
        struct str held = p->permissions[i];
        if (str_eq(held, permission))
            return true;
        if (held.n > 0 && held.p[held.n - 1] == '*' &&
            str_starts(permission, str_sub(held, 0, held.n - 1)))
            return true;
    }
    return false;
}

void
auth_count(struct authority *a, struct auth_counts *out)
{
    *out = (struct auth_counts){.hits = 0};
    for (size_t i = 0; i < AUTH_SHARDS; i++) {
        struct auth_shard *shard = &a->cache.shards[i];
        pthread_mutex_lock(&shard->lock);
        out->hits += shard->hits;
        out->misses += shard->misses;
        for (size_t slot = 0; slot < AUTH_SETS * AUTH_WAYS; slot++)
            out->entries += shard->slots[slot / AUTH_WAYS][slot % AUTH_WAYS] != NULL;
        pthread_mutex_unlock(&shard->lock);
    }
}
