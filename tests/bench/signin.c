/*
 * Signing in, going on with a session, and second factors, beside the arithmetic in them.
 *   signin FOLDER FOLDER-OF-SESSIONS
 * Both were made by seed; the first one is written to. GATEHOUSED_BIN is the server. Prints a name
 * and a figure on each line: NAME.rate a second, NAME.cpu microseconds of the server for each,
 * NAME.p99 microseconds.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/password.h"
#include "db/db.h"
#include "server/state.h"
#include "store/factors.h"
#include "store/passwords.h"
#include "store/users.h"
#include "tests/support/load.h"
#include "tests/support/measure.h"

#include <argon2.h>
#include <libgen.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PEOPLE = 256,     /* with a password */
    WITH_APP = 128,   /* the first of these have an authenticator app */
    WRONG_CODES = 90, /* of one person; the hundredth would be the last */
    SIGN_INS_AT_ONCE = 8,
    REFRESHES_AT_ONCE = 16,
    CODES_AT_ONCE = 16,
    READERS = 4,
    STORM_FACTOR = 10,
    QUEUE_OF_HASHER = 32, /* of the server: so many wait for each, and the rest is refused */
    STORM_BEYOND = 64,    /* so many keep asking while the queue is full */
    RAW_THREADS_MAX = 64,
    TOKEN_SIZE = 512,
    PATH_SIZE = 512
};
#define SECONDS 3.0
#define PASSWORD "a horse, a battery"
#define AUTH "/identity/resources/auth/v1/user"

/* ---- people ---- */

struct preparing {
    struct str vendor, hash;
    struct arena arena;
    char reader[64]; /* id of a user to be read */
};

static struct str
email_of(struct arena *a, int i)
{
    /* seed leaves every seventh unverified and locks every 101st. */
    int n = 1 + i * 7;
    return arena_printf(a, "user%07d@bench.example", n % 101 ? n : n + 1);
}

static enum err_code
prepare_person(const struct scope *s, const struct preparing *p, int i, struct err *err)
{
    struct user u;
    struct password_past past;
    enum err_code rc = store_user_get(s, USER_BY_EMAIL, email_of(s->arena, i), &u, err);
    if (!rc)
        rc = store_password_past(s, u.id, 1, &past, err);
    if (!rc)
        rc = store_password_set(s, u.id, past.in_force, p->hash, 0, err);
    if (rc || i >= WITH_APP)
        return rc;
    struct authenticator app = {.seed = STR("12345678901234567890")};
    rc = store_authenticator_add(s, u.id, &app, err);
    return rc == ERR_CONFLICT ? ERR_OK : rc; /* from an earlier time */
}

static enum err_code
prepare_all(struct db_conn *conn, void *arg, struct err *err)
{
    struct preparing *p = arg;
    struct scope s;
    struct user u;
    enum err_code rc = scope_open(&s, conn, &p->arena, p->vendor, STR_ABSENT, err);
    s.now = clock_now_ms();
    for (int i = 0; i < PEOPLE && rc == ERR_OK; i++)
        rc = prepare_person(&s, p, i, err);
    if (rc == ERR_OK)
        rc = store_user_get(&s, USER_BY_EMAIL, STR("user0000500@bench.example"), &u, err);
    if (rc == ERR_OK)
        (void)snprintf(p->reader, sizeof p->reader, "%.*s", STR_ARG(u.id));
    return rc;
}

static bool
prepare(const char *folder, struct preparing *p)
{
    struct server *server = NULL;
    struct err err = {.code = ERR_OK};
    struct password_gate *gate = password_gate_new(1, 0);
    arena_init(&p->arena, 16 << 20);
    enum err_code rc = password_hash(gate, STR(PASSWORD), &p->arena, &p->hash, &err);
    if (!rc)
        rc = server_start(&server, &(struct server_options){.data = folder}, &err);
    if (!rc) {
        p->vendor = server_vendor(server);
        rc = store_tx(server_store(server), DB_WRITE, prepare_all, p, &err);
        server_stop(server);
    }
    if (rc)
        (void)fprintf(stderr, "signin: %s\n", err.msg);
    password_gate_free(gate);
    return rc == ERR_OK;
}

/* ---- raw arithmetic: one thread on each core ---- */

struct raw {
    void (*once)(void *own);
    void *(*begin)(void);
    void (*end)(void *own);
    int64_t until;
};
struct raw_count {
    const struct raw *raw;
    pthread_t thread;
    uint64_t n;
};

static void *
run_raw(void *arg)
{
    struct raw_count *c = arg;
    void *own = c->raw->begin();
    while (clock_mono_us() < c->raw->until) {
        c->raw->once(own);
        c->n++;
    }
    c->raw->end(own);
    return NULL;
}

static void
measure_raw(const char *name, struct raw *raw)
{
    static struct raw_count counts[RAW_THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = cores < 1 ? 1 : cores > RAW_THREADS_MAX ? RAW_THREADS_MAX : (int)cores;
    uint64_t n = 0;
    double cpu = measure_cpu_us();
    int64_t start = clock_mono_us();
    raw->until = start + (int64_t)(SECONDS * 1e6);
    for (int i = 0; i < threads; i++) {
        counts[i] = (struct raw_count){.raw = raw};
        ASSERT(pthread_create(&counts[i].thread, NULL, run_raw, &counts[i]) == 0);
    }
    for (int i = 0; i < threads; i++) {
        (void)pthread_join(counts[i].thread, NULL);
        n += counts[i].n;
    }
    printf("%s.rate %.1f\n%s.cpu %.1f\n", name, (double)n * 1e6 / (double)(clock_mono_us() - start),
           name, (measure_cpu_us() - cpu) / (double)n);
}

static void *
argon_begin(void)
{
    return NULL;
}

/* As much of it as a password is hashed with. */
static void
argon_once(void *own)
{
    unsigned char out[32];
    (void)own;
    if (argon2id_hash_raw(2, 19 * 1024, 1, PASSWORD, strlen(PASSWORD), "0123456789abcdef", 16, out,
                          sizeof out) != ARGON2_OK)
        abort();
}

static void
argon_end(void *own)
{
    (void)own;
}

static void *
sign_begin(void)
{
    return EVP_RSA_gen(2048);
}

static void
sign_once(void *own)
{
    unsigned char out[512], text[600] = {0};
    size_t n = sizeof out;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, own) != 1 ||
        EVP_DigestSign(ctx, out, &n, text, sizeof text) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
}

static void
sign_end(void *own)
{
    EVP_PKEY_free(own);
}

/* ---- what loaders ask ---- */

static struct person {
    char email[64];
    char token[TOKEN_SIZE]; /* of the challenge, or "name=value" of the refresh cookie */
    int asked;
} people[PEOPLE];

static int
ask_sign_in(struct loader *l, const struct person *p)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" PASSWORD "\"}", p->email);
    return loader_ask(l, AUTH, "", body);
}

/* One of those without a second factor; another one each time. */
static int
sign_in(struct loader *l)
{
    int n = (int)(l->asked * (unsigned)l->load->loaders) + l->index;
    return ask_sign_in(l, &people[WITH_APP + n % (PEOPLE - WITH_APP)]);
}

static bool
keep_cookie(struct loader *l, struct person *p)
{
    char value[TOKEN_SIZE - 16];
    bool found = loader_find(l, "et-Cookie: fe_refresh_", ';', value, sizeof value);
    if (found)
        (void)snprintf(p->token, sizeof p->token, "fe_refresh_%s", value);
    return found;
}

/* The first time the person signs in. */
static int
refresh(struct loader *l)
{
    struct person *p = &people[WITH_APP + l->index];
    char headers[TOKEN_SIZE + 16];
    if (!p->token[0])
        return ask_sign_in(l, p) == 200 && keep_cookie(l, p) ? 200 : -1;
    (void)snprintf(headers, sizeof headers, "Cookie: %s\r\n", p->token);
    int status = loader_ask(l, AUTH "/token/refresh", headers, "{}");
    return status == 200 && !keep_cookie(l, p) ? -1 : status;
}

/* Each loader gets the challenges of its people. */
static int
begin_code(struct loader *l)
{
    int i = (int)l->asked * CODES_AT_ONCE + l->index;
    if (i >= WITH_APP)
        return -1;
    int status = ask_sign_in(l, &people[i]);
    return status == 200 &&
                   !loader_find(l, "\"mfaToken\":\"", '"', people[i].token, sizeof people[i].token)
               ? -1
               : status;
}

/* A wrong code, which is what guessing costs: it has to be 400. */
static int
check_code(struct loader *l)
{
    char body[TOKEN_SIZE + 64];
    int i = (int)(l->asked / WRONG_CODES) * CODES_AT_ONCE + l->index;
    if (i >= WITH_APP)
        return -1;
    (void)snprintf(body, sizeof body, "{\"mfaToken\":\"%s\",\"value\":\"000000\"}",
                   people[i].token);
    int status = loader_ask(l, AUTH "/mfa/verify", "", body);
    return status == 400 ? 200 : status == 200 ? 500 : status;
}

static char reader_path[128], reader_headers[4400], list_path[128];

static int
read_user(struct loader *l)
{
    return loader_ask(l, reader_path, reader_headers, NULL);
}

static int
read_page(struct loader *l)
{
    return loader_ask(l, list_path, reader_headers, NULL);
}

/* ---- figures ---- */

static bool
said(const char *name, const struct load *l)
{
    printf("%s.rate %.1f\n%s.cpu %.1f\n%s.p99 %.0f\n", name, l->rate, name, l->cpu_us, name,
           l->p99_us);
    if (l->failed || l->rate <= 0)
        (void)fprintf(stderr, "signin: %s: %llu requests failed\n", name,
                      (unsigned long long)l->failed);
    return l->failed == 0 && l->rate > 0;
}

static bool
measure(const char *name, struct load *l)
{
    load_run(l, NULL);
    return said(name, l);
}

/* Others' reads, alone and while ten times as many want to sign in as can. */
static bool
measure_storm(const struct process *server, double capacity)
{
    struct load calm = {.server = server,
                        .ask = read_user,
                        .loaders = READERS,
                        .seconds = SECONDS,
                        .pause_us = 5000};
    struct load beside = calm;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct load storm = {.server = server,
                         .ask = sign_in,
                         .loaders = (int)(cores + 1) * QUEUE_OF_HASHER + STORM_BEYOND,
                         .pause_us = STORM_BEYOND * 1e6 / (capacity * STORM_FACTOR)};
    bool ok = measure("calm", &calm);
    load_run(&beside, &storm);
    printf("storm.offered %.2f\nstorm.rate %.1f\n", storm.offered / capacity, storm.rate);
    printf("beside.p99 %.0f\n", beside.p99_us);
    return beside.failed == 0 && ok;
}

static bool
measure_server(const struct process *server)
{
    struct load in = {
        .server = server, .ask = sign_in, .loaders = SIGN_INS_AT_ONCE, .seconds = SECONDS};
    struct load warm = {
        .server = server, .ask = refresh, .loaders = REFRESHES_AT_ONCE, .seconds = 1};
    struct load on = warm, begin = warm, code = warm;
    on.seconds = SECONDS;
    begin = (struct load){.server = server, .ask = begin_code, .loaders = CODES_AT_ONCE};
    code = (struct load){.server = server, .ask = check_code, .loaders = CODES_AT_ONCE};
    bool ok = measure("signin", &in);
    load_run(&warm, NULL); /* the first ones sign in */
    ok = measure("refresh", &on) && ok;
    load_run(&begin, NULL);
    ok = measure("totp", &code) && ok;
    return measure_storm(server, in.rate) && ok;
}

static void
use_server(const struct process *server, const char *reader)
{
    (void)snprintf(reader_path, sizeof reader_path, "/identity/resources/users/v1/%s", reader);
    (void)snprintf(list_path, sizeof list_path,
                   "/identity/resources/users/v3?_limit=50&_sortBy=createdAt");
    (void)snprintf(reader_headers, sizeof reader_headers,
                   "Authorization: Bearer %s\r\nfrontegg-tenant-id: bench\r\n", server->token);
}

/* What a server with many sessions needs after signing in, refreshing and listing. */
static bool
measure_memory(const struct process *server)
{
    struct load on = {
        .server = server, .ask = refresh, .loaders = REFRESHES_AT_ONCE, .seconds = SECONDS};
    struct load first = on;
    struct load pages = {
        .server = server, .ask = read_page, .loaders = READERS, .seconds = SECONDS};
    for (int i = 0; i < PEOPLE; i++)
        people[i].token[0] = '\0';
    load_run(&first, NULL);
    load_run(&on, NULL);
    load_run(&pages, NULL);
    printf("sessions.refresh.cpu %.1f\nsessions.rss_kib %ld\n", on.cpu_us,
           process_kib(server, "VmRSS:"));
    return on.failed == 0 && pages.failed == 0 && on.rate > 0 && pages.rate > 0;
}

/* A server on the folder, which has people from now on. */
static bool
with_server(const char *folder, bool (*fn)(const struct process *server))
{
    static const char *const quiet[] = {"--log-level", "error", NULL};
    static struct preparing p;
    struct process server;
    char parent[PATH_SIZE], name[PATH_SIZE];
    (void)snprintf(parent, sizeof parent, "%s", folder);
    (void)snprintf(name, sizeof name, "%s", folder);
    (void)setenv("TEST_TMP", dirname(parent), 1);
    bool ok = prepare(folder, &p) && process_start(&server, basename(name), quiet);
    for (int i = 0; i < PEOPLE; i++)
        (void)snprintf(people[i].email, sizeof people[i].email, "%.*s",
                       STR_ARG(email_of(&p.arena, i)));
    if (ok) {
        use_server(&server, p.reader);
        ok = fn(&server);
        ok = process_stop(&server) == 0 && ok;
    }
    arena_fini(&p.arena);
    return ok;
}

int
main(int argc, char **argv)
{
    struct raw argon = {argon_once, argon_begin, argon_end, 0};
    struct raw sign = {sign_once, sign_begin, sign_end, 0};
    if (argc < 3)
        return 2;
    measure_raw("argon", &argon);
    measure_raw("sign", &sign);
    bool ok = with_server(argv[1], measure_server);
    return !with_server(argv[2], measure_memory) || !ok;
}
