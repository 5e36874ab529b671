#include "base/json.h"

#include "base/mem.h"
#include "tests/support/unit.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>

enum { CAP = 1 << 20 };

static void
check_str(struct str in, const char *want)
{
    struct buf b;
    buf_init(&b, CAP);
    json_write_str(&b, in);
    assert_string_equal(buf_str(&b).p, want);
    buf_fini(&b);
}

static void
strings_are_escaped(void **state)
{
    (void)state;
    check_str(STR(""), "\"\"");
    check_str(STR_ABSENT, "\"\"");
    check_str(STR("plain text of some length / ~"), "\"plain text of some length / ~\"");
    check_str(STR("q\"b\\s"), "\"q\\\"b\\\\s\"");
    check_str(STR("\b\f\n\r\t\x1b\0\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u001b\\u0000\\u001f\x7f\"");
    check_str(STR("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80!"),
              "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80!\"");
    check_str(STR("\xff"
                  "a\xc3"),
              "\"\xef\xbf\xbd"
              "a\xef\xbf\xbd\"");
    check_str(STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* Each byte at each place of a word, because the fast path looks at eight bytes at once. */
static void
every_byte_at_every_place(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, CAP);
    for (int c = 1; c < 256; c++) {
        for (size_t at = 0; at < 19; at++) {
            char text[20] = "abcdefghijklmnopqrs";
            text[at] = (char)c;
            buf_reset(&b);
            json_write_str(&b, (struct str){text, 19});
            struct json *j = json_parse(buf_str(&b), CAP, NULL);
            assert_non_null(j);
            struct str back = json_str(j);
            if (c < 0x80)
                assert_true(str_eq(back, (struct str){text, 19}));
            else
                assert_memory_equal(back.p + at, "\xef\xbf\xbd", 3);
            json_free(j);
        }
    }
    buf_fini(&b);
}

static void
check_number(double v, const char *want)
{
    struct buf b;
    buf_init(&b, CAP);
    struct json *j = json_new_double(v);
    json_write(j, &b);
    assert_string_equal(b.p, want);
    struct json *back = json_parse(buf_str(&b), CAP, NULL);
    assert_true(json_equal(back, j));
    json_free(back);
    json_free(j);
    buf_fini(&b);
}

static void
numbers_are_short_and_exact(void **state)
{
    (void)state;
    check_number(0, "0");
    check_number(-0.0, "0");
    check_number(-17, "-17");
    check_number(1714649122000.0, "1714649122000");
    check_number(9007199254740992.0, "9007199254740992");
    check_number(0.1, "0.1");
    check_number(0.1 + 0.2, "0.30000000000000004");
    check_number(1.0 / 3, "0.3333333333333333");
    check_number(-2.5, "-2.5");
    check_number(1e21, "1e+21");
    check_number(9223372036854775808.0, "9.223372036854776e+18");
    check_number(-9223372036854775808.0, "-9.223372036854776e+18");
    check_number(1.7976931348623157e308, "1.7976931348623157e+308");
    check_number(5e-324, "5e-324");
    check_number(2.2250738585072014e-308, "2.2250738585072014e-308");
}

static void
the_locale_does_not_matter(void **state)
{
    (void)state;
    /* Where the machine has a locale with a decimal comma, it is tried. */
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        (void)setlocale(LC_NUMERIC, names[i]);
    check_number(2.5, "2.5");
    check_number(0.1 + 0.2, "0.30000000000000004");
    (void)setlocale(LC_NUMERIC, "C");
}

static void
trees_compact_and_pretty(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,{},[],\"x\"],\"b\":{\"c\":null,\"d\":[true]}}";
    struct json *j = json_parse(STR(text), CAP, NULL);
    struct buf b;
    buf_init(&b, CAP);
    json_write(j, &b);
    assert_string_equal(b.p, text);
    buf_reset(&b);
    json_write_pretty(j, &b);
    assert_string_equal(b.p, "{\n"
                             "  \"a\": [\n"
                             "    1,\n"
                             "    {},\n"
                             "    [],\n"
                             "    \"x\"\n"
                             "  ],\n"
                             "  \"b\": {\n"
                             "    \"c\": null,\n"
                             "    \"d\": [\n"
                             "      true\n"
                             "    ]\n"
                             "  }\n"
                             "}");
    buf_reset(&b);
    json_write(NULL, &b);
    assert_string_equal(b.p, "null");
    json_free(j);
    buf_fini(&b);
}

static void
the_streaming_writer_places_commas(void **state)
{
    (void)state;
    struct buf b;
    struct jw w;
    buf_init(&b, CAP);
    jw_init(&w, &b);
    struct json *tree = json_parse(STR("[1,{\"x\":2}]"), CAP, NULL);
    jw_open(&w, '{');
    jw_kstr(&w, "s", STR("a\"b"));
    jw_kstr(&w, "none", STR_ABSENT);
    jw_kgiven(&w, "left out", STR_ABSENT);
    jw_kgiven(&w, "given", STR(""));
    jw_ktext(&w, "t", "text");
    jw_ktext(&w, "tnone", NULL);
    jw_ki64(&w, "i", INT64_MIN);
    jw_kbool(&w, "b", false);
    jw_knull(&w, "n");
    jw_ktime(&w, "at", INT64_C(1714649122000));
    jw_ktime(&w, "never", 0);
    jw_kraw(&w, "raw", STR("[0]"));
    jw_key_str(&w, STR("k\n"));
    jw_open(&w, '[');
    jw_open(&w, '{');
    jw_close(&w, '}');
    jw_open(&w, '[');
    jw_close(&w, ']');
    jw_i64(&w, 1);
    jw_bool(&w, true);
    jw_null(&w);
    jw_json(&w, tree);
    jw_json(&w, NULL);
    jw_close(&w, ']');
    jw_kbool(&w, "end", true);
    jw_close(&w, '}');
    assert_int_equal(w.depth, 0);
    assert_string_equal(
        b.p, "{\"s\":\"a\\\"b\",\"none\":null,\"given\":\"\",\"t\":\"text\",\"tnone\":null,"
             "\"i\":-9223372036854775808,\"b\":false,\"n\":null,"
             "\"at\":\"2024-05-02T11:25:22.000Z\",\"never\":null,\"raw\":[0],"
             "\"k\\n\":[{},[],1,true,null,[1,{\"x\":2}],null],\"end\":true}");
    json_free(tree);
    buf_fini(&b);
}

static void
close_too_often(void *arg)
{
    jw_close(arg, '}');
}

static void
closing_what_is_not_open_aborts(void **state)
{
    (void)state;
    struct buf b;
    struct jw w;
    buf_init(&b, CAP);
    jw_init(&w, &b);
    assert_aborts(close_too_often, &w);
    buf_fini(&b);
}

/* Whatever the cap, the writer stops there and says so. */
static void
a_full_buffer_fails_cleanly(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 60; cap++) {
        struct buf b;
        struct jw w;
        buf_init(&b, cap);
        jw_init(&w, &b);
        jw_open(&w, '{');
        jw_kstr(&w, "name", STR("caf\xc3\xa9 \n \xff plain text"));
        jw_ki64(&w, "n", 123);
        jw_ktime(&w, "t", 1);
        jw_close(&w, '}');
        assert_true(b.failed);
        assert_true(b.n <= cap);
        assert_int_equal(buf_str(&b).p[b.n], 0);
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(the_locale_does_not_matter),
        cmocka_unit_test(trees_compact_and_pretty),
        cmocka_unit_test(the_streaming_writer_places_commas),
        cmocka_unit_test(closing_what_is_not_open_aborts),
        cmocka_unit_test(a_full_buffer_fails_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
