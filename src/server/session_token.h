#ifndef SERVER_SESSION_TOKEN_H
#define SERVER_SESSION_TOKEN_H
/*
 * The tokens of a session. A refresh token is "<session id>.<family>.<secret>": id and family stay
 * for the life of the session, the secret is new each time. An access token is a signed JWT of type
 * userToken whose `sid` names the session; its `jti` begins with a stamp of the rights it was made
 * with, so that a token with other rights than the person has now is known as such.
 */
#include "crypto/jwt.h"
#include "server/call.h"
#include "server/jwt_targets.h"
#include "store/sessions.h"
#include "store/users.h"

struct refresh_token {
    struct str text;                         /* what the client has */
    struct str id, family_hash, secret_hash; /* what is kept */
};
/* A new one; with `was` given it goes on with that session and family. */
void refresh_token_new(struct call *c, const struct refresh_token *was, struct refresh_token *out);
/* False if it is none of ours by its form. */
bool refresh_token_read(struct call *c, struct str text, struct refresh_token *out);

/* How strong the second factor of a session was, by its methods: an index into session_mfa_names. */
int64_t session_mfa(unsigned methods);
extern const char *const session_mfa_names[]; /* NULL-terminated */

/* What configuration and session policy say about a session in the scope's tenant. Seconds. */
struct session_terms {
    int64_t access_s, refresh_s;
    int64_t idle_s, absolute_s; /* 0: no such limit */
    int64_t most;               /* sessions at a time */
    bool rotates, roles_in_token, permissions_in_token, unverified_may_enter;
    struct str same_site;
    enum jwt_alg algorithm; /* of tokens without a template */
    struct jwt_targets rules;
};
enum err_code session_terms_read(const struct scope *s, struct session_terms *out,
                                 struct err *err) MUST_USE;
/* When a session that began at created_at and is used now ends if it is not used again. */
int64_t session_terms_expiry(const struct session_terms *t, int64_t created_at, int64_t now);

/* Eight bytes in hexadecimal over what a person may do; equal rights have equal stamps. */
enum { RIGHTS_STAMP_SIZE = 17 };
void rights_stamp(const struct rights *r, bool super_user, char out[RIGHTS_STAMP_SIZE]);

/* Everything that an answer with tokens is made of. */
struct session_grant {
    const struct session *session; /* as it is from now on */
    const struct user *user;       /* with tenants */
    const struct session_terms *terms;
    struct rights rights;
    const struct jwt_template *template; /* from grant_sign, like what follows; NULL: none */
    struct str access_token, app_id;
    int64_t access_s; /* how long that lasts */
};
/* Makes the access token; slow (a signature), so outside of a transaction where that matters. */
enum err_code grant_sign(struct call *c, struct session_grant *g, struct err *err) MUST_USE;

/* The rest of what a sign-in or refresh answers. */
struct session_extras {
    struct str recovery_code, reset_password_token; /* absent: left out */
    bool is_breached;
    int64_t password_expires_in; /* minutes; negative: left out, with notification_period */
    int64_t notification_period;
};
/* Writes the answer and sets the refresh cookie. */
void grant_answer(struct call *c, const struct session_grant *g, struct str refresh_token,
                  const struct session_extras *extras);
#endif
