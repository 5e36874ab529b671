#include "cli/rows.h"
#include "base/utf8.h"

enum { CELL_CAP = 1024 * 1024, LABEL_WIDTH = 24, PRESET_COLUMNS = 10 };

static bool
add_column(struct rows *r, struct str name)
{
    if (r->n_columns == ROWS_COLUMNS_MAX)
        return false;
    r->columns[r->n_columns++] = name;
    return true;
}

/* Plain members; a table takes only so many of them. */
static bool
add_field_columns(struct rows *r, const struct field *fields)
{
    bool fits = true;
    for (const struct field *f = fields; f && f->name; f++) {
        if (f->kind == KIND_ARRAY || f->kind == KIND_OBJECT || f->flags & FIELD_SECRET)
            continue;
        if (r->format == CLI_CSV || r->n_columns < PRESET_COLUMNS)
            fits = add_column(r, str_of(f->name)) && fits;
    }
    return fits;
}

bool
rows_columns(struct rows *r, struct str names, const struct field *fields)
{
    struct str part;
    bool fits = true;
    r->n_columns = 0;
    while (str_next(&names, ',', &part)) {
        if (str_trim(part).n)
            fits = add_column(r, str_trim(part)) && fits;
    }
    return r->n_columns ? fits : add_field_columns(r, fields);
}

const struct json *
rows_find(const struct json *row, struct str name)
{
    const struct json *whole = json_get_str(row, name);
    if (whole)
        return whole;
    struct str part;
    while (row && str_next(&name, '.', &part)) {
        uint64_t index;
        if (json_type(row) == JSON_ARRAY)
            row = str_to_u64(part, &index) ? json_at(row, (size_t)index) : NULL;
        else
            row = json_get_str(row, part);
    }
    return row;
}

/* What stands for an object in a list of them. */
static const struct json *
short_form(const struct json *j)
{
    static const char *const names[] = {"key", "name", "tenantId", "id", "email"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct json *found = json_get(j, names[i]);
        if (json_type(found) == JSON_STRING)
            return found;
    }
    return NULL;
}

static void
list_text(struct buf *out, const struct json *list)
{
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        const struct json *brief = json_type(j) == JSON_OBJECT ? short_form(j) : j;
        if (j != json_first(list))
            buf_add_char(out, ' ');
        if (json_type(brief) == JSON_STRING)
            buf_add_str(out, json_str(brief));
        else
            json_write(brief ? brief : j, out);
    }
}

void
rows_text(struct buf *out, const struct json *value)
{
    switch (json_type(value)) {
    case JSON_NULL:
        break;
    case JSON_STRING:
        buf_add_str(out, json_str(value));
        break;
    case JSON_ARRAY:
        list_text(out, value);
        break;
    case JSON_BOOL:
    case JSON_NUMBER:
    case JSON_OBJECT:
        json_write(value, out);
        break;
    }
}

/* A cell made safe, cut to `width` when that is positive; returns its width. */
static int
cell(const struct rows *r, struct buf *out, const struct json *row, size_t column, int width)
{
    struct buf text, safe;
    buf_init(&text, CELL_CAP);
    buf_init(&safe, CELL_CAP * 8);
    rows_text(&text, rows_find(row, r->columns[column]));
    utf8_make_safe(&safe, buf_str(&text));
    struct str s = buf_str(&safe);
    int used = utf8_width(s);
    if (width > 0 && used > width) {
        s = utf8_cut(s, width - 1, &used);
        buf_add_str(out, s);
        buf_add_text(out, "…");
        used++;
    } else {
        buf_add_str(out, s);
    }
    buf_fini(&safe);
    buf_fini(&text);
    return used;
}

/* Takes from the widest column until the line fits or nothing can be spared. */
static void
squeeze(struct rows *r)
{
    enum { SPARE = 8, GAP = 2 };
    for (;;) {
        size_t widest = 0;
        int total = 0;
        for (size_t i = 0; i < r->n_columns; i++) {
            total += r->widths[i] + (i ? GAP : 0);
            if (r->widths[i] > r->widths[widest])
                widest = i;
        }
        if (total <= r->screen || r->widths[widest] <= SPARE)
            return;
        r->widths[widest]--;
    }
}

static void
measure(struct rows *r, const struct json *list, size_t most)
{
    for (size_t i = 0; i < r->n_columns; i++)
        r->widths[i] = utf8_width(r->columns[i]);
    struct buf scratch;
    buf_init(&scratch, CELL_CAP * 8);
    for (const struct json *row = json_first(list); row && most; row = json_next(row), most--) {
        for (size_t i = 0; i < r->n_columns; i++) {
            buf_reset(&scratch);
            int width = cell(r, &scratch, row, i, 0);
            if (width > r->widths[i])
                r->widths[i] = width;
        }
    }
    buf_fini(&scratch);
    if (r->screen)
        squeeze(r);
}

static void
pad(struct out *o, int n)
{
    if (n > 0)
        out_printf(o, "%*s", n, "");
}

static void
table_head(struct rows *r)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        int used = utf8_width(r->columns[i]);
        struct str name = r->columns[i];
        if (r->screen && used > r->widths[i])
            name = utf8_cut(name, r->widths[i], &used);
        out_safe(r->out, name);
        if (i + 1 < r->n_columns)
            pad(r->out, r->widths[i] - used + 2);
    }
    out_text(r->out, "\n");
}

static void
table_row(struct rows *r, const struct json *row)
{
    struct buf text;
    buf_init(&text, CELL_CAP * 8);
    for (size_t i = 0; i < r->n_columns; i++) {
        buf_reset(&text);
        int used = cell(r, &text, row, i, r->screen ? r->widths[i] : 0);
        out_bytes(r->out, buf_str(&text));
        if (i + 1 < r->n_columns)
            pad(r->out, used < r->widths[i] ? r->widths[i] - used + 2 : 2);
    }
    out_text(r->out, "\n");
    buf_fini(&text);
}

static void
csv_head(struct rows *r)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        if (i)
            out_text(r->out, ",");
        out_csv_field(r->out, r->columns[i], r->raw_csv);
    }
    out_text(r->out, "\r\n");
}

static void
csv_row(struct rows *r, const struct json *row)
{
    struct buf text;
    buf_init(&text, CELL_CAP);
    for (size_t i = 0; i < r->n_columns; i++) {
        buf_reset(&text);
        rows_text(&text, rows_find(row, r->columns[i]));
        if (i)
            out_text(r->out, ",");
        out_csv_field(r->out, buf_str(&text), r->raw_csv);
    }
    out_text(r->out, "\r\n");
    buf_fini(&text);
}

static void
start(struct rows *r, const struct json *list, size_t most)
{
    r->started = true;
    switch (r->format) {
    case CLI_TABLE:
        measure(r, list, most);
        table_head(r);
        break;
    case CLI_CSV:
        csv_head(r);
        break;
    case CLI_JSON:
        out_text(r->out, "[");
        break;
    case CLI_NDJSON:
        break;
    }
}

static void
write_row(struct rows *r, const struct json *row)
{
    switch (r->format) {
    case CLI_TABLE:
        table_row(r, row);
        break;
    case CLI_CSV:
        csv_row(r, row);
        break;
    case CLI_JSON:
        out_text(r->out, r->written ? ",\n  " : "\n  ");
        out_json(r->out, row, false);
        break;
    case CLI_NDJSON:
        out_json(r->out, row, false);
        out_text(r->out, "\n");
        break;
    }
    r->written++;
}

void
rows_write(struct rows *r, const struct json *list, size_t most)
{
    if (!r->started)
        start(r, list, most);
    for (const struct json *row = json_first(list); row && most; row = json_next(row), most--)
        write_row(r, row);
}

void
rows_end(struct rows *r)
{
    if (!r->started)
        start(r, NULL, 0);
    if (r->format == CLI_JSON)
        out_text(r->out, r->written ? "\n]\n" : "]\n");
}

const struct json *
rows_of(const struct json *answer)
{
    static const char *const names[] = {"items", "data"};
    if (json_type(answer) == JSON_ARRAY)
        return answer;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct json *list = json_get(answer, names[i]);
        if (json_type(list) == JSON_ARRAY)
            return list;
    }
    const struct json *only = json_first(answer);
    return json_len(answer) == 1 && json_type(only) == JSON_ARRAY ? only : NULL;
}

void
rows_object(struct out *out, const struct json *object)
{
    struct buf text;
    buf_init(&text, CELL_CAP);
    for (const struct json *j = json_first(object); j; j = json_next(j)) {
        buf_reset(&text);
        rows_text(&text, j);
        out_safe(out, json_key(j));
        pad(out, LABEL_WIDTH - utf8_width(json_key(j)));
        out_text(out, " ");
        out_safe(out, buf_str(&text));
        out_text(out, "\n");
    }
    buf_fini(&text);
}
