#include "ui/detail_lines.h"
#include "base/mem.h"
#include "base/script.h"
#include "base/utf8.h"
#include "ui/cell.h"
#include "ui/layout.h"
#include "ui/pane.h"

enum { LINES_MAX = 4000, LINES_BYTES = 32 << 20, VALUE_MAX = 1 << 18, TABLE_ROWS_MAX = 500 };

void
detail_lines_init(struct detail_lines *l)
{
    *l = (struct detail_lines){.cols = 0};
    arena_init(&l->arena, LINES_BYTES);
}

void
detail_lines_fini(struct detail_lines *l)
{
    mem_free(l->at);
    arena_fini(&l->arena);
}

static struct detail_line *
add(struct detail_lines *l, enum detail_kind kind)
{
    if (l->n == LINES_MAX) {
        l->nowhere = (struct detail_line){.kind = DETAIL_BLANK};
        return &l->nowhere;
    }
    if (l->n == l->size) {
        l->size = l->size ? l->size * 2 : 64;
        l->at = mem_resize(l->at, l->size, sizeof *l->at);
    }
    struct detail_line *line = &l->at[l->n++];
    *line = (struct detail_line){.kind = kind, .role = ROLE_VALUE};
    return line;
}

static int
label_width(const struct section *s, int cols)
{
    int width = 8;
    for (const struct column *c = s->fields; c->title; c++) {
        int w = utf8_width(str_of(c->title)) + 2;
        width = w > width ? w : width;
    }
    return width > cols / 2 ? cols / 2 : width;
}

static void
format(const struct resource *res, const struct column *c, const struct json *row,
       const struct json *whole, struct buf *out, enum role *role)
{
    struct err err = {0};
    if (c->format == FMT_CALL) {
        c->call(row, whole, out);
        return;
    }
    if (c->format != FMT_JSON) {
        cell_format(res, c, row, CELL_DETAIL, out, role);
        return;
    }
    /* Metadata is JSON inside a string: shown as what it means when it can be read. */
    const struct json *value = cell_value(row, c->field);
    struct json *inner = json_str(value).n ? json_parse(json_str(value), VALUE_MAX, &err) : NULL;
    if (inner)
        json_write_pretty(inner, out);
    else
        cell_raw(value, out);
    json_free(inner);
}

/* One value on as many lines as it needs. */
static void
add_value(struct detail_lines *l, struct str label, struct str text, enum role role, int label_cols)
{
    int room = l->cols - label_cols - 2 > 8 ? l->cols - label_cols - 2 : 8;
    struct str rest = text, part;
    bool first = true;
    if (!text.n) {
        struct detail_line *line = add(l, DETAIL_VALUE);
        line->label = label;
        line->text = STR("-");
        line->role = ROLE_DIM;
        line->label_cols = label_cols;
        return;
    }
    while (str_next(&rest, '\n', &part)) {
        struct buf safe;
        buf_init(&safe, VALUE_MAX * 4);
        utf8_make_safe(&safe, part);
        struct str left = arena_str(&l->arena, buf_str(&safe));
        buf_fini(&safe);
        do {
            struct str cut = utf8_cut(left, room, NULL);
            if (!cut.n)
                cut = left;
            struct detail_line *line = add(l, DETAIL_VALUE);
            line->label = first ? label : STR("");
            line->text = cut;
            line->role = role;
            line->label_cols = label_cols;
            first = false;
            left = str_sub(left, cut.n, left.n);
        } while (left.n);
    }
}

/* A name that looks like somebody else's may be meant to. */
static void
add_mixture(struct detail_lines *l, struct str text, int label_cols)
{
    const char *one, *other;
    if (!script_mixes(text, &one, &other))
        return;
    struct str note = arena_printf(&l->arena, "has %s and %s letters in one word", one, other);
    add_value(l, STR(""), note, ROLE_WARN, label_cols);
}

static void
add_values(struct detail_lines *l, const struct resource *res, const struct section *s,
           const struct json *row)
{
    int label_cols = label_width(s, l->cols);
    for (const struct column *c = s->fields; c->title; c++) {
        struct buf b;
        enum role role = ROLE_VALUE;
        buf_init(&b, VALUE_MAX);
        format(res, c, row, row, &b, &role);
        add_value(l, str_of(c->title), arena_str(&l->arena, buf_str(&b)), role, label_cols);
        if (c->format == FMT_TEXT && role == ROLE_WARN)
            add_mixture(l, buf_str(&b), label_cols);
        buf_fini(&b);
    }
}

static size_t
table_widths(const struct section *s, int cols, int widths[DETAIL_COLUMNS])
{
    struct layout_column lay[DETAIL_COLUMNS];
    size_t n = 0;
    for (const struct column *c = s->fields; c->title && n < DETAIL_COLUMNS; c++, n++)
        lay[n] = (struct layout_column){c->min, c->flex, c->drop, 0};
    layout_columns(lay, n, cols - 3, 2);
    for (size_t i = 0; i < n; i++)
        widths[i] = lay[i].width;
    return n;
}

static void
add_table_row(struct detail_lines *l, const struct resource *res, const struct section *s,
              const struct json *row, const struct json *whole)
{
    struct detail_line line = {.kind = DETAIL_ROW, .row = row, .opens = s->opens};
    size_t n = table_widths(s, l->cols, line.widths);
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b, VALUE_MAX);
        line.roles[i] = ROLE_VALUE;
        format(res, &s->fields[i], row, whole, &b, &line.roles[i]);
        line.cells[i] = arena_str(&l->arena, str_sub(buf_str(&b), 0, 4096));
        buf_fini(&b);
    }
    *add(l, DETAIL_ROW) = line;
}

static void
add_table(struct detail_lines *l, const struct resource *res, const struct section *s,
          const struct json *whole)
{
    const struct json *rows = cell_value(whole, s->table);
    struct detail_line *head = add(l, DETAIL_HEADER);
    size_t n = table_widths(s, l->cols, head->widths);
    for (size_t i = 0; i < n; i++)
        head->cells[i] = str_of(s->fields[i].title);
    size_t count = 0;
    for (const struct json *it = json_first(rows); it && count < TABLE_ROWS_MAX;
         it = json_next(it), count++)
        add_table_row(l, res, s, it, whole);
    if (!count) {
        struct detail_line *none = add(l, DETAIL_VALUE);
        none->text = STR("none");
        none->role = ROLE_DIM;
        none->label_cols = 2;
    }
}

void
detail_lines_build(struct detail_lines *l, const struct resource *res, const struct json *row,
                   int cols)
{
    if (l->cols == cols)
        return;
    l->cols = cols;
    l->n = 0;
    arena_reset(&l->arena);
    for (const struct section *s = res->sections; s && s->title; s++) {
        if (s != res->sections)
            add(l, DETAIL_BLANK);
        add(l, DETAIL_HEADING)->text = str_of(s->title);
        if (s->table)
            add_table(l, res, s, row);
        else
            add_values(l, res, s, row);
    }
}

static void
draw_cells(const struct detail_line *line, struct canvas *cv, struct rect r, enum role force)
{
    int col = 2;
    for (size_t i = 0; i < DETAIL_COLUMNS; i++) {
        if (line->widths[i] <= 0)
            continue;
        enum role role = force != ROLE_TEXT ? force : line->roles[i];
        struct place at = {r, r.row, r.col + col, line->widths[i], role};
        if (line->cells[i].n)
            canvas_text(cv, at, line->cells[i]);
        col += line->widths[i] + 2;
    }
}

void
detail_line_draw(const struct detail_line *line, struct canvas *cv, struct rect r, bool here)
{
    enum role force = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
    if (here) {
        canvas_fill(cv, r, ROLE_ROW_SELECTED);
        canvas_cursor(cv, r.row, r.col);
    }
    switch (line->kind) {
    case DETAIL_BLANK:
        return;
    case DETAIL_HEADING:
        pane_text(cv, r, 0, 1, here ? force : ROLE_TITLE, line->text);
        return;
    case DETAIL_HEADER:
        draw_cells(line, cv, r, here ? force : ROLE_HEADER);
        return;
    case DETAIL_ROW:
        draw_cells(line, cv, r, force);
        return;
    case DETAIL_VALUE:
        pane_text(cv, r, 0, 2, here ? force : ROLE_LABEL, line->label);
        pane_text(cv, r, 0, line->label_cols + 2, here ? force : line->role, line->text);
        return;
    }
}
