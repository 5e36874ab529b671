/* The folder of messages without a provider. */
#include "deliver/outbox.h"

#include "base/json.h"
#include "tests/support/outbox.h"
#include "tests/support/testdb.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[200];
static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    testdb_make_dir(dir);
    arena_init(&arena, 1 << 20);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    testdb_remove_dir(dir);
    arena_fini(&arena);
    return 0;
}

static const char *
file(const char *name)
{
    return arena_printf(&arena, "%s/%s", dir, name).p;
}

static struct outbox *
open_it(void)
{
    struct outbox *o = NULL;
    struct err err = {.code = ERR_OK};
    if (outbox_open(&o, dir, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    return o;
}

static struct letter
letter_of(int64_t number, const char *code)
{
    return (struct letter){.channel = LETTER_EMAIL,
                           .to = STR("ada@example.com"),
                           .from = STR("no-reply@example.com"),
                           .subject = STR("Your \"code\"\r\nBcc: x"),
                           .text = STR("text"),
                           .template_type = STR("MFAOTC"),
                           .code = str_of(code),
                           .number = number,
                           .created_at = 1714649122000};
}

static enum err_code
write_one(struct outbox *o, const struct letter *l)
{
    enum err_code rc = outbox_write(o, l, true, NULL);
    return rc ? rc : outbox_publish(o, l, NULL);
}

static void
writes_whole_private_files(void **state)
{
    (void)state;
    struct outbox *o = open_it();
    struct letter l = letter_of(1, "123456");
    assert_int_equal(write_one(o, &l), ERR_OK);
    l.channel = LETTER_SMS;
    l.number = 2;
    l.subject = STR_ABSENT;
    assert_int_equal(write_one(o, &l), ERR_OK);
    assert_int_equal(outbox_sync(o, false, NULL), ERR_OK);
    l.number = 3;
    assert_int_equal(outbox_write(o, &l, false, NULL), ERR_OK);
    assert_int_equal(outbox_count(dir), 2); /* not to be seen yet */
    assert_int_equal(outbox_sync(o, true, NULL), ERR_OK);
    assert_int_equal(outbox_publish(o, &l, NULL), ERR_OK);
    assert_int_equal(outbox_count(dir), 3);
    assert_int_equal(unlink(file("00000003-sms.json")), 0);
    struct stat st;
    assert_int_equal(stat(file("00000001-email.json"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(file("00000002-sms.json"), &st), 0);
    assert_int_equal(outbox_count(dir), 2);

    int64_t seen = 0;
    struct str text;
    struct json *j = outbox_next(dir, "ada@example.com", &seen, &arena, &text);
    assert_non_null(j);
    assert_int_equal(seen, 1);
    assert_str(json_str(json_get(j, "channel")), "email");
    assert_str(json_str(json_get(j, "subject")), "Your \"code\"\r\nBcc: x");
    assert_str(json_str(json_get(j, "code")), "123456");
    assert_str(json_str(json_get(j, "createdAt")), "2024-05-02T11:25:22.000Z");
    assert_null(json_get(j, "html"));
    assert_null(json_get(j, "token"));
    json_free(j);
    outbox_close(o);
}

static void
never_writes_over(void **state)
{
    (void)state;
    struct outbox *o = open_it();
    struct letter first = letter_of(1, "111111"), other = letter_of(1, "222222");
    assert_int_equal(write_one(o, &first), ERR_OK);
    /* The same again, as after a crash: it is there already. */
    assert_int_equal(write_one(o, &first), ERR_OK);
    assert_int_equal(write_one(o, &other), ERR_CONFLICT);
    /* A letter that only begins like it, and one it begins like. */
    other.code = STR("1111111");
    assert_int_equal(write_one(o, &other), ERR_CONFLICT);
    assert_int_equal(outbox_count(dir), 1);
    assert_int_equal(access(file(".00000001-email.json.new"), F_OK), -1);
    outbox_close(o);
}

static void
looks_for_the_highest(void **state)
{
    (void)state;
    static const char *const names[] = {"00000007-email.json", "00000012-sms.json",
                                        "99999999-other.json", "x-email.json",
                                        "-email.json",         "100000001-email.json.tmp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        close(open(file(names[i]), O_CREAT | O_WRONLY, 0600));
    struct outbox *o = open_it();
    assert_int_equal(outbox_highest(o), 12);
    close(open(file("123456789-sms.json"), O_CREAT | O_WRONLY, 0600));
    struct letter l = letter_of(12, "1");
    l.channel = LETTER_SMS;
    assert_int_equal(write_one(o, &l), ERR_CONFLICT);
    assert_int_equal(outbox_highest(o), 123456789);
    outbox_close(o);
}

/* What a crash left half is thrown away; a link planted there is not followed. */
static void
is_not_led_astray(void **state)
{
    (void)state;
    struct outbox *o = open_it();
    assert_int_equal(symlink(file("elsewhere"), file(".00000003-email.json.new")), 0);
    struct letter l = letter_of(3, "1");
    assert_int_equal(write_one(o, &l), ERR_OK);
    assert_int_equal(access(file("elsewhere"), F_OK), -1);
    assert_int_equal(symlink(file("elsewhere"), file("00000004-email.json")), 0);
    l.number = 4;
    assert_int_equal(write_one(o, &l), ERR_CONFLICT);
    assert_int_equal(access(file("elsewhere"), F_OK), -1);
    outbox_close(o);
}

static void
says_why_it_cannot(void **state)
{
    (void)state;
    struct outbox *o = NULL;
    struct err err = {.code = ERR_OK};
    close(open(file("plain"), O_CREAT | O_WRONLY, 0600));
    assert_int_not_equal(outbox_open(&o, file("plain/below"), &err), ERR_OK);
    assert_null(o);
    assert_non_null(strstr(err.msg, "plain"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_whole_private_files), TEST(never_writes_over),  TEST(looks_for_the_highest),
        TEST(is_not_led_astray),          TEST(says_why_it_cannot),
    };
    return cmocka_run_group_tests_name("deliver/outbox", tests, NULL, NULL);
}
