/* Forms, edits, questions, bulk changes and undo. */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/form.h"

static void
open_users(struct bench *b)
{
    bench_open(b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(b);
    bench_attach(b);
    bench_keys(b, "");
    fake_log_clear(b->client);
}

static void
adding_checks_in_place_and_sends(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "a");
    bench_shows(&b, "Add user");
    bench_type(&b, "not an address");
    bench_keys(&b, "Tab");
    bench_shows(&b, "email must be an email");
    bench_keys(&b, "Up Ctrl-U");
    bench_type(&b, "zoe@example.com");
    bench_keys(&b, "Tab");
    bench_hides(&b, "must be an email");
    bench_type(&b, "Zoe");
    bench_keys(&b, "Tab Enter");
    bench_shows(&b, "Choose Roles (2)");
    bench_keys(&b, "Down Space Enter");
    bench_shows(&b, "Reader");
    bench_not_sent(&b, "users_create");
    bench_keys(&b, "PgDn Enter");
    bench_sent(&b, "users_create tenant=acme");
    bench_sent(&b, "body={\"email\":\"zoe@example.com\",\"name\":\"Zoe\",\"roleIds\":[\"r2\"]}");
    bench_shows(&b, "Add user: done");
    bench_close(&b);
}

static void
a_form_is_sent_once(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "a");
    bench_type(&b, "zoe@example.com");
    fake_log_clear(b.client);
    bench_keys_only(&b, "PgDn Enter Enter Enter");
    assert_int_equal(fake_pending(b.client), 1);
    bench_keys(&b, "");
    bench_sent(&b, "users_create");
    bench_shows(&b, "Add user: done");
    bench_close(&b);
}

static void
a_refused_form_keeps_what_was_typed(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    fake_answer(b.client, "users_create", 400,
                "{\"errors\":[\"email is taken\"],\"errorCode\":\"ER-01234\"}");
    bench_keys(&b, "a");
    bench_type(&b, "zoe@example.com");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "Add user failed: email is taken (ER-01234)");
    bench_shows(&b, "[trace 0123456789abcdef]");
    bench_shows(&b, "zoe@example.com");
    fake_answer(b.client, "users_create", 201, "{}");
    bench_keys(&b, "PgDn Enter");
    bench_hides(&b, "[ Save ]");
    bench_close(&b);
}

static void
leaving_a_form_asks_if_something_was_typed(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "a Esc");
    bench_hides(&b, "[ Save ]");
    bench_keys(&b, "a");
    bench_type(&b, "x");
    bench_keys(&b, "Esc");
    bench_shows(&b, "Leave the form?");
    bench_keys(&b, "n");
    bench_shows(&b, "[ Save ]");
    bench_keys(&b, "Esc y");
    bench_hides(&b, "[ Save ]");
    bench_close(&b);
}

static void
a_paste_never_submits(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "a");
    app_paste(&b.app, STR("a@b.io\nand more\n"), false);
    bench_shows(&b, "a@b.io and more");
    bench_shows(&b, "[ Save ]");
    bench_not_sent(&b, "users_create");
    bench_close(&b);
}

static void
secrets_are_dots(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "a Down Down Down");
    bench_type(&b, "hunter2");
    bench_hides(&b, "hunter2");
    bench_shows(&b, "*******");
    bench_close(&b);
}

static void
an_edit_shows_before_and_after(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "e PgDn Enter");
    bench_shows(&b, "Nothing was changed");
    bench_keys(&b, "PgUp End");
    bench_type(&b, "x");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "This will be written:");
    bench_shows(&b, "- User 0001");
    bench_shows(&b, "+ User 0001x");
    bench_not_sent(&b, "users_update");
    bench_keys(&b, "Esc PgDn Enter y");
    bench_sent(&b, "users_update");
    bench_sent(&b, "body={\"name\":\"User 0001x\"}");
    bench_close(&b);
}

static void
saving_waits_for_what_is_being_read(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys_only(&b, "e End x PgDn Enter");
    bench_hides(&b, "This will be written");
    bench_keys(&b, "");
    bench_shows(&b, "+ User 0001x");
    bench_close(&b);
}

static void
a_conflict_is_shown_and_refused(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "e End");
    bench_type(&b, "x");
    fake_answer(b.client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"name\":\"Somebody else's\",\"mfaBypass\":false,"
                "\"metadata\":\"{\\\"seat\\\":7}\",\"vendorMetadata\":\"{}\"}");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "Somebody changed this meanwhile");
    bench_shows(&b, "loaded  User 0001");
    bench_shows(&b, "server  Somebody else's");
    bench_shows(&b, "yours   User 0001x");
    bench_keys(&b, "y Enter");
    bench_not_sent(&b, "users_update");
    bench_keys(&b, "r PgDn Enter");
    bench_shows(&b, "- Somebody else's");
    bench_keys(&b, "y");
    bench_sent(&b, "users_update");
    bench_close(&b);
}

static void
without_reading_again_nothing_is_written(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    fake_fail(b.client, "users_get_vendor", ERR_TIMEOUT, "the server did not answer");
    bench_keys(&b, "e End");
    bench_type(&b, "x");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "nothing was sent");
    bench_not_sent(&b, "users_update");
    bench_close(&b);
}

static void
the_key_that_asks_never_destroys(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "d");
    bench_shows(&b, "Remove from tenant?");
    bench_shows(&b, "user-0001");
    bench_keys(&b, "d");
    bench_not_sent(&b, "users_delete");
    bench_keys(&b, "d Enter");
    bench_keys(&b, "d y");
    bench_not_sent(&b, "users_delete");
    bench_keys(&b, "d D");
    bench_sent(&b, "users_delete tenant=acme path={\"userId\":\"user-0001\"}");
    bench_close(&b);
}

static void
what_is_gone_for_good_is_typed_out(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "D");
    bench_shows(&b, "Type user1@example.com and Enter");
    bench_type(&b, "user1@example");
    bench_keys(&b, "Enter");
    bench_shows(&b, "not the same text");
    bench_not_sent(&b, "users_delete");
    bench_type(&b, ".com");
    bench_keys(&b, "Enter");
    bench_sent(&b, "users_delete tenant= path={\"userId\":\"user-0001\"}");
    bench_close(&b);
}

static void
undo_takes_back_what_was_reversible(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "z");
    bench_shows(&b, "nothing to undo");
    bench_keys(&b, "L y");
    bench_sent(&b, "users_lock");
    bench_keys(&b, "z");
    bench_sent(&b, "users_unlock tenant= path={\"userId\":\"user-0001\"}");
    bench_keys(&b, "z");
    bench_shows(&b, "nothing to undo");
    bench_keys(&b, "+ Enter Enter PgDn Enter");
    bench_sent(&b, "users_roles_add tenant=acme");
    bench_keys(&b, "z");
    bench_sent(&b, "users_roles_remove tenant=acme path={\"userId\":\"user-0001\"} query={} "
                   "body={\"roleIds\":[\"r1\"]}");
    bench_close(&b);
}

static int
lock_some(void *ctx, const struct values *values, struct buf *body)
{
    int *calls = ctx;
    (void)values;
    if (++*calls != 2)
        return 200;
    buf_add_text(body, "{\"errors\":[\"no such user\"]}");
    return 404;
}

static void
any_action_on_marked_rows_tells_each_result(void **state)
{
    (void)state;
    struct bench b;
    int calls = 0;
    open_users(&b);
    fake_answer_by(b.client, "users_lock", lock_some, &calls);
    bench_keys(&b, "Space Space Space L");
    bench_shows(&b, "3 marked Users");
    bench_keys(&b, "y");
    bench_shows(&b, "2 of 3 done, 1 failed; finished");
    bench_shows(&b, "no such user");
    bench_keys(&b, "r");
    bench_shows(&b, "3 of 3 done, 0 failed; finished");
    assert_int_equal(calls, 4);
    bench_keys(&b, "Esc");
    fake_log_clear(b.client);
    bench_keys(&b, "z");
    bench_sent(&b, "users_unlock");
    bench_shows(&b, "of 3 done");
    bench_close(&b);
}

static void
many_at_once_are_counted_out(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_keys(&b, "* d");
    bench_shows(&b, "Plan for 120 marked Users");
    bench_keys(&b, "y");
    bench_shows(&b, "Type 120 and Enter");
    bench_keys(&b, "D Enter");
    bench_not_sent(&b, "users_delete");
    bench_close(&b);
}

static void
read_only_refuses_every_change(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.tenant = "acme", .read_only = true});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "a");
    bench_shows(&b, "this profile is read-only");
    bench_keys(&b, "e");
    bench_hides(&b, "[ Save ]");
    bench_keys(&b, "L");
    bench_hides(&b, "Lock?");
    bench_close(&b);
}

static void
a_lost_answer_is_called_unknown(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    fake_fail(b.client, "users_lock", ERR_OUTCOME_UNKNOWN, "sent, but the answer was lost");
    bench_keys(&b, "L y");
    bench_shows(&b, "the answer was lost");
    bench_keys(&b, "z");
    bench_not_sent(&b, "users_unlock");
    bench_close(&b);
}

static void
a_write_survives_its_pane(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_line(&b, "users");
    bench_keys(&b, "Enter");
    bench_keys_only(&b, "L y Esc");
    bench_keys(&b, "");
    bench_sent(&b, "users_lock");
    bench_shows(&b, "Lock: done, user1@example.com");
    bench_close(&b);
}

static void
details_open_what_their_tables_name(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 60, .cols = 100, .tenant = "acme"});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "Enter");
    bench_shows(&b, "Permissions here");
    bench_shows(&b, "users.read, users.write");
    bench_shows(&b, "\"seat\": 7");
    for (int i = 0; i < 28; i++)
        bench_keys(&b, "Down");
    bench_keys(&b, "Enter");
    bench_shows(&b, "Only in tenant");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_checks_in_place_and_sends),
        cmocka_unit_test(a_form_is_sent_once),
        cmocka_unit_test(a_refused_form_keeps_what_was_typed),
        cmocka_unit_test(leaving_a_form_asks_if_something_was_typed),
        cmocka_unit_test(a_paste_never_submits),
        cmocka_unit_test(secrets_are_dots),
        cmocka_unit_test(an_edit_shows_before_and_after),
        cmocka_unit_test(saving_waits_for_what_is_being_read),
        cmocka_unit_test(a_conflict_is_shown_and_refused),
        cmocka_unit_test(without_reading_again_nothing_is_written),
        cmocka_unit_test(the_key_that_asks_never_destroys),
        cmocka_unit_test(what_is_gone_for_good_is_typed_out),
        cmocka_unit_test(undo_takes_back_what_was_reversible),
        cmocka_unit_test(any_action_on_marked_rows_tells_each_result),
        cmocka_unit_test(many_at_once_are_counted_out),
        cmocka_unit_test(read_only_refuses_every_change),
        cmocka_unit_test(a_lost_answer_is_called_unknown),
        cmocka_unit_test(a_write_survives_its_pane),
        cmocka_unit_test(details_open_what_their_tables_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
