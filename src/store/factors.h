#ifndef STORE_FACTORS_H
#define STORE_FACTORS_H
/*
 * What a person can show besides the password: an authenticator app, phones, a recovery code; and
 * the devices on which nothing more is asked for. Whether any of it is needed is not decided here,
 * and users.mfa_enrolled is the caller's to keep.
 *
 * Everything that works once is taken by one statement that says whether it was there, so that of
 * any number of callers on any number of servers one gets it.
 */
#include "store/store.h"

enum { FACTOR_PHONES_MAX = 5, REMEMBERED_MAX = 20, SEED_MAX = 128 };

struct authenticator {
    struct str id;
    int64_t created_at, last_used_at;
    int64_t last_step; /* newest step that was used */
    struct str seed;   /* bytes; only from store_authenticator_get */
};
struct factor_phone {
    struct str id, phone_number;
    int64_t created_at;
};
struct factors {
    struct authenticator *authenticators; /* without seeds */
    struct factor_phone *phones;
    size_t n_authenticators, n_phones;
};
/* In the order in which they were added. ERR_NOT_FOUND if the scope sees no such person. */
enum err_code store_factors_list(const struct scope *s, struct str user_id, struct factors *out,
                                 struct err *err) MUST_USE;
/* Drops all of the person's authenticators, phones, security keys, recovery code and remembered
 * devices; none is fine. */
enum err_code store_factors_clear(const struct scope *s, struct str user_id,
                                  struct err *err) MUST_USE;

/* ---- authenticator app ---- */

/* Fills in id and created_at; last_step is the step of the code it was confirmed with. A person has
 * one: ERR_CONFLICT for a second. */
enum err_code store_authenticator_add(const struct scope *s, struct str user_id,
                                      struct authenticator *a, struct err *err) MUST_USE;
/* With its seed. `id` may be absent: the one there is. ERR_CORRUPT if the seed does not open here. */
enum err_code store_authenticator_get(const struct scope *s, struct str user_id, struct str id,
                                      struct authenticator *out, struct err *err) MUST_USE;
/* A code of that step is used: ERR_CONFLICT if it or a newer one was before. */
enum err_code store_authenticator_use(const struct scope *s, struct str user_id, struct str id,
                                      int64_t step, struct err *err) MUST_USE;
enum err_code store_authenticator_remove(const struct scope *s, struct str user_id, struct str id,
                                         struct err *err) MUST_USE;

/* ---- phones ---- */

/* Fills in id and created_at. ERR_CONFLICT if it is one of the person's already, ERR_LIMIT if there
 * are too many. */
enum err_code store_factor_phone_add(const struct scope *s, struct str user_id,
                                     struct factor_phone *p, struct err *err) MUST_USE;
enum err_code store_factor_phone_remove(const struct scope *s, struct str user_id, struct str id,
                                        struct err *err) MUST_USE;

/* ---- recovery code ---- */

/* Takes the place of an older one. */
enum err_code store_recovery_set(const struct scope *s, struct str user_id, struct str code_hash,
                                 struct err *err) MUST_USE;
/* ERR_NOT_FOUND unless it is this one; then it is gone. */
enum err_code store_recovery_take(const struct scope *s, struct str user_id, struct str code_hash,
                                  struct err *err) MUST_USE;

/* ---- remembered devices ---- */

/*
 * The device with this token is trusted for the person until then; beyond REMEMBERED_MAX the oldest
 * is dropped. Other people who were remembered on the device under `before` (absent: none) move to
 * the new token, so that one device has one.
 */
enum err_code store_remember(const struct scope *s, struct str user_id, struct str token_hash,
                             struct str before, int64_t expires_at, struct err *err) MUST_USE;
/* *since: when the device was remembered; 0 if it is not, or no longer. */
enum err_code store_remembered(const struct scope *s, struct str user_id, struct str token_hash,
                               int64_t *since, struct err *err) MUST_USE;
enum err_code store_remembered_drop(const struct scope *s, struct str user_id,
                                    struct err *err) MUST_USE;
#endif
