/* API tokens of a tenant, and personal ones. A secret is shown when it is made, and never again. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Client id", .field = "clientId", .min = 12, .flex = 2},
    {.title = "Description", .field = "description", .min = 14, .flex = 3},
    {.title = "Roles", .field = "roleIds", .format = FMT_COUNT, .min = 5, .drop = 3},
    {.title = "Made by", .field = "createdByUserId", .format = FMT_ID, .min = 8, .drop = 4},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO, .min = 7, .drop = 2},
    {.title = "Expires", .field = "expires", .format = FMT_AGO, .min = 8, .drop = 1},
    {.title = NULL}};

static const struct column token[] = {
    {.title = "Client id", .field = "clientId"},
    {.title = "Description", .field = "description"},
    {.title = "Tenant", .field = "tenantId"},
    {.title = "Made by", .field = "createdByUserId"},
    {.title = "Roles", .field = "roleIds", .format = FMT_COUNT},
    {.title = "Permissions", .field = "permissionIds", .format = FMT_COUNT},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Expires", .field = "expires", .format = FMT_AGO},
    {.title = "Metadata", .field = "metadata", .format = FMT_JSON},
    {.title = NULL}};

static const struct section sections[] = {{.title = "API token", .fields = token}, {.title = NULL}};

static const struct bind by_id[] = {{"id", BIND_ROW, "clientId"}, {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "description", .label = "Description", .help = "what it is for"},
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "Enter chooses"},
    {.field = "permissionIds",
     .label = "Permissions",
     .pick = "permissions",
     .help = "Enter chooses; besides those of the roles"},
    {.field = "expiresInMinutes", .label = "Good for (min)", .help = "empty: for good"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct form_hint edit_form[] = {
    {.field = "description", .label = "Description"},
    {.field = "roleIds", .label = "Roles", .pick = "roles", .help = "replaces what it has"},
    {.field = "permissionIds",
     .label = "Permissions",
     .pick = "permissions",
     .help = "replaces what it has"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Make a token",
     .op = OP_tenant_api_tokens_create,
     .flags = ACTION_RELOAD | ACTION_SHOW,
     .form = add_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit token",
     .op = OP_tenant_api_tokens_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = edit_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete token",
     .op = OP_tenant_api_tokens_delete,
     .confirm = CONFIRM_DESTROY,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Programs that use it are refused from now on."},
    {.name = NULL}};

const struct resource resource_tokens = {.id = "tokens",
                                         .title = "API tokens",
                                         .singular = "API token",
                                         .row_id = "clientId",
                                         .row_name = "description",
                                         .list = OP_tenant_api_tokens_list,
                                         .again = OP_tenant_api_tokens_list,
                                         .columns = columns,
                                         .sections = sections,
                                         .actions = actions,
                                         .empty =
                                             "No API tokens in this tenant. Press a to make one."};

/* ---- of one person, opened from the list of users ---- */

static const struct column own_columns[] = {
    {.title = "Client id", .field = "clientId", .min = 12, .flex = 2},
    {.title = "Description", .field = "description", .min = 14, .flex = 3},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO, .min = 7, .drop = 2},
    {.title = "Expires", .field = "expires", .format = FMT_AGO, .min = 8, .drop = 1},
    {.title = NULL}};

static const struct column own_token[] = {
    {.title = "Client id", .field = "clientId"},
    {.title = "Description", .field = "description"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Expires", .field = "expires", .format = FMT_AGO},
    {.title = "Metadata", .field = "metadata", .format = FMT_JSON},
    {.title = NULL}};

static const struct section own_sections[] = {{.title = "Personal token", .fields = own_token},
                                              {.title = NULL}};

static const struct bind of_user[] = {{"frontegg-user-id", BIND_PARENT, "id"}, {.param = NULL}};
static const struct bind own_by_id[] = {
    {"id", BIND_ROW, "clientId"}, {"frontegg-user-id", BIND_PARENT, "id"}, {.param = NULL}};

static const struct form_hint own_form[] = {
    {.field = "description", .label = "Description", .help = "what it is for"},
    {.field = "expiresInMinutes", .label = "Good for (min)", .help = "empty: for good"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct action own_actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Make a token",
     .op = OP_user_api_tokens_create,
     .binds = of_user,
     .flags = ACTION_RELOAD | ACTION_SHOW,
     .form = own_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete token",
     .op = OP_user_api_tokens_delete,
     .confirm = CONFIRM_DESTROY,
     .binds = own_by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD,
     .warning = "Programs that use it are refused from now on."},
    {.name = NULL}};

const struct resource resource_user_tokens = {.id = "user-tokens",
                                              .title = "Personal tokens",
                                              .singular = "personal token",
                                              .row_id = "clientId",
                                              .row_name = "description",
                                              .list = OP_user_api_tokens_list,
                                              .columns = own_columns,
                                              .sections = own_sections,
                                              .actions = own_actions,
                                              .binds = of_user,
                                              .empty = "No personal tokens. Press a to make one."};
