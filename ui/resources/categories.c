/* Categories that permissions are sorted into. */
#include "ui/resources/all.h"

static const struct column columns[] = {
    {.title = "Name", .field = "name", .min = 16, .flex = 2},
    {.title = "Permissions", .field = "permissionIds", .format = FMT_COUNT, .min = 11, .drop = 1},
    {.title = "Built in", .field = "feCategory", .format = FMT_YESNO, .min = 8, .drop = 2},
    {.title = "Description", .field = "description", .min = 14, .flex = 3, .drop = 3},
    {.title = NULL}};

static const struct bind by_id[] = {{"categoryId", BIND_ROW, "id"}, {.param = NULL}};

static const struct form_hint form[] = {{.field = "name", .label = "Name"},
                                        {.field = "description", .label = "Description"},
                                        {.field = NULL}};

static const struct action actions[] = {{.key = "a",
                                         .name = "add",
                                         .label = "Add category",
                                         .op = OP_categories_create,
                                         .flags = ACTION_RELOAD | ACTION_HINTED,
                                         .form = form},
                                        {.key = "e",
                                         .name = "edit",
                                         .label = "Edit category",
                                         .op = OP_categories_update,
                                         .binds = by_id,
                                         .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
                                         .form = form},
                                        {.key = "d",
                                         .name = "delete",
                                         .label = "Delete category",
                                         .op = OP_categories_delete,
                                         .confirm = CONFIRM_TYPE,
                                         .binds = by_id,
                                         .flags = ACTION_ROW | ACTION_MARKED | ACTION_RELOAD,
                                         .done = resource_gone,
                                         .warning = "Its permissions stay, without a category."},
                                        {.name = NULL}};

static const struct child children[] = {{.key = "p",
                                         .title = "Permissions",
                                         .resource = "permissions",
                                         .keep = "id",
                                         .of = "permissionIds.*"},
                                        {.key = NULL}};

const struct resource resource_categories = {.id = "categories",
                                             .title = "Permission categories",
                                             .singular = "category",
                                             .row_id = "id",
                                             .row_name = "name",
                                             .list = OP_categories_list,
                                             .again = OP_categories_list,
                                             .columns = columns,
                                             .actions = actions,
                                             .children = children,
                                             .empty = "No categories here. Press a to add one."};
