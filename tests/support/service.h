#ifndef TESTS_SUPPORT_SERVICE_H
#define TESTS_SUPPORT_SERVICE_H
/*
 * A client and a scripted service for it in one process: the service signs in, refuses tokens, is
 * busy, answers what the test says, or nothing. Fields of struct service are changed under its lock
 * once requests are under way.
 */
#include "client/client.h"
#include "tests/support/httpd.h"
#include <pthread.h>

enum { WORLD_PATIENCE_MS = 20000 };

/* What the scripted service does; guarded, because its threads read it. */
struct service {
    pthread_mutex_t lock;
    int tokens;      /* given out so far */
    int refuse_upto; /* tokens up to this number are answered with 401 */
    int expires_in;
    int busy; /* so many requests are answered with busy_status first */
    int busy_status;
    const char *busy_headers;
    int answer_status;
    const char *answer_headers, *answer_body;
};

struct world {
    struct service service;
    struct httpd *httpd;
    struct secret *secret;
    struct client *client;
    struct result *results[64];
    size_t n;
};

/* A client of the scripted service; `secret` is what it signs in with ("s3cret" is right). */
struct world *world_new(bool read_only, const char *secret);
void world_free(struct world *w);
/* Collects the result into the world. */
void world_on_done(void *ctx, struct result *take);
/* One turn of the owner's loop, at most so long. */
void world_step(struct world *w, int most_ms);
/* Turns until there are n results. */
void world_wait_for(struct world *w, size_t n);
/* Sends an operation; its first path value is "x1". */
call_id world_send(struct world *w, enum op_id id, struct callset *set);
/* As world_send, and waits. */
struct result *world_call(struct world *w, enum op_id id);
/* Sends a GET or whatever to any path. */
void world_raw(struct world *w, enum method method, const char *path, struct callset *set);
#endif
