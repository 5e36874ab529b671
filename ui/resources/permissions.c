/* Permissions: what roles allow. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Key", .field = "key", .min = 26, .flex = 3},
    {.title = "Name", .field = "name", .min = 12, .flex = 3, .drop = 1},
    {.title = "Roles", .field = "roleIds", .format = FMT_COUNT, .min = 5, .drop = 2},
    {.title = "Built in", .field = "fePermission", .format = FMT_YESNO, .min = 8, .drop = 3},
    {.title = "Assigned", .field = "assignmentType", .min = 10, .drop = 4},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 5},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Key", .field = "key"},
    {.title = "Name", .field = "name"},
    {.title = "Id", .field = "id"},
    {.title = "Description", .field = "description"},
    {.title = "Category", .field = "categoryId"},
    {.title = "Built in", .field = "fePermission", .format = FMT_YESNO},
    {.title = "Assigned", .field = "assignmentType"},
    {.title = "Roles", .field = "roleIds", .format = FMT_COUNT},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Permission", .fields = identity},
                                          {.title = NULL}};

static const struct bind by_id[] = {{"permissionId", BIND_ROW, "id"}, {.param = NULL}};
static const struct bind as_list[] = {{"permissionIds", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "key", .label = "Key"},
    {.field = "name", .label = "Name"},
    {.field = "description", .label = "Description"},
    {.field = "categoryId", .label = "Category", .pick = "categories", .help = "Enter chooses"},
    {.field = "assignmentType", .label = "Assigned"},
    {.field = NULL}};

static const struct form_hint edit_form[] = {
    {.field = "key", .label = "Key"},
    {.field = "name", .label = "Name"},
    {.field = "description", .label = "Description"},
    {.field = "categoryId", .label = "Category", .pick = "categories", .help = "Enter chooses"},
    {.field = NULL}};

static const struct form_hint roles_form[] = {
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses; adds to them"},
    {.field = NULL}};

static const struct form_hint classify_form[] = {
    {.field = "type", .label = "Assigned", .from = "assignmentType"}, {.field = NULL}};

static bool
roles_have_it(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && resource_has_all(json_get(now, "roleIds"), NULL, json_get(input, "roleIds"));
}

static bool
is_classified(const struct json *now, const struct json *input, struct str tenant)
{
    (void)tenant;
    return now && json_equal(json_get(now, "assignmentType"), json_get(input, "assignmentType"));
}

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add permission",
     .op = OP_permissions_create,
     .flags = ACTION_RELOAD,
     .form = add_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit permission",
     .op = OP_permissions_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = edit_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete permission",
     .op = OP_permissions_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Every role loses it."},
    {.key = "+",
     .name = "give-to-roles",
     .label = "Give to roles",
     .op = OP_permissions_roles_add,
     .confirm = CONFIRM_EASY,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD,
     .form = roles_form,
     .done = roles_have_it},
    {.key = "C",
     .name = "classify",
     .label = "Classify",
     .op = OP_permissions_classify,
     .confirm = CONFIRM_EASY,
     .binds = as_list,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD,
     .form = classify_form,
     .done = is_classified},
    {.name = NULL}};

static const struct child children[] = {
    {.key = "r", .title = "Roles", .resource = "roles", .keep = "id", .of = "roleIds.*"},
    {.key = NULL}};

const struct resource resource_permissions = {.id = "permissions",
                                              .title = "Permissions",
                                              .singular = "permission",
                                              .row_id = "id",
                                              .row_name = "key",
                                              .list = OP_permissions_list,
                                              .again = OP_permissions_list,
                                              .columns = columns,
                                              .sections = sections,
                                              .actions = actions,
                                              .children = children,
                                              .empty = "No permissions here. Press a to add one."};
