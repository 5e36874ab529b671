#include "ui/pane.h"
#include "base/utf8.h"
#include "ui/key.h"

void
hint_add(struct hints *h, const char *key, const char *label)
{
    if (h->n < h->size)
        h->at[h->n++] = (struct hint){key, label};
}

int
pane_text(struct canvas *cv, struct rect r, int row, int col, enum role role, struct str text)
{
    if (row < 0 || row >= r.rows || col >= r.cols)
        return 0;
    struct place at = {r, r.row + row, r.col + col, r.cols - col, role};
    return canvas_text(cv, at, text);
}

void
pane_scroll(size_t *top, size_t n, uint32_t key)
{
    enum { PAGE = 10 };
    size_t last = n ? n - 1 : 0, left = last > *top ? last - *top : 0;
    switch (key) {
    case K_DOWN:
    case 'j':
        *top += left > 0;
        break;
    case K_UP:
    case 'k':
        *top -= *top > 0;
        break;
    case K_PGDN:
        *top += left < PAGE ? left : PAGE;
        break;
    case K_PGUP:
        *top -= *top < PAGE ? *top : PAGE;
        break;
    default:
        break;
    }
}

struct str
pane_wrap_line(struct str *rest, int cells)
{
    struct str line = utf8_cut(*rest, cells, NULL);
    if (line.n < rest->n) {
        size_t at = line.n;
        while (at > line.n / 2 && line.p[at - 1] != ' ')
            at--;
        if (at > line.n / 2)
            line.n = at;
    }
    if (!line.n)
        line = *rest;
    *rest = str_sub(*rest, line.n, rest->n);
    return line;
}

int
pane_wrap(struct canvas *cv, struct rect r, int row, enum role role, struct str text)
{
    enum { WRAP_BYTES = 1000, SAFE_BYTES = 1 << 14 };
    struct buf safe;
    buf_init(&safe, SAFE_BYTES);
    utf8_make_safe(&safe, str_sub(text, 0, WRAP_BYTES));
    struct str rest = buf_str(&safe);
    while (rest.n && row < r.rows)
        pane_text(cv, r, row++, 0, role, pane_wrap_line(&rest, r.cols > 1 ? r.cols : 1));
    buf_fini(&safe);
    return row;
}
