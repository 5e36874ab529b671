#ifndef TESTS_SUPPORT_TESTSERVER_H
#define TESTS_SUPPORT_TESTSERVER_H
/*
 * A whole server inside the test, on a free port and a fresh database (SQLite, or
 * GATEHOUSE_TEST_PG), tokens of every kind for it, and a small HTTP client that tidies nothing. With
 * TEST_SERVERS there are more servers on the same database, and each request goes to the next (peers.h).
 * Failures of the set-up fail the test.
 */
#include "api/op.h"
#include "base/arena.h"
#include "base/json.h"
#include "server/server.h"
#include "tests/support/peers.h"
#include "tests/support/testdb.h"

struct tserver {
    struct server *server;
    struct testdb db;
    struct arena arena;      /* tokens and answers; lives until tserver_stop */
    struct str vendor;       /* client id */
    struct str token;        /* an environment token */
    char outbox[256];        /* folder of its messages */
    char messages_file[300]; /* what --messages names */
    int port;
    struct peers peers;         /* it, and the others of TEST_SERVERS */
    struct tserver_tree *trees; /* JSON of the answers, freed at the end */
};

void tserver_start(struct tserver *t);
struct tserver_options {
    const char *services;  /* base address of all providers; NULL: nobody is there */
    const char *messages;  /* more lines of the file of --messages; NULL: none */
    const char *captcha;   /* where captchas are checked; NULL: nobody is there */
    bool reaches_loopback; /* requests of the server may go to 127.0.0.1, over http */
};
void tserver_start_with(struct tserver *t, const struct tserver_options *o);
void tserver_stop(struct tserver *t);

/* What a minted token says. Absent members are left out. */
struct tserver_grant {
    const char *type; /* "vendor", "userToken", "tenantApiToken", ... */
    struct str sub, tenant, user;
    const char *const *permissions; /* NULL-terminated */
    int64_t lifetime_s;             /* 0: an hour; negative: expired that long ago */
};
/* A userToken gets a session to stand on, one for each person and tenant; a machine token gets a row,
 * with a `sub` of its own. */
struct str tserver_mint(struct tserver *t, const struct tserver_grant *grant);

struct tserver_reply {
    int status;      /* -1: no answer */
    struct str head; /* status line and headers */
    struct str body;
    struct json *json; /* of the body, NULL if it is none; freed by tserver_stop */
};
/*
 * One request. token: sent as Authorization unless absent. headers: further lines, each with CRLF,
 * may be NULL. body: JSON text, may be NULL. An answer of success that is not as the published documents
 * have it fails the test, see published.h.
 */
struct tserver_reply tserver_request(struct tserver *t, const char *method, const char *path,
                                     struct str token, const char *headers, const char *body);
/* On several servers: waits for what the last change did to people's rights, see peers_settle. */
bool tserver_settle(struct tserver *t);
/* The operation that a request is for; NULL if there is none. */
const struct op *tserver_op(struct tserver *t, const char *method, const char *path);
/* Value of a header of the reply, any case; absent if none. */
struct str tserver_header(const struct tserver_reply *r, const char *name);
#endif
