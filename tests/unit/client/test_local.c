#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "client/local.h"
#include "client/local_files.h"
#include "tests/support/unit.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES = 500 };

/*
 * A stand-in for gatehoused, found in PATH because there is none beside this program. GATEHOUSED_ACT
 * tells it how to behave; it leaves its process id in the data folder.
 */
static const char script[] =
    "#!/bin/sh\n"
    "data=$4\n"
    "mkdir -p \"$data\"\n"
    "case $GATEHOUSED_ACT in\n"
    "fail) echo 'an earlier line' >&2; echo 'no room left' >&2; exit 1 ;;\n"
    "silent) exit 1 ;;\n"
    "esac\n"
    "umask 077\n"
    "echo $$ > \"$data/pid\"\n"
    "[ \"$5\" = --demo ] && echo yes > \"$data/demo\"\n"
    "[ \"$GATEHOUSED_ACT\" = bare ] || "
    "printf 'client_id = c1\\nsecret = s1\\n' > \"$data/credentials\"\n"
    "echo something else\n"
    "echo \"ready $2\"\n"
    "exec sleep 30\n";

static struct arena arena;
static struct str root;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    root = arena_text(&arena, unit_tmp_path("x"));
    root.n -= 2;
    root = arena_str(&arena, root);
    struct str bin = arena_printf(&arena, "%s/bin", root.p);
    struct str path = arena_printf(&arena, "%s:%s", bin.p, getenv("PATH"));
    assert_int_equal(file_make_dirs(bin.p, NULL), ERR_OK);
    assert_int_equal(
        file_write(arena_printf(&arena, "%s/gatehoused", bin.p).p, str_of(script), 0700, NULL),
        ERR_OK);
    setenv("PATH", path.p, 1);
    setenv("XDG_RUNTIME_DIR", arena_printf(&arena, "%s/run", root.p).p, 1);
    setenv("XDG_DATA_HOME", arena_printf(&arena, "%s/data", root.p).p, 1);
    setenv("XDG_STATE_HOME", arena_printf(&arena, "%s/state", root.p).p, 1);
    setenv("GATEHOUSED_ACT", "", 1);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum local_state
settle(struct local *l, struct err *err)
{
    enum local_state state = local_step(l, err);
    int64_t end = clock_mono_ms() + 20000;
    while (state == LOCAL_STARTING && clock_mono_ms() < end) {
        struct pollfd p = {.fd = local_fd(l), .events = POLLIN};
        poll(&p, 1, 100);
        state = local_step(l, err);
    }
    return state;
}

static pid_t
pid_in(const char *folder)
{
    struct str text;
    int64_t pid;
    const char *path = arena_printf(&arena, "%s/pid", folder).p;
    if (file_read(path, 100, &arena, &text, NULL) || !str_to_i64(str_trim(text), &pid))
        return 0;
    return (pid_t)pid;
}

static void
it_starts_and_stops(void **state)
{
    (void)state;
    struct err err;
    struct local *l = local_start(false, &err);
    assert_non_null(l);
    assert_int_equal(settle(l, &err), LOCAL_READY);
    assert_str(local_client_id(l), "c1");
    struct secret *want = secret_new(STR("s1"));
    assert_true(secret_equal(local_secret(l), want));
    secret_free(want);
    assert_true(str_ends(str_of(local_socket(l)), STR("/run/gatehouse/local.sock")));
    pid_t pid = pid_in(arena_printf(&arena, "%s/data/gatehouse", root.p).p);
    assert_true(pid > 0 && kill(pid, 0) == 0);
    struct stat st;
    assert_int_equal(stat(arena_printf(&arena, "%s/run/gatehouse", root.p).p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    local_stop(l);
    assert_true(kill(pid, 0) != 0);
}

static size_t
demo_folders(struct str *last)
{
    const char *run = arena_printf(&arena, "%s/run/gatehouse", root.p).p;
    size_t n = 0;
    DIR *dir = opendir(run);
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (!str_starts(str_of(e->d_name), STR("demo-")))
            continue;
        *last = arena_printf(&arena, "%s/%s", run, e->d_name);
        n++;
    }
    closedir(dir);
    return n;
}

static void
a_demo_leaves_nothing_behind(void **state)
{
    (void)state;
    struct err err;
    struct str folder;
    struct local *l = local_start(true, &err);
    assert_non_null(l);
    assert_int_equal(settle(l, &err), LOCAL_READY);
    assert_int_equal(demo_folders(&folder), 1);
    assert_int_equal(access(arena_printf(&arena, "%s/demo", folder.p).p, F_OK), 0);
    /* Sub-folders and links go; what a link points to stays. */
    const char *outside = arena_printf(&arena, "%s/outside", root.p).p;
    assert_int_equal(file_write(outside, STR("keep"), 0600, NULL), ERR_OK);
    assert_int_equal(file_make_dirs(arena_printf(&arena, "%s/a/b/c", folder.p).p, NULL), ERR_OK);
    assert_int_equal(symlink(outside, arena_printf(&arena, "%s/a/link", folder.p).p), 0);
    local_stop(l);
    assert_int_equal(demo_folders(&folder), 0);
    assert_int_equal(access(outside, F_OK), 0);
}

static void
what_a_killed_console_left_is_swept(void **state)
{
    (void)state;
    struct err err;
    struct str folder;
    pid_t child = fork();
    if (child == 0) {
        struct local *l = local_start(true, &err);
        raise(SIGKILL);
        local_stop(l);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(demo_folders(&folder), 1);
    struct local *mine = local_start(true, &err);
    assert_non_null(mine);
    local_files_sweep();
    assert_int_equal(demo_folders(&folder), 1);
    assert_non_null(strstr(folder.p, arena_printf(&arena, "demo-%ld-", (long)getpid()).p));
    local_stop(mine);
    /* A server that was about to start when its console died may have come back to its folder once more. */
    for (int i = 0; i < TRIES && demo_folders(&folder) > 0; i++) {
        (void)poll(NULL, 0, 10);
        local_files_sweep();
    }
    assert_int_equal(demo_folders(&folder), 0);
}

static void
failures_are_told_in_its_own_words(void **state)
{
    (void)state;
    static const struct {
        const char *act, *says;
    } cases[] = {{"fail", "no room left"}, {"silent", "without a word"}, {"bare", "credentials"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = {.msg = ""};
        struct str ignored;
        setenv("GATEHOUSED_ACT", cases[i].act, 1);
        struct local *l = local_start(true, &err);
        assert_non_null(l);
        assert_int_equal(settle(l, &err), LOCAL_FAILED);
        if (!strstr(err.msg, cases[i].says))
            print_error("%s\n", err.msg);
        assert_non_null(strstr(err.msg, cases[i].says));
        local_stop(l);
        assert_int_equal(demo_folders(&ignored), 0);
    }
}

static void
without_the_program_it_says_so(void **state)
{
    (void)state;
    struct err err;
    setenv("PATH", "/nonexistent", 1);
    assert_null(local_start(true, &err));
    assert_non_null(strstr(err.msg, "gatehoused"));
}

static void
a_folder_open_to_others_is_refused(void **state)
{
    (void)state;
    struct err err;
    const char *run = arena_printf(&arena, "%s/run/gatehouse", root.p).p;
    assert_int_equal(file_make_dirs(run, NULL), ERR_OK);
    assert_int_equal(chmod(run, 0755), 0);
    assert_null(local_start(false, &err));
    assert_non_null(strstr(err.msg, "0700"));
    assert_int_equal(chmod(run, 0700), 0);
}

/* The server must not outlive a console that is killed. */
static void
it_dies_with_its_parent(void **state)
{
    (void)state;
    const char *data = arena_printf(&arena, "%s/data/gatehouse", root.p).p;
    unlink(arena_printf(&arena, "%s/pid", data).p);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        struct local *l = local_start(false, &err);
        if (l && settle(l, &err) == LOCAL_READY)
            pause();
        _exit(1);
    }
    pid_t server = 0;
    for (int i = 0; i < 2000 && !server; i++) {
        poll(NULL, 0, 5);
        server = pid_in(data);
    }
    assert_true(server > 0);
    poll(NULL, 0, 20);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    bool gone = false;
    for (int i = 0; i < 2000 && !gone; i++) {
        char path[64], line[256] = "";
        snprintf(path, sizeof path, "/proc/%ld/stat", (long)server);
        FILE *f = fopen(path, "r");
        gone = !f || !fgets(line, sizeof line, f) || strstr(line, ") Z ");
        if (f)
            fclose(f);
        poll(NULL, 0, 5);
    }
    assert_true(gone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_starts_and_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_demo_leaves_nothing_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_console_left_is_swept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_are_told_in_its_own_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_dies_with_its_parent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_open_to_others_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_program_it_says_so, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
