#ifndef STORE_PASSWORDS_H
#define STORE_PASSWORDS_H
/*
 * The password of a person, and the ones before it. Only hashes come here. How many earlier ones
 * are kept is the policy's business: the caller says it with each new password.
 */
#include "store/store.h"

enum { PASSWORD_HISTORY_MAX = 10 };

struct password_past {
    struct str in_force;                     /* absent: none */
    struct str hashes[PASSWORD_HISTORY_MAX]; /* that one first, then the earlier ones */
    size_t n;
};
/* The newest `most` of them. A person without a password, or that is not there, has none. */
enum err_code store_password_past(const struct scope *s, struct str user_id, size_t most,
                                  struct password_past *out, struct err *err) MUST_USE;
/*
 * Puts `hash` in the place of `before` (absent: there was none), which joins the earlier ones, of
 * which `keep` stay. ERR_CONFLICT if another password than `before` is in force: somebody was
 * faster.
 */
enum err_code store_password_set(const struct scope *s, struct str user_id, struct str before,
                                 struct str hash, size_t keep, struct err *err) MUST_USE;
#endif
