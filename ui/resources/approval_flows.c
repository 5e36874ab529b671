/* Flows in which people approve requests. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Name", .field = "name", .min = 14, .flex = 2},
    {.title = "Active", .field = "isActive", .format = FMT_YESNO, .min = 6},
    {.title = "Steps", .field = "steps", .format = FMT_COUNT, .min = 5, .drop = 1},
    {.title = "Tenant", .field = "tenantId", .format = FMT_ID, .min = 8, .drop = 2},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO, .min = 8, .drop = 3},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 4},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Name", .field = "name"},
    {.title = "Id", .field = "id"},
    {.title = "Description", .field = "description"},
    {.title = "Active", .field = "isActive", .format = FMT_YESNO},
    {.title = "Only in tenant", .field = "tenantId"},
    {.title = "Time out (min)", .field = "configuration.timeoutMinutes"},
    {.title = "Approve by itself (min)", .field = "configuration.autoApproveInMinutes"},
    {.title = "Remind (min)", .field = "configuration.reminderIntervalMinutes"},
    {.title = "Webhook", .field = "configuration.webhookUrl"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};
static const struct column steps[] = {
    {.title = "Step", .field = "stepOrder", .min = 4},
    {.title = "Approvals", .field = "configuration.minApprovals", .min = 9},
    {.title = "Roles",
     .field = "approverSelectors.roleKeys",
     .format = FMT_JSON,
     .min = 10,
     .flex = 1},
    {.title = "Addresses",
     .field = "approverSelectors.emails",
     .format = FMT_JSON,
     .min = 14,
     .flex = 2},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Approval flow", .fields = identity},
                                          {.title = "Steps", .fields = steps, .table = "steps"},
                                          {.title = NULL}};

static const struct bind by_id[] = {{"id", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint form[] = {
    {.field = "name", .label = "Name"},
    {.field = "description", .label = "Description"},
    {.field = "isActive", .label = "Active"},
    {.field = "channels", .label = "Channels", .help = "{\"email\":true,\"sms\":false}"},
    {.field = "configuration", .label = "Configuration", .help = "{\"timeoutMinutes\":60}"},
    {.field = "steps",
     .label = "Steps",
     .help = "each with stepOrder, approverSelectors, configuration"},
    {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add approval flow",
     .op = OP_approval_flows_create,
     .flags = ACTION_RELOAD,
     .form = form},
    {.key = "e",
     .name = "edit",
     .label = "Edit approval flow",
     .op = OP_approval_flows_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = form},
    {.key = "d",
     .name = "delete",
     .label = "Delete approval flow",
     .op = OP_approval_flows_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Requests under way go on."},
    {.name = NULL}};

const struct resource resource_approval_flows = {
    .id = "approval-flows",
    .title = "Approval flows",
    .singular = "approval flow",
    .items = "items",
    .row_id = "id",
    .row_name = "name",
    .list = OP_approval_flows_list,
    .detail = OP_approval_flows_get,
    .detail_binds = by_id,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .empty = "Nobody has to approve anything here. Press a to add a flow."};
