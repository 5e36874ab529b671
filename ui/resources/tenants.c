/* Tenants: the accounts of the environment, and the tree below each. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Name", .field = "name", .sort = "name", .min = 14, .flex = 4},
    {.title = "Tenant id",
     .field = "tenantId",
     .format = FMT_ID,
     .sort = "tenantId",
     .min = 14,
     .drop = 3},
    {.title = "Type", .field = "tenantType", .min = 9, .drop = 5},
    {.title = "Reseller", .field = "isReseller", .format = FMT_YESNO, .min = 8, .drop = 6},
    {.title = "Creator", .field = "creatorEmail", .min = 14, .flex = 2, .drop = 4},
    {.title = "Created",
     .field = "createdAt",
     .format = FMT_AGO,
     .sort = "createdAt",
     .min = 7,
     .drop = 2},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Name", .field = "name"},
    {.title = "Tenant id", .field = "tenantId"},
    {.title = "Type", .field = "tenantType"},
    {.title = "Status", .field = "status"},
    {.title = "Domain", .field = "domain"},
    {.title = "Alias", .field = "alias"},
    {.title = "Reseller", .field = "isReseller", .format = FMT_YESNO},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = "Creator", .field = "creatorName"},
    {.title = "Creator e-mail", .field = "creatorEmail"},
    {.title = NULL}};

static const struct column company[] = {{.title = "Website", .field = "website"},
                                        {.title = "Application", .field = "applicationUrl"},
                                        {.title = "Login", .field = "loginUrl"},
                                        {.title = "Industry", .field = "industry"},
                                        {.title = "Address", .field = "address"},
                                        {.title = "City", .field = "city"},
                                        {.title = "Country", .field = "countryCode"},
                                        {.title = "Time zone", .field = "timezone"},
                                        {.title = "Currency", .field = "currency"},
                                        {.title = NULL}};

static const struct column metadata[] = {
    {.title = "Metadata", .field = "metadata", .format = FMT_JSON}, {.title = NULL}};

static const struct section sections[] = {{.title = "Identity", .fields = identity},
                                          {.title = "Company", .fields = company},
                                          {.title = "Metadata", .fields = metadata},
                                          {.title = NULL}};

static const struct bind by_id[] = {{"tenantId", BIND_ROW, "tenantId"}, {.param = NULL}};
static const struct bind inside[] = {{"frontegg-tenant-id", BIND_ROW, "tenantId"}, {.param = NULL}};
static const struct bind below[] = {{"parentTenantId", BIND_ROW, "tenantId"},
                                    {"frontegg-tenant-id", BIND_ROW, "tenantId"},
                                    {.param = NULL}};
static const struct bind as_child[] = {{"childTenantId", BIND_ROW, "tenantId"}, {.param = NULL}};
static const struct bind source[] = {{"srcTenantId", BIND_ROW, "tenantId"}, {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "name", .label = "Name"},
    {.field = "tenantId", .label = "Tenant id", .help = "left empty, the service makes one"},
    {.field = "parentTenantId",
     .label = "Parent tenant",
     .pick = "tenants",
     .help = "Enter chooses; empty for a tenant at the top"},
    {.field = "creatorName", .label = "Creator"},
    {.field = "creatorEmail", .label = "Creator e-mail"},
    {.field = "isReseller", .label = "Reseller"},
    {.field = "website", .label = "Website"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object"},
    {.field = NULL}};

static const struct form_hint sub_form[] = {
    {.field = "tenantId", .label = "Tenant id", .help = "letters, digits and dashes"},
    {.field = "name", .label = "Name"},
    {.field = NULL}};

static const struct form_hint edit_form[] = {
    {.field = "name", .label = "Name"},
    {.field = "tenantType", .label = "Type"},
    {.field = "domain", .label = "Domain"},
    {.field = "alias", .label = "Alias"},
    {.field = "isReseller", .label = "Reseller"},
    {.field = "creatorName", .label = "Creator"},
    {.field = "creatorEmail", .label = "Creator e-mail"},
    {.field = "website", .label = "Website"},
    {.field = "metadata", .label = "Metadata", .help = "a JSON object; replaces what is there"},
    {.field = NULL}};

static const struct form_hint parent_form[] = {
    {.field = "parentTenantId", .label = "Parent tenant", .pick = "tenants"}, {.field = NULL}};

static const struct form_hint move_form[] = {
    {.field = "targetTenantId", .label = "Target tenant", .pick = "tenants"}, {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add tenant",
     .op = OP_tenants_create,
     .flags = ACTION_RELOAD | ACTION_HINTED,
     .form = add_form},
    {.key = "e",
     .name = "edit",
     .label = "Edit tenant",
     .op = OP_tenants_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = edit_form},
    {.key = "d",
     .name = "delete",
     .label = "Delete tenant",
     .op = OP_tenants_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Its users lose this tenant. Tenants below it move up to its parent."},
    {.key = "A",
     .name = "add-sub-account",
     .label = "Add sub-account",
     .op = OP_sub_tenants_create,
     .binds = below,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_HINTED,
     .form = sub_form},
    {.key = "b",
     .name = "put-below",
     .label = "Put below another",
     .op = OP_hierarchy_create,
     .confirm = CONFIRM_EASY,
     .binds = as_child,
     .flags = ACTION_ROW | ACTION_RELOAD,
     .form = parent_form},
    {.key = "m",
     .name = "move-users",
     .label = "Move all users",
     .op = OP_users_move_tenant,
     .confirm = CONFIRM_TYPE,
     .binds = source,
     .flags = ACTION_ROW | ACTION_RELOAD,
     .form = move_form,
     .warning = "All users of this tenant go to the other one."},
    {.name = NULL}};

static const struct child children[] = {
    {.key = "U", .title = "Users", .resource = "users", .binds = inside},
    {.key = "r", .title = "Roles", .resource = "roles", .binds = inside},
    {.key = "c", .title = "Sub-accounts", .resource = "sub-accounts", .binds = inside},
    {.key = "i", .title = "Audits", .resource = "audits", .binds = inside},
    {.key = NULL}};

const struct resource resource_tenants = {.id = "tenants",
                                          .title = "Tenants",
                                          .singular = "tenant",
                                          .row_id = "tenantId",
                                          .row_name = "name",
                                          .list = OP_tenants_list,
                                          .detail = OP_tenants_get,
                                          .detail_binds = by_id,
                                          .paging = PAGING_PAGES,
                                          .columns = columns,
                                          .sections = sections,
                                          .actions = actions,
                                          .children = children,
                                          .search_param = "_filter",
                                          .empty = "No tenants yet. Press a to add the first one."};
