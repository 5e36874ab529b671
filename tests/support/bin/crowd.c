/*
 * A server in which people come and go as a script says: crowd FOLDER PEOPLE
 *
 * Serves a fresh data folder with a tenant "acme" and so many people in it, and prints "ready URL".
 * Each line "IN OUT" on standard input is a batch: so many sign in, one after another and each with
 * a client name of its own (c1, c2, ...); then so many of those who are there end, every second one
 * from the oldest on. The answer is one line: the clients that are there, newest first. The cost of
 * passwords is left out, everything else is what a sign-in does to the database. Ends with its input.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "server/server.h"
#include "store/sessions.h"
#include "store/tenants.h"
#include "store/users.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLIENTS_MAX = 2000, PEOPLE_MAX = 100 };

struct crowd {
    struct server *server;
    struct arena arena;
    struct str ids[PEOPLE_MAX];
    int64_t seqs[PEOPLE_MAX];
    long people;
    bool there[CLIENTS_MAX];
    long n; /* clients so far */
    long next;
};

static enum err_code
open_scope(struct crowd *c, struct db_conn *conn, struct scope *s, struct scope *acme,
           struct err *err)
{
    enum err_code rc = scope_open(s, conn, &c->arena, server_vendor(c->server), STR_ABSENT, err);
    s->now = clock_now_ms();
    return rc ? rc : scope_tenant(s, STR("acme"), acme, err);
}

static enum err_code
add_people(struct db_conn *conn, void *arg, struct err *err)
{
    struct crowd *c = arg;
    struct scope s, acme;
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = STR("acme");
    t.name = STR("Acme");
    enum err_code rc = open_scope(c, conn, &s, &acme, err);
    if (!rc)
        rc = store_tenant_create(&s, &t, NULL, err);
    if (!rc)
        rc = open_scope(c, conn, &s, &acme, err);
    for (long i = 0; !rc && i < c->people; i++) {
        struct user u = {.email = arena_printf(&c->arena, "person%ld@acme.example", i),
                         .name = arena_printf(&c->arena, "Person %ld", i),
                         .verified = true};
        rc = store_user_create(&s, &u, err);
        if (!rc)
            rc = store_membership_add(&acme, u.id, MEMBER_ACTIVATED, 0, err);
        c->ids[i] = u.id;
        c->seqs[i] = u.seq;
    }
    return rc;
}

static enum err_code
come(struct db_conn *conn, void *arg, struct err *err)
{
    struct crowd *c = arg;
    struct scope s, acme;
    long person = c->next % c->people;
    enum err_code rc = open_scope(c, conn, &s, &acme, err);
    struct session session = {.id = arena_printf(&c->arena, "session-c%ld", c->next),
                              .user_seq = c->seqs[person],
                              .tenant_seq = acme.tenant_seq,
                              .family_hash = STR("none"),
                              .secret_hash = STR("none"),
                              .methods = 1,
                              .ip = STR("192.0.2.7"),
                              .user_agent = arena_printf(&c->arena, "c%ld", c->next),
                              .client = arena_printf(&c->arena, "c%ld", c->next),
                              .expires_at = s.now + INT64_C(3600) * 1000};
    if (!rc)
        rc = store_user_signed_in(&acme, c->ids[person], err);
    return rc ? rc : store_session_add(&acme, &session, SESSIONS_OF_USER_MAX, NULL, err);
}

static enum err_code
go(struct db_conn *conn, void *arg, struct err *err)
{
    struct crowd *c = arg;
    struct scope s, acme;
    enum err_code rc = open_scope(c, conn, &s, &acme, err);
    struct str id = arena_printf(&c->arena, "session-c%ld", c->next);
    return rc ? rc : store_session_end(&s, STR_ABSENT, id, err);
}

/* Others end sessions as well. */
static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct crowd *c = arg;
    struct scope s, acme;
    struct session found;
    enum err_code rc = open_scope(c, conn, &s, &acme, err);
    for (long i = 1; !rc && i <= c->n; i++) {
        struct str id = arena_printf(&c->arena, "session-c%ld", i);
        enum err_code got = store_session_get(&s, id, &found, err);
        c->there[i] = got == ERR_OK;
        rc = got == ERR_NOT_FOUND ? ERR_OK : got;
    }
    return rc;
}

static void
run(struct crowd *c, store_fn *fn)
{
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(c->server), DB_WRITE, fn, c, &err)) {
        fprintf(stderr, "crowd: %s\n", err.msg);
        exit(1);
    }
}

/* Rows are sorted by the millisecond: no two may share one. */
static void
next_millisecond(void)
{
    int64_t now = clock_now_ms();
    while (clock_now_ms() == now)
        continue;
}

static void
batch(struct crowd *c, long in, long out)
{
    run(c, look);
    for (; in > 0 && c->n + 1 < CLIENTS_MAX; in--) {
        c->next = ++c->n;
        run(c, come);
        c->there[c->n] = true;
        next_millisecond();
    }
    for (long i = 1; out > 0 && i <= c->n; i += 2) {
        if (!c->there[i])
            continue;
        c->next = i;
        run(c, go);
        c->there[i] = false;
        out--;
    }
    for (long i = c->n; i > 0; i--)
        if (c->there[i])
            printf("c%ld ", i);
    printf("\n");
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    struct crowd c = {.people = argc > 2 ? strtol(argv[2], NULL, 10) : 0};
    struct err err = {.code = ERR_OK};
    struct str listen = STR("http://127.0.0.1:0");
    char line[80], *rest;
    if (c.people <= 0 || c.people > PEOPLE_MAX ||
        server_start(&c.server,
                     &(struct server_options){.data = argv[1], .listen = &listen, .n_listen = 1},
                     &err)) {
        fprintf(stderr, "usage: crowd FOLDER PEOPLE: %s\n", err.msg);
        return 2;
    }
    arena_init(&c.arena, 64 << 20);
    run(&c, add_people);
    struct str url = server_address(c.server, 0);
    printf("ready %.*s\n", STR_ARG(url));
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        long in = strtol(line, &rest, 10);
        batch(&c, in, strtol(rest, NULL, 10));
    }
    server_stop(c.server);
    arena_fini(&c.arena);
    return 0;
}
