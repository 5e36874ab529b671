#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H
/*
 * Groups of users in a tenant. The roles of a group are roles of its members, where the environment
 * has that switched on: store_rights_get counts them in. All functions work in the scope's tenant;
 * groups of others are ERR_NOT_FOUND.
 */
#include "store/users.h"

struct group_user {
    struct str id, email, name, profile_picture_url;
    int64_t activated_at, created_at; /* activated in the tenant; 0: not yet */
};
struct group {
    int64_t seq;
    struct str id, name, color, description, metadata, managed_by;
    int64_t created_at, updated_at;
    const struct role *roles; /* filled by store_groups_load */
    const struct group_user *users;
    size_t n_roles, n_users;
};
enum group_field {
    GROUP_I_id,
    GROUP_I_name,
    GROUP_I_color,
    GROUP_I_description,
    GROUP_I_metadata,
    GROUP_I_managed_by,
    GROUP_I_created_at,
    GROUP_I_updated_at,
    GROUP_FIELDS
};
#define GROUP_F(member) (UINT64_C(1) << GROUP_I_##member)
extern const struct store_field group_fields[GROUP_FIELDS];

struct group_query {
    struct store_page page; /* sort: id name createdAt updatedAt; limit 0: all */
    const struct str *ids;  /* any of them; NULL: no filter */
    size_t n_ids;
};
struct group_list {
    struct group *items;
    size_t n;
    int64_t total;
};

enum err_code store_group_get(const struct scope *s, struct str id, struct group *out,
                              struct err *err) MUST_USE;
enum err_code store_group_list(const struct scope *s, const struct group_query *q,
                               struct group_list *out, struct err *err) MUST_USE;
/* id, metadata, managed_by and times are filled in. ERR_CONFLICT if the name is taken. */
enum err_code store_group_create(const struct scope *s, struct group *g, struct err *err) MUST_USE;
/* Writes the members named by `given` (GROUP_F bits) of *g to group g->id. */
enum err_code store_group_update(const struct scope *s, const struct group *g, uint64_t given,
                                 struct err *err) MUST_USE;
enum err_code store_group_delete(const struct scope *s, struct str id, struct err *err) MUST_USE;

enum { GROUP_ROLES = 1 << 0, GROUP_USERS = 1 << 1 };
/* Fills roles (without their permissions) and users of n groups, as `what` says. */
enum err_code store_groups_load(const struct scope *s, struct group *groups, size_t n,
                                unsigned what, struct err *err) MUST_USE;
/* Rows of members (GROUP_USERS) or of roles that the tenant sees (GROUP_ROLES); 0 for an id that is
 * unknown there. */
enum err_code store_group_resolve(const struct scope *s, unsigned what, const struct str *ids,
                                  size_t n, int64_t *seqs, struct err *err) MUST_USE;
/* Adds or removes such rows. What is there already, or not, is fine. */
enum err_code store_group_link(const struct scope *s, const struct group *g, unsigned what,
                               bool add, const int64_t *seqs, size_t n, struct err *err) MUST_USE;

/* ---- groups of users ---- */

/* Fills the groups of the memberships of users that store_users_load has loaded, with their roles
 * and the permission ids of those. */
enum err_code store_users_load_groups(const struct scope *s, struct user *users, size_t n,
                                      struct err *err) MUST_USE;

/* ---- the environment's switches ---- */

struct group_switches {
    bool enabled, roles_enabled;
};
enum err_code store_group_switches_get(const struct scope *s, struct group_switches *out,
                                       struct err *err) MUST_USE;
enum err_code store_group_switches_set(const struct scope *s, const struct group_switches *to,
                                       struct err *err) MUST_USE;
#endif
