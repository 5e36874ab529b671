/* Who sends the environment's SMS: one object, no list. */
#include "ui/resources/all.h"

static const struct column provider[] = {
    {.title = "Provider", .field = "provider"},
    {.title = "Account", .field = "accountId"},
    {.title = "Token", .field = "token"},
    {.title = "Messaging service", .field = "serviceId"},
    {.title = "Sender", .field = "senderName"},
    {.title = "Id", .field = "id"},
    {.title = "Set", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};

static const struct section sections[] = {{.title = "SMS", .fields = provider}, {.title = NULL}};

static const struct bind twilio[] = {{"provider", BIND_CONST, "twilio"}, {.param = NULL}};

static const struct form_hint edit_form[] = {
    {.field = "accountId", .label = "Account", .help = "begins with AC"},
    {.field = "token", .label = "Token", .help = "empty: the one that is kept stays"},
    {.field = "serviceId", .label = "Messaging service", .help = "begins with MG; or a sender"},
    {.field = "senderName", .label = "Sender", .help = "a number or name that messages come from"},
    {.field = NULL}};

static const struct bind by_sms[] = {{"channel", BIND_CONST, "sms"}, {.param = NULL}};

static const struct form_hint test_form[] = {
    {.field = "to", .label = "To", .help = "a number such as +4915112345678"}, {.field = NULL}};

static const struct action actions[] = {
    {.key = "e",
     .name = "edit",
     .label = "Send by Twilio",
     .op = OP_sms_config_set,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF | ACTION_HINTED,
     .binds = twilio,
     .form = edit_form},
    {.key = "T",
     .name = "test",
     .label = "Send a test message",
     .op = OP_messages_test,
     .flags = ACTION_HINTED | ACTION_SHOW,
     .binds = by_sms,
     .form = test_form},
    {.key = "d",
     .name = "delete",
     .label = "Remove the provider",
     .op = OP_sms_config_delete,
     .confirm = CONFIRM_TYPE,
     .flags = ACTION_ROW | ACTION_RELOAD,
     .warning = "Messages go to the outbox from then on."},
    {.name = NULL}};

static const struct child children[] = {
    {.key = "w", .title = "Templates", .resource = "templates", .binds = by_sms},
    {.key = "o", .title = "Outbox", .resource = "outbox", .binds = by_sms},
    {.key = NULL}};

const struct resource resource_sms = {
    .id = "sms",
    .title = "SMS",
    .singular = "SMS provider",
    .row_id = "id",
    .row_name = "provider",
    .detail = OP_sms_config_get,
    .sections = sections,
    .actions = actions,
    .children = children,
    .absent = "No provider is set: messages go to the outbox of the server. Press e for Twilio."};
