#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H
/*
 * Files of things to create, as rows: CSV with a header line, a JSON list of objects, or one object
 * a line (NDJSON); which of them shows by the first character. Members are named as the operation
 * that creates the thing names them, so what `list` and `export` write can be read again. Every
 * fault has its line and column. Main thread.
 */
#include "base/map.h"
#include "cli/cli_priv.h"

/* What can be imported; constant. */
struct import_kind {
    const char *word, *one, *many; /* "users", "user", "users" */
    enum op_id create;
    const char *key; /* the member that tells one from another */
    enum op_id find; /* lists or shows the one whose .find_by is the key */
    const char *find_by;
};

struct import_row {
    const struct op *op;
    struct values *values;  /* the row's; whoever keeps them sets NULL */
    struct str key, tenant; /* tenant absent: that of the profile; both gone after the row */
    size_t line, column;
};

struct import {
    struct cli *cli;
    const struct import_kind *kind;
    struct str name, text; /* of the file, for messages; its content */
    struct map lines;      /* tenant and key -> number of the line they were seen on */
    struct arena arena;    /* what lives for one row */
    size_t rows, faulty;   /* of the last pass */
    bool quiet;            /* faults were reported already */
};

/* False ends the pass. */
typedef bool import_row_fn(void *ctx, struct import_row *row);

/* Reads the file, "-" for standard input. */
enum err_code import_open(struct import *im, struct cli *cli, const struct import_kind *kind,
                          struct str path, struct err *err) MUST_USE;
void import_close(struct import *im);
/*
 * One pass over the file: valid rows go to `fn`, which may be NULL; faulty ones are counted and,
 * unless quiet, said on stderr. An error is one of the whole file, such as an unknown column.
 */
enum err_code import_each(struct import *im, import_row_fn *fn, void *ctx,
                          struct err *err) MUST_USE;
/* "FILE:LINE:COLUMN: text" on stderr. */
void import_say(const struct import *im, size_t line, size_t column, struct str text);
#endif
