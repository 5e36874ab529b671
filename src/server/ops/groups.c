/*
 * Groups of a tenant. Their roles are those of their members, so whoever puts somebody into a group
 * or gives it a role must be stronger than the roles in question (rank.h). What is switched off for
 * the environment can still be read.
 */
#include "store/groups.h"
#include "base/mem.h"
#include "server/fields.h"
#include "server/ops/ops.h"
#include "server/rank.h"
#include "server/shape.h"

enum { GROUP_PAGE = 50 };

/* All of them, however many. */
static size_t
body_ids(struct call *c, const char *name, struct str **out)
{
    size_t n = json_len(call_json(c, name));
    *out = ARENA_ARRAY(c->arena, n + 1, struct str);
    return call_list(c, name, *out, n);
}

/* ---- refusals ---- */

static enum err_code
find_group(struct call *c, const struct scope *s, const char *param, struct group *out,
           struct err *err)
{
    enum err_code rc = store_group_get(s, call_param(c, param), out, err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Group not found") : rc;
}

static enum err_code
refuse_taken(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "A group of this name already exists");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    return rc;
}

/* The scope of a call that changes groups. */
static enum err_code
begin_change(struct call *c, bool roles, const struct scope **s, struct err *err)
{
    struct group_switches on;
    *s = call_scope(c, err);
    enum err_code rc = *s ? store_group_switches_get(*s, &on, err) : err_failed(err);
    if (rc)
        return rc;
    if (!on.enabled)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Groups are disabled");
    if (roles && !on.roles_enabled)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Roles of groups are disabled");
    return ERR_OK;
}

/* Whoever changes who is in the group gives or takes its roles. */
static enum err_code
check_rank(struct call *c, const struct scope *s, struct group *g, struct err *err)
{
    enum err_code rc = store_groups_load(s, g, 1, GROUP_ROLES, err);
    struct str *ids = ARENA_ARRAY(c->arena, g->n_roles + 1, struct str);
    for (size_t i = 0; i < g->n_roles; i++)
        ids[i] = g->roles[i].id;
    return rc ? rc : rank_check_roles(c, s, ids, g->n_roles, err);
}

/* ---- on the wire ---- */

static void
write_role(struct call *c, const struct role *r)
{
    jw_open(&c->out, '{');
    shape_role_brief(c, r);
    jw_close(&c->out, '}');
}

static void
write_user(struct call *c, const struct group_user *u)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", u->id);
    jw_kstr(w, "email", u->email);
    jw_kstr(w, "name", u->name);
    jw_kstr(w, "profilePictureUrl", u->profile_picture_url);
    jw_kbool(w, "activatedForTenant", u->activated_at != 0);
    jw_ktime(w, "createdAt", u->created_at);
    jw_close(w, '}');
}

static void
write_group(struct call *c, const struct group *g, unsigned what)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    fields_write(w, (struct field_table){group_fields, GROUP_FIELDS}, 0, g);
    if (what & GROUP_ROLES) {
        jw_key(w, "roles");
        jw_open(w, '[');
        for (size_t i = 0; i < g->n_roles; i++)
            write_role(c, &g->roles[i]);
        jw_close(w, ']');
    }
    if (what & GROUP_USERS) {
        jw_key(w, "users");
        jw_open(w, '[');
        for (size_t i = 0; i < g->n_users; i++)
            write_user(c, &g->users[i]);
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

static unsigned
relations(const struct call *c)
{
    struct str asked = call_query(c, "_groupsRelations");
    if (str_eq(asked, STR("rolesAndUsers")))
        return GROUP_ROLES | GROUP_USERS;
    if (str_eq(asked, STR("roles")))
        return GROUP_ROLES;
    return str_eq(asked, STR("users")) ? GROUP_USERS : 0;
}

static enum err_code
write_groups(struct call *c, const struct scope *s, struct group *groups, size_t n, struct err *err)
{
    unsigned what = relations(c);
    enum err_code rc = store_groups_load(s, groups, n, what, err);
    for (size_t i = 0; !rc && i < n; i++)
        write_group(c, &groups[i], what);
    return rc;
}

static enum err_code
answer_group(struct call *c, const struct scope *s, struct str id, struct err *err)
{
    struct group g;
    enum err_code rc = store_group_get(s, id, &g, err);
    return rc ? rc : write_groups(c, s, &g, 1, err);
}

/* ---- reading ---- */

static enum err_code
answer_all(struct call *c, const struct group_query *q, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct group_list list;
    enum err_code rc = s ? store_group_list(s, q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "groups");
    jw_open(&c->out, '[');
    rc = write_groups(c, s, list.items, list.n, err);
    jw_close(&c->out, ']');
    jw_close(&c->out, '}');
    return rc;
}

static enum err_code
op_groups_list_v1(struct call *c, struct err *err)
{
    return answer_all(c, &(struct group_query){.ids = NULL}, err);
}

static enum err_code
op_groups_get_many(struct call *c, struct err *err)
{
    struct str *ids;
    size_t n = body_ids(c, "groupsIds", &ids);
    struct group_query q = {.ids = ids, .n_ids = n};
    return answer_all(c, &q, err);
}

static enum err_code
op_groups_list(struct call *c, struct err *err)
{
    struct page page;
    struct group_list list;
    call_page(c, GROUP_PAGE, &page);
    struct group_query q = {.page = page_rows(&page)};
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_group_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    rc = write_groups(c, s, list.items, list.n, err);
    call_page_close(c, &page, list.total);
    return rc;
}

static enum err_code
op_groups_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct group g;
    enum err_code rc = s ? find_group(c, s, "id", &g, err) : err_failed(err);
    return rc ? rc : write_groups(c, s, &g, 1, err);
}

/* ---- changing ---- */

static enum err_code
op_groups_create(struct call *c, struct err *err)
{
    const struct scope *s;
    struct group g = {.id = STR_ABSENT};
    enum err_code rc = fields_check_metadata(c, err);
    if (!rc)
        rc = begin_change(c, false, &s, err);
    if (rc)
        return rc;
    fields_read(c, c->body, (struct field_table){group_fields, GROUP_FIELDS}, &g);
    rc = refuse_taken(c, err, store_group_create(s, &g, err));
    if (rc)
        return rc;
    call_audit(c, "group", g.id, "Medium", "Created group %.*s", STR_ARG(g.name));
    return answer_group(c, s, g.id, err);
}

static enum err_code
op_groups_update(struct call *c, struct err *err)
{
    const struct scope *s;
    struct group g;
    enum err_code rc = fields_check_metadata(c, err);
    if (!rc)
        rc = begin_change(c, false, &s, err);
    if (!rc)
        rc = find_group(c, s, "id", &g, err);
    if (rc)
        return rc;
    uint64_t given = fields_read(c, c->body, (struct field_table){group_fields, GROUP_FIELDS}, &g);
    rc = refuse_taken(c, err, store_group_update(s, &g, given, err));
    if (rc)
        return rc;
    call_audit(c, "group", g.id, "Medium", "Updated group %.*s", STR_ARG(g.name));
    return answer_group(c, s, g.id, err);
}

static enum err_code
op_groups_delete(struct call *c, struct err *err)
{
    const struct scope *s;
    struct group g;
    enum err_code rc = begin_change(c, false, &s, err);
    if (!rc)
        rc = find_group(c, s, "id", &g, err);
    if (!rc)
        rc = check_rank(c, s, &g, err);
    if (!rc)
        rc = store_group_delete(s, g.id, err);
    if (rc)
        return rc;
    call_audit(c, "group", g.id, "High", "Deleted group %.*s", STR_ARG(g.name));
    call_forget_principals(c);
    return ERR_OK;
}

/* ---- roles and users of a group ---- */

/* Rows of the ids in the body; each that is unknown has a line in the refusal, and then nothing is
 * changed. */
static enum err_code /* NOLINTNEXTLINE(readability-function-size): ids are a list */
resolve(struct call *c, const struct scope *s, unsigned what, const struct str *ids, size_t n,
        int64_t **out, struct err *err)
{
    const char *kind = what == GROUP_USERS ? "User" : "Role";
    *out = ARENA_ARRAY(c->arena, n + 1, int64_t);
    enum err_code rc = store_group_resolve(s, what, ids, n, *out, err);
    for (size_t i = 0; i < n && (!rc || rc == ERR_NOT_FOUND); i++)
        if (!(*out)[i])
            rc = call_refuse(c, err, ERR_NOT_FOUND, NULL, "%s %.*s not found", kind,
                             STR_ARG(ids[i]));
    return rc;
}

static enum err_code
link(struct call *c, unsigned what, bool add, struct err *err)
{
    const struct scope *s;
    struct group g;
    int64_t *seqs;
    struct str *ids;
    bool users = what == GROUP_USERS;
    size_t n = body_ids(c, users ? "userIds" : "roleIds", &ids);
    enum err_code rc = begin_change(c, !users && add, &s, err);
    if (!rc)
        rc = find_group(c, s, "groupId", &g, err);
    if (!rc)
        rc = resolve(c, s, what, ids, n, &seqs, err);
    if (!rc)
        rc = users ? check_rank(c, s, &g, err) : rank_check_roles(c, s, ids, n, err);
    if (!rc)
        rc = store_group_link(s, &g, what, add, seqs, n, err);
    if (rc)
        return rc;
    call_audit(c, "group", g.id, "High", "%s %zu %s %s group %.*s", add ? "Gave" : "Took", n,
               users ? "user(s)" : "role(s)", add ? "to" : "from", STR_ARG(g.name));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
op_groups_roles_add(struct call *c, struct err *err)
{
    return link(c, GROUP_ROLES, true, err);
}

static enum err_code
op_groups_roles_remove(struct call *c, struct err *err)
{
    return link(c, GROUP_ROLES, false, err);
}

static enum err_code
op_groups_users_add(struct call *c, struct err *err)
{
    return link(c, GROUP_USERS, true, err);
}

static enum err_code
op_groups_users_remove(struct call *c, struct err *err)
{
    return link(c, GROUP_USERS, false, err);
}

/* ---- the environment's switches ---- */

static enum err_code
op_groups_config_get(struct call *c, struct err *err)
{
    struct group_switches on;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_group_switches_get(s, &on, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "enabled", on.enabled);
    jw_kbool(&c->out, "rolesEnabled", on.roles_enabled);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_groups_config_set(struct call *c, struct err *err)
{
    struct group_switches to = {.enabled = call_bool(c, "enabled", true),
                                .roles_enabled = call_bool(c, "rolesEnabled", true)};
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_group_switches_set(s, &to, err) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "configuration", STR("groups"), "Medium", "Switched groups %s, their roles %s",
               to.enabled ? "on" : "off", to.roles_enabled ? "on" : "off");
    call_forget_principals(c);
    return ERR_OK;
}

const struct op_binding groups_ops[] = {
    BIND(groups_list_v1),    BIND(groups_create),
    BIND(groups_get_many),   BIND(groups_update),
    BIND(groups_delete),     BIND(groups_get),
    BIND(groups_config_get), BIND(groups_config_set),
    BIND(groups_roles_add),  BIND(groups_roles_remove),
    BIND(groups_users_add),  BIND(groups_users_remove),
    BIND(groups_list),       BIND_END,
};
