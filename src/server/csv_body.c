#include "server/csv_body.h"

#include "api/values.h"
#include "base/csv.h"
#include "base/utf8.h"

enum { COLUMNS_MAX = 64, FAULTS_MAX = CHECK_MESSAGES_MAX };

struct reader {
    struct call *c;
    const struct field *list;
    struct op element; /* an operation whose body is one element */
    struct json *elements;
    const struct field *columns[COLUMNS_MAX];
    size_t n_columns, rows, faults;
};

static enum err_code __attribute__((format(printf, 5, 6)))
refuse(struct reader *r, const struct csv_cell *at, struct err *err, const char *ref,
       const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str what = arena_vprintf(r->c->arena, fmt, ap);
    va_end(ap);
    r->faults++;
    return call_refuse(r->c, err, ERR_INVALID, ref, "line %zu, column %zu: %.*s", at->line,
                       at->column, STR_ARG(what));
}

/* ---- the header ---- */

static enum err_code
take_name(struct reader *r, const struct csv_cell *cell, struct err *err)
{
    const struct field *f = field_find(r->element.body, cell->text);
    if (!f)
        return refuse(r, cell, err, NULL, "there is no such column");
    for (size_t i = 0; i < r->n_columns; i++)
        if (r->columns[i] == f)
            return refuse(r, cell, err, NULL, "the column %s is there twice", f->name);
    if (r->n_columns == COLUMNS_MAX)
        return refuse(r, cell, err, NULL, "too many columns");
    r->columns[r->n_columns++] = f;
    return ERR_OK;
}

static enum err_code
take_header(struct reader *r, const struct csv_row *row, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < row->n && !rc; i++)
        rc = take_name(r, &row->cells[i], err);
    return rc;
}

/* ---- elements ---- */

static bool
take_cell(struct reader *r, struct values *v, const struct field *f, const struct csv_cell *cell,
          struct err *err)
{
    struct err why = {.code = ERR_OK};
    if (!cell->text.n)
        return true;
    if (!utf8_valid(cell->text) || memchr(cell->text.p, 0, cell->text.n))
        (void)refuse(r, cell, err, NULL, "%s is not UTF-8 text", f->name);
    else if (values_set_text(v, str_of(f->name), cell->text, &why))
        (void)refuse(r, cell, err, NULL, "%s", why.msg);
    else
        return true;
    return false;
}

/* Where the message's member stands; the row's start for one that has no column. */
static const struct csv_cell *
place_of(const struct reader *r, const struct csv_row *row, struct str message)
{
    struct str each = STR("each value in ");
    if (str_starts(message, each))
        message = str_sub(message, each.n, message.n);
    for (size_t i = 0; i < r->n_columns; i++) {
        struct str name = str_of(r->columns[i]->name);
        if (str_starts(message, name) && message.n > name.n && strchr(" .", message.p[name.n]))
            return &row->cells[i];
    }
    return &row->cells[0];
}

static void
check_element(struct reader *r, const struct values *v, const struct csv_row *row, struct err *err)
{
    struct check *check = ARENA_NEW(r->c->arena, struct check);
    check_init(check, r->c->arena);
    (void)values_check(v, check);
    for (size_t i = 0; i < check->n; i++)
        (void)refuse(r, place_of(r, row, check->messages[i]), err, check->ref, "%.*s",
                     STR_ARG(check->messages[i]));
}

static void
take_element(struct reader *r, const struct csv_row *row, struct err *err)
{
    struct values *v = values_new(&r->element);
    bool good = true;
    for (size_t i = 0; i < row->n; i++)
        good = take_cell(r, v, r->columns[i], &row->cells[i], err) && good;
    if (good)
        check_element(r, v, row, err);
    json_push(r->elements, v->body ? json_copy(v->body) : json_new_object());
    values_free(v);
}

static enum err_code
take_row(void *ctx, const struct csv_row *row, struct err *err)
{
    struct reader *r = ctx;
    if (!r->n_columns)
        return take_header(r, row, err);
    if (r->list->flags & FIELD_HAS_MAX && (int64_t)r->rows == r->list->max)
        return refuse(r, &row->cells[0], err, NULL, "more than %lld %s", (long long)r->list->max,
                      r->list->name);
    r->rows++;
    if (row->n == r->n_columns)
        take_element(r, row, err);
    else
        (void)refuse(r, &row->cells[0], err, NULL, "%zu cell(s), but the header has %zu", row->n,
                     r->n_columns);
    return r->faults < FAULTS_MAX ? ERR_OK : err->code;
}

enum err_code
csv_body_read(struct call *c, struct str text, struct err *err)
{
    struct err why = {.code = ERR_OK};
    struct reader *r = ARENA_NEW(c->arena, struct reader);
    *r = (struct reader){.c = c, .list = op_list(c->op), .element = {.name = c->op->name}};
    r->element.body = r->list->fields;
    r->elements = json_new_array();
    enum err_code rc = csv_read(text, take_row, r, &why);
    c->body = json_new_object();
    json_set(c->body, str_of(r->list->name), r->elements);
    if (rc && (rc == ERR_PARSE || rc == ERR_LIMIT))
        return call_refuse(c, err, ERR_INVALID, NULL, "%s", why.msg);
    if (rc || r->faults) {
        *err = why;
        return rc ? rc : ERR_INVALID;
    }
    return ERR_OK;
}
