#ifndef UI_CELL_H
#define UI_CELL_H
/*
 * From a JSON row and a column descriptor to the text a person reads. The text may still hold
 * foreign bytes; the canvas (or whoever writes it to a file) makes it safe.
 */
#include "ui/resource.h"

enum cell_style {
    CELL_LIST,   /* short: ages, shortened ids */
    CELL_DETAIL, /* whole */
    CELL_PLAIN   /* for files: raw values, times as RFC 3339 */
};

/* Member by dotted path: "name", "tenants.0.tenantId", "extension.name=domain.value". NULL if there
 * is none. */
const struct json *cell_value(const struct json *row, const char *path);
struct str cell_str(const struct json *row, const char *path);
/* Appends the text; sets *role if the value has a colour of its own. */
void cell_format(const struct resource *res, const struct column *col, const struct json *row,
                 enum cell_style style, struct buf *out, enum role *role);
/* A value by itself, as in a diff or a form: text bare, the rest as JSON. */
void cell_raw(const struct json *value, struct buf *out);
/* "3 d", "2 h", "now"; for times to come "in 3 d". */
void cell_age(int64_t then_ms, struct buf *out);
#endif
