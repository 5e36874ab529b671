#ifndef UI_CANVAS_H
#define UI_CANVAS_H
/*
 * The only drawing surface: a grid of cells {grapheme, width, role}. Views draw text with roles,
 * never colours; term.c turns roles into attributes and copies changed cells to curses. It is also
 * the one gate where foreign text becomes safe: canvas_text passes everything through
 * utf8_make_safe. Needs no terminal, so tests draw into it and compare (canvas_dump). UI thread
 * only.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "ui/role.h"

enum { CELL_BYTES = 22 }; /* one cluster: a base and up to 4 marks */

struct cell {
    char text[CELL_BYTES]; /* NUL-terminated UTF-8; "" is the right half of a wide cluster */
    uint8_t width;         /* 1 or 2; 0 for a right half */
    uint8_t role;          /* enum role */
};

struct canvas {
    int rows, cols;
    struct cell *cells;         /* rows * cols */
    int cursor_row, cursor_col; /* hardware cursor: on the selected row or in the edited field */
    bool cursor_visible;
};

struct rect {
    int row, col, rows, cols;
};

void canvas_init(struct canvas *cv);
void canvas_fini(struct canvas *cv);
void canvas_resize(struct canvas *cv, int rows, int cols);
void canvas_clear(struct canvas *cv, enum role role);
void canvas_fill(struct canvas *cv, struct rect r, enum role role);

/*
 * Where text goes: starting at (row, col) of the screen, at most `cells` wide, never outside
 * `clip`. What does not fit ends in an ellipsis ("~" without UTF-8).
 */
struct place {
    struct rect clip;
    int row, col, cells;
    enum role role;
};
/* Returns the cells used. Foreign text is always safe here. */
int canvas_text(struct canvas *cv, struct place at, struct str text);
int canvas_printf(struct canvas *cv, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Changes the role of cells without touching text. */
void canvas_role(struct canvas *cv, struct rect r, enum role role);
void canvas_hline(struct canvas *cv, struct rect r, enum role role);
void canvas_vline(struct canvas *cv, struct rect r, enum role role);
void canvas_box(struct canvas *cv, struct rect r, enum role role, struct str title);
void canvas_cursor(struct canvas *cv, int row, int col);
/* Raw cell for QR modules and tests; text must be one safe cluster. */
void canvas_put(struct canvas *cv, int row, int col, const char *text, enum role role);

/* Screen as text, one line a row, trailing spaces cut; with `roles` also a map of role letters. */
void canvas_dump(const struct canvas *cv, bool roles, struct buf *out);
#endif
