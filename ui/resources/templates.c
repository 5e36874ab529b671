/* Every type of message the service sends, with the environment's own texts and ours. */
#include "ui/templates.h"
#include "ui/resources/all.h"

static bool
is_active(const struct json *row)
{
    bool active = false;
    return json_to_bool(json_get(row, "active"), &active) && active;
}

static bool
is_own(const struct json *row)
{
    bool own = false;
    return json_to_bool(json_get(row, "own"), &own) && own;
}

static bool
is_email(const struct json *row)
{
    return !template_is_sms(row);
}

static bool
own_email(const struct json *row)
{
    return is_own(row) && is_email(row);
}

static bool
own_sms(const struct json *row)
{
    return is_own(row) && template_is_sms(row);
}

static bool
email_off(const struct json *row)
{
    return is_email(row) && !is_active(row);
}

static bool
email_on(const struct json *row)
{
    return is_email(row) && is_active(row);
}

static bool
sms_off(const struct json *row)
{
    return template_is_sms(row) && !is_active(row);
}

static bool
sms_on(const struct json *row)
{
    return template_is_sms(row) && is_active(row);
}

static struct str
template_state(const struct json *row, enum role *role)
{
    *role = !is_active(row) ? ROLE_BAD : is_own(row) ? ROLE_GOOD : ROLE_DIM;
    return !is_active(row) ? STR("off") : is_own(row) ? STR("own") : STR("default");
}

static const struct column columns[] = {
    {.title = "Channel", .field = "channel", .min = 7},
    {.title = "Type", .field = "type", .min = 20, .flex = 2},
    {.title = "State", .field = "own", .format = FMT_STATE, .min = 7},
    {.title = "Sent", .field = "when", .min = 20, .flex = 4, .drop = 1},
    {.title = NULL}};

static const struct column facts[] = {
    {.title = "Type", .field = "type"},
    {.title = "Channel", .field = "channel"},
    {.title = "State", .field = "own", .format = FMT_STATE},
    {.title = "Sent", .field = "when"},
    {.title = "Active", .field = "active", .format = FMT_YESNO},
    {.title = "Variables", .field = "variables", .format = FMT_KEYS},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Template", .fields = facts}, {.title = NULL}};

static const struct bind by_template_id[] = {{"templateId", BIND_ROW, "templateId"},
                                             {.param = NULL}};
static const struct bind by_type[] = {{"type", BIND_ROW, "type"}, {.param = NULL}};
static const struct bind on[] = {
    {"type", BIND_ROW, "type"}, {"active", BIND_CONST, "true"}, {.param = NULL}};
static const struct bind off[] = {
    {"type", BIND_ROW, "type"}, {"active", BIND_CONST, "false"}, {.param = NULL}};
static const struct bind sms_turn_on[] = {
    {"type", BIND_ROW, "type"}, {"isActive", BIND_CONST, "true"}, {.param = NULL}};
static const struct bind sms_turn_off[] = {
    {"type", BIND_ROW, "type"}, {"isActive", BIND_CONST, "false"}, {.param = NULL}};

enum { TURN = ACTION_ROW | ACTION_RELOAD | ACTION_NO_FORM };

static const struct action actions[] = {{.key = "e",
                                         .name = "edit",
                                         .label = "Edit in $EDITOR",
                                         .op = OP_mail_templates_set,
                                         .binds = by_type,
                                         .flags = ACTION_ROW | ACTION_NO_FORM,
                                         .applies = is_email,
                                         .start = template_edit},
                                        {.key = "e",
                                         .name = "edit-sms",
                                         .label = "Edit in $EDITOR",
                                         .op = OP_sms_templates_set,
                                         .binds = by_type,
                                         .flags = ACTION_ROW | ACTION_NO_FORM,
                                         .applies = template_is_sms,
                                         .start = template_edit},
                                        {.key = "p",
                                         .name = "preview",
                                         .label = "Preview",
                                         .op = OP_templates_preview,
                                         .binds = by_type,
                                         .flags = ACTION_ROW | ACTION_NO_FORM,
                                         .start = template_preview},
                                        {.key = "c",
                                         .name = "compare",
                                         .label = "Compare with the default",
                                         .op = OP_mail_templates_default,
                                         .binds = by_type,
                                         .flags = ACTION_ROW | ACTION_NO_FORM,
                                         .applies = is_own,
                                         .start = template_compare},
                                        {.key = "d",
                                         .name = "restore",
                                         .label = "Restore the default",
                                         .op = OP_mail_templates_delete,
                                         .confirm = CONFIRM_DESTROY,
                                         .binds = by_template_id,
                                         .flags = ACTION_ROW | ACTION_RELOAD,
                                         .warning = "The environment's own text is lost.",
                                         .applies = own_email},
                                        {.key = "d",
                                         .name = "restore-sms",
                                         .label = "Restore the default",
                                         .op = OP_sms_templates_delete,
                                         .confirm = CONFIRM_DESTROY,
                                         .binds = by_type,
                                         .flags = ACTION_ROW | ACTION_RELOAD,
                                         .warning = "The environment's own text is lost.",
                                         .applies = own_sms},
                                        {.key = "A",
                                         .name = "turn-on",
                                         .label = "Turn on",
                                         .op = OP_mail_templates_set,
                                         .binds = on,
                                         .flags = TURN,
                                         .undo = "turn-off",
                                         .applies = email_off},
                                        {.key = "A",
                                         .name = "turn-off",
                                         .label = "Turn off",
                                         .op = OP_mail_templates_set,
                                         .confirm = CONFIRM_EASY,
                                         .binds = off,
                                         .flags = TURN,
                                         .undo = "turn-on",
                                         .warning = "Messages of this type are not sent any more.",
                                         .applies = email_on},
                                        {.key = "A",
                                         .name = "turn-on-sms",
                                         .label = "Turn on",
                                         .op = OP_sms_templates_set,
                                         .binds = sms_turn_on,
                                         .flags = TURN,
                                         .undo = "turn-off-sms",
                                         .applies = sms_off},
                                        {.key = "A",
                                         .name = "turn-off-sms",
                                         .label = "Turn off",
                                         .op = OP_sms_templates_set,
                                         .confirm = CONFIRM_EASY,
                                         .binds = sms_turn_off,
                                         .flags = TURN,
                                         .undo = "turn-on-sms",
                                         .warning = "Messages of this type are not sent any more.",
                                         .applies = sms_on},
                                        {.name = NULL}};

const struct resource resource_templates = {
    .id = "templates",
    .title = "Templates",
    .singular = "template",
    .items = "types",
    .row_id = "id",
    .row_name = "type",
    .list = OP_templates_list,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .state = template_state,
    .empty = "The service names no templates; it is not gatehoused."};
