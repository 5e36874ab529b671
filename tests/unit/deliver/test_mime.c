/* Letters as Internet messages. */
#include "deliver/mime.h"
#include "tests/support/unit.h"

static struct arena arena;

static struct str
text_of(void (*write)(struct buf *out, struct str text), struct str text)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    write(&b, text);
    struct str copy = arena_str(&arena, buf_str(&b));
    buf_fini(&b);
    return copy;
}

static struct str
header(const char *text)
{
    return text_of(mime_write_text, str_of(text));
}

static struct str
quoted(const char *text)
{
    return text_of(mime_write_quoted_printable, str_of(text));
}

/* Every line at most 76 characters, printable ASCII, CRLF at the ends only. */
static void
assert_lines(struct str text, size_t most)
{
    struct str rest = text, line;
    while (str_next(&rest, '\n', &line)) {
        if (rest.p)
            assert_true(str_ends(line, STR("\r")));
        struct str plain = str_sub(line, 0, line.n - (line.n && rest.p ? 1 : 0));
        assert_true(plain.n <= most);
        for (size_t i = 0; i < plain.n; i++)
            assert_true(plain.p[i] == 0x09 || (plain.p[i] >= 0x20 && plain.p[i] < 0x7f));
    }
}

static void
writes_headers(void **state)
{
    (void)state;
    assert_str(header("Hello, world"), "Hello, world");
    assert_str(header(""), "");
    assert_str(header("H\xc3\xa4llo"), "=?UTF-8?B?SMOkbGxv?=");
    assert_str(header("=?UTF-8?B?eA==?="), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
    /* No line end and no other control survives. */
    assert_str(header("Hi\r\nBcc: eve@example.com"),
               "=?UTF-8?B?SGkgIEJjYzogZXZlQGV4YW1wbGUuY29t?=");
    assert_str(text_of(mime_write_text, STR("a\0b\x7f")), "=?UTF-8?B?YSBiIA==?=");
    assert_str(header("\xff"), "=?UTF-8?B?Pw==?=");
}

/* Long texts are folded between characters, and each part decodes by itself. */
static void
folds_headers(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 4096);
    for (int i = 0; i < 60; i++)
        buf_add_text(&text, i % 3 ? "\xe2\x82\xac" : "\xf0\x9f\x94\x92");
    struct str out = text_of(mime_write_text, buf_str(&text)), rest = out, word;
    assert_lines(out, 76);
    struct buf back;
    buf_init(&back, 4096);
    while (str_next(&rest, ' ', &word)) {
        word = str_trim(word);
        assert_true(str_starts(word, STR("=?UTF-8?B?")) && str_ends(word, STR("?=")));
        size_t before = back.n;
        assert_true(buf_add_unbase64(&back, str_sub(word, 10, word.n - 2)));
        assert_true(((unsigned char)back.p[before] & 0xc0) != 0x80);
    }
    assert_true(str_eq(buf_str(&back), buf_str(&text)));
    buf_fini(&back);
    buf_fini(&text);
}

static void
writes_mailboxes(void **state)
{
    (void)state;
    static const struct {
        struct str name;
        const char *want;
    } rows[] = {
        {{NULL, 0}, "a@b.c"},
        {{"", 0}, "a@b.c"},
        {{"Ada", 3}, "\"Ada\" <a@b.c>"},
        {{"A \"B\" \\ <x@y>, Z", 16}, "\"A \\\"B\\\" \\\\ <x@y>, Z\" <a@b.c>"},
        {{"\xc3\x84", 2}, "=?UTF-8?B?w4Q=?=\r\n <a@b.c>"},
        {{"A\r\nTo: x", 8}, "=?UTF-8?B?QSAgVG86IHg=?=\r\n <a@b.c>"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mailbox a = {.name = rows[i].name, .spec = STR("a@b.c")};
        struct buf b;
        buf_init(&b, 4096);
        mime_write_mailbox(&b, &a);
        assert_true(str_eq(buf_str(&b), str_of(rows[i].want)));
        buf_fini(&b);
    }
}

static void
writes_bodies(void **state)
{
    (void)state;
    assert_str(quoted("Hello\nWorld\n"), "Hello\r\nWorld\r\n");
    assert_str(quoted("Hello\r\nWorld"), "Hello\r\nWorld\r\n");
    assert_str(quoted(""), "\r\n");
    assert_str(quoted("a=b\xc3\xa4"), "a=3Db=C3=A4\r\n");
    assert_str(quoted("x \ny\t"), "x=20\r\ny=09\r\n");
    assert_str(quoted(".\n..x\n"), "=2E\r\n=2E.x\r\n");
    assert_str(quoted("a\rb"), "a=0Db\r\n");
    assert_str(text_of(mime_write_quoted_printable, STR("a\0b")), "a=00b\r\n");
}

/* Decodes and compares; no line is long, whatever the text. */
static void
bodies_come_back(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        char text[400];
        size_t n = 0;
        for (size_t i = 0; i < (size_t)round; i++) {
            seed = seed * 1103515245 + 12345;
            unsigned char c = (unsigned char)(seed >> 16);
            text[n++] = c == '\r' || c == '\n' || c == 0 ? '.'
                        : round % 2                      ? (char)c
                                                         : (char)(c % 95 + 32);
        }
        struct str out = text_of(mime_write_quoted_printable, (struct str){text, n});
        assert_lines(out, 76);
        char back[800];
        size_t m = 0;
        for (size_t i = 0; i + 2 < out.n;) {
            if (out.p[i] != '=') {
                back[m++] = out.p[i++];
            } else if (out.p[i + 1] == '\r') {
                i += 3;
            } else {
                const char *hex = "0123456789ABCDEF";
                back[m++] = (char)((strchr(hex, out.p[i + 1]) - hex) * 16 +
                                   (strchr(hex, out.p[i + 2]) - hex));
                i += 3;
            }
        }
        assert_true(str_eq((struct str){back, m}, (struct str){text, n}));
    }
}

static void
writes_whole_messages(void **state)
{
    (void)state;
    struct letter l = {.channel = LETTER_EMAIL,
                       .id = STR("11111111-2222-4333-8444-555555555555"),
                       .subject = STR("Code"),
                       .text = STR("One\n"),
                       .html = STR("<p>One</p>")};
    struct mailbox from = {
        .name = STR("Shop"), .spec = STR("no-reply@shop.example"), .domain = STR("shop.example")};
    struct mailbox to = {.spec = STR("ada@example.com")};
    struct buf b;
    buf_init(&b, MIME_MAX);
    mime_write(&b, &l, &from, &to, 1714649122000);
    assert_str(buf_str(&b), "Date: Thu, 02 May 2024 11:25:22 +0000\r\n"
                            "From: \"Shop\" <no-reply@shop.example>\r\n"
                            "To: ada@example.com\r\n"
                            "Subject: Code\r\n"
                            "Message-ID: <11111111-2222-4333-8444-555555555555@shop.example>\r\n"
                            "Auto-Submitted: auto-generated\r\n"
                            "MIME-Version: 1.0\r\n"
                            "Content-Type: multipart/alternative;"
                            " boundary=\"=_11111111-2222-4333-8444-555555555555\"\r\n\r\n"
                            "--=_11111111-2222-4333-8444-555555555555\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n"
                            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                            "One\r\n"
                            "--=_11111111-2222-4333-8444-555555555555\r\n"
                            "Content-Type: text/html; charset=utf-8\r\n"
                            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                            "<p>One</p>\r\n"
                            "--=_11111111-2222-4333-8444-555555555555--\r\n");
    l.html = STR_ABSENT;
    buf_reset(&b);
    mime_write(&b, &l, &from, &to, 1714649122000);
    assert_true(str_ends(buf_str(&b), STR("MIME-Version: 1.0\r\n"
                                          "Content-Type: text/plain; charset=utf-8\r\n"
                                          "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                          "One\r\n")));
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_headers),   cmocka_unit_test(folds_headers),
        cmocka_unit_test(writes_mailboxes), cmocka_unit_test(writes_bodies),
        cmocka_unit_test(bodies_come_back), cmocka_unit_test(writes_whole_messages),
    };
    arena_init(&arena, 8 << 20);
    int failed = cmocka_run_group_tests_name("deliver/mime", tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
