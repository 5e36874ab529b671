/*
 * Any bytes into the CSV reader. Places only go forward and lie within the text; what was read,
 * written out in quotes, is read back the same.
 */
#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <stdint.h>

enum { OUT_MAX = 32 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct buf out; /* the rows again, every cell in quotes */
    size_t line, column, text_bytes;
};

static enum err_code
write_quoted(void *ctx, const struct csv_row *row, struct err *err)
{
    (void)err;
    struct seen *s = ctx;
    for (size_t i = 0; i < row->n; i++) {
        const struct csv_cell *cell = &row->cells[i];
        ASSERT(cell->line > s->line || (cell->line == s->line && cell->column > s->column));
        ASSERT(cell->line <= s->text_bytes + 1 && cell->column <= s->text_bytes + 1);
        s->line = cell->line;
        s->column = cell->column;
        buf_add_text(&s->out, i ? ",\"" : "\"");
        for (size_t k = 0; k < cell->text.n; k++) {
            if (cell->text.p[k] == '"')
                buf_add_char(&s->out, '"');
            buf_add_char(&s->out, cell->text.p[k]);
        }
        buf_add_char(&s->out, '"');
    }
    buf_add_char(&s->out, '\n');
    return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen first = {.text_bytes = size};
    struct err err = {.code = ERR_OK};
    if (size > CSV_ROW_BYTES_MAX)
        return 0;
    buf_init(&first.out, OUT_MAX);
    enum err_code code =
        csv_read((struct str){(const char *)data, size}, write_quoted, &first, &err);
    if (code) {
        ASSERT(code == ERR_PARSE || code == ERR_LIMIT);
        ASSERT(utf8_is_safe(str_of(err.msg)) && str_starts(str_of(err.msg), STR("line ")));
    }
    struct seen second = {.text_bytes = first.out.n};
    buf_init(&second.out, OUT_MAX);
    ASSERT(csv_read(buf_str(&first.out), write_quoted, &second, NULL) == ERR_OK);
    ASSERT(str_eq(buf_str(&first.out), buf_str(&second.out)) || !first.out.n);
    buf_fini(&second.out);
    buf_fini(&first.out);
    return 0;
}
