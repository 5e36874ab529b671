#include "base/ini.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <stdio.h>

enum { ARENA_CAP = 2 << 20 };

struct fixture {
    struct arena a;
    struct ini ini;
    struct err err;
};

static int
setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    arena_init(&f->a, ARENA_CAP);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->a);
    mem_free(f);
    return 0;
}

static void
an_empty_file_has_no_items(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"",         "\n\n",         "# only\n; comments",
                                        "  \t\r\n", "\xef\xbb\xbf", "[a]"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(ini_parse(&f->ini, str_of(texts[i]), "x", &f->a, &f->err), ERR_OK);
        assert_int_equal(f->ini.n, 0);
    }
    assert_int_equal(ini_parse(&f->ini, STR_ABSENT, "x", &f->a, &f->err), ERR_OK);
    assert_false(str_given(ini_get(&f->ini, STR(""), STR("a"))));
    assert_null(ini_find(&f->ini, STR(""), STR("a")));
}

static void
items_are_found(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "\xef\xbb\xbf"
                               "top = level\r\n"
                               "# a comment = no item\n"
                               "[profile  work ]\n"
                               "  url =  https://x/?a=b#c ; d  \n"
                               "client-id=7\n"
                               "empty =\n"
                               "quoted = \" a \\\"b\\\" \\\\ \"\n"
                               "\n"
                               "[roles]\n"
                               "row.selected = white on blue bold\n"
                               "row.selected = black\n"
                               "[ profile\twork]\n"
                               "url = second";
    assert_int_equal(ini_parse(&f->ini, STR(text), "x", &f->a, &f->err), ERR_OK);
    assert_str(ini_get(&f->ini, STR(""), STR("top")), "level");
    assert_str(ini_get(&f->ini, STR("profile work"), STR("url")), "second");
    assert_str(ini_get(&f->ini, STR("profile work"), STR("client-id")), "7");
    assert_str(ini_get(&f->ini, STR("profile work"), STR("empty")), "");
    assert_str(ini_get(&f->ini, STR("profile work"), STR("quoted")), " a \"b\" \\ ");
    assert_str(ini_get(&f->ini, STR("roles"), STR("row.selected")), "black");
    assert_false(str_given(ini_get(&f->ini, STR("roles"), STR("url"))));
    assert_int_equal(f->ini.n, 8);
    assert_str(f->ini.items[1].value, "https://x/?a=b#c ; d");
    assert_int_equal(f->ini.items[1].line, 4);
    assert_int_equal(f->ini.items[1].column, 10);
    const struct ini_item *item = ini_find(&f->ini, STR("roles"), STR("row.selected"));
    assert_int_equal(item->line, 11);
    assert_int_equal(item->column, 16);
}

static void
faults_name_line_and_column(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *msg;
    } bad[] = {
        {"a = 1\n\nkey", "c.ini:3:4: expected '=' after the key"},
        {"  key : 1", "c.ini:1:7: expected '=' after the key"},
        {"key name = 1", "c.ini:1:5: expected '=' after the key"},
        {"= 1", "c.ini:1:1: expected a key, a [section] or a comment"},
        {"[a]\n  ?", "c.ini:2:3: expected a key, a [section] or a comment"},
        {"[a", "c.ini:1:3: expected ']' at the end of the line"},
        {"[a] x", "c.ini:1:6: expected ']' at the end of the line"},
        {"[]", "c.ini:1:2: expected the name of a section"},
        {"[ ]", "c.ini:1:3: expected the name of a section"},
        {"[", "c.ini:1:2: expected ']' at the end of the line"},
        {"[a:b]", "c.ini:1:3: unexpected character in the name of a section"},
        {"[a b]c]", "c.ini:1:5: unexpected bracket in the name of a section"},
        {"k = \"abc", "c.ini:1:5: the quote is not closed"},
        {"k = \"", "c.ini:1:5: the quote is not closed"},
        {"k = \"a\" b", "c.ini:1:8: unexpected text after the closing quote"},
        {"k = \"a\\n\"", "c.ini:1:7: expected \\\" or \\\\"},
        {"k = \"a\\", "c.ini:1:7: expected \\\" or \\\\"},
        {"k = \xc3\xa4\xc3\xa4\xff", "c.ini:1:7: not valid UTF-8"},
        {"k = \x1b[2J", "c.ini:1:5: control character"},
        {"k = a\rb", "c.ini:1:6: control character"},
        {"# comment \x07", "c.ini:1:11: control character"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        f->ini.n = 99;
        assert_int_equal(ini_parse(&f->ini, str_of(bad[i].text), "c.ini", &f->a, &f->err),
                         ERR_CONFIG);
        assert_string_equal(f->err.msg, bad[i].msg);
        assert_int_equal(f->ini.n, 0);
        assert_int_equal(ini_parse(&f->ini, str_of(bad[i].text), "c.ini", &f->a, NULL), ERR_CONFIG);
    }
    assert_int_equal(ini_parse(&f->ini, STR("k = a\0b"), "c", &f->a, &f->err), ERR_CONFIG);
    assert_string_equal(f->err.msg, "c:1:6: control character");
}

static void
sizes_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "k = %0*d", 4092, 0);
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_OK);
    buf_add_char(&b, '0');
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_CONFIG);
    assert_string_equal(f->err.msg, "x:1:1: the line is longer than 4096 bytes");
    buf_reset(&b);
    while (b.n < 256 * 1024)
        buf_add_text(&b, "################################################################\n");
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_CONFIG);
    assert_string_equal(f->err.msg, "x: longer than 256 KiB");
    buf_fini(&b);
}

static void
the_promised_arena_is_enough(void **state)
{
    struct fixture *f = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 4096; i++)
        buf_add_text(&b, i % 64 ? "k = v\n" : "[a-section with-a-long-name-of-its-own]\n");
    size_t before = f->a.used;
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_OK);
    buf_add_text(&b, "k = v\n");
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_CONFIG);
    assert_string_equal(f->err.msg, "x:4097:1: more than 4096 entries");
    assert_true(f->a.used - before <= ARENA_CAP);
    buf_reset(&b);
    for (int i = 0; i < 4096; i++)
        buf_printf(&b, "[s %055d]\n", i);
    arena_reset(&f->a);
    assert_int_equal(ini_parse(&f->ini, buf_str(&b), "x", &f->a, &f->err), ERR_OK);
    buf_fini(&b);
}

static void
files_are_read(void **state)
{
    struct fixture *f = *state;
    const char *path = unit_tmp_path("config.ini");
    assert_int_equal(ini_read(&f->ini, path, &f->a, &f->err), ERR_NOT_FOUND);
    assert_int_equal(file_write(path, STR("[a]\nk = v\n"), 0600, &f->err), ERR_OK);
    assert_int_equal(ini_read(&f->ini, path, &f->a, &f->err), ERR_OK);
    assert_str(ini_get(&f->ini, STR("a"), STR("k")), "v");
    assert_int_equal(file_write(path, STR("[a]\nk\n"), 0600, &f->err), ERR_OK);
    assert_int_equal(ini_read(&f->ini, path, &f->a, &f->err), ERR_CONFIG);
    assert_non_null(strstr(f->err.msg, "config.ini:2:2: "));
    assert_int_equal(remove(path), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_file_has_no_items, setup, teardown),
        cmocka_unit_test_setup_teardown(items_are_found, setup, teardown),
        cmocka_unit_test_setup_teardown(faults_name_line_and_column, setup, teardown),
        cmocka_unit_test_setup_teardown(sizes_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(the_promised_arena_is_enough, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
