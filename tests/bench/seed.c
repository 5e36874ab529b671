/*
 * Fills a data folder for benchmarks: one tenant, one role, N users, a thousand to a transaction,
 * through the same store functions as the server. Usage: seed FOLDER N [SESSIONS-OF-EACH].
 * Prints users per second.
 */
#include "server/server.h"

#include "base/clock.h"
#include "store/roles.h"
#include "store/sessions.h"
#include "store/tenants.h"
#include "store/users.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 1000 };
static const int64_t EPOCH_MS = INT64_C(1767225600000);
static const int64_t SESSION_MS = INT64_C(365) * 86400000;

struct job {
    struct arena arena;
    struct str vendor;
    int64_t from, to;
    int64_t sessions; /* of each user */
};

/* As if they had signed in just now. */
static enum err_code
add_sessions(const struct scope *tenant, const struct job *job, const struct user *u,
             struct err *err)
{
    static const char HASH[] = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    struct scope now = *tenant;
    now.now = clock_now_ms();
    enum err_code rc = ERR_OK;
    for (int64_t i = 0; i < job->sessions && !rc; i++) {
        struct session session = {.user_seq = u->seq,
                                  .tenant_seq = tenant->tenant_seq,
                                  .id =
                                      arena_printf(tenant->arena, "%s-%lld", u->id.p, (long long)i),
                                  .family_hash = STR(HASH),
                                  .secret_hash = STR(HASH),
                                  .methods = 1,
                                  .ip = STR("203.0.113.7"),
                                  .user_agent = STR("Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"),
                                  .expires_at = now.now + SESSION_MS};
        rc = store_session_add(&now, &session, SESSIONS_OF_USER_MAX, NULL, err);
    }
    return rc;
}

static enum err_code
add_tenant(const struct scope *s, struct err *err)
{
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = STR("bench");
    t.name = STR("Bench");
    struct role r = {.key = STR("Member"), .name = STR("Member"), .is_default = true};
    enum err_code rc = store_tenant_create(s, &t, NULL, err);
    return rc ? rc : store_role_create(s, &r, err);
}

static enum err_code
add_batch(struct db_conn *conn, void *arg, struct err *err)
{
    struct job *job = arg;
    struct scope s, tenant;
    arena_reset(&job->arena);
    enum err_code rc = scope_open(&s, conn, &job->arena, job->vendor, STR_ABSENT, err);
    s.now = EPOCH_MS;
    if (!rc && job->from == 0)
        rc = add_tenant(&s, err);
    if (!rc)
        rc = scope_tenant(&s, STR("bench"), &tenant, err);
    for (int64_t i = job->from; !rc && i < job->to; i++) {
        struct user u = {.email =
                             arena_printf(&job->arena, "user%07lld@bench.example", (long long)i),
                         .name = arena_printf(&job->arena, "Person %07lld Example", (long long)i),
                         .metadata = STR("{\"team\":\"alpha\",\"seat\":12}"),
                         .verified = i % 7 != 0,
                         .is_locked = i % 101 == 0};
        s.now = tenant.now = EPOCH_MS + i * 1000;
        rc = store_user_create(&s, &u, err);
        if (!rc)
            rc = store_membership_add(&tenant, u.id, MEMBER_ACTIVATED, 0, err);
        if (!rc)
            rc = add_sessions(&tenant, job, &u, err);
    }
    return rc;
}

int
main(int argc, char **argv)
{
    struct server *server;
    struct err err = {.code = ERR_OK};
    struct job job = {.sessions = argc > 3 ? strtoll(argv[3], NULL, 10) : 0};
    int64_t users = argc > 2 ? strtoll(argv[2], NULL, 10) : 0;
    if (users <= 0 || server_start(&server, &(struct server_options){.data = argv[1]}, &err)) {
        fprintf(stderr, "usage: seed FOLDER N: %s\n", err.msg);
        return 2;
    }
    arena_init(&job.arena, 64 << 20);
    job.vendor = server_vendor(server);
    int64_t start = clock_mono_us();
    for (; job.from < users && !err.code; job.from = job.to) {
        job.to = job.from + BATCH < users ? job.from + BATCH : users;
        (void)!store_tx(server_store(server), DB_WRITE, add_batch, &job, &err);
    }
    int64_t us = clock_mono_us() - start;
    if (err.code)
        fprintf(stderr, "seed: %s\n", err.msg);
    else
        printf("seed.rows_per_s %lld\n", (long long)(users * 1000000 / (us ? us : 1)));
    arena_fini(&job.arena);
    server_stop(server);
    return err.code != ERR_OK;
}
