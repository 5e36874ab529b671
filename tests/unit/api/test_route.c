#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/route.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"

struct fixture {
    struct route_table *table;
    struct arena arena;
    struct route_match match;
};

static int
setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    f->table = route_new();
    arena_init(&f->arena, 1 << 20);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    route_free(f->table);
    arena_fini(&f->arena);
    mem_free(f);
    return 0;
}

static enum route_outcome
find(struct fixture *f, enum method m, const char *path)
{
    return route_find(f->table, m, str_of(path), &f->arena, &f->match);
}

static void
assert_op(struct fixture *f, enum method m, const char *path, enum op_id want)
{
    if (find(f, m, path) != ROUTE_FOUND)
        fail_msg("%s %s: not found", method_name(m), path);
    assert_string_equal(f->match.op->name, op_get(want)->name);
}

/* The path of an operation with v1, v2, ... in place of its parameters. */
static struct str
sample_path(const struct op *op, struct arena *a)
{
    struct str out = STR("");
    struct str rest = str_of(op->path + 1);
    struct str part;
    int n = 0;
    while (str_next(&rest, '/', &part)) {
        if (part.p[0] == '{')
            out = arena_printf(a, "%.*s/v%d", STR_ARG(out), ++n);
        else
            out = arena_printf(a, "%.*s/%.*s", STR_ARG(out), STR_ARG(part));
    }
    return out;
}

static void
test_every_operation(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        struct str path = sample_path(op, &f->arena);
        enum route_outcome got = route_find(f->table, op->method, path, &f->arena, &f->match);
        if (got != ROUTE_FOUND || f->match.op != op)
            fail_msg("%s is not reached by its own path", op->name);
        assert_int_equal(f->match.n_params, field_count(op->params));
        for (size_t k = 0; k < f->match.n_params; k++) {
            struct str want = arena_printf(&f->arena, "v%zu", k + 1);
            assert_true(str_eq(f->match.params[k], want));
            assert_true(str_eq(route_param(&f->match, str_of(op->params[k].name)), want));
        }
    }
}

static void
test_aliases(void **state)
{
    struct fixture *f = *state;
    assert_op(f, METHOD_POST, "/auth/vendor", OP_vendor_auth);
    assert_op(f, METHOD_POST, "/auth/vendor/", OP_vendor_auth);
    assert_op(f, METHOD_POST, "/frontegg/auth/vendor/", OP_vendor_auth);
    assert_op(f, METHOD_GET, "/frontegg/identity/resources/users/v1/u1", OP_users_get);
    assert_op(f, METHOD_POST, "/identity/resources/users/v1/", OP_users_create_v1);
    assert_op(f, METHOD_GET, "/audits", OP_audits_list_v1);
    assert_op(f, METHOD_GET, "/audits/", OP_audits_list_v1);
    /* Once only, and as a whole segment. */
    assert_int_equal(find(f, METHOD_POST, "/frontegg/frontegg/auth/vendor"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_POST, "/fronteggauth/vendor"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_GET, "/frontegg/gatehouse/v1/sessions"), ROUTE_UNKNOWN);
}

static bool
is_param(struct str segment)
{
    return segment.p[0] == '{';
}

/* How two segments go together: -1 never, 0 alike, 1 the first is the more literal one, 2 the second. */
static int
compare_segments(struct str a, struct str b)
{
    if (is_param(a) || is_param(b))
        return is_param(a) == is_param(b) ? 0 : is_param(b) ? 1 : 2;
    return str_eq(a, b) ? 0 : -1;
}

/* True if a path of the first is also one of the second, and the first is the more literal one. */
static bool
shadows(const struct op *a, const struct op *b)
{
    struct str ra = str_of(a->path + 1), rb = str_of(b->path + 1), pa, pb;
    bool first = false;
    if (a->method != b->method)
        return false;
    while (str_given(ra) && str_given(rb)) {
        str_next(&ra, '/', &pa);
        str_next(&rb, '/', &pb);
        int order = compare_segments(pa, pb);
        if (order < 0 || order == 2)
            return false;
        first |= order == 1;
    }
    return first && !str_given(ra) && !str_given(rb);
}

/* Pairs in which a path could mean either operation: the one named first must win. */
static const struct {
    enum op_id literal, param;
} collisions[] = {
    {OP_mfa_login_authenticator_confirm, OP_mfa_login_authenticator_verify},
    {OP_mfa_login_sms_enroll, OP_mfa_login_sms_start},
    {OP_mfa_login_sms_confirm, OP_mfa_login_sms_verify},
    {OP_mfa_login_webauthn_enroll, OP_mfa_login_webauthn_start},
    {OP_mfa_login_webauthn_confirm, OP_mfa_login_webauthn_verify},
    {OP_users_get_by_email, OP_users_get},
    {OP_users_temporary_config_set, OP_users_temporary_set},
    {OP_me_set_tenant, OP_users_update},
    {OP_sessions_delete_all, OP_sessions_delete},
    {OP_groups_config_get, OP_groups_get},
    {OP_tenant_access_tokens_active, OP_tenant_access_tokens_resolve},
    {OP_user_access_tokens_active, OP_user_access_tokens_resolve},
    {OP_approval_flows_execution, OP_approval_flows_get},
    {OP_approval_flows_execute_step_up, OP_approval_flows_execute},
};

static void
test_literal_beats_parameter(void **state)
{
    struct fixture *f = *state;
    size_t found = 0;
    for (size_t i = 0; i < OP_COUNT; i++) {
        for (size_t k = 0; k < OP_COUNT; k++) {
            const struct op *a = op_get((enum op_id)i), *b = op_get((enum op_id)k);
            if (!shadows(a, b))
                continue;
            bool listed = false;
            for (size_t n = 0; n < COUNT_OF(collisions); n++)
                listed |= collisions[n].literal == a->id && collisions[n].param == b->id;
            if (!listed)
                fail_msg("not listed: {OP_%s, OP_%s},", a->name, b->name);
            found++;
            struct str path = sample_path(a, &f->arena);
            route_find(f->table, a->method, path, &f->arena, &f->match);
            assert_ptr_equal(f->match.op, a);
        }
    }
    assert_int_equal(found, COUNT_OF(collisions));
}

/* A literal that leads nowhere must not hide the parameter beside it. */
static void
test_going_back(void **state)
{
    struct fixture *f = *state;
    assert_op(f, METHOD_GET, "/identity/resources/users/v1/email", OP_users_get_by_email);
    assert_op(f, METHOD_DELETE, "/identity/resources/users/v1/email", OP_users_delete);
    assert_true(str_eq(f->match.params[0], STR("email")));
    assert_op(f, METHOD_POST, "/identity/resources/users/v1/email/roles", OP_users_roles_add);
    assert_true(str_eq(route_param(&f->match, STR("userId")), STR("email")));
    assert_op(f, METHOD_POST, "/identity/resources/users/v1/email/me", OP_me_email_change);
    assert_false(str_given(route_param(&f->match, STR("userId"))));
}

static void
test_unknown_and_wrong_method(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(find(f, METHOD_GET, "/"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_GET, "/identity"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_GET, "/identity/resources/users/v9"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_GET, "/Identity/resources/users/v3"), ROUTE_UNKNOWN);
    assert_int_equal(find(f, METHOD_GET, "/auth/vendor"), ROUTE_METHOD);
    assert_int_equal(f->match.allow, 1u << METHOD_POST);
    assert_null(f->match.op);
    assert_int_equal(f->match.n_params, 0);
    assert_int_equal(find(f, METHOD_PATCH, "/identity/resources/users/v1/x"), ROUTE_METHOD);
    assert_int_equal(f->match.allow, 1u << METHOD_GET | 1u << METHOD_PUT | 1u << METHOD_DELETE);
}

static void
test_decoding(void **state)
{
    struct fixture *f = *state;
    assert_op(f, METHOD_GET, "/identity/resources/users/v1/a%40b.io", OP_users_get);
    assert_true(str_eq(f->match.params[0], STR("a@b.io")));
    assert_op(f, METHOD_GET, "/identity/resources/users/v1/%C3%A4", OP_users_get);
    assert_true(str_eq(f->match.params[0], STR("\xc3\xa4")));
    assert_op(f, METHOD_GET, "/identity/resources/users/v1/a+b", OP_users_get);
    assert_true(str_eq(f->match.params[0], STR("a+b")));
    /* An encoded literal is that literal, so no rule can be passed by spelling it differently. */
    assert_op(f, METHOD_GET, "/identity/resources/users/v1/em%61il", OP_users_get_by_email);
}

static void
test_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        "identity/resources/users/v3",
        "/identity/resources/users/v1/a%00b",
        "/identity/resources/users/v1/a%2fb",
        "/identity/resources/users/v1/a%2Fb",
        "/identity/resources/users/v1/a%5cb",
        "/identity/resources/users/v1/%0d%0a",
        "/identity/resources/users/v1/%7f",
        "/identity/resources/users/v1/%c0%af",
        "/identity/resources/users/v1/%e0%80%af",
        "/identity/resources/users/v1/%ed%a0%80",
        "/identity/resources/users/v1/\xff",
        "/identity/resources/users/v1/%",
        "/identity/resources/users/v1/%4",
        "/identity/resources/users/v1/%zz",
        "/identity/resources/users/v1/.",
        "/identity/resources/users/v1/..",
        "/identity/resources/users/v1/%2e%2e",
        "/identity//resources/users/v3",
        "//identity/resources/users/v3",
        "/identity/resources/users/v3//",
        "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (find(f, METHOD_GET, bad[i]) != ROUTE_BAD)
            fail_msg("not refused: %s", bad[i]);
    struct str nul = STR("/identity/resources/users/v1/a\0b");
    assert_int_equal(route_find(f->table, METHOD_GET, nul, &f->arena, &f->match), ROUTE_BAD);
}

static void
test_unescape(void **state)
{
    struct fixture *f = *state;
    assert_true(str_eq(url_unescape(STR("a+b%20c"), true, &f->arena), STR("a b c")));
    assert_true(str_eq(url_unescape(STR("a+b%2Bc"), false, &f->arena), STR("a+b+c")));
    assert_true(str_given(url_unescape(STR(""), true, &f->arena)));
    assert_false(str_given(url_unescape(STR("%00"), true, &f->arena)));
    assert_false(str_given(url_unescape(STR("%+1"), true, &f->arena)));
}

/* Generous: the promise is a microsecond, and sanitizers cost a factor. */
static void
test_speed(void **state)
{
    struct fixture *f = *state;
    enum { ROUNDS = 20000, LIMIT_US = 20 };
    int64_t start = clock_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        find(f, METHOD_GET, "/identity/resources/configurations/v1/restrictions/ip/config");
    int64_t took = clock_mono_us() - start;
    assert_true(took < (int64_t)ROUNDS * LIMIT_US);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_aliases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_literal_beats_parameter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_going_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_and_wrong_method, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decoding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unescape, setup, teardown),
        cmocka_unit_test_setup_teardown(test_speed, setup, teardown),
    };
    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
