#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/encode.h"
#include "api/route.h"

struct fixture {
    struct arena arena;
    struct values *values;
    struct encode_request request;
    struct err err;
};

static const struct encode_scope full_scope = {.tenant_id = {"t1", 2},
                                               .user_id = {"u1", 2},
                                               .app_id = {"a1", 2},
                                               .vendor_host = {"acme.io", 7}};
static const struct encode_scope no_scope = {.own_token = false};

static int
setup(void **state)
{
    static struct fixture fixture;
    arena_init(&fixture.arena, 1 << 20);
    fixture.values = NULL;
    *state = &fixture;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    values_free(f->values);
    arena_fini(&f->arena);
    return 0;
}

static void
begin(struct fixture *f, enum op_id op)
{
    values_free(f->values);
    f->values = values_new(op_get(op));
}

static void
give(struct fixture *f, const char *arg)
{
    assert_int_equal(values_set_arg(f->values, str_of(arg), NULL), ERR_OK);
}

static enum err_code
encode(struct fixture *f, const struct encode_scope *scope)
{
    return encode_request(f->values, scope, &f->arena, &f->request, &f->err);
}

static void
assert_target(struct fixture *f, const char *want)
{
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_string_equal(arena_cstr(&f->arena, f->request.target), want);
}

static const char *
header(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->request.n_headers; i++)
        if (strcmp(f->request.headers[i].name, name) == 0)
            return f->request.headers[i].value.p;
    return NULL;
}

static void
test_path(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_users_get);
    give(f, "id=a/b c\xc3\xa4");
    assert_target(f, "/identity/resources/users/v1/a%2Fb%20c%C3%A4");
    assert_int_equal(f->request.method, METHOD_GET);
    assert_false(str_given(f->request.body));
    begin(f, OP_tenants_metadata_remove);
    give(f, "tenantId=t");
    give(f, "key=k");
    assert_target(f, "/tenants/resources/tenants/v1/t/metadata/k");
    begin(f, OP_audits_list_v1);
    assert_target(f, "/audits");
}

static void
test_bad_path_values(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_users_get);
    assert_int_equal(encode(f, &full_scope), ERR_USAGE);
    assert_string_equal(f->err.msg, "users_get: id is missing");
    give(f, "id=");
    assert_int_equal(encode(f, &full_scope), ERR_USAGE);
    give(f, "id=..");
    assert_int_equal(encode(f, &full_scope), ERR_USAGE);
    assert_string_equal(f->err.msg, "users_get: id cannot be \"..\"");
}

static void
test_query_order_and_lists(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_users_list);
    give(f, "_email=a+b@c.io");
    give(f, "ids=x,y z");
    give(f, "_includeSubTenants=false");
    give(f, "_limit=10");
    give(f, "_namePrefix:=null");
    /* In the order of the row: a list that goes as one value, a null that does not go. */
    assert_target(f, "/identity/resources/users/v3?_limit=10&_email=a%2Bb%40c.io&ids=x,y%20z"
                     "&_includeSubTenants=false");
    begin(f, OP_roles_list);
    give(f, "_levels=1,2");
    assert_target(f, "/identity/resources/roles/v2?_levels=1&_levels=2");
    give(f, "_levels=");
    assert_target(f, "/identity/resources/roles/v2");
}

static void
test_body(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_tenants_create);
    give(f, "name=A \"b\"");
    assert_int_equal(encode(f, &no_scope), ERR_OK);
    assert_true(str_eq(f->request.body, STR("{\"name\":\"A \\\"b\\\"\"}")));
    begin(f, OP_mfa_disable);
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_true(str_eq(f->request.body, STR("{}")));
    begin(f, OP_roles_create_v1);
    assert_int_equal(encode(f, &no_scope), ERR_OK);
    assert_true(str_eq(f->request.body, STR("[]")));
    begin(f, OP_users_lock);
    give(f, "userId=u");
    assert_int_equal(encode(f, &no_scope), ERR_OK);
    assert_false(str_given(f->request.body));
    begin(f, OP_users_roles_remove);
    give(f, "userId=u");
    give(f, "roleIds=r1");
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_int_equal(f->request.method, METHOD_DELETE);
    assert_true(str_eq(f->request.body, STR("{\"roleIds\":[\"r1\"]}")));
}

static void
test_scope(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_users_create);
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_string_equal(header(f, "frontegg-tenant-id"), "t1");
    assert_string_equal(header(f, "frontegg-application-id"), "a1");
    assert_null(header(f, "frontegg-user-id"));
    assert_null(header(f, "frontegg-vendor-host"));
    assert_int_equal(encode(f, &no_scope), ERR_USAGE);
    assert_non_null(strstr(f->err.msg, "needs a tenant"));

    begin(f, OP_sessions_list);
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_string_equal(header(f, "frontegg-user-id"), "u1");
    struct encode_scope tenant_only = {.tenant_id = STR("t1")};
    assert_int_equal(encode(f, &tenant_only), ERR_USAGE);
    assert_non_null(strstr(f->err.msg, "needs a user"));
    struct encode_scope own = {.tenant_id = STR("t1"), .own_token = true};
    assert_int_equal(encode(f, &own), ERR_OK);
    assert_int_equal(f->request.n_headers, 0);

    /* A route that forbids the tenant header never gets it. */
    begin(f, OP_users_set_email);
    give(f, "userId=u");
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_null(header(f, "frontegg-tenant-id"));
    begin(f, OP_auth_login);
    assert_int_equal(encode(f, &full_scope), ERR_OK);
    assert_string_equal(header(f, "frontegg-vendor-host"), "acme.io");
}

static void
test_too_long(void **state)
{
    struct fixture *f = *state;
    begin(f, OP_users_list);
    struct json *list = json_new_array();
    for (int i = 0; i < 10000; i++)
        json_push(list, json_new_str(STR("35639902-a53d-44c3-9aea-066b06569f78")));
    values_set(f->values, STR("ids"), list, NULL);
    assert_int_equal(encode(f, &no_scope), ERR_LIMIT);
}

/* What is encoded comes back from the router as the same operation with the same values. */
static void
test_round_trip(void **state)
{
    struct fixture *f = *state;
    struct route_table *table = route_new();
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        begin(f, op->id);
        for (const struct field *p = op->params; p && p->name; p++)
            values_set(f->values, str_of(p->name), json_new_str(STR("x %&?#+\xc3\xa4")), NULL);
        assert_int_equal(encode(f, &full_scope), ERR_OK);
        struct route_match match;
        assert_int_equal(route_find(table, f->request.method, f->request.target, &f->arena, &match),
                         ROUTE_FOUND);
        assert_ptr_equal(match.op, op);
        for (size_t k = 0; k < match.n_params; k++)
            assert_true(str_eq(match.params[k], STR("x %&?#+\xc3\xa4")));
        arena_reset(&f->arena);
    }
    route_free(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_path_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_query_order_and_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scope, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
