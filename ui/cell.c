#include "ui/cell.h"
#include "base/clock.h"
#include "base/script.h"

enum { CELL_TEXT_MAX = 16384, ID_SHOWN = 8, ID_WHOLE = 14 };

/* "name=domain": the first element whose member is so. */
static const struct json *
element_with(const struct json *list, struct str part)
{
    ptrdiff_t sign = str_find_char(part, '=');
    if (sign < 0)
        return NULL;
    struct str name = str_sub(part, 0, (size_t)sign);
    struct str want = str_sub(part, (size_t)sign + 1, part.n);
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (str_eq(json_str(json_get_str(it, name)), want))
            return it;
    return NULL;
}

const struct json *
cell_value(const struct json *row, const char *path)
{
    struct str rest = str_of(path), part;
    const struct json *at = row;
    while (at && str_next(&rest, '.', &part)) {
        uint64_t index;
        if (json_type(at) == JSON_ARRAY && str_to_u64(part, &index))
            at = json_at(at, (size_t)index);
        else if (json_type(at) == JSON_ARRAY)
            at = element_with(at, part);
        else
            at = json_get_str(at, part);
    }
    return at;
}

struct str
cell_str(const struct json *row, const char *path)
{
    return path ? json_str(cell_value(row, path)) : STR_ABSENT;
}

void
cell_raw(const struct json *value, struct buf *out)
{
    if (json_is_null(value))
        return;
    if (json_type(value) == JSON_STRING)
        buf_add_str(out, json_str(value));
    else
        json_write(value, out);
}

void
cell_age(int64_t then_ms, struct buf *out)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{INT64_C(31557600000), "y"},
                 {INT64_C(86400000), "d"},
                 {3600000, "h"},
                 {60000, "min"},
                 {1000, "s"}};
    int64_t age = clock_now_ms() - then_ms;
    bool future = age < 0;
    if (future)
        age = -age;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (age < units[i].ms)
            continue;
        buf_printf(out, "%s%lld %s", future ? "in " : "", (long long)(age / units[i].ms),
                   units[i].unit);
        return;
    }
    buf_add_text(out, "now");
}

static void
format_time(const struct json *value, enum format format, enum cell_style style, struct buf *out)
{
    int64_t ms;
    if (style == CELL_PLAIN || !clock_parse(json_str(value), &ms)) {
        cell_raw(value, out);
        return;
    }
    char text[CLOCK_TEXT_SIZE];
    if (style == CELL_LIST && format == FMT_AGO) {
        cell_age(ms, out);
        return;
    }
    buf_add_text(out, clock_format_local(ms, text));
    if (format == FMT_AGO) {
        buf_add_text(out, " (");
        cell_age(ms, out);
        bool now = str_ends(buf_str(out), STR("now"));
        buf_add_text(out, now || ms > clock_now_ms() ? ")" : " ago)");
    }
}

static void
format_flag(const struct json *value, bool good_when, enum cell_style style, struct buf *out,
            enum role *role)
{
    bool on;
    if (!json_to_bool(value, &on)) {
        cell_raw(value, out);
        return;
    }
    if (style == CELL_PLAIN) {
        buf_add_text(out, on ? "true" : "false");
        return;
    }
    buf_add_text(out, on ? "yes" : "no");
    if (on)
        *role = good_when ? ROLE_GOOD : ROLE_BAD;
}

static void
format_keys(const struct column *col, const struct json *value, struct buf *out)
{
    const char *separator = "";
    for (const struct json *it = json_first(value); it; it = json_next(it)) {
        if (out->n > CELL_TEXT_MAX / 2)
            break;
        buf_add_text(out, separator);
        cell_raw(col->sub && json_type(it) == JSON_OBJECT ? cell_value(it, col->sub) : it, out);
        separator = ", ";
    }
}

static void
format_id(struct str id, enum cell_style style, struct buf *out)
{
    bool whole = style != CELL_LIST || id.n <= ID_WHOLE;
    buf_add_str(out, whole ? id : str_sub(id, 0, ID_SHOWN));
}

static void
format_count(const struct json *value, struct buf *out)
{
    enum json_type type = json_type(value);
    if (type == JSON_ARRAY || type == JSON_OBJECT)
        buf_add_i64(out, (int64_t)json_len(value));
    else
        cell_raw(value, out);
}

void
cell_format(const struct resource *res, const struct column *col, const struct json *row,
            enum cell_style style, struct buf *out, enum role *role)
{
    const struct json *value = cell_value(row, col->field);
    switch (col->format) {
    case FMT_TEXT:
        cell_raw(value, out);
        if (style != CELL_PLAIN && script_mixes(json_str(value), NULL, NULL))
            *role = ROLE_WARN;
        return;
    case FMT_ID:
        format_id(json_str(value), style, out);
        return;
    case FMT_YESNO:
        format_flag(value, true, style, out, role);
        return;
    case FMT_NOYES:
        format_flag(value, false, style, out, role);
        return;
    case FMT_AGO:
    case FMT_DATE:
        format_time(value, col->format, style, out);
        return;
    case FMT_COUNT:
        format_count(value, out);
        return;
    case FMT_KEYS:
        format_keys(col, value, out);
        return;
    case FMT_JSON:
        cell_raw(value, out);
        return;
    case FMT_STATE:
        if (res && res->state)
            buf_add_str(out, res->state(row, role));
        return;
    case FMT_CALL:
        col->call(row, row, out);
        return;
    }
}
