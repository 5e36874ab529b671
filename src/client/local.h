#ifndef CLIENT_LOCAL_H
#define CLIENT_LOCAL_H
/*
 * The identity server of this machine: gatehoused, found beside our own program or in PATH, started
 * as a child on a private Unix socket and stopped when we end; the kernel ends it should we be
 * killed. A server already listening there is joined instead and left running. Starting never
 * waits: watch the descriptor and call local_step. Owner's thread.
 */
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum local_state { LOCAL_STARTING, LOCAL_READY, LOCAL_FAILED };

struct local;

/* `demo`: sample data in a throw-away folder. NULL with err if it cannot be started at all. */
struct local *local_start(bool demo, struct err *err);
/* Ends a server of ours, waits for it for a moment, removes a throw-away folder. */
void local_stop(struct local *take);
/*
 * For the process that outlives a console which did not end by itself, and that inherited its
 * children (PR_SET_CHILD_SUBREAPER): waits a moment for its server, removes throw-away folders that
 * nobody owns any more.
 */
void local_orphaned(void);
/* To watch for reading while starting; -1 afterwards. */
int local_fd(const struct local *l);
/* Ms until local_step has to be called in any case; -1: never. */
int64_t local_next_ms(const struct local *l);
enum local_state local_step(struct local *l, struct err *err);
/* When ready: where it listens, and the environment's credentials. */
const char *local_socket(const struct local *l);
struct str local_client_id(const struct local *l);
const struct secret *local_secret(const struct local *l);
#endif
