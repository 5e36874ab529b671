/* What access tokens contain, and who gets which template. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Key", .field = "key", .sort = "key", .min = 12, .flex = 2},
    {.title = "Name", .field = "name", .sort = "name", .min = 12, .flex = 2, .drop = 1},
    {.title = "Life (s)", .field = "expiration", .min = 8, .drop = 2},
    {.title = "Algorithm", .field = "algorithm", .min = 9, .drop = 3},
    {.title = "Changed",
     .field = "updatedAt",
     .format = FMT_AGO,
     .sort = "updatedAt",
     .min = 8,
     .drop = 4},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 5},
    {.title = NULL}};

static const struct column identity[] = {
    {.title = "Key", .field = "key"},
    {.title = "Name", .field = "name"},
    {.title = "Id", .field = "id"},
    {.title = "Description", .field = "description"},
    {.title = "Life (s)", .field = "expiration"},
    {.title = "Algorithm", .field = "algorithm"},
    {.title = "Created", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};
static const struct column claims[] = {
    {.title = "Claims", .field = "templateSchema.claims", .format = FMT_JSON}, {.title = NULL}};

static const struct section sections[] = {{.title = "JWT template", .fields = identity},
                                          {.title = "Claims", .fields = claims},
                                          {.title = NULL}};

static const struct bind by_id[] = {{"id", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint form[] = {
    {.field = "key", .label = "Key", .help = "rules name it"},
    {.field = "name", .label = "Name"},
    {.field = "description", .label = "Description"},
    {.field = "expiration", .label = "Life (s)", .help = "10 to 15552000"},
    {.field = "algorithm", .label = "Algorithm"},
    {.field = "templateSchema",
     .label = "Schema",
     .help = "{\"claims\":{...}} with iss, sub, aud, exp and iat"},
    {.field = NULL}};

static const struct action actions[] = {
    {.key = "a",
     .name = "add",
     .label = "Add JWT template",
     .op = OP_jwt_templates_create,
     .flags = ACTION_RELOAD,
     .form = form},
    {.key = "e",
     .name = "edit",
     .label = "Edit JWT template",
     .op = OP_jwt_templates_update,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = form},
    {.key = "d",
     .name = "delete",
     .label = "Delete JWT template",
     .op = OP_jwt_templates_delete,
     .confirm = CONFIRM_TYPE,
     .binds = by_id,
     .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD | ACTION_CLOSE,
     .done = resource_gone,
     .warning = "Rules that name it give plain tokens."},
    {.name = NULL}};

const struct resource resource_jwt_templates = {
    .id = "jwt-templates",
    .title = "JWT templates",
    .singular = "JWT template",
    .row_id = "id",
    .row_name = "key",
    .list = OP_jwt_templates_list,
    .detail = OP_jwt_templates_get,
    .detail_binds = by_id,
    .paging = PAGING_PAGES,
    .columns = columns,
    .sections = sections,
    .actions = actions,
    .empty = "Tokens are plain here. Press a to add a template, then :jwt-rules."};

/* ---- the rules: one object ---- */

static const struct column rules[] = {
    {.title = "Id", .field = "id"},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = "Rules", .field = "targeting.rules", .format = FMT_JSON},
    {.title = NULL}};
static const struct section rule_sections[] = {{.title = "Rules", .fields = rules},
                                               {.title = NULL}};
static const struct form_hint rule_form[] = {
    {.field = "rules",
     .label = "Rules",
     .from = "targeting.rules",
     .help = "the first whose conditions all hold names a template"},
    {.field = NULL}};
static const struct action rule_actions[] = {{.key = "e",
                                              .name = "edit",
                                              .label = "Edit the rules",
                                              .op = OP_jwt_targeting_set,
                                              .flags = ACTION_ROW | ACTION_RELOAD,
                                              .form = rule_form},
                                             {.key = "d",
                                              .name = "delete",
                                              .label = "Delete the rules",
                                              .op = OP_jwt_targeting_delete,
                                              .confirm = CONFIRM_DESTROY,
                                              .binds = by_id,
                                              .flags = ACTION_ROW | ACTION_CLOSE,
                                              .warning = "All tokens become plain."},
                                             {.name = NULL}};

const struct resource resource_jwt_rules = {.id = "jwt-rules",
                                            .title = "JWT template rules",
                                            .singular = "rules of JWT templates",
                                            .row_id = "id",
                                            .detail = OP_jwt_targeting_get,
                                            .sections = rule_sections,
                                            .actions = rule_actions};
