#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/opdoc.h"
#include "base/json.h"
#include "base/utf8.h"

enum { BIG = 8 << 20 };

static struct buf out;

static int
setup(void **state)
{
    (void)state;
    buf_init(&out, BIG);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    buf_fini(&out);
    return 0;
}

static size_t
count_lines(struct str text, const char *start)
{
    size_t n = 0;
    struct str line;
    while (str_next(&text, '\n', &line))
        n += line.n > 0 && str_starts(line, str_of(start));
    return n;
}

static void
test_table(void **state)
{
    (void)state;
    assert_int_equal(opdoc_table(&out, STR_ABSENT), OP_COUNT);
    assert_int_equal(count_lines(buf_str(&out), ""), OP_COUNT);
    buf_reset(&out);
    assert_int_equal(opdoc_table(&out, STR("temporary USERS")), 4);
    assert_true(
        str_starts(buf_str(&out), STR("users_temporary_set              PUT    "
                                      "/identity/resources/users/temporary/v1/{userId}       "
                                      "Set when a user expires\n")));
    buf_reset(&out);
    assert_int_equal(opdoc_table(&out, STR("no such thing")), 0);
    assert_int_equal(out.n, 0);
}

static struct json *
json_of(enum op_id id, bool fields)
{
    struct jw w;
    buf_reset(&out);
    jw_init(&w, &out);
    opdoc_json(&w, op_get(id), fields);
    assert_false(out.failed);
    struct err err;
    struct json *j = json_parse(buf_str(&out), BIG, &err);
    if (!j)
        fail_msg("%s: %s", op_get(id)->name, err.msg);
    return j;
}

static void
test_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < OP_COUNT; i++)
        json_free(json_of((enum op_id)i, true));
    struct json *j = json_of(OP_vendor_auth, false);
    assert_true(str_eq(json_str(json_get(j, "name")), STR("vendor_auth")));
    assert_null(json_get(j, "body"));
    json_free(j);
    j = json_of(OP_vendor_auth, true);
    struct json *secret = json_at(json_get(j, "body"), 1);
    assert_true(str_eq(json_str(json_at(json_get(secret, "flags"), 0)), STR("required")));
    assert_true(str_eq(json_str(json_at(json_get(secret, "flags"), 1)), STR("secret")));
    json_free(j);
}

static void
test_operation(void **state)
{
    (void)state;
    opdoc_operation(&out, op_get(OP_users_bulk_invite));
    assert_non_null(strstr(out.p, "POST /identity/resources/users/bulk/v1/invite\n"));
    assert_non_null(strstr(out.p, "called with environment or user token (fe.secure.write.users), "
                                  "needs a tenant; answers 202\n"));
    assert_non_null(strstr(out.p, "  users                        list of object, required"));
    assert_non_null(strstr(out.p, "    password                   string, secret"));
    for (size_t i = 0; i < OP_COUNT; i++) {
        buf_reset(&out);
        opdoc_operation(&out, op_get((enum op_id)i));
        assert_false(out.failed);
        assert_non_null(strstr(out.p, "\nAnswer"));
    }
}

static void
test_type(void **state)
{
    (void)state;
    opdoc_type(&out, field_find(op_get(OP_users_list)->query, STR("_order")));
    assert_string_equal(out.p, "one of ASC, DESC");
    buf_reset(&out);
    opdoc_type(&out, field_find(op_get(OP_users_list)->query, STR("ids")));
    assert_string_equal(out.p, "list of string");
}

static void
test_coverage(void **state)
{
    (void)state;
    static bool bound[OP_COUNT];
    memset(bound, 0, sizeof bound);
    opdoc_coverage(&out, bound);
    assert_int_equal(count_lines(buf_str(&out), "unbound "), 341);
    assert_int_equal(count_lines(buf_str(&out), "extra: unbound "), OP_COUNT - 341);
    assert_true(str_ends(buf_str(&out), STR("\n0 of 341 bound\n")));
    bound[OP_users_list] = true;
    bound[OP_users_list_v1] = true;
    buf_reset(&out);
    opdoc_coverage(&out, bound);
    assert_int_equal(count_lines(buf_str(&out), "bound "), 1);
    assert_int_equal(count_lines(buf_str(&out), "extra: bound "), 1);
    assert_true(str_ends(buf_str(&out), STR("\n1 of 341 bound\n")));
}

static void
test_markdown(void **state)
{
    (void)state;
    static bool bound[OP_COUNT];
    memset(bound, 1, sizeof bound);
    opdoc_markdown(&out, bound);
    assert_false(out.failed);
    assert_true(utf8_valid(buf_str(&out)));
    assert_int_equal(count_lines(buf_str(&out), "| `"), OP_COUNT);
    assert_non_null(strstr(out.p, "\n341 of the 341 published operations are bound"));
    assert_non_null(strstr(out.p, "\n## Users\n"));
    /* Each group is one section. */
    assert_int_equal(count_lines(buf_str(&out), "## Users "), 3 - 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_type, setup, teardown),
        cmocka_unit_test_setup_teardown(test_coverage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_markdown, setup, teardown),
    };
    return cmocka_run_group_tests_name("opdoc", tests, NULL, NULL);
}
