#ifndef STORE_PERMISSIONS_H
#define STORE_PERMISSIONS_H
/* Permissions and their categories: of the environment, shared by its tenants. */
#include "store/store.h"

struct permission {
    int64_t seq;
    struct str id, key, name, description, category_id;
    struct str assignment_type; /* NEVER ALWAYS ASSIGNABLE */
    bool fe_permission;         /* built in, read-only */
    int64_t created_at, updated_at;
    const struct str *role_ids;
    size_t n_role_ids;
};
enum {
    PERMISSION_F_KEY = 1 << 0,
    PERMISSION_F_NAME = 1 << 1,
    PERMISSION_F_DESCRIPTION = 1 << 2,
    PERMISSION_F_CATEGORY = 1 << 3 /* absent category_id takes it out of its category */
};
struct permission_list {
    struct permission *items;
    size_t n;
};

struct category {
    int64_t seq;
    struct str id, name, description;
    bool fe_category;
    int64_t created_at, updated_at;
    const struct str *permission_ids;
    size_t n_permission_ids;
};
enum { CATEGORY_F_NAME = 1 << 0, CATEGORY_F_DESCRIPTION = 1 << 1 };
struct category_list {
    struct category *items;
    size_t n;
};

/* Role ids are loaded by get and list. */
enum err_code store_permission_get(const struct scope *s, struct str id, struct permission *out,
                                   struct err *err) MUST_USE;
enum err_code store_permission_list(const struct scope *s, struct permission_list *out,
                                    struct err *err) MUST_USE;
/* Those of the given ids that exist, each once, without role ids. */
enum err_code store_permissions_by_ids(const struct scope *s, const struct str *ids, size_t n,
                                       struct permission_list *out, struct err *err) MUST_USE;
/* ERR_CONFLICT if the key is taken. An unknown category is ERR_NOT_FOUND. */
enum err_code store_permission_create(const struct scope *s, struct permission *p,
                                      struct err *err) MUST_USE;
enum err_code store_permission_update(const struct scope *s, const struct permission *p,
                                      unsigned given, struct err *err) MUST_USE;
enum err_code store_permission_delete(const struct scope *s, struct str id,
                                      struct err *err) MUST_USE;
/* Adds the permission to these roles; what is there stays. */
enum err_code store_permission_add_roles(const struct scope *s, struct str id,
                                         const struct str *role_ids, size_t n,
                                         struct err *err) MUST_USE;
enum err_code store_permissions_classify(const struct scope *s, const struct str *ids, size_t n,
                                         struct str type, struct err *err) MUST_USE;

enum err_code store_category_get(const struct scope *s, struct str id, struct category *out,
                                 struct err *err) MUST_USE;
enum err_code store_category_list(const struct scope *s, struct category_list *out,
                                  struct err *err) MUST_USE;
enum err_code store_category_create(const struct scope *s, struct category *c,
                                    struct err *err) MUST_USE;
enum err_code store_category_update(const struct scope *s, const struct category *c, unsigned given,
                                    struct err *err) MUST_USE;
/* Its permissions stay, without a category. */
enum err_code store_category_delete(const struct scope *s, struct str id, struct err *err) MUST_USE;
#endif
