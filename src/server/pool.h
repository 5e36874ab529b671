#ifndef SERVER_POOL_H
#define SERVER_POOL_H
/*
 * User pools: who is not known here, or came from a pool and has no password here, is asked for there
 * with the password that was just typed. Auth0, Cognito, Firebase and any OAuth 2 server with the
 * password grant (RFC 6749 section 4.3) are asked over HTTP; a pool of custom code is only kept: the code
 * is the customer's, and no code of others runs in this server.
 *
 * In a configuration the place of a domain (auth0 domain, cognito region, firebase universe_domain) may
 * hold an http or https address instead, for services that speak the same way.
 */
#include "server/signin.h"
#include "store/connections.h"

/* Whether a configuration can be used: addresses, tenant, what its kind wants. 400 with the reason. */
enum err_code pool_check(struct call *c, const struct scope *s, struct str kind,
                         const struct json *config, struct err *err) MUST_USE;

/* Somebody whom a pool has let in. */
struct pool_person {
    int64_t pool;     /* seq; 0: nobody */
    bool keep;        /* isMigrated: the password is kept here from now on */
    bool sync;        /* syncOnLogin: what the pool says of them is taken over each time */
    bool is_verified; /* the pool says that the address is theirs */
    struct str email, name, picture;
    enum { POOL_TENANT_NAMED, POOL_TENANT_NEW } how;
    struct str tenant_id; /* POOL_TENANT_NAMED */
};
/*
 * The pools that are to be asked for who typed this address: those that serve the call's application, in
 * their order; NULL if there are none. `user` is who has the address here (seq 0: nobody); people with a
 * password of their own are never asked for. Goes outward (server/outward.h) if there is anything to ask:
 * before anything is counted, and with no transaction open.
 */
struct pool_list;
enum err_code pool_ready(struct call *c, const struct user *user, struct str email,
                         struct pool_list **out, struct err *err) MUST_USE;
/* Asks them; out->pool is 0 if none knows the person with this password. ERR_BUSY if one cannot be
 * reached and no other knows the person. */
enum err_code pool_ask(struct call *c, const struct pool_list *list, struct str email,
                       struct str password, struct pool_person *out, struct err *err) MUST_USE;
/*
 * In the call's transaction: the person becomes a user and a member, or is brought up to date. *user is
 * then who signs in. `hash`: of the password, kept if the pool says so. 401 like a wrong password
 * when they cannot be taken in.
 */
enum err_code pool_admit(struct call *c, const struct scope *s, const struct pool_person *p,
                         struct str hash, struct user *user, struct err *err) MUST_USE;
#endif
