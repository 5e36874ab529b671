/* Rows of a file checked against the operation that would create them. */
#include "cli/import.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <stdio.h>

enum { FILE_MAX = 16 * 1024 * 1024, ROW_CAP = 64 * 1024 * 1024, SAY_MAX = 1024, NAME_MAX = 128 };

/* What a column, or a member of an object, is to the operation. */
enum use {
    USE_UNKNOWN,
    USE_VALUE,  /* a member of the body */
    USE_TENANT, /* the tenant to create it in */
    USE_REPLY,  /* the service sets it: an export holds it */
};

struct column {
    struct str name;
    enum use use;
};

struct pass {
    struct import *im;
    const struct op *op;
    struct column columns[CSV_CELLS_MAX];
    size_t n;
    bool headed, noted; /* the header was read; what is left out was said */
    import_row_fn *fn;
    void *ctx;
};

void
import_say(const struct import *im, size_t line, size_t column, struct str text)
{
    cli_say(im->cli, "%.*s:%zu:%zu: %.*s", STR_ARG(im->name), line, column, STR_ARG(text));
}

enum err_code
import_open(struct import *im, struct cli *cli, const struct import_kind *kind, struct str path,
            struct err *err)
{
    bool standard = str_eq(path, STR("-"));
    *im =
        (struct import){.cli = cli, .kind = kind, .name = standard ? STR("standard input") : path};
    map_init(&im->lines);
    arena_init(&im->arena, ROW_CAP);
    return cli_text_argument(cli, arena_printf(&cli->arena, "@%.*s", STR_ARG(path)), &im->text,
                             err);
}

void
import_close(struct import *im)
{
    map_fini(&im->lines);
    arena_fini(&im->arena);
}

static enum use
use_of(const struct pass *p, struct str name)
{
    const struct op *op = p->op;
    enum values_place place;
    char in_list[NAME_MAX + 3] = "";
    if (!name.n || name.n > NAME_MAX)
        return USE_UNKNOWN;
    snprintf(in_list, sizeof in_list, "0.%.*s", STR_ARG(name));
    if (values_field(op, op->flags & OPF_BODY_ARRAY ? str_of(in_list) : name, &place) &&
        place == VALUES_BODY)
        return USE_VALUE;
    if (str_eq(name, STR("tenantId")) && (op->ctx & CTX_TENANT))
        return USE_TENANT;
    struct str first, rest = name;
    bool named = str_next(&rest, '.', &first);
    const struct field *listed = op_get(p->im->kind->find)->reply; /* as exports have it */
    return named && (field_find(op->reply, first) || field_find(listed, first)) ? USE_REPLY
                                                                                : USE_UNKNOWN;
}

/* ---- one row ---- */

struct cell {
    struct str name;
    size_t line, column;
};

/* A row as it grows: `cells` say where its members stand. */
struct draft {
    struct pass *pass;
    struct import_row row;
    struct cell cells[CSV_CELLS_MAX];
    size_t n;
    bool faulty;
};

static void draft_fault(struct draft *d, size_t line, size_t column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
draft_fault(struct draft *d, size_t line, size_t column, const char *fmt, ...)
{
    va_list ap;
    d->faulty = true;
    va_start(ap, fmt);
    struct str text = arena_vprintf(&d->pass->im->arena, fmt, ap);
    va_end(ap);
    if (!d->pass->im->quiet)
        import_say(d->pass->im, line, column, text);
}

static struct str
name_in_body(const struct pass *p, struct str name)
{
    if (!(p->op->flags & OPF_BODY_ARRAY))
        return name;
    return arena_printf(&p->im->arena, "0.%.*s", STR_ARG(name));
}

static void
draft_begin(struct draft *d, struct pass *pass, size_t line, size_t column)
{
    arena_reset(&pass->im->arena);
    *d = (struct draft){.pass = pass};
    d->row.op = pass->op;
    d->row.values = values_new(pass->op);
    d->row.line = line;
    d->row.column = column;
}

/* Whether this is what the service says of the value in this cell. */
static bool
says_of(const struct draft *d, const struct cell *cell, struct str message)
{
    struct check check;
    enum values_place place;
    struct str name = name_in_body(d->pass, cell->name);
    const struct field *field = values_field(d->pass->op, name, &place);
    check_init(&check, &d->pass->im->arena);
    if (!field || check_field(&check, field, values_get(d->row.values, name)))
        return false;
    for (size_t i = 0; i < check.n; i++) {
        if (str_eq(check.messages[i], message))
            return true;
    }
    return false;
}

/* Where the message's member stands: most messages begin with its name. */
static const struct cell *
cell_of(const struct draft *d, struct str message)
{
    for (size_t i = 0; i < d->n; i++) {
        struct str rest = str_sub(message, d->cells[i].name.n, SIZE_MAX);
        if (str_starts(message, d->cells[i].name) && (!rest.n || strchr(" .", rest.p[0])))
            return &d->cells[i];
    }
    for (size_t i = 0; i < d->n; i++) {
        if (says_of(d, &d->cells[i], message))
            return &d->cells[i];
    }
    return NULL;
}

static void
check_values(struct draft *d)
{
    struct check check;
    struct import *im = d->pass->im;
    check_init(&check, &im->arena);
    if (values_check(d->row.values, &check))
        return;
    for (size_t i = 0; i < check.n; i++) {
        struct str message = check.messages[i];
        if ((d->pass->op->flags & OPF_BODY_ARRAY) && str_starts(message, STR("0.")))
            message = str_sub(message, 2, SIZE_MAX);
        const struct cell *cell = cell_of(d, message);
        draft_fault(d, cell ? cell->line : d->row.line, cell ? cell->column : d->row.column, "%.*s",
                    STR_ARG(message));
    }
}

static void
check_key(struct draft *d)
{
    struct import *im = d->pass->im;
    struct str key = str_of(im->kind->key);
    d->row.key = json_str(values_get(d->row.values, name_in_body(d->pass, key)));
    if (!d->row.key.n) {
        draft_fault(d, d->row.line, d->row.column, "%s is needed: it tells one %s from another",
                    im->kind->key, im->kind->one);
        return;
    }
    struct str id =
        arena_printf(&im->arena, "%.*s %.*s", STR_ARG(d->row.tenant), STR_ARG(d->row.key));
    uintptr_t before = (uintptr_t)map_get(&im->lines, id);
    const struct cell *cell = cell_of(d, key);
    if (before)
        draft_fault(d, cell ? cell->line : d->row.line, cell ? cell->column : d->row.column,
                    "%s is on line %zu already", im->kind->key, (size_t)before);
    else
        map_put(&im->lines, id, (void *)(uintptr_t)d->row.line);
}

/* False if whoever takes the rows wants no more. */
static bool
draft_end(struct draft *d)
{
    struct pass *p = d->pass;
    bool more = true;
    if (!d->faulty)
        check_values(d);
    if (!d->faulty)
        check_key(d);
    p->im->rows++;
    p->im->faulty += d->faulty;
    if (!d->faulty && p->fn)
        more = p->fn(p->ctx, &d->row);
    values_free(d->row.values);
    return more;
}

/* ---- CSV ---- */

static enum err_code
check_column(const struct pass *p, size_t i, const struct csv_cell *cell, struct err *err)
{
    const struct column *c = &p->columns[i];
    if (c->use == USE_UNKNOWN)
        return err_set(
            err, ERR_USAGE,
            "%.*s:%zu:%zu: there is no column \"%.*s\"; gatehouse operations %s lists them",
            STR_ARG(p->im->name), cell->line, cell->column, STR_ARG(c->name), p->op->name);
    for (size_t k = 0; k < i; k++) {
        if (str_eq(p->columns[k].name, c->name))
            return err_set(err, ERR_USAGE, "%.*s:%zu:%zu: the column %.*s is there twice",
                           STR_ARG(p->im->name), cell->line, cell->column, STR_ARG(c->name));
    }
    return ERR_OK;
}

static enum err_code
take_header(struct pass *p, const struct csv_row *row, struct err *err)
{
    struct buf left_out;
    enum err_code code = ERR_OK;
    buf_init(&left_out, SAY_MAX);
    for (size_t i = 0; i < row->n && !code; i++) {
        struct column *c = &p->columns[i];
        c->name = arena_str(&p->im->cli->arena, row->cells[i].text);
        c->use = use_of(p, c->name);
        code = check_column(p, i, &row->cells[i], err);
        if (c->use == USE_REPLY)
            buf_printf(&left_out, "%s%.*s", left_out.n ? ", " : "", STR_ARG(c->name));
    }
    if (!code && left_out.n && !p->im->quiet)
        cli_say(p->im->cli, "left out, since the service sets them: %s", left_out.p);
    buf_fini(&left_out);
    p->n = row->n;
    p->headed = true;
    return code;
}

/* An export puts ' before what a spreadsheet would execute. */
static struct str
unprotected(struct str text)
{
    return text.n > 1 && text.p[0] == '\'' && strchr("=+-@", text.p[1]) ? str_sub(text, 1, text.n)
                                                                        : text;
}

static void
take_cell(struct draft *d, const struct column *column, const struct csv_cell *cell)
{
    struct err err;
    struct str text = unprotected(cell->text);
    d->cells[d->n++] = (struct cell){column->name, cell->line, cell->column};
    if (!utf8_valid(text) || memchr(text.p, 0, text.n))
        draft_fault(d, cell->line, cell->column, "%.*s is not UTF-8 text", STR_ARG(column->name));
    else if (column->use == USE_TENANT)
        d->row.tenant = text;
    else if (values_set_text(d->row.values, name_in_body(d->pass, column->name), text, &err))
        draft_fault(d, cell->line, cell->column, "%s", err.msg);
}

static enum err_code
take_csv_row(void *ctx, const struct csv_row *row, struct err *err)
{
    struct pass *p = ctx;
    struct draft d;
    if (!p->headed)
        return take_header(p, row, err);
    draft_begin(&d, p, row->cells[0].line, row->cells[0].column);
    if (row->n != p->n)
        draft_fault(&d, d.row.line, d.row.column, "%zu %s, but the header has %zu", row->n,
                    row->n == 1 ? "cell" : "cells", p->n);
    for (size_t i = 0; i < row->n && !d.faulty; i++) {
        bool used = p->columns[i].use == USE_VALUE || p->columns[i].use == USE_TENANT;
        if (used && row->cells[i].text.n)
            take_cell(&d, &p->columns[i], &row->cells[i]);
    }
    return draft_end(&d) ? ERR_OK : err_set(err, ERR_CANCELLED, "ended");
}

static enum err_code
each_csv(struct pass *p, struct err *err)
{
    enum err_code code = csv_read(p->im->text, take_csv_row, p, err);
    if ((code == ERR_PARSE || code == ERR_LIMIT) && err)
        err_prefix(err, "%.*s", STR_ARG(p->im->name));
    return code;
}

/* ---- JSON ---- */

static bool
take_object(struct pass *p, const struct json *object, size_t line)
{
    struct draft d;
    struct err err;
    draft_begin(&d, p, line, 1);
    if (json_type(object) != JSON_OBJECT)
        draft_fault(&d, line, 1, "is not an object");
    for (const struct json *j = json_first(object); j && !d.faulty; j = json_next(j)) {
        struct str name = json_key(j);
        enum use use = use_of(p, name);
        if (use == USE_TENANT)
            d.row.tenant = json_str(j);
        else if (use == USE_UNKNOWN)
            draft_fault(&d, line, 1, "there is no member \"%.*s\"", STR_ARG(name));
        else if (use == USE_VALUE &&
                 values_set(d.row.values, name_in_body(p, name), json_copy(j), &err))
            draft_fault(&d, line, 1, "%s", err.msg);
    }
    return draft_end(&d);
}

static enum err_code
each_element(struct pass *p, struct err *err)
{
    struct json *list = json_parse(p->im->text, FILE_MAX, err);
    if (!list) {
        err_prefix(err, "%.*s", STR_ARG(p->im->name));
        return ERR_PARSE;
    }
    bool more = true;
    size_t number = 1;
    for (const struct json *j = json_first(list); j && more; j = json_next(j))
        more = take_object(p, j, number++);
    json_free(list);
    return more ? ERR_OK : err_set(err, ERR_CANCELLED, "ended");
}

static enum err_code
each_line(struct pass *p, struct err *err)
{
    struct str rest = p->im->text, line;
    bool more = true;
    for (size_t number = 1; more && str_next(&rest, '\n', &line); number++) {
        if (!str_trim(line).n)
            continue;
        struct err fault;
        struct json *object = json_parse(line, FILE_MAX, &fault);
        if (object) {
            more = take_object(p, object, number);
            json_free(object);
            continue;
        }
        struct draft d;
        draft_begin(&d, p, number, 1);
        draft_fault(&d, number, 1, "%s", fault.msg);
        more = draft_end(&d);
    }
    return more ? ERR_OK : err_set(err, ERR_CANCELLED, "ended");
}

enum err_code
import_each(struct import *im, import_row_fn *fn, void *ctx, struct err *err)
{
    struct pass *p = mem_new(1, sizeof *p);
    *p = (struct pass){.im = im, .op = op_get(im->kind->create), .fn = fn, .ctx = ctx};
    map_fini(&im->lines);
    map_init(&im->lines);
    im->rows = im->faulty = 0;
    struct str start = str_trim(im->text);
    enum err_code code;
    if (!start.n)
        code = err_set(err, ERR_USAGE, "%.*s is empty", STR_ARG(im->name));
    else if (str_starts(start, STR("[")))
        code = each_element(p, err);
    else if (str_starts(start, STR("{")))
        code = each_line(p, err);
    else
        code = each_csv(p, err);
    mem_free(p);
    return code;
}
