/* Roles of the environment and of single tenants. */
#include "ui/matrix.h"
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Key", .field = "key", .min = 12, .flex = 2},
    {.title = "Name", .field = "name", .min = 12, .flex = 2, .drop = 1},
    {.title = "Level", .field = "level", .min = 5, .drop = 3},
    {.title = "Permissions", .field = "permissions", .format = FMT_COUNT, .min = 11, .drop = 2},
    {.title = "Default", .field = "isDefault", .format = FMT_YESNO, .min = 7, .drop = 4},
    {.title = "Tenant", .field = "tenantId", .format = FMT_ID, .min = 8, .drop = 5},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 6},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Key", .field = "key"},
    {.title = "Name", .field = "name"},
    {.title = "Id", .field = "id"},
    {.title = "Description", .field = "description"},
    {.title = "Level", .field = "level"},
    {.title = "Default", .field = "isDefault", .format = FMT_YESNO},
    {.title = "First user's", .field = "firstUserRole", .format = FMT_YESNO},
    {.title = "Only in tenant", .field = "tenantId"},
    {.title = "Permissions", .field = "permissions", .format = FMT_COUNT},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Role", .fields = identity}, {.title = NULL}};

static const struct bind by_id[] = {{"roleId", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "key", .label = "Key"},
    {.field = "name", .label = "Name"},
    {.field = "level", .label = "Level", .help = "0 is the strongest"},
    {.field = "description", .label = "Description"},
    {.field = "isDefault", .label = "Default", .help = "yes: new users get it"},
    {.field = "firstUserRole", .label = "First user's", .help = "the first of a tenant gets it"},
    {.field = "migrateRole", .label = "Existing users", .help = "yes: they get it too"},
    {.field = NULL}};

static const struct form_hint permissions_form[] = {
    {.field = "permissionIds",
     .label = "Permissions",
     .pick = "permissions",
     .from = "permissions",
     .help = "Enter chooses; replaces what the role has"},
    {.field = NULL}};

static const struct form_hint tenant_form[] = {{.field = "tenantId",
                                                .label = "Only in tenant",
                                                .pick = "tenants",
                                                .from = "tenantId",
                                                .help = "Enter chooses"},
                                               {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add role",
     .op = OP_roles_create_v1,
     .flags = ACTION_RELOAD,
     .form = add_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit role",
     .op = OP_roles_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = add_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete role",
     .op = OP_roles_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Every user and group loses it."},
    {.key = "P",
     .name = "set-permissions",
     .label = "Set permissions",
     .op = OP_roles_permissions_set,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = permissions_form},
    {.key = "T",
     .name = "set-tenant",
     .label = "Give to one tenant",
     .op = OP_roles_set_tenant,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = tenant_form},
    {.name = NULL}};

static const struct child children[] = {{.key = "p",
                                         .title = "Permissions",
                                         .resource = "permissions",
                                         .keep = "id",
                                         .of = "permissions.*"},
                                        {.key = "m", .title = "Matrix", .open = matrix_open_row},
                                        {.key = NULL}};

const struct resource resource_roles = {.id = "roles",
                                        .title = "Roles",
                                        .singular = "role",
                                        .row_id = "id",
                                        .row_name = "key",
                                        .list = OP_roles_list_v1,
                                        .again = OP_roles_list_v1,
                                        .columns = columns,
                                        .sections = sections,
                                        .actions = actions,
                                        .children = children,
                                        .empty = "No roles here. Press a to add one."};
