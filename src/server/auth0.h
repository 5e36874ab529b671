#ifndef SERVER_AUTH0_H
#define SERVER_AUTH0_H
/*
 * The users of an Auth0 tenant, read with its Management API: a token by client credentials (RFC 6749
 * section 4.4), then the list of users page by page. What comes is foreign: its size and the time that it takes
 * are bounded, and whoever takes the users checks each as if a caller had sent it. In the calling
 * thread, by the rules of server/outward.h.
 */
#include "server/call.h"
#include "store/jobs.h"

enum { AUTH0_USERS_MAX = 1000 }; /* Auth0 pages no further */

struct auth0_source {
    struct str base; /* without a slash at its end */
    struct str client_id, secret;
    struct str tenant_member; /* which member of the metadata names a user's tenant */
    bool tenant_by_user;      /* of user_metadata; else of app_metadata */
};
struct auth0_users {
    struct job_item *items; /* migrate_user_request as JSON, in the call's arena */
    size_t n, blocked;      /* who is blocked there is left out */
};
/* All of them or none. Refuses with 400 and the reason when the address cannot be one, Auth0 cannot be
 * asked, says no, has more than AUTH0_USERS_MAX users or answers with something else than users. */
enum err_code auth0_read(struct call *c, const struct auth0_source *source, struct auth0_users *out,
                         struct err *err) MUST_USE;
#endif
