#include "base/log.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RING = 500, ARENA_CAP = 16 << 20 };

struct fixture {
    struct arena a;
    struct err err;
    struct str lines[RING + 10];
    char path[1024];
};

static int
setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    arena_init(&f->a, ARENA_CAP);
    (void)snprintf(f->path, sizeof f->path, "%s", unit_tmp_path("log"));
    clock_pin(INT64_C(1714649122000), 0);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    log_to(-1, LOG_TEXT, LOG_LEVEL_INFO);
    clock_pin(-1, -1);
    arena_fini(&f->a);
    mem_free(f);
    return 0;
}

static struct str
contents(struct fixture *f, const char *path)
{
    struct str s = {0};
    assert_int_equal(file_read(path, 8 << 20, &f->a, &s, &f->err), ERR_OK);
    return s;
}

#define STAMP "2024-05-02T11:25:22.000Z"

static void
text_lines(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_OK);
    LOG_INFO("client", "refreshed token", KV_INT("ms", 12), KV_TEXT("who", "jane"));
    LOG_WARN("db", "slow", KV_NONE);
    LOG_ERROR("x", "y", KV_TEXT("e", ""), KV_STR("absent", STR_ABSENT));
    LOG_DEBUG("x", "below the level", KV_NONE);
    assert_str(contents(f, f->path),
               "time=" STAMP " level=info module=client msg=\"refreshed token\" ms=12 who=jane\n"
               "time=" STAMP " level=warn module=db msg=slow\n"
               "time=" STAMP " level=error module=x msg=y e=\"\" absent=\"\"\n");
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void
nothing_foreign_gets_through(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_DEBUG, &f->err), ERR_OK);
    LOG_DEBUG("m", "t", KV_TEXT("k", "a\nlevel=error \"q\" \\ \x1b[2J\xe2\x80\xae\xff"));
    assert_str(contents(f, f->path), "time=" STAMP " level=debug module=m msg=t "
                                     "k=\"a\\nlevel=error \\\"q\\\" \\\\ \\e[2J<U+202E>\\xff\"\n");
}

static void
json_lines(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(log_to_file(f->path, LOG_JSON, LOG_LEVEL_INFO, &f->err), ERR_OK);
    LOG_INFO("server", "request", KV_INT("status", 200),
             KV_TEXT("path", "/a \"b\" \x1b\xc2\x9b\n"));
    struct str line = contents(f, f->path);
    assert_int_equal(line.p[line.n - 1], '\n');
    assert_int_equal(str_find_char(line, '\n'), (ptrdiff_t)line.n - 1);
    struct json *j = json_parse(line, 10000, &f->err);
    assert_non_null(j);
    assert_str(json_str(json_get(j, "time")), STAMP);
    assert_str(json_str(json_get(j, "level")), "info");
    assert_str(json_str(json_get(j, "module")), "server");
    assert_str(json_str(json_get(j, "msg")), "request");
    assert_str(json_str(json_get(j, "path")), "/a \"b\" \\e<U+009B>\\n");
    int64_t status;
    assert_true(json_to_i64(json_get(j, "status"), &status) && status == 200);
    json_free(j);
}

static void
secrets_by_name_are_left_out(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_OK);
    LOG_INFO("m", "t", KV_TEXT("token", "canary"), KV_TEXT("Password", "canary"));
    assert_int_equal(log_to_file(f->path, LOG_JSON, LOG_LEVEL_INFO, &f->err), ERR_OK);
    LOG_INFO("m", "t", KV_TEXT("Authorization", "canary"), KV_TEXT("secret", "canary"));
    assert_int_equal(str_find(contents(f, f->path), STR("canary")), -1);
}

static void
long_lines_stay_lines(void **state)
{
    struct fixture *f = *state;
    char big[5000];
    memset(big, '\n', sizeof big);
    struct str s = {big, sizeof big};
    for (int format = LOG_TEXT; format <= LOG_JSON; format++) {
        (void)unlink(f->path);
        assert_int_equal(log_to_file(f->path, (enum log_format)format, LOG_LEVEL_INFO, &f->err),
                         ERR_OK);
        LOG_INFO("m", "t", KV_STR("a", s), KV_STR("b", s), KV_STR("c", s), KV_STR("d", s),
                 KV_STR("e", s), KV_INT("last", 1));
        struct str line = contents(f, f->path);
        assert_true(line.n > 4000 && line.n < 9000);
        assert_int_equal(str_find_char(line, '\n'), (ptrdiff_t)line.n - 1);
        assert_true(str_find(line, STR("last")) > 0);
        if (format == LOG_JSON) {
            struct json *j = json_parse(line, 10000, &f->err);
            assert_non_null(j);
            json_free(j);
        }
    }
}

static void
the_ring_keeps_the_newest(void **state)
{
    struct fixture *f = *state;
    log_to(-1, LOG_TEXT, LOG_LEVEL_INFO);
    for (int i = 0; i < RING + 7; i++)
        LOG_INFO("m", "t", KV_INT("i", i));
    assert_int_equal(log_recent(&f->a, f->lines, RING + 10), RING);
    assert_true(str_ends(f->lines[0], STR(" i=7")));
    assert_true(str_ends(f->lines[RING - 1], STR(" i=506")));
    assert_int_equal(log_recent(&f->a, f->lines, 2), 2);
    assert_true(str_ends(f->lines[0], STR(" i=505")));
    assert_true(str_ends(f->lines[1], STR(" i=506")));
    assert_int_equal(log_recent(&f->a, f->lines, 0), 0);
}

static void
a_full_file_is_rotated(void **state)
{
    struct fixture *f = *state;
    char older[1100], text[1000];
    (void)snprintf(older, sizeof older, "%s.1", f->path);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_OK);
    struct stat st;
    for (int i = 0; i < 8000; i++)
        LOG_INFO("m", "t", KV_INT("i", i), KV_TEXT("pad", text));
    assert_int_equal(stat(older, &st), 0);
    assert_in_range(st.st_size, (5 << 20) - 2000, 5 << 20);
    off_t both = st.st_size;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_in_range(st.st_size, 1000, 5 << 20);
    both += st.st_size;
    assert_true(both > 8000 * 1000);
    /* The size of a file that was there already counts. */
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_OK);
    for (int i = 0; i < 2500; i++)
        LOG_INFO("m", "t", KV_TEXT("pad", text));
    assert_int_equal(stat(f->path, &st), 0);
    assert_true(st.st_size < 2500 * 1000);
}

static void
the_callers_descriptor_stays_open(void **state)
{
    struct fixture *f = *state;
    int fd = open(f->path, O_RDWR | O_CREAT | O_APPEND, 0600);
    assert_true(fd >= 0);
    log_to(fd, LOG_TEXT, LOG_LEVEL_WARN);
    errno = 1234;
    LOG_INFO("m", "no", KV_NONE);
    LOG_WARN("m", "yes", KV_NONE);
    assert_int_equal(errno, 1234);
    log_to(-1, LOG_TEXT, LOG_LEVEL_OFF);
    LOG_ERROR("m", "off", KV_NONE);
    assert_str(contents(f, f->path), "time=" STAMP " level=warn module=m msg=yes\n");
    assert_true(fcntl(fd, F_GETFD) >= 0);
    close(fd);
}

static void
a_link_is_not_followed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(symlink("elsewhere", f->path), 0);
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_IO);
    assert_non_null(strstr(f->err.msg, "cannot open the log "));
}

static void
a_full_disk_is_no_reason_to_stop(void **state)
{
    struct fixture *f = *state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    log_to(fd, LOG_TEXT, LOG_LEVEL_INFO);
    LOG_INFO("m", "lost", KV_NONE);
    assert_int_equal(log_recent(&f->a, f->lines, 1), 1);
    log_to(-1, LOG_TEXT, LOG_LEVEL_INFO);
    close(fd);
}

static void
levels_have_names(void **state)
{
    (void)state;
    enum log_level level = LOG_LEVEL_DEBUG;
    assert_true(log_level_parse(STR("warn"), &level) && level == LOG_LEVEL_WARN);
    assert_true(log_level_parse(STR("DEBUG"), &level) && level == LOG_LEVEL_DEBUG);
    assert_true(log_level_parse(STR("off"), &level) && level == LOG_LEVEL_OFF);
    assert_false(log_level_parse(STR("warning"), &level));
    assert_false(log_level_parse(STR(""), &level));
}

static void *
chatter(void *arg)
{
    for (int i = 0; i < 500; i++)
        LOG_INFO("thread", "line", KV_TEXT("who", arg), KV_INT("i", i));
    return NULL;
}

static void
threads_do_not_mix_their_lines(void **state)
{
    struct fixture *f = *state;
    static char names[3][2] = {"a", "b", "c"};
    pthread_t threads[3];
    assert_int_equal(log_to_file(f->path, LOG_TEXT, LOG_LEVEL_INFO, &f->err), ERR_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, chatter, names[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    struct str rest = contents(f, f->path), line;
    int next[3] = {0}, n = 0;
    while (str_next(&rest, '\n', &line) && line.n) {
        static const char head[] = "time=" STAMP " level=info module=thread msg=line who=";
        assert_true(str_starts(line, STR(head)));
        struct str tail = str_sub(line, sizeof head - 1, line.n);
        int64_t i = -1;
        assert_true(str_to_i64(str_sub(tail, strlen("a i="), tail.n), &i));
        assert_int_equal(i, next[tail.p[0] - 'a']++);
        n++;
    }
    assert_int_equal(n, 1500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_foreign_gets_through, setup, teardown),
        cmocka_unit_test_setup_teardown(json_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_by_name_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lines_stay_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(the_ring_keeps_the_newest, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_file_is_rotated, setup, teardown),
        cmocka_unit_test_setup_teardown(the_callers_descriptor_stays_open, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_no_reason_to_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_have_names, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_mix_their_lines, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
