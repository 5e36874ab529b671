/*
 * What a user may do and how it came to them: every path, tenants that cannot be read, answers that
 * leave things out, and a pane that filters and opens the role.
 */
#include "base/mem.h"
#include "client/effective.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/person.h"

#include <stdio.h>

struct reading {
    struct bench b;
    struct callset calls;
    struct effective e;
    struct json *rows;
};

static void
set_up(struct reading *r)
{
    *r = (struct reading){.rows = NULL};
    bench_open(&r->b, &(struct bench_setup){.rows = 24, .cols = 100, .tenant = "acme"});
    bench_person(&r->b);
}

static void
gather(struct reading *r, const char *tenant)
{
    effective_start(&r->e, r->b.client, &r->calls, STR("user-0001"), str_of(tenant));
    fake_settle(r->b.client, 200);
    assert_true(effective_done(&r->e));
    json_free(r->rows);
    r->rows = effective_rows(&r->e);
}

static void
tear_down(struct reading *r)
{
    callset_close(&r->calls, r->b.client);
    effective_fini(&r->e);
    json_free(r->rows);
    bench_close(&r->b);
}

static void
expect_row(const struct reading *r, size_t at, const char *permission, const char *role,
           const char *by, const char *tenant)
{
    const struct json *row = json_at(r->rows, at);
    const char *const want[] = {permission, role, by, tenant};
    static const char *const members[] = {"permission", "role", "by", "tenantId"};
    for (size_t i = 0; i < 4; i++)
        if (!str_eq(json_str(json_get(row, members[i])), str_of(want[i])))
            fail_msg("row %zu: %s is %.*s, not %s", at, members[i],
                     STR_ARG(json_str(json_get(row, members[i]))), want[i]);
}

static void
expect_coverage(const struct reading *r, const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 14);
    effective_coverage(&r->e, &b);
    if (str_find(buf_str(&b), str_of(text)) < 0)
        fail_msg("the coverage is: %.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
}

static void
every_path_is_there(void **state)
{
    struct reading r;
    (void)state;
    set_up(&r);
    fake_answer(r.b.client, "users_get", 200,
                "{\"tenants\":[{\"tenantId\":\"acme\",\"roles\":[{\"id\":\"r2\",\"key\":\"Reader\","
                "\"permissions\":[\"p1\"]}]}],\"groups\":[{\"id\":\"g1\",\"roles\":[{\"id\":\"r1\","
                "\"key\":\"Admin\",\"permissions\":[\"p1\",\"p2\",\"p9\"]}]},{\"id\":\"g2\","
                "\"roles\":[]}],\"permissions\":[{\"id\":\"px\",\"key\":\"zz.odd\"}]}");
    fake_answer(r.b.client, "groups_get_many", 201,
                "{\"groups\":[{\"id\":\"g1\",\"name\":\"Operations\"}]}");
    gather(&r, "");
    assert_int_equal(json_len(r.rows), 5);
    expect_row(&r, 0, "p9", "Admin", "Operations", "acme"); /* no answer knows its name */
    expect_row(&r, 1, "users.read", "Admin", "Operations", "acme");
    expect_row(&r, 2, "users.read", "Reader", "directly", "acme");
    expect_row(&r, 3, "users.write", "Admin", "Operations", "acme");
    expect_row(&r, 4, "zz.odd", "", "by no role that can be read", "acme");
    assert_false(effective_partial(&r.e));
    expect_coverage(&r, "1 of 1 tenant read");
    bench_sent(&r.b, "groups_get_many tenant=acme ");
    tear_down(&r);
}

/* Roles that are not split by membership: those of groups are not taken for given. */
static void
roles_in_one_list_are_told_apart(void **state)
{
    struct reading r;
    (void)state;
    set_up(&r);
    fake_answer(r.b.client, "users_get", 200,
                "{\"roles\":[{\"id\":\"r1\",\"key\":\"Admin\",\"permissions\":[\"p2\"]},{\"id\":"
                "\"r2\",\"key\":\"Reader\",\"permissions\":[\"p1\"]}],\"groups\":[{\"id\":\"g1\","
                "\"roles\":[{\"id\":\"r1\",\"key\":\"Admin\"}]}]}");
    fake_answer(r.b.client, "groups_get_many", 403, "{\"errors\":[\"no\"]}");
    gather(&r, "");
    assert_int_equal(json_len(r.rows), 2);
    expect_row(&r, 0, "users.read", "Reader", "directly", "acme");
    expect_row(&r, 1, "users.write", "Admin", "g1", "acme");
    tear_down(&r);
}

static int
two_of_three(void *ctx, const struct values *values, struct buf *body)
{
    (void)values;
    struct str tenant = fake_tenant(ctx);
    if (str_eq(tenant, STR("t2"))) {
        buf_add_text(body, "{\"errors\":[\"You may not\"]}");
        return 403;
    }
    buf_printf(body,
               "{\"tenants\":[{\"tenantId\":\"%.*s\",\"roles\":[{\"id\":\"r2\",\"key\":\"Reader\","
               "\"permissions\":[\"p1\"]}]}]}",
               STR_ARG(tenant));
    return 200;
}

static void
a_tenant_that_is_refused_is_said(void **state)
{
    struct reading r;
    (void)state;
    set_up(&r);
    fake_answer(r.b.client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"tenants\":[{\"tenantId\":\"t1\"},{\"tenantId\":\"t2\"},"
                "{\"tenantId\":\"t3\"}]}");
    fake_answer_by(r.b.client, "users_get", two_of_three, r.b.client);
    gather(&r, "");
    assert_int_equal(json_len(r.rows), 2);
    expect_row(&r, 0, "users.read", "Reader", "directly", "t1");
    expect_row(&r, 1, "users.read", "Reader", "directly", "t3");
    assert_true(effective_partial(&r.e));
    expect_coverage(&r, "2 of 3 tenants read; t2: users_get: You may not");
    /* One tenant is named: only that is read. */
    fake_log_clear(r.b.client);
    gather(&r, "t3");
    assert_int_equal(json_len(r.rows), 1);
    bench_not_sent(&r.b, "tenant=t1");
    tear_down(&r);
}

static void
many_tenants_are_bounded(void **state)
{
    struct reading r;
    struct buf user;
    (void)state;
    set_up(&r);
    buf_init(&user, 1 << 16);
    buf_add_text(&user, "{\"id\":\"user-0001\",\"tenants\":[");
    for (int i = 0; i < 40; i++)
        buf_printf(&user, "%s{\"tenantId\":\"many-%d\"}", i ? "," : "", i);
    buf_add_text(&user, "]}");
    buf_add_char(&user, '\0');
    fake_answer(r.b.client, "users_get_vendor", 200, user.p);
    fake_answer_by(r.b.client, "users_get", two_of_three, r.b.client);
    gather(&r, "");
    assert_int_equal(json_len(r.rows), EFFECTIVE_TENANTS);
    assert_true(effective_partial(&r.e));
    expect_coverage(&r, "16 of 40 tenants read; more than 16 tenants: name one");
    buf_fini(&user);
    tear_down(&r);
}

static void
a_superuser_and_nobody(void **state)
{
    struct reading r;
    (void)state;
    set_up(&r);
    fake_answer(r.b.client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"superUser\":true,\"tenants\":[{\"tenantId\":\"acme\"}]}");
    gather(&r, "");
    expect_row(&r, 0, "*", "", "a superuser", "acme");
    fake_answer(r.b.client, "users_get_vendor", 404, "{\"errors\":[\"User not found\"]}");
    gather(&r, "");
    assert_true(r.e.nobody);
    assert_int_equal(json_len(r.rows), 0);
    expect_coverage(&r, "users_get_vendor: User not found");
    tear_down(&r);
}

static void
the_pane_filters_and_opens_the_role(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 24, .cols = 100, .tenant = "acme"});
    bench_person(&b);
    bench_attach(&b);
    bench_keys(&b, "P");
    bench_shows(&b, "user1@example.com: 1 of 1 tenant read");
    bench_shows(&b, "users.read by role Admin, given directly, in acme");
    bench_keys(&b, "/");
    bench_type(&b, "write");
    bench_keys(&b, "Enter");
    bench_shows(&b, "/write: 1 match");
    bench_hides(&b, "users.read");
    bench_keys(&b, "y");
    assert_string_equal(b.copied, "users.write");
    bench_keys(&b, "Enter");
    bench_shows(&b, "/ Admin");
    bench_keys(&b, "Esc Esc");
    bench_shows(&b, "users.read");
    bench_keys(&b, "/");
    bench_type(&b, "nothing");
    bench_keys(&b, "Enter");
    bench_shows(&b, "No row matches \"nothing\"");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_is_there),
        cmocka_unit_test(roles_in_one_list_are_told_apart),
        cmocka_unit_test(a_tenant_that_is_refused_is_said),
        cmocka_unit_test(many_tenants_are_bounded),
        cmocka_unit_test(a_superuser_and_nobody),
        cmocka_unit_test(the_pane_filters_and_opens_the_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
