/* Sessions: one row per sign-in, one winner per refresh, and what access tokens stand on. */
#include "store/guesses.h"
#include "store/sessions.h"
#include "tests/support/world.h"

#include <stdio.h>

static struct world w;
static struct scope acme;
static struct user ada, bob;
static int made;

static struct user
add_member(const char *email)
{
    struct user u;
    struct str id = world_user(&w, email, "Somebody");
    OK(store_membership_add(&acme, id, MEMBER_ACTIVATED, 0, &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, id, &u, &w.err));
    return u;
}

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    acme = world_tenant(&w, "acme");
    ada = add_member("ada@acme.example");
    bob = add_member("bob@acme.example");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* A session of an hour, its texts after `name`. */
static struct session
a_session(const struct user *u, const char *name)
{
    struct arena *a = w.s.arena;
    made++;
    return (struct session){.id = arena_printf(a, "%s-%d", name, made),
                            .user_seq = u->seq,
                            .tenant_seq = acme.tenant_seq,
                            .family_hash = STR("family"),
                            .secret_hash = STR("secret-0"),
                            .methods = 1,
                            .ip = STR("192.0.2.1"),
                            .user_agent = STR("test"),
                            .expires_at = w.s.now + 3600 * 1000};
}

static struct session
added(const struct user *u, int64_t most)
{
    struct session in = a_session(u, "s"), out;
    OK(store_session_add(&w.s, &in, most, NULL, &w.err));
    OK(store_session_get(&w.s, in.id, &out, &w.err));
    return out;
}

static bool
lives(const struct session *session)
{
    struct session out;
    return store_session_get(&w.s, session->id, &out, &w.err) == ERR_OK;
}

static void
what_was_added_is_found(void **state)
{
    (void)state;
    struct session s = added(&ada, 10), out;
    assert_true(str_eq(s.user_id, ada.id));
    assert_str(s.tenant_id, "acme");
    assert_str(s.ip, "192.0.2.1");
    assert_int_equal(s.created_at, w.s.now);
    assert_int_equal(s.rotations, 0);
    assert_int_equal(store_session_get(&w.other, s.id, &out, &w.err), ERR_NOT_FOUND);
    struct scope later = w.s;
    later.now = s.expires_at;
    assert_int_equal(store_session_get(&later, s.id, &out, &w.err), ERR_GONE);
}

static void
one_of_two_refreshes_succeeds(void **state)
{
    (void)state;
    struct session was = added(&ada, 10), now;
    struct session_refresh to = {.secret_hash = STR("secret-1"),
                                 .tenant_seq = acme.tenant_seq,
                                 .methods = 3,
                                 .rotated_at = w.s.now + 5,
                                 .expires_at = was.expires_at + 1};
    OK(store_session_refresh(&w.s, &was, &to, &w.err));
    to.secret_hash = STR("secret-2");
    assert_int_equal(store_session_refresh(&w.s, &was, &to, &w.err), ERR_NOT_FOUND);
    OK(store_session_get(&w.s, was.id, &now, &w.err));
    assert_str(now.secret_hash, "secret-1");
    assert_int_equal(now.rotations, 1);
    assert_int_equal(now.methods, 3);
    assert_int_equal(now.rotated_at, w.s.now + 5);
    struct scope late = w.s;
    late.now = now.expires_at;
    assert_int_equal(store_session_refresh(&late, &now, &to, &w.err), ERR_NOT_FOUND);
}

/* Whose tenant stays keeps its place in the lists of that tenant; who moves is in the other one. */
static void
a_refresh_moves_only_who_changes_the_tenant(void **state)
{
    (void)state;
    struct scope other = world_tenant(&w, "other");
    struct session was = added(&ada, 10), now;
    struct session_refresh to = {.secret_hash = STR("secret-1"),
                                 .methods = was.methods,
                                 .rotated_at = w.s.now + 5,
                                 .expires_at = was.expires_at + 1,
                                 .stays = true};
    OK(store_session_refresh(&w.s, &was, &to, &w.err));
    OK(store_session_get(&w.s, was.id, &now, &w.err));
    assert_str(now.tenant_id, "acme");
    assert_int_equal(now.expires_at, was.expires_at + 1);
    to = (struct session_refresh){.secret_hash = STR("secret-2"),
                                  .tenant_seq = other.tenant_seq,
                                  .methods = was.methods,
                                  .rotated_at = w.s.now + 6,
                                  .expires_at = was.expires_at + 2};
    OK(store_session_refresh(&w.s, &now, &to, &w.err));
    OK(store_session_get(&w.s, was.id, &now, &w.err));
    assert_str(now.tenant_id, "other");
}

static void
the_oldest_ends_when_there_are_too_many(void **state)
{
    (void)state;
    struct session first = added(&ada, 2), second = added(&ada, 2), of_bob = added(&bob, 2);
    struct session third = a_session(&ada, "s");
    int64_t ended = 0;
    OK(store_session_add(&w.s, &third, 2, &ended, &w.err));
    assert_int_equal(ended, 1);
    assert_false(lives(&first));
    assert_true(lives(&second) && lives(&third) && lives(&of_bob));
}

static void
sessions_are_ended_by_person_and_tenant(void **state)
{
    (void)state;
    struct session a = added(&ada, 9), b = added(&ada, 9), c = added(&ada, 9), d = added(&bob, 9);
    int64_t ended;
    assert_int_equal(store_session_end(&w.s, bob.id, a.id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_session_end(&w.other, ada.id, a.id, &w.err), ERR_NOT_FOUND);
    OK(store_session_end(&w.s, ada.id, a.id, &w.err));
    assert_int_equal(store_session_end(&w.s, STR_ABSENT, a.id, &w.err), ERR_NOT_FOUND);
    OK(store_sessions_end(&w.s, ada.id, b.id, &ended, &w.err));
    assert_int_equal(ended, 1);
    assert_true(lives(&b) && !lives(&c) && lives(&d));
    OK(store_sessions_end(&acme, STR_ABSENT, STR_ABSENT, &ended, &w.err));
    assert_int_equal(ended, 2);
}

static void
lists_are_newest_first(void **state)
{
    (void)state;
    struct session_list list;
    for (int i = 0; i < 5; i++) {
        w.s.now += 1000;
        (void)added(i % 2 ? &bob : &ada, 9);
    }
    struct session_query all = {.limit = 2}, of_bob = {.user_id = bob.id, .limit = 9};
    OK(store_session_list(&w.s, &all, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_true(list.items[0].created_at > list.items[1].created_at);
    all.before_at = list.items[1].created_at;
    all.before_seq = list.items[1].seq;
    all.limit = 9;
    OK(store_session_list(&w.s, &all, &list, &w.err));
    assert_int_equal(list.n, 3);
    OK(store_session_list(&acme, &of_bob, &list, &w.err));
    assert_int_equal(list.n, 2);
    OK(store_session_list(&w.other, &of_bob, &list, &w.err));
    assert_int_equal(list.n, 0);
}

static void
expired_ones_are_swept(void **state)
{
    (void)state;
    (void)added(&ada, 9);
    w.s.now += 3600 * 1000;
    (void)added(&bob, 9);
    int64_t n;
    OK(db_query_int(w.s.conn, "SELECT COUNT(*) FROM sessions", DB_NO_ARGS, &n, NULL, &w.err));
    assert_int_equal(n, 1);
}

/* -- what access tokens stand on -- */

static enum err_code
check(const struct session *session, const struct user *u)
{
    struct session_check c = {.vendor = w.s.vendor,
                              .session_id = session->id,
                              .user_id = u->id,
                              .tenant_id = STR("acme"),
                              .now = w.s.now};
    return store_session_check(w.s.conn, &c, &w.err);
}

static void
a_token_stands_on_session_person_and_membership(void **state)
{
    (void)state;
    struct session s = added(&ada, 9);
    struct user change = {.id = ada.id, .is_locked = true};
    OK(check(&s, &ada));
    assert_int_equal(check(&s, &bob), ERR_NOT_FOUND);
    OK(store_user_update(&w.s, &change, USER_F(is_locked), &w.err));
    assert_int_equal(check(&s, &ada), ERR_NOT_FOUND);
    change.is_locked = false;
    OK(store_user_update(&w.s, &change, USER_F(is_locked), &w.err));
    OK(check(&s, &ada));
    struct membership m = {.expires_at = w.s.now};
    OK(store_membership_update(&acme, ada.id, &m, MEMBERSHIP_EXPIRES_AT, &w.err));
    assert_int_equal(check(&s, &ada), ERR_NOT_FOUND);
}

static void
rights_are_the_keys_of_roles_and_permissions(void **state)
{
    (void)state;
    struct rights r;
    OK(store_rights_get(w.s.conn, w.s.arena, ada.seq, acme.tenant_seq, &r, &w.err));
    assert_int_equal(r.n_roles, 0);
    assert_int_equal(r.n_permissions, 0);
}

/* -- guesses -- */

static void
guesses_are_counted_up_to_the_limit(void **state)
{
    (void)state;
    int64_t n;
    bool locked;
    struct str kind = STR("password");
    for (int i = 1; i <= 3; i++) {
        OK(store_guess_count(&w.s, ada.seq, kind, 3, &n, &w.err));
        assert_int_equal(n, i);
        OK(store_guess_lock(&w.s, ada.id, kind, 3, &locked, &w.err));
        assert_int_equal(locked, i == 3);
    }
    OK(store_guess_count(&w.s, ada.seq, kind, 3, &n, &w.err));
    assert_int_equal(n, 0);
    OK(store_guess_count(&w.s, ada.seq, STR("code"), 3, &n, &w.err));
    assert_int_equal(n, 1);
    OK(store_guess_lock(&w.s, ada.id, kind, 3, &locked, &w.err));
    assert_false(locked);
}

static void
a_lock_by_guesses_leaves_sessions_alone(void **state)
{
    (void)state;
    int64_t n;
    bool locked;
    struct user u;
    struct session s = added(&ada, 9);
    OK(store_guess_count(&w.s, ada.seq, STR("code"), 1, &n, &w.err));
    OK(store_guess_lock(&w.s, ada.id, STR("code"), 1, &locked, &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, ada.id, &u, &w.err));
    assert_true(locked && u.is_locked);
    OK(check(&s, &ada));
    OK(store_guess_forget(&w.s, ada.id, &w.err));
    assert_int_equal(check(&s, &ada), ERR_NOT_FOUND);
}

static void
a_right_guess_starts_over(void **state)
{
    (void)state;
    int64_t n;
    OK(store_guess_count(&w.s, ada.seq, STR("code"), 5, &n, &w.err));
    OK(store_guess_clear(&w.s, ada.id, STR("code"), &w.err));
    OK(store_guess_count(&w.s, ada.seq, STR("code"), 5, &n, &w.err));
    assert_int_equal(n, 1);
    OK(store_guess_nobody(&w.s, 7, &w.err));
    OK(store_guess_nobody(&w.s, 7, &w.err));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_added_is_found),
        T(one_of_two_refreshes_succeeds),
        T(a_refresh_moves_only_who_changes_the_tenant),
        T(the_oldest_ends_when_there_are_too_many),
        T(sessions_are_ended_by_person_and_tenant),
        T(lists_are_newest_first),
        T(expired_ones_are_swept),
        T(a_token_stands_on_session_person_and_membership),
        T(rights_are_the_keys_of_roles_and_permissions),
        T(guesses_are_counted_up_to_the_limit),
        T(a_lock_by_guesses_leaves_sessions_alone),
        T(a_right_guess_starts_over),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}
