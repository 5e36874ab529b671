#ifndef STORE_JWT_TEMPLATES_H
#define STORE_JWT_TEMPLATES_H
/*
 * What access tokens contain (server/jwt_template.h evaluates it). Templates belong to the
 * environment: the scope's tenant is not looked at.
 */
#include "store/store.h"

/* Of one environment; keeps what a sign-in may have to read small. */
enum { JWT_TEMPLATES_MAX = 200 };

struct jwt_template {
    struct str id, key, name, description, algorithm;
    struct str claims;  /* JSON object */
    int64_t expiration; /* seconds */
    int64_t created_at, updated_at;
};
struct jwt_template_list {
    struct jwt_template *items;
    size_t n;
    int64_t total;
};
struct jwt_template_query {
    struct store_page page; /* sort: id key name createdAt updatedAt; limit 0: all */
    const struct str *keys, *ids;
    size_t n_keys, n_ids;
};

/* Fills in id and times. ERR_CONFLICT if the key is taken, ERR_LIMIT if there are too many. */
enum err_code store_jwt_template_create(const struct scope *s, struct jwt_template *t,
                                        struct err *err) MUST_USE;
enum err_code store_jwt_template_get(const struct scope *s, struct str id, struct jwt_template *out,
                                     struct err *err) MUST_USE;
/* Writes every member of the one with t->id. ERR_NOT_FOUND, ERR_CONFLICT if the key is taken. */
enum err_code store_jwt_template_update(const struct scope *s, struct jwt_template *t,
                                        struct err *err) MUST_USE;
enum err_code store_jwt_template_delete(const struct scope *s, struct str id,
                                        struct err *err) MUST_USE;
enum err_code store_jwt_template_list(const struct scope *s, const struct jwt_template_query *q,
                                      struct jwt_template_list *out, struct err *err) MUST_USE;
#endif
