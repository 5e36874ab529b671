/* Inviting the people of a file: what files may say, what is sent, how the job is followed. */
#include "base/clock.h"
#include "base/file.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/invite_file.h"
#include <stdio.h>

static void
good(const char *text, bool csv, const char *wanted)
{
    struct json *users;
    struct err err = {0};
    if (invite_parse(str_of(text), csv, &users, &err) != ERR_OK)
        fail_msg("%s\n%s", text, err.msg);
    struct json *want = json_parse(str_of(wanted), 4096, NULL);
    assert_non_null(want);
    if (!json_equal(users, want))
        fail_msg("not as expected: %s", text);
    json_free(want);
    json_free(users);
}

static void
bad(const char *text, bool csv, const char *message)
{
    struct json *users;
    struct err err = {0};
    assert_int_not_equal(invite_parse(str_of(text), csv, &users, &err), ERR_OK);
    assert_null(users);
    if (!strstr(err.msg, message))
        fail_msg("\"%s\" does not say %s", err.msg, message);
}

static void
files_are_read(void **state)
{
    (void)state;
    good("email,name,roleIds,verified,expirationInSeconds\n"
         "a@x.io,\"A, B\",r1  r2,true,300\n\nb@x.io\n",
         true,
         "[{\"email\":\"a@x.io\",\"name\":\"A, B\",\"roleIds\":[\"r1\",\"r2\"],\"verified\":true,"
         "\"expirationInSeconds\":300},{\"email\":\"b@x.io\"}]");
    good("[{\"email\":\"a@x.io\"}]", false, "[{\"email\":\"a@x.io\"}]");
    good("{\"users\":[{\"username\":\"a\"}]}", false, "[{\"username\":\"a\"}]");
}

static void
faults_are_named(void **state)
{
    (void)state;
    bad("", true, "nobody");
    bad("email\n", true, "nobody");
    bad("email,shoe\na@x.io,43\n", true, "line 1, column 7: a user has no such member");
    bad("email,emailMetadata\na@x.io,{}\n", true, "line 1, column 7");
    bad("email,verified\na@x.io,maybe\n", true, "line 2, column 8: true or false");
    bad("email,expirationInSeconds\na@x.io,soon\n", true, "line 2, column 8: no number");
    bad("email\na@x.io,b@x.io\n", true, "line 2, column 8: this is below no name");
    bad("email\n\xff\n", true, "line 2, column 1: this is not UTF-8");
    bad("email\n\"a@x.io\n", true, "line");
    bad("{}", false, "a list of users");
    bad("[]", false, "nobody");
    bad("nothing", false, "");
    struct buf many;
    buf_init(&many, 1 << 16);
    buf_add_text(&many, "email\n");
    for (int i = 0; i <= INVITE_MOST; i++)
        buf_printf(&many, "u%d@x.io\n", i);
    bad(buf_str(&many).p, true, "1001 people");
    buf_fini(&many);
}

static const char *
people(void)
{
    static char line[600];
    const char *path = unit_tmp_path("people.csv");
    struct err err = {0};
    assert_int_equal(file_write(path, STR("email,name\na@x.io,A\nb@x.io,B\n"), 0600, &err), ERR_OK);
    snprintf(line, sizeof line, "invite %s", path);
    return line;
}

/* Says what the service answers about the job, by turns of its status. */
static int
job_status(void *ctx, const struct values *values, struct buf *body)
{
    int *asked = ctx;
    (void)values;
    int n = ++*asked;
    buf_printf(body,
               "{\"id\":\"job-1\",\"status\":\"%s\",\"total\":2,\"processed\":%d,\"errors\":[%s]}",
               n < 3 ? "InProgress" : "CompletedWithErrors", n < 3 ? n - 1 : 2,
               n < 3 ? "" : "{\"email\":\"b@x.io\",\"message\":\"User already exists\"}");
    return n == 2 ? 503 : 200;
}

static void
a_job_is_followed_to_its_end(void **state)
{
    struct bench b;
    int asked = 0;
    (void)state;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    fake_answer(b.client, "users_bulk_invite", 202, "{\"id\":\"job-1\"}");
    fake_answer_by(b.client, "users_bulk_status", job_status, &asked);
    bench_attach(&b);
    bench_line(&b, people());
    bench_shows(&b, "2 people into acme");
    bench_not_sent(&b, "users_bulk_invite");
    bench_keys(&b, "y");
    bench_sent(&b, "users_bulk_invite tenant=acme");
    bench_sent(&b, "\"email\":\"b@x.io\"");
    bench_shows(&b, "0 of 2");
    for (int i = 0; i < 2; i++) {
        clock_pin(clock_now_ms(), clock_mono_ms() + 1000);
        assert_int_equal(app_next_ms(&b.app), 0);
        app_tick(&b.app);
        fake_settle(b.client, 10);
    }
    bench_shows(&b, "Finished");
    bench_shows(&b, "b@x.io  User already exists");
    bench_shows(&b, "Invited 1 of 2 people");
    assert_int_equal(asked, 3);
    bench_keys(&b, "Esc");
    bench_hides(&b, "Finished");
    bench_close(&b);
}

static void
nothing_is_sent_unasked(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, people());
    bench_keys(&b, "x Enter Esc");
    bench_line(&b, "invite /no/such/file.csv");
    bench_shows(&b, "/no/such/file.csv");
    bench_not_sent(&b, "users_bulk_invite");
    bench_close(&b);
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, people());
    bench_shows(&b, "Choose the tenant first");
    bench_close(&b);
    bench_open(&b, &(struct bench_setup){.tenant = "acme", .read_only = true});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, people());
    bench_shows(&b, "read-only");
    bench_close(&b);
}

static void
a_refusal_is_shown(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    fake_answer(b.client, "users_bulk_invite", 400,
                "{\"errors\":[\"users.1.email must be an email\"]}");
    bench_attach(&b);
    bench_line(&b, people());
    bench_keys(&b, "y");
    bench_shows(&b, "Nobody was invited");
    bench_shows(&b, "users.1.email must be an email");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(a_job_is_followed_to_its_end),
        cmocka_unit_test(nothing_is_sent_unasked),
        cmocka_unit_test(a_refusal_is_shown),
    };
    return cmocka_run_group_tests_name("invite", tests, NULL, NULL);
}
