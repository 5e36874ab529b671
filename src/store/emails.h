#ifndef STORE_EMAILS_H
#define STORE_EMAILS_H
/*
 * E-mail addresses of people. Each person has at most one primary address, users.email, and may
 * have a few further ones. On the wire they are alike; the primary one goes by the person's own id.
 *
 * A further address belongs to a person once it is verified. Then it names the person like the
 * primary one (store_user_get), and nobody else in the environment can have it verified or as
 * primary. Unverified ones belong to nobody: any number of people may have written the same one
 * down, which therefore neither takes it from its owner nor tells whether there is one.
 */
#include "store/store.h"

enum { USER_EMAILS_MAX = 10 }; /* further ones */

struct user_email {
    struct str id, user_id, email;
    bool verified, primary;
    int64_t created_at, updated_at;
};
struct user_email_list {
    struct user_email *items;
    size_t n;
    int64_t total;
};

/* All of one person, the primary first. */
enum err_code store_user_emails(const struct scope *s, struct str user_id,
                                struct user_email_list *out, struct err *err) MUST_USE;
/* One of the person's addresses, by id or, folded, by address. */
enum err_code store_user_email_get(const struct scope *s, struct str user_id, struct str id,
                                   struct str email, struct user_email *out,
                                   struct err *err) MUST_USE;
/*
 * Adds a further one. ERR_CONFLICT if the person has it already or, with `verified`, if it is
 * somebody's; ERR_LIMIT beyond USER_EMAILS_MAX.
 */
enum err_code store_user_email_add(const struct scope *s, struct str user_id, struct str email,
                                   bool verified, struct user_email *out, struct err *err) MUST_USE;
/* ERR_CONFLICT if it became somebody else's meanwhile. */
enum err_code store_user_email_verify(const struct scope *s, struct str user_id, struct str id,
                                      struct err *err) MUST_USE;
/* A further one; the primary is not found. */
enum err_code store_user_email_delete(const struct scope *s, struct str user_id, struct str id,
                                      struct err *err) MUST_USE;
/*
 * Makes a further, verified one the primary; the one that was primary becomes a further one,
 * verified if the person was. ERR_INVALID if it is not verified.
 */
enum err_code store_user_email_promote(const struct scope *s, struct str user_id, struct str email,
                                       struct err *err) MUST_USE;

struct address_query {
    struct store_page page; /* sort: userId, or the address: email, phoneNumber */
    struct str exact;       /* this address, compared like keys are; absent: any */
    const struct str *user_ids;
    size_t n_user_ids; /* 0: of anybody */
};
/* Addresses of the members of the scope's tenant. */
enum err_code store_user_email_list(const struct scope *s, const struct address_query *q,
                                    struct user_email_list *out, struct err *err) MUST_USE;
#endif
