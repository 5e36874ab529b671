/* Changes of many rows: the plan, what a lost answer means, pauses, and going on after the end of a console. */
#include "base/clock.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/bulk_file.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEOPLE = 120 };

/* Users that can be locked, and a network that fails as told. */
static struct {
    bool locked[PEOPLE + 1];
    int asked[PEOPLE + 1]; /* how often the lock of each arrived */
    int reads, sent;
    int lose_from, lose_to;     /* by the number of the request: done, and the answer is lost */
    int refuse_from, refuse_to; /* not done, 503 */
} service;

static size_t
person(const struct values *values)
{
    struct str id = json_str(json_get(values->path, "userId"));
    uint64_t n = 0;
    assert_true(str_starts(id, STR("user-")));
    assert_true(str_to_u64(str_sub(id, 5, id.n), &n) && n <= PEOPLE);
    return (size_t)n;
}

static int
lock_one(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    (void)body;
    int number = ++service.sent;
    size_t who = person(values);
    if (number >= service.refuse_from && number <= service.refuse_to)
        return 503;
    service.locked[who] = true;
    service.asked[who]++;
    return number >= service.lose_from && number <= service.lose_to ? 504 : 200;
}

static int
read_one(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    size_t who = person(values);
    service.reads++;
    buf_printf(body, "{\"id\":\"user-%04zu\",\"isLocked\":%s}", who,
               service.locked[who] ? "true" : "false");
    return 200;
}

static void
open_service(struct bench *b, const char *folder)
{
    bench_open(b, &(struct bench_setup){.tenant = "acme"});
    snprintf(b->app.bulk_folder, sizeof b->app.bulk_folder, "%s", folder);
    bench_standard(b);
    fake_answer_by(b->client, "users_lock", lock_one, NULL);
    fake_answer_by(b->client, "users_get_vendor", read_one, NULL);
    bench_attach(b);
    bench_keys(b, "");
}

static void
begin(struct bench *b, const char *folder)
{
    memset(&service, 0, sizeof service);
    open_service(b, folder);
}

static void
each_was_locked_once(size_t n)
{
    for (size_t i = 1; i <= n; i++)
        if (!service.locked[i] || service.asked[i] != 1)
            fail_msg("user %zu: locked %d, asked %d times", i, service.locked[i], service.asked[i]);
}

/* Files in a folder; the mode of each is private. */
static size_t
files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t n = 0;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        char path[1024];
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        n++;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void
a_plan_sends_nothing_and_counts(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    bench_keys(&b, "Space Space Space L");
    bench_shows(&b, "Plan for 3 marked Users in acme; nothing is sent yet");
    bench_shows(&b, "POST /identity/resources/users/v1/{userId}/lock");
    assert_int_equal(service.sent + service.reads, 0);
    service.locked[2] = true;
    bench_keys(&b, "c");
    bench_shows(&b, "2 to do, 1 are so already, 0 not there any more");
    assert_int_equal(service.sent, 0);
    bench_keys(&b, "y");
    bench_shows(&b, "2 of 3 done, 0 failed; finished");
    assert_int_equal(service.asked[2], 0);
    bench_keys(&b, "Esc");
    bench_hides(&b, "2 of 3 done, 0 failed; finished");
    bench_close(&b);
}

static void
each_answer_is_worth_a_frame(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    bench_keys(&b, "* L");
    bench_keys_only(&b, "y");
    for (int i = 1; i <= 8; i++) {
        b.app.dirty = false;
        assert_int_equal(fake_settle(b.client, 1), 1);
        assert_true(b.app.dirty);
    }
    bench_shows(&b, "8 of 120 done, 0 failed");
    bench_close(&b);
}

static void
a_plan_that_is_left_sends_nothing(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, unit_tmp_path("left"));
    bench_keys(&b, "Space Space L Esc");
    bench_hides(&b, "nothing is sent yet");
    assert_int_equal(service.sent, 0);
    assert_int_equal(files_in(unit_tmp_path("left")), 0);
    bench_close(&b);
}

static void
a_form_is_back_when_its_plan_is_left(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    bench_keys(&b, "Space Space +");
    bench_keys(&b, "Enter Down Space Enter PgDn Enter");
    bench_shows(&b, "Plan for 2 marked Users");
    bench_shows(&b, "roleIds=");
    bench_not_sent(&b, "users_roles_add");
    bench_keys(&b, "Esc");
    bench_shows(&b, "[ Save ]");
    bench_keys(&b, "Enter y");
    bench_sent(&b, "users_roles_add tenant=acme path={\"userId\":\"user-0002\"}");
    bench_shows(&b, "2 of 2 done");
    bench_hides(&b, "[ Save ]");
    bench_close(&b);
}

static void
a_plan_knows_who_has_the_role(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    fake_answer(
        b.client, "users_get_vendor", 200,
        "{\"id\":\"user-0001\",\"tenants\":[{\"tenantId\":\"other\",\"roles\":[{\"id\":\"r2\"}]},"
        "{\"tenantId\":\"acme\",\"roles\":[{\"id\":\"r1\"}]}]}");
    bench_keys(&b, "Space Space + Enter Space Enter PgDn Enter c");
    bench_shows(&b, "roleIds=[\"r1\"]");
    bench_shows(&b, "0 to do, 2 are so already");
    bench_keys(&b, "Esc Up Enter u Down Space Enter PgDn Enter c");
    bench_shows(&b, "2 to do, 0 are so already");
    bench_close(&b);
}

/* Pauses end when their time comes. */
static void
wait_out(struct bench *b)
{
    int64_t left = app_next_ms(&b->app);
    assert_true(left >= 0);
    clock_pin(clock_now_ms() + 60000, clock_mono_ms() + 60000);
    app_tick(&b->app);
    bench_keys(b, "");
}

static void
a_lost_answer_is_read_back(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    service.lose_from = service.lose_to = 10;
    bench_keys(&b, "* L y");
    bench_shows(&b, "1 unknown; waits");
    bench_shows(&b, "Goes on by itself");
    wait_out(&b);
    bench_shows(&b, "120 of 120 done, 0 failed; finished");
    assert_int_equal(service.reads, 1);
    each_was_locked_once(PEOPLE);
    bench_close(&b);
}

static void
a_service_that_is_away_is_waited_for(void **state)
{
    (void)state;
    struct bench b;
    begin(&b, "");
    service.refuse_from = 20;
    service.refuse_to = 30;
    bench_keys(&b, "* L y");
    bench_shows(&b, "19 of 120 done, 0 failed; waits");
    for (int i = 0; i < 4; i++)
        wait_out(&b);
    bench_shows(&b, "120 of 120 done, 0 failed; finished");
    each_was_locked_once(PEOPLE);
    bench_close(&b);
}

static void
what_a_console_left_is_gone_on_with(void **state)
{
    (void)state;
    struct bench b;
    char folder[512];
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("crash"));
    begin(&b, folder);
    bench_keys(&b, "*");
    bench_keys_only(&b, "L y");
    fake_settle(b.client, 50); /* four more are on their way */
    service.lose_from = service.lose_to = service.sent;
    assert_int_equal(files_in(folder), 1);
    bench_close(&b);
    /* Two of those four arrived, and nobody was told. */
    service.locked[51] = service.locked[53] = true;
    service.asked[51] = service.asked[53] = 1;
    open_service(&b, folder);
    bench_shows(&b, "1 change of many rows was not finished");
    bench_line(&b, "bulk");
    bench_shows(&b, "Users: lock, 70 of 120 left");
    bench_keys(&b, "Enter");
    bench_shows(&b, "70 of 120 Users: 50 done, 70 left, 4 of them unknown");
    bench_keys(&b, "y");
    bench_shows(&b, "120 of 120 done, 0 failed; finished");
    assert_int_equal(service.reads, 4);
    each_was_locked_once(PEOPLE);
    bench_keys(&b, "Esc");
    assert_int_equal(files_in(folder), 0);
    bench_line(&b, "bulk");
    bench_shows(&b, "No change of many rows is unfinished here");
    bench_close(&b);
}

static void
a_stopped_run_is_kept_and_can_be_forgotten(void **state)
{
    (void)state;
    struct bench b;
    char folder[512];
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("stopped"));
    begin(&b, folder);
    bench_keys(&b, "*");
    bench_keys_only(&b, "L y");
    fake_settle(b.client, 20);
    bench_keys_only(&b, "Esc");
    bench_keys(&b, "");
    bench_shows(&b, "24 of 120 done, 0 failed; stopped");
    bench_shows(&b, ":bulk goes on with them");
    bench_keys(&b, "Esc");
    assert_int_equal(files_in(folder), 1);
    bench_line(&b, "bulk");
    bench_keys(&b, "Enter x");
    bench_shows(&b, "Forgotten; what was done stays done");
    assert_int_equal(files_in(folder), 0);
    assert_int_equal(service.sent, 24);
    bench_close(&b);
}

static void
another_place_is_not_offered_it(void **state)
{
    (void)state;
    struct bench b;
    char folder[512];
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("place"));
    struct err err = {0};
    struct json *head = json_new_object(), *rows = json_new_array(), *row = json_new_object();
    json_set(row, STR("id"), json_new_str(STR("user-0001")));
    json_push(rows, row);
    json_set(head, STR("rows"), json_new_i64(1));
    json_set(head, STR("place"), json_new_str(STR("https://elsewhere.example  x")));
    struct bulk_file *f = bulk_file_new(folder, head, rows, &err);
    assert_non_null(f);
    bulk_file_close(f, false);
    json_free(head);
    json_free(rows);
    begin(&b, folder);
    bench_hides(&b, "not finished");
    bench_line(&b, "bulk");
    bench_shows(&b, "No change of many rows is unfinished here");
    bench_close(&b);
}

static void
the_end_of_the_window_stops_it(void **state)
{
    (void)state;
    struct bench b;
    memset(&service, 0, sizeof service);
    bench_open(&b, &(struct bench_setup){.tenant = "acme", .production = true});
    bench_standard(&b);
    fake_answer_by(b.client, "users_lock", lock_one, NULL);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_line(&b, "write 10m");
    bench_keys(&b, "*");
    bench_keys_only(&b, "L y");
    fake_settle(b.client, 30);
    clock_pin(clock_now_ms() + 3600000, clock_mono_ms() + 3600000);
    bench_keys(&b, "");
    bench_shows(&b, "34 of 120 done, 0 failed; stopped");
    bench_keys(&b, "r");
    bench_shows(&b, "Refused: this profile is production");
    assert_int_equal(service.sent, 34);
    bench_close(&b);
}

/* --- The file itself --- */

static struct json *
some_rows(size_t n)
{
    struct json *rows = json_new_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_new_object();
        json_set(row, STR("id"), json_new_i64((int64_t)i));
        json_push(rows, row);
    }
    return rows;
}

static struct bulk_file *
new_file(const char *folder, size_t n)
{
    struct err err = {0};
    struct json *head = json_new_object(), *rows = some_rows(n);
    json_set(head, STR("rows"), json_new_i64((int64_t)n));
    struct bulk_file *f = bulk_file_new(folder, head, rows, &err);
    assert_non_null(f);
    json_free(head);
    json_free(rows);
    return f;
}

struct seen {
    size_t n, left;
    char name[BULK_NAME];
};

static void
see(void *ctx, const char *name, const struct json *head, size_t left)
{
    struct seen *s = ctx;
    (void)head;
    s->n++;
    s->left = left;
    snprintf(s->name, sizeof s->name, "%s", name);
}

static void
append(const char *folder, const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "a");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void
a_file_tells_what_became_of_each_row(void **state)
{
    (void)state;
    struct err err = {0};
    struct bulk_saved saved;
    struct seen seen = {.n = 0};
    char folder[512];
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("file"));
    struct bulk_file *f = new_file(folder, 5);
    bulk_file_each(folder, see, &seen);
    assert_int_equal(seen.n, 0); /* held */
    assert_true(bulk_file_note(f, 0, BULK_MARK_SENT, STR("")));
    assert_true(bulk_file_note(f, 0, BULK_MARK_DONE, STR("")));
    assert_true(bulk_file_note(f, 1, BULK_MARK_SENT, STR("")));
    assert_true(bulk_file_note(f, 2, BULK_MARK_FAILED, STR("no \"such\"\nuser")));
    bulk_file_close(f, false);
    bulk_file_each(folder, see, &seen);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.left, 4);
    append(folder, seen.name, "9 d\nx d\n3 q\n-1 d\n4 d"); /* nonsense, and a torn end */
    f = bulk_file_resume(folder, seen.name, &saved, &err);
    assert_non_null(f);
    assert_memory_equal(saved.marks, "dsfww", 5);
    assert_int_equal(json_len(saved.rows), 5);
    assert_null(bulk_file_resume(folder, seen.name, &(struct bulk_saved){.head = NULL}, &err));
    assert_int_equal(err.code, ERR_BUSY);
    bulk_saved_fini(&saved);
    assert_true(bulk_file_note(f, 4, BULK_MARK_DONE, STR("")));
    bulk_file_close(f, false);
    f = bulk_file_resume(folder, seen.name, &saved, &err);
    assert_memory_equal(saved.marks, "dsfwd", 5);
    bulk_saved_fini(&saved);
    bulk_file_close(f, true);
    assert_int_equal(files_in(folder), 0);
}

static void
a_file_that_is_not_whole_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "{}\n",
                                        "{\"rows\":2}\n{}\n",
                                        "{\"rows\":-1}\n",
                                        "{\"rows\":99999999}\n{}\n",
                                        "[]\n",
                                        "{\"rows\":1}\n{\n"};
    char folder[512];
    snprintf(folder, sizeof folder, "%s", unit_tmp_path("broken"));
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char name[64], path[1024];
        struct err err = {0};
        struct bulk_saved saved;
        snprintf(name, sizeof name, "%zu-bad.run", i);
        append(folder, name, texts[i]);
        assert_null(bulk_file_resume(folder, name, &saved, &err));
        assert_int_equal(err.code, ERR_CORRUPT);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        unlink(path);
    }
    assert_null(bulk_file_resume(folder, "../x.run", &(struct bulk_saved){.head = NULL}, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_sends_nothing_and_counts),
        cmocka_unit_test(each_answer_is_worth_a_frame),
        cmocka_unit_test(a_plan_that_is_left_sends_nothing),
        cmocka_unit_test(a_form_is_back_when_its_plan_is_left),
        cmocka_unit_test(a_plan_knows_who_has_the_role),
        cmocka_unit_test(a_lost_answer_is_read_back),
        cmocka_unit_test(a_service_that_is_away_is_waited_for),
        cmocka_unit_test(what_a_console_left_is_gone_on_with),
        cmocka_unit_test(a_stopped_run_is_kept_and_can_be_forgotten),
        cmocka_unit_test(another_place_is_not_offered_it),
        cmocka_unit_test(the_end_of_the_window_stops_it),
        cmocka_unit_test(a_file_tells_what_became_of_each_row),
        cmocka_unit_test(a_file_that_is_not_whole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
