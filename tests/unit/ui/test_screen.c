/*
 * Terminal, loop, keys and supervising parent together: a small list of our own on a real
 * pseudo-terminal, killed, stopped, resized and fed with hostile input.
 */
#include "ui/screen.h"

#include "tests/support/pty.h"
#include "tests/support/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct demo {
    struct screen screen;
    int row, keys, pastes, deletes;
    char last[200];
};

static unsigned
demo_event(void *ctx, const struct event *e)
{
    struct demo *d = ctx;
    char name[KEY_NAME];
    if (e->kind == EVENT_PASTE) {
        d->pastes++;
        snprintf(d->last, sizeof d->last, "paste %zu %.*s%s", e->text.n,
                 (int)(e->text.n < 40 ? e->text.n : 40), e->text.p, e->cut ? " cut" : "");
        return DIRTY_ALL;
    }
    d->keys++;
    d->deletes += e->key == 'd' || e->key == 'x';
    snprintf(d->last, sizeof d->last, "key %s", key_label(e->key, name));
    if (e->key == 'q')
        return DIRTY_QUIT;
    if (e->key == (K_CTRL | 'z'))
        return screen_suspend(&d->screen);
    if (e->key == 'a')
        abort();
    if (e->key == 'X') {
        char *const argv[] = {(char[]){"sh"}, (char[]){"-c"},
                              (char[]){"stty -a | grep -o -- ' icanon'"}, NULL};
        screen_run_program(&d->screen, argv, NULL);
    }
    d->row += e->key == 'j' || e->key == K_DOWN;
    return DIRTY_ALL;
}

static void
demo_draw(void *ctx, struct canvas *cv, unsigned dirty)
{
    struct demo *d = ctx;
    struct rect all = {.rows = cv->rows, .cols = cv->cols};
    (void)dirty;
    for (int r = 1; r < cv->rows - 1; r++)
        canvas_printf(cv, (struct place){.clip = all, .row = r, .cells = 40}, "user %d",
                      d->row + r);
    canvas_printf(cv, (struct place){.clip = all, .row = 0, .cells = cv->cols, .role = ROLE_TITLE},
                  "pid=%ld size=%dx%d row=%d", (long)getpid(), cv->rows, cv->cols, d->row);
    canvas_printf(cv, (struct place){.clip = all, .row = cv->rows - 1, .cells = cv->cols},
                  "%s deletes=%d p=%d k=%d.", d->last, d->deletes, d->pastes, d->keys);
}

static int
demo_main(void *ctx)
{
    const char *const *env = ctx;
    struct supervise guard;
    struct supervise_setup parent = {.tty = STDIN_FILENO, .log_path = "/the/log"};
    struct theme theme;
    struct err err = {.code = ERR_OK};
    static const int caught[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        signal(caught[i], SIG_DFL); /* the test program has handlers of its own */
    setenv("TERM", "xterm-256color", 1);
    for (; env && env[0]; env += 2) {
        if (env[1])
            setenv(env[0], env[1], 1);
        else
            unsetenv(env[0]);
    }
    if (supervise_start(&guard, &parent, &err) != ERR_OK)
        return 98;
    struct demo d = {.row = 0};
    struct loop *l = loop_new(&err);
    theme_default(&theme);
    struct term_options o = {.theme = &theme, .log_fd = -1, .guard = &guard};
    struct screen_hooks hooks = {.ctx = &d, .event = demo_event, .draw = demo_draw};
    if (screen_open(&d.screen, l, &o, &hooks, &err) != ERR_OK) {
        fprintf(stderr, "%s\n", err.msg);
        loop_free(l);
        return 2;
    }
    int status = screen_run(&d.screen);
    screen_close(&d.screen);
    loop_free(l);
    if (status < 0)
        screen_die(-status);
    return status;
}

static void
start(struct pty *p, const char *const *env)
{
    pty_start(p, 24, 80, demo_main, (void *)(uintptr_t)env);
}

/* The process that draws, as it says itself. */
static pid_t
drawing_pid(struct pty *p)
{
    if (!pty_wait_for(p, "pid="))
        fail_msg("nothing drawn: %.*s", STR_ARG(buf_str(&p->out)));
    size_t from = p->at;
    assert_true(pty_wait_for(p, "user 5"));
    return (pid_t)strtol(p->out.p + from, NULL, 10);
}

static void
assert_left(struct pty *p)
{
    p->at = 0;
    assert_true(pty_modes_restored(p));
    assert_true(pty_wait_for(p, "\033[?2004l"));
    p->at = 0;
    size_t left = 0;
    while (pty_wait_for(p, "\033[?1049l"))
        left++;
    assert_true(left > 0);
}

static void
quits_and_leaves_nothing_behind(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    drawing_pid(&p);
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    assert_left(&p);
    pty_fini(&p);
}

static void
death_matrix(void **state)
{
    (void)state;
    static const struct {
        int signo;
        bool explained;
    } deaths[] = {{SIGTERM, false}, {SIGHUP, false}, {SIGKILL, true}, {SIGSEGV, true},
                  {SIGABRT, true},  {SIGBUS, true},  {SIGQUIT, true}, {SIGINT, false}};
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        struct pty p;
        start(&p, NULL);
        pid_t pid = drawing_pid(&p);
        assert_int_not_equal(pid, p.pid);
        assert_false(pty_modes_restored(&p));
        kill(pid, deaths[i].signo);
        assert_int_equal(pty_wait_end(&p), -deaths[i].signo);
        assert_left(&p);
        p.at = 0;
        assert_int_equal(pty_wait_for(&p, "/the/log"), deaths[i].explained);
        pty_fini(&p);
    }
}

/* Signals to the parent reach the child, which ends in order. */
static void
parent_passes_signals_on(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < 3; i++) {
        struct pty p;
        start(&p, NULL);
        drawing_pid(&p);
        kill(p.pid, signals[i]);
        assert_int_equal(pty_wait_end(&p), -signals[i]);
        assert_left(&p);
        pty_fini(&p);
    }
}

static void
an_abort_inside_is_survived(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    drawing_pid(&p);
    pty_send(&p, STR("a"));
    assert_int_equal(pty_wait_end(&p), -SIGABRT);
    assert_left(&p);
    pty_fini(&p);
}

static void
ends_with_its_parent(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    pid_t pid = drawing_pid(&p);
    kill(p.pid, SIGKILL);
    assert_true(pty_wait_state(pid, "XZ"));
    assert_int_equal(pty_wait_end(&p), -SIGKILL);
    assert_left(&p);
    pty_fini(&p);
}

static void
ends_when_the_line_is_cut(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    pid_t pid = drawing_pid(&p);
    pty_hang_up(&p);
    assert_int_equal(pty_wait_end(&p), -SIGHUP);
    assert_true(pty_wait_state(pid, "XZ"));
    pty_fini(&p);
}

static void
follows_the_size(void **state)
{
    (void)state;
    static const struct {
        int rows, cols;
        const char *text;
    } sizes[] = {{40, 100, "size=40x100"},
                 {1, 1, NULL},
                 {0, 0, "size=24x80"},
                 {500, 1000, "size=500x1000"},
                 {12, 40, "size=12x40"}};
    struct pty p;
    start(&p, NULL);
    drawing_pid(&p);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pty_resize(&p, sizes[i].rows, sizes[i].cols);
        if (sizes[i].text)
            assert_true(pty_wait_for(&p, sizes[i].text));
    }
    for (int i = 0; i < 1000; i++)
        pty_resize(&p, i * 7 % 60, i * 13 % 200);
    pty_resize(&p, 30, 90);
    assert_true(pty_wait_for(&p, "size=30x90"));
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    pty_fini(&p);
}

static void
keys_and_pastes(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    drawing_pid(&p);
    pty_send(&p, STR("\033OB"));
    assert_true(pty_wait_for(&p, "Down"));
    pty_send(&p, STR("\033"));
    assert_true(pty_wait_for(&p, "Esc"));
    pty_send(&p, STR("\033[200~dd\rxx\033[201~"));
    assert_true(pty_wait_for(&p, "p=1"));
    pty_read_for(&p, 60); /* what follows a paste at once counts as its tail */
    pty_send(&p, STR("\033[?1;2c\033[<0;3;4M\033[M dd\033]52;c;ZGRk\007\033Pdddd\033\\"));
    pty_send(&p, STR("\033[<35;1;1"));
    pty_read_for(&p, 50);
    pty_send(&p, STR("dM\xff\x80\033[99;99dj"));
    assert_true(pty_wait_for(&p, "key j"));
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    p.at = 0;
    assert_false(pty_wait_for(&p, "deletes=1"));
    pty_fini(&p);
}

static void
a_huge_paste_is_one_event(void **state)
{
    (void)state;
    enum { BIG = 10 << 20 };
    struct pty p;
    struct buf b;
    buf_init(&b, BIG + 100);
    buf_add_text(&b, "\033[200~");
    while (b.n < BIG)
        buf_add_text(&b, "drop table x; \033[31m\n");
    buf_add_text(&b, "\033[201~");
    start(&p, NULL);
    drawing_pid(&p);
    pty_send(&p, buf_str(&b));
    assert_true(pty_wait_for(&p, "cut deletes=0 p=1 k=0."));
    pty_read_for(&p, 60);
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    pty_fini(&p);
    buf_fini(&b);
}

/* 200 keys at once are one picture: far less than a page for each. */
static void
a_burst_paints_once(void **state)
{
    (void)state;
    struct pty p;
    char keys[200];
    memset(keys, 'j', sizeof keys);
    start(&p, NULL);
    drawing_pid(&p);
    pty_read_for(&p, 30);
    size_t before = p.out.n;
    pty_send(&p, (struct str){keys, sizeof keys});
    assert_true(pty_wait_for(&p, "200."));
    assert_in_range(p.out.n - before, 1, 2500);
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    pty_fini(&p);
}

/* A job of a shell: stopped by Ctrl-Z, by SIGSTOP, and continued. */
struct job {
    int report[2];
};

/* Plays the shell: its own group in front, the job in another. */
static int
shell_main(void *ctx)
{
    struct job *job = ctx;
    signal(SIGTTOU, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        _exit(demo_main(NULL));
    }
    setpgid(pid, pid);
    tcsetpgrp(STDIN_FILENO, pid);
    for (;;) {
        int status;
        if (waitpid(pid, &status, WUNTRACED) < 0)
            return 97;
        if (!WIFSTOPPED(status))
            return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
        struct termios now;
        char word;
        tcsetpgrp(STDIN_FILENO, getpgrp());
        tcgetattr(STDIN_FILENO, &now);
        printf("[stopped %s]\n", now.c_lflag & ICANON ? "cooked" : "raw");
        fflush(stdout);
        if (read(job->report[0], &word, 1) != 1)
            return 96;
        tcsetpgrp(STDIN_FILENO, pid);
        kill(-pid, SIGCONT);
    }
}

static void
job_control(void **state)
{
    (void)state;
    struct pty p;
    struct job job;
    assert_int_equal(pipe(job.report), 0);
    pty_start(&p, 24, 80, shell_main, &job);
    pid_t pid = drawing_pid(&p);
    for (int round = 0; round < 4; round++) {
        if (round % 2 == 0)
            pty_send(&p, STR("\032"));
        else
            kill(pid, SIGSTOP);
        assert_true(pty_wait_for(&p, "\033[?1049l"));
        assert_true(pty_wait_for(&p, "[stopped cooked]"));
        assert_int_equal(write(job.report[1], "c", 1), 1);
        if (!pty_wait_for(&p, "\033[?1049h"))
            fail_msg("round %d", round);
        assert_true(pty_wait_for(&p, "user 5"));
        assert_true(pty_wait_for(&p, "k="));
    }
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    close(job.report[0]);
    close(job.report[1]);
    pty_fini(&p);
}

static void
a_program_gets_the_terminal_as_it_was(void **state)
{
    (void)state;
    struct pty p;
    start(&p, NULL);
    drawing_pid(&p);
    pty_send(&p, STR("X"));
    assert_true(pty_wait_for(&p, "\033[?1049l"));
    assert_true(pty_wait_for(&p, " icanon"));
    assert_true(pty_wait_for(&p, "user 5"));
    assert_false(pty_modes_restored(&p));
    pty_send(&p, STR("q"));
    assert_int_equal(pty_wait_end(&p), 0);
    pty_fini(&p);
}

static void
refuses_what_has_no_screen(void **state)
{
    (void)state;
    static const char *const terms[] = {"dumb", "", "no-such-terminal", NULL};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        struct pty p;
        const char *env[] = {"TERM", terms[i], NULL};
        start(&p, env);
        assert_int_equal(pty_wait_end(&p), 2);
        assert_true(pty_wait_for(&p, "gatehouse users list"));
        p.at = 0;
        assert_false(pty_wait_for(&p, "\033"));
        assert_true(pty_modes_restored(&p));
        pty_fini(&p);
    }
}

/* A foreground or background other than the default was set somewhere. */
static bool
has_colour(struct str out)
{
    for (size_t i = 0; i + 2 < out.n; i++) {
        if (out.p[i] != '\033' || out.p[i + 1] != '[')
            continue;
        int number = 0;
        for (i += 2; i < out.n && (out.p[i] == ';' || (out.p[i] >= '0' && out.p[i] <= '9')); i++) {
            number = out.p[i] == ';' ? 0 : number * 10 + out.p[i] - '0';
            bool last = i + 1 < out.n && (out.p[i + 1] == ';' || out.p[i + 1] == 'm');
            bool coloured =
                (number >= 30 && number <= 48 && number != 39) || (number >= 90 && number <= 107);
            if (last && coloured)
                return true;
        }
    }
    return false;
}

/* Each draws and quits; without UTF-8 nothing but ASCII and sequences is written. */
static void
terminals(void **state)
{
    (void)state;
    static const struct {
        const char *env[9];
        bool ascii, colour;
    } cases[] = {
        {{"TERM", "vt100"}, false, false},
        {{"TERM", "linux"}, false, true},
        {{"TERM", "xterm"}, false, true},
        {{"TERM", "xterm-256color", "NO_COLOR", "1"}, false, false},
        {{"TERM", "xterm-256color", "LC_ALL", "C"}, true, true},
        {{"TERM", "xterm-256color", "TERMINFO", "relative/folder"}, false, true},
        {{"TERM", "xterm-256color", "LINES", "5", "COLUMNS", "7"}, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pty p;
        start(&p, cases[i].env);
        drawing_pid(&p);
        p.at = 0;
        assert_true(pty_wait_for(&p, "size=24x80"));
        pty_send(&p, STR("q"));
        assert_int_equal(pty_wait_end(&p), 0);
        assert_true(pty_modes_restored(&p));
        assert_int_equal(has_colour(buf_str(&p.out)), cases[i].colour);
        for (size_t k = 0; cases[i].ascii && k < p.out.n; k++)
            assert_true((unsigned char)p.out.p[k] < 0x80);
        pty_fini(&p);
    }
}

int
main(void)
{
    static const char *const names[] = {"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
                                        "ESCDELAY", "SSH_TTY",  "SSH_CONNECTION", "COLORTERM"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("LC_ALL", "C.UTF-8", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quits_and_leaves_nothing_behind),
        cmocka_unit_test(death_matrix),
        cmocka_unit_test(parent_passes_signals_on),
        cmocka_unit_test(an_abort_inside_is_survived),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test(ends_when_the_line_is_cut),
        cmocka_unit_test(follows_the_size),
        cmocka_unit_test(keys_and_pastes),
        cmocka_unit_test(a_huge_paste_is_one_event),
        cmocka_unit_test(a_burst_paints_once),
        cmocka_unit_test(job_control),
        cmocka_unit_test(a_program_gets_the_terminal_as_it_was),
        cmocka_unit_test(refuses_what_has_no_screen),
        cmocka_unit_test(terminals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
