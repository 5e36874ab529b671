/* The tree of tenants below one tenant. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Name", .field = "name", .min = 16, .flex = 3},
    {.title = "Tenant id", .field = "tenantId", .format = FMT_ID, .min = 14, .flex = 1, .drop = 1},
    {.title = "Below it", .field = "children", .format = FMT_COUNT, .min = 8, .drop = 2},
    {.title = NULL}};

static const struct bind by_id[] = {{"tenantId", BIND_ROW, "tenantId"}, {.param = NULL}};
static const struct bind inside[] = {{"frontegg-tenant-id", BIND_ROW, "tenantId"}, {.param = NULL}};
static const struct bind below[] = {{"parentTenantId", BIND_ROW, "tenantId"},
                                    {"frontegg-tenant-id", BIND_ROW, "tenantId"},
                                    {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "tenantId", .label = "Tenant id", .help = "letters, digits and dashes"},
    {.field = "name", .label = "Name"},
    {.field = NULL}};

static const struct action actions[] = {{.key = "a",
                                         .name = "add",
                                         .label = "Add sub-account",
                                         .op = OP_sub_tenants_create,
                                         .binds = below,
                                         .flags = ACTION_ROW | ACTION_RELOAD | ACTION_HINTED,
                                         .form = add_form},
                                        {.key = "d",
                                         .name = "delete",
                                         .label = "Delete sub-account",
                                         .op = OP_sub_tenants_delete,
                                         .confirm = CONFIRM_TYPE,
                                         .binds = by_id,
                                         .flags = ACTION_ROW | ACTION_RELOAD,
                                         .warning = "Its users lose this tenant."},
                                        {.name = NULL}};

static const struct child children[] = {
    {.key = "U", .title = "Users", .resource = "users", .binds = inside}, {.key = NULL}};

const struct resource resource_sub_accounts = {
    .id = "sub-accounts",
    .title = "Sub-accounts",
    .singular = "sub-account",
    .row_id = "tenantId",
    .row_name = "name",
    .list = OP_hierarchy_tree,
    .tree_children = "children",
    .columns = columns,
    .actions = actions,
    .children = children,
    .empty = "No tenant is below this one. A on a tenant adds a sub-account."};
