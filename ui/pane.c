#include "ui/pane.h"

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
