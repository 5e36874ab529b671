/* Users of a tenant, or of the whole environment. */
#include "ui/cell.h"
#include "ui/effective.h"
#include "ui/live.h"
#include "ui/mfa.h"
#include "ui/resources/all.h"
#include "ui/why.h"

static struct str
state(const struct json *row, enum role *role)
{
    bool flag = false;
    if (json_to_bool(json_get(row, "isLocked"), &flag) && flag) {
        *role = ROLE_BAD;
        return STR("locked");
    }
    if (json_to_bool(cell_value(row, "tenants.0.isDisabled"), &flag) && flag &&
        json_len(json_get(row, "tenants")) == 1) {
        *role = ROLE_WARN;
        return STR("disabled");
    }
    if (json_to_bool(json_get(row, "verified"), &flag) && !flag) {
        *role = ROLE_WARN;
        return STR("unverified");
    }
    *role = ROLE_GOOD;
    return STR("active");
}

static bool
flag_is(const struct json *row, const char *member, bool wanted)
{
    bool flag = false;
    return json_to_bool(json_get(row, member), &flag) ? flag == wanted : !wanted;
}

static bool
can_lock(const struct json *row)
{
    return flag_is(row, "isLocked", false);
}

static bool
can_unlock(const struct json *row)
{
    return flag_is(row, "isLocked", true);
}

static bool
can_verify(const struct json *row)
{
    return flag_is(row, "verified", false);
}

static bool
holds(const struct json *list, struct str id)
{
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (str_eq(json_str(it), id))
            return true;
    return false;
}

/* Keys of the permissions a role stands for: the role knows ids, the user knows the keys. */
static void
role_permissions(const struct json *role, const struct json *user, struct buf *out)
{
    const struct json *ids = json_get(role, "permissions");
    const char *separator = "";
    for (const struct json *p = json_first(json_get(user, "permissions")); p; p = json_next(p)) {
        if (!holds(ids, json_str(json_get(p, "id"))))
            continue;
        buf_add_text(out, separator);
        buf_add_str(out, json_str(json_get(p, "key")));
        separator = ", ";
    }
    if (!*separator)
        buf_printf(out, "%zu", json_len(ids));
}

static const struct column columns[] = {
    {.title = "Name", .field = "name", .sort = "name", .min = 14, .flex = 3},
    {.title = "E-mail", .field = "email", .sort = "email", .min = 16, .flex = 4, .drop = 1},
    {.title = "State", .field = "isLocked", .format = FMT_STATE, .sort = "isLocked", .min = 10},
    {.title = "MFA", .field = "mfaEnrolled", .format = FMT_YESNO, .min = 3, .drop = 4},
    {.title = "Tenants", .field = "tenantIds", .format = FMT_COUNT, .min = 7, .drop = 7},
    {.title = "Source", .field = "provider", .sort = "provider", .min = 8, .drop = 8},
    {.title = "Last login", .field = "lastLogin", .format = FMT_AGO, .min = 10, .drop = 3},
    {.title = "Created",
     .field = "createdAt",
     .format = FMT_AGO,
     .sort = "createdAt",
     .min = 7,
     .drop = 5},
    {.title = "Id", .field = "id", .format = FMT_ID, .sort = "id", .min = 8, .drop = 6},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Name", .field = "name"},
    {.title = "E-mail", .field = "email"},
    {.title = "Id", .field = "id"},
    {.title = "Phone", .field = "phoneNumber"},
    {.title = "External id", .field = "externalId"},
    {.title = "Source", .field = "provider"},
    {.title = "Managed by", .field = "managedBy"},
    {.title = "Active tenant", .field = "tenantId"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Last login", .field = "lastLogin", .format = FMT_AGO},
    {.title = NULL}};

static const struct column states[] = {
    {.title = "State", .field = "isLocked", .format = FMT_STATE},
    {.title = "Locked", .field = "isLocked", .format = FMT_NOYES},
    {.title = "Verified", .field = "verified", .format = FMT_YESNO},
    {.title = "MFA enrolled", .field = "mfaEnrolled", .format = FMT_YESNO},
    {.title = "MFA bypass", .field = "mfaBypass", .format = FMT_NOYES},
    {.title = "Activated here", .field = "activatedForTenant", .format = FMT_YESNO},
    {.title = "Invisible", .field = "invisible", .format = FMT_YESNO},
    {.title = "Superuser", .field = "superUser", .format = FMT_YESNO},
    {.title = NULL}};

static const struct column tenants[] = {
    {.title = "Tenant id", .field = "tenantId", .min = 14, .flex = 2},
    {.title = "Roles", .field = "roles", .format = FMT_KEYS, .sub = "key", .min = 12, .flex = 3},
    {.title = "Disabled", .field = "isDisabled", .format = FMT_NOYES, .min = 8},
    {.title = "Ends", .field = "temporaryExpirationDate", .format = FMT_DATE, .min = 16, .drop = 1},
    {.title = NULL}};

static const struct column roles[] = {{.title = "Role", .field = "key", .min = 12, .flex = 1},
                                      {.title = "Permissions",
                                       .field = "permissions",
                                       .format = FMT_CALL,
                                       .min = 16,
                                       .flex = 3,
                                       .call = role_permissions},
                                      {.title = "Level", .field = "level", .min = 5, .drop = 1},
                                      {.title = NULL}};

static const struct column permissions[] = {
    {.title = "Permission", .field = "key", .min = 20, .flex = 2},
    {.title = "Name", .field = "name", .min = 14, .flex = 2, .drop = 1},
    {.title = NULL}};

static const struct column groups[] = {
    {.title = "Group", .field = "id", .min = 36, .flex = 1},
    {.title = "Roles", .field = "roles", .format = FMT_KEYS, .sub = "key", .min = 12, .flex = 2},
    {.title = NULL}};

static const struct column metadata[] = {
    {.title = "Metadata", .field = "metadata", .format = FMT_JSON},
    {.title = "Vendor metadata", .field = "vendorMetadata", .format = FMT_JSON},
    {.title = NULL}};

static const struct section sections[] = {
    {.title = "Identity", .fields = identity},
    {.title = "State", .fields = states},
    {.title = "Tenants", .fields = tenants, .table = "tenants", .opens = "tenants"},
    {.title = "Roles here", .fields = roles, .table = "roles", .opens = "roles"},
    {.title = "Permissions here",
     .fields = permissions,
     .table = "permissions",
     .opens = "permissions"},
    {.title = "Groups here", .fields = groups, .table = "groups", .opens = "groups"},
    {.title = "Metadata", .fields = metadata},
    {.title = NULL}};

static const struct bind by_id[] = {{"userId", BIND_ROW, "id"}, {.param = NULL}};
static const struct bind here[] = {
    {"userId", BIND_ROW, "id"}, {"frontegg-tenant-id", BIND_CONTEXT, "tenant"}, {.param = NULL}};
static const struct bind everywhere[] = {
    {"userId", BIND_ROW, "id"}, {"frontegg-tenant-id", BIND_CONST, ""}, {.param = NULL}};

static const struct bind app_here[] = {
    {"userIds", BIND_ROW, "id"}, {"tenantId", BIND_CONTEXT, "tenant"}, {.param = NULL}};

static const struct form_hint app_form[] = {
    {.field = "appId", .label = "Application", .help = "its id"}, {.field = NULL}};

static const struct form_hint add_form[] = {
    {.field = "email", .label = "E-mail"},
    {.field = "name", .label = "Name"},
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses"},
    {.field = "password", .label = "Password", .help = "empty: the user sets one"},
    {.field = "phoneNumber", .label = "Phone", .help = "+15551234567"},
    {.field = "skipInviteEmail", .label = "No invitation", .help = "yes: no e-mail is sent"},
    {.field = "username", .label = "User name"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = "expirationInSeconds", .label = "Ends after (s)", .help = "temporary user"},
    {.field = NULL}};

static const struct form_hint add_anywhere_form[] = {
    {.field = "email", .label = "E-mail"},
    {.field = "name", .label = "Name"},
    {.field = "tenantId", .label = "Tenant", .pick = "tenants", .help = "Enter chooses"},
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses"},
    {.field = "password", .label = "Password", .help = "empty: the user sets one"},
    {.field = "phoneNumber", .label = "Phone", .help = "+15551234567"},
    {.field = "externalId", .label = "External id"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct form_hint edit_form[] = {
    {.field = "name", .label = "Name"},
    {.field = "phoneNumber", .label = "Phone", .help = "+15551234567"},
    {.field = "externalId", .label = "External id"},
    {.field = "mfaBypass", .label = "MFA bypass", .help = "yes: signs in without a second factor"},
    {.field = "profilePictureUrl", .label = "Picture URL"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = "vendorMetadata", .label = "Vendor metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct form_hint roles_form[] = {
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses"},
    {.field = NULL}};
static const struct form_hint email_form[] = {
    {.field = "email", .label = "New e-mail", .from = "email"}, {.field = NULL}};
static const struct form_hint invisible_form[] = {
    {.field = "invisible", .label = "Invisible", .from = "invisible"}, {.field = NULL}};
static const struct form_hint superuser_form[] = {
    {.field = "superUser", .label = "Superuser", .from = "superUser"}, {.field = NULL}};
static const struct form_hint tenant_form[] = {
    {.field = "tenantId", .label = "Tenant", .pick = "tenants", .help = "Enter chooses"},
    {.field = "validateTenantExist",
     .label = "Must exist",
     .help = "no: a tenant that is not there is made"},
    {.field = NULL}};

/* --- What shows that an action was carried out --- */

/* The user's membership of the tenant; NULL: there is none. */
static const struct json *
membership(const struct json *now, struct str tenant)
{
    for (const struct json *it = json_first(json_get(now, "tenants")); it; it = json_next(it))
        if (str_eq(json_str(json_get(it, "tenantId")), tenant))
            return it;
    return NULL;
}

static bool
is_out(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    return !membership(now, tenant) && !holds(json_get(now, "tenantIds"), tenant);
}

static bool
is_locked(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    (void)tenant;
    return now && flag_is(now, "isLocked", true);
}

static bool
is_unlocked(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    (void)tenant;
    return now && flag_is(now, "isLocked", false);
}

static bool
is_verified(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    (void)tenant;
    return now && flag_is(now, "verified", true);
}

static bool
has_roles(const struct json *now, const struct json *input, struct str tenant)
{
    const struct json *m = membership(now, tenant);
    return m && resource_has_all(json_get(m, "roles"), "id", json_get(input, "roleIds"));
}

static bool
lacks_roles(const struct json *now, const struct json *input, struct str tenant)
{
    const struct json *m = membership(now, tenant);
    return m && resource_has_none(json_get(m, "roles"), "id", json_get(input, "roleIds"));
}

static bool
is_disabled(const struct json *now, const struct json *input, struct str tenant)
{
    const struct json *m = membership(now, tenant);
    (void)input;
    return m && flag_is(m, "isDisabled", true);
}

static bool
is_enabled(const struct json *now, const struct json *input, struct str tenant)
{
    const struct json *m = membership(now, tenant);
    (void)input;
    return m && flag_is(m, "isDisabled", false);
}

static bool
is_in_it(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return holds(json_get(now, "tenantIds"), json_str(json_get(input, "tenantId")));
}

static bool
works_in_it(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && json_equal(json_get(now, "tenantId"), json_get(input, "tenantId"));
}

static bool
is_so_visible(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && json_equal(json_get(now, "invisible"), json_get(input, "invisible"));
}

#define ONE (ACTION_ROW | ACTION_RELOAD)
#define MANY (ACTION_ROW | ACTION_MARKED | ACTION_RELOAD)

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add user",
     .op = OP_users_create,
     .flags = ACTION_RELOAD | ACTION_HINTED | ACTION_IN_TENANT,
     .form = add_form},
    {.key = "a",
     .name = "add-anywhere",
     .label = "Add user",
     .op = OP_users_create_vendor,
     .flags = ACTION_RELOAD | ACTION_HINTED | ACTION_ENVIRONMENT,
     .form = add_anywhere_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit user",
     .op = OP_users_update,
     .binds = by_id,
     .flags = ONE | ACTION_DIFF,
     .form = edit_form},
    {.key = "d",
     .name = "remove",
     .label = "Remove from tenant",
     .op = OP_users_delete,
     .confirm = CONFIRM_DESTROY,
     .binds = here,
     .flags = MANY | ACTION_CLOSE | ACTION_IN_TENANT,
     .warning = "The user stays, even in no tenant; :tenant - shows all.",
     .done = is_out},
    {.key = "d",
     .name = "delete",
     .label = "Delete user",
     .op = OP_users_delete,
     .confirm = CONFIRM_TYPE,
     .binds = everywhere,
     .flags = MANY | ACTION_CLOSE | ACTION_ENVIRONMENT,
     .warning = "From every tenant, for good.",
     .done = resource_gone},
    {.key = "D",
     .name = "delete-everywhere",
     .label = "Delete everywhere",
     .op = OP_users_delete,
     .confirm = CONFIRM_TYPE,
     .binds = everywhere,
     .flags = MANY | ACTION_CLOSE | ACTION_IN_TENANT,
     .warning = "From every tenant, for good.",
     .done = resource_gone},
    {.key = "L",
     .name = "lock",
     .label = "Lock",
     .op = OP_users_lock,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .undo = "unlock",
     .applies = can_lock,
     .done = is_locked},
    {.key = "L",
     .name = "unlock",
     .label = "Unlock",
     .op = OP_users_unlock,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .undo = "lock",
     .applies = can_unlock,
     .done = is_unlocked},
    {.key = "V",
     .name = "verify",
     .label = "Verify",
     .op = OP_users_verify,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .applies = can_verify,
     .done = is_verified},
    {.key = "+",
     .name = "give-roles",
     .label = "Give roles",
     .op = OP_users_roles_add,
     .binds = here,
     .flags = MANY | ACTION_IN_TENANT,
     .form = roles_form,
     .undo = "take-roles",
     .done = has_roles},
    {.key = "-",
     .name = "take-roles",
     .label = "Take roles",
     .op = OP_users_roles_remove,
     .confirm = CONFIRM_EASY,
     .binds = here,
     .flags = MANY | ACTION_IN_TENANT,
     .form = roles_form,
     .undo = "give-roles",
     .done = lacks_roles},
    {.key = "B",
     .name = "disable",
     .label = "Disable here",
     .op = OP_users_disable,
     .confirm = CONFIRM_EASY,
     .binds = here,
     .flags = MANY | ACTION_IN_TENANT,
     .undo = "enable",
     .done = is_disabled},
    {.key = "O",
     .name = "enable",
     .label = "Enable here",
     .op = OP_users_enable,
     .confirm = CONFIRM_EASY,
     .binds = here,
     .flags = MANY | ACTION_IN_TENANT,
     .undo = "disable",
     .done = is_enabled},
    {.key = "M",
     .name = "change-email",
     .label = "Change e-mail",
     .op = OP_users_set_email,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = ONE,
     .form = email_form},
    {.key = "A",
     .name = "add-to-tenant",
     .label = "Add to tenant",
     .op = OP_users_add_to_tenant,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .form = tenant_form,
     .done = is_in_it},
    {.key = "T",
     .name = "set-tenant",
     .label = "Set active tenant",
     .op = OP_users_set_tenant,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .form = tenant_form,
     .done = works_in_it},
    {.key = "I",
     .name = "invisible",
     .label = "Invisible",
     .op = OP_users_set_invisible,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = MANY,
     .form = invisible_form,
     .done = is_so_visible},
    {.key = "S",
     .name = "superuser",
     .label = "Superuser",
     .op = OP_users_set_superuser,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = ONE,
     .form = superuser_form,
     .warning = "A superuser may do everything in every tenant of the user."},
    {.key = "w",
     .name = "give-application",
     .label = "Give application",
     .op = OP_applications_assign,
     .binds = app_here,
     .flags = MANY | ACTION_IN_TENANT,
     .form = app_form,
     .undo = "take-application"},
    {.key = "W",
     .name = "take-application",
     .label = "Take application",
     .op = OP_applications_unassign,
     .confirm = CONFIRM_EASY,
     .binds = app_here,
     .flags = MANY | ACTION_IN_TENANT,
     .form = app_form,
     .undo = "give-application"},
    {.name = NULL}};

static const struct child children[] = {
    {.key = "C", .title = "Can they sign in?", .open = why_open_row},
    {.key = "P", .title = "What they may do", .open = effective_open_row},
    {.key = "m", .title = "MFA", .open = mfa_open},
    {.key = "o", .title = "Sessions", .open = live_open_user},
    {.key = "K", .title = "Personal tokens", .resource = "user-tokens"},
    {.key = "r", .title = "Roles", .resource = "roles", .keep = "id", .of = "tenants.*.roles.*.id"},
    {.key = NULL}};

const struct resource resource_users = {
    .id = "users",
    .title = "Users",
    .singular = "user",
    .row_id = "id",
    .row_name = "email",
    .list = OP_users_list,
    .detail = OP_users_get_vendor,
    .detail_binds = by_id,
    .paging = PAGING_PAGES,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .children = children,
    .search = OP_users_search,
    .search_param = "_phraseSearchContains",
    .state = state,
    .empty = "No users here. Press a to add the first one, or :tenant - to look everywhere."};
