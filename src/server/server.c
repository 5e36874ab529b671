#include "server/server.h"

#include "api/route.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/password.h"
#include "crypto/seal.h"
#include "deliver/outbound.h"
#include "server/auth.h"
#include "server/captcha.h"
#include "server/deliver.h"
#include "server/demo.h"
#include "server/dispatch.h"
#include "server/environment.h"
#include "server/jobs.h"
#include "server/known_passwords.h"
#include "server/meta.h"
#include "server/metrics.h"
#include "server/ratelimit.h"
#include "server/registry.h"
#include "server/state.h"
#include "store/store.h"

#include <unistd.h>

enum { GRACE_MS = 9000, HASHES_MAX = 8, HASHES_WAITING = 64, PEM_MAX = 256 * 1024 };

/* -- database -- */

static struct str
database_url(const struct server_options *o, struct arena *a)
{
    if (o->database)
        return str_of(o->database);
    return o->data ? arena_printf(a, "sqlite:%s/gatehouse.db", o->data) : STR("sqlite::memory:");
}

/* Makes the folder, or finds the database that must be there. */
static enum err_code
prepare_place(const struct server_options *o, struct str url, struct err *err)
{
    if (!o->data)
        return ERR_OK;
    if (!o->existing)
        return file_make_dirs(o->data, err);
    if (o->database || access(url.p + sizeof "sqlite:" - 1, F_OK) == 0)
        return ERR_OK;
    return err_set(err, ERR_NOT_FOUND, "there is no database in %s", o->data);
}

enum err_code
server_open_database(struct db **out, const struct server_options *o, struct err *err)
{
    *out = NULL;
    struct arena a;
    arena_init(&a, 64 * 1024);
    struct str url = database_url(o, &a);
    struct db_options options = {
        .create = !o->existing, .read_only = o->existing, .lock_dir = o->data};
    enum err_code rc = prepare_place(o, url, err);
    if (!rc)
        rc = db_open(out, url, &options, err);
    if (!rc && !o->existing)
        rc = db_migrate(*out, err);
    if (rc) {
        db_close(*out);
        *out = NULL;
    }
    arena_fini(&a);
    return rc;
}

/* -- start -- */

struct pem {
    struct arena *arena;
    struct str text;
};

static void
copy_pem(struct str bytes, void *arg)
{
    struct pem *pem = arg;
    pem->text = arena_str(pem->arena, bytes);
}

static enum err_code
read_tls(const struct server_options *o, struct arena *a, struct http_options *h, struct err *err)
{
    if (!o->tls_cert)
        return ERR_OK;
    enum err_code rc = file_read(o->tls_cert, PEM_MAX, a, &h->tls_cert, err);
    if (rc)
        return rc;
    struct secret *key = secret_from_file(o->tls_key, err);
    if (!key)
        return err_failed(err);
    struct pem pem = {.arena = a};
    secret_with(key, copy_pem, &pem);
    secret_free(key);
    h->tls_key = pem.text;
    return ERR_OK;
}

static enum err_code
open_store(struct server *s, const struct server_options *o, struct err *err)
{
    struct db *db = NULL;
    enum err_code rc = server_open_database(&db, o, err);
    if (rc)
        return rc;
    struct str key = o->data ? arena_printf(&s->arena, "%s/storage.key", o->data) : STR_ABSENT;
    rc = seal_open(&s->seal, key.p, err);
    if (rc) {
        db_close(db);
        return rc;
    }
    struct sealer sealer = {.ctx = s->seal, .seal = seal_encrypt, .open = seal_decrypt};
    return store_open(&s->store, db, &sealer, err);
}

/* As many hashes at once as there are processors; each takes one of them whole, and 19 MiB. */
static unsigned
hashes_at_once(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > HASHES_MAX ? HASHES_MAX : (unsigned)cores;
}

/* Everything but sockets. */
static void
open_outbound(struct server *s, const struct server_options *o)
{
    s->captcha_url = arena_text(&s->arena, o->captcha_url ? o->captcha_url : CAPTCHA_URL);
    s->outbound = outbound_new(&(struct outbound_options){.allowed = o->allow_outbound});
}

static enum err_code
prepare(struct server *s, const struct server_options *o, struct err *err)
{
    s->registry = mem_new(1, sizeof *s->registry);
    enum err_code rc = registry_init(s->registry, err);
    if (!rc)
        rc = known_passwords_open(&s->known, o->breached_passwords, err);
    if (!rc)
        rc = open_store(s, o, err);
    if (!rc)
        rc = environment_ensure(s->store, o, &s->arena, &s->vendor, err);
    if (!rc && o->demo)
        rc = demo_fill(s->store, s->vendor, err);
    if (!rc)
        rc = auth_new(&s->auth, s->store, err);
    if (!rc)
        rc = meta_init(s, err);
    s->routes = route_new();
    enum ratelimit_mode limits = RATELIMIT_PUBLIC;
    if (!rc && !ratelimit_parse(o->rate_limit, &limits))
        rc = err_set(err, ERR_USAGE, "the rate limit must be on, off or public");
    s->limits = ratelimit_new(limits);
    s->metrics = mem_new(1, sizeof *s->metrics);
    s->passwords = password_gate_new(hashes_at_once(), HASHES_WAITING);
    open_outbound(s, o);
    if (!rc)
        rc = deliver_start(
            &s->deliver,
            &(struct deliver_options){
                .store = s->store, .outbox = s->outbox, .public_url = s->public_url, .server = o},
            err);
    if (!rc)
        rc = jobs_start(&s->jobs, s, err);
    return rc;
}

static void
handle(void *arg, struct http_request *r)
{
    dispatch(arg, r);
}

static enum http_lane
lane(void *arg, const struct http_request *r)
{
    return dispatch_lane(arg, r);
}

/* Links and token issuers name the server as clients reach it. */
static void
name_server(struct server *s, const struct server_options *o)
{
    struct str url = o->public_url ? str_of(o->public_url) : STR("http://localhost");
    for (size_t i = 0; s->http && !o->public_url && str_given(http_address(s->http, i)); i++)
        if (!str_starts(http_address(s->http, i), STR("unix:"))) {
            url = http_address(s->http, i);
            break;
        }
    if (str_ends(url, STR("/")))
        url.n--;
    s->public_url = arena_str(&s->arena, url);
    struct str outbox = str_of(o->outbox);
    if (!o->outbox && o->data)
        outbox = arena_printf(&s->arena, "%s/outbox", o->data);
    s->outbox = arena_str(&s->arena, outbox);
}

/* The sockets come first: a wrong address is told before anything is made on disk. Who connects early waits. */
static enum err_code
open_sockets(struct server *s, const struct server_options *o, struct arena *scratch,
             struct str *key, struct err *err)
{
    struct http_options h = {.listen = o->listen,
                             .n_listen = o->n_listen,
                             .insecure_listen = o->insecure_listen,
                             .threads = o->threads,
                             .workers = o->workers,
                             .handle = handle,
                             .hashers = hashes_at_once() + 1, /* one reads and writes meanwhile */
                             .lane = lane,
                             .arg = s};
    enum err_code rc = read_tls(o, scratch, &h, err);
    *key = h.tls_key;
    if (!rc && o->n_listen > 0)
        rc = http_open(&s->http, &h, err);
    if (!rc)
        name_server(s, o);
    return rc;
}

static enum err_code
start(struct server *s, const struct server_options *o, struct err *err)
{
    struct arena scratch; /* the TLS key, until the library has it */
    struct str key = {NULL, 0};
    arena_init(&scratch, 4 * PEM_MAX);
    enum err_code rc = open_sockets(s, o, &scratch, &key, err);
    if (!rc)
        rc = prepare(s, o, err);
    if (!rc && s->http)
        rc = http_serve(s->http, err);
    secret_wipe_str(key);
    arena_fini(&scratch);
    return rc;
}

enum err_code
server_start(struct server **out, const struct server_options *options, struct err *err)
{
    *out = NULL;
    struct err inner = {.code = ERR_OK};
    if (!err)
        err = &inner;
    struct server *s = mem_new(1, sizeof *s);
    arena_init(&s->arena, 4 * 1024 * 1024);
    s->started_ms = clock_mono_ms();
    s->proxies = options->proxies;
    rand_bytes(s->trace_seed, sizeof s->trace_seed);
    enum err_code rc = start(s, options, err);
    if (rc) {
        server_stop(s);
        return rc;
    }
    *out = s;
    return ERR_OK;
}

void
server_stop(struct server *s)
{
    if (!s)
        return;
    deliver_close(s->deliver);
    jobs_close(s->jobs);
    outbound_close(s->outbound);
    http_stop(s->http, GRACE_MS);
    jobs_stop(s->jobs);
    deliver_stop(s->deliver);
    outbound_free(s->outbound);
    auth_free(s->auth);
    store_close(s->store);
    seal_close(s->seal);
    route_free(s->routes);
    ratelimit_free(s->limits);
    password_gate_free(s->passwords);
    known_passwords_close(s->known);
    mem_free(s->metrics);
    mem_free(s->registry);
    arena_fini(&s->arena);
    mem_free(s);
}

struct str
server_address(const struct server *s, size_t i)
{
    return s->http ? http_address(s->http, i) : STR_ABSENT;
}

struct store *
server_store(const struct server *s)
{
    return s->store;
}

struct str
server_vendor(const struct server *s)
{
    return s->vendor;
}
