#ifndef UI_DETAIL_LINES_H
#define UI_DETAIL_LINES_H
/*
 * An object laid out as lines for a width: headings, labelled values (long ones go on in the next
 * lines), tables. Lines point into the object, so they are built anew when it changes.
 */
#include "base/arena.h"
#include "ui/canvas.h"
#include "ui/resource.h"

enum detail_kind { DETAIL_BLANK, DETAIL_HEADING, DETAIL_VALUE, DETAIL_HEADER, DETAIL_ROW };

enum { DETAIL_COLUMNS = 8 };

struct detail_line {
    enum detail_kind kind;
    struct str label, text;
    enum role role;
    const struct json *row; /* DETAIL_ROW */
    const char *opens;
    struct str cells[DETAIL_COLUMNS];
    enum role roles[DETAIL_COLUMNS];
    int widths[DETAIL_COLUMNS];
    int label_cols;
};

struct detail_lines {
    struct arena arena;
    struct detail_line *at;
    size_t n, size;
    int cols;                   /* built for this width; 0: not built */
    struct detail_line nowhere; /* takes what is beyond the limit */
};

void detail_lines_init(struct detail_lines *l);
void detail_lines_fini(struct detail_lines *l);
/* Does nothing if they are built for this width already. */
void detail_lines_build(struct detail_lines *l, const struct resource *res, const struct json *row,
                        int cols);
void detail_line_draw(const struct detail_line *line, struct canvas *cv, struct rect r, bool here);
#endif
