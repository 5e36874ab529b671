/* What a service may be told to be: kinds, addresses, and settings that are refused before anything is sent. */
#include "deliver/provider.h"

#include "tests/support/carry.h"
#include "tests/support/unit.h"

#define URL "http://127.0.0.1:1"

static bool
makes(struct provider_settings set)
{
    struct provider *p = NULL;
    struct err err = {.code = ERR_OK};
    bool good = provider_new(&p, &set, &err) == ERR_OK;
    assert_true(good || err.msg[0]);
    provider_free(p);
    return good;
}

static void
checks_settings(void **state)
{
    (void)state;
    for (int kind = PROVIDER_SENDGRID; kind < PROVIDER_KINDS; kind++) {
        struct provider_settings set = carry_settings((enum provider_kind)kind, URL);
        assert_true(makes(set));
        set.secret = STR_ABSENT;
        assert_false(makes(set));
        set.secret = STR("x\r\nX-Evil: 1");
        assert_false(makes(set));
    }
    struct provider_settings set = carry_settings(PROVIDER_MAILGUN, URL);
    static const char *const domains[] = {"", "a/../b", "a b", "a?b", "a#b", "a@b", "a%2fb"};
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        set.domain = str_of(domains[i]);
        assert_false(makes(set));
    }
    set = carry_settings(PROVIDER_MAILGUN, URL);
    set.region = STR("mars");
    assert_false(makes(set));
    set.region = STR_ABSENT;
    assert_true(makes(set));
    static const char *const regions[] = {"", "us-east-1.evil.example/", "us east", "a.b", "x@y"};
    for (int kind = PROVIDER_SES; kind <= PROVIDER_SES_ROLE; kind++) {
        set = carry_settings((enum provider_kind)kind, URL);
        for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
            set.region = str_of(regions[i]);
            assert_false(makes(set));
        }
    }
    set = carry_settings(PROVIDER_TWILIO, URL);
    set.id = STR("AC/../x");
    assert_false(makes(set));
    set = carry_settings(PROVIDER_TWILIO, URL);
    set.service = STR_ABSENT;
    assert_false(makes(set));
}

static void
checks_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good;
    } urls[] = {
        {"https://api.example.com", true},
        {"https://api.example.com:8443/base", true},
        {"http://127.0.0.1:8080", true},
        {"http://[::1]:8080", true},
        {"http://localhost", true},
        {"http://api.example.com", false},
        {"http://127.0.0.1.evil.example", false},
        {"http://127.1", false},
        {"http://[::1].evil.example", false},
        {"ftp://127.0.0.1", false},
        {"file:///etc/passwd", false},
        {"https://", false},
        {"https://u:p@api.example.com", false},
        {"https://api.example.com/?x", false},
        {"https://api.example.com/\r\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if ((provider_check_url(str_of(urls[i].url), NULL) == ERR_OK) != urls[i].good)
            fail_msg("%s", urls[i].url);
}

static void
kinds_belong_to_channels(void **state)
{
    (void)state;
    enum provider_kind kind;
    assert_true(provider_kind_parse(STR("ses-role"), LETTER_EMAIL, &kind));
    assert_int_equal(kind, PROVIDER_SES_ROLE);
    assert_false(provider_kind_parse(STR("twilio"), LETTER_EMAIL, &kind));
    assert_false(provider_kind_parse(STR(""), LETTER_SMS, &kind));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_settings),
        cmocka_unit_test(checks_addresses),
        cmocka_unit_test(kinds_belong_to_channels),
    };
    return cmocka_run_group_tests_name("deliver/provider settings", tests, NULL, NULL);
}
