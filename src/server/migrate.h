#ifndef SERVER_MIGRATE_H
#define SERVER_MIGRATE_H
/*
 * People of another system become users here: one by one, as items of a job, or at their first
 * sign-in through a user pool. Nobody gets a message: they were customers before. An imported password
 * hash is compared with as it is (crypto/foreign_hash.h) and replaced at the first sign-in.
 *
 * In two halves: what a caller says about the person, read and checked before the transaction begins,
 * and the person, in the call's transaction.
 */
#include "server/call.h"
#include "store/users.h"

enum { MIGRANT_ROLES_MAX = 200, MIGRANT_EMAILS_MAX = 11 };

struct migrant {
    struct user user; /* plain members */
    struct str tenant_id;
    struct str roles[MIGRANT_ROLES_MAX]; /* none: the tenant's defaults */
    size_t n_roles;
    struct migrant_email {
        struct str email;
        bool verified;
    } further[MIGRANT_EMAILS_MAX];
    size_t n_further;
    struct str seed;      /* of the authenticator app, bytes; absent: none */
    struct str mfa_phone; /* a second factor; absent: none */
};

/* From c->body, by the fields of the call's operation; refuses with 400 what cannot be taken over. */
enum err_code migrate_read(struct call *c, struct migrant *out, struct err *err) MUST_USE;
/*
 * Makes the user and a member of m->tenant_id; fills in m->user.id. Who is in the environment already
 * is not changed, and becomes a member. 404 unknown tenant or role, 409 a member already or an address that
 * is taken, 403 by the tenant's restrictions. Writes the audit.
 */
enum err_code migrate_add(struct call *c, const struct scope *s, struct migrant *m,
                          struct err *err) MUST_USE;
#endif
