#ifndef STORE_GUESSES_H
#define STORE_GUESSES_H
/*
 * How often an account was guessed at in a row without success. A guess is counted before anybody
 * looks at it, by one statement that refuses to count beyond the limit, so that any number of
 * parallel guesses on any number of servers stays within it.
 *
 * An account whose last allowed guess was wrong is locked (users.is_locked, so that administrators
 * see it) and marked here, which tells this lock from one that an administrator set.
 */
#include "store/store.h"
#include "store/users.h"

/* kind: a short text, e.g. "password". *count is what it is now, 0 if the limit was reached. */
enum err_code store_guess_count(const struct scope *s, int64_t user_seq, struct str kind,
                                int64_t limit, int64_t *count, struct err *err) MUST_USE;
/* The same work for an account that does not exist; `slot` spreads them. */
enum err_code store_guess_nobody(const struct scope *s, int64_t slot, struct err *err) MUST_USE;
/* Starts over after a right one. */
enum err_code store_guess_clear(const struct scope *s, struct str user_id, struct str kind,
                                struct err *err) MUST_USE;
/* Locks the user if there still are as many as `limit`. *locked: that was now. */
enum err_code store_guess_lock(const struct scope *s, struct str user_id, struct str kind,
                               int64_t limit, bool *locked, struct err *err) MUST_USE;
/* Forgets all of them, whoever sets the user's lock next. */
enum err_code store_guess_forget(const struct scope *s, struct str user_id,
                                 struct err *err) MUST_USE;
#endif
