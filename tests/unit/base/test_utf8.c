#include "base/utf8.h"

#include "base/mem.h"
#include "tests/support/unit.h"
#include <stdio.h>

enum { CAP = 1 << 20 };

static void
every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char bytes[4];
        uint32_t back = 0;
        size_t n = utf8_encode(cp, bytes);
        assert_int_equal(n, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
        assert_int_equal(utf8_decode((struct str){bytes, n}, &back), n);
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
        assert_int_equal(back, surrogate ? 0xfffd : cp);
        if (n > 1)
            assert_int_equal(utf8_decode((struct str){bytes, n - 1}, &back), 0);
    }
    char bytes[4];
    assert_int_equal(utf8_encode(0x110000, bytes), 3);
    assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
}

static const char *const invalid[] = {
    "\x80",             /* continuation alone */
    "\xbf\xbf",         /* two */
    "\xc0\x80",         /* overlong NUL */
    "\xc1\xbf",         /* overlong */
    "\xe0\x80\xaf",     /* overlong slash */
    "\xe0\x9f\xbf",     /* largest overlong of three */
    "\xf0\x80\x80\xaf", /* overlong of four */
    "\xf0\x8f\xbf\xbf", /* largest of them */
    "\xed\xa0\x80",     /* surrogates */
    "\xed\xbf\xbf",
    "\xed\xa0\xbd\xed\xb8\x80", /* CESU-8 pair */
    "\xf4\x90\x80\x80",         /* beyond U+10FFFF */
    "\xf5\x80\x80\x80",
    "\xf8\x88\x80\x80\x80",     /* five bytes */
    "\xfc\x84\x80\x80\x80\x80", /* six */
    "\xfe",
    "\xff",
    "\xc3",         /* cut off */
    "\xe2\x82",     /* cut off */
    "\xf0\x9f\x98", /* cut off */
    "\xc3(",        /* no continuation */
    "\xe2(\xac",
    "\xe2\x82(",
    "\xf0\x9f(\x80",
};

static void
invalid_bytes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid); i++) {
        uint32_t cp;
        assert_int_equal(utf8_decode(str_of(invalid[i]), &cp), 0);
        assert_false(utf8_valid(str_of(invalid[i])));
        char text[64];
        (void)snprintf(text, sizeof text, "0123456789\xc3\xa9 %s", invalid[i]);
        assert_false(utf8_valid(str_of(text)));
        assert_false(utf8_is_safe(str_of(text)));
    }
    uint32_t cp;
    assert_int_equal(utf8_decode(STR(""), &cp), 0);
    assert_true(utf8_valid(STR("")));
    assert_true(utf8_valid(STR_ABSENT));
    assert_true(utf8_valid(STR("a\0b \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf")));
}

static void
check_clusters(const char *text, const char *want)
{
    struct str rest = str_of(text);
    char got[200] = "";
    size_t used = 0;
    while (rest.n) {
        int width = -1;
        size_t n = utf8_cluster(rest, &width);
        assert_true(n > 0 && n <= rest.n);
        assert_int_equal(utf8_cluster(rest, NULL), n);
        used += (size_t)snprintf(got + used, sizeof got - used, "%zu:%d ", n, width);
        rest = str_sub(rest, n, rest.n);
    }
    assert_string_equal(got, want);
    assert_int_equal(utf8_cluster(rest, NULL), 0);
}

static void
clusters_and_widths(void **state)
{
    (void)state;
    check_clusters("", "");
    check_clusters("ab", "1:1 1:1 ");
    check_clusters("e\xcc\x81x", "3:1 1:1 ");                       /* e, acute */
    check_clusters("\xe6\xbc\xa2\xe5\xad\x97", "3:2 3:2 ");         /* two Han */
    check_clusters("\xea\xb0\x80", "3:2 ");                         /* Hangul, composed */
    check_clusters("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "9:2 "); /* and as jamo */
    check_clusters("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "8:2 ");     /* a flag */
    check_clusters("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "4:2 4:2 "); /* thumb, skin tone */
    check_clusters("\xe0\xa4\x95\xe0\xa4\xbf", "6:2 ");             /* Devanagari ki */
    check_clusters("\xff\xfe"
                   "a",
                   "1:1 1:1 1:1 ");
    check_clusters("a\xff", "1:1 1:1 ");
    check_clusters("\r\n", "2:0 ");
    check_clusters("\xcc\x81", "2:0 ");
    check_clusters("\xef\xbc\xa1", "3:2 "); /* full-width A */
}

static void
widths_of_strings(void **state)
{
    (void)state;
    assert_int_equal(utf8_width(STR_ABSENT), 0);
    assert_int_equal(utf8_width(STR("plain text")), 10);
    assert_int_equal(utf8_width(STR("na\xc3\xafve \xe6\xbc\xa2")), 8);
    assert_int_equal(utf8_width(STR("e\xcc\x81\xff")), 2);
}

static void
cutting_keeps_clusters_whole(void **state)
{
    (void)state;
    int used = -1;
    assert_str(utf8_cut(STR("abcdef"), 3, &used), "abc");
    assert_int_equal(used, 3);
    assert_str(utf8_cut(STR("a\xe6\xbc\xa2z"), 2, &used), "a");
    assert_int_equal(used, 1);
    assert_str(utf8_cut(STR("a\xe6\xbc\xa2z"), 3, &used), "a\xe6\xbc\xa2");
    assert_str(utf8_cut(STR("e\xcc\x81x"), 1, NULL), "e\xcc\x81");
    assert_str(utf8_cut(STR("abc"), 0, &used), "");
    assert_int_equal(used, 0);
    assert_str(utf8_cut(STR("abc"), -5, &used), "");
    assert_str(utf8_cut(STR("abc"), 99, &used), "abc");
    assert_false(str_given(utf8_cut(STR_ABSENT, 5, &used)));
}

/* The result is safe, valid and stays as it is. */
static void
check_safe(struct str in, const char *want)
{
    struct buf out, twice;
    buf_init(&out, CAP);
    buf_init(&twice, CAP);
    utf8_make_safe(&out, in);
    if (want)
        assert_string_equal(buf_str(&out).p, want);
    assert_int_equal(utf8_is_safe(in), str_eq(in, buf_str(&out)));
    assert_true(utf8_is_safe(buf_str(&out)));
    assert_true(utf8_valid(buf_str(&out)));
    utf8_make_safe(&twice, buf_str(&out));
    assert_true(str_eq(buf_str(&twice), buf_str(&out)));
    buf_fini(&out);
    buf_fini(&twice);
}

static void
harmless_text_is_left_alone(void **state)
{
    (void)state;
    static const char *const harmless[] = {
        "",
        "plain ASCII with \\ and \"quotes\" and ~",
        "na\xc3\xafve caf\xc3\xa9",
        "e\xcc\x81 with marks",
        "\xe6\xbc\xa2\xe5\xad\x97 \xea\xb0\x80 \xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7",
        "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8\xe0\xa5\x8d\xe0\xa4\xa6\xe0\xa5\x80",
        "\xf0\x9f\x98\x80 \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
        "no-break\xc2\xa0space",
    };
    for (size_t i = 0; i < COUNT_OF(harmless); i++)
        check_safe(str_of(harmless[i]), harmless[i]);
}

static void
dangerous_text_becomes_visible(void **state)
{
    (void)state;
    check_safe(STR("\x1b[31mred\x1b[0m"), "\\e[31mred\\e[0m");
    check_safe(STR("\x1b]52;c;aGk=\x07"), "\\e]52;c;aGk=\\x07");
    check_safe(STR("\x1bP$q\"p\x1b\\"), "\\eP$q\"p\\e\\");
    check_safe(STR("a\tb\nc\rd\be\0f\x7f"), "a\\tb\\nc\\rd\\x08e\\x00f\\x7f");
    check_safe(STR("\xc2\x9b"
                   "31m \xc2\x85"),
               "<U+009B>31m <U+0085>");
    check_safe(STR("\x9b"
                   "31m"),
               "\\x9b31m");
    check_safe(STR("abc\xe2\x80\xae"
                   "cba"),
               "abc<U+202E>cba");
    check_safe(STR("\xe2\x81\xa6x\xe2\x81\xa9"), "<U+2066>x<U+2069>");
    check_safe(STR("\xd8\x9c\xe2\x80\x8e"), "<U+061C><U+200E>");
    check_safe(STR("a\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xef\xbb\xbf"),
               "a<U+200B><U+200C><U+200D><U+FEFF>");
    check_safe(STR("\xf3\xa0\x80\x81\xf3\xa0\x81\xa1"), "<U+E0001><U+E0061>");
    check_safe(STR("\xe2\x9d\xa4\xef\xb8\x8f"), "\xe2\x9d\xa4<U+FE0F>");
    check_safe(STR("\xe2\x80\xa8\xe2\x80\xa9"), "<U+2028><U+2029>");
    check_safe(STR("\xe3\x85\xa4"), "<U+3164>");
    check_safe(STR("\xee\x80\x80\xef\xbf\xbf\xcd\xb8"), "<U+E000><U+FFFF><U+0378>");
    check_safe(STR("soft\xc2\xadhyphen"), "soft<U+00AD>hyphen");
    check_safe(STR("\xff\xc3("), "\\xff\\xc3(");
    check_safe(STR_ABSENT, "");
}

static void
marks_need_a_base_and_are_few(void **state)
{
    (void)state;
    check_safe(STR("\xcc\x81x"), "<U+0301>x");
    check_safe(STR("\n\xcc\x81"), "\\n<U+0301>");
    check_safe(STR("\xe0\xa4\xbf"), "<U+093F>");
    check_safe(STR("\xe1\x85\xa1"), "<U+1161>");
    check_safe(STR("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84"), "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84");
    check_safe(STR("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86x"),
               "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84<+2 marks>x");
    char many[2001] = "e";
    for (size_t i = 1; i < sizeof many; i += 2)
        memcpy(many + i, "\xcc\x81", 2);
    check_safe((struct str){many, sizeof many}, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81<+996 marks>");
}

static void
every_byte_and_code_point_comes_out_safe(void **state)
{
    (void)state;
    char text[16] = "12345678";
    for (int c = 0; c < 256; c++) {
        for (size_t at = 0; at < 10; at++) {
            memcpy(text, "12345678ab", 10);
            text[at] = (char)c;
            check_safe((struct str){text, 10}, NULL);
        }
    }
    struct buf out;
    buf_init(&out, 100);
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        buf_reset(&out);
        struct str one = {text, utf8_encode(cp, text)};
        utf8_make_safe(&out, one);
        assert_true(utf8_is_safe(buf_str(&out)));
        assert_int_equal(utf8_is_safe(one), str_eq(one, buf_str(&out)));
        int width = utf8_width(buf_str(&out));
        assert_in_range(width, 1, 10);
    }
    buf_fini(&out);
}

static void
folded(struct str in, const char *want)
{
    struct buf out;
    buf_init(&out, 1000);
    assert_int_equal(utf8_fold(&out, in), want != NULL);
    assert_string_equal(buf_str(&out).p, want ? want : "");
    buf_fini(&out);
}

static void
folding(void **state)
{
    (void)state;
    folded(STR(""), "");
    folded(STR("Jane.DOE@Example.COM"), "jane.doe@example.com");
    folded(STR("\xc3\x84rger"), "\xc3\xa4rger");
    folded(STR("A\xcc\x88rger"), "\xc3\xa4rger");
    folded(STR("Stra\xc3\x9f"
               "e"),
           "strasse");
    folded(STR("\xef\xbc\xa1\xef\xac\x81"), "afi");
    folded(STR("a\xe2\x80\x8b\xc2\xad"
               "b"),
           "ab");
    folded(STR("\xe2\x84\xaa"), "k");
    folded(STR("bad\xff"), NULL);
    folded(STR("\xed\xa0\x80"), NULL);
    struct buf out;
    buf_init(&out, 3);
    assert_false(utf8_fold(&out, STR("abcd")));
    buf_reset(&out);
    assert_false(utf8_fold(&out, STR("\xc3\xa4\xc3\xa4")));
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(invalid_bytes_are_refused),
        cmocka_unit_test(clusters_and_widths),
        cmocka_unit_test(widths_of_strings),
        cmocka_unit_test(cutting_keeps_clusters_whole),
        cmocka_unit_test(harmless_text_is_left_alone),
        cmocka_unit_test(dangerous_text_becomes_visible),
        cmocka_unit_test(marks_need_a_base_and_are_few),
        cmocka_unit_test(every_byte_and_code_point_comes_out_safe),
        cmocka_unit_test(folding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
