#include "base/json.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tests/support/unit.h"
#include <math.h>
#include <stdio.h>

enum { CAP = 64 << 20 };

static struct json *
parsed(const char *text)
{
    struct err err = {0};
    struct json *j = json_parse(str_of(text), CAP, &err);
    if (!j)
        fail_msg("%s: %s", text, err.msg);
    return j;
}

/* Refused with this code, and the message names this byte. */
static void
check_refused(struct str text, enum err_code code, size_t byte)
{
    struct err err = {0};
    struct json *j = json_parse(text, CAP, &err);
    if (j)
        fail_msg("accepted: %.*s", STR_ARG(text));
    char where[40];
    (void)snprintf(where, sizeof where, "JSON, byte %zu: ", byte);
    if (err.code != code || !str_starts(str_of(err.msg), str_of(where)))
        fail_msg("%.*s: %s %s", (int)(text.n < 60 ? text.n : 60), text.p, err_name(err.code),
                 err.msg);
    assert_null(json_parse(text, CAP, NULL));
}

static void
scalars(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_type type;
    } all[] = {
        {"null", JSON_NULL},    {" true ", JSON_BOOL},    {"false\n", JSON_BOOL},
        {"0", JSON_NUMBER},     {"-0.5e-3", JSON_NUMBER}, {"\"\"", JSON_STRING},
        {"[ ]", JSON_ARRAY},    {"{\t}", JSON_OBJECT},    {"1E+2", JSON_NUMBER},
        {"\r\n1", JSON_NUMBER},
    };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct json *j = parsed(all[i].text);
        assert_int_equal(json_type(j), all[i].type);
        assert_int_equal(json_len(j), 0);
        json_free(j);
    }
    json_free(NULL);
    assert_int_equal(json_type(NULL), JSON_NULL);
}

static void
strings_are_decoded(void **state)
{
    (void)state;
    struct json *j = parsed("[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u00e9\\u20AC\\ud83d\\ude00\","
                            "\"\xc3\xa9\xf0\x9f\x98\x80\x7f\", \"\"]");
    assert_str(json_str(json_at(j, 0)), "a\"\\/\b\f\n\r\t");
    assert_str(json_str(json_at(j, 1)), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_str(json_str(json_at(j, 2)), "\xc3\xa9\xf0\x9f\x98\x80\x7f");
    assert_str(json_str(json_at(j, 3)), "");
    assert_null(json_at(j, 4));
    assert_false(str_given(json_str(j)));
    assert_false(str_given(json_str(NULL)));
    json_free(j);
}

static void
members_and_elements(void **state)
{
    (void)state;
    struct json *j = parsed("{\"a\":1,\"A\":2,\"\":3,\"l\":[10,20],\"n\":null}");
    int64_t v;
    assert_true(json_to_i64(json_get(j, "a"), &v) && v == 1);
    assert_true(json_to_i64(json_get(j, "A"), &v) && v == 2);
    assert_true(json_to_i64(json_get(j, ""), &v) && v == 3);
    assert_null(json_get(j, "x"));
    assert_null(json_get(NULL, "x"));
    assert_null(json_get(json_get(j, "l"), "x"));
    assert_ptr_equal(json_get_str(j, STR("l")), json_get(j, "l"));
    assert_null(json_get_str(j, STR("l\0")));
    assert_null(json_get_str(j, STR("ll")));
    assert_null(json_get_str(j, STR_ABSENT));
    assert_int_equal(json_len(j), 5);
    assert_int_equal(json_len(json_get(j, "l")), 2);
    assert_str(json_key(json_first(j)), "a");
    assert_str(json_key(json_at(j, 2)), "");
    assert_false(str_given(json_key(json_at(json_get(j, "l"), 0))));
    assert_false(str_given(json_key(NULL)));
    assert_true(json_is_null(json_get(j, "n")));
    assert_true(json_is_null(json_get(j, "missing")));
    assert_false(json_is_null(json_get(j, "a")));
    assert_null(json_first(json_get(j, "a")));
    assert_null(json_next(NULL));
    json_free(j);
}

static void
numbers_convert_only_exactly(void **state)
{
    (void)state;
    struct json *j = parsed("[9007199254740992,-9007199254740992,9007199254740993,1.5,1e3,"
                            "-0,\"1\",true,9223372036854775807,1e300]");
    int64_t v = 0;
    double d = 0;
    bool b = false;
    assert_true(json_to_i64(json_at(j, 0), &v) && v == INT64_C(9007199254740992));
    assert_true(json_to_i64(json_at(j, 1), &v) && v == INT64_C(-9007199254740992));
    assert_false(json_to_i64(json_at(j, 3), &v));
    assert_true(json_to_i64(json_at(j, 4), &v) && v == 1000);
    assert_true(json_to_i64(json_at(j, 5), &v) && v == 0);
    assert_false(json_to_i64(json_at(j, 6), &v));
    assert_false(json_to_i64(json_at(j, 7), &v));
    assert_false(json_to_i64(json_at(j, 8), &v));
    assert_false(json_to_i64(json_at(j, 9), &v));
    assert_false(json_to_i64(NULL, &v));
    assert_true(json_to_double(json_at(j, 3), &d) && fabs(d - 1.5) < 1e-9);
    assert_false(json_to_double(json_at(j, 6), &d));
    assert_true(json_to_bool(json_at(j, 7), &b) && b);
    assert_false(json_to_bool(json_at(j, 0), &b));
    assert_false(json_to_bool(NULL, &b));
    json_free(j);
}

static const struct {
    const char *text;
    size_t byte;
} malformed[] = {
    {"", 0},
    {"  ", 2},
    {"nul", 0},
    {"nullx", 4},
    {"True", 0},
    {"{} {}", 3},
    {"1 2", 2},
    {"[1,]", 3},
    {"[,1]", 1},
    {"[1 2]", 3},
    {"[", 1},
    {"[1", 2},
    {"{", 1},
    {"{\"a\"}", 4},
    {"{\"a\":}", 5},
    {"{a:1}", 1},
    {"{\"a\":1,}", 7},
    {"{,}", 1},
    {"{\"a\" 1}", 5},
    {"]", 0},
    {"[1}", 2},
    {"{\"a\":1]", 6},
    {"01", 1},
    {"-", 1},
    {"+1", 0},
    {".5", 0},
    {"1.", 2},
    {"1.e2", 2},
    {"1e", 2},
    {"1e+", 3},
    {"0x10", 1},
    {"NaN", 0},
    {"Infinity", 0},
    {"-Infinity", 1},
    {"'a'", 0},
    {"\"a", 2},
    {"\"\\x41\"", 2},
    {"\"\\u12g4\"", 5},
    {"\"\\", 2},
    {"\"\\u12", 5},
    {"\"a\nb\"", 2},
    {"\"\x01\"", 1},
    {"[1]//x", 3},
    {"/**/1", 0},
    {"\v1", 0},
    {"\"a\" \"b\"", 4},
    {"{\"a\":1 \"b\":2}", 7},
    {"[\"a\":1]", 4},
    {"-a", 1},
    {"1e5.5", 3},
    {"\xc2\xa0"
     "1",
     0},
};

static void
grammar_is_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malformed); i++)
        check_refused(str_of(malformed[i].text), ERR_PARSE, malformed[i].byte);
    check_refused(STR("[1]\0"), ERR_PARSE, 3);
    check_refused(STR("\"a\0b\""), ERR_PARSE, 2);
    check_refused(STR_ABSENT, ERR_PARSE, 0);
}

static void
text_that_readers_take_differently_is_refused(void **state)
{
    (void)state;
    check_refused(STR("\xef\xbb\xbf{}"), ERR_PARSE, 0);
    check_refused(STR("[\"ok\",\"a\\u0000b\"]"), ERR_PARSE, 8);
    check_refused(STR("\"\\ud800\""), ERR_PARSE, 1);
    check_refused(STR("\"\\udc00\\ud800\""), ERR_PARSE, 1);
    check_refused(STR("\"\\ud800\\ud800\""), ERR_PARSE, 1);
    check_refused(STR("\"\\ud800\\n\""), ERR_PARSE, 1);
    check_refused(STR("\"\\ud800x\""), ERR_PARSE, 1);
    check_refused(STR("\"ab\xff\""), ERR_PARSE, 3);
    check_refused(STR("\"\xc0\x80\""), ERR_PARSE, 1);
    check_refused(STR("\"\xed\xa0\x80\""), ERR_PARSE, 1);
    check_refused(STR("\"\xc3\""), ERR_PARSE, 1);
    check_refused(STR("{\"\xff\":1}"), ERR_PARSE, 2);
    check_refused(STR("[1, 1e400]"), ERR_PARSE, 4);
    check_refused(STR("{\"a\":{\"b\":-1e999}}"), ERR_PARSE, 10);
    check_refused(STR("12345678901234567890"), ERR_LIMIT, 0);
    check_refused(STR("[9223372036854775808]"), ERR_LIMIT, 1);
    check_refused(STR("{\"a\":1,\"b\":2,\"a\":3}"), ERR_PARSE, 13);
    check_refused(STR("{\"a\":1,\"\\u0061\":3}"), ERR_PARSE, 7);
    check_refused(STR("[0,{\"x\":{\"k\":1,\"l\":[{}],\"k\":1}}]"), ERR_PARSE, 24);
    struct json *j = parsed("[{\"a\":1},{\"a\":{\"a\":[{\"a\":1}]}}]");
    json_free(j);
}

static void
the_message_shows_foreign_names_safely(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(
        json_parse(STR("{\"\\u001b[2J\xe2\x80\xae\":1,\"\\u001b[2J\xe2\x80\xae\":2}"), CAP, &err));
    assert_true(utf8_is_safe(str_of(err.msg)));
    assert_true(str_find(str_of(err.msg), STR("\\e[2J<U+202E>")) > 0);
}

/* `n` times `open`, the middle, `n` times `close`. */
static void
nest(struct buf *b, size_t n, const char *open, const char *close)
{
    buf_reset(b);
    for (size_t i = 0; i < n; i++)
        buf_add_text(b, open);
    buf_add_text(b, "1");
    for (size_t i = 0; i < n; i++)
        buf_add_text(b, close);
}

static void
depth_is_bounded(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, CAP);
    nest(&b, JSON_DEPTH_MAX, "[", "]");
    json_free(parsed(b.p));
    nest(&b, JSON_DEPTH_MAX, "{\"a\":", "}");
    json_free(parsed(b.p));
    nest(&b, JSON_DEPTH_MAX + 1, "[", "]");
    check_refused(buf_str(&b), ERR_LIMIT, JSON_DEPTH_MAX);
    nest(&b, 100000, "[", "]");
    check_refused(buf_str(&b), ERR_LIMIT, JSON_DEPTH_MAX);
    nest(&b, 100000, "{\"a\":", "");
    check_refused(buf_str(&b), ERR_LIMIT, (size_t)5 * JSON_DEPTH_MAX);
    buf_fini(&b);
}

static void
sizes_are_bounded(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(json_parse(STR("[1,2]"), 4, &err));
    assert_int_equal(err.code, ERR_TOO_LARGE);
    struct json *j = json_parse(STR("[1,2]"), 5, &err);
    assert_non_null(j);
    json_free(j);
    struct buf b;
    buf_init(&b, CAP);
    buf_printf(&b, "[%0*d]", JSON_NUMBER_MAX + 1, 0);
    check_refused(buf_str(&b), ERR_PARSE, 2);
    buf_reset(&b);
    buf_printf(&b, "[1.%0*d]", JSON_NUMBER_MAX - 1, 5);
    check_refused(buf_str(&b), ERR_LIMIT, 1);
    buf_reset(&b);
    buf_printf(&b, "[1.%0*d]", JSON_NUMBER_MAX - 2, 5);
    json_free(parsed(b.p));
    buf_reset(&b);
    buf_add_char(&b, '"');
    for (int i = 0; i < 10 << 17; i++)
        buf_add_text(&b, "01234567");
    buf_add_char(&b, '"');
    j = parsed(b.p);
    assert_int_equal(json_str(j).n, 10 << 20);
    json_free(j);
    buf_fini(&b);
}

static void
object_of(struct buf *b, unsigned n)
{
    buf_reset(b);
    buf_add_char(b, '{');
    for (unsigned i = 0; i < n; i++)
        buf_printf(b, "%s\"key%u\":0", i ? "," : "", i);
    buf_add_char(b, '}');
}

static void
many_members_are_checked_quickly(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, CAP);
    int64_t before = clock_mono_ms();
    object_of(&b, JSON_KEYS_MAX);
    json_free(parsed(b.p));
    object_of(&b, JSON_KEYS_MAX + 1);
    check_refused(buf_str(&b), ERR_LIMIT, b.n - strlen("\"key65536\":0}"));
    object_of(&b, 1000000);
    struct err err;
    assert_null(json_parse(buf_str(&b), CAP, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    /* Quadratic work would take minutes; a slow machine under a sanitizer gets by. */
    assert_true(clock_mono_ms() - before < 20000);
    object_of(&b, 1000);
    b.n--;
    size_t at = b.n + 1;
    buf_add_text(&b, ",\"key500\":0}");
    check_refused(buf_str(&b), ERR_PARSE, at);
    buf_reset(&b);
    buf_add_char(&b, '[');
    for (int i = 0; i < JSON_VALUES_MAX; i++)
        buf_add_text(&b, "0,");
    buf_add_text(&b, "0]");
    check_refused(buf_str(&b), ERR_LIMIT, (size_t)2 * (JSON_VALUES_MAX - 1) + 1);
    buf_fini(&b);
}

static void
trees_are_built(void **state)
{
    (void)state;
    struct json *o = json_new_object();
    json_set(o, STR("s"), json_new_str(STR("text")));
    json_set(o, STR("i"), json_new_i64(-5));
    json_set(o, STR("d"), json_new_double(0.5));
    json_set(o, STR("b"), json_new_bool(true));
    json_set(o, STR("n"), json_new_null());
    struct json *list = json_new_array();
    json_push(list, json_new_i64(1));
    json_push(list, json_new_object());
    json_set(o, STR("l"), list);
    struct json *want =
        parsed("{\"n\":null,\"l\":[1,{}],\"s\":\"text\",\"d\":0.5,\"i\":-5,\"b\":true}");
    assert_true(json_equal(o, want));
    json_set(o, STR("s"), json_new_bool(false));
    assert_int_equal(json_len(o), 6);
    assert_str(json_key(json_first(o)), "s");
    assert_int_equal(json_type(json_get(o, "s")), JSON_BOOL);
    assert_false(json_equal(o, want));
    struct json *copy = json_copy(o);
    assert_true(json_equal(o, copy));
    struct json *taken = json_detach(o, STR("l"));
    assert_int_equal(json_len(taken), 2);
    assert_false(str_given(json_key(taken)));
    assert_null(json_detach(o, STR("l")));
    assert_null(json_detach(taken, STR("l")));
    assert_false(json_equal(o, copy));
    json_set(o, STR("moved"), taken);
    assert_int_equal(json_len(json_get(o, "moved")), 2);
    struct json *member = json_copy(json_get(o, "moved"));
    assert_false(str_given(json_key(member)));
    struct json *nothing = json_copy(NULL);
    assert_true(json_is_null(nothing));
    json_free(nothing);
    json_free(member);
    json_free(copy);
    json_free(want);
    json_free(o);
}

static void
built_strings_are_always_json(void **state)
{
    (void)state;
    struct json *o = json_new_object();
    json_set(o, STR("a\0\xff"), json_new_str(STR("x\0y\xc3")));
    assert_str(json_key(json_first(o)), "a\xef\xbf\xbd\xef\xbf\xbd");
    assert_str(json_str(json_first(o)), "x\xef\xbf\xbdy\xef\xbf\xbd");
    json_set(o, STR("nan"), json_new_double(NAN));
    assert_true(json_is_null(json_get(o, "nan")));
    json_set(o, STR(""), json_new_str(STR_ABSENT));
    assert_str(json_str(json_get(o, "")), "");
    json_free(o);
}

static void
push_to_no_array(void *arg)
{
    json_push(arg, json_new_null());
}

static void
set_in_no_object(void *arg)
{
    (void)arg;
    json_set(json_new_array(), STR("a"), json_new_null());
}

static void
misuse_aborts(void **state)
{
    (void)state;
    struct json *o = json_new_object();
    assert_aborts(push_to_no_array, o);
    assert_aborts(set_in_no_object, NULL);
    json_free(o);
}

static void
check_equal(const char *a, const char *b, bool want)
{
    struct json *x = parsed(a), *y = parsed(b);
    assert_int_equal(json_equal(x, y), want);
    assert_int_equal(json_equal(y, x), want);
    json_free(x);
    json_free(y);
}

static void
equality(void **state)
{
    (void)state;
    check_equal("{\"a\":1,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", true);
    check_equal("{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false);
    check_equal("{\"a\":1}", "{\"a\":1,\"b\":2}", false);
    check_equal("[1,2]", "[2,1]", false);
    check_equal("[1]", "[1,1]", false);
    check_equal("1", "1.0", true);
    check_equal("1", "\"1\"", false);
    check_equal("true", "false", false);
    check_equal("null", "null", true);
    check_equal("\"a\"", "\"\\u0061\"", true);
    struct buf b, reversed;
    buf_init(&b, CAP);
    buf_init(&reversed, CAP);
    object_of(&b, 30000);
    buf_add_char(&reversed, '{');
    for (unsigned i = 30000; i > 0; i--)
        buf_printf(&reversed, "\"key%u\":0%s", i - 1, i > 1 ? "," : "}");
    check_equal(b.p, reversed.p, true);
    buf_fini(&b);
    buf_fini(&reversed);
    assert_true(json_equal(NULL, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(members_and_elements),
        cmocka_unit_test(numbers_convert_only_exactly),
        cmocka_unit_test(grammar_is_strict),
        cmocka_unit_test(text_that_readers_take_differently_is_refused),
        cmocka_unit_test(the_message_shows_foreign_names_safely),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(many_members_are_checked_quickly),
        cmocka_unit_test(trees_are_built),
        cmocka_unit_test(built_strings_are_always_json),
        cmocka_unit_test(misuse_aborts),
        cmocka_unit_test(equality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
