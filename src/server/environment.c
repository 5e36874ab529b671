#include "server/environment.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/jwt.h"
#include "crypto/token.h"
#include "server/demo.h"
#include "store/envs.h"

enum { SECRET_MIN = 16 };

struct ensure {
    const struct server_options *o;
    struct arena *arena;
    struct str wanted, secret_hash; /* given by options, else absent */
    struct jwt_key
        *key; /* for a new environment; made outside the transaction, for it takes long */
    bool empty;
    struct str vendor;
};

/* -- the given secret -- */

static void
hash_secret(struct str bytes, void *arg)
{
    struct ensure *e = arg;
    if (bytes.n >= SECRET_MIN)
        e->secret_hash = token_hash_hex(e->arena, bytes);
}

static enum err_code
read_given(struct ensure *e, struct err *err)
{
    if (!e->o->client_id || !e->o->secret_file)
        return ERR_OK;
    struct secret *secret = secret_from_file(e->o->secret_file, err);
    if (!secret)
        return err && err->code ? err->code : ERR_CONFIG;
    secret_with(secret, hash_secret, e);
    secret_free(secret);
    if (!str_given(e->secret_hash))
        return err_set(err, ERR_CONFIG, "the secret in %s must have at least %d characters",
                       e->o->secret_file, SECRET_MIN);
    e->wanted = str_of(e->o->client_id);
    return ERR_OK;
}

/* -- what is there -- */

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct ensure *e = arg;
    struct env_list list = {.n = 0};
    enum err_code rc = store_env_list(conn, e->arena, &list, err);
    e->empty = list.n == 0;
    e->vendor = e->wanted;
    bool found = false;
    for (size_t i = 0; i < list.n && !rc; i++)
        found = found || str_eq(list.items[i].id, e->wanted);
    if (!str_given(e->wanted) && list.n > 0)
        e->vendor = list.items[0].id;
    e->empty = e->empty || (str_given(e->wanted) && !found);
    return rc;
}

static enum err_code
set_secret(struct db_conn *conn, void *arg, struct err *err)
{
    struct ensure *e = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, e->arena, e->vendor, STR_ABSENT, err);
    if (!rc)
        s.now = clock_now_ms();
    return rc ? rc : store_env_set_secret(&s, e->secret_hash, err);
}

/* -- a new one -- */

static enum err_code
create(struct db_conn *conn, void *arg, struct err *err)
{
    struct ensure *e = arg;
    struct env env = {.id = e->vendor,
                      .name = STR("Local"),
                      .secret_hash = e->secret_hash,
                      .created_at = clock_now_ms()};
    struct scope s;
    struct signing_key k = {
        .id = jwt_key_id(e->key), .algorithm = STR("RS256"), .created_at = env.created_at};
    enum err_code rc = store_env_create(conn, &env, err);
    if (!rc)
        rc = scope_open(&s, conn, e->arena, e->vendor, STR_ABSENT, err);
    if (!rc)
        rc = jwt_key_public_pem(e->key, e->arena, &k.public_pem, err);
    if (!rc)
        rc = jwt_key_private_pem(e->key, e->arena, &k.private_pem, err);
    if (!rc) {
        s.now = env.created_at;
        rc = store_signing_key_add(&s, &k, err);
    }
    secret_wipe_str(k.private_pem);
    return rc;
}

/* Picks id and secret, and writes them down before anything else knows them. */
static enum err_code
make_credentials(struct ensure *e, struct err *err)
{
    if (str_given(e->wanted))
        return ERR_OK;
    e->vendor = e->o->demo ? STR(DEMO_ENVIRONMENT) : rand_uuid_str(e->arena);
    struct str secret = token_new(e->arena);
    e->secret_hash = token_hash_hex(e->arena, secret);
    if (!e->o->data)
        return ERR_OK;
    struct str path = arena_printf(e->arena, "%s/credentials", e->o->data);
    struct str text = arena_printf(e->arena, "client_id = %.*s\nsecret = %.*s\n",
                                   STR_ARG(e->vendor), STR_ARG(secret));
    return file_write(path.p, text, 0600, err);
}

static enum err_code
make(struct ensure *e, struct store *store, struct err *err)
{
    enum err_code rc = jwt_key_generate(&e->key, JWT_RS256, err);
    if (!rc)
        rc = make_credentials(e, err);
    if (!rc)
        rc = store_tx(store, DB_WRITE, create, e, err);
    jwt_key_free(e->key);
    return rc;
}

/* -- the key that is shared with applications, for those who want HS256 -- */

struct sharing {
    struct arena *arena;
    struct str vendor;
};

/* Named after the environment, so that of two servers that start at once only one can add it. */
static enum err_code
ensure_shared(struct db_conn *conn, void *arg, struct err *err)
{
    struct sharing *e = arg;
    struct scope s;
    struct signing_key_list list = {.n = 0};
    struct signing_key k = {
        .id = arena_printf(e->arena, "hs256-%.*s", 32, token_hash_hex(e->arena, e->vendor).p),
        .algorithm = STR("HS256"),
        .public_pem = STR(""),
        .created_at = clock_now_ms()};
    enum err_code rc = scope_open(&s, conn, e->arena, e->vendor, STR_ABSENT, err);
    if (!rc)
        rc = store_signing_key_list(&s, false, &list, err);
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.items[i].algorithm, k.algorithm) && !list.items[i].retired_at)
            return rc;
    if (rc)
        return rc;
    k.private_pem = token_new(e->arena);
    rc = store_signing_key_add(&s, &k, err);
    secret_wipe_str(k.private_pem);
    return rc;
}

struct environments {
    struct arena *arena;
    struct env_list list;
};

static enum err_code
list_environments(struct db_conn *conn, void *arg, struct err *err)
{
    struct environments *e = arg;
    return store_env_list(conn, e->arena, &e->list, err);
}

static enum err_code
ensure_all_shared(struct store *store, struct arena *a, struct err *err)
{
    struct environments e = {.arena = a};
    enum err_code rc = store_tx(store, DB_READ, list_environments, &e, err);
    for (size_t i = 0; i < e.list.n && !rc; i++) {
        struct sharing sharing = {.arena = a, .vendor = e.list.items[i].id};
        rc = store_tx(store, DB_WRITE, ensure_shared, &sharing, err);
        if (rc == ERR_CONFLICT) /* another server was first */
            rc = ERR_OK;
    }
    return rc;
}

enum err_code
environment_ensure(struct store *store, const struct server_options *o, struct arena *a,
                   struct str *vendor, struct err *err)
{
    struct arena scratch;
    arena_init(&scratch, 1024 * 1024);
    struct ensure e = {.o = o, .arena = &scratch};
    enum err_code rc = read_given(&e, err);
    if (!rc)
        rc = store_tx(store, DB_READ, look, &e, err);
    if (!rc && e.empty)
        rc = make(&e, store, err);
    else if (!rc && str_given(e.wanted))
        rc = store_tx(store, DB_WRITE, set_secret, &e, err);
    if (!rc)
        rc = ensure_all_shared(store, &scratch, err);
    *vendor = rc ? STR_ABSENT : arena_str(a, e.vendor);
    arena_fini(&scratch);
    return rc;
}
