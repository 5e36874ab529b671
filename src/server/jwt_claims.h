#ifndef SERVER_JWT_CLAIMS_H
#define SERVER_JWT_CLAIMS_H
/*
 * The claims of a JWT template. A text may hold {{name}}; one that is nothing but {{name}} becomes
 * the value itself, of whatever kind, any other gets the value's text put in, once: what a value
 * holds is never read as a template. A claim whose value is not known is left out.
 *
 * What decides about a token's power (its type, tenant, person, session, times ...) is reserved: a
 * template cannot name it, and it is put in from the plain token whatever the template says. So the
 * worst a broken template can make is a token with fewer claims. No state; any thread.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum {
    JWT_CLAIMS_MAX = 8 * 1024, /* bytes of a template's claims */
    JWT_CLAIMS_DEPTH = 8,
    JWT_CLAIMS_MEMBERS = 100 /* of one object or list */
};

/* A member of its own of each token made by a template: {"template": key, "sub": whom it is about}.
 * Reserved, like the others. */
#define JWT_CLAIM_OURS "gatehouse"

/* What is wrong with the claims somebody wants in a template, in the arena; absent: nothing. */
struct str jwt_claims_fault(struct arena *a, const struct json *claims);

/*
 * Appends the payload: `claims` filled in from `plain`, which holds the members of the plain token
 * and whatever else the template may name. ERR_CORRUPT if the claims are no JSON object.
 */
enum err_code jwt_claims_fill(struct str claims, struct str key, const struct json *plain,
                              struct buf *out, struct err *err) MUST_USE;
#endif
