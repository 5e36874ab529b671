#ifndef CLI_ROWS_H
#define CLI_ROWS_H
/*
 * Objects as rows of a table or CSV: columns are dotted field names, values become text. A table is
 * aligned to what its first rows need, so it streams in constant memory. One thread.
 */
#include "api/op.h"
#include "base/arena.h"
#include "cli/out.h"

enum { ROWS_COLUMNS_MAX = 64 };

struct rows {
    struct out *out;
    enum cli_format format;
    bool raw_csv;
    int screen; /* cells a line may take, 0: any; cells are cut to fit the first rows' widths */
    struct str columns[ROWS_COLUMNS_MAX];
    int widths[ROWS_COLUMNS_MAX];
    size_t n_columns;
    size_t written;
    bool started;
};

/* `names` is "a,b.c"; absent: take them from the fields. False if there are too many. */
bool rows_columns(struct rows *r, struct str names, const struct field *fields);
/* Member by a dotted name, list elements by number: "tenants.0.tenantId". */
const struct json *rows_find(const struct json *row, struct str name);
/* Appends what a cell shows of a value; foreign text as it is. */
void rows_text(struct buf *out, const struct json *value);
/* The elements of a list, at most `most` of them. */
void rows_write(struct rows *r, const struct json *list, size_t most);
/* What comes after the last row; also the frame of an empty list. */
void rows_end(struct rows *r);
/* The list inside an answer: itself, its `items` or `data`, or its only list. NULL if none. */
const struct json *rows_of(const struct json *answer);
/* One object as lines "name  value". */
void rows_object(struct out *out, const struct json *object);
#endif
