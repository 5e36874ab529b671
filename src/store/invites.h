#ifndef STORE_INVITES_H
#define STORE_INVITES_H
/*
 * Links that bring people into a tenant, for as many as have the link, until it expires. Not to be
 * mixed up with the invitation of one person (FLOW_INVITATION), which is for that person once.
 *
 * Only the hash of the token is kept: what was given away once cannot be read again. A person's link
 * works while that person may act in the tenant. The scope's tenant is the tenant meant.
 */
#include "store/store.h"

enum { INVITES_MAX = 200 }; /* living ones of a tenant */

struct invite {
    int64_t seq;
    struct str id, token_hash;
    struct str tenant_id, tenant_name; /* filled in when read */
    struct str user_id;                /* whose link it is; absent: the environment's */
    const struct str *role_ids;        /* what joining gives */
    size_t n_role_ids;
    bool roles_given; /* false: the default roles, whatever they are then */
    bool should_send_email;
    int64_t created_at, expires_at;
};
struct invite_list {
    struct invite *items;
    size_t n;
};

/*
 * Adds in->token_hash with its members; id is made, created_at is now. One that the person had
 * before is replaced. ERR_NOT_FOUND for a tenant, member or role that is not there, ERR_LIMIT past
 * INVITES_MAX.
 */
enum err_code store_invite_add(const struct scope *s, struct invite *in, struct err *err) MUST_USE;
/* By the hash, in any tenant of the environment. ERR_GONE if its time is over. */
enum err_code store_invite_by_token(const struct scope *s, struct str token_hash,
                                    struct invite *out, struct err *err) MUST_USE;
enum err_code store_invite_of_user(const struct scope *s, struct str user_id, struct invite *out,
                                   struct err *err) MUST_USE;
/* Living ones of the scope's tenant, or of all tenants; oldest first. */
enum err_code store_invite_list(const struct scope *s, struct invite_list *out,
                                struct err *err) MUST_USE;
/* Writes expires_at and should_send_email. */
enum err_code store_invite_update(const struct scope *s, const struct invite *in,
                                  struct err *err) MUST_USE;
enum err_code store_invite_delete(const struct scope *s, struct str id, struct err *err) MUST_USE;
#endif
