#include "base/secret.h"

#include "base/file.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
compare(struct str bytes, void *arg)
{
    assert_true(str_eq(bytes, *(const struct str *)arg));
}

static void
holds(const struct secret *s, struct str want)
{
    assert_non_null(s);
    secret_with(s, compare, &want);
}

static void
bytes_are_kept_and_compared(void **state)
{
    (void)state;
    char plain[] = "s3cr\0t";
    struct str bytes = {plain, sizeof plain - 1};
    struct secret *a = secret_new(bytes), *b = secret_copy(a), *other = secret_new(STR("s3cr\0T"));
    struct secret *empty = secret_new(STR_ABSENT);
    secret_wipe(plain, sizeof plain);
    assert_memory_equal(plain, "\0\0\0\0\0\0", 7);
    holds(a, STR("s3cr\0t"));
    holds(b, STR("s3cr\0t"));
    holds(empty, STR(""));
    assert_true(secret_equal(a, b));
    assert_false(secret_equal(a, other));
    assert_false(secret_equal(a, empty));
    assert_true(secret_equal(empty, empty));
    secret_free(a);
    holds(b, STR("s3cr\0t"));
    secret_free(b);
    secret_free(other);
    secret_free(empty);
    secret_free(NULL);
}

static void
check_file(struct str contents, const char *want)
{
    const char *path = unit_tmp_path("secret");
    struct err err = {0};
    assert_int_equal(file_write(path, contents, 0600, &err), ERR_OK);
    struct secret *s = secret_from_file(path, &err);
    if (want)
        holds(s, str_of(want));
    else
        assert_null(s);
    secret_free(s);
    assert_int_equal(unlink(path), 0);
}

static void
files_lose_one_newline(void **state)
{
    (void)state;
    check_file(STR("abc"), "abc");
    check_file(STR("abc\n"), "abc");
    check_file(STR("abc\r\n"), "abc");
    check_file(STR("abc\n\n"), "abc\n");
    check_file(STR(" a b "), " a b ");
    check_file(STR("\n"), NULL);
    check_file(STR(""), NULL);
    struct str big = {mem_new(64 * 1024 + 1, 1), 64 * 1024 + 1};
    check_file(big, NULL);
    struct err err;
    const char *path = unit_tmp_path("secret");
    assert_int_equal(file_write(path, str_sub(big, 0, 64 * 1024), 0600, &err), ERR_OK);
    struct secret *s = secret_from_file(path, &err);
    holds(s, str_sub(big, 0, 64 * 1024));
    secret_free(s);
    char *bytes = (char *)(uintptr_t)big.p;
    mem_free(bytes);
}

static void
refused(const char *path, const char *why)
{
    struct err err = {0};
    assert_null(secret_from_file(path, &err));
    if (!strstr(err.msg, why))
        fail_msg("%s does not say: %s", err.msg, why);
    assert_null(secret_from_file(path, NULL));
}

static void
files_open_to_others_are_refused(void **state)
{
    (void)state;
    struct err err;
    char path[1024], link[1100];
    (void)snprintf(path, sizeof path, "%s", unit_tmp_path("secret"));
    refused(path, "No such file or directory");
    assert_int_equal(file_write(path, STR("abc"), 0640, &err), ERR_OK);
    refused(path, "can be read by others");
    assert_int_equal(chmod(path, 0604), 0);
    refused(path, "can be read by others");
    assert_int_equal(chmod(path, 0400), 0);
    (void)snprintf(link, sizeof link, "%s-link", path);
    assert_int_equal(symlink(path, link), 0);
    refused(link, "is a symbolic link");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkfifo(link, 0600), 0);
    refused(link, "is not a regular file");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkdir(link, 0700), 0);
    refused(link, "is not a regular file");
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 1, 1), 0);
        refused(path, "belongs to another user");
    }
}

static void
what_held_a_secret_is_wiped(void **state)
{
    (void)state;
    char plain[] = "abc";
    secret_wipe_str((struct str){plain, 2});
    assert_memory_equal(plain, "\0\0c", 3);
    secret_wipe_str(STR_ABSENT);
    struct buf b;
    buf_init(&b, 100);
    secret_buf_fini(&b);
    buf_add_text(&b, "s3cret");
    secret_buf_fini(&b);
    assert_null(b.p);
    assert_int_equal(b.n, 0);
}

static void
no_core_dumps(void **state)
{
    (void)state;
    struct rlimit limit;
    secret_harden_process();
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_kept_and_compared),
        cmocka_unit_test(files_lose_one_newline),
        cmocka_unit_test(files_open_to_others_are_refused),
        cmocka_unit_test(what_held_a_secret_is_wiped),
        cmocka_unit_test(no_core_dumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
