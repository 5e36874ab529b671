/* Tokens of machines: whose they are, when they live, what they may do, and how many sessions. */
#include "base/mem.h"
#include "store/guesses.h"
#include "store/machine_tokens.h"
#include "tests/support/world.h"

#include <pthread.h>

static struct world w;
static struct scope acme;
static const struct str NOBODY = {NULL, 0};

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    acme = world_tenant(&w, "acme");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static struct machine_token
add(const struct scope *s, enum machine_kind kind, struct str owner)
{
    struct machine_token t = {.kind = kind, .owner_id = owner, .secret_hash = STR("hash")};
    OK(store_machine_token_add(s, &t, &w.err));
    return t;
}

static bool
lives(struct str id, bool strict, int64_t now)
{
    struct machine_query q = {.vendor = STR("env-1"), .id = id, .now = now, .strict = strict};
    struct machine_token t;
    enum err_code rc = store_machine_token_find(w.conn, w.s.arena, &q, &t, &w.err);
    assert_true(rc == ERR_OK || rc == ERR_NOT_FOUND);
    return rc == ERR_OK;
}

static void
kinds_have_the_names_of_the_wire(void **state)
{
    (void)state;
    enum machine_kind kind;
    for (int i = 0; i < MACHINE_KINDS; i++) {
        assert_true(machine_kind_parse(str_of(machine_kind_name((enum machine_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(machine_kind_parse(STR("userToken"), &kind));
    assert_false(machine_kind_parse(NOBODY, &kind));
}

static void
a_token_is_kept_whole(void **state)
{
    (void)state;
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct str roles[] = {world_role(&w, "admin"), world_role(&w, "viewer")};
    struct str permissions[] = {world_permission(&w, "read")};
    struct machine_token t = {.kind = MACHINE_TENANT_API,
                              .owner_id = ada,
                              .secret_hash = STR("hash"),
                              .description = STR("Nightly"),
                              .metadata = STR("{\"a\":1}"),
                              .expires_at = NOW + 1000,
                              .role_ids = roles,
                              .n_role_ids = 2,
                              .permission_ids = permissions,
                              .n_permission_ids = 1};
    struct machine_token found;
    OK(store_machine_token_add(&acme, &t, &w.err));
    (void)add(&acme, MACHINE_TENANT_API, NOBODY);
    OK(store_machine_token_get(&acme, MACHINE_TENANT_API, NOBODY, t.id, &found, &w.err));
    assert_true(str_eq(found.owner_id, ada));
    assert_str(found.tenant_id, "acme");
    assert_str(found.description, "Nightly");
    assert_str(found.metadata, "{\"a\":1}");
    assert_int_equal(found.created_at, NOW);
    assert_int_equal(found.expires_at, NOW + 1000);
    assert_int_equal(found.n_role_ids, 2);
    assert_int_equal(found.n_permission_ids, 1);
    found.description = STR("Daily");
    found.n_role_ids = 1;
    OK(store_machine_token_update(&acme, &found, MACHINE_F_DESCRIPTION | MACHINE_F_ROLES, &w.err));
    struct machine_token_list list;
    OK(store_machine_token_list(&acme, MACHINE_TENANT_API, NOBODY, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].description, "Daily");
    assert_str(list.items[0].metadata, "{\"a\":1}");
    assert_int_equal(list.items[0].n_role_ids, 1);
    assert_int_equal(list.items[0].n_permission_ids, 1);
    assert_int_equal(list.items[1].n_role_ids, 0);
    assert_str(list.items[1].metadata, "{}");
    /* A role that goes, goes from the token. */
    OK(store_role_delete(&w.s, roles[0], &w.err));
    OK(store_machine_token_get(&acme, MACHINE_TENANT_API, NOBODY, t.id, &found, &w.err));
    assert_int_equal(found.n_role_ids, 0);
}

static void
what_is_not_there_is_not_given(void **state)
{
    (void)state;
    struct scope other = world_tenant(&w, "other");
    struct str stranger = world_member(&w, &other, "eve@other.io"), unknown = STR("nobody");
    struct role own = {.key = STR("own"), .name = STR("own"), .tenant_id = STR("other")};
    OK(store_role_create(&w.s, &own, &w.err));
    struct machine_token t = {.kind = MACHINE_TENANT_API, .owner_id = stranger};
    assert_int_equal(store_machine_token_add(&acme, &t, &w.err), ERR_NOT_FOUND);
    assert_non_null(strstr(w.err.msg, "User"));
    t = (struct machine_token){.kind = MACHINE_TENANT_API, .role_ids = &own.id, .n_role_ids = 1};
    assert_int_equal(store_machine_token_add(&acme, &t, &w.err), ERR_NOT_FOUND);
    assert_non_null(strstr(w.err.msg, "Role"));
    t = (struct machine_token){
        .kind = MACHINE_TENANT_API, .permission_ids = &unknown, .n_permission_ids = 1};
    assert_int_equal(store_machine_token_add(&acme, &t, &w.err), ERR_NOT_FOUND);
    assert_non_null(strstr(w.err.msg, "Permission"));
    struct scope nowhere = world_in(&w, "nowhere");
    t = (struct machine_token){.kind = MACHINE_TENANT_API};
    assert_int_equal(store_machine_token_add(&nowhere, &t, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_machine_token_add(&w.s, &t, &w.err), ERR_NOT_FOUND);
}

static void
everybody_sees_their_own(void **state)
{
    (void)state;
    struct scope other = world_tenant(&w, "other");
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct str ben = world_member(&w, &acme, "ben@acme.io");
    struct machine_token mine = add(&acme, MACHINE_USER_API, ada), found;
    struct machine_token ours = add(&acme, MACHINE_TENANT_ACCESS, ada);
    struct machine_token_list list;
    OK(store_machine_token_list(&acme, MACHINE_USER_API, ben, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_machine_token_list(&acme, MACHINE_USER_ACCESS, ada, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_machine_token_list(&other, MACHINE_TENANT_ACCESS, NOBODY, &list, &w.err));
    assert_int_equal(list.n, 0);
    assert_int_equal(store_machine_token_get(&acme, MACHINE_USER_API, ben, mine.id, &found, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_machine_token_delete(&acme, MACHINE_USER_API, ben, mine.id, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_machine_token_delete(&acme, MACHINE_USER_API, NOBODY, mine.id, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_machine_token_delete(&acme, MACHINE_USER_ACCESS, ada, mine.id, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(
        store_machine_token_delete(&other, MACHINE_TENANT_ACCESS, NOBODY, ours.id, &w.err),
        ERR_NOT_FOUND);
    OK(store_machine_token_delete(&acme, MACHINE_USER_API, ada, mine.id, &w.err));
    OK(store_machine_token_delete(&acme, MACHINE_TENANT_ACCESS, NOBODY, ours.id, &w.err));
    assert_false(lives(mine.id, false, NOW));
}

static void
set_disabled(struct str user, bool disabled)
{
    struct membership m = {.is_disabled = disabled};
    OK(store_membership_update(&acme, user, &m, MEMBERSHIP_DISABLED, &w.err));
}

static void
a_token_dies_with_its_owner(void **state)
{
    (void)state;
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct machine_token user = add(&acme, MACHINE_USER_ACCESS, ada);
    struct machine_token tenant = add(&acme, MACHINE_TENANT_API, ada);
    struct machine_token vendor = add(&acme, MACHINE_TENANT_API, NOBODY);
    assert_true(lives(user.id, true, NOW) && lives(tenant.id, true, NOW));
    set_disabled(ada, true);
    assert_false(lives(user.id, false, NOW) || lives(tenant.id, false, NOW));
    assert_true(lives(vendor.id, true, NOW));
    set_disabled(ada, false);
    struct membership m = {.expires_at = NOW + 10};
    OK(store_membership_update(&acme, ada, &m, MEMBERSHIP_EXPIRES_AT, &w.err));
    assert_true(lives(user.id, true, NOW + 9));
    assert_false(lives(user.id, true, NOW + 10) || lives(tenant.id, true, NOW + 10));
    m.expires_at = 0;
    OK(store_membership_update(&acme, ada, &m, MEMBERSHIP_EXPIRES_AT, &w.err));
    /* Out of the tenant and in again: nothing is inherited. */
    OK(store_membership_remove(&acme, ada, &w.err));
    OK(store_membership_add(&acme, ada, MEMBER_ACTIVATED, 0, &w.err));
    assert_false(lives(user.id, false, NOW) || lives(tenant.id, false, NOW));
    user = add(&acme, MACHINE_USER_API, ada);
    OK(store_user_delete(&w.s, ada, &w.err));
    assert_false(lives(user.id, false, NOW));
    assert_true(lives(vendor.id, true, NOW));
    OK(store_tenant_delete(&w.s, STR("acme"), &w.err));
    acme = world_tenant(&w, "acme");
    assert_false(lives(vendor.id, false, NOW));
}

/* A lock by an administrator ends a person's tokens; one by wrong guesses only lets them not sign in
 * anew, or else guessing would end what others do. */
static void
locks(void **state)
{
    (void)state;
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct machine_token user = add(&acme, MACHINE_USER_API, ada);
    struct machine_token tenant = add(&acme, MACHINE_TENANT_API, ada);
    struct user u = {.id = ada, .is_locked = true};
    OK(store_user_update(&w.s, &u, USER_F(is_locked), &w.err));
    assert_false(lives(user.id, false, NOW) || lives(user.id, true, NOW));
    assert_true(lives(tenant.id, true, NOW));
    OK(db_exec(w.conn,
               "INSERT INTO guesses (user_seq, kind, failures, updated_at, locked_at) SELECT seq, "
               "'password', 5, $1, $1 FROM users WHERE id = $2",
               DB_ARGS(DB_I(NOW), DB_T(ada)), NULL, &w.err));
    assert_true(lives(user.id, false, NOW));
    assert_false(lives(user.id, true, NOW));
}

static void
time_and_place(void **state)
{
    (void)state;
    struct machine_token t = {.kind = MACHINE_TENANT_ACCESS, .expires_at = NOW + 10}, found;
    OK(store_machine_token_add(&acme, &t, &w.err));
    struct machine_token forever = add(&acme, MACHINE_TENANT_ACCESS, NOBODY);
    assert_true(lives(t.id, true, NOW + 9));
    assert_false(lives(t.id, true, NOW + 10));
    assert_true(lives(forever.id, true, INT64_MAX / 2));
    struct machine_query q = {.vendor = STR("env-2"), .id = t.id, .now = NOW};
    assert_int_equal(store_machine_token_find(w.conn, w.s.arena, &q, &found, &w.err),
                     ERR_NOT_FOUND);
    struct str *ids;
    size_t n;
    struct scope later = w.s, other = world_tenant(&w, "other");
    OK(store_machine_token_active(&w.s, MACHINE_TENANT_ACCESS, &ids, &n, &w.err));
    assert_int_equal(n, 2);
    later.now = NOW + 10;
    OK(store_machine_token_active(&later, MACHINE_TENANT_ACCESS, &ids, &n, &w.err));
    assert_int_equal(n, 1);
    assert_true(str_eq(ids[0], forever.id));
    OK(store_machine_token_active(&other, MACHINE_TENANT_ACCESS, &ids, &n, &w.err));
    assert_int_equal(n, 0);
    OK(store_machine_token_active(&w.other, MACHINE_TENANT_ACCESS, &ids, &n, &w.err));
    assert_int_equal(n, 0);
    OK(store_machine_token_active(&w.s, MACHINE_USER_ACCESS, &ids, &n, &w.err));
    assert_int_equal(n, 0);
}

static bool
holds(const struct str *keys, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(keys[i], str_of(key)))
            return true;
    return false;
}

static void
rights_are_those_of_today(void **state)
{
    (void)state;
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct str role = world_role(&w, "writer"), read = world_permission(&w, "read");
    struct str write = world_permission(&w, "write");
    struct str both[] = {read, write};
    OK(store_role_set_permissions(&w.s, role, both, 2, &w.err));
    struct machine_token t = {.kind = MACHINE_TENANT_API,
                              .role_ids = &role,
                              .n_role_ids = 1,
                              .permission_ids = &read,
                              .n_permission_ids = 1};
    struct rights r;
    OK(store_machine_token_add(&acme, &t, &w.err));
    OK(store_machine_token_rights(w.conn, w.s.arena, &t, &r, &w.err));
    assert_int_equal(r.n_roles, 1);
    assert_int_equal(r.n_permissions, 2);
    assert_true(holds(r.roles, r.n_roles, "writer"));
    OK(store_role_set_permissions(&w.s, role, NULL, 0, &w.err));
    OK(store_machine_token_rights(w.conn, w.s.arena, &t, &r, &w.err));
    assert_int_equal(r.n_permissions, 1);
    assert_true(holds(r.permissions, r.n_permissions, "read"));
    /* A role that was moved to another tenant counts no more. */
    (void)world_tenant(&w, "other");
    OK(store_role_set_tenant(&w.s, role, STR("other"), &w.err));
    OK(store_machine_token_rights(w.conn, w.s.arena, &t, &r, &w.err));
    assert_int_equal(r.n_roles, 0);
    /* A person's token has what the person has. */
    struct machine_token mine = add(&acme, MACHINE_USER_ACCESS, ada);
    struct str viewer = world_role(&w, "viewer");
    OK(store_user_roles(&acme, ada, ROLES_SET, &viewer, 1, &w.err));
    OK(store_machine_token_rights(w.conn, w.s.arena, &mine, &r, &w.err));
    assert_true(r.n_roles == 1 && holds(r.roles, 1, "viewer"));
}

static void
there_are_only_so_many(void **state)
{
    (void)state;
    struct str ada = world_member(&w, &acme, "ada@acme.io");
    struct str ben = world_member(&w, &acme, "ben@acme.io");
    for (int i = 0; i < MACHINE_TOKENS_OF_USER_MAX; i++) {
        struct machine_token t = {.kind = MACHINE_USER_API, .owner_id = ada, .expires_at = NOW + 1};
        OK(store_machine_token_add(&acme, &t, &w.err));
    }
    struct machine_token t = {.kind = MACHINE_USER_API, .owner_id = ada};
    assert_int_equal(store_machine_token_add(&acme, &t, &w.err), ERR_LIMIT);
    (void)add(&acme, MACHINE_USER_API, ben);
    (void)add(&acme, MACHINE_USER_ACCESS, ada);
    /* Long expired ones make room. */
    struct scope later = acme;
    later.now = NOW + INT64_C(40) * 86400 * 1000;
    OK(store_machine_token_add(&later, &t, &w.err));
}

/* ---- sessions ---- */

static struct machine_session
session_of(int i)
{
    struct str id = arena_printf(w.s.arena, "session-%d", i);
    return (struct machine_session){
        .id = id, .family_hash = STR("family"), .secret_hash = id, .expires_at = NOW + 1000};
}

static int64_t
sessions(const struct machine_token *t)
{
    int64_t n = -1;
    OK(db_query_int(w.conn, "SELECT COUNT(*) FROM machine_sessions WHERE token_seq = $1",
                    DB_ARGS(DB_I(t->seq)), &n, NULL, &w.err));
    return n;
}

static void
the_oldest_session_makes_room(void **state)
{
    (void)state;
    struct machine_token t = add(&acme, MACHINE_TENANT_API, NOBODY), other = t;
    struct machine_session found, s;
    for (int i = 0; i <= MACHINE_SESSIONS_MAX; i++) {
        s = session_of(i);
        OK(store_machine_session_add(&w.s, &t, &s, &w.err));
    }
    assert_int_equal(sessions(&t), MACHINE_SESSIONS_MAX);
    assert_int_equal(store_machine_session_get(&w.s, session_of(0).id, &found, &w.err),
                     ERR_NOT_FOUND);
    OK(store_machine_session_get(&w.s, session_of(1).id, &found, &w.err));
    assert_true(str_eq(found.token_id, t.id));
    assert_int_equal(store_machine_session_get(&w.other, session_of(1).id, &found, &w.err),
                     ERR_NOT_FOUND);
    /* Another secret than the one that was looked up: it was replaced meanwhile. */
    other.secret_hash = STR("another");
    s = session_of(1000);
    assert_int_equal(store_machine_session_add(&w.s, &other, &s, &w.err), ERR_NOT_FOUND);
    OK(store_machine_token_delete(&acme, t.kind, NOBODY, t.id, &w.err));
    assert_int_equal(sessions(&t), 0);
    assert_int_equal(store_machine_session_add(&w.s, &t, &s, &w.err), ERR_NOT_FOUND);
}

static void
a_refresh_works_once(void **state)
{
    (void)state;
    struct machine_token t = add(&acme, MACHINE_TENANT_API, NOBODY);
    struct machine_session was = session_of(1), to = was, found;
    to.secret_hash = STR("next");
    OK(store_machine_session_add(&w.s, &t, &was, &w.err));
    OK(store_machine_session_refresh(&w.s, &was, &to, &w.err));
    assert_int_equal(store_machine_session_refresh(&w.s, &was, &to, &w.err), ERR_NOT_FOUND);
    struct machine_session foreign = to;
    foreign.family_hash = STR("another");
    assert_int_equal(store_machine_session_refresh(&w.s, &foreign, &was, &w.err), ERR_NOT_FOUND);
    struct scope later = w.s;
    later.now = NOW + 1000;
    assert_int_equal(store_machine_session_refresh(&later, &to, &was, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_machine_session_get(&later, was.id, &found, &w.err), ERR_NOT_FOUND);
    OK(store_machine_session_end(&w.other, was.id, &w.err));
    OK(store_machine_session_get(&w.s, was.id, &found, &w.err));
    OK(store_machine_session_end(&w.s, was.id, &w.err));
    OK(store_machine_session_end(&w.s, was.id, &w.err));
    assert_int_equal(sessions(&t), 0);
}

/* ---- many at once ---- */

enum { RACERS = 101, THREADS = 8, ROUNDS = 20 };

struct race {
    struct machine_token token;
    struct machine_session was; /* given: refresh this one, else exchange */
    int from, to;
    int won;
};

struct racer {
    const struct race *race;
    int i;
};

static enum err_code
race_once(struct db_conn *conn, void *arg, struct err *err)
{
    const struct racer *r = arg;
    struct arena a;
    struct scope s;
    char id[32];
    arena_init(&a, 1 << 20);
    (void)snprintf(id, sizeof id, "racer-%d", r->i);
    struct machine_session in = {.id = str_of(id),
                                 .family_hash = STR("family"),
                                 .secret_hash = str_of(id),
                                 .expires_at = NOW + 1000};
    enum err_code rc = scope_open(&s, conn, &a, STR("env-1"), NOBODY, err);
    s.now = NOW;
    if (!rc && str_given(r->race->was.id))
        rc = store_machine_session_refresh(&s, &r->race->was, &in, err);
    else if (!rc)
        rc = store_machine_session_add(&s, &r->race->token, &in, err);
    arena_fini(&a);
    return rc;
}

static void *
race(void *arg)
{
    struct race *r = arg;
    for (int i = r->from; i < r->to; i += THREADS) {
        struct racer one = {.race = r, .i = i};
        enum err_code rc = ERR_BUSY;
        while (rc == ERR_BUSY)
            rc = store_tx(w.t.store, DB_WRITE, race_once, &one, NULL);
        r->won += rc == ERR_OK;
    }
    return NULL;
}

static int
run_race(const struct machine_token *t, const struct machine_session *was, int from, int n)
{
    struct race races[THREADS];
    pthread_t threads[THREADS];
    int won = 0;
    OK(db_commit(w.conn, &w.err));
    for (int i = 0; i < THREADS; i++) {
        races[i] = (struct race){.token = *t, .from = from + i, .to = from + n};
        if (was)
            races[i].was = *was;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &races[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        won += races[i].won;
    }
    world_begin(&w);
    return won;
}

static void
many_exchanges_at_once_leave_a_hundred(void **state)
{
    (void)state;
    struct machine_token t = add(&acme, MACHINE_TENANT_API, NOBODY);
    assert_int_equal(run_race(&t, NULL, 0, RACERS), RACERS);
    assert_int_equal(sessions(&t), MACHINE_SESSIONS_MAX);
    /* The last few of a run are those that nobody tidies up after. */
    for (int round = 0; round < ROUNDS; round++) {
        int from = RACERS + round * THREADS;
        assert_int_equal(run_race(&t, NULL, from, THREADS), THREADS);
        assert_int_equal(sessions(&t), MACHINE_SESSIONS_MAX);
    }
}

static void
many_refreshes_at_once_have_one_winner(void **state)
{
    (void)state;
    struct machine_token t = add(&acme, MACHINE_TENANT_API, NOBODY);
    struct machine_session was = session_of(1);
    OK(store_machine_session_add(&w.s, &t, &was, &w.err));
    assert_int_equal(run_race(&t, &was, 0, RACERS), 1);
    assert_int_equal(sessions(&t), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(kinds_have_the_names_of_the_wire),
        TEST(a_token_is_kept_whole),
        TEST(what_is_not_there_is_not_given),
        TEST(everybody_sees_their_own),
        TEST(a_token_dies_with_its_owner),
        TEST(locks),
        TEST(time_and_place),
        TEST(rights_are_those_of_today),
        TEST(there_are_only_so_many),
        TEST(the_oldest_session_makes_room),
        TEST(a_refresh_works_once),
        TEST(many_exchanges_at_once_leave_a_hundred),
        TEST(many_refreshes_at_once_have_one_winner),
    };
    return cmocka_run_group_tests_name("machine tokens", tests, NULL, NULL);
}
