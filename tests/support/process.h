#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H
/*
 * The real gatehoused as a child process, on a free port and a data folder of the test's own, and a
 * raw socket to it that tidies nothing. For tests that must see what a stranger on the network
 * sees.
 */
#include "base/str.h"
#include <sys/types.h>

struct process {
    pid_t pid;
    int port;
    char data[512]; /* --data folder, below TEST_TMP */
    char client_id[64], secret[128];
    char token[4096]; /* environment token, from /auth/vendor */
};

/*
 * Starts `gatehoused --data TEST_TMP/name --listen http://127.0.0.1:0 EXTRA...` and signs in.
 * `extra` is NULL-terminated, may be NULL. With GATEHOUSE_TEST_PG the data is on that database.
 * False (with a line on stderr) when it does not come up.
 */
bool process_start(struct process *p, const char *name, const char *const *extra);
/* The same without signing in: there is no token. */
bool process_launch(struct process *p, const char *name, const char *const *extra);
/* SIGTERM and wait; the exit status, or -1 - signal. */
int process_stop(struct process *p);
/* A figure of its memory in KiB: "VmRSS:" now, "VmHWM:" at most so far. */
long process_kib(const struct process *p, const char *key);
/* SIGKILL and wait. */
void process_kill(struct process *p);

/* Connected TCP socket or -1. Reads time out after 5 s. */
int raw_connect(int port);
/* Writes all of it; false when the peer is gone. */
bool raw_send(int fd, struct str bytes);
/* Everything until the peer closes, `max` bytes, or `quiet_ms` without a byte. NUL-terminated. */
size_t raw_receive(int fd, char *out, size_t max, int quiet_ms);
/* One request on an open connection that stays open; the answer must have a Content-Length. Status
 * or -1. */
int raw_exchange(int fd, struct str request, char *answer, size_t max);
/* One request on its own connection; status or -1. `answer` (may be NULL) gets headers and body. */
int raw_request(int port, struct str request, char *answer, size_t max);
/* The same, waiting so long for each byte instead of 5 s. */
int raw_request_within(int port, struct str request, char *answer, size_t max, int quiet_ms);
/* As raw_request for METHOD PATH with the environment token and a JSON body (may be ""). */
int process_call(const struct process *p, const char *method, const char *path, const char *body,
                 char *answer, size_t max);
#endif
