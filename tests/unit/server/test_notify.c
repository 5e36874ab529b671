/* Notices: what is queued, by whom it is said to come, and what is left alone. */
#include "base/json.h"
#include "server/notify.h"
#include "server/state.h"
#include "store/configs.h"
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
    struct str mfa_config; /* stored first, if given */
    const char *caller;    /* name of the user who calls; NULL: nobody */
    struct str link;
    int64_t count, decoys;
    struct message message; /* the one that was queued last */
};

/* Takes what is queued in this transaction; the server's own thread sees none of it. */
static enum err_code
claim(const struct scope *s, enum message_channel channel, struct act *a, struct err *err)
{
    struct message_lane lane = {
        .lane = s->env * 2 + channel, .vendor = s->vendor, .channel = channel};
    struct message_claim *claims;
    size_t n = 0;
    enum err_code rc = store_message_claim(s->conn, &arena, &lane, STR("test"), s->now,
                                           s->now + 1000, 10, &claims, &n, err);
    if (!rc && n > 0)
        a->message = claims[n - 1].message;
    return rc;
}

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
    enum err_code rc = scope_open(&s, conn, &arena, server.vendor, STR_ABSENT, err);
    s.now = c.now;
    struct user who = {.name = str_of(a->caller)};
    if (!rc && a->caller)
        rc = store_user_create(&s, &who, err);
    if (a->caller)
        c.who = (struct principal){.kind = PRINCIPAL_USER, .user_id = who.id};
    if (!rc && a->mfa_config.n)
        rc = store_config_put(&s, STR("mfa-config"), a->mfa_config, err);
    if (!rc && a->set_template)
        rc = store_template_put(&s, &a->template, err);
    if (!rc && a->fn)
        rc = a->fn(&c, &s, &a->notice, err);
    if (!rc && !a->fn)
        rc = notify_link(&c, &s, &a->notice, &a->link, err);
    if (!rc)
        rc = count(&s, "SELECT COUNT(*) FROM messages WHERE env = $1", &a->count, err);
    if (!rc)
        rc = count(&s, "SELECT COUNT(*) FROM messages WHERE env = $1 AND decoy = 1", &a->decoys,
                   err);
    if (!rc)
        rc = claim(&s, a->fn == notify_sms ? MESSAGE_SMS : MESSAGE_EMAIL, a, err);
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

static bool
has(struct str text, const char *part)
{
    return str_find(text, str_of(part)) >= 0;
}

static void
a_message_says_what_the_notice_says(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email,
                    .notice = {.type = "ResetPassword",
                               .user = &ada,
                               .token = STR("t/1"),
                               .expires_at = 1780652460000 + 3600000}};
    assert_int_equal(run(&a), ERR_OK);
    const struct message *m = &a.message;
    assert_str(m->to, "ada@example.com");
    assert_str(m->subject, "Reset your gatehouse password");
    assert_str(m->from_name, "gatehouse");
    assert_str(m->template_type, "ResetPassword");
    assert_str(m->user_id, "u-1");
    assert_str(m->token, "t/1");
    assert_false(str_given(m->from) || str_given(m->code));
    assert_true(str_ends(m->link, STR("/account/reset-password?userId=u-1&token=t%2F1")));
    assert_true(has(m->text, "Hello Ada,") && has(m->text, "within 1 hour"));
    assert_true(has(m->text, arena_cstr(&arena, m->link)));
    assert_true(has(m->text, "5 June 2026, 09:41 UTC from 203.0.113.9 with curl."));
    assert_true(has(m->html, "userId=u-1&amp;token=t%2F1"));
}

static void
an_sms_is_one_text(void **state)
{
    (void)state;
    struct act a = {.fn = notify_sms,
                    .notice = {.type = "MFAOTC",
                               .user = &ada,
                               .to = STR("+15555550100"),
                               .code = STR("123456"),
                               .expires_at = 1780652460000 + 300000}};
    assert_int_equal(run(&a), ERR_OK);
    assert_str(a.message.to, "+15555550100");
    assert_str(a.message.code, "123456");
    assert_str(a.message.text, "123456 is your gatehouse verification code. It works once, within "
                               "5 minutes. Do not pass it on.");
    assert_false(str_given(a.message.html) || str_given(a.message.subject));
}

/* The call is that of a user whose name is taken from the database. */
static void
the_inviter_is_who_calls(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email,
                    .notice = {.type = "InviteToTenant", .user = &ada, .token = STR("t")},
                    .caller = "Grace"};
    assert_int_equal(run(&a), ERR_OK);
    assert_true(has(a.message.text, "Grace invites you to gatehouse."));
    a.caller = NULL;
    assert_int_equal(run(&a), ERR_OK);
    assert_true(has(a.message.text, "You are invited to gatehouse."));
}

static void
the_sender_is_the_nearest_that_is_named(void **state)
{
    (void)state;
    struct act a = {.fn = notify_email,
                    .notice = {.type = "MFAOTC", .user = &ada, .code = STR("123456")},
                    .mfa_config = STR("{\"authenticationApp\":{\"serviceName\":\"Acme\"},"
                                      "\"email\":{\"sender\":\"mfa@acme.io\"}}")};
    assert_int_equal(run(&a), ERR_OK);
    assert_str(a.message.from, "mfa@acme.io");
    assert_str(a.message.from_name, "Acme");
    a.notice.type = "UnlockUserSuccess";
    assert_int_equal(run(&a), ERR_OK);
    assert_false(str_given(a.message.from));
    a.notice.type = "MFAOTC";
    a.template = (struct message_template){.type = STR("MFAOTC"),
                                           .sender_email = STR("own@acme.io"),
                                           .from_name = STR("{{app_name}}\r\nX: y"),
                                           .active = TEMPLATE_ACTIVE_KEEP};
    a.set_template = true;
    assert_int_equal(run(&a), ERR_OK);
    assert_str(a.message.from, "own@acme.io");
    assert_str(a.message.from_name, "Acme X: y");
    a.mfa_config = STR("{\"email\":{\"sender\":\"not an address\"}}");
    a.notice.type = "MFAEnroll";
    assert_int_equal(run(&a), ERR_OK);
    assert_false(str_given(a.message.from));
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
    struct act a = {.notice = {.type = "ActivateUser", .user = &ada, .token = STR("t")}};
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
    assert_str(a.message.subject, "Change your gatehouse password");
    assert_true(a.message.html.n < 100000);
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
        cmocka_unit_test(a_message_says_what_the_notice_says),
        cmocka_unit_test(an_sms_is_one_text),
        cmocka_unit_test(the_inviter_is_who_calls),
        cmocka_unit_test(the_sender_is_the_nearest_that_is_named),
        cmocka_unit_test(nobody_to_write_to_is_no_failure),
        cmocka_unit_test(a_decoy_is_queued_as_one),
        cmocka_unit_test(links_follow_the_environment),
        cmocka_unit_test(a_type_that_is_off_sends_nothing),
        cmocka_unit_test(a_template_that_bursts_is_passed_over),
    };
    return cmocka_run_group_tests_name("notify", tests, set_up, tear_down);
}
