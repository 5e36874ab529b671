#include "ui/linediff.h"

#include "base/mem.h"

enum { NEAR = 2 };

struct lines {
    struct str *at;
    size_t n;
};

static struct lines
split(struct str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == '\n';
    struct lines l = {mem_new(count, sizeof *l.at), 0};
    struct str line;
    while (text.n && str_next(&text, '\n', &line))
        l.at[l.n++] = line;
    return l;
}

struct writer {
    struct buf *out;
    struct str kept[NEAR];         /* lines in both that were not written yet */
    size_t n_kept, skipped, after; /* after: so many more are written at once */
    bool any;
};

static void
add(struct buf *out, const char *sign, struct str line)
{
    buf_add_text(out, sign);
    buf_add_str(out, line);
    buf_add_char(out, '\n');
}

static void
same(struct writer *w, struct str line)
{
    if (w->after) {
        w->after--;
        add(w->out, "  ", line);
        return;
    }
    if (w->n_kept == NEAR) {
        memmove(w->kept, w->kept + 1, (NEAR - 1) * sizeof *w->kept);
        w->n_kept--;
        w->skipped++;
    }
    w->kept[w->n_kept++] = line;
}

static void
differs(struct writer *w, const char *sign, struct str line)
{
    if (w->skipped)
        buf_add_text(w->out, "...\n");
    for (size_t i = 0; i < w->n_kept; i++)
        add(w->out, "  ", w->kept[i]);
    w->n_kept = w->skipped = 0;
    w->after = NEAR;
    add(w->out, sign, line);
}

/* Lengths of the longest common rest, for each place in both. */
static uint16_t *
common_rests(const struct str *a, size_t n, const struct str *b, size_t m)
{
    uint16_t *rest = mem_new((n + 1) * (m + 1), sizeof *rest);
    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            uint16_t skip_a = rest[(i + 1) * (m + 1) + k], skip_b = rest[i * (m + 1) + k + 1];
            rest[i * (m + 1) + k] = str_eq(a[i], b[k])
                                        ? (uint16_t)(rest[(i + 1) * (m + 1) + k + 1] + 1)
                                    : skip_a > skip_b ? skip_a
                                                      : skip_b;
        }
    return rest;
}

static void
middle(struct writer *w, const struct str *a, size_t n, const struct str *b, size_t m)
{
    bool small = n <= LINEDIFF_LINES && m <= LINEDIFF_LINES;
    uint16_t *rest = small ? common_rests(a, n, b, m) : NULL;
    size_t i = 0, k = 0;
    while (small && i < n && k < m) {
        if (str_eq(a[i], b[k])) {
            same(w, a[i++]);
            k++;
        } else if (rest[(i + 1) * (m + 1) + k] >= rest[i * (m + 1) + k + 1]) {
            differs(w, "- ", a[i++]);
        } else {
            differs(w, "+ ", b[k++]);
        }
    }
    while (i < n)
        differs(w, "- ", a[i++]);
    while (k < m)
        differs(w, "+ ", b[k++]);
    mem_free(rest);
}

void
linediff(struct str before, struct str after, struct buf *out)
{
    struct lines a = split(before), b = split(after);
    struct writer w = {.out = out};
    size_t head = 0, tail = 0;
    while (head < a.n && head < b.n && str_eq(a.at[head], b.at[head]))
        same(&w, a.at[head++]);
    while (tail < a.n - head && tail < b.n - head &&
           str_eq(a.at[a.n - 1 - tail], b.at[b.n - 1 - tail]))
        tail++;
    middle(&w, a.at + head, a.n - head - tail, b.at + head, b.n - head - tail);
    for (size_t i = a.n - tail; i < a.n; i++)
        same(&w, a.at[i]);
    mem_free(a.at);
    mem_free(b.at);
}
