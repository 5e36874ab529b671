/* Links that bring people into tenants. The link's token is shown when it is made, and never again. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Tenant", .field = "name", .min = 14, .flex = 2},
    {.title = "Tenant id", .field = "tenantId", .format = FMT_ID, .min = 9, .drop = 2},
    {.title = "For user", .field = "userId", .format = FMT_ID, .min = 9, .drop = 3},
    {.title = "Roles", .field = "roleIds", .format = FMT_COUNT, .min = 5, .drop = 4},
    {.title = "Mailed", .field = "shouldSendEmail", .format = FMT_YESNO, .min = 6, .drop = 5},
    {.title = "Expires", .field = "expires", .format = FMT_AGO, .min = 8, .drop = 1},
    {.title = "Id", .field = "id", .format = FMT_ID, .min = 8, .flex = 1, .drop = 6},
    {.title = NULL}};

static const struct column invite[] = {
    {.title = "Tenant", .field = "name"},
    {.title = "Tenant id", .field = "tenantId"},
    {.title = "For user", .field = "userId"},
    {.title = "Mailed", .field = "shouldSendEmail", .format = FMT_YESNO},
    {.title = "Expires", .field = "expires", .format = FMT_AGO},
    {.title = "Id", .field = "id"},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Invitation", .fields = invite},
                                          {.title = NULL}};

static const struct bind by_id[] = {
    {"id", BIND_ROW, "id"}, {"frontegg-tenant-id", BIND_ROW, "tenantId"}, {.param = NULL}};

static const struct form_hint add_form[] = {
    {.field = "tenantId", .label = "Into tenant", .pick = "tenants", .help = "Enter chooses"},
    {.field = "roleIds", .label = "With roles", .pick = "roles", .help = "Enter chooses"},
    {.field = "userId", .label = "For user", .pick = "users", .help = "empty: for anybody"},
    {.field = "expiresInMinutes", .label = "Good for (min)", .help = "empty: two weeks"},
    {.field = "shouldSendEmail", .label = "Mail it", .help = "yes: the user gets the link"},
    {.field = NULL}};

static const struct form_hint resend_form[] = {
    {.field = "email", .label = "E-mail", .help = "of somebody who has not accepted yet"},
    {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Make a link",
     .op = OP_invites_create,
     .flags = ACTION_RELOAD | ACTION_SHOW,
     .form = add_form},
    {.key = "r",
     .name = "resend",
     .label = "Send an invitation again",
     .op = OP_invitation_resend_all,
     .form = resend_form},
    {.key = "d",
     .name = "delete",
     .label = "Cancel the link",
     .op = OP_invites_delete,
     .confirm = CONFIRM_DESTROY,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Who has it cannot come in by it any more."},
    {.name = NULL}};

const struct resource resource_invites = {
    .id = "invites",
    .title = "Invitations",
    .singular = "invitation",
    .row_id = "id",
    .row_name = "name",
    .list = OP_invites_list,
    .again = OP_invites_list,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .empty = "No invitation links here. Press a to make one, r to mail an invitation again."};
