#include "base/file.h"

#include "base/mem.h"
#include "tests/support/unit.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct arena a;
    struct err err;
    char path[1024]; /* a name in a folder of its own */
    char folder[1024];
};

static int
setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    arena_init(&f->a, 1 << 20);
    const char *path = unit_tmp_path("file");
    (void)snprintf(f->path, sizeof f->path, "%s", path);
    (void)snprintf(f->folder, sizeof f->folder, "%.*s", (int)(strlen(path) - strlen("/file")),
                   path);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->a);
    mem_free(f);
    return 0;
}

static int
entries_in(const char *folder)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    int n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void
what_is_written_is_read(void **state)
{
    struct fixture *f = *state;
    struct str s;
    struct stat st;
    assert_int_equal(file_write(f->path, STR("a\0b\n"), 0600, &f->err), ERR_OK);
    assert_int_equal(file_read(f->path, 100, &f->a, &s, &f->err), ERR_OK);
    assert_str(s, "a\0b\n");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(file_write(f->path, STR(""), 0644, &f->err), ERR_OK);
    assert_int_equal(file_read(f->path, 0, &f->a, &s, &f->err), ERR_OK);
    assert_str(s, "");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(entries_in(f->folder), 1);
}

static void
a_file_may_be_as_large_as_the_limit(void **state)
{
    struct fixture *f = *state;
    struct str s, big = {arena_alloc(&f->a, 100000, 1), 100000};
    assert_int_equal(file_write(f->path, big, 0600, &f->err), ERR_OK);
    assert_int_equal(file_read(f->path, 100000, &f->a, &s, &f->err), ERR_OK);
    assert_true(str_eq(s, big));
    assert_int_equal(file_read(f->path, 99999, &f->a, &s, &f->err), ERR_TOO_LARGE);
    assert_non_null(strstr(f->err.msg, "too large; the limit is 99999 bytes"));
}

static void
faults_are_named(void **state)
{
    struct fixture *f = *state;
    struct str s;
    assert_int_equal(file_read(f->path, 10, &f->a, &s, &f->err), ERR_NOT_FOUND);
    assert_non_null(strstr(f->err.msg, "cannot read "));
    assert_int_equal(file_read(f->folder, 10, &f->a, &s, &f->err), ERR_IO);
    char inside[1100];
    (void)snprintf(inside, sizeof inside, "%s/no/such", f->folder);
    assert_int_equal(file_write(inside, STR("x"), 0600, &f->err), ERR_IO);
    assert_non_null(strstr(f->err.msg, "No such file or directory"));
    assert_int_equal(file_write(f->folder, STR("x"), 0600, NULL), ERR_IO);
    assert_int_equal(entries_in(f->folder), 0);
}

static void
a_link_is_replaced_not_followed(void **state)
{
    struct fixture *f = *state;
    char target[1100];
    struct str s;
    (void)snprintf(target, sizeof target, "%s/target", f->folder);
    assert_int_equal(file_write(target, STR("untouched"), 0600, &f->err), ERR_OK);
    assert_int_equal(symlink(target, f->path), 0);
    assert_int_equal(file_write(f->path, STR("new"), 0600, &f->err), ERR_OK);
    assert_int_equal(file_read(target, 100, &f->a, &s, &f->err), ERR_OK);
    assert_str(s, "untouched");
    struct stat st;
    assert_int_equal(lstat(f->path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
}

static void
pipes_are_read_to_their_end(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "through a pipe", 14), 14);
    close(ends[1]);
    char path[40];
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct str s;
    assert_int_equal(file_read(path, 100, &f->a, &s, &f->err), ERR_OK);
    assert_str(s, "through a pipe");
    close(ends[0]);
}

static void
folders_are_made(void **state)
{
    struct fixture *f = *state;
    char deep[1100];
    struct stat st;
    (void)snprintf(deep, sizeof deep, "%s/a//b/c/", f->folder);
    assert_int_equal(file_make_dirs(deep, &f->err), ERR_OK);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(file_make_dirs(deep, &f->err), ERR_OK);
    assert_int_equal(file_make_dirs("/", &f->err), ERR_OK);
    assert_int_equal(file_make_dirs("", &f->err), ERR_IO);
    assert_int_equal(file_write(f->path, STR("x"), 0600, &f->err), ERR_OK);
    assert_int_equal(file_make_dirs(f->path, &f->err), ERR_IO);
    (void)snprintf(deep, sizeof deep, "%s/below", f->path);
    assert_int_equal(file_make_dirs(deep, &f->err), ERR_IO);
    assert_non_null(strstr(f->err.msg, "Not a directory"));
}

static void
base_directories(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(setenv("HOME", "/users/x", 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/etc/x", 1), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", "relative", 1), 0);
    assert_int_equal(setenv("XDG_STATE_HOME", "", 1), 0);
    assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", "/run/x", 1), 0);
    assert_str(file_xdg_dir("CONFIG", &f->a), "/etc/x/gatehouse");
    assert_str(file_xdg_dir("DATA", &f->a), "/users/x/.local/share/gatehouse");
    assert_str(file_xdg_dir("STATE", &f->a), "/users/x/.local/state/gatehouse");
    assert_str(file_xdg_dir("CACHE", &f->a), "/users/x/.cache/gatehouse");
    assert_str(file_xdg_dir("RUNTIME", &f->a), "/run/x/gatehouse");
}

static void
the_runtime_folder_must_be_private(void **state)
{
    struct fixture *f = *state;
    char want[1100];
    struct stat st;
    (void)snprintf(want, sizeof want, "%s/gatehouse-%lu", f->folder, (unsigned long)geteuid());
    assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
    assert_int_equal(setenv("TMPDIR", f->folder, 1), 0);
    assert_string_equal(file_xdg_dir("RUNTIME", &f->a).p, want);
    assert_int_equal(lstat(want, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(chmod(want, 0755), 0);
    assert_false(str_given(file_xdg_dir("RUNTIME", &f->a)));
    assert_int_equal(rmdir(want), 0);
    assert_int_equal(symlink("/", want), 0);
    assert_false(str_given(file_xdg_dir("RUNTIME", &f->a)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_may_be_as_large_as_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(faults_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_is_replaced_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(pipes_are_read_to_their_end, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_are_made, setup, teardown),
        cmocka_unit_test_setup_teardown(base_directories, setup, teardown),
        cmocka_unit_test_setup_teardown(the_runtime_folder_must_be_private, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
