/*
 * The check that holds answers against the published documents finds what it is to find, and its table
 * has every operation of the catalogue that the documents have.
 */
#include "tests/support/published.h"
#include "tests/support/schema.h"
#include "tests/support/unit.h"

#include "base/mem.h"

enum { TEXT_MAX = 4096 };

static void
note(void *arg, struct str pointer, struct str what)
{
    struct buf *out = arg;
    buf_printf(out, "%s%.*s: %.*s", out->n ? "; " : "", STR_ARG(pointer), STR_ARG(what));
}

static void
each_kind_of_difference_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *value, *differences;
    } cases[] = {
        {"\"string\"", "\"a\"", ""},
        {"\"string\"", "1", ": number, not string"},
        {"\"number\"", "1.5", ""},
        {"\"integer\"", "1", ""},
        {"\"integer\"", "1.5", ": number, not integer"},
        {"\"boolean\"", "null", ": null, not boolean"},
        {"\"object\"", "[]", ": array, not object"},
        {"\"any\"", "null", ""},
        {"\"string:date-time\"", "\"2024-05-02T11:25:22.000Z\"", ""},
        {"\"string:date-time\"", "\"yesterday\"", ": no date-time"},
        {"\"string:date-time\"", "7", ": number, not string"},
        {"{\"=\":[\"a\",\"b\"]}", "\"b\"", ""},
        {"{\"=\":[\"a\",\"b\"]}", "\"c\"", ": no such choice: c"},
        {"{\"=\":[\"a\",\"b\"]}", "null", ": null, not string"},
        {"{\"?\":\"string\"}", "null", ""},
        {"{\"?\":\"string\"}", "true", ": boolean, not string"},
        {"{\"a*\":\"string\",\"b\":\"number\"}", "{\"a\":\"\",\"c\":1}", ""},
        {"{\"a*\":\"string\",\"b\":\"number\"}", "{\"b\":\"\"}",
         "/a: absent; /b: string, not number"},
        {"{\"a\":\"string\"}", "{\"a\":null}", "/a: null, not string"},
        {"{\"a\":\"string\"}", "\"a\"", ": string, not object"},
        {"[\"string\"]", "[]", ""},
        {"[\"string\"]", "{}", ": object, not array"},
        {"[\"string\"]", "[\"a\",1]", "/*: number, not string"},
        {"{\"l\":[{\"x*\":[\"number\"]}]}", "{\"l\":[{\"x\":[1]},{\"x\":[\"\"]},{}]}",
         "/l/*/x/*: string, not number; /l/*/x: absent"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json *schema = json_parse(str_of(cases[i].schema), TEXT_MAX, NULL);
        struct json *value = json_parse(str_of(cases[i].value), TEXT_MAX, NULL);
        struct buf out;
        buf_init(&out, TEXT_MAX);
        assert_true(schema && value);
        schema_compare(schema, value, note, &out);
        buf_add_char(&out, 0);
        assert_string_equal(buf_str(&out).p, cases[i].differences);
        buf_fini(&out);
        json_free(schema);
        json_free(value);
    }
}

/* No JSON fits where the documents describe some, and nothing else is asked for where they do not. */
static void
the_table_has_every_operation(void **state)
{
    (void)state;
    char text[TEXT_MAX];
    size_t described = 0, open = 0;
    for (int id = 0; id < OP_COUNT; id++) {
        const struct op *op = op_get((enum op_id)id);
        if (op->flags & OPF_EXTRA)
            continue;
        bool fits = published_check(op, op->status, NULL, text, sizeof text);
        described += !fits;
        open += fits;
        assert_true(fits || strstr(text, "no JSON") || strstr(text, "another status"));
    }
    assert_int_equal(described + open, 341);
    assert_true(described > 190);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_difference_is_found),
        cmocka_unit_test(the_table_has_every_operation),
    };
    return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
