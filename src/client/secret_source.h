#ifndef CLIENT_SECRET_SOURCE_H
#define CLIENT_SECRET_SOURCE_H
/*
 * Fetches the secret of a profile: the one it borrows, its file, or the output of its command. A
 * command runs as `/bin/sh -c` in a process group of its own, without input, for at most ten
 * seconds, and nobody has to wait for it: watch the descriptor, call secret_source_done until it is
 * true. One thread.
 */
#include "base/buf.h"
#include "client/profile.h"
#include <sys/types.h>

struct secret_source {
    struct secret *ready;
    pid_t pid; /* 0: no command runs */
    int fd;    /* its output, -1 after the end */
    int64_t deadline_ms;
    struct buf text;
};

enum err_code secret_source_start(struct secret_source *s, const struct profile *p,
                                  struct err *err) MUST_USE;
/*
 * True when it is over: *code tells how, and on ERR_OK *out is the caller's. Nothing is left to
 * release then.
 */
bool secret_source_done(struct secret_source *s, struct secret **out, struct err *err,
                        enum err_code *code);
/* Descriptor to watch, or -1. */
int secret_source_fd(const struct secret_source *s);
/* Ms until secret_source_done should be called again in any case. */
int64_t secret_source_next_ms(const struct secret_source *s);
/* Sleeps until something happened. */
void secret_source_wait(const struct secret_source *s);
/* Ends the command and forgets everything; harmless on a zeroed or finished source. */
void secret_source_abort(struct secret_source *s);
#endif
