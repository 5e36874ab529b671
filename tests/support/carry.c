#include "tests/support/carry.h"

#include "base/clock.h"
#include "tests/support/unit.h"

struct letter
carry_email(void)
{
    return (struct letter){.channel = LETTER_EMAIL,
                           .id = STR("11111111-2222-4333-8444-555555555555"),
                           .to = STR("ada@example.com"),
                           .from = STR("no-reply@shop.example"),
                           .from_name = STR("The \"Shop\""),
                           .subject = STR("Your code, \xc3\x84"
                                          "da"),
                           .text = STR("Your code is 123456\n.\nBye\n"),
                           .html = STR("<p>Your code is <b>123456</b></p>"),
                           .created_at = 1714649122000};
}

struct letter
carry_sms(void)
{
    return (struct letter){.channel = LETTER_SMS,
                           .id = STR("11111111-2222-4333-8444-666666666666"),
                           .to = STR("+49 151 12345678"),
                           .text = STR("Your code is 123456 & more \xe2\x82\xac"),
                           .created_at = 1714649122000};
}

struct provider *
carry_provider(const struct provider_settings *s)
{
    struct provider *p = NULL;
    struct err err = {.code = ERR_OK};
    if (provider_new(&p, s, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    return p;
}

struct outcome
carry_next(struct courier *c)
{
    struct outcome o = {.owner = NULL};
    int64_t end = clock_mono_ms() + 20000;
    while (!courier_next(c, &o)) {
        if (clock_mono_ms() > end)
            fail_msg("nothing ended");
        courier_wait(c, 1000);
    }
    return o;
}

struct outcome
carry(const struct provider_settings *s, const struct letter *l, int64_t timeout_ms,
      struct arena *a)
{
    struct provider *p = carry_provider(s);
    struct courier *c = NULL;
    struct courier_options options = {.timeout_ms = timeout_ms, .keep_answers = true};
    assert_int_equal(courier_new(&c, &options, NULL), ERR_OK);
    int owner = 0;
    courier_send(c, p, l, &owner);
    assert_int_equal(courier_load(c), 1);
    struct outcome o = carry_next(c);
    assert_ptr_equal(o.owner, &owner);
    assert_int_equal(courier_load(c), 0);
    o.answer = arena_str(a, o.answer);
    courier_free(c);
    provider_free(p);
    return o;
}

struct provider_settings
carry_settings(enum provider_kind kind, const char *url)
{
    return (struct provider_settings){.kind = kind,
                                      .secret = STR("SECRET-k3y"),
                                      .id = STR("AKIDEXAMPLE"),
                                      .domain = STR("mg.shop.example"),
                                      .region =
                                          kind == PROVIDER_MAILGUN ? STR("eu") : STR("us-east-1"),
                                      .service = STR("MG123"),
                                      .url = str_of(url),
                                      .sts_url = str_of(url)};
}
