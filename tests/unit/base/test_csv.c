#include "base/csv.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tests/support/unit.h"

/* Rows as text: [line:column cell|line:column cell] */
static enum err_code
write_row(void *ctx, const struct csv_row *row, struct err *err)
{
    struct buf *b = ctx;
    buf_add_char(b, '[');
    for (size_t i = 0; i < row->n; i++) {
        buf_printf(b, "%s%zu:%zu ", i ? "|" : "", row->cells[i].line, row->cells[i].column);
        buf_add_str(b, row->cells[i].text);
    }
    buf_add_char(b, ']');
    if (row->n && str_eq(row->cells[0].text, STR("stop")))
        return err_set(err, ERR_CANCELLED, "stopped");
    return ERR_OK;
}

static void
check(struct str text, enum err_code code, const char *rows, const char *message)
{
    struct buf b;
    struct err err = {.code = ERR_OK};
    buf_init(&b, 1 << 16);
    assert_int_equal(csv_read(text, write_row, &b, &err), code);
    assert_string_equal(b.n ? b.p : "", rows);
    assert_string_equal(err.msg, message);
    buf_fini(&b);
}

static void
rows_come_with_their_places(void **state)
{
    (void)state;
    check(STR(""), ERR_OK, "", "");
    check(STR("a,b\n1,2\n"), ERR_OK, "[1:1 a|1:3 b][2:1 1|2:3 2]", "");
    check(STR("a,b\r\n1,2"), ERR_OK, "[1:1 a|1:3 b][2:1 1|2:3 2]", "");
    check(STR("a\rb\r"), ERR_OK, "[1:1 a][2:1 b]", "");
    check(STR(",\n"), ERR_OK, "[1:1 |1:2 ]", "");
    check(STR("\xEF\xBB\xBF"
              "a,b"),
          ERR_OK, "[1:1 a|1:3 b]", "");
    check(STR("\xC3\xA9t\xC3\xA9,b"), ERR_OK, "[1:1 \xC3\xA9t\xC3\xA9|1:5 b]", "");
}

static void
empty_lines_are_counted_but_are_no_rows(void **state)
{
    (void)state;
    check(STR("\n\n  \n  a,b\n\n1\n"), ERR_OK, "[4:3 a|4:5 b][6:1 1]", "");
    check(STR("\r\n\r\na"), ERR_OK, "[3:1 a]", "");
}

static void
quoted_cells_hold_anything(void **state)
{
    (void)state;
    check(STR("\"a,\"\"b\"\"\",\" c \"\n"), ERR_OK, "[1:1 a,\"b\"|1:11  c ]", "");
    check(STR("\"two\nlines\",x\ny"), ERR_OK, "[1:1 two\nlines|2:8 x][3:1 y]", "");
    check(STR("\"\",\"\"\n"), ERR_OK, "[1:1 |1:4 ]", "");
}

static void
quotes_out_of_place_are_named_with_their_cell(void **state)
{
    (void)state;
    check(STR("a,b\n1,x\"y\n2,3\n"), ERR_PARSE, "[1:1 a|1:3 b]",
          "line 2, column 3: a quote out of place; write \"\" for a quote inside a quoted cell");
    check(STR("a\n\"b\"c\n"), ERR_PARSE, "[1:1 a]",
          "line 2, column 1: a quote out of place; write \"\" for a quote inside a quoted cell");
    check(STR("a\nb,\"c\n"), ERR_PARSE, "[1:1 a]",
          "line 2, column 3: a quoted cell begins here and never ends");
}

static void
rows_have_limits(void **state)
{
    (void)state;
    struct buf text;
    struct err err = {.code = ERR_OK};
    struct buf rows;
    buf_init(&text, CSV_ROW_BYTES_MAX + 16);
    buf_init(&rows, 4096);
    for (size_t i = 0; i < CSV_CELLS_MAX; i++)
        buf_add_char(&text, ',');
    assert_int_equal(csv_read(buf_str(&text), write_row, &rows, &err), ERR_LIMIT);
    assert_string_equal(err.msg, "line 1, column 257: too many columns");
    buf_reset(&text);
    for (size_t i = 0; i <= CSV_ROW_BYTES_MAX; i++)
        buf_add_char(&text, 'a');
    assert_int_equal(csv_read(buf_str(&text), write_row, &rows, &err), ERR_LIMIT);
    assert_string_equal(err.msg, "line 1, column 1: the row is too long");
    assert_int_equal(rows.n, 0);
    buf_fini(&rows);
    buf_fini(&text);
}

static void
the_reader_of_the_rows_can_end_it(void **state)
{
    (void)state;
    check(STR("a\nstop\nb\n"), ERR_CANCELLED, "[1:1 a][2:1 stop]", "stopped");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_with_their_places),
        cmocka_unit_test(empty_lines_are_counted_but_are_no_rows),
        cmocka_unit_test(quoted_cells_hold_anything),
        cmocka_unit_test(quotes_out_of_place_are_named_with_their_cell),
        cmocka_unit_test(rows_have_limits),
        cmocka_unit_test(the_reader_of_the_rows_can_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
