/* Secrets in values: found and taken out by the catalogue, or by their names. */
#include "api/redact.h"
#include "tests/support/unit.h"

static struct json *
parse(const char *text)
{
    struct err err;
    struct json *j = json_parse(str_of(text), 4096, &err);
    assert_non_null(j);
    return j;
}

static void
shows(const struct json *j, const char *want)
{
    struct buf b;
    buf_init(&b, 4096);
    json_write(j, &b);
    assert_string_equal(b.p, want);
    buf_fini(&b);
}

static const struct field *const table =
    FIELDS(OPT("name", STRING), OPTF("key", STRING, FIELD_SECRET),
           OPT_OBJ("inner", FIELDS(OPTF("key", STRING, FIELD_SECRET), OPT("id", STRING))),
           OPT_OBJS("list", FIELDS(OPTF("key", STRING, FIELD_SECRET))));

static void
the_table_says_what_is_secret(void **state)
{
    (void)state;
    struct json *j = parse("{\"name\":\"n\",\"key\":\"k\",\"inner\":{\"key\":\"k\",\"id\":\"i\"},"
                           "\"list\":[{\"key\":\"k\"},{\"key\":\"\"},{}]}");
    assert_true(redact_holds(table, j));
    struct json *copy = json_copy(j);
    assert_int_equal(redact_secrets(table, copy, STR("***")), 3);
    shows(copy, "{\"name\":\"n\",\"key\":\"***\",\"inner\":{\"key\":\"***\",\"id\":\"i\"},"
                "\"list\":[{\"key\":\"***\"},{\"key\":\"\"},{}]}");
    json_free(copy);
    assert_int_equal(redact_secrets(table, j, STR_ABSENT), 3);
    shows(j, "{\"name\":\"n\",\"inner\":{\"id\":\"i\"},\"list\":[{},{\"key\":\"\"},{}]}");
    assert_false(redact_holds(table, j));
    assert_false(redact_holds(table, NULL));
    json_free(j);
}

static void
names_that_look_like_it_are_suspect(void **state)
{
    (void)state;
    struct json *j = parse("[{\"clientSecret\":\"a\",\"Password\":\"b\",\"passwordLength\":8,"
                           "\"in\":[{\"access_token\":\"c\",\"name\":\"d\"}]},\"token\"]");
    assert_int_equal(redact_suspicious(j, STR("-")), 3);
    shows(j, "[{\"clientSecret\":\"-\",\"Password\":\"-\",\"passwordLength\":8,"
             "\"in\":[{\"access_token\":\"-\",\"name\":\"d\"}]},\"token\"]");
    json_free(j);
}

static void
an_answer_is_described_or_suspect(void **state)
{
    (void)state;
    const struct op *op = op_get(OP_tenant_api_tokens_create);
    struct json *j =
        parse("{\"clientId\":\"a\",\"secret\":\"b\",\"new\":{\"apiKey\":\"c\",\"n\":1}}");
    assert_int_equal(redact_answer(op, j, STR("-")), 2);
    shows(j, "{\"clientId\":\"a\",\"secret\":\"-\",\"new\":{\"apiKey\":\"-\",\"n\":1}}");
    json_free(j);
    op = op_get(OP_users_list);
    assert_true(op->flags & OPF_PAGED);
    j = parse(
        "{\"items\":[{\"email\":\"e\",\"passwordHash\":\"h\"}],\"_metadata\":{\"totalItems\":1}}");
    assert_int_equal(redact_answer(op, j, STR("-")), 1);
    shows(
        j,
        "{\"items\":[{\"email\":\"e\",\"passwordHash\":\"-\"}],\"_metadata\":{\"totalItems\":1}}");
    json_free(j);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_says_what_is_secret),
        cmocka_unit_test(names_that_look_like_it_are_suspect),
        cmocka_unit_test(an_answer_is_described_or_suspect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
