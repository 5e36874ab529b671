#ifndef UI_EXPORT_H
#define UI_EXPORT_H
/*
 * Writing a whole list to a file, page by page: CSV of the columns, or JSON of the rows, by the
 * ending of the name. The file is new, mode 0600, and appears only when it is complete.
 */
#include "ui/app.h"
#include "ui/listquery.h"

void export_start(struct app *app, const struct listquery *query, unsigned owner, struct str path);
/* One CSV line with CR LF; foreign text is made safe. Header line if row is NULL. */
void export_csv(const struct resource *res, const struct json *row, struct buf *out);
#endif
