#ifndef CLIENT_FIND_H
#define CLIENT_FIND_H
/*
 * One text looked for everywhere: people by address, name, id and phone, tenants, roles, permissions,
 * groups, sessions by id and address. Where it looks are rows of find.def; they are asked at once, one
 * call each and at most FIND_LIMIT rows of it, and what could not be asked is said. Belongs to the
 * thread of the client.
 */
#include "client/client.h"

enum find_source {
#define FIND(id, ...) FIND_##id,
#include "client/find.def"
#undef FIND
    FIND_SOURCES
};

enum { FIND_LIMIT = 50, FIND_TEXT = 256, FIND_NOTE = 320 };

struct find;
struct find_answer {
    struct find *find;
    bool asked, arrived;
    struct json *json;    /* owned; NULL: nothing found, or not asked */
    int64_t total;        /* of what matches there, as far as it is told */
    char note[FIND_NOTE]; /* why it is not covered, "" if it is */
    bool failed;          /* rather than not asked */
};

struct find {
    struct client *client;
    struct callset *calls;
    char text[FIND_TEXT], tenant[FIND_TEXT];
    struct find_answer answers[FIND_SOURCES];
    unsigned waiting;
    void (*changed)(void *ctx);
    void *ctx;
};

/* The caller sets `changed` and `ctx`. A text longer than FIND_TEXT is cut. */
void find_start(struct find *f, struct client *client, struct callset *calls, struct str text,
                struct str tenant);
void find_fini(struct find *f);
/* The calls were closed before they were answered. */
void find_stop(struct find *f);
bool find_done(const struct find *f);
/*
 * What was found so far, each thing once: "kind", "name", "detail", "id", "tenantId", and "object", the
 * thing as it was answered. Yours.
 */
struct json *find_rows(const struct find *f);
/* "7 of 9 places asked; group: choose a tenant; ..." */
void find_coverage(const struct find *f, struct buf *out);
/* Some place that was asked failed. */
bool find_partial(const struct find *f);
#endif
