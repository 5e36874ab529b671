#ifndef UI_LINEDIFF_H
#define UI_LINEDIFF_H
/*
 * Two texts line by line: "- " was there, "+ " is there now, "  " is in both and near a change, "..."
 * where lines in both are left out. The shortest way is looked for among up to LINEDIFF_LINES
 * lines that differ on either side; beyond that the old ones are followed by the new ones. Any
 * thread.
 */
#include "base/buf.h"

enum { LINEDIFF_LINES = 800 };

void linediff(struct str before, struct str after, struct buf *out);
#endif
