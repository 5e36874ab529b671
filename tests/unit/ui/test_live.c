/* The pane of sessions on a scripted service, with the extension and without. */
#include "base/clock.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/sessions.h"
#include "ui/live.h"
#include <stdio.h>
#include <string.h>

static struct bench b;
static int64_t elapsed;

static void
open_bench(const struct bench_setup *setup)
{
    bench_open(&b, setup);
    bench_standard(&b);
    elapsed = 0;
}

static void
open_here(size_t n)
{
    open_bench(&(struct bench_setup){.tenant = "acme"});
    fake_sessions(&b, n);
    bench_attach(&b);
    bench_line(&b, "sessions");
}

/* So much time goes by; what is due then happens. */
static void
pass(int64_t ms)
{
    elapsed += ms;
    clock_pin(INT64_C(1780000000000) + elapsed, 1000000 + elapsed);
    if (app_next_ms(&b.app) == 0)
        app_tick(&b.app);
    bench_keys(&b, "");
}

static void
shown(size_t n)
{
    char text[40];
    snprintf(text, sizeof text, "of %zu | every", n);
    bench_shows(&b, text);
}

static void
a_tenant_is_shown_youngest_first(void **state)
{
    (void)state;
    open_here(3);
    bench_shows(&b, "Sessions");
    bench_shows(&b, "ada@acme.example");
    bench_shows(&b, "session-0000");
    shown(3);
    bench_sent(&b, "live_sessions_list tenant=acme path={} query={\"_limit\":200,"
                   "\"_sortBy\":\"createdAt\",\"_order\":\"DESC\",\"total\":true}");
    bench_keys(&b, "G");
    bench_shows(&b, "session-0002");
    bench_close(&b);
}

static void
nothing_and_failure_say_so(void **state)
{
    (void)state;
    open_here(0);
    bench_shows(&b, "Nobody is signed in here");
    fake_answer(b.client, "live_sessions_list", 403, "{\"errors\":[\"Forbidden\"]}");
    bench_keys(&b, "R");
    bench_shows(&b, "Forbidden");
    bench_shows(&b, "R tries again");
    fake_sessions(&b, 2);
    bench_keys(&b, "R");
    shown(2);
    bench_close(&b);
}

static void
without_a_tenant_it_asks_for_one(void **state)
{
    (void)state;
    open_bench(&(struct bench_setup){.tenant = ""});
    fake_sessions(&b, 3);
    bench_attach(&b);
    bench_line(&b, "sessions");
    bench_shows(&b, "Choose a tenant first");
    bench_not_sent(&b, "live_sessions");
    bench_close(&b);
}

static void
what_comes_and_goes_is_seen(void **state)
{
    (void)state;
    open_here(3);
    fake_session_begins(1);
    fake_session_ends(2);
    bench_hides(&b, "+ bob");
    pass(2000);
    bench_shows(&b, "+ bob@acme.example");
    bench_shows(&b, "- cyd@acme.example");
    bench_shows(&b, "+1 -1");
    shown(3);
    pass(LIVE_FRESH_MS);
    bench_hides(&b, "+ bob");
    bench_hides(&b, "cyd@acme.example");
    bench_close(&b);
}

static void
a_pause_is_quiet_and_follow_stays_at_the_top(void **state)
{
    (void)state;
    open_here(5);
    bench_keys(&b, "p");
    bench_shows(&b, "paused");
    fake_log_clear(b.client);
    assert_int_equal(app_next_ms(&b.app), -1);
    pass(60000);
    bench_not_sent(&b, "live_");
    bench_keys(&b, "p Down");
    struct live *l = live_of(app_top(&b.app));
    assert_string_equal(live_here(l)->id, "session-0001");
    fake_session_begins(0);
    pass(2000);
    assert_string_equal(live_here(l)->id, "session-0001"); /* on its row */
    assert_int_equal(l->cursor, 2);
    bench_keys(&b, "f");
    fake_session_begins(1);
    pass(2000);
    assert_int_equal(l->cursor, 0);
    bench_keys(&b, "i");
    bench_keys(&b, "BackSpace");
    bench_type(&b, "30");
    bench_keys(&b, "Enter");
    bench_shows(&b, "every 30 s, follows");
    fake_log_clear(b.client);
    pass(29000);
    bench_not_sent(&b, "live_");
    pass(1000);
    bench_sent(&b, "live_sessions_changes");
    bench_keys(&b, "i");
    bench_type(&b, "x");
    bench_keys(&b, "Enter");
    bench_shows(&b, "Seconds between 1 and 3600");
    bench_close(&b);
}

static void
orders_are_the_services(void **state)
{
    (void)state;
    open_here(900);
    bench_keys(&b, "s Down Down Enter");
    bench_sent(&b, "\"_sortBy\":\"usedAt\",\"_order\":\"DESC\"");
    shown(900);
    bench_keys(&b, "s");
    bench_type(&b, "mfa");
    bench_keys(&b, "Enter");
    bench_sent(&b, "\"_sortBy\":\"mfa\"");
    /* More is read as the cursor gets there, and no more than that. */
    struct live *l = live_of(app_top(&b.app));
    assert_int_equal(l->set.n, 200);
    bench_keys(&b, "G");
    assert_int_equal(l->set.n, 400);
    bench_close(&b);
}

static void
a_short_list_is_sorted_here(void **state)
{
    (void)state;
    open_here(6);
    fake_log_clear(b.client);
    bench_keys(&b, "s Down Down Down Down Enter");
    bench_not_sent(&b, "live_sessions_list");
    struct live *l = live_of(app_top(&b.app));
    for (size_t i = 1; i < l->set.n; i++)
        assert_true(strcmp(l->set.at[i - 1]->ip, l->set.at[i]->ip) <= 0);
    bench_close(&b);
}

static void
a_filter_narrows(void **state)
{
    (void)state;
    open_here(9);
    bench_keys(&b, "/");
    bench_type(&b, "CYD");
    bench_keys(&b, "Enter");
    bench_shows(&b, "filter \"CYD\"");
    bench_hides(&b, "ada@");
    shown(3);
    bench_keys(&b, "Esc");
    bench_shows(&b, "ada@");
    bench_close(&b);
}

static void
groups_are_counted_opened_and_ended(void **state)
{
    (void)state;
    open_here(10);
    bench_keys(&b, "b");
    bench_shows(&b, "User");
    bench_shows(&b, "ada@acme.example");
    bench_shows(&b, "of 3 |");
    bench_keys(&b, "b");
    bench_shows(&b, "192.0.2.1");
    bench_keys(&b, "b");
    bench_shows(&b, "Safari on iOS");
    bench_keys(&b, "b b b Enter"); /* rows, users, addresses: open the first */
    bench_shows(&b, "Sessions of 192.0.2.1");
    bench_sent(&b, "\"ip\":\"192.0.2.1\"");
    shown(2);
    bench_keys(&b, "Esc x");
    bench_shows(&b, "all sessions of 192.0.2.1");
    bench_type(&b, "end all");
    bench_keys(&b, "Enter");
    bench_sent(&b, "live_sessions_revoke tenant=acme path={} query={} "
                   "body={\"ip\":\"192.0.2.1\",\"all\":true}");
    bench_shows(&b, "2 ended and read back; access tokens issued before stay good for 4 min");
    assert_int_equal(fake_sessions_alive(), 8);
    bench_close(&b);
}

static void
one_ends_after_another_key_says_so(void **state)
{
    (void)state;
    open_here(3);
    bench_keys(&b, "x");
    bench_shows(&b, "End session?");
    bench_shows(&b, "session-0000");
    bench_keys(&b, "x");
    bench_not_sent(&b, "revoke");
    bench_keys(&b, "x D");
    bench_sent(&b, "body={\"ids\":[\"session-0000\"]}");
    bench_shows(&b, "1 ended and read back");
    bench_shows(&b, "- ada@acme.example");
    assert_int_equal(fake_sessions_alive(), 2);
    bench_close(&b);
}

static void
marked_ones_end_together(void **state)
{
    (void)state;
    open_here(250);
    bench_keys(&b, "Space v Down Down v");
    assert_int_equal(live_of(app_top(&b.app))->marks.n, 4);
    bench_keys(&b, "u * x");
    bench_shows(&b, "200 sessions");
    bench_type(&b, "200");
    bench_keys(&b, "Enter");
    bench_shows(&b, "200 ended and read back");
    assert_int_equal(fake_sessions_alive(), 50);
    bench_close(&b);
}

static void
all_of_a_user_and_all_of_a_tenant_end(void **state)
{
    (void)state;
    open_here(9);
    bench_keys(&b, ". Down Enter D");
    bench_sent(&b, "body={\"userIds\":[\"user-ada\"],\"all\":true}");
    assert_int_equal(fake_sessions_alive(), 6);
    bench_keys(&b, "X");
    bench_shows(&b, "all sessions shown here");
    bench_type(&b, "acme");
    bench_keys(&b, "Enter");
    assert_int_equal(fake_sessions_alive(), 0);
    bench_shows(&b, "6 ended and read back");
    bench_close(&b);
}

static void
what_did_not_happen_is_not_claimed(void **state)
{
    (void)state;
    open_here(3);
    fake_sessions_stubborn(true);
    bench_keys(&b, "x D");
    bench_hides(&b, "read back");
    for (int i = 0; i < 12; i++)
        pass(40000);
    bench_shows(&b, "The service says done, but 1 of 1 sessions are still there");
    fake_answer(b.client, "live_sessions_revoke", 403, "{\"errors\":[\"Forbidden\"]}");
    bench_keys(&b, "x D");
    bench_shows(&b, "Not all was ended: Forbidden");
    bench_close(&b);
}

static void
ones_own_session_is_protected(void **state)
{
    (void)state;
    open_here(6);
    fake_session_own(0);
    bench_keys(&b, "R");
    bench_shows(&b, "(own) ada@acme");
    bench_keys(&b, "x D");
    bench_shows(&b, "you will be signed out");
    bench_not_sent(&b, "revoke");
    bench_keys(&b, "Esc * x");
    bench_shows(&b, "5 sessions");
    bench_keys(&b, "Esc u X");
    bench_shows(&b, "The session of this console stays");
    bench_type(&b, "acme");
    bench_keys(&b, "Enter");
    bench_sent(&b, "\"except\":\"session-0000\"");
    assert_int_equal(fake_sessions_alive(), 1);
    bench_close(&b);
}

static void
read_only_changes_nothing(void **state)
{
    (void)state;
    open_bench(&(struct bench_setup){.tenant = "acme", .read_only = true});
    fake_sessions(&b, 3);
    bench_attach(&b);
    bench_line(&b, "sessions");
    bench_keys(&b, "x");
    bench_shows(&b, "read-only");
    bench_keys(&b, "X");
    bench_not_sent(&b, "revoke");
    bench_close(&b);
}

static void
of_one_user_and_of_marked_users(void **state)
{
    (void)state;
    open_bench(&(struct bench_setup){.tenant = "acme"});
    fake_sessions(&b, 3);
    bench_attach(&b);
    bench_keys(&b, "o");
    bench_shows(&b, "Sessions of user1@example.com");
    bench_sent(&b, "\"userIds\":[\"user-0001\"]");
    bench_keys(&b, "Esc Space Space o");
    bench_shows(&b, "Sessions of 2 users");
    bench_sent(&b, "\"userIds\":[\"user-0001\",\"user-0002\"]");
    bench_keys(&b, "Esc");
    bench_line(&b, "sessions");
    bench_shows(&b, "Sessions of 2 users");
    bench_close(&b);
}

/* ---- a service that tells sessions only person by person ---- */

static void
open_people(size_t n)
{
    open_bench(&(struct bench_setup){.tenant = "acme"});
    fake_sessions_of_people(&b, n);
    bench_attach(&b);
    bench_line(&b, "sessions");
}

static void
without_the_extension_people_are_asked_in_turn(void **state)
{
    (void)state;
    open_people(7);
    bench_shows(&b, "1 of 3 users read");
    pass(LIVE_PACE_MS);
    bench_shows(&b, "2 of 3 users read");
    pass(LIVE_PACE_MS);
    bench_shows(&b, "3 of 3 users read");
    bench_shows(&b, "curl");
    shown(7);
    bench_keys(&b, "b");
    bench_shows(&b, "ada@acme.example");
    bench_keys(&b, "b b b");
    fake_session_begins(0);
    fake_session_ends(1);
    for (int i = 0; i < 80; i++)
        pass(LIVE_PACE_MS);
    bench_shows(&b, "+ ada@acme.example");
    bench_shows(&b, "- bob@acme.example");
    bench_shows(&b, "+1 -1");
    bench_close(&b);
}

static void
without_the_extension_ending_is_read_back_too(void **state)
{
    (void)state;
    open_people(4);
    for (int i = 0; i < 4; i++)
        pass(LIVE_PACE_MS);
    bench_keys(&b, "x D");
    bench_sent(&b, "sessions_delete tenant=acme user=user-ada path={\"id\":\"session-0000\"}");
    bench_shows(&b,
                "1 ended and read back; access tokens issued before stay good for up to 10 min");
    bench_keys(&b, "X");
    bench_type(&b, "acme");
    bench_keys(&b, "Enter");
    bench_shows(&b, "3 ended and read back");
    assert_int_equal(fake_sessions_alive(), 0);
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenant_is_shown_youngest_first),
        cmocka_unit_test(nothing_and_failure_say_so),
        cmocka_unit_test(without_a_tenant_it_asks_for_one),
        cmocka_unit_test(what_comes_and_goes_is_seen),
        cmocka_unit_test(a_pause_is_quiet_and_follow_stays_at_the_top),
        cmocka_unit_test(orders_are_the_services),
        cmocka_unit_test(a_short_list_is_sorted_here),
        cmocka_unit_test(a_filter_narrows),
        cmocka_unit_test(groups_are_counted_opened_and_ended),
        cmocka_unit_test(one_ends_after_another_key_says_so),
        cmocka_unit_test(marked_ones_end_together),
        cmocka_unit_test(all_of_a_user_and_all_of_a_tenant_end),
        cmocka_unit_test(what_did_not_happen_is_not_claimed),
        cmocka_unit_test(ones_own_session_is_protected),
        cmocka_unit_test(read_only_changes_nothing),
        cmocka_unit_test(of_one_user_and_of_marked_users),
        cmocka_unit_test(without_the_extension_people_are_asked_in_turn),
        cmocka_unit_test(without_the_extension_ending_is_read_back_too),
    };
    return cmocka_run_group_tests_name("live sessions", tests, NULL, NULL);
}
