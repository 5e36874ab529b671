/*
 * Making, showing, changing and deleting API tokens and access tokens, of a tenant and of a person,
 * and what resource servers ask about access tokens. A secret is in the answer to the creation and
 * nowhere else. A token may not do more than who makes it: roles weaker than their own, permissions
 * that they hold; and a machine cannot make a token that outlives its own.
 */
#include "base/rand.h"
#include "crypto/token.h"
#include "server/auth.h"
#include "server/fields.h"
#include "server/machine.h"
#include "server/ops/ops.h"
#include "server/rank.h"
#include "server/shape.h"
#include "store/permissions.h"

enum {
    LINKS_MAX = 200,
    DESCRIPTION_MAX = 1000,
    METADATA_MAX = 8 * 1024, /* it goes into every JWT */
    MINUTES_MAX = 52560000   /* a hundred years */
};

static enum err_code
refuse_token(struct call *c, enum err_code rc, struct err *err)
{
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "%s", err->msg) : rc;
}

static bool
is_machine(const struct call *c)
{
    return c->who.kind == PRINCIPAL_TENANT_TOKEN || c->who.kind == PRINCIPAL_USER_TOKEN;
}

/* ---- what the caller may hand on ---- */

static enum err_code
check_permissions(struct call *c, const struct scope *s, const struct str *ids, size_t n,
                  struct err *err)
{
    struct permission_list list = {.n = 0};
    enum err_code rc = n ? store_permissions_by_ids(s, ids, n, &list, err) : ERR_OK;
    for (size_t i = 0; !rc && i < list.n; i++)
        if (!auth_may(&c->who, list.items[i].key))
            return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                               "Permission %.*s is not one of your own",
                               STR_ARG(list.items[i].key));
    return rc;
}

/* A tenant's own token has no rank: what its permissions cover decides. */
static enum err_code
check_role_permissions(struct call *c, const struct scope *s, const struct str *ids, size_t n,
                       struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < n; i++) {
        struct role role;
        rc = store_role_get(s, ids[i], &role, err);
        if (!rc)
            rc = check_permissions(c, s, role.permission_ids, role.n_permission_ids, err);
    }
    return rc;
}

/* Unknown ids are left to the store. */
static enum err_code
check_reach(struct call *c, const struct scope *s, const struct machine_token *t, struct err *err)
{
    if (c->who.kind == PRINCIPAL_VENDOR || c->who.super_user)
        return ERR_OK;
    enum err_code rc = rank_check_roles(c, s, t->role_ids, t->n_role_ids, err);
    if (!rc && c->who.kind == PRINCIPAL_TENANT_TOKEN)
        rc = check_role_permissions(c, s, t->role_ids, t->n_role_ids, err);
    return rc ? rc : check_permissions(c, s, t->permission_ids, t->n_permission_ids, err);
}

/* A machine hands on who stands behind it, and no more time than it has itself. */
static enum err_code
inherit(struct call *c, const struct scope *s, struct machine_token *t, struct err *err)
{
    struct machine_query q = {.vendor = s->vendor, .id = c->who.token_id, .now = s->now};
    struct machine_token own;
    enum err_code rc = store_machine_token_find(s->conn, s->arena, &q, &own, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? err_set(err, ERR_UNAUTHENTICATED, "Unauthenticated") : rc;
    if (!str_given(t->owner_id))
        t->owner_id = own.owner_id;
    if (own.expires_at && (!t->expires_at || t->expires_at > own.expires_at))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "A token cannot make one that outlives it; give expiresInMinutes");
    return ERR_OK;
}

/* ---- reading ---- */

static enum err_code
read_lists(struct call *c, struct machine_token *t, struct err *err)
{
    struct str *roles = ARENA_ARRAY(c->arena, LINKS_MAX + 1, struct str);
    struct str *permissions = ARENA_ARRAY(c->arena, LINKS_MAX + 1, struct str);
    t->role_ids = roles;
    t->permission_ids = permissions;
    t->n_role_ids = call_list(c, "roleIds", roles, LINKS_MAX + 1);
    t->n_permission_ids = call_list(c, "permissionIds", permissions, LINKS_MAX + 1);
    if (t->n_role_ids > LINKS_MAX || t->n_permission_ids > LINKS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "%s must contain no more than %d elements",
                           t->n_role_ids > LINKS_MAX ? "roleIds" : "permissionIds", LINKS_MAX);
    return ERR_OK;
}

/* Members that the operation does not declare are not there, whatever the body holds. */
static bool
is_given(const struct call *c, const char *name)
{
    return field_find(c->op->body, str_of(name)) && call_has(c, name);
}

static enum err_code
read_token(struct call *c, struct machine_token *t, struct err *err)
{
    t->description = call_str(c, "description");
    if (t->description.n > DESCRIPTION_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "description must be shorter than or equal to %d bytes",
                           DESCRIPTION_MAX);
    if (is_given(c, "metadata"))
        t->metadata = fields_json_text(c, call_json(c, "metadata"));
    if (t->metadata.n > METADATA_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "metadata must not be larger than %d bytes",
                           METADATA_MAX);
    int64_t minutes = call_int(c, "expiresInMinutes", 0);
    if (minutes > MINUTES_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "expiresInMinutes must not be greater than %d", MINUTES_MAX);
    t->expires_at = minutes ? c->now + minutes * 60000 : 0;
    return machine_kind_is_user(t->kind) ? ERR_OK : read_lists(c, t, err);
}

/* ---- writing ---- */

static void
write_common(struct jw *w, const struct machine_token *t, struct str secret)
{
    jw_ktime(w, "createdAt", t->created_at);
    jw_ktime(w, "expires", t->expires_at);
    jw_kgiven(w, "secret", secret);
}

static void
write_api_token(struct jw *w, const struct machine_token *t, struct str secret)
{
    jw_open(w, '{');
    jw_kstr(w, "clientId", t->id);
    jw_kstr(w, "description", t->description);
    jw_kraw(w, "metadata", str_starts(t->metadata, STR("{")) ? t->metadata : STR("{}"));
    write_common(w, t, secret);
    if (t->kind == MACHINE_TENANT_API) {
        jw_kstr(w, "tenantId", t->tenant_id);
        jw_kstr(w, "createdByUserId", t->owner_id);
        jw_key(w, "roleIds");
        shape_texts(w, t->role_ids, t->n_role_ids);
        jw_key(w, "permissionIds");
        shape_texts(w, t->permission_ids, t->n_permission_ids);
    }
    jw_close(w, '}');
}

static void
write_access_token(struct jw *w, const struct machine_token *t, struct str secret)
{
    jw_open(w, '{');
    jw_kstr(w, "id", t->id);
    jw_kstr(w, "description", str_given(t->description) ? t->description : STR(""));
    write_common(w, t, secret);
    if (t->kind == MACHINE_TENANT_ACCESS) {
        jw_kstr(w, "createdByUserId", t->owner_id);
        jw_key(w, "roleIds");
        shape_texts(w, t->role_ids, t->n_role_ids);
    }
    jw_close(w, '}');
}

static void
write_token(struct jw *w, const struct machine_token *t, struct str secret)
{
    if (machine_kind_is_api(t->kind))
        write_api_token(w, t, secret);
    else
        write_access_token(w, t, secret);
}

/* ---- making ---- */

/* An API token's secret is random and only its hash is kept; an access token is signed and nothing is. */
static enum err_code
make_secret(struct call *c, struct machine_token *t, struct str *secret, struct err *err)
{
    t->id = rand_uuid_str(c->arena);
    if (machine_kind_is_api(t->kind)) {
        *secret = rand_uuid_str(c->arena);
        t->secret_hash = token_hash_hex(c->arena, *secret);
        return ERR_OK;
    }
    struct machine_grant g = {.token = *t};
    enum err_code rc = machine_sign(c, &g, err);
    *secret = g.jwt;
    return rc;
}

static enum err_code
add(struct call *c, const struct scope *s, struct machine_token *t, struct err *err)
{
    enum err_code rc = machine_require(c, s, t->kind, err);
    if (!rc && is_machine(c))
        rc = inherit(c, s, t, err);
    if (!rc)
        rc = check_reach(c, s, t, err);
    if (!rc)
        rc = store_machine_token_add(s, t, err);
    return refuse_token(c, rc, err);
}

static enum err_code
create(struct call *c, enum machine_kind kind, struct err *err)
{
    struct machine_token t = {.kind = kind, .tenant_id = c->tenant_id};
    struct str secret = STR_ABSENT;
    t.owner_id = machine_kind_is_user(kind) ? c->user_id : c->who.user_id;
    enum err_code rc = read_token(c, &t, err);
    if (!rc)
        rc = make_secret(c, &t, &secret, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? add(c, s, &t, err) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "machine token", t.id, "High", "Created %s %.*s", machine_kind_name(kind),
               STR_ARG(t.id));
    write_token(&c->out, &t, secret);
    return ERR_OK;
}

/* ---- showing, changing, deleting ---- */

static enum err_code
list(struct call *c, enum machine_kind kind, struct err *err)
{
    struct machine_token_list all = {.n = 0};
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_machine_token_list(s, kind, c->user_id, &all, err) : err_failed(err);
    if (rc)
        return refuse_token(c, rc, err);
    bool wrapped = !machine_kind_is_api(kind);
    if (wrapped) {
        jw_open(&c->out, '{');
        jw_key(&c->out, "accessTokens");
    }
    jw_open(&c->out, '[');
    for (size_t i = 0; i < all.n; i++)
        write_token(&c->out, &all.items[i], STR_ABSENT);
    jw_close(&c->out, ']');
    if (wrapped)
        jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
delete_token(struct call *c, enum machine_kind kind, struct err *err)
{
    struct str id = call_param(c, "id");
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_machine_token_delete(s, kind, c->user_id, id, err) : err_failed(err);
    if (rc)
        return refuse_token(c, rc, err);
    call_forget_principals(c);
    call_audit(c, "machine token", id, "High", "Deleted %s %.*s", machine_kind_name(kind),
               STR_ARG(id));
    return ERR_OK;
}

/* The members of the body over those of *t. */
static enum err_code
take_changes(struct call *c, struct machine_token *t, unsigned *given, struct err *err)
{
    struct machine_token in = {.kind = t->kind};
    enum err_code rc = read_token(c, &in, err);
    if (rc)
        return rc;
    if (call_has(c, "description")) {
        t->description = in.description;
        *given |= MACHINE_F_DESCRIPTION;
    }
    if (call_has(c, "metadata")) {
        t->metadata = in.metadata;
        *given |= MACHINE_F_METADATA;
    }
    if (call_has(c, "roleIds")) {
        t->role_ids = in.role_ids;
        t->n_role_ids = in.n_role_ids;
        *given |= MACHINE_F_ROLES;
    }
    if (call_has(c, "permissionIds")) {
        t->permission_ids = in.permission_ids;
        t->n_permission_ids = in.n_permission_ids;
        *given |= MACHINE_F_PERMISSIONS;
    }
    return ERR_OK;
}

/* Who may not have made a token may not change what it can do either, in whichever direction. */
static enum err_code
change(struct call *c, const struct scope *s, struct machine_token *t, struct err *err)
{
    const unsigned rights = MACHINE_F_ROLES | MACHINE_F_PERMISSIONS;
    unsigned given = 0;
    const struct machine_token before = *t;
    enum err_code rc = take_changes(c, t, &given, err);
    if (!rc && given & rights)
        rc = check_reach(c, s, &before, err);
    if (!rc && given & rights)
        rc = check_reach(c, s, t, err);
    if (!rc && given)
        rc = store_machine_token_update(s, t, given, err);
    if (!rc && given & rights)
        call_forget_principals(c);
    return refuse_token(c, rc, err);
}

static enum err_code
op_tenant_api_tokens_update(struct call *c, struct err *err)
{
    const enum machine_kind kind = MACHINE_TENANT_API;
    struct str id = call_param(c, "id");
    struct machine_token t;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_machine_token_get(s, kind, STR_ABSENT, id, &t, err) : err_failed(err);
    if (rc)
        return refuse_token(c, rc, err);
    rc = change(c, s, &t, err);
    if (!rc)
        rc = store_machine_token_get(s, kind, STR_ABSENT, id, &t, err);
    if (rc)
        return rc;
    call_audit(c, "machine token", id, "High", "Changed %s %.*s", machine_kind_name(kind),
               STR_ARG(id));
    write_token(&c->out, &t, STR_ABSENT);
    return ERR_OK;
}

/* ---- what resource servers ask ---- */

static enum err_code
resolve(struct call *c, enum machine_kind kind, struct err *err)
{
    struct machine_query q = {.vendor = c->vendor_id, .id = call_param(c, "id"), .now = c->now};
    struct machine_token t;
    struct rights rights;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? machine_require(c, s, kind, err) : err_failed(err);
    if (!rc)
        rc = store_machine_token_find(s->conn, s->arena, &q, &t, err);
    if (!rc && (t.kind != kind || (str_given(c->tenant_id) && t.tenant_seq != s->tenant_seq)))
        rc = err_set(err, ERR_NOT_FOUND, "Token not found");
    if (!rc)
        rc = store_machine_token_rights(s->conn, s->arena, &t, &rights, err);
    if (rc)
        return refuse_token(c, rc, err);
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", t.id);
    jw_kstr(w, "tenantId", t.tenant_id);
    if (machine_kind_is_user(kind))
        jw_kstr(w, "userId", t.owner_id);
    jw_key(w, "roles");
    shape_texts(w, rights.roles, rights.n_roles);
    jw_key(w, "permissions");
    shape_texts(w, rights.permissions, rights.n_permissions);
    jw_ktime(w, "expires", t.expires_at);
    jw_close(w, '}');
    return ERR_OK;
}

static enum err_code
active(struct call *c, enum machine_kind kind, struct err *err)
{
    struct str *ids = NULL;
    size_t n = 0;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? machine_require(c, s, kind, err) : err_failed(err);
    if (!rc)
        rc = store_machine_token_active(s, kind, &ids, &n, err);
    if (!rc)
        shape_texts(&c->out, ids, n);
    return rc;
}

/* ---- by kind ---- */

#define HANDLER(op, does, kind)                                                                    \
    static enum err_code op_##op(struct call *c, struct err *err)                                  \
    {                                                                                              \
        return does(c, kind, err);                                                                 \
    }
HANDLER(tenant_api_tokens_create, create, MACHINE_TENANT_API)
HANDLER(tenant_api_tokens_create_v1, create, MACHINE_TENANT_API)
HANDLER(tenant_api_tokens_list, list, MACHINE_TENANT_API)
HANDLER(tenant_api_tokens_delete, delete_token, MACHINE_TENANT_API)
HANDLER(tenant_access_tokens_create, create, MACHINE_TENANT_ACCESS)
HANDLER(tenant_access_tokens_list, list, MACHINE_TENANT_ACCESS)
HANDLER(tenant_access_tokens_delete, delete_token, MACHINE_TENANT_ACCESS)
HANDLER(tenant_access_tokens_resolve, resolve, MACHINE_TENANT_ACCESS)
HANDLER(tenant_access_tokens_active, active, MACHINE_TENANT_ACCESS)
HANDLER(user_api_tokens_create, create, MACHINE_USER_API)
HANDLER(user_api_tokens_list, list, MACHINE_USER_API)
HANDLER(user_api_tokens_delete, delete_token, MACHINE_USER_API)
HANDLER(user_access_tokens_create, create, MACHINE_USER_ACCESS)
HANDLER(user_access_tokens_list, list, MACHINE_USER_ACCESS)
HANDLER(user_access_tokens_delete, delete_token, MACHINE_USER_ACCESS)
HANDLER(user_access_tokens_resolve, resolve, MACHINE_USER_ACCESS)
HANDLER(user_access_tokens_active, active, MACHINE_USER_ACCESS)

const struct op_binding machine_tokens_ops[] = {
    BIND(tenant_api_tokens_create),
    BIND(tenant_api_tokens_create_v1),
    BIND(tenant_api_tokens_list),
    BIND(tenant_api_tokens_update),
    BIND(tenant_api_tokens_delete),
    BIND(tenant_access_tokens_create),
    BIND(tenant_access_tokens_list),
    BIND(tenant_access_tokens_delete),
    BIND(tenant_access_tokens_resolve),
    BIND(tenant_access_tokens_active),
    BIND(user_api_tokens_create),
    BIND(user_api_tokens_list),
    BIND(user_api_tokens_delete),
    BIND(user_access_tokens_create),
    BIND(user_access_tokens_list),
    BIND(user_access_tokens_delete),
    BIND(user_access_tokens_resolve),
    BIND(user_access_tokens_active),
    BIND_END,
};
