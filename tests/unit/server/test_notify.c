/* Notices: what is queued, by whom it is said to come, and what is left alone. */
#include "base/json.h"
#include "server/notify.h"
#include "server/state.h"
#include "store/templates.h"
#include "tests/support/testserver.h"
#include "tests/support/unit.h"

static struct tserver server;
static struct arena arena;

/* A call of a stranger, and the notice it leads to, in one transaction. */
struct act {
    enum err_code (*fn)(struct call *c, const struct scope *s, const struct notice *n,
                        struct err *err);
    struct notice notice;
    struct message_template template;
    bool set_template;
    struct str link;
    int64_t count, decoys;
};

static enum err_code
count(const struct scope *s, const char *sql, int64_t *out, struct err *err)
{
    return db_query_int(s->conn, sql, DB_ARGS(DB_I(s->env)), out, NULL, err);
}

static enum err_code
act_in(struct db_conn *conn, void *arg, struct err *err)
{
    struct act *a = arg;
    struct call c = {.server = server.server,
                     .arena = &arena,
                     .vendor_id = server.vendor,
                     .ip = STR("203.0.113.9"),
                     .user_agent = STR("curl/8"),
                     .now = 1780652460000};
    struct scope s;
    enum err_code rc = scope_open(&s, conn, &arena, server.vendor, (struct str){NULL, 0}, err);
    s.now = c.now;
    if (!rc && a->set_template)
        rc = store_template_put(&s, &a->template, err);
    if (!rc && a->fn)
        rc = a->fn(&c, &s, &a->notice, err);
    if (!rc && !a->fn)
        rc = notify_link(&c, &s, a->notice.type, STR("u-1"), a->notice.token, &a->link, err);
    if (!rc)
        rc = count(&s, "SELECT COUNT(*) FROM messages WHERE env = $1", &a->count, err);
    if (!rc)
        rc = count(&s, "SELECT COUNT(*) FROM messages WHERE env = $1 AND decoy = 1", &a->decoys,
                   err);
    return rc;
}

static enum err_code
run(struct act *a)
{
    struct err err = {.code = ERR_OK};
    return store_tx(server_store(server.server), DB_WRITE, act_in, a, &err);
}

static const struct user ada = {
    .id = {"u-1", 3}, .email = {"ada@example.com", 15}, .name = {"Ada", 3}};

static void
every_type_can_be_sent(void **state)
{
    (void)state;
    static const char *const mails[] = {"ResetPassword",  "ActivateUser", "MFAOTC",
                                        "MagicLink",      "UnlockUser",   "InviteToTenant",
                                        "VerifyNewEmail", "NewMFAMethod", NULL};
    struct act a = {.fn = notify_email,
                    .notice = {.user = &ada, .token = STR("t"), .code = STR("123456")}};
    for (size_t i = 0; mails[i]; i++) {
        a.notice.type = mails[i];
        int64_t before = a.count;
        assert_int_equal(run(&a), ERR_OK);
        assert_int_equal(a.count, before + 1);
    }
    a.fn = notify_sms;
    a.notice.type = "OTC";
    a.notice.to = STR("+15555550100");
    assert_int_equal(run(&a), ERR_OK);
    a.notice.type = "Nonsense";
    assert_int_equal(run(&a), ERR_INTERNAL);
}

static void
nobody_to_write_to_is_no_failure(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email, .notice = {.type = "OTC"}};
    assert_int_equal(run(&a), ERR_OK);
    int64_t before = a.count;
    struct user unreachable = {.id = STR("u-2")};
    a.notice.user = &unreachable;
    assert_int_equal(run(&a), ERR_OK);
    a.fn = notify_sms;
    assert_int_equal(run(&a), ERR_OK);
    assert_int_equal(a.count, before);
}

static void
a_decoy_is_queued_as_one(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email,
                    .notice = {.type = "OTC", .to = STR("nobody@example.com"), .decoy = true}};
    assert_int_equal(run(&a), ERR_OK);
    assert_int_equal(a.decoys, 1);
}

static void
links_follow_the_environment(void **state)
{
    (void)state;
    struct act a = {.notice = {.type = "ActivateUser", .token = STR("t")}};
    assert_int_equal(run(&a), ERR_OK);
    const char *want = arena_printf(&arena, "%.*s/account/activate?userId=u-1&token=t",
                                    STR_ARG(server.server->public_url))
                           .p;
    assert_string_equal(a.link.p, want);
    a.template = (struct message_template){.type = STR("ActivateUser"),
                                           .redirect_url = STR("https://app.io/go"),
                                           .active = TEMPLATE_ACTIVE_KEEP};
    a.set_template = true;
    assert_int_equal(run(&a), ERR_OK);
    assert_string_equal(a.link.p, "https://app.io/go?userId=u-1&token=t");
    a.template.redirect_url = STR("{{vendor_thing}}/go");
    assert_int_equal(run(&a), ERR_OK);
    assert_string_equal(a.link.p, want);
}

static void
a_type_that_is_off_sends_nothing(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email,
                    .notice = {.type = "UnlockUserSuccess", .user = &ada},
                    .template = {.type = STR("UnlockUserSuccess"), .active = TEMPLATE_INACTIVE}};
    assert_int_equal(run(&a), ERR_OK);
    int64_t before = a.count;
    a.set_template = true;
    assert_int_equal(run(&a), ERR_OK);
    assert_int_equal(a.count, before);
}

/* 1,000,000 bytes of placeholders, each with a long value: the default goes out instead. */
static void
a_template_that_bursts_is_passed_over(void **state)
{
    (void)state;
    static char body[1000001];
    for (size_t i = 0; i + 8 <= sizeof body; i += 8)
        memcpy(body + i, "{{link}}", 8);
    struct act a = {.fn = notify_email,
                    .notice = {.type = "PwnedPassword", .user = &ada, .token = STR("t")},
                    .template = {.type = STR("PwnedPassword"),
                                 .body = {body, sizeof body - 1},
                                 .active = TEMPLATE_ACTIVE_KEEP},
                    .set_template = true};
    assert_int_equal(run(&a), ERR_OK);
}

static int
set_up(void **state)
{
    (void)state;
    tserver_start(&server);
    arena_init(&arena, 64 << 20);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    tserver_stop(&server);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_can_be_sent),
        cmocka_unit_test(nobody_to_write_to_is_no_failure),
        cmocka_unit_test(a_decoy_is_queued_as_one),
        cmocka_unit_test(links_follow_the_environment),
        cmocka_unit_test(a_type_that_is_off_sends_nothing),
        cmocka_unit_test(a_template_that_bursts_is_passed_over),
    };
    return cmocka_run_group_tests_name("notify", tests, set_up, tear_down);
}
