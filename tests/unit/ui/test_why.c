/*
 * Why somebody can or cannot sign in: every reason by itself, what cannot be read and is never taken
 * for fine, rows that appear as they are read.
 */
#include "client/why.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/person.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- every reason by itself ---- */

#define USER(more)                                                                                 \
    "{\"id\":\"user-0001\",\"email\":\"user1@example.com\",\"provider\":\"local\"," more "}"
#define IN_ACME "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\",\"roles\":[]}]"
#define FINE "\"verified\":true,"

static const struct reason {
    const char *op;
    const char *tenant, *environment; /* answers; NULL environment with a tenant: the same */
    enum why_check check;
    enum why_verdict verdict;
    const char *finding;
} reasons[] = {
    {"users_get_vendor", USER("\"isLocked\":true," FINE IN_ACME), NULL, WHY_CHECK_locked, WHY_NO,
     "Locked, by an administrator"},
    {"users_get_vendor", USER("\"verified\":false," IN_ACME), NULL, WHY_CHECK_verified, WHY_NO,
     "not verified"},
    {"config_get", "{\"authStrategy\":\"NoLocalAuthentication\"}", NULL, WHY_CHECK_strategy, WHY_NO,
     "Passwords and codes are off"},
    {"config_get", "{\"authStrategy\":\"SmsCode\"}", NULL, WHY_CHECK_strategy, WHY_NO,
     "no phone is known"},
    {"users_get_vendor", USER(FINE "\"tenants\":[],\"tenantIds\":[]"), NULL, WHY_CHECK_member,
     WHY_NO, "In no tenant"},
    {"users_get_vendor", USER(FINE "\"tenantIds\":[\"acme\"]"), NULL, WHY_CHECK_member, WHY_UNKNOWN,
     "not how the user is in them"},
    {"users_get_vendor", USER(FINE "\"tenantId\":\"globex\",\"tenants\":[{\"tenantId\":\"acme\"}]"),
     NULL, WHY_CHECK_member, WHY_NOTE, "Removed from the active tenant globex; enters acme"},
    {"tenants_get", "[]", NULL, WHY_CHECK_there, WHY_NO, "acme is not there any more"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\",\"isDisabled\":true}]"),
     NULL, WHY_CHECK_disabled, WHY_NO, "Disabled in acme"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\"},"
               "{\"tenantId\":\"globex\",\"isDisabled\":true}]"),
     NULL, WHY_CHECK_disabled, WHY_NOTE, "Enabled in acme, disabled in 1 more"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\","
               "\"temporaryExpirationDate\":\"2020-01-01T00:00:00.000Z\"}]"),
     NULL, WHY_CHECK_expired, WHY_NO, "the stay in acme ended 2020-01-01"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\","
               "\"temporaryExpirationDate\":\"2099-01-01T00:00:00.000Z\"}]"),
     NULL, WHY_CHECK_expired, WHY_NOTE, "in acme until 2099-01-01"},
    {"users_get", USER(FINE "\"activatedForTenant\":false"), NULL, WHY_CHECK_joined, WHY_NOTE,
     "Has not accepted the invitation to acme"},
    {"users_get", USER(FINE "\"roles\":[]"), NULL, WHY_CHECK_roles, WHY_OK, "1 in acme: Admin"},
    {"mfa_policy_get", "{\"enforceMFAType\":\"Force\"}", NULL, WHY_CHECK_mfa, WHY_NOTE,
     "Demanded by acme; none is enrolled"},
    {"ip_restrictions_config_get", "{\"isActive\":true,\"strategy\":\"ALLOW\"}", NULL,
     WHY_CHECK_address, WHY_NO, "none is listed"},
    {"ip_restrictions_config_get", "{\"isActive\":true,\"strategy\":\"BLOCK\"}", NULL,
     WHY_CHECK_address, WHY_OK, "Any address"},
    {"domain_restrictions_config_get", "{\"active\":true,\"listType\":\"ALLOW\"}", NULL,
     WHY_CHECK_domain, WHY_NOTE, "example.com is refused"},
    {"domain_restrictions_config_get",
     "{\"active\":true,\"listType\":\"BLOCK\",\"blockPublicDomains\":true}", NULL, WHY_CHECK_domain,
     WHY_UNKNOWN, "Public domains are refused"},
    {"lockout_policy_get", "{\"enabled\":true,\"maxAttempts\":3}",
     "{\"enabled\":true,\"maxAttempts\":7}", WHY_CHECK_lockout, WHY_OK, "3 wrong passwords"},
    {"password_rotation_get", "{\"isActive\":true,\"rotationPeriod\":43200}", NULL,
     WHY_CHECK_rotation, WHY_NOTE, "older than 30 days"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\"},"
               "{\"tenantId\":\"globex\"}]"),
     NULL, WHY_CHECK_mfa, WHY_UNKNOWN, "by acme; the user's other tenants were not read"},
    {"users_get_vendor",
     USER(FINE "\"tenantId\":\"acme\",\"tenants\":[{\"tenantId\":\"acme\"},"
               "{\"tenantId\":\"globex\"}]"),
     NULL, WHY_CHECK_rotation, WHY_UNKNOWN, "Passwords do not age, by acme; the user's other"},
    {"password_rotation_get_vendor", "", "{\"isActive\":true,\"rotationPeriod\":1440}",
     WHY_CHECK_rotation, WHY_NOTE, "older than 1 day has"},
};

struct asking {
    struct bench b;
    struct callset calls;
    struct why w;
};

static void
set_up(struct asking *a)
{
    *a = (struct asking){.w = {.client = NULL}};
    bench_open(&a->b, &(struct bench_setup){.tenant = "acme"});
    bench_person(&a->b);
}

static void
ask(struct asking *a, const char *user, const char *tenant)
{
    why_start(&a->w, a->b.client, &a->calls, str_of(user), str_of(tenant));
    fake_settle(a->b.client, 100);
    assert_true(why_done(&a->w));
}

static void
tear_down(struct asking *a)
{
    callset_close(&a->calls, a->b.client);
    why_fini(&a->w);
    bench_close(&a->b);
}

static void
expect(const struct why *w, enum why_check check, enum why_verdict verdict, const char *finding)
{
    const struct why_row *row = &w->rows[check];
    if (row->verdict != verdict || !strstr(row->text, finding))
        fail_msg("%s is %s: %s; expected %s: %s", why_title(check), why_verdict_name(row->verdict),
                 row->text, why_verdict_name(verdict), finding);
}

static void
every_reason_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const struct reason *r = &reasons[i];
        struct asking a;
        set_up(&a);
        bench_answer_in(&a.b, r->op, r->tenant, r->environment ? r->environment : r->tenant);
        ask(&a, "user-0001", "");
        expect(&a.w, r->check, r->verdict, r->finding);
        tear_down(&a);
    }
}

static void
somebody_who_can_is_told_so(void **state)
{
    struct asking a;
    (void)state;
    set_up(&a);
    ask(&a, "user1@example.com", "");
    for (enum why_check c = 0; c < WHY_CHECKS; c++)
        expect(&a.w, c, WHY_OK, "");
    assert_string_equal(a.w.id, "user-0001");
    tear_down(&a);
}

static void
lists_say_where_from(void **state)
{
    struct asking a;
    (void)state;
    set_up(&a);
    bench_answer_in(&a.b, "ip_restrictions_config_get",
                    "{\"isActive\":true,\"strategy\":\"ALLOW\"}", NULL);
    bench_answer_in(
        &a.b, "ip_restrictions_list",
        "{\"items\":[{\"ip\":\"192.0.2.0/24\",\"strategy\":\"ALLOW\",\"isActive\":true},"
        "{\"ip\":\"10.0.0.1\",\"strategy\":\"BLOCK\",\"isActive\":true}]}",
        "{\"items\":[]}");
    bench_answer_in(&a.b, "domain_restrictions_config_get",
                    "{\"active\":true,\"listType\":\"BLOCK\"}", NULL);
    bench_answer_in(&a.b, "domain_restrictions_list",
                    "{\"items\":[{\"domain\":\"ample.com\",\"type\":\"BLOCK\"}]}", NULL);
    ask(&a, "user-0001", "");
    expect(&a.w, WHY_CHECK_address, WHY_UNKNOWN, "192.0.2.0/24 (allowed by acme)");
    expect(&a.w, WHY_CHECK_domain, WHY_OK, "not restricted");
    bench_answer_in(&a.b, "domain_restrictions_list",
                    "{\"items\":[{\"domain\":\"EXAMPLE.com\",\"type\":\"BLOCK\"}]}", NULL);
    ask(&a, "user-0001", "");
    expect(&a.w, WHY_CHECK_domain, WHY_NOTE, "example.com is refused");
    tear_down(&a);
}

/* ---- what cannot be read ---- */

/* A person for whom every fact matters. */
static void
everything_matters(struct bench *b)
{
    bench_person(b);
    fake_answer(b->client, "users_get_vendor", 200, USER("\"verified\":false," IN_ACME));
    fake_answer(b->client, "config_get", 200,
                "{\"authStrategy\":\"EmailAndPassword\",\"allowNotVerifiedUsersLogin\":true}");
    bench_answer_in(b, "mfa_policy_get", "{\"enforceMFAType\":\"Force\"}", NULL);
}

static bool
is_read(enum why_check c, const char *op)
{
    struct buf text;
    buf_init(&text, 4096);
    why_reads(c, &text);
    struct str rest = buf_str(&text), name;
    bool found = false;
    while (rest.n && str_next(&rest, ',', &name))
        found = found || str_eq(str_trim(name), str_of(op));
    buf_fini(&text);
    return found;
}

static void
what_is_refused_is_unknown(void **state)
{
    static const struct {
        int status;
        const char *body;
    } refusals[] = {{403, "{\"errors\":[\"You do not have permission to do this\"]}"},
                    {501, "{\"errors\":[\"Not implemented: it\"]}"},
                    {500, ""}};
    static const char *const reads[] = {
#define WHY_FACT(id, op, ...) #op,
#include "client/why.def"
#undef WHY_FACT
    };
    (void)state;
    for (size_t i = 0; i < sizeof reads / sizeof *reads * 3; i++) {
        const char *op = reads[i / 3];
        struct asking a;
        struct buf text;
        set_up(&a);
        buf_init(&text, 4096);
        everything_matters(&a.b);
        fake_answer(a.b.client, op, refusals[i % 3].status, refusals[i % 3].body);
        ask(&a, "user-0001", "");
        size_t unknown = 0;
        for (enum why_check c = 0; c < WHY_CHECKS; c++) {
            bool depends = is_read(c, op);
            if (depends && a.w.rows[c].verdict != WHY_UNKNOWN)
                fail_msg("%s answers %d, and %s is %s: %s", op, refusals[i % 3].status,
                         why_title(c), why_verdict_name(a.w.rows[c].verdict), a.w.rows[c].text);
            unknown += depends;
        }
        assert_true(unknown > 0);
        buf_reset(&text);
        why_summary(&a.w, &text);
        assert_true(str_find(buf_str(&text), STR("Can sign in")) < 0);
        buf_fini(&text);
        tear_down(&a);
    }
}

static void
nobody_is_no_mystery(void **state)
{
    struct asking a;
    (void)state;
    set_up(&a);
    fake_answer(a.b.client, "users_get_by_email", 404, "{\"errors\":[\"User not found\"]}");
    ask(&a, "who@example.com", "");
    assert_true(a.w.nobody);
    expect(&a.w, WHY_CHECK_account, WHY_NO, "There is no such user");
    expect(&a.w, WHY_CHECK_mfa, WHY_UNKNOWN, "There is no such user");
    bench_not_sent(&a.b, "users_get tenant");
    tear_down(&a);
}

static void
the_tenant_that_is_meant_counts(void **state)
{
    struct asking a;
    (void)state;
    set_up(&a);
    ask(&a, "user-0001", "globex");
    expect(&a.w, WHY_CHECK_member, WHY_NO, "Not in tenant globex");
    bench_sent(&a.b, "mfa_policy_get tenant=globex ");
    bench_sent(&a.b, "mfa_policy_get tenant= ");
    tear_down(&a);
}

/* Ids come from the service and go to a shell. */
static void
what_to_run_is_one_word_a_value(void **state)
{
    struct asking a;
    struct buf text;
    (void)state;
    set_up(&a);
    buf_init(&text, 4096);
    fake_answer(a.b.client, "users_get_vendor", 200,
                "{\"id\":\"x';rm -rf ~;'\",\"email\":\"a@b.c\",\"isLocked\":true}");
    ask(&a, "x", "");
    why_run(&a.w, WHY_CHECK_locked, &text);
    assert_str(buf_str(&text), "gatehouse call users_unlock userId='x'\\'';rm -rf ~;'\\'''");
    buf_reset(&text);
    why_run(&a.w, WHY_CHECK_disabled, &text);
    assert_true(str_starts(buf_str(&text), STR("gatehouse --tenant ID call")));
    buf_fini(&text);
    tear_down(&a);
}

/* ---- the pane ---- */

static void
rows_appear_as_they_are_read(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 40, .cols = 120, .tenant = "acme"});
    bench_person(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_keys_only(&b, "C");
    bench_shows(&b, "user-0001: Reading, 0 of 15");
    assert_int_equal(fake_settle(b.client, 1), 1);
    bench_shows(&b, "user1@example.com: Reading, 5 of 15");
    bench_shows(&b, "Not locked");
    bench_hides(&b, "Any address");
    bench_keys(&b, "");
    bench_shows(&b, "user1@example.com: Can sign in");
    bench_shows(&b, "Any address may sign in");
    bench_close(&b);
}

static void
a_reason_says_what_to_do(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 24, .cols = 80, .tenant = "acme"});
    bench_person(&b);
    fake_answer(b.client, "users_get_vendor", 200, USER("\"isLocked\":true," FINE IN_ACME));
    bench_attach(&b);
    bench_line(&b, "why user-0001");
    bench_shows(&b, "Cannot sign in: 1 reason");
    bench_shows(&b, "L on the user unlocks"); /* the cursor is on the reason */
    bench_shows(&b, "gatehouse call users_unlock userId=user-0001");
    bench_keys(&b, "y");
    assert_string_equal(b.copied, "gatehouse call users_unlock userId=user-0001");
    /* Mended elsewhere, it is read again. */
    bench_person(&b);
    bench_keys(&b, "R");
    bench_shows(&b, "Can sign in");
    bench_close(&b);
}

static void
it_needs_somebody_and_can_be_stopped(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 40, .cols = 120, .tenant = "acme"});
    bench_person(&b);
    bench_attach(&b);
    bench_keys(&b, "3");
    bench_line(&b, "why");
    bench_shows(&b, ":why needs the id");
    bench_keys(&b, "2");
    bench_keys_only(&b, "C");
    app_interrupt(&b.app);
    bench_shows(&b, "user-0001: Stopped before it was read");
    bench_keys(&b, "R");
    bench_shows(&b, "Can sign in");
    bench_close(&b);
}

static void
tab_completes_whom_the_list_shows(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 24, .cols = 100, .tenant = "acme"});
    bench_person(&b);
    bench_attach(&b);
    bench_keys(&b, ":");
    bench_type(&b, "why user1@");
    bench_keys(&b, "Tab");
    bench_shows(&b, ":why user1@example.com");
    bench_keys(&b, "Enter");
    bench_shows(&b, "user1@example.com: Can sign in");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_found),
        cmocka_unit_test(somebody_who_can_is_told_so),
        cmocka_unit_test(lists_say_where_from),
        cmocka_unit_test(what_is_refused_is_unknown),
        cmocka_unit_test(nobody_is_no_mystery),
        cmocka_unit_test(the_tenant_that_is_meant_counts),
        cmocka_unit_test(what_to_run_is_one_word_a_value),
        cmocka_unit_test(rows_appear_as_they_are_read),
        cmocka_unit_test(a_reason_says_what_to_do),
        cmocka_unit_test(it_needs_somebody_and_can_be_stopped),
        cmocka_unit_test(tab_completes_whom_the_list_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
