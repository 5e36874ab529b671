/* Copying: which way is taken where, what is written, what a program is given. */
#include "ui/clipboard.h"

#include "base/file.h"
#include "base/mem.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const variables[] = {
    "GATEHOUSE_CLIPBOARD", "SSH_TTY", "SSH_CONNECTION", "WAYLAND_DISPLAY", "DISPLAY", "TMUX", "STY",
};

static int
clean(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        unsetenv(variables[i]);
    return 0;
}

/* Over SSH the clipboard of the far side is nobody's: the terminal has the right one. */
static void
over_ssh_it_goes_through_the_terminal(void **state)
{
    static const struct {
        const char *set[4]; /* names; each gets a value */
        const char *asked;
        enum clipboard_way way;
    } cases[] = {
        {{"DISPLAY"}, NULL, CLIPBOARD_NATIVE},
        {{"WAYLAND_DISPLAY"}, NULL, CLIPBOARD_NATIVE},
        {{NULL}, NULL, CLIPBOARD_OSC52},
        {{"DISPLAY", "SSH_TTY"}, NULL, CLIPBOARD_OSC52},
        {{"WAYLAND_DISPLAY", "SSH_CONNECTION"}, NULL, CLIPBOARD_OSC52},
        {{"DISPLAY", "SSH_TTY"}, "native", CLIPBOARD_NATIVE},
        {{"DISPLAY"}, "osc52", CLIPBOARD_OSC52},
        {{"SSH_TTY", "TMUX"}, NULL, CLIPBOARD_TMUX},
        {{"SSH_TTY", "STY"}, NULL, CLIPBOARD_SCREEN},
        {{"STY"}, "osc52", CLIPBOARD_SCREEN},
        {{"DISPLAY", "TMUX"}, "off", CLIPBOARD_OFF},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        clean(state);
        for (size_t k = 0; k < COUNT_OF(cases[i].set) && cases[i].set[k]; k++)
            setenv(cases[i].set[k], "x", 1);
        if (cases[i].asked)
            setenv("GATEHOUSE_CLIPBOARD", cases[i].asked, 1);
        assert_int_equal(clipboard_choose(), cases[i].way);
    }
    clean(state);
}

static void
the_sequence_holds_the_text(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4 * CLIPBOARD_MAX);
    clipboard_sequence(CLIPBOARD_OSC52, STR("user-0001"), &b);
    assert_str(buf_str(&b), "\033]52;c;dXNlci0wMDAx\a");
    buf_fini(&b);
}

/* In pieces that screen passes on; together they are the same sequence. */
static void
inside_screen_it_comes_in_pieces(void **state)
{
    (void)state;
    enum { SIZE = 3000, PIECE = 256 };
    static char text[SIZE];
    struct buf whole, wrapped, joined;
    memset(text, 'x', sizeof text);
    buf_init(&whole, 4 * CLIPBOARD_MAX);
    buf_init(&wrapped, 4 * CLIPBOARD_MAX);
    buf_init(&joined, 4 * CLIPBOARD_MAX);
    clipboard_sequence(CLIPBOARD_OSC52, (struct str){text, SIZE}, &whole);
    clipboard_sequence(CLIPBOARD_SCREEN, (struct str){text, SIZE}, &wrapped);
    for (struct str rest = buf_str(&wrapped); rest.n > 0;) {
        assert_true(str_starts(rest, STR("\033P")));
        ptrdiff_t end = str_find(rest, STR("\033\\"));
        assert_in_range(end, 3, PIECE + 2);
        buf_add_str(&joined, str_sub(rest, 2, (size_t)end));
        rest = str_sub(rest, (size_t)end + 2, rest.n);
    }
    assert_true(str_eq(buf_str(&joined), buf_str(&whole)));
    buf_fini(&whole);
    buf_fini(&wrapped);
    buf_fini(&joined);
}

static void
inside_tmux_its_buffer_is_filled(void **state)
{
    (void)state;
    char path[1200], folder[1100], script[1400];
    struct arena a;
    struct str got;
    struct err err = {0};
    const char *how = NULL;
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("bin"));
    assert_int_equal(file_make_dirs(folder, &err), ERR_OK);
    snprintf(path, sizeof path, "%s/tmux", folder);
    snprintf(script, sizeof script, "#!/bin/sh\n{ echo \"$@\"; cat; } >'%s/got'\n", folder);
    assert_int_equal(file_write(path, str_of(script), 0700, &err), ERR_OK);
    const char *now = getenv("PATH");
    assert_non_null(now);
    char *before = mem_copy_text(now, strlen(now));
    snprintf(path, sizeof path, "%s:%s", folder, before);
    setenv("PATH", path, 1);
    setenv("TMUX", "x", 1);
    assert_int_equal(clipboard_copy(STR("user-0001"), &how, &err), ERR_OK);
    assert_string_equal(how, "to tmux");
    setenv("PATH", before, 1);
    mem_free(before);
    arena_init(&a, 1 << 16);
    snprintf(path, sizeof path, "%s/got", folder);
    assert_int_equal(file_read(path, 4096, &a, &got, &err), ERR_OK);
    assert_str(got, "load-buffer -w -\nuser-0001");
    arena_fini(&a);
}

static void
too_much_and_never_are_refused(void **state)
{
    (void)state;
    static char text[CLIPBOARD_MAX + 1];
    const char *how = NULL;
    struct err err = {0};
    memset(text, 'x', sizeof text);
    assert_int_equal(clipboard_copy((struct str){text, sizeof text}, &how, &err), ERR_LIMIT);
    assert_non_null(strstr(err.msg, "export it instead"));
    setenv("GATEHOUSE_CLIPBOARD", "off", 1);
    assert_int_equal(clipboard_copy(STR("x"), &how, &err), ERR_FORBIDDEN);
}

#define TEST(fn) cmocka_unit_test_setup(fn, clean)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(over_ssh_it_goes_through_the_terminal), TEST(the_sequence_holds_the_text),
        TEST(inside_screen_it_comes_in_pieces),      TEST(inside_tmux_its_buffer_is_filled),
        TEST(too_much_and_never_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
