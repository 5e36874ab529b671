#ifndef STORE_USERNAMES_H
#define STORE_USERNAMES_H
/* The list of names that people may sign in with. A person has at most one, users.username. */
#include "store/store.h"

struct username {
    struct str username, user_id;
};
struct username_list {
    struct username *items;
    size_t n;
    int64_t total;
};
struct username_query {
    struct store_page page; /* sort: userId, username */
    struct str prefix;      /* compared folded; absent: any */
    const struct str *user_ids, *usernames;
    size_t n_user_ids, n_usernames; /* 0: any */
};
/* Of the members of the scope's tenant, or of everybody in the environment. */
enum err_code store_username_list(const struct scope *s, const struct username_query *q,
                                  struct username_list *out, struct err *err) MUST_USE;
#endif
