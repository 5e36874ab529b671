#ifndef STORE_USERS_H
#define STORE_USERS_H
/*
 * Users of an environment and their places in tenants. A user is global to the environment; what
 * differs by tenant (roles, disabled, invited, expiry) is the membership. A scope with a tenant
 * sees only that tenant's members, so the id of a stranger is ERR_NOT_FOUND there; a scope without
 * one sees all.
 */
#include "store/roles.h"
#include "store/store.h"

/* A group of a tenant that a user is in. */
struct member_group {
    struct str id;
    const struct role *const *roles; /* that its members have by it */
    size_t n_roles;
};

/* Place of a user in one tenant. */
struct membership {
    struct str tenant_id;
    int64_t tenant_seq;
    int64_t created_at, invited_at, activated_at; /* activated_at 0: has not accepted yet */
    int64_t expires_at;                           /* temporary user; 0: for good */
    bool is_disabled, sub_account_access;
    const struct role *const *roles; /* given to the person; filled by store_users_load */
    size_t n_roles;
    const struct member_group *groups; /* filled by store_users_load_groups (groups.h) */
    size_t n_groups;
};

/* True if the person may enter there: neither disabled nor past the end of a temporary stay. */
static inline bool
membership_is_open(const struct membership *m, int64_t now)
{
    return !m->is_disabled && (m->expires_at == 0 || m->expires_at > now);
}

struct user {
    int64_t seq;
#define FIELD(kind, member, wire, flags) STORE_C_##kind member;
#include "store/user_fields.def"
#undef FIELD
    struct membership *tenants; /* filled by store_users_load, ordered by when they joined */
    size_t n_tenants;
};

/* Bits for `given` in store_user_update: USER_F_name and so on. */
enum user_field {
#define FIELD(kind, member, wire, flags) USER_I_##member,
#include "store/user_fields.def"
#undef FIELD
    USER_FIELDS
};
#define USER_F(member) (UINT64_C(1) << USER_I_##member)
extern const struct store_field user_fields[USER_FIELDS];

/* ---- one user ---- */

enum user_key { USER_BY_ID, USER_BY_EMAIL, USER_BY_USERNAME, USER_BY_PHONE, USER_BY_EXTERNAL_ID };
/*
 * Plain columns only; follow with store_users_load for tenants and roles. E-mail and user name
 * compare folded. An address may be the primary one or a further one that is verified (emails.h); a
 * phone number is the verified one of somebody, else one that only one person has written down.
 */
enum err_code store_user_get(const struct scope *s, enum user_key by, struct str value,
                             struct user *out, struct err *err) MUST_USE;

/*
 * Creates from the plain members of *u (id, created_at, provider, metadata may be absent or 0:
 * filled in; updates *u). ERR_CONFLICT if the e-mail, user name or id is taken. Joins no tenant:
 * see store_membership_add.
 */
enum err_code store_user_create(const struct scope *s, struct user *u, struct err *err) MUST_USE;
/* Writes the members named by `given` (USER_F bits) of *u to user u->id. The scope must see the
 * user. */
enum err_code store_user_update(const struct scope *s, const struct user *u, uint64_t given,
                                struct err *err) MUST_USE;
/* Removes the user from the environment with all that hangs on it. */
enum err_code store_user_delete(const struct scope *s, struct str id, struct err *err) MUST_USE;
/* The same password hashed anew: replaces its hash if it still is `was`, ERR_NOT_FOUND if not. */
enum err_code store_user_rehash(const struct scope *s, struct str id, struct str was,
                                struct str hash, struct err *err) MUST_USE;
/* Records a sign-in without touching list order. */
enum err_code store_user_signed_in(const struct scope *s, struct str id, struct err *err) MUST_USE;

/* ---- membership; the scope's tenant is the tenant meant ---- */

enum {
    MEMBER_ACTIVATED = 1 << 0, /* already accepted, nothing pending */
    MEMBER_INVITED = 1 << 1,   /* an invitation is out */
    MEMBER_NO_ROLES = 1 << 2   /* do not give the default roles */
};
/*
 * Adds the user to the scope's tenant. Gives it the roles marked is_default, the first user of a
 * tenant also those marked first_user_role. The first tenant becomes the active one. Adding a
 * member again is ERR_CONFLICT.
 */
enum err_code store_membership_add(const struct scope *s, struct str user_id, unsigned flags,
                                   int64_t expires_at, struct err *err) MUST_USE;
/* Takes the user out of the scope's tenant with its roles and groups there; the active tenant moves
 * on. */
enum err_code store_membership_remove(const struct scope *s, struct str user_id,
                                      struct err *err) MUST_USE;
enum err_code store_membership_get(const struct scope *s, struct str user_id,
                                   struct membership *out, struct err *err) MUST_USE;
enum membership_field {
    MEMBERSHIP_DISABLED = 1 << 0,
    MEMBERSHIP_ACTIVATED_AT = 1 << 1,
    MEMBERSHIP_INVITED_AT = 1 << 2,
    MEMBERSHIP_EXPIRES_AT = 1 << 3,
    MEMBERSHIP_SUB_ACCESS = 1 << 4
};
/* Writes the members named by `given`. Who gets disabled has no session in that tenant any more. */
enum err_code store_membership_update(const struct scope *s, struct str user_id,
                                      const struct membership *m, unsigned given,
                                      struct err *err) MUST_USE;
/* Everybody in the scope's tenant reaches its sub-accounts. */
enum err_code store_membership_sub_access_all(const struct scope *s, struct err *err) MUST_USE;
/* What waited for the person's acceptance is accepted: in the scope's tenant, of which they must be a
 * member, or with no tenant everywhere. */
enum err_code store_membership_accept(const struct scope *s, struct str user_id,
                                      struct err *err) MUST_USE;
/* Members of scope->tenant become members of `target` with the roles they have; the source is left
 * empty. *moved may be NULL. */
enum err_code store_membership_migrate(const struct scope *s, struct str target, int64_t *moved,
                                       struct err *err) MUST_USE;

enum user_status {
    STATUS_PENDING_INVITATION,
    STATUS_PENDING_LOGIN,
    STATUS_ACTIVATED,
    STATUS_NOT_ACTIVATED
};
const char *user_status_name(enum user_status status); /* "PendingInvitation" */
enum user_status user_status_of(const struct user *u, const struct membership *m);

/* ---- roles of a user in the scope's tenant ---- */

enum role_change { ROLES_ADD, ROLES_REMOVE, ROLES_SET };
/* Unknown role ids, and roles of another tenant, are ERR_NOT_FOUND; nothing is changed then. */
enum err_code store_user_roles(const struct scope *s, struct str user_id, enum role_change change,
                               const struct str *role_ids, size_t n, struct err *err) MUST_USE;

/* ---- lists ---- */

struct user_query {
    struct store_page page; /* sort: createdAt name email id verified isLocked provider tenantId */
    struct str email;       /* exactly this address */
    struct str contains;    /* part of name, e-mail, user name or phone */
    struct str name_prefix;
    struct str identifier; /* exactly; see identifier_by */
    enum user_key identifier_by;
    const struct str *ids, *external_ids; /* any of them; NULL: no filter */
    size_t n_ids, n_external_ids;
    const struct str *all_of, *none_of, *any_of; /* phrase search, parts as in `contains` */
    size_t n_all_of, n_none_of, n_any_of;
    struct str metadata;      /* text inside the metadata */
    bool include_sub_tenants; /* the scope's tenant and everything below it */
    bool only_mfa_unenrolled;
    int64_t inactive_since; /* last sign-in (or creation) before this time; 0: no filter */
};
struct user_list {
    struct user *items;
    size_t n;
    int64_t total;
};
/* Plain columns; follow with store_users_load. */
enum err_code store_user_list(const struct scope *s, const struct user_query *q,
                              struct user_list *out, struct err *err) MUST_USE;

enum { LOAD_TENANTS = 1 << 0, LOAD_ROLES = 1 << 1, LOAD_PERMISSIONS = 1 << 2 };
/*
 * Fills the tenants of n users, their roles per tenant, and the permission ids of those roles, in a
 * number of queries that does not depend on n. With a tenant in the scope only that membership is
 * loaded unless all_tenants.
 */
enum err_code store_users_load(const struct scope *s, struct user *users, size_t n, unsigned what,
                               bool all_tenants, struct err *err) MUST_USE;

/* Kept totals: users of the scope's tenant or environment. */
enum err_code store_user_count(const struct scope *s, int64_t *out, struct err *err) MUST_USE;
/* Members of a tenant that are not disabled. */
enum err_code store_user_count_enabled(const struct scope *s, int64_t *out,
                                       struct err *err) MUST_USE;
#endif
