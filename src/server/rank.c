#include "server/rank.h"

#include "store/sessions.h"
#include "store/users.h"

static bool
has_rank(const struct call *c)
{
    return c->who.kind == PRINCIPAL_USER || c->who.kind == PRINCIPAL_USER_TOKEN;
}

/* Level of the caller's strongest role in the tenant, be it by a group; without a role nothing is
 * weaker. */
static enum err_code
own_level(struct call *c, const struct scope *s, int64_t *out, struct err *err)
{
    struct user u;
    struct rights rights = {.n_roles = 0};
    enum err_code rc = store_user_get(s, USER_BY_ID, c->who.user_id, &u, err);
    if (!rc)
        rc = store_rights_get(s->conn, s->arena, u.seq, s->tenant_seq, &rights, err);
    if (rc)
        return rc;
    *out = u.super_user ? -1 : INT64_MAX;
    for (size_t i = 0; i < rights.n_roles; i++)
        if (rights.levels[i] < *out)
            *out = rights.levels[i];
    return ERR_OK;
}

static enum err_code
refuse_unless_weaker(struct call *c, int64_t level, int64_t own, struct err *err)
{
    if (level > own)
        return ERR_OK;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Role is not weaker than your own");
}

enum err_code
rank_check_level(struct call *c, const struct scope *s, int64_t level, struct err *err)
{
    int64_t own;
    if (!has_rank(c))
        return ERR_OK;
    enum err_code rc = own_level(c, s, &own, err);
    return rc ? rc : refuse_unless_weaker(c, level, own, err);
}

enum err_code
rank_check_roles(struct call *c, const struct scope *s, const struct str *role_ids, size_t n,
                 struct err *err)
{
    int64_t own;
    if (!has_rank(c) || !n)
        return ERR_OK;
    enum err_code rc = own_level(c, s, &own, err);
    for (size_t i = 0; !rc && i < n; i++) {
        struct role role;
        rc = store_role_get(s, role_ids[i], &role, err);
        if (rc == ERR_NOT_FOUND)
            rc = ERR_OK;
        else if (!rc)
            rc = refuse_unless_weaker(c, role.level, own, err);
    }
    return rc;
}
