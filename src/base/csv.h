#ifndef BASE_CSV_H
#define BASE_CSV_H
/*
 * Reading comma-separated values as RFC 4180 has them, row by row in constant memory, each cell with
 * the place where it starts. Space around unquoted cells is dropped, empty lines are passed over, a
 * byte order mark is ignored. Cells are bytes as they stand: whoever needs UTF-8 checks it.
 */
#include "base/err.h"

enum { CSV_CELLS_MAX = 256, CSV_ROW_BYTES_MAX = 1024 * 1024 };

struct csv_cell {
    struct str text;
    size_t line, column; /* from 1; columns count characters */
};

struct csv_row {
    const struct csv_cell *cells;
    size_t n;
};

/* Called for each row, whose cells are gone afterwards. Anything but ERR_OK ends the reading. */
typedef enum err_code csv_row_fn(void *ctx, const struct csv_row *row, struct err *err);

/*
 * ERR_PARSE for quotes out of place, which leave it open where the next row begins, and ERR_LIMIT
 * for rows past the limits above, both with line and column; else what the function returned.
 */
enum err_code csv_read(struct str text, csv_row_fn *fn, void *ctx, struct err *err) MUST_USE;
#endif
