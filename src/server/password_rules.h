#ifndef SERVER_PASSWORD_RULES_H
#define SERVER_PASSWORD_RULES_H
/*
 * What a password must be, and setting one. The strictest policy of all the person's tenants and
 * the environment holds: length, classes, repeats, common and breached ones, earlier ones.
 *
 * A new password is set in two halves, since hashing is slow: `prepare` before the transaction
 * begins, `set` inside of it.
 */
#include "server/call.h"
#include "server/password_policy.h"
#include "store/users.h"

struct new_password {
    struct str hash;   /* of the new one; absent when none was given */
    struct str before; /* hash of the one in force when it was checked; absent: none */
    size_t keep;       /* so many earlier ones are to be remembered */
};

/*
 * Checks `password` against the rules for that person (user_id absent: a new one; tenant_id: where
 * they will be) and hashes it. 400 with one line per broken rule. `context` (may be NULL) has words
 * it must not be made of: e-mail, name; those of the stored user are looked at anyway. Opens and
 * closes transactions of its own; the call must have none open.
 */
enum err_code password_prepare(struct call *c, struct str user_id, struct str tenant_id,
                               struct str password, const struct user *context,
                               struct new_password *out, struct err *err) MUST_USE;
/*
 * Stores it with history and time, and voids what could still set another one (reset tokens); ends
 * no session. In the call's transaction. 409 if the password was changed since it was checked.
 */
enum err_code password_set(struct call *c, const struct scope *s, struct str user_id,
                           const struct new_password *p, struct err *err) MUST_USE;
/* Is it on a list of breached or very common passwords? Fast, no transaction. */
bool password_is_known(struct call *c, struct str password);

struct password_age {
    bool expired;                /* must be changed before anything else */
    int64_t expires_in_min;      /* -1: never */
    int64_t notification_period; /* minutes */
};
/* By the strictest rotation policy of environment and the person's tenants. */
enum err_code password_age(const struct scope *s, const struct user *u, struct password_age *out,
                           struct err *err) MUST_USE;
/* The policy that holds for a person; for passwords/config. */
enum err_code password_policy_of(const struct scope *s, struct str user_id, struct str tenant_id,
                                 struct password_policy *out, struct err *err) MUST_USE;
#endif
