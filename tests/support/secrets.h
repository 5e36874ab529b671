#ifndef TESTS_SUPPORT_SECRETS_H
#define TESTS_SUPPORT_SECRETS_H
/*
 * One secret of every kind that the server hands out, all of a victim who is asked about nothing, and
 * casts: people with everything, straight from the store, so that each kind has a place where it is
 * good. Each kind of store/flow_kinds.def is a secret by itself. Failures fail the test.
 */
#include "store/flows.h"
#include "tests/support/scene.h"

/* Kinds of secrets beyond flows; see `secret_name`. */
enum secret_kind {
    INVITE_LINK = FLOW_KINDS,
    REFRESH,
    VENDOR_TOKEN,
    USER_TOKEN,
    TENANT_TOKEN,
    USER_API_TOKEN,
    LATE_TOKEN,    /* an environment token that has expired */
    FOREIGN_TOKEN, /* and one of an environment elsewhere */
    FOREIGN_FLOW,  /* a flow of each kind in another environment here */
    VENDOR_SECRET, /* what the environment itself signs in with */
    API_SECRET,    /* what an API token signs in with; of a tenant */
    USER_SECRET,   /* and of a person */
    API_REFRESH,   /* what it goes on with */
    TENANT_ACCESS, /* access tokens, which are JWTs */
    USER_ACCESS,
    SECRET_KINDS
};
#define SECRET_CODE "123456"

struct secret_row {
    int kind;
    enum flow_kind flow; /* of a flow */
    struct str value;
};
struct secrets {
    struct secret_row items[2 * FLOW_KINDS + SECRET_KINDS];
    size_t n;
};
const char *secret_name(const struct secret_row *s);
/* Makes the tenant "acme" with the victim, and collects what the victim has. */
void secrets_collect(struct scene *scene, struct secrets *out);

/* One that is asked about beside the secret: with devices, and one without. */
struct cast {
    struct str user, user_new, phone, device;
    struct str flows[FLOW_KINDS]; /* tokens, fresh, each with a code */
    struct str plain[FLOW_KINDS]; /* and without */
    struct str enrolling;         /* an mfaToken of user_new */
    struct str session;           /* a refresh token, not used yet */
    struct str api, api_secret;   /* an API token of the tenant */
    struct str api_session;       /* and a refresh token of it, not used yet */
};

/* Keeps `user`, `phone`, `device`, `waiting`, `enrolling` and `api` of it. */
void cast_new(struct scene *scene, struct cast *out);
/* Fresh refresh tokens for the same people. */
void cast_sessions(struct scene *scene, struct cast *cast);

/* Something that looks into the store, in acme. */
struct casting {
    struct cast *out;
    struct scene *scene;
    enum err_code (*fn)(const struct scope *s, struct casting *c, struct err *err);
    void *arg;
};
void cast_in_store(struct casting *c);
#endif
