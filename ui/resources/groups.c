/* Groups of users in a tenant. Their roles are roles of everybody in them. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Name", .field = "name", .sort = "name", .min = 14, .flex = 2},
    {.title = "Users", .field = "users", .format = FMT_COUNT, .min = 5, .drop = 2},
    {.title = "Roles",
     .field = "roles",
     .format = FMT_KEYS,
     .sub = "key",
     .min = 12,
     .flex = 2,
     .drop = 1},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 4},
    {.title = "Source", .field = "managedBy", .min = 8, .drop = 6},
    {.title = "Created",
     .field = "createdAt",
     .format = FMT_AGO,
     .sort = "createdAt",
     .min = 7,
     .drop = 3},
    {.title = "Id", .field = "id", .format = FMT_ID, .sort = "id", .min = 8, .drop = 5},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Name", .field = "name"},
    {.title = "Id", .field = "id"},
    {.title = "Description", .field = "description"},
    {.title = "Colour", .field = "color"},
    {.title = "Managed by", .field = "managedBy"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = "Metadata", .field = "metadata", .format = FMT_JSON},
    {.title = NULL}};

static const struct column roles[] = {{.title = "Role", .field = "key", .min = 12, .flex = 1},
                                      {.title = "Name", .field = "name", .min = 12, .flex = 2},
                                      {.title = "Level", .field = "level", .min = 5, .drop = 1},
                                      {.title = NULL}};

static const struct column users[] = {
    {.title = "User", .field = "email", .min = 16, .flex = 2},
    {.title = "Name", .field = "name", .min = 12, .flex = 2, .drop = 1},
    {.title = "Activated", .field = "activatedForTenant", .format = FMT_YESNO, .min = 9, .drop = 2},
    {.title = NULL}};

static const struct section sections[] = {
    {.title = "Group", .fields = identity},
    {.title = "Roles", .fields = roles, .table = "roles", .opens = "roles"},
    {.title = "Users", .fields = users, .table = "users", .opens = "users"},
    {.title = NULL}};

static const struct bind whole[] = {{"_groupsRelations", BIND_CONST, "rolesAndUsers"},
                                    {.param = NULL}};
static const struct bind whole_by_id[] = {
    {"id", BIND_ROW, "id"}, {"_groupsRelations", BIND_CONST, "rolesAndUsers"}, {.param = NULL}};
static const struct bind by_id[] = {{"id", BIND_ROW, "id"}, {.param = NULL}};
static const struct bind of_group[] = {{"groupId", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint group_form[] = {
    {.field = "name", .label = "Name"},
    {.field = "description", .label = "Description"},
    {.field = "color", .label = "Colour", .help = "#rrggbb"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct form_hint roles_form[] = {
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses"},
    {.field = NULL}};
static const struct form_hint users_form[] = {
    {.field = "userIds", .label = "Users", .pick = "users", .help = "Enter chooses"},
    {.field = NULL}};

static bool
users_are_in(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && resource_has_all(json_get(now, "users"), "id", json_get(input, "userIds"));
}

static bool
users_are_out(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && resource_has_none(json_get(now, "users"), "id", json_get(input, "userIds"));
}

static bool
roles_are_given(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && resource_has_all(json_get(now, "roles"), "id", json_get(input, "roleIds"));
}

static bool
roles_are_taken(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && resource_has_none(json_get(now, "roles"), "id", json_get(input, "roleIds"));
}

#define MANY (ACTION_ROW | ACTION_MARKED | ACTION_RELOAD)

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add group",
     .op = OP_groups_create,
     .flags = ACTION_RELOAD,
     .form = group_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit group",
     .op = OP_groups_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = group_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete group",
     .op = OP_groups_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = MANY | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Its users stay, and lose the roles they have by it."},
    {.key = "U",
     .name = "add-users",
     .label = "Add users",
     .op = OP_groups_users_add,
     .binds = of_group,
     .flags = MANY,
     .form = users_form,
     .undo = "remove-users",
     .done = users_are_in},
    {.key = "X",
     .name = "remove-users",
     .label = "Remove users",
     .op = OP_groups_users_remove,
     .confirm = CONFIRM_EASY,
     .binds = of_group,
     .flags = MANY,
     .form = users_form,
     .undo = "add-users",
     .done = users_are_out},
    {.key = "+",
     .name = "give-roles",
     .label = "Give roles",
     .op = OP_groups_roles_add,
     .binds = of_group,
     .flags = MANY,
     .form = roles_form,
     .undo = "take-roles",
     .done = roles_are_given},
    {.key = "-",
     .name = "take-roles",
     .label = "Take roles",
     .op = OP_groups_roles_remove,
     .confirm = CONFIRM_EASY,
     .binds = of_group,
     .flags = MANY,
     .form = roles_form,
     .undo = "give-roles",
     .done = roles_are_taken},
    {.name = NULL}};

static const struct child children[] = {
    {.key = "r", .title = "Roles", .resource = "roles", .keep = "id", .of = "roles.*.id"},
    {.key = NULL}};

const struct resource resource_groups = {
    .id = "groups",
    .title = "Groups",
    .singular = "group",
    .row_id = "id",
    .row_name = "name",
    .list = OP_groups_list,
    .binds = whole,
    .detail = OP_groups_get,
    .detail_binds = whole_by_id,
    .paging = PAGING_PAGES,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .children = children,
    .empty =
        "No groups in this tenant. Press a to add one; groups belong to a tenant, see :tenant."};
