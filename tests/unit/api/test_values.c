#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/values.h"

/* What the values hold now, as JSON text. */
static void
assert_json(const struct json *j, const char *want)
{
    struct json *expected = json_parse(str_of(want), 1 << 16, NULL);
    assert_non_null(expected);
    if (!json_equal(j, expected)) {
        struct buf b;
        buf_init(&b, 1 << 16);
        json_write(j, &b);
        fail_msg("%s is not %s", b.p, want);
    }
    json_free(expected);
}

static void
give(struct values *v, const char *arg)
{
    struct err err;
    if (values_set_arg(v, str_of(arg), &err) != ERR_OK)
        fail_msg("%s: %s", arg, err.msg);
}

static void
refuse(struct values *v, const char *arg, const char *message)
{
    struct err err;
    assert_int_equal(values_set_arg(v, str_of(arg), &err), ERR_USAGE);
    if (!strstr(err.msg, message))
        fail_msg("\"%s\" does not say \"%s\"", err.msg, message);
}

static void
test_places(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_users_set_tenant));
    give(v, "userId=u1");
    give(v, "tenantId=t1");
    give(v, "validateTenantExist=true");
    assert_json(v->path, "{\"userId\":\"u1\"}");
    assert_json(v->query, "{}");
    assert_json(v->body, "{\"tenantId\":\"t1\",\"validateTenantExist\":true}");
    values_free(v);

    v = values_new(op_get(OP_groups_get));
    give(v, "query._groupsRelations=roles");
    give(v, "path.id=g1");
    assert_json(v->path, "{\"id\":\"g1\"}");
    assert_json(v->query, "{\"_groupsRelations\":\"roles\"}");
    refuse(v, "body.id=1", "no parameter body.id");
    assert_null(v->body);
    values_free(v);
}

static void
test_typing(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_users_list));
    give(v, "_limit=10");
    give(v, "_includeSubTenants=false");
    give(v, "ids=a, b");
    give(v, "_email=7");
    assert_json(
        v->query,
        "{\"_limit\":10,\"_includeSubTenants\":false,\"ids\":[\"a\",\"b\"],\"_email\":\"7\"}");
    give(v, "ids=[\"a,b\"]");
    assert_json(values_get(v, STR("ids")), "[\"a,b\"]");
    give(v, "ids=");
    assert_json(values_get(v, STR("ids")), "[]");
    refuse(v, "_limit=ten", "_limit: not a valid integer");
    refuse(v, "_includeSubTenants=yes", "not a valid boolean");
    refuse(v, "ids=[1", "not a valid list");
    values_free(v);

    v = values_new(op_get(OP_tenants_create));
    give(v, "metadata={\"a\":1}");
    assert_json(values_get(v, STR("metadata")), "{\"a\":1}");
    give(v, "metadata=plain words");
    assert_json(values_get(v, STR("metadata")), "\"plain words\"");
    give(v, "name:=null");
    assert_json(values_get(v, STR("name")), "null");
    refuse(v, "name:=x", "name: ");
    values_free(v);
}

static void
test_nesting(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_password_config_set));
    give(v, "minLength=8");
    give(v, "optionalTests.requireNumbers=true");
    give(v, "optionalTests.requireLowercase=false");
    assert_json(v->body, "{\"minLength\":8,\"optionalTests\":{\"requireNumbers\":true,"
                         "\"requireLowercase\":false}}");
    refuse(v, "optionalTests.requireMagic=true", "no parameter");
    refuse(v, "minLength.x=1", "no parameter");
    values_free(v);

    v = values_new(op_get(OP_users_bulk_invite));
    give(v, "users.0.email=a@b.io");
    give(v, "users.1.email=c@d.io");
    give(v, "users.0.name=Ann");
    assert_json(v->body, "{\"users\":[{\"email\":\"a@b.io\",\"name\":\"Ann\"},"
                         "{\"email\":\"c@d.io\"}]}");
    refuse(v, "users.5.email=x@y.io", "in order from 0");
    refuse(v, "users.0=x", "no parameter");
    refuse(v, "users=a,b", "not a valid list");
    values_free(v);
}

static void
test_list_bodies(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_roles_create_v1));
    give(v, "key=a");
    give(v, "name=A");
    give(v, "1.key=b");
    assert_json(v->body, "[{\"key\":\"a\",\"name\":\"A\"},{\"key\":\"b\"}]");
    assert_json(values_get(v, STR("name")), "\"A\"");
    assert_json(values_get(v, STR("1.key")), "\"b\"");
    refuse(v, "3.key=d", "in order from 0");
    values_clear(v, STR("name"));
    assert_null(values_get(v, STR("name")));
    values_free(v);
}

static void
test_set_get_clear_copy(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_users_create));
    assert_null(values_get(v, STR("email")));
    values_clear(v, STR("email"));
    values_clear(v, STR("nobody"));
    assert_int_equal(values_set(v, STR("email"), json_new_str(STR("a@b.io")), NULL), ERR_OK);
    assert_int_equal(values_set(v, STR("nobody"), json_new_null(), NULL), ERR_USAGE);
    struct values *copy = values_copy(v);
    values_clear(v, STR("email"));
    assert_null(values_get(v, STR("email")));
    assert_json(values_get(copy, STR("email")), "\"a@b.io\"");
    values_set_body(v, json_new_array());
    give(v, "email=c@d.io");
    assert_json(v->body, "{\"email\":\"c@d.io\"}");
    values_free(copy);
    values_free(v);
    values_free(NULL);
}

static void
test_bad_arguments(void **state)
{
    (void)state;
    struct values *v = values_new(op_get(OP_users_create));
    refuse(v, "email", "name=value");
    refuse(v, "=x", "name=value");
    refuse(v, "", "name=value");
    refuse(v, "nobody=x", "users_create has no parameter nobody");
    refuse(v, ".=x", "no parameter");
    refuse(v, "email.=x", "no parameter");
    give(v, "name=a=b");
    assert_json(values_get(v, STR("name")), "\"a=b\"");
    values_free(v);
}

static void
test_field(void **state)
{
    (void)state;
    enum values_place place;
    const struct op *op = op_get(OP_users_bulk_invite);
    assert_int_equal(values_field(op, STR("users.3.email"), &place)->kind, KIND_EMAIL);
    assert_int_equal(place, VALUES_BODY);
    assert_null(values_field(op, STR("users.3.nothing"), &place));
    assert_int_equal(place, VALUES_NONE);
    assert_true(values_field(op_get(OP_vendor_auth), STR("secret"), &place)->flags & FIELD_SECRET);
}

static void
test_check(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct check check;
    check_init(&check, &arena);
    struct values *v = values_new(op_get(OP_users_set_email));
    give(v, "email=nobody");
    assert_false(values_check(v, &check));
    assert_int_equal(check.n, 2);
    assert_true(str_eq(check.messages[0], STR("userId must be a string")));
    assert_true(str_eq(check.messages[1], STR("email must be an email")));
    give(v, "userId=u1");
    give(v, "email=a@b.io");
    check_init(&check, &arena);
    assert_true(values_check(v, &check));
    values_free(v);
    arena_fini(&arena);
}

/* No name that the catalogue knows is out of reach. */
static void
test_every_top_field_is_settable(void **state)
{
    (void)state;
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        const struct field *tables[] = {op->params, op->query, op->body};
        static const char *const prefix[] = {"path.", "query.", "body."};
        for (size_t t = 0; t < 3; t++) {
            for (const struct field *f = tables[t]; f && f->name; f++) {
                struct arena arena;
                arena_init(&arena, 4096);
                struct str name = arena_printf(&arena, "%s%s", prefix[t], f->name);
                struct values *v = values_new(op);
                assert_int_equal(values_set(v, name, json_new_bool(true), NULL), ERR_OK);
                assert_non_null(values_get(v, name));
                values_free(v);
                arena_fini(&arena);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_typing),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_list_bodies),
        cmocka_unit_test(test_set_get_clear_copy),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_every_top_field_is_settable),
    };
    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
