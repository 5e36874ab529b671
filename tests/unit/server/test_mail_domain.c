/* Domains of addresses: one spelling for all that mean the same, none for what is doubtful. */
#include "server/mail_domain.h"
#include "tests/support/unit.h"

static struct arena arena;

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

struct row {
    const char *in, *out; /* NULL: none */
};

static void
check_rows(const struct row *rows, size_t n, bool parse(struct str, struct arena *, struct str *))
{
    for (size_t i = 0; i < n; i++) {
        struct str got;
        bool good = parse(str_of(rows[i].in), &arena, &got);
        if (good != (rows[i].out != NULL) || !str_eq(got, str_of(rows[i].out)))
            fail_msg("'%s': '%.*s'", rows[i].in, STR_ARG(got));
    }
}

#define LABEL63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void
spellings(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"acme.io", "acme.io"},
        {"ACME.Io", "acme.io"},
        {"acme.io.", "acme.io"},
        {"acme.io..", NULL},
        {"a.b.c.acme.io", "a.b.c.acme.io"},
        {"m\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
        {"M\xc3\x9cNCHEN.DE", "xn--mnchen-3ya.de"},
        {"mu\xcc\x88nchen.de", "xn--mnchen-3ya.de"}, /* u and a combining diaeresis */
        {"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
        {"XN--MNCHEN-3YA.DE", "xn--mnchen-3ya.de"},
        {"stra\xc3\x9f"
         "e.de",
         "xn--strae-oqa.de"},              /* not strasse.de */
        {"acme\xe3\x80\x82io", "acme.io"}, /* ideographic full stop */
        {"\xef\xbd\x81\xef\xbd\x83\xef\xbd\x8d\xef\xbd\x85.io", "acme.io"}, /* full width */
        {"\xd0\xb0\xd1\x81me.io", "xn--me-6kc2e.io"}, /* Cyrillic letters stay other letters */
        {"evil.com\xef\xbc\xa0good.com", NULL},       /* full-width @ */
        {"acme", NULL},
        {"", NULL},
        {".", NULL},
        {".acme.io", NULL},
        {"acme..io", NULL},
        {"-acme.io", NULL},
        {"acme-.io", NULL},
        {"ac_me.io", NULL},
        {"ac me.io", NULL},
        {" acme.io", NULL},
        {"acme.io ", NULL},
        {"*.acme.io", NULL},
        {"@acme.io", NULL},
        {"acme.io/x", NULL},
        {"acme.io:25", NULL},
        {"10.0.0.1", NULL},
        {"[10.0.0.1]", NULL},
        {"1.io", "1.io"},
        {"xn--a.io", NULL},        /* no punycode */
        {"xn--zzzzzzzz.io", NULL}, /* decodes to nothing sensible */
        {LABEL63 ".io", LABEL63 ".io"},
        {LABEL63 "x.io", NULL},
        {LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".io", NULL},
        {"\xff.io", NULL},
    };
    check_rows(rows, sizeof rows / sizeof *rows, mail_domain_parse);
    struct str out;
    assert_false(mail_domain_parse(STR("acme.io\0.evil.com"), &arena, &out));
    assert_false(mail_domain_parse(STR_ABSENT, &arena, &out));
}

static void
addresses(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"ada@acme.io", "acme.io"},
        {"ADA@ACME.IO", "acme.io"},
        {"ada@acme.io.", "acme.io"},
        {"ada+tag@acme.io", "acme.io"},
        {"ada.l@sub.acme.io", "sub.acme.io"},
        {"ada@m\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
        {"j\xc3\xb6rg@acme.io", "acme.io"},
        {"ada@good.io@evil.io", NULL},
        {"ada@@acme.io", NULL},
        {"\"ada@evil.io\"@acme.io", NULL},
        {"\"ada\"@acme.io", NULL},
        {"ada(comment)@acme.io", NULL},
        {"ada@acme.io(comment)", NULL},
        {"<ada@acme.io>", NULL},
        {"ada@acme.io,eve@evil.io", NULL},
        {"ada@[10.0.0.1]", NULL},
        {"ada\\@evil.io@acme.io", NULL},
        {"a b@acme.io", NULL},
        {"ada@acme.io\r\nBcc: eve@evil.io", NULL},
        {"@acme.io", NULL},
        {"ada@", NULL},
        {"ada", NULL},
        {"ada@acme", NULL},
        {"", NULL},
        {"%40@acme.io", "acme.io"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, mail_domain_of);
}

static void
parents(void **state)
{
    (void)state;
    struct str out[MAIL_DOMAIN_LABELS];
    assert_int_equal(mail_domain_parents(STR("a.b.acme.io"), out), 3);
    assert_true(str_eq(out[0], STR("a.b.acme.io")));
    assert_true(str_eq(out[1], STR("b.acme.io")));
    assert_true(str_eq(out[2], STR("acme.io")));
    assert_int_equal(mail_domain_parents(STR("io"), out), 0);
}

static void
public_providers(void **state)
{
    (void)state;
    assert_true(mail_domain_is_public(STR("gmail.com")));
    assert_true(mail_domain_is_public(STR("mail.gmail.com")));
    assert_false(mail_domain_is_public(STR("notgmail.com")));
    assert_false(mail_domain_is_public(STR("gmail.com.acme.io")));
    assert_false(mail_domain_is_public(STR("com")));
    /* Sorted, each once, and in the one spelling: else the search would miss some. */
    static const char *const all[] = {
#define PUBLIC_DOMAIN(name) (name),
#include "server/public_domains.def"
#undef PUBLIC_DOMAIN
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct str spelt;
        assert_true(mail_domain_parse(str_of(all[i]), &arena, &spelt));
        assert_true(str_eq(spelt, str_of(all[i])));
        assert_true(mail_domain_is_public(spelt));
        if (i && strcmp(all[i - 1], all[i]) >= 0)
            fail_msg("%s comes after %s", all[i - 1], all[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings),
        cmocka_unit_test(addresses),
        cmocka_unit_test(parents),
        cmocka_unit_test(public_providers),
    };
    return cmocka_run_group_tests_name("mail domains", tests, setup, teardown);
}
