/* Messages on their way, gone, and failed: the delivery log of the service. */
#include "ui/resources/all.h"

static struct str
message_state(const struct json *row, enum role *role)
{
    struct str state = json_str(json_get(row, "state"));
    *role = str_eq(state, STR("failed")) ? ROLE_BAD
            : str_eq(state, STR("sent")) ? ROLE_GOOD
                                         : ROLE_WARN;
    return state;
}

static bool
is_failed(const struct json *row)
{
    return str_eq(json_str(json_get(row, "state")), STR("failed"));
}

static const struct column columns[] = {
    {.title = "State", .field = "state", .format = FMT_STATE, .min = 6},
    {.title = "Age", .field = "createdAt", .format = FMT_AGO, .min = 5},
    {.title = "Channel", .field = "channel", .min = 7, .drop = 3},
    {.title = "To", .field = "to", .min = 16, .flex = 3},
    {.title = "Template", .field = "template", .min = 12, .flex = 2, .drop = 1},
    {.title = "Provider", .field = "provider", .min = 8, .drop = 2},
    {.title = "Tries", .field = "attempts", .min = 5, .drop = 5},
    {.title = "Error", .field = "error", .min = 12, .flex = 3, .drop = 4},
    {.title = NULL}};

static const struct column message[] = {
    {.title = "State", .field = "state", .format = FMT_STATE},
    {.title = "Channel", .field = "channel"},
    {.title = "To", .field = "to"},
    {.title = "From", .field = "from"},
    {.title = "Sender's name", .field = "fromName"},
    {.title = "Template", .field = "template"},
    {.title = "User", .field = "userId"},
    {.title = "Tenant", .field = "tenantId"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = NULL}};

static const struct column delivery[] = {
    {.title = "Provider", .field = "provider"},
    {.title = "Its reference", .field = "reference"},
    {.title = "Its status", .field = "status"},
    {.title = "Error", .field = "error"},
    {.title = "Attempts", .field = "attempts"},
    {.title = "Next attempt", .field = "nextAttemptAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = "Id", .field = "id"},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Message", .fields = message},
                                          {.title = "Delivery", .fields = delivery},
                                          {.title = NULL}};

static const struct bind by_id[] = {{"id", BIND_ROW, "id"}, {.param = NULL}};

static bool
is_on_its_way(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    (void)tenant;
    return now && !is_failed(now);
}

static const struct action actions[] = {{.key = "r",
                                         .name = "retry",
                                         .label = "Send again",
                                         .op = OP_messages_retry,
                                         .confirm = CONFIRM_EASY,
                                         .binds = by_id,
                                         .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD,
                                         .applies = is_failed,
                                         .done = is_on_its_way},
                                        {.name = NULL}};

const struct resource resource_outbox = {
    .id = "outbox",
    .title = "Outbox",
    .singular = "message",
    .row_id = "id",
    .row_name = "to",
    .list = OP_messages_list,
    .detail = OP_messages_get,
    .detail_binds = by_id,
    .paging = PAGING_PAGES,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .state = message_state,
    .empty = "No messages yet. They are listed here when the service sends them, newest first."};
