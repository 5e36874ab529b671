/* Addresses that may stand in an envelope. */
#include "deliver/mailbox.h"
#include "tests/support/unit.h"

static struct arena arena;

static void
takes(const char *text, const char *spec, const char *domain)
{
    struct mailbox a = {.name = {NULL, 0}};
    struct err err = {.code = ERR_OK};
    if (mailbox_parse_address(str_of(text), &arena, &a, &err) != ERR_OK)
        fail_msg("%s: %s", text, err.msg);
    assert_true(str_eq(a.spec, str_of(spec)));
    assert_true(str_eq(a.domain, str_of(domain)));
    assert_false(str_given(a.name));
}

static void
refuses_str(struct str text)
{
    struct mailbox a;
    struct err err = {.code = ERR_OK};
    if (mailbox_parse_address(text, &arena, &a, &err) != ERR_INVALID)
        fail_msg("taken: %.*s", STR_ARG(text));
    assert_true(err.msg[0] != '\0');
}

static void
refuses(const char *text)
{
    refuses_str(str_of(text));
}

static void
parses_addresses(void **state)
{
    (void)state;
    takes("ada@example.com", "ada@example.com", "example.com");
    takes("  ada@example.com ", "ada@example.com", "example.com");
    takes("a.b+c_d-e'f@x.y-z.example", "a.b+c_d-e'f@x.y-z.example", "x.y-z.example");
    takes("root@localhost", "root@localhost", "localhost");
    takes("ada@b\xc3\xbc"
          "cher.example",
          "ada@xn--bcher-kva.example", "xn--bcher-kva.example");
    takes("x@\xe4\xbe\x8b\xe3\x81\x88.jp", "x@xn--r8jz45g.jp", "xn--r8jz45g.jp");
    /* German sharp s stays itself, not "ss". */
    takes("x@fa\xc3\x9f.de", "x@xn--fa-hia.de", "xn--fa-hia.de");
}

static void
refuses_what_would_break_out(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "ada@@example.com",
        "ada@ex ample.com",
        "a da@example.com",
        "ada@example.com\r\nRCPT TO:<eve@example.com>",
        "ada\r\n@example.com",
        "ada>@example.com",
        "<ada@example.com>",
        "ada@example.com>",
        "\"ada\"@example.com",
        "ada,eve@example.com",
        "ada@example.com,eve@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@.com",
        "ada@example..com",
        "ada@example.com.",
        "ada@[127.0.0.1]",
        "ada@example.com:25",
        "\xc3\xa9@example.com",
        "ada@\xff\xfe.com",
        "ada@\xe2\x80\xae.com",
        "ada(comment)@example.com",
        "ada@exa\tmple.com",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(bad[i]);
    refuses_str(STR("ada\0@example.com"));
    refuses_str(STR("ada@example\0.com"));
    refuses_str(STR("ada@b\xc3\xbc\0.com"));
    char local[80] = "";
    memset(local, 'a', 65);
    refuses(arena_printf(&arena, "%s@example.com", local).p);
    local[64] = '\0';
    struct mailbox a;
    assert_int_equal(
        mailbox_parse_address(arena_printf(&arena, "%s@example.com", local), &arena, &a, NULL),
        ERR_OK);
    refuses(arena_printf(&arena, "a@%s.com", local).p);
}

static void
parses_mailboxes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *spec;
    } rows[] = {
        {"ada@example.com", NULL, "ada@example.com"},
        {"<ada@example.com>", NULL, "ada@example.com"},
        {"Ada Lovelace <ada@example.com>", "Ada Lovelace", "ada@example.com"},
        {"\"Lovelace, \\\"A\\\"\" <ada@example.com>", "Lovelace, \"A\"", "ada@example.com"},
        {"Ad\xc3\xa4 <ada@example.com>", "Ad\xc3\xa4", "ada@example.com"},
        {"a < b <ada@example.com>", "a < b", "ada@example.com"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mailbox a = {.name = {NULL, 0}};
        assert_int_equal(mailbox_parse(str_of(rows[i].text), &arena, &a, NULL), ERR_OK);
        assert_true(str_eq(a.name, str_of(rows[i].name)));
        assert_true(str_eq(a.spec, str_of(rows[i].spec)));
    }
    static const char *const bad[] = {"Ada ada@example.com>", "Ada <ada>", "Ada <>",
                                      "\xff <ada@example.com>", "Ada <ada@example.com> x"};
    struct mailbox a;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(mailbox_parse(str_of(bad[i]), &arena, &a, NULL), ERR_INVALID);
}

static void
parses_phones(void **state)
{
    (void)state;
    struct str out;
    assert_int_equal(mailbox_parse_phone(STR("+49 (151) 123-45.678"), &arena, &out, NULL), ERR_OK);
    assert_str(out, "+4915112345678");
    assert_int_equal(mailbox_parse_phone(STR("+123456789012345"), &arena, &out, NULL), ERR_OK);
    static const char *const bad[] = {"",
                                      "+",
                                      "123456",
                                      "+12345",
                                      "+0123456789",
                                      "+1a23456",
                                      "+1234567\r\n8",
                                      "++1234567",
                                      "+1234567890123456",
                                      "+12345&Body=x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(mailbox_parse_phone(str_of(bad[i]), &arena, &out, NULL), ERR_INVALID);
    assert_int_equal(mailbox_parse_phone(STR("+1234567\0"), &arena, &out, NULL), ERR_INVALID);
}

static void
knows_hosts(void **state)
{
    (void)state;
    assert_true(mailbox_is_host(STR("mg.example.com")));
    assert_true(mailbox_is_host(STR("localhost")));
    static const char *const bad[] = {"",    ".",    "a/b", "a.b/",        "a@b", "a:1",
                                      "a b", "a..b", "a.",  "\xc3\xbc.de", "a?b", "a#b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mailbox_is_host(str_of(bad[i])));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_addresses), cmocka_unit_test(refuses_what_would_break_out),
        cmocka_unit_test(parses_mailboxes), cmocka_unit_test(parses_phones),
        cmocka_unit_test(knows_hosts),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests_name("deliver/mailbox", tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
