#ifndef BASE_CSV_WRITE_H
#define BASE_CSV_WRITE_H
/*
 * Cells of a CSV file (RFC 4180). Text comes from strangers and is opened in spreadsheets: a cell
 * that a spreadsheet would take for a formula gets an apostrophe in front, which shows it as text.
 * No state; any thread.
 */
#include "base/buf.h"

/*
 * Appends one cell, quoted where it has to be. Unless `raw`, what is dangerous or invisible is made
 * visible (utf8_make_safe) and a formula loses its power; a plain number stays a number.
 */
void csv_add_cell(struct buf *out, struct str s, bool raw);
#endif
