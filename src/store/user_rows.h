#ifndef STORE_USER_ROWS_H
#define STORE_USER_ROWS_H
/* How users are read from rows and kept in lists. Inside of the store only. */
#include "store/rows.h"
#include "store/users.h"

/* seq, then user_fields in order, of u; test_users checks the order. */
#define USER_COLUMNS                                                                               \
    "u.seq, u.id, u.email, u.username, u.phone_number, u.external_id, u.name, u.password_hash"     \
    ", u.profile_picture_url, u.provider, u.managed_by, u.metadata, u.vendor_metadata"             \
    ", u.active_tenant_id, u.verified, u.is_locked, u.invisible, u.super_user, u.mfa_enrolled"     \
    ", u.mfa_bypass, u.created_at, u.updated_at, u.last_login, u.password_changed_at"

void user_read(struct db_stmt *st, int col, struct arena *a, struct user *out);
/* Row of a user that the scope sees. */
enum err_code user_resolve(const struct scope *s, struct str id, int64_t *seq,
                           struct err *err) MUST_USE;

/* ---- addresses, see emails.h and phones.h; `key` is folded ---- */

struct user_email;
/* From column `col` on, as emails.c selects them. */
void user_email_read(const struct scope *s, struct db_stmt *st, int col, struct user_email *out);
/* Keeps others from claiming the same address until the transaction ends. */
enum err_code user_address_lock(const struct scope *s, const char *kind, struct str key,
                                struct err *err) MUST_USE;
/*
 * Makes sure that the address is nobody else's primary or verified one, until the transaction ends;
 * ERR_CONFLICT if it is. Before it becomes this user's (0: of one that is about to be made).
 */
enum err_code user_email_claim(const struct scope *s, int64_t user_seq, struct str key,
                               struct err *err) MUST_USE;
/* Whose further, verified address it is. */
enum err_code user_by_further_email(const struct scope *s, struct str key, int64_t *user_seq,
                                    struct err *err) MUST_USE;
/* It is no further address of this user any more. */
enum err_code user_email_drop(const struct scope *s, int64_t user_seq, struct str key,
                              struct err *err) MUST_USE;
/* Who is meant by a phone number: whose verified one it is, else the only one who wrote it down. */
enum err_code user_by_phone(const struct scope *s, struct str phone, int64_t *user_seq,
                            struct err *err) MUST_USE;
/* The user shows `phone` (may be absent) in place of `before`: writes it down, if it is not yet, and
 * drops the other unless it is verified. ERR_LIMIT beyond USER_PHONES_MAX. */
enum err_code user_phone_show(const struct scope *s, int64_t user_seq, struct str before,
                              struct str phone, struct err *err) MUST_USE;

/* ---- lists the user is in: table user_order and its totals ---- */

enum err_code user_order_add(const struct scope *s, int64_t user_seq, int64_t list,
                             struct err *err) MUST_USE;
enum err_code user_order_remove(const struct scope *s, int64_t user_seq, int64_t list,
                                struct err *err) MUST_USE;
/* Brings the columns named by `changed` (USER_F bits) that lists sort by up to date in every list the user is in. */
enum err_code user_order_refresh(const struct scope *s, int64_t user_seq, uint64_t changed,
                                 struct err *err) MUST_USE;
#endif
