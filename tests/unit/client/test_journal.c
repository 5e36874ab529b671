/* The journal of changes: what it holds, and that meddling shows. */
#include "base/buf.h"
#include "base/file.h"
#include "client/journal.h"
#include "tests/support/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[512], path[600];

static int
own_folder(void **state)
{
    static int n;
    (void)state;
    snprintf(folder, sizeof folder, "%s/state%d", getenv("TEST_TMP"), n++);
    snprintf(path, sizeof path, "%s/journal", folder);
    return 0;
}

static struct journal *
opened(void)
{
    struct err err;
    struct journal *j = journal_open(folder, &err);
    assert_non_null(j);
    return j;
}

static bool
add(struct journal *j, const char *op)
{
    return journal_add(j, &(struct journal_entry){.at_ms = INT64_C(1780000000000),
                                                  .profile = STR("work"),
                                                  .op = str_of(op),
                                                  .method = STR("POST"),
                                                  .path = STR("/x\"y\n"),
                                                  .outcome = STR("ok"),
                                                  .status = 201});
}

static void
write_three(void)
{
    struct journal *j = opened();
    assert_true(add(j, "users_create"));
    assert_true(add(j, "users_delete"));
    journal_close(j);
    j = opened(); /* the chain goes on in the next run */
    assert_true(add(j, "roles_create"));
    journal_close(j);
}

static void
count_and_keep(void *ctx, const struct json *line)
{
    struct buf *names = ctx;
    buf_add_str(names, json_str(json_get(line, "operation")));
    buf_add_char(names, ' ');
    assert_true(str_eq(json_str(json_get(line, "path")), STR("/x\"y\n")));
}

static void
lines_are_there_in_order(void **state)
{
    (void)state;
    size_t lines;
    struct err err;
    struct buf names;
    struct stat st;
    buf_init(&names, 1024);
    assert_int_equal(journal_check(folder, NULL, NULL, &lines, &err), ERR_NOT_FOUND);
    write_three();
    assert_int_equal(journal_check(folder, count_and_keep, &names, &lines, &err), ERR_OK);
    assert_int_equal(lines, 3);
    assert_string_equal(names.p, "users_create users_delete roles_create ");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_fini(&names);
}

static struct str
content(struct arena *a)
{
    struct str text;
    assert_int_equal(file_read(path, 1 << 20, a, &text, NULL), ERR_OK);
    return text;
}

static void
refused_at(size_t good)
{
    size_t lines;
    struct err err;
    assert_int_equal(journal_check(folder, NULL, NULL, &lines, &err), ERR_CORRUPT);
    assert_int_equal(lines, good);
}

/* Writes the second of three lines `times` over, with one byte of it changed if `change`. */
static void
rewrite_second(size_t times, bool change)
{
    struct arena a;
    struct buf out;
    arena_init(&a, 1 << 20);
    buf_init(&out, 1 << 20);
    struct str text = content(&a), line;
    for (int i = 0; i < 3; i++) {
        assert_true(str_next(&text, '\n', &line));
        for (size_t k = 0; k < (i == 1 ? times : 1); k++) {
            size_t at = out.n;
            buf_add_str(&out, line);
            buf_add_char(&out, '\n');
            if (i == 1 && change)
                out.p[at + 3] ^= 1;
        }
    }
    assert_int_equal(file_write(path, buf_str(&out), 0600, NULL), ERR_OK);
    buf_fini(&out);
    arena_fini(&a);
}

static void
a_changed_line_shows(void **state)
{
    (void)state;
    write_three();
    rewrite_second(1, true);
    refused_at(1);
}

static void
a_line_taken_out_shows(void **state)
{
    (void)state;
    write_three();
    rewrite_second(0, false);
    refused_at(1);
}

static void
a_line_put_in_shows(void **state)
{
    (void)state;
    write_three();
    rewrite_second(2, false);
    refused_at(2);
}

static void
a_torn_line_shows_and_does_not_eat_the_next(void **state)
{
    (void)state;
    struct stat st;
    write_three();
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 20), 0);
    struct journal *j = opened();
    assert_true(add(j, "tenants_create"));
    journal_close(j);
    refused_at(2);
    struct arena a;
    arena_init(&a, 1 << 20);
    assert_true(str_find(content(&a), STR("\n{\"at\":\"2026-05-28T20:26:40")) > 0);
    arena_fini(&a);
}

static void
a_held_file_is_not_waited_for(void **state)
{
    (void)state;
    size_t lines;
    struct err err;
    struct journal *j = opened();
    int other = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_false(add(j, "users_create"));
    close(other);
    assert_true(add(j, "users_delete"));
    journal_close(j);
    assert_int_equal(journal_check(folder, NULL, NULL, &lines, &err), ERR_OK);
    assert_int_equal(lines, 2);
}

static void
two_programs_write_one_chain(void **state)
{
    (void)state;
    size_t lines;
    struct err err;
    struct journal *one = opened(), *two = opened();
    for (int i = 0; i < 20; i++)
        assert_true(add(i % 3 ? one : two, "users_create"));
    journal_close(one);
    journal_close(two);
    assert_int_equal(journal_check(folder, NULL, NULL, &lines, &err), ERR_OK);
    assert_int_equal(lines, 20);
}

static void
a_folder_that_cannot_be_is_said(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    assert_null(journal_open("/dev/null/state", &err));
    assert_int_not_equal(err.code, ERR_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_are_there_in_order, own_folder),
        cmocka_unit_test_setup(a_changed_line_shows, own_folder),
        cmocka_unit_test_setup(a_line_taken_out_shows, own_folder),
        cmocka_unit_test_setup(a_line_put_in_shows, own_folder),
        cmocka_unit_test_setup(a_torn_line_shows_and_does_not_eat_the_next, own_folder),
        cmocka_unit_test_setup(a_held_file_is_not_waited_for, own_folder),
        cmocka_unit_test_setup(two_programs_write_one_chain, own_folder),
        cmocka_unit_test_setup(a_folder_that_cannot_be_is_said, own_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
