#include "ui/term_qr.h"

#include "base/mem.h"
#include "ui/term_info.h"

#include <curses.h>
#include <string.h>
#include <term.h>

enum { BYTES_MAX = 4 << 20 };

static const char SAVE[] = "\0337", RESTORE[] = "\0338";

static bool
is(const char *capability, const char *bytes)
{
    const char *s = term_info_string(capability);
    return s && strcmp(s, bytes) == 0;
}

void
term_qr_init(struct term_qr *q)
{
    const char *enter = term_info_string("smcup");
    *q = (struct term_qr){.light = -1,
                          .dark = -1,
                          .cup = term_info_string("cup"),
                          .cuf = term_info_string("cuf"),
                          .setab = term_info_string("setab")};
    buf_init(&q->before, BYTES_MAX);
    buf_init(&q->after, BYTES_MAX);
    /* Where entering the screen saves the cursor in the same place, the shell would lose its own. */
    q->able = q->cup && q->setab && is("sc", SAVE) && is("rc", RESTORE) &&
              !(enter && strstr(enter, SAVE));
}

void
term_qr_fini(struct term_qr *q)
{
    buf_fini(&q->before);
    buf_fini(&q->after);
}

void
term_qr_colours(struct term_qr *q, int light, int dark)
{
    q->light = light;
    q->dark = dark;
}

/* Nothing is written into the last column: some terminals scroll behind the last cell. */
bool
term_qr_takes(const struct term_qr *q, const struct canvas *screen, int col, const struct cell *c)
{
    return q->able && q->light >= 0 && q->dark >= 0 && c->role == ROLE_QR_DARK &&
           c->text[0] == ' ' && c->text[1] == '\0' && col + 1 < screen->cols;
}

/* ---- the bytes ---- */

struct pen {
    const struct term_qr *q;
    struct buf *out;
    int row, col; /* where the cursor is; -1: unknown */
};

static void
go_to(struct pen *p, int row, int col)
{
    if (p->row == row && p->col == col)
        return;
    if (p->row == row && p->q->cuf)
        buf_add_text(p->out, tiparm(p->q->cuf, col - p->col));
    else
        buf_add_text(p->out, tiparm(p->q->cup, row, col));
    p->row = row;
    p->col = col;
}

static void
put(struct pen *p, int row, int col, int colour)
{
    if (p->out->n == 0) {
        buf_add_text(p->out, SAVE);
        buf_add_text(p->out, tiparm(p->q->setab, colour));
    }
    go_to(p, row, col);
    buf_add_char(p->out, ' ');
    p->col++;
}

bool
term_qr_plan(struct term_qr *q, const struct canvas *next, const struct canvas *shown)
{
    struct pen before = {q, &q->before, -1, -1}, after = {q, &q->after, -1, -1};
    bool any = false;
    buf_reset(&q->before);
    buf_reset(&q->after);
    if (!q->able)
        return false;
    for (int row = 0; row < next->rows; row++)
        for (int col = 0; col < next->cols; col++) {
            size_t at = (size_t)row * (size_t)next->cols + (size_t)col;
            bool is_dark = term_qr_takes(q, next, col, &next->cells[at]);
            bool was_dark = term_qr_takes(q, shown, col, &shown->cells[at]);
            any = any || is_dark || was_dark;
            if (was_dark && !is_dark)
                put(&before, row, col, q->light);
            if (is_dark && !was_dark)
                put(&after, row, col, q->dark);
        }
    if (q->before.n)
        buf_add_text(&q->before, RESTORE);
    if (q->after.n)
        buf_add_text(&q->after, RESTORE);
    return any;
}
