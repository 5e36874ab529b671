#ifndef TESTS_SUPPORT_LOAD_H
#define TESTS_SUPPORT_LOAD_H
/*
 * Load on a real server, for benchmarks: threads that each ask on a connection of their own, one
 * request after the other or at a pace, and what came of it. The load is the caller's; its loaders
 * are the threads' while load_run lasts.
 */
#include "tests/support/process.h"

enum { LOAD_ANSWER_MAX = 1 << 16 };

struct load;
struct loader {
    const struct load *load;
    int index, fd;
    uint64_t asked, good, failed;
    double *times; /* of good answers, us */
    size_t n, size;
    char answer[LOAD_ANSWER_MAX];
};

struct load {
    const struct process *server;
    /* One request, by loader_ask; its status. Negative ends the loader. */
    int (*ask)(struct loader *l);
    int loaders;
    double seconds;  /* how long new requests begin; 0: until each loader has ended */
    double pause_us; /* of each loader from one request to the next; 0: none */

    double offered, rate;  /* requests, and good answers, a second */
    double cpu_us, p99_us; /* the server's CPU for a good answer; time of the slowest but 1 % */
    uint64_t failed;       /* neither good nor 429 nor 503 */
};

/* Asks for a path with whole header lines and a body (NULL: a GET); the status, -1 if there was no
 * answer. */
int loader_ask(struct loader *l, const char *path, const char *headers, const char *body);
/* Copies what stands in the last answer between `before` and `end`; false if it is not there. */
bool loader_find(const struct loader *l, const char *before, char end, char *out, size_t size);
/* Runs all of it, and `beside` (may be NULL) at the same time for as long as this one lasts. */
void load_run(struct load *l, struct load *beside);
#endif
