#ifndef CLIENT_EFFECTIVE_H
#define CLIENT_EFFECTIVE_H
/*
 * What a person may do, and how each permission came to them: by which role, given directly or by
 * which group, in which tenant. Read from the public API tenant by tenant, all at once, at most
 * EFFECTIVE_TENANTS of them; what is left out or cannot be read is said. Belongs to the thread of the
 * client.
 */
#include "client/client.h"

enum { EFFECTIVE_TENANTS = 16, EFFECTIVE_ID = 192, EFFECTIVE_TEXT = 320 };

struct effective;
struct effective_tenant {
    struct effective *e;
    char id[EFFECTIVE_ID];
    bool arrived;
    struct json *user, *groups; /* owned; the user as they are there; NULL: not read */
    char failure[EFFECTIVE_TEXT];
};

struct effective {
    struct client *client;
    struct callset *calls;
    char wanted[EFFECTIVE_ID]; /* "": every tenant they are in */
    char id[EFFECTIVE_ID], email[EFFECTIVE_ID];
    bool nobody;
    char failure[EFFECTIVE_TEXT]; /* nothing could be read: why */
    char names[EFFECTIVE_TEXT];   /* "": names of permissions are known; else why not */
    struct json *person, *permissions;
    struct effective_tenant tenants[EFFECTIVE_TENANTS];
    size_t n, in; /* tenants read, tenants the person is in */
    unsigned waiting;
    void (*changed)(void *ctx);
    void *ctx;
};

/* As why_start: the caller sets `changed` and `ctx`. */
void effective_start(struct effective *e, struct client *client, struct callset *calls,
                     struct str user, struct str tenant);
void effective_fini(struct effective *e);
bool effective_done(const struct effective *e);
/*
 * An array of what is known so far, in the order of the permissions: "permission", "name", "role", "by"
 * ("directly", or the group's name), "groupId", "tenantId". Yours.
 */
struct json *effective_rows(const struct effective *e);
/* How much of it was read. */
void effective_coverage(const struct effective *e, struct buf *out);
/* Something could not be read, so that there may be more permissions. */
bool effective_partial(const struct effective *e);
#endif
