/* The audit trail. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "When", .field = "createdAt", .format = FMT_AGO, .sort = "createdAt", .min = 7},
    {.title = "Severity", .field = "severity", .sort = "severity", .min = 8, .drop = 3},
    {.title = "Action", .field = "action", .min = 20, .flex = 2},
    {.title = "Resource", .field = "resource", .min = 10, .flex = 1, .drop = 2},
    {.title = "Who", .field = "email", .min = 14, .flex = 2, .drop = 1},
    {.title = "From", .field = "ip", .min = 15, .drop = 4},
    {.title = "Tenant", .field = "tenantId", .format = FMT_ID, .min = 8, .drop = 5},
    {.title = NULL}};

static const struct column event[] = {{.title = "When", .field = "createdAt", .format = FMT_AGO},
                                      {.title = "Severity", .field = "severity"},
                                      {.title = "Action", .field = "action"},
                                      {.title = "Resource", .field = "resource"},
                                      {.title = "Description", .field = "description"},
                                      {.title = "User", .field = "user"},
                                      {.title = "User id", .field = "userId"},
                                      {.title = "E-mail", .field = "email"},
                                      {.title = "Address", .field = "ip"},
                                      {.title = "Program", .field = "userAgent"},
                                      {.title = "Tenant", .field = "tenantId"},
                                      {.title = "Id", .field = "frontegg_id"},
                                      {.title = "Data", .field = "json", .format = FMT_JSON},
                                      {.title = NULL}};

static const struct section sections[] = {{.title = "Event", .fields = event}, {.title = NULL}};

const struct resource resource_audits = {.id = "audits",
                                         .title = "Audits",
                                         .singular = "audit event",
                                         .items = "data",
                                         .row_id = "frontegg_id",
                                         .row_name = "action",
                                         .list = OP_audits_list,
                                         .paging = PAGING_ROWS,
                                         .columns = columns,
                                         .sections = sections,
                                         .search_param = "filter",
                                         .empty = "Nothing was recorded yet."};
