/* The picture that carries a seed, masks of numbers and addresses, and which factor proves what. */
#include "base/mem.h"
#include "server/mfa_priv.h"
#include "tests/support/totp_app.h"
#include "tests/support/unit.h"

static void
numbers_and_addresses_are_masked(void **state)
{
    (void)state;
    static const struct {
        const char *plain, *masked;
    } phones[] = {{"+4915112345678", "+***********78"},
                  {"+12", "+12"},
                  {"12", "12"},
                  {"123", "*23"},
                  {"", ""},
                  {"+", "+"},
                  {"+1234567", "+*****67"}},
      emails[] = {{"ada@acme.example", "a***@acme.example"},
                  {"a@b", "a***@b"},
                  {"ßeta@x.io", "ß***@x.io"},
                  {"@x.io", "***"},
                  {"nobody", "***"},
                  {"", "***"}};
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(phones); i++)
        assert_string_equal(arena_cstr(&a, mfa_mask_phone(&a, str_of(phones[i].plain))),
                            phones[i].masked);
    for (size_t i = 0; i < COUNT_OF(emails); i++)
        assert_string_equal(arena_cstr(&a, mfa_mask_email(&a, str_of(emails[i].plain))),
                            emails[i].masked);
    arena_fini(&a);
}

static void
one_way_is_one_factor(void **state)
{
    (void)state;
    const unsigned all = MFA_APP | MFA_PLATFORM | MFA_CROSS_PLATFORM | MFA_SMS | MFA_EMAIL;
    assert_int_equal(mfa_kinds_after(SIGNIN_PASSWORD, all), all);
    assert_int_equal(mfa_kinds_after(SIGNIN_LINK, all), all & ~(unsigned)MFA_EMAIL);
    assert_int_equal(mfa_kinds_after(SIGNIN_EMAIL_CODE, all), all & ~(unsigned)MFA_EMAIL);
    assert_int_equal(mfa_kinds_after(SIGNIN_SMS_CODE, all), all & ~(unsigned)MFA_SMS);
    assert_int_equal(mfa_kinds_after(SIGNIN_SMS_CODE | SIGNIN_LINK, MFA_SMS | MFA_EMAIL), 0);
    for (int i = 0; i < MFA_KINDS; i++)
        assert_true(mfa_kind_name((enum mfa_kind)(1u << i))[0] != '\0');
}

/* ---- the picture ---- */

static struct totp_app
through_picture(struct arena *a, const struct user *u, struct str issuer, struct str seed)
{
    struct call c = {.arena = a};
    struct str picture;
    struct totp_app app;
    struct err err = {.code = ERR_OK};
    if (mfa_qr_code(&c, u, issuer, seed, &picture, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    totp_app_scan(&app, a, picture);
    return app;
}

static void
names_of_all_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *issuer, *email, *want_issuer, *want_account;
    } rows[] = {
        {"Acme", "ada@acme.example", "Acme", "ada@acme.example"},
        {"Zoë & Söhne 100%", "ada+x?y=z&w@acme.example", "Zoë & Söhne 100%",
         "ada+x?y=z&w@acme.example"},
        {"グローベックス株式会社", "ß@x.io", "グローベックス株式会社", "ß@x.io"},
        {"Acme: the \"best\"", "a:b@x.io", "Acme  the \"best\"", "a b@x.io"},
        {"", "ada@acme.example", "", "ada@acme.example"},
        {"%41%00%", "%@x.io", "%41%00%", "%@x.io"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena a;
        arena_init(&a, 32 << 20);
        struct user u = {.email = str_of(rows[i].email)};
        struct str seed = mfa_seed_new(&a);
        struct totp_app app = through_picture(&a, &u, str_of(rows[i].issuer), seed);
        assert_int_equal(seed.n, 32);
        assert_true(str_eq(app.key.secret, seed));
        assert_string_equal(arena_cstr(&a, app.key.issuer), rows[i].want_issuer);
        assert_string_equal(arena_cstr(&a, app.key.account), rows[i].want_account);
        assert_int_equal(app.key.digits, 6);
        assert_int_equal(app.key.period, 30);
        arena_fini(&a);
    }
}

/* The longest names still make a picture that is read, cut between characters. */
static void
names_without_end(void **state)
{
    (void)state;
    struct arena a;
    struct buf issuer, email;
    arena_init(&a, 64 << 20);
    buf_init(&issuer, 4096);
    buf_init(&email, 4096);
    for (int i = 0; i < 300; i++) {
        buf_add_text(&issuer, "語");
        buf_add_text(&email, i == 298 ? "@" : "é");
    }
    struct user u = {.email = buf_str(&email)};
    struct totp_app app = through_picture(&a, &u, buf_str(&issuer), mfa_seed_new(&a));
    assert_int_equal(app.key.issuer.n, 63);
    assert_int_equal(app.key.account.n, 254);
    assert_true(str_starts(buf_str(&issuer), app.key.issuer));
    buf_fini(&issuer);
    buf_fini(&email);
    arena_fini(&a);
}

static void
people_without_an_address(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 32 << 20);
    struct user name = {.username = STR("ada"), .id = STR("id")};
    struct user phone = {.phone_number = STR("+491"), .id = STR("id")}, none = {.id = STR("id")};
    assert_str(through_picture(&a, &name, STR("x"), mfa_seed_new(&a)).key.account, "ada");
    assert_str(through_picture(&a, &phone, STR("x"), mfa_seed_new(&a)).key.account, "+491");
    assert_str(through_picture(&a, &none, STR("x"), mfa_seed_new(&a)).key.account, "id");
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_addresses_are_masked),
        cmocka_unit_test(one_way_is_one_factor),
        cmocka_unit_test(names_of_all_kinds),
        cmocka_unit_test(names_without_end),
        cmocka_unit_test(people_without_an_address),
    };
    return cmocka_run_group_tests_name("mfa", tests, NULL, NULL);
}
