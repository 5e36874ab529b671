#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/check.h"
#include "base/mem.h"

static struct arena arena;
static struct check check;

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    check_init(&check, &arena);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* All messages, one a line. */
static const char *
messages(void)
{
    struct str all = STR("");
    for (size_t i = 0; i < check.n; i++)
        all = arena_printf(&arena, "%.*s%s%.*s", STR_ARG(all), i ? "\n" : "",
                           STR_ARG(check.messages[i]));
    return arena_cstr(&arena, all);
}

static const char *
body(enum op_id op, const char *text)
{
    check_init(&check, &arena);
    struct json *j = text ? json_parse(str_of(text), 1 << 20, NULL) : NULL;
    if (text)
        assert_non_null(j);
    bool ok = check_body(&check, op_get(op), j);
    json_free(j);
    assert_int_equal(ok, check.n == 0);
    return messages();
}

static const char *
query(enum op_id op, const struct check_pair *pairs, size_t n)
{
    check_init(&check, &arena);
    check_query(&check, op_get(op), pairs, n);
    return messages();
}

#define PAIR(n, v) ((struct check_pair){STR(n), STR(v)})
#define QUERY(op, ...)                                                                             \
    query(op, (const struct check_pair[]){__VA_ARGS__},                                            \
          COUNT_OF(((const struct check_pair[]){__VA_ARGS__})))

static void
test_strings(void **state)
{
    (void)state;
    assert_string_equal(body(OP_vendor_auth, "{\"clientId\":\"a\",\"secret\":\"b\"}"), "");
    assert_string_equal(body(OP_vendor_auth, "{}"), "clientId should not be empty\n"
                                                    "clientId must be a string\n"
                                                    "secret should not be empty\n"
                                                    "secret must be a string");
    assert_string_equal(body(OP_vendor_auth, "{\"clientId\":\"\",\"secret\":7}"),
                        "clientId should not be empty\n"
                        "secret should not be empty\n"
                        "secret must be a string");
    assert_string_equal(body(OP_vendor_auth, NULL), body(OP_vendor_auth, "{}"));
}

static void
test_email(void **state)
{
    (void)state;
    assert_string_equal(body(OP_users_set_email, "{\"email\":\"nobody\"}"),
                        "email must be an email");
    assert_null(check.ref);
    assert_string_equal(body(OP_users_set_email, "{\"email\":5}"),
                        "email must be an email\nemail must be a string");
    assert_string_equal(check.ref, "ER-004a5c1ae5");
    assert_string_equal(body(OP_users_set_email, "{}"),
                        "email must be an email\nemail must be a string");
}

static void
test_null_and_unknown_members(void **state)
{
    (void)state;
    assert_string_equal(
        body(OP_users_create, "{\"email\":\"a@b.io\",\"metadata\":null,\"name\":null,\"x\":1}"),
        "");
    assert_string_equal(body(OP_lockout_policy_create, "{\"enabled\":null,\"maxAttempts\":5}"),
                        "enabled must be a boolean value");
    /* A required member that may be null. */
    assert_string_equal(body(OP_roles_set_tenant, "{\"tenantId\":null}"), "");
    assert_string_equal(body(OP_roles_set_tenant, "{}"), "tenantId must be a string");
}

static void
test_numbers(void **state)
{
    (void)state;
    assert_string_equal(body(OP_lockout_policy_create, "{\"enabled\":true}"),
                        "maxAttempts must not be less than 1\n"
                        "maxAttempts must be a number conforming to the specified constraints");
    assert_string_equal(body(OP_lockout_policy_create, "{\"enabled\":true,\"maxAttempts\":0}"),
                        "maxAttempts must not be less than 1");
    assert_string_equal(body(OP_lockout_policy_create, "{\"enabled\":1,\"maxAttempts\":2.5}"),
                        "enabled must be a boolean value\nmaxAttempts must be an integer number");
    assert_string_equal(
        body(OP_roles_create_v1, "[{\"key\":\"a\",\"name\":\"b\",\"level\":32768}]"),
        "0.level must not be greater than 32767");
    assert_string_equal(
        body(OP_captcha_policy_create,
             "{\"enabled\":true,\"siteKey\":\"a\",\"secretKey\":\"b\",\"minScore\":0.5}"),
        "");
}

static void
test_list_bodies(void **state)
{
    (void)state;
    assert_string_equal(body(OP_roles_create_v1, "{\"key\":\"a\"}"),
                        "Expected body to be an array");
    assert_string_equal(body(OP_permissions_create, NULL), "Expected body to be an array");
    assert_string_equal(body(OP_permissions_create, "[1]"), "each value in body must be an object");
    assert_string_equal(
        body(OP_permissions_create, "[{\"key\":\"a\",\"name\":\"b\"},{\"key\":\"c\"}]"),
        "1.name should not be empty\n1.name must be a string");
    assert_string_equal(body(OP_roles_create, "[]"), "Expected body to be an object");
}

static void
test_lists(void **state)
{
    (void)state;
    assert_string_equal(body(OP_groups_users_add, "{\"userIds\":[\"a\",\"b\"]}"), "");
    assert_string_equal(body(OP_groups_users_add, "{\"userIds\":[\"a\",1,2]}"),
                        "each value in userIds must be a string");
    assert_string_equal(body(OP_groups_users_add, "{\"userIds\":\"a\"}"),
                        "each value in userIds must be a string\nuserIds must be an array");
    assert_string_equal(body(OP_groups_users_add, "{}"),
                        "each value in userIds must be a string\nuserIds must be an array");
}

static void
test_nested(void **state)
{
    (void)state;
    assert_string_equal(body(OP_users_bulk_invite, "{\"users\":[{\"email\":\"nobody\"}]}"),
                        "users.0.email must be an email");
    assert_string_equal(
        body(OP_users_bulk_invite, "{\"users\":[{\"email\":\"a@b.io\"},{\"verified\":\"x\"}]}"),
        "users.1.verified must be a boolean value");
    assert_string_equal(body(OP_users_bulk_invite, "{\"users\":[5]}"),
                        "each value in users must be an object");
    assert_string_equal(
        body(OP_mail_config_set, "{\"payload\":{\"provider\":\"fax\",\"secret\":\"x\"}}"),
        "payload.provider must be one of the following values: sendgrid, mailgun, "
        "ses, ses-role");
    assert_string_equal(body(OP_mail_config_set, "{\"payload\":\"x\"}"),
                        "payload must be an object");
    assert_string_equal(
        body(OP_sessions_config_set,
             "{\"sessionIdleTimeoutConfiguration\":{\"isActive\":true,\"timeout\":5}}"),
        "sessionIdleTimeoutConfiguration.timeout must not be less than 60");
}

static void
test_length_and_pattern(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    buf_add_text(&b, "{\"username\":\"");
    for (int i = 0; i < 256; i++)
        buf_add_char(&b, 'x');
    buf_add_text(&b, "\"}");
    assert_string_equal(body(OP_usernames_create, b.p),
                        "username must be shorter than or equal to 255 characters");
    buf_reset(&b);
    /* Characters count, not bytes. */
    buf_add_text(&b, "{\"email\":\"a@b.io\",\"username\":\"");
    for (int i = 0; i < 255; i++)
        buf_add_text(&b, "\xc3\xa4");
    buf_add_text(&b, "\"}");
    assert_string_equal(body(OP_users_create_vendor, b.p), body(OP_users_create_vendor, "{}"));
    buf_fini(&b);
    assert_string_equal(body(OP_usernames_create, "{\"username\":\"a b\"}"),
                        "username must match /^[a-zA-Z0-9._-]+$/ regular expression");
}

static void
test_metadata(void **state)
{
    (void)state;
    assert_string_equal(body(OP_me_update, "{\"metadata\":\"{\\\"a\\\":1}\"}"), "");
    assert_string_equal(body(OP_me_update, "{\"metadata\":{\"a\":1}}"), "");
    assert_string_equal(body(OP_me_update, "{\"metadata\":\"\"}"), "");
    assert_string_equal(body(OP_me_update, "{\"metadata\":\"{\"}"),
                        "metadata must be a json string");
    assert_string_equal(body(OP_me_update, "{\"metadata\":5}"), "metadata must be a json string");
    /* Tenants take anything. */
    assert_string_equal(body(OP_tenants_create, "{\"metadata\":42}"), "");
    assert_string_equal(body(OP_tenants_metadata_add, "{}"), "metadata must be an object");
}

static void
test_phone(void **state)
{
    (void)state;
    assert_string_equal(body(OP_phones_create, "{\"phoneNumber\":\"+15551234567\"}"), "");
    assert_string_equal(body(OP_phones_create, "{\"phoneNumber\":\"555\"}"),
                        "Phone number must be valid");
    assert_string_equal(check.ref, "ER-005a0fec63");
    assert_string_equal(body(OP_phones_create, "{}"),
                        "phoneNumber should not be empty\nPhone number must be valid");
}

static void
test_query(void **state)
{
    (void)state;
    assert_string_equal(QUERY(OP_users_list, PAIR("_limit", "50"), PAIR("_offset", "0")), "");
    assert_string_equal(QUERY(OP_users_list, PAIR("_limit", "")), "");
    assert_string_equal(QUERY(OP_users_list, PAIR("_limit", "201")),
                        "_limit must not be greater than 200");
    assert_string_equal(QUERY(OP_users_list, PAIR("_limit", "0")),
                        "_limit must not be less than 1");
    assert_string_equal(QUERY(OP_users_list, PAIR("_limit", "x")),
                        "_limit must not be greater than 200\n_limit must not be less than 1\n"
                        "_limit must be a number");
    assert_string_equal(QUERY(OP_users_list, PAIR("_offset", "-1")),
                        "_offset must not be less than 0");
    assert_string_equal(QUERY(OP_users_list, PAIR("_order", "asc")),
                        "_order must be one of the following values: ASC, DESC");
    assert_string_equal(QUERY(OP_users_list, PAIR("_sortBy", "age")),
                        "_sortBy must be a valid enum value");
    assert_string_equal(QUERY(OP_users_list, PAIR("_includeSubTenants", "maybe")),
                        "_includeSubTenants must be a boolean value");
    assert_string_equal(QUERY(OP_roles_list, PAIR("_limit", "2000")), "");
    assert_string_equal(QUERY(OP_users_list, PAIR("nobody", "knows")), "");
    assert_string_equal(query(OP_users_get_by_email, NULL, 0),
                        "email must be an email\nemail must be a string");
}

static void
test_query_lists(void **state)
{
    (void)state;
    assert_string_equal(QUERY(OP_users_roles_list, PAIR("ids", "a,b")), "");
    assert_string_equal(QUERY(OP_users_roles_list, PAIR("ids[]", "a"), PAIR("ids[]", "b")), "");
    assert_string_equal(query(OP_users_roles_list, NULL, 0),
                        "each value in ids must be a string\nids must be an array");
    assert_string_equal(QUERY(OP_roles_list, PAIR("_levels", "1,2"), PAIR("_levels", "3")), "");
    assert_string_equal(QUERY(OP_roles_list, PAIR("_levels", "1,high")),
                        "each value in _levels must be a number");
    assert_string_equal(
        QUERY(OP_users_statuses, PAIR("userIds", "a"), PAIR("userTenantStatuses", "Gone")),
        "each value in userTenantStatuses must be one of the following values: "
        "PendingInvitation, PendingLogin, Activated, NotActivated");
}

static void
test_params(void **state)
{
    (void)state;
    const struct op *op = op_get(OP_sms_templates_get);
    check_init(&check, &arena);
    assert_true(check_params(&check, op, (const struct str[]){STR("MFAOTC")}, 1));
    assert_false(check_params(&check, op, (const struct str[]){STR("a1")}, 1));
    assert_string_equal(messages(), "type must match /^[A-Za-z]+$/ regular expression");
    check_init(&check, &arena);
    assert_false(check_params(&check, op, NULL, 0));
    check_init(&check, &arena);
    assert_false(
        check_params(&check, op_get(OP_mail_templates_default), (const struct str[]){STR("x")}, 1));
    assert_true(str_starts(check.messages[0], STR("type must be one of the following values: ")));
}

static void
test_many_messages(void **state)
{
    (void)state;
    struct json *list = json_new_array();
    for (int i = 0; i < 1000; i++)
        json_push(list, json_new_object());
    check_init(&check, &arena);
    assert_false(check_body(&check, op_get(OP_permissions_create), list));
    json_free(list);
    assert_int_equal(check.n, CHECK_MESSAGES_MAX);
    assert_true(check.cut);
}

static void
test_own_rules(void **state)
{
    (void)state;
    check_add(&check, "%s must be provided", "Either email or username");
    assert_string_equal(check.ref, "ER-000a64f544");
    assert_null(check_ref(STR("something else")));
}

static void
test_email_texts(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b.io",      "a.b+c@sub.example.com", "A_1-2@x-y.co",
                                       "o'neil@b.io", "\xc3\xa4@\xc3\xb6.de",  "a@b.c.dd"};
    static const char *const bad[] = {"",        "a",        "@b.io",    "a@",        "a@b",
                                      "a@@b.io", ".a@b.io",  "a.@b.io",  "a..b@c.io", "a b@c.io",
                                      "a@b..io", "a@-b.io",  "a@b-.io",  "a@b.1x",    "a@b.i",
                                      "a@b.io ", "a\n@b.io", "<a@b.io>", "a,b@c.io"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!check_is_email(str_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (check_is_email(str_of(bad[i])))
            fail_msg("accepted: %s", bad[i]);
    assert_false(check_is_email(STR_ABSENT));
    assert_false(check_is_email(STR("a\0b@c.io")));
}

static void
test_phone_texts(void **state)
{
    (void)state;
    static const char *const good[] = {"+1234567", "+123456789012345", "+1-555-123-4567"};
    static const char *const bad[] = {
        "",        "1234567",     "+0234567", "+123456",       "+1234567890123456",
        "+12345-", "+1--5551234", "+",        "+1 555 1234567"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(check_is_phone(str_of(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(check_is_phone(str_of(bad[i])));
}

static void
test_uuid_and_url_texts(void **state)
{
    (void)state;
    assert_true(check_is_uuid(STR("35639902-a53d-44c3-9aea-066b06569f78")));
    assert_true(check_is_uuid(STR("35639902-A53D-44C3-9AEA-066B06569F78")));
    assert_false(check_is_uuid(STR("35639902a53d44c39aea066b06569f78")));
    assert_false(check_is_uuid(STR("35639902-a53d-44c3-9aea-066b06569f7g")));
    assert_true(check_is_url(STR("https://a.io/x?y=1#z")));
    assert_true(check_is_url(STR("http://localhost:8088")));
    assert_false(check_is_url(STR("javascript:alert(1)")));
    assert_false(check_is_url(STR("https://")));
    assert_false(check_is_url(STR("https:///x")));
    assert_false(check_is_url(STR("https://a.io/ x")));
    assert_false(check_is_url(STR_ABSENT));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_email, setup, teardown),
        cmocka_unit_test_setup_teardown(test_null_and_unknown_members, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nested, setup, teardown),
        cmocka_unit_test_setup_teardown(test_length_and_pattern, setup, teardown),
        cmocka_unit_test_setup_teardown(test_metadata, setup, teardown),
        cmocka_unit_test_setup_teardown(test_phone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_params, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_email_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_phone_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_uuid_and_url_texts, setup, teardown),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
