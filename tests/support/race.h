#ifndef TESTS_SUPPORT_RACE_H
#define TESTS_SUPPORT_RACE_H
/*
 * Many callers at the same moment, to see that what may happen once happens once. On PostgreSQL two
 * real servers are asked in turn, on SQLite there is one. TEST_RACE_ROUNDS and
 * TEST_RACE_CALLERS make it longer. One race at a time, from one thread.
 */
#include "base/json.h"
#include "tests/support/process.h"
#include "tests/support/unit.h"

/* The host of the public URL, which both servers share. */
#define RACE_HOST "race.example"
enum { RACE_TEXT_MAX = 4096, RACE_CALLERS_MAX = 200, RACE_ROUNDS = 4 };
/* A hundred callers may wait for a hundred hashes. */
enum { RACE_PATIENCE_MS = 120000 };

/* Starts the servers, with one outbox and the tenant "race". False when they do not come up. */
bool race_start(void);
void race_stop(void);
const char *race_outbox(void);
/* As the environment says, else so many. */
int race_rounds(int preset);
int race_callers(int preset);

struct race_reply {
    int status;
    struct json *json; /* freed by whoever asked */
    char cookie[512];  /* name=value of the first one that was set; "" if none */
};
/* One request with the environment's token, unless `headers` (whole lines, may be NULL) have an
 * Authorization of their own. */
struct race_reply race_ask(int which, const char *method, const char *path, const char *headers,
                           const char *body);
/* One that has to work; copies a member of the answer, if one is named. */
void race_must(const char *method, const char *path, const char *headers, const char *body,
               int status, const char *member, char *out, size_t size);

/* What the callers ask for, all with POST. */
struct race_caller {
    const char *path;
    char headers[1024], body[RACE_TEXT_MAX];
};
extern struct race_caller race_caller[RACE_CALLERS_MAX];
/* Lets the first n ask at once; how many had `wanted`. Everybody else was told no (400, 401, 409), or to
 * come again (503), and nobody that we are broken. */
int race_run(int n, int wanted);
/* The same with n callers that all say the same. */
int race_same(int n, const char *path, const char *headers, const char *body, int wanted);
#endif
