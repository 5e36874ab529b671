/*
 * libcsv behind a row at a time. It is fed byte by byte, since it does not say where it is and a
 * fault without its place helps nobody.
 */
#include "base/csv.h"
#include "base/buf.h"
#include "base/mem.h"
#include <csv.h>

struct reader {
    csv_row_fn *fn;
    void *ctx;
    struct err *err;
    enum err_code code;
    struct buf bytes; /* of the row's cells, one after the other */
    struct csv_cell cells[CSV_CELLS_MAX];
    size_t n;
    size_t line, column;             /* of the byte being read */
    size_t start_line, start_column; /* of the cell being read */
    bool begun;                      /* a cell of this row has */
};

static enum err_code
fault(struct reader *r, enum err_code code, const char *what)
{
    r->code =
        err_set(r->err, code, "line %zu, column %zu: %s", r->start_line, r->start_column, what);
    return r->code;
}

static void
on_cell(void *text, size_t n, void *ctx)
{
    struct reader *r = ctx;
    if (r->code)
        return;
    if (r->n == CSV_CELLS_MAX) {
        fault(r, ERR_LIMIT, "too many columns");
        return;
    }
    r->cells[r->n++] = (struct csv_cell){{NULL, n}, r->start_line, r->start_column};
    buf_add(&r->bytes, text, n);
    if (r->bytes.failed)
        fault(r, ERR_LIMIT, "the row is too long");
    r->start_line = r->line;
    r->start_column = r->column + 1;
}

/* The bytes may have moved while they grew, so cells get their texts only now. */
static void
on_row(int end, void *ctx)
{
    (void)end;
    struct reader *r = ctx;
    size_t at = 0;
    for (size_t i = 0; i < r->n; i++) {
        r->cells[i].text.p = r->bytes.p ? r->bytes.p + at : "";
        at += r->cells[i].text.n;
    }
    if (!r->code)
        r->code = r->fn(r->ctx, &(struct csv_row){r->cells, r->n}, r->err);
    r->n = 0;
    buf_reset(&r->bytes);
    r->begun = false;
}

static void *
grow(void *p, size_t n)
{
    return mem_resize(p, n, 1);
}

static void
step(struct reader *r, char c, bool line_ends)
{
    if (line_ends) {
        r->line++;
        r->column = 1;
    } else if (((unsigned char)c & 0xC0) != 0x80) {
        r->column++;
    }
    if (!r->begun) { /* the row starts with what comes next, after line ends and space */
        r->start_line = r->line;
        r->start_column = r->column;
    }
}

static void
read_bytes(struct reader *r, struct csv_parser *parser, struct str text)
{
    for (size_t i = 0; i < text.n && !r->code; i++) {
        char c = text.p[i];
        if (!strchr(" \t\r\n", c) || !c)
            r->begun = true;
        if (csv_parse(parser, &c, 1, on_cell, on_row, r) != 1 && !r->code)
            fault(r, ERR_PARSE,
                  "a quote out of place; write \"\" for a quote inside a quoted cell");
        bool crlf = c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n';
        step(r, c, c == '\n' || (c == '\r' && !crlf));
    }
}

enum err_code
csv_read(struct str text, csv_row_fn *fn, void *ctx, struct err *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    struct csv_parser parser;
    struct reader r = {.fn = fn,
                       .ctx = ctx,
                       .err = err,
                       .line = 1,
                       .column = 1,
                       .start_line = 1,
                       .start_column = 1};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI))
        return err_set(err, ERR_INTERNAL, "the CSV reader cannot start");
    csv_set_realloc_func(&parser, grow);
    csv_set_free_func(&parser, mem_free);
    buf_init(&r.bytes, CSV_ROW_BYTES_MAX);
    read_bytes(&r, &parser, str_starts(text, STR(mark)) ? str_sub(text, 3, text.n) : text);
    if (!r.code && csv_fini(&parser, on_cell, on_row, &r) && !r.code)
        fault(&r, ERR_PARSE, "a quoted cell begins here and never ends");
    buf_fini(&r.bytes);
    csv_free(&parser);
    return r.code;
}
