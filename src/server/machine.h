#ifndef SERVER_MACHINE_H
#define SERVER_MACHINE_H
/*
 * What the handlers of machine tokens share: whether the environment wants such tokens, and the
 * signed texts that they are used as. The JWT of an API token is short-lived and says what the token
 * may do, with a stamp of it in `jti`, so that it ends when that changes. The JWT of an access token
 * is the token itself: it only says which one, and the rest is looked up whenever it is used.
 */
#include "server/session_token.h"
#include "store/machine_tokens.h"

enum machine_switch {
    MACHINE_ON,
    MACHINE_OFF,           /* apiTokensEnabled is false */
    MACHINE_OTHER_STRATEGY /* machineToMachineAuthStrategy was set, and to the other kind */
};
/* Of the scope's environment. A strategy that nobody has chosen excludes nothing. */
enum err_code machine_switch_get(const struct scope *s, enum machine_kind kind,
                                 enum machine_switch *out, struct err *err) MUST_USE;
/* 403 unless such tokens are switched on. */
enum err_code machine_require(struct call *c, const struct scope *s, enum machine_kind kind,
                              struct err *err) MUST_USE;

/* A token and what its JWT says about it. */
struct machine_grant {
    struct machine_token token;
    struct rights rights;
    struct session_terms terms;
    struct user user;                    /* of a person's API token */
    const struct jwt_template *template; /* from machine_sign, like what follows; NULL: none */
    struct str jwt, app_id;              /* in the call's arena */
    int64_t lifetime_s;                  /* of the JWT; 0: no end */
};
/* Signs; slow, so before the call's transaction. */
enum err_code machine_sign(struct call *c, struct machine_grant *g, struct err *err) MUST_USE;
#endif
