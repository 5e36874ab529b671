/* Letters to a mail server, and what it may do to them. */
#include "deliver/courier.h"

#include "base/clock.h"
#include "tests/support/carry.h"
#include "tests/support/smtpd.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct arena arena;

static struct provider_settings
settings_of(const struct smtpd *s)
{
    return (struct provider_settings){
        .kind = PROVIDER_SMTP, .url = str_of(smtpd_url(s)), .plain = true};
}

static void
delivers_a_mail(void **state)
{
    (void)state;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    struct letter l = carry_email();
    struct outcome o = carry(&set, &l, 0, &arena);
    assert_int_equal(o.verdict, VERDICT_SENT);
    assert_int_equal(o.status, 250);
    assert_string_equal(o.ref, "250?2.0.0?Ok:?queued");
    assert_str(o.answer, "250 2.0.0 Ok: queued");
    assert_int_equal(smtpd_wait(s, 1), 1);
    const struct smtpd_mail *m = smtpd_mail(s, 0);
    assert_string_equal(m->from, "<no-reply@shop.example>");
    assert_string_equal(m->to, "<ada@example.com>");
    assert_non_null(strstr(m->data, "From: \"The \\\"Shop\\\"\" <no-reply@shop.example>\r\n"));
    assert_non_null(strstr(m->data, "Subject: =?UTF-8?B?WW91ciBjb2RlLCDDhGRh?=\r\n"));
    assert_non_null(
        strstr(m->data, "Message-ID: <11111111-2222-4333-8444-555555555555@shop.example>\r\n"));
    assert_non_null(strstr(m->data, "Your code is 123456\r\n=2E\r\nBye\r\n"));
    assert_non_null(strstr(m->data, "<p>Your code is <b>123456</b></p>\r\n"));
    assert_true(str_ends((struct str){m->data, m->n}, STR("555555555555--\r\n")));
    smtpd_stop(s);
}

static void
signs_in(void **state)
{
    (void)state;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    set.id = STR("gatehouse");
    set.secret = STR("pass word\xc3\xa4");
    struct letter l = carry_email();
    struct outcome o = carry(&set, &l, 0, &arena);
    assert_int_equal(o.verdict, VERDICT_SENT);
    assert_string_equal(smtpd_mail(s, 0)->login, "|gatehouse|pass word\xc3\xa4");
    smtpd_stop(s);
}

/* What the server says to one command, and what it means. */
struct refusal {
    const char *command, *reply;
    enum verdict verdict;
    int status;
    const char *why;
};

static const char *
refuse(void *ctx, const char *line, const struct smtpd_mail *mail)
{
    const struct refusal *r = ctx;
    (void)mail;
    return strncmp(line, r->command, strlen(r->command)) == 0 ? r->reply : NULL;
}

static void
understands_refusals(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"RCPT", "550 5.1.1 no such user", VERDICT_REFUSED, 550, "550 5.1.1 no such user"},
        {"RCPT", "450 4.2.1 try later", VERDICT_TROUBLE, 450, "450 4.2.1 try later"},
        {"MAIL", "553 not from you", VERDICT_REFUSED, 553, "553 not from you"},
        {"MAIL", "452 full", VERDICT_TROUBLE, 452, "452 full"},
        {"DATA", "554 no", VERDICT_REFUSED, 554, "554 no"},
        {".", "554 5.7.1 spam", VERDICT_REFUSED, 554, "554 5.7.1 spam"},
        {".", "451 4.3.0 later", VERDICT_TROUBLE, 451, "451 4.3.0 later"},
        {".", SMTPD_CLOSE, VERDICT_TROUBLE, 354, ""},
        {"DATA", SMTPD_CLOSE, VERDICT_TROUBLE, 250, ""},
        {"(connect)", "554 go away", VERDICT_REFUSED, 554, "554 go away"},
        {"(connect)", "421 busy", VERDICT_TROUBLE, 421, "421 busy"},
        {"(connect)", SMTPD_CLOSE, VERDICT_TROUBLE, 0, ""},
        {"AUTH", "535 5.7.8 wrong", VERDICT_REFUSED, 535, "535 5.7.8 wrong"},
        {"AUTH", "454 4.7.0 later", VERDICT_TROUBLE, 454, "454 4.7.0 later"},
        {"(connect)", "HTTP/1.1 200 OK", VERDICT_TROUBLE, 0, ""},
        {".", "hello?", VERDICT_TROUBLE, 0, ""},
        {"RCPT", "550 \x1b[2J\xe2\x80\xaewiped", VERDICT_REFUSED, 550, "550 ?[2J???wiped"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct refusal r = rows[i];
        struct smtpd *s = smtpd_start(0, refuse, &r);
        struct provider_settings set = settings_of(s);
        set.id = STR("u");
        set.secret = STR("p");
        struct letter l = carry_email();
        struct outcome o = carry(&set, &l, 3000, &arena);
        if (o.verdict != r.verdict || o.status != r.status || !strstr(o.why, r.why))
            fail_msg("%s %s: verdict %d, status %d, %s", r.command, r.reply, (int)o.verdict,
                     o.status, o.why);
        assert_int_equal(smtpd_wait(s, 0), 0);
        smtpd_stop(s);
    }
}

static void
does_not_wait_for_ever(void **state)
{
    (void)state;
    static const char *const commands[] = {"(connect)", "EHLO", "RCPT", "."};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct refusal r = {.command = commands[i], .reply = SMTPD_HANG};
        struct smtpd *s = smtpd_start(0, refuse, &r);
        struct provider_settings set = settings_of(s);
        struct letter l = carry_email();
        int64_t start = clock_mono_ms();
        struct outcome o = carry(&set, &l, 300, &arena);
        assert_int_equal(o.verdict, VERDICT_TROUBLE);
        assert_true(clock_mono_ms() - start < 5000);
        smtpd_stop(s);
    }
    /* Nobody there. */
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    set.url = arena_text(&arena, smtpd_url(s));
    smtpd_stop(s);
    struct letter l = carry_email();
    struct outcome o = carry(&set, &l, 3000, &arena);
    assert_int_equal(o.verdict, VERDICT_TROUBLE);
    assert_int_equal(o.status, 0);
}

/* Without leave, nothing goes out in the clear: not the password either. */
static void
insists_on_tls(void **state)
{
    (void)state;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    set.plain = false;
    set.id = STR("u");
    set.secret = STR("p");
    struct letter l = carry_email();
    struct outcome o = carry(&set, &l, 3000, &arena);
    assert_int_equal(o.verdict, VERDICT_TROUBLE);
    assert_non_null(strstr(o.why, "TLS"));
    assert_int_equal(smtpd_wait(s, 0), 0);
    assert_int_equal(smtpd_connections(s), 1);
    smtpd_stop(s);
}

static void
refuses_bad_letters_at_once(void **state)
{
    (void)state;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    struct letter l = carry_email();
    l.to = STR("ada@example.com>\r\nRCPT TO:<eve@example.com");
    struct outcome o = carry(&set, &l, 0, &arena);
    assert_int_equal(o.verdict, VERDICT_REFUSED);
    assert_int_equal(o.status, 0);
    l = carry_email();
    l.from = STR_ABSENT;
    o = carry(&set, &l, 0, &arena);
    assert_int_equal(o.verdict, VERDICT_REFUSED);
    assert_non_null(strstr(o.why, "sender"));
    l = carry_sms();
    assert_int_equal(carry(&set, &l, 0, &arena).verdict, VERDICT_REFUSED);
    assert_int_equal(smtpd_connections(s), 0);
    smtpd_stop(s);
}

/* Hostile text in every field stays inside its field. */
static void
keeps_fields_apart(void **state)
{
    (void)state;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    struct letter l = carry_email();
    l.subject = STR("x\r\nBcc: eve@example.com\r\n\r\n.\r\nQUIT");
    l.from_name = STR("x\r\nBcc: eve@example.com");
    l.text = STR("\r\n.\r\nMAIL FROM:<eve@example.com>\r\n..\n.");
    l.html = STR(".\n.\r\n");
    assert_int_equal(carry(&set, &l, 0, &arena).verdict, VERDICT_SENT);
    assert_int_equal(smtpd_wait(s, 1), 1);
    const struct smtpd_mail *m = smtpd_mail(s, 0);
    assert_string_equal(m->from, "<no-reply@shop.example>");
    assert_null(strstr(m->data, "\r\nBcc:"));
    assert_non_null(strstr(m->data, "=2E\r\nMAIL FROM:<eve@example.com>\r\n=2E.\r\n=2E\r\n"));
    assert_int_equal(smtpd_connections(s), 1);
    smtpd_stop(s);
}

static void
keeps_connections(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    struct provider_settings set = settings_of(s);
    struct provider *p = carry_provider(&set);
    struct courier *c = NULL;
    assert_int_equal(courier_new(&c, &(struct courier_options){.timeout_ms = 0}, NULL), ERR_OK);
    struct letter l = carry_email();
    int sent = 0, done = 0;
    while (done < MANY) {
        while (sent < MANY && courier_load(c) < provider_window(p, 0)) {
            courier_send(c, p, &l, &sent);
            sent++;
        }
        struct outcome o = carry_next(c);
        assert_int_equal(o.verdict, VERDICT_SENT);
        done++;
    }
    assert_int_equal(smtpd_wait(s, MANY), MANY);
    assert_true(smtpd_connections(s) <= 2 * provider_window(p, 0));
    /* Letters under way may be dropped with the courier. */
    courier_send(c, p, &l, &sent);
    courier_free(c);
    provider_free(p);
    smtpd_stop(s);
}

static void
checks_settings(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool plain, good;
    } rows[] = {
        {"smtp://mail.example.com:587", false, true},
        {"smtp://mail.example.com", false, true},
        {"smtps://mail.example.com", false, true},
        {"smtp://127.0.0.1:2525", true, true},
        {"smtp://[::1]:2525", true, true},
        {"smtp://localhost:25", true, true},
        {"smtp://mail.example.com:25", true, false},
        {"smtps://127.0.0.1", true, false},
        {"", false, false},
        {"mail.example.com", false, false},
        {"http://mail.example.com", false, false},
        {"smtp://", false, false},
        {"smtp://u:p@mail.example.com", false, false},
        {"smtp://mail.example.com/path", false, false},
        {"smtp://mail.example.com:0", false, false},
        {"smtp://mail.example.com:99999", false, false},
        {"smtp://mail.example.com:25x", false, false},
        {"smtp://[::1", false, false},
        {"smtp://[::1]2525", false, false},
        {"smtp://a b", false, false},
        {"smtp://127.0.0.1.evil.example:25", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct provider_settings set = {
            .kind = PROVIDER_SMTP, .url = str_of(rows[i].url), .plain = rows[i].plain};
        struct provider *p = NULL;
        struct err err = {.code = ERR_OK};
        bool good = provider_new(&p, &set, &err) == ERR_OK;
        if (good != rows[i].good)
            fail_msg("%s: %s", rows[i].url, err.msg);
        provider_free(p);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_a_mail),      cmocka_unit_test(signs_in),
        cmocka_unit_test(understands_refusals), cmocka_unit_test(does_not_wait_for_ever),
        cmocka_unit_test(insists_on_tls),       cmocka_unit_test(refuses_bad_letters_at_once),
        cmocka_unit_test(keeps_fields_apart),   cmocka_unit_test(keeps_connections),
        cmocka_unit_test(checks_settings),
    };
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* is not used */
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    arena_init(&arena, 8 << 20);
    int failed = cmocka_run_group_tests_name("deliver/courier", tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
