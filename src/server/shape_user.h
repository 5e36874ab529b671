#ifndef SERVER_SHAPE_USER_H
#define SERVER_SHAPE_USER_H
/*
 * Users on the wire. Three forms: the core one (lists of version 3, look-up by e-mail) has roles
 * only inside `tenants`, as they were given to the person; the full one adds what holds in the tenant
 * in question: roles and permissions, those by groups among them, and the groups; old lists add the deprecated rolesIds and profileImage.
 */
#include "server/call.h"
#include "store/permissions.h"
#include "store/users.h"

enum user_form { USER_CORE, USER_FULL, USER_OLD_LIST };

/*
 * Loads what the form needs for n users and writes them one after the other into the open array, or
 * a single value. A person's token sees only its own tenant's membership of others, and all of its
 * own; an environment token sees all.
 */
enum err_code shape_users(struct call *c, const struct scope *s, enum user_form form,
                          struct user *users, size_t n, struct err *err);
/* One user by id, read again from the store, in full. */
enum err_code shape_user_by_id(struct call *c, const struct scope *s, struct str id,
                               struct err *err);
/* Membership that a reply is about: in the scope's tenant, else in the active one; NULL if none. */
const struct membership *shape_membership(const struct scope *s, const struct user *u);
/* Role objects of a membership, then permission objects of those roles, as members of an open
 * object. */
enum err_code shape_roles_and_permissions(struct call *c, const struct scope *s,
                                          const struct membership *m, struct err *err);
#endif
