#include "server/auth_machine.h"

#include "server/machine.h"

void
auth_take_permissions(struct auth_verdict *v, const struct rights *r)
{
    struct str *keys = ARENA_ARRAY(&v->arena, r->n_permissions + 1, struct str);
    for (size_t i = 0; i < r->n_permissions; i++)
        keys[i] = arena_str(&v->arena, r->permissions[i]);
    v->who.permissions = keys;
    v->who.n_permissions = r->n_permissions;
    v->has_permissions = true;
}

static bool
is_as_claimed(const struct auth_verdict *v, const struct machine_token *t)
{
    return str_eq(v->type, str_of(machine_kind_name(t->kind))) &&
           str_eq(v->who.tenant_id, t->tenant_id) &&
           (!machine_kind_is_user(t->kind) || str_eq(v->who.user_id, t->owner_id));
}

static enum err_code
check_switch(struct db_conn *conn, struct arena *scratch, const struct auth_verdict *v,
             enum machine_kind kind, bool *on, struct err *err)
{
    struct scope s;
    enum machine_switch now;
    enum err_code rc = scope_open(&s, conn, scratch, v->vendor, STR_ABSENT, err);
    if (!rc)
        rc = machine_switch_get(&s, kind, &now, err);
    *on = !rc && now == MACHINE_ON;
    return rc;
}

enum err_code
auth_machine_look_up(struct db_conn *conn, struct arena *scratch, struct auth_verdict *v,
                     int64_t now, bool *in_order, struct err *err)
{
    struct machine_query q = {.vendor = v->vendor, .id = v->who.token_id, .now = now};
    struct machine_token t;
    struct rights rights;
    char stamp[RIGHTS_STAMP_SIZE];
    *in_order = false;
    enum err_code rc = store_machine_token_find(conn, scratch, &q, &t, err);
    if (!rc && is_as_claimed(v, &t))
        rc = check_switch(conn, scratch, v, t.kind, in_order, err);
    if (rc || !*in_order)
        return rc;
    rc = store_machine_token_rights(conn, scratch, &t, &rights, err);
    if (rc)
        return rc;
    if (machine_kind_is_api(t.kind)) {
        rights_stamp(&rights, t.owner_is_super, stamp);
        *in_order = str_eq(v->stamp, str_of(stamp));
    } else {
        v->who.super_user = t.owner_is_super;
    }
    if (*in_order && !v->has_permissions)
        auth_take_permissions(v, &rights);
    return ERR_OK;
}
