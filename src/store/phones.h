#ifndef STORE_PHONES_H
#define STORE_PHONES_H
/*
 * Phone numbers of people. The one in users.phone_number is shown with the person; all of them are
 * here. As with addresses (emails.h), a number belongs to a person once it is verified, and then to
 * nobody else in the environment. Numbers compare without their dashes. Whatever way they come, a
 * person has at most USER_PHONES_MAX: another shown number replaces one that was not verified.
 */
#include "store/emails.h"

enum { USER_PHONES_MAX = 5 };

struct user_phone {
    struct str id, user_id, phone_number;
    bool verified;
    int64_t created_at, updated_at;
};
struct user_phone_list {
    struct user_phone *items;
    size_t n;
    int64_t total;
};

enum err_code store_user_phones(const struct scope *s, struct str user_id,
                                struct user_phone_list *out, struct err *err) MUST_USE;
/* One of the person's numbers, by id or by number. */
enum err_code store_user_phone_get(const struct scope *s, struct str user_id, struct str id,
                                   struct str phone, struct user_phone *out,
                                   struct err *err) MUST_USE;
/*
 * Adds one; one that the person has unverified is given as it is. ERR_CONFLICT if the person has it
 * verified or, with `verified`, if it is somebody else's; ERR_LIMIT beyond USER_PHONES_MAX.
 */
enum err_code store_user_phone_add(const struct scope *s, struct str user_id, struct str phone,
                                   bool verified, struct user_phone *out, struct err *err) MUST_USE;
/* ERR_CONFLICT if it is somebody else's. A person who shows no number shows this one from now on. */
enum err_code store_user_phone_verify(const struct scope *s, struct str user_id, struct str id,
                                      struct err *err) MUST_USE;
/* If it was the one that is shown, another verified one is, or none. */
enum err_code store_user_phone_delete(const struct scope *s, struct str user_id, struct str id,
                                      struct err *err) MUST_USE;

/* Numbers of the members of the scope's tenant, or of everybody in the environment. */
enum err_code store_user_phone_list(const struct scope *s, const struct address_query *q,
                                    struct user_phone_list *out, struct err *err) MUST_USE;
#endif
