#ifndef SERVER_POOL_PRIV_H
#define SERVER_POOL_PRIV_H
/* Inside of the pools: how each kind is asked. */
#include "server/pool.h"

/* The address that a pool is asked at, without a slash at its end: from its domain, region or universe. */
struct str pool_base(struct call *c, struct str kind, const struct json *config);

/* What one pool says. */
struct pool_answer {
    bool right; /* it knows the person with this password */
    struct json *
        profile; /* the caller's to free: email, email_verified, name, picture and whatever else; NULL if not right */
};
struct pool_login {
    struct str email, password;
};
/* ERR_OK when it said yes or no; else it could not be asked, in words for the log. */
enum err_code pool_ask_one(struct call *c, const struct connection *pool, const struct json *config,
                           const struct pool_login *login, struct pool_answer *out,
                           struct err *err) MUST_USE;
/* Whether a pool of this kind and configuration can be asked with a password. */
bool pool_takes_passwords(struct str kind, const struct json *config);
#endif
