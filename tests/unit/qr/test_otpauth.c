/* Key URIs: what is read, what is refused, and that writing keeps the meaning. */
#include "base/mem.h"
#include "qr/otpauth.h"
#include "tests/support/unit.h"

static struct arena a;
static struct err err;

static void
parts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *issuer, *account, *secret, *algorithm;
        int digits, period;
    } rows[] = {
        {"otpauth://totp/Acme:ada@acme.example?secret=JBSWY3DPEHPK3PXP&issuer=Acme", "Acme",
         "ada@acme.example", "JBSWY3DPEHPK3PXP", "SHA1", 6, 30},
        {"otpauth://totp/Acme%3A%20ada?secret=jbsw%20y3dp&digits=8&period=60&algorithm=sha256",
         "Acme", "ada", "JBSWY3DP", "SHA256", 8, 60},
        {"OTPAUTH://TOTP/ada?secret=AA======", "", "ada", "AA", "SHA1", 6, 30},
        {"otpauth://totp/?secret=AA&issuer=", "", "", "AA", "SHA1", 6, 30},
        {"otpauth://totp/B%C3%BCro%3Abj%C3%B6rn%25?secret=AA&image=x&&=&issuer=B%C3%BCro",
         "B\xc3\xbcro", "bj\xc3\xb6rn%", "AA", "SHA1", 6, 30},
        {"otpauth://totp/old:ada?issuer=new+one&secret=AA", "new+one", "ada", "AA", "SHA1", 6, 30},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct otpauth o;
        if (otpauth_parse(str_of(rows[i].uri), &a, &o, &err))
            fail_msg("%s: %s", rows[i].uri, err.msg);
        assert_true(str_eq(o.issuer, str_of(rows[i].issuer)));
        assert_true(str_eq(o.account, str_of(rows[i].account)));
        assert_true(str_eq(o.secret, str_of(rows[i].secret)));
        assert_true(str_eq(o.algorithm, str_of(rows[i].algorithm)));
        assert_int_equal(o.digits, rows[i].digits);
        assert_int_equal(o.period, rows[i].period);
        assert_false(o.counter);
    }
}

static void
faults_are_named_without_the_secret(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *says;
    } rows[] = {
        {"otpauth://totp/ada", "no secret"},
        {"otpauth://totp/ada?secret=", "no secret"},
        {"otpauth://totp/ada?secret=%20", "no secret"},
        {"otpauth://totp/ada?secret=JBSW1", "not base32"},
        {"otpauth://totp/ada?secret=JBSW%00", "percent-encoded"},
        {"otpauth://totp/ada?secret=JBSW%F", "percent-encoded"},
        {"otpauth://totp/%ff?secret=JBSW", "label"},
        {"otpauth://totp/ada?secret=JBSW&digits=5", "digits"},
        {"otpauth://totp/ada?secret=JBSW&period=0", "period"},
        {"otpauth://totp/ada?secret=JBSW&period=30x", "period"},
        {"otpauth://totp/ada?secret=JBSW&algorithm=MD5", "algorithm"},
        {"otpauth://hotp/ada?secret=JBSW&counter=-1", "counter"},
        {"otpauth://steam/ada?secret=JBSW", "begin"},
        {"https://example.com/?secret=JBSW", "begin"},
        {"", "begin"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct otpauth o;
        assert_int_equal(otpauth_parse(str_of(rows[i].uri), &a, &o, &err), ERR_PARSE);
        if (!strstr(err.msg, rows[i].says) || strstr(err.msg, "JBSW"))
            fail_msg("%s: %s", rows[i].uri, err.msg);
    }
    static char big[OTPAUTH_MAX + 1];
    memset(big, 'A', sizeof big);
    struct otpauth o;
    assert_int_equal(otpauth_parse((struct str){big, sizeof big}, &a, &o, &err), ERR_PARSE);
}

static void
the_shortest_form_means_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"otpauth://totp/Acme:ada?secret=aa&period=30&digits=6&algorithm=SHA1&issuer=Acme",
         "otpauth://totp/Acme:ada?secret=AA&issuer=Acme"},
        {"otpauth://totp/ada?secret=AA&period=60&digits=8&algorithm=SHA512",
         "otpauth://totp/ada?secret=AA&algorithm=SHA512&digits=8&period=60"},
        {"otpauth://hotp/ada?secret=AA&counter=7", "otpauth://hotp/ada?secret=AA&counter=7"},
        {"otpauth://totp/B%c3%bcro%3a50%25?secret=AA",
         "otpauth://totp/B%C3%BCro:50%25?secret=AA&issuer=B%C3%BCro"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct otpauth o;
        struct buf b;
        buf_init(&b, OTPAUTH_MAX);
        assert_int_equal(otpauth_parse(str_of(rows[i].in), &a, &o, &err), ERR_OK);
        otpauth_write(&o, &b);
        assert_true(str_eq(buf_str(&b), str_of(rows[i].out)));
        buf_fini(&b);
    }
}

static void
secrets_are_grouped_for_typing(void **state)
{
    (void)state;
    assert_str(otpauth_groups(&a, STR("JBSWY3DPEHPK3PXP")), "JBSW Y3DP EHPK 3PXP");
    assert_str(otpauth_groups(&a, STR("JBSWY")), "JBSW Y");
    assert_str(otpauth_groups(&a, STR("")), "");
    assert_true(otpauth_is(STR("otpauth://x")) && otpauth_is(STR("OtpAuth://")));
    assert_false(otpauth_is(STR("otpauth:/x")) || otpauth_is(STR("data:")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_read),
        cmocka_unit_test(faults_are_named_without_the_secret),
        cmocka_unit_test(the_shortest_form_means_the_same),
        cmocka_unit_test(secrets_are_grouped_for_typing),
    };
    arena_init(&a, 1 << 20);
    int failed = cmocka_run_group_tests_name("otpauth", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
