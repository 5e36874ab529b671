#include "ui/key.h"

#include "tests/support/unit.h"

#include <stdio.h>

static struct key_decoder d;
static int64_t now;
static char seen[4096];

static int
setup(void **state)
{
    (void)state;
    key_decoder_init(&d);
    now = 100000;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    key_decoder_fini(&d);
    return 0;
}

/* Feeds bytes, lets time pass, and gives the events as text: "Up j <pasted>". */
static const char *
events(struct str bytes, int later_ms)
{
    struct event e;
    size_t n = 0;
    seen[0] = '\0';
    if (bytes.n > 0)
        key_decoder_feed(&d, bytes, now);
    for (int pass = 0; pass < 2; pass++) {
        while (key_decoder_next(&d, now, &e) && n < sizeof seen - 100) {
            char name[KEY_NAME];
            const char *gap = n > 0 ? " " : "";
            if (e.kind == EVENT_KEY)
                n += (size_t)snprintf(seen + n, sizeof seen - n, "%s%s", gap,
                                      key_label(e.key, name));
            else
                n += (size_t)snprintf(seen + n, sizeof seen - n, "%s<%.*s>%s", gap,
                                      (int)(e.text.n < 60 ? e.text.n : 60), e.text.p,
                                      e.cut ? "cut" : "");
        }
        now += pass == 0 ? later_ms : 0;
    }
    return seen;
}

#define assert_events(bytes, later, want) assert_string_equal(events(STR(bytes), (later)), (want))

static void
plain_keys(void **state)
{
    (void)state;
    assert_events("jG:/ ?", 0, "j G : / Space ?");
    assert_events("\r\n\t\x7f\b", 0, "Enter Enter Tab Backspace Backspace");
    assert_events("\x01\x1a\x00\x1c\x1f", 0, "Ctrl-A Ctrl-Z Ctrl-Space Ctrl-\\ Ctrl-_");
    assert_events("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", 0, "é 日 😀");
}

static void
sequences(void **state)
{
    (void)state;
    assert_events("\033[A\033OB\033[C\033OD\033[H\033OF", 0, "Up Down Right Left Home End");
    assert_events("\033[5~\033[6~\033[3~\033[2~\033[1~\033[4~", 0,
                  "PgUp PgDn Delete Insert Home End");
    assert_events("\033OP\033[15~\033[21~\033[24~\033[[A", 0, "F1 F5 F10 F12 F1");
    assert_events("\033[Z\033[1;5A\033[1;2B\033[3;3~", 0,
                  "Shift-Tab Ctrl-Up Shift-Down Alt-Delete");
    assert_events("\033OM\033Oj\033Oy", 0, "Enter * 9");
    assert_events("\033x\033\r", 0, "Alt-x Alt-Enter");
}

static void
a_terminal_has_its_own_sequences(void **state)
{
    (void)state;
    key_decoder_add(&d, STR("\033[7$"), K_SHIFT | K_HOME);
    key_decoder_add(&d, STR("\033[A"), K_PGUP);
    key_decoder_add(&d, STR("x"), K_PGUP); /* no ESC: refused */
    assert_events("\033[7$\033[Ax", 0, "Shift-Home PgUp x");
    assert_events("\033[7", 0, "");
    assert_events("$", 0, "Shift-Home");
}

static void
esc_alone_waits_25_ms_and_no_second(void **state)
{
    (void)state;
    assert_events("\033", 0, "");
    assert_int_equal(key_decoder_wait(&d, now), 25);
    assert_events("", 24, "");
    assert_events("", 1, "Esc");
    assert_int_equal(key_decoder_wait(&d, now), -1);
    now += 1000;
    assert_events("\033\033", 25, "Esc Esc");
}

static void
torn_sequences_never_become_keys(void **state)
{
    (void)state;
    /* Within the wait it is one key. */
    assert_events("\033[", 20, "");
    assert_events("3~", 0, "Delete");
    /* Beyond it the rest is thrown away. */
    assert_events("\033", 30, "Esc");
    assert_events("[3~", 0, "");
    assert_events("d", 0, "d");
    assert_events("\033", 30, "Esc");
    assert_events("[", 30, "");
    assert_events("<0;1;1", 30, "");
    assert_events("dj", 0, "j");
    assert_events("\033", 30, "Esc");
    assert_events("OQ", 0, "");
    assert_events("\033[1", 1000, "");
    assert_events("d", 0, "d");
    /* Only right behind it: what is typed after another key is typing. */
    assert_events("\033", 30, "Esc");
    assert_events(":[OQ", 0, ": [ O Q");
    now += 1000;
    assert_events("[O", 0, "[ O");
}

static void
unknown_sequences_are_swallowed(void **state)
{
    (void)state;
    assert_events("\033[?62;4c\033[<35;10;10M\033[M dd\033[>0;1d\033[99;1xj", 0, "j");
    assert_events(
        "\033]52;c;ZGRkZA==\007\033]11;rgb:d/d/d\033\\\033Pddd\033\\\033_xx\033\\\033^d\033\\k", 0,
        "k");
    assert_events("\xc2\x9b"
                  "31dj",
                  0, "j");
    assert_events("\xff\xfe\x80\xc0\xaf\xed\xa0\x80j", 0, "j");
    assert_events("\033]never ended ddd", 0, "");
    assert_events("dddd", 1000, "");
    assert_events("d", 0, "d");
    char longer[300] = "\033[";
    memset(longer + 2, '1', sizeof longer - 2);
    assert_string_equal(events((struct str){longer, sizeof longer}, 0), "");
    assert_events("dj", 0, "j");
}

static void
pastes(void **state)
{
    (void)state;
    assert_events("a\033[200~d\rx\r\ny\n\tz\033[31m\x01\x7f\xff\033[201~", 30,
                  "a <d\nx\ny\n\tz[31m>");
    assert_events("\033[200~spl", 30, "");
    assert_events("it\033[20", 30, "");
    assert_events("1~", 30, "<split>");
    assert_events("\033[200~\xc3", 30, "");
    assert_events("\xa9\033[201~", 30, "<é>");
    assert_events("\033[200~\033[201~", 30, "<>");
    assert_events("j", 0, "j");
}

/* A paste that holds its own end: what follows at once is its tail, not typing. */
static void
a_paste_cannot_end_itself(void **state)
{
    (void)state;
    assert_events("\033[200~x\033[201~dd\r", 10, "<x>");
    assert_events("dd\033[201~", 30, "");
    assert_events("j", 0, "j");
    assert_events("\033[200~x\033[201~\033[<35;1", 30, "<x>");
    assert_events(";1d", 0, "");
}

static void
a_paste_is_capped(void **state)
{
    (void)state;
    char block[65536];
    struct event e = {.kind = EVENT_NONE};
    memset(block, 'x', sizeof block);
    events(STR("\033[200~"), 0);
    for (int i = 0; i < 40; i++) {
        key_decoder_feed(&d, (struct str){block, sizeof block}, now);
        assert_false(key_decoder_next(&d, now, &e));
    }
    key_decoder_feed(&d, STR("\033[201~"), now);
    assert_true(key_decoder_next(&d, now, &e));
    assert_true(e.cut);
    assert_in_range(e.text.n, PASTE_MAX - 10, PASTE_MAX);
}

static void
a_paste_that_stalls_is_given_up(void **state)
{
    (void)state;
    assert_events("\033[200~half", 4999, "");
    assert_events("", 1, "<half>");
}

static void
bursts_without_brackets(void **state)
{
    (void)state;
    d.guess_paste = true;
    assert_events("delete all\rof it", 30, "<delete all\nof it>");
    assert_events("jjjjjjjjjjjj", 0, "j j j j j j j j j j j j");
    assert_events(":users\r", 0, ": u s e r s Enter");
    assert_events("\033[B\033[B\033[B\033[B", 0, "Down Down Down Down");
    /* What is no text ends it, and what stands right behind a paste was not typed either. */
    now += 1000;
    assert_events("delete all\033[6~Qy\033", 30, "<delete all>");
    assert_events("delete all\001of them!\r", 30, "<delete all> <of them!\n>");
    assert_events("Q", 0, "Q");
}

static void
names(void **state)
{
    (void)state;
    static const char *const good[] = {"j",          "Down",
                                       "Ctrl-F",     "F10",
                                       "Space",      "Shift-Tab",
                                       "\\",         "?",
                                       "Alt-x",      "Ctrl-Alt-Delete",
                                       "PgDn",       "é",
                                       "Esc",        "-",
                                       "Ctrl-Space", "Alt-Shift-Up",
                                       "Enter"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint32_t key;
        char name[KEY_NAME];
        assert_true(key_parse(str_of(good[i]), &key));
        assert_string_equal(key_label(key, name), good[i]);
    }
    static const char *const bad[] = {"",        "jj",      "F0", "F13",  "Ctrl-",
                                      "Shift-a", "Hyper-x", " ",  "\x01", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t key;
        assert_false(key_parse(str_of(bad[i]), &key));
    }
    uint32_t a = 0, b = 0;
    assert_true(key_parse(STR("ctrl-F"), &a) && key_parse(STR("Ctrl-f"), &b));
    assert_int_equal(a, b);
}

static void
default_keymap(void **state)
{
    (void)state;
    struct keymap m;
    struct buf b;
    keymap_init(&m);
    assert_int_equal(keymap_find(&m, K_DOWN), COMMAND_MOVE_DOWN);
    assert_int_equal(keymap_find(&m, 'j'), COMMAND_MOVE_DOWN);
    assert_int_equal(keymap_find(&m, K_F1 + 9), COMMAND_QUIT);
    assert_int_equal(keymap_find(&m, K_CTRL | 'z'), COMMAND_SUSPEND);
    assert_int_equal(keymap_find(&m, K_ALT | 'd'), COMMAND_NONE);
    for (size_t i = 0; i < m.n; i++) {
        for (size_t k = i + 1; k < m.n; k++)
            assert_int_not_equal(m.entries[i].key, m.entries[k].key);
    }
    buf_init(&b, 100);
    keymap_keys(&m, COMMAND_MOVE_DOWN, &b);
    assert_string_equal(b.p, "Down j");
    buf_fini(&b);
}

static enum err_code
configure(struct keymap *m, const char *text, struct err *err)
{
    struct arena a;
    struct ini ini;
    arena_init(&a, 1 << 20);
    keymap_init(m);
    enum err_code code = ini_parse(&ini, str_of(text), "config.ini", &a, err);
    assert_int_equal(code, ERR_OK);
    code = keymap_configure(m, &ini, "config.ini", err);
    arena_fini(&a);
    return code;
}

static void
configured_keymap(void **state)
{
    (void)state;
    struct keymap m;
    struct err err;
    assert_int_equal(configure(&m, "[keys]\nquit = Ctrl-Q\ndelete = D  Delete\nredraw =\n", &err),
                     ERR_OK);
    assert_int_equal(keymap_find(&m, K_CTRL | 'q'), COMMAND_QUIT);
    assert_int_equal(keymap_find(&m, 'Q'), COMMAND_NONE);
    assert_int_equal(keymap_find(&m, 'D'), COMMAND_DELETE);
    assert_int_equal(keymap_find(&m, K_DELETE), COMMAND_DELETE);
    assert_int_equal(keymap_find(&m, K_CTRL | 'l'), COMMAND_NONE);

    assert_int_equal(configure(&m, "[keys]\nquit = j\n", &err), ERR_CONFIG);
    assert_string_equal(
        err.msg, "config.ini:2: j is the key of both down and quit; give one of them another");
    assert_int_equal(keymap_find(&m, 'Q'), COMMAND_QUIT);
    assert_int_equal(configure(&m, "[keys]\nfly = j\n", &err), ERR_CONFIG);
    assert_non_null(strstr(err.msg, "config.ini:2:1: there is no command \"fly\""));
    assert_int_equal(configure(&m, "[keys]\nquit = Hyper-Q\n", &err), ERR_CONFIG);
    assert_non_null(strstr(err.msg, "config.ini:2:8: \"Hyper-Q\" is not the name of a key"));
}

static void
commands(void **state)
{
    (void)state;
    assert_int_equal(command_by_name(STR("page-down")), COMMAND_PAGE_DOWN);
    assert_int_equal(command_by_name(STR("nope")), COMMAND_NONE);
    assert_int_equal(command_by_name(STR("")), COMMAND_NONE);
    assert_string_equal(command_info(COMMAND_QUIT)->keys, "Q");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_keys),
        TEST(sequences),
        TEST(a_terminal_has_its_own_sequences),
        TEST(esc_alone_waits_25_ms_and_no_second),
        TEST(torn_sequences_never_become_keys),
        TEST(unknown_sequences_are_swallowed),
        TEST(pastes),
        TEST(a_paste_cannot_end_itself),
        TEST(a_paste_is_capped),
        TEST(a_paste_that_stalls_is_given_up),
        TEST(bursts_without_brackets),
        TEST(names),
        TEST(default_keymap),
        TEST(configured_keymap),
        TEST(commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
