#ifndef CLIENT_WHY_H
#define CLIENT_WHY_H
/*
 * Can this person sign in, and if not, every reason an administrator may read. What is asked and what
 * follows from it are rows of why.def. All of it is asked at once, each call bounded by the client's
 * own limits; a check is concluded when its answers are there. What cannot be read is unknown, never
 * fine. Only operations of the public API. Belongs to the thread of the client.
 */
#include "client/client.h"

enum why_fact {
#define WHY_FACT(id, ...) WHY_FACT_##id,
#include "client/why.def"
#undef WHY_FACT
    WHY_FACTS
};

enum why_check {
#define WHY_CHECK(id, ...) WHY_CHECK_##id,
#include "client/why.def"
#undef WHY_CHECK
    WHY_CHECKS
};

enum why_verdict {
    WHY_WAITING,
    WHY_OK,
    WHY_NOTE, /* lets them in, but there is something to know */
    WHY_NO,
    WHY_UNKNOWN
};

enum { WHY_TEXT = 320, WHY_ID = 192 };

struct why;
struct why_answer {
    struct why *why;
    bool arrived, set;      /* set: there is something in `json` */
    struct json *json;      /* owned */
    char failure[WHY_TEXT]; /* "": it was read */
};

struct why_row {
    enum why_verdict verdict;
    char text[WHY_TEXT]; /* one sentence */
};

struct why {
    struct client *client;
    struct callset *calls;
    char wanted[WHY_ID]; /* tenant that is meant; "": the one they would enter */
    char id[WHY_ID], email[WHY_ID], tenant[WHY_ID];
    bool nobody; /* there is no such user */
    unsigned waiting;
    struct why_answer answers[WHY_FACTS];
    struct why_row rows[WHY_CHECKS];
    void (*changed)(void *ctx); /* a row was concluded, or the last answer came */
    void *ctx;
};

/*
 * Asks about `user`, an id or an e-mail address. Every member that the caller sets is `changed` and
 * `ctx`; `calls` must be closed before why_fini.
 */
void why_start(struct why *w, struct client *client, struct callset *calls, struct str user,
               struct str tenant);
void why_fini(struct why *w);
/* The calls were closed before they were answered: what is still waited for is unknown. */
void why_stop(struct why *w);
bool why_done(const struct why *w);
/* How many rows have that verdict. */
size_t why_count(const struct why *w, enum why_verdict verdict);
/* The whole of it in a sentence. */
void why_summary(const struct why *w, struct buf *out);

const char *why_verdict_name(enum why_verdict v);
const char *why_title(enum why_check c);
const char *why_key(enum why_check c); /* what to do in the console */
/* What to run, with the ids in it. */
void why_run(const struct why *w, enum why_check c, struct buf *out);
/* The operations a check reads, separated by ", ". */
void why_reads(enum why_check c, struct buf *out);
/* "check", "verdict", "finding", "fix" (only if there is something to do), "reads". Yours. */
struct json *why_row_json(const struct why *w, enum why_check c);

/* --- Inside client/why*.c --- */

/* Concludes one check from answers that are all there. */
void why_conclude(struct why *w, enum why_check c);
/* The membership they would enter by, of the user's `tenants`; NULL if there is none. */
const struct json *why_membership(const struct why *w);
/* Its tenant, chosen among the user's when the answer about the user is there. */
void why_pick_tenant(struct why *w);
#endif
