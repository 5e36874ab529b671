/* Factors of a person: each works once where it should, and only for whom it is. */
#include "store/factors.h"
#include "tests/support/world.h"

static struct world w;

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static struct authenticator
add_app(struct str user, const char *seed)
{
    struct authenticator a = {.seed = str_of(seed), .last_step = 100};
    OK(store_authenticator_add(&w.s, user, &a, &w.err));
    return a;
}

static void
an_authenticator_comes_and_goes(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct authenticator a = add_app(ada, "0123456789abcdef0123"), found;
    struct factors all;
    OK(store_authenticator_get(&w.s, ada, a.id, &found, &w.err));
    assert_str(found.seed, "0123456789abcdef0123");
    assert_int_equal(found.last_step, 100);
    OK(store_authenticator_get(&w.s, ada, STR_ABSENT, &found, &w.err));
    assert_true(str_eq(found.id, a.id));
    struct authenticator second = {.seed = STR("0123456789abcdef9999")};
    OK(db_savepoint(w.conn, &w.err));
    assert_int_equal(store_authenticator_add(&w.s, ada, &second, &w.err), ERR_CONFLICT);
    db_undo(w.conn);
    OK(store_factors_list(&w.s, ada, &all, &w.err));
    assert_int_equal(all.n_authenticators, 1);
    assert_false(str_given(all.authenticators[0].seed));
    OK(store_authenticator_remove(&w.s, ada, a.id, &w.err));
    assert_int_equal(store_authenticator_remove(&w.s, ada, a.id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_authenticator_get(&w.s, ada, STR_ABSENT, &found, &w.err), ERR_NOT_FOUND);
    second = (struct authenticator){.seed = STR("")};
    assert_int_equal(store_authenticator_add(&w.s, ada, &second, &w.err), ERR_INVALID);
}

static void
a_step_is_used_once_and_forwards(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct authenticator a = add_app(ada, "0123456789abcdef0123"), found;
    assert_int_equal(store_authenticator_use(&w.s, ada, a.id, 100, &w.err), ERR_CONFLICT);
    assert_int_equal(store_authenticator_use(&w.s, ada, a.id, 99, &w.err), ERR_CONFLICT);
    OK(store_authenticator_use(&w.s, ada, a.id, 101, &w.err));
    assert_int_equal(store_authenticator_use(&w.s, ada, a.id, 101, &w.err), ERR_CONFLICT);
    assert_int_equal(store_authenticator_use(&w.s, ada, STR("other"), 102, &w.err), ERR_CONFLICT);
    OK(store_authenticator_get(&w.s, ada, a.id, &found, &w.err));
    assert_int_equal(found.last_step, 101);
    assert_int_equal(found.last_used_at, w.s.now);
}

/* Whoever can write to the database still cannot make another person's app their own. */
static void
a_seed_opens_only_for_its_person(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct str bob = world_user(&w, "bob@acme.example", "Bob");
    struct authenticator a = add_app(ada, "0123456789abcdef0123"), found;
    struct authenticator b = add_app(bob, "bbbbbbbbbbbbbbbbbbbb");
    OK(db_exec(w.conn,
               "UPDATE authenticators SET seed_sealed = (SELECT o.seed_sealed FROM authenticators "
               "o WHERE o.id = $1) WHERE id = $2",
               DB_ARGS(DB_T(a.id), DB_T(b.id)), NULL, &w.err));
    assert_int_equal(store_authenticator_get(&w.s, bob, b.id, &found, &w.err), ERR_CORRUPT);
    OK(store_authenticator_get(&w.s, ada, a.id, &found, &w.err));
    /* The whole row under another person is no better. */
    OK(db_exec(w.conn, "DELETE FROM authenticators WHERE id = $1", DB_ARGS(DB_T(b.id)), NULL,
               &w.err));
    OK(db_exec(w.conn,
               "UPDATE authenticators SET user_seq = (SELECT seq FROM users WHERE id = $1) WHERE "
               "id = $2",
               DB_ARGS(DB_T(bob), DB_T(a.id)), NULL, &w.err));
    assert_int_equal(store_authenticator_get(&w.s, bob, a.id, &found, &w.err), ERR_CORRUPT);
}

static void
phones_are_few_and_different(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct factors all;
    struct factor_phone p = {.phone_number = STR("+4915112345670")}, q = p;
    OK(store_factor_phone_add(&w.s, ada, &p, &w.err));
    OK(db_savepoint(w.conn, &w.err));
    assert_int_equal(store_factor_phone_add(&w.s, ada, &q, &w.err), ERR_CONFLICT);
    db_undo(w.conn);
    for (int i = 1; i < FACTOR_PHONES_MAX; i++) {
        q = (struct factor_phone){.phone_number = arena_printf(w.s.arena, "+491511234567%d", i)};
        OK(store_factor_phone_add(&w.s, ada, &q, &w.err));
    }
    q = (struct factor_phone){.phone_number = STR("+4915112345679")};
    assert_int_equal(store_factor_phone_add(&w.s, ada, &q, &w.err), ERR_LIMIT);
    OK(store_factors_list(&w.s, ada, &all, &w.err));
    assert_int_equal(all.n_phones, FACTOR_PHONES_MAX);
    assert_str(all.phones[0].phone_number, "+4915112345670");
    OK(store_factor_phone_remove(&w.s, ada, p.id, &w.err));
    assert_int_equal(store_factor_phone_remove(&w.s, ada, p.id, &w.err), ERR_NOT_FOUND);
}

static void
a_recovery_code_is_taken_once(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct str bob = world_user(&w, "bob@acme.example", "Bob");
    OK(store_recovery_set(&w.s, ada, STR("first"), &w.err));
    OK(store_recovery_set(&w.s, ada, STR("second"), &w.err));
    assert_int_equal(store_recovery_take(&w.s, ada, STR("first"), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_recovery_take(&w.s, bob, STR("second"), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_recovery_take(&w.s, ada, STR_ABSENT, &w.err), ERR_NOT_FOUND);
    OK(store_recovery_take(&w.s, ada, STR("second"), &w.err));
    assert_int_equal(store_recovery_take(&w.s, ada, STR("second"), &w.err), ERR_NOT_FOUND);
}

static int64_t
remembered(const struct scope *s, struct str user, const char *hash)
{
    int64_t since = -1;
    OK(store_remembered(s, user, str_of(hash), &since, &w.err));
    return since;
}

static void
devices_are_remembered_for_a_while(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct str bob = world_user(&w, "bob@acme.example", "Bob");
    struct scope later = w.s;
    OK(store_remember(&w.s, ada, STR("laptop"), STR_ABSENT, w.s.now + 1000, &w.err));
    assert_int_equal(remembered(&w.s, ada, "laptop"), w.s.now);
    assert_int_equal(remembered(&w.s, bob, "laptop"), 0);
    assert_int_equal(remembered(&w.s, ada, "phone"), 0);
    /* Bob on the same laptop: one cookie, both stay remembered, the old token is worthless. */
    OK(store_remember(&w.s, bob, STR("laptop-2"), STR("laptop"), w.s.now + 5000, &w.err));
    assert_int_equal(remembered(&w.s, ada, "laptop-2"), w.s.now);
    assert_int_equal(remembered(&w.s, bob, "laptop-2"), w.s.now);
    assert_int_equal(remembered(&w.s, ada, "laptop"), 0);
    later.now += 1000;
    assert_int_equal(remembered(&later, ada, "laptop-2"), 0);
    assert_int_equal(remembered(&later, bob, "laptop-2"), w.s.now);
    OK(store_remember(&later, bob, STR("laptop-3"), STR("laptop-2"), later.now + 1000, &w.err));
    assert_int_equal(remembered(&later, bob, "laptop-3"), later.now);
    OK(store_remembered_drop(&w.s, bob, &w.err));
    assert_int_equal(remembered(&later, bob, "laptop-3"), 0);
}

static void
not_too_many_devices(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct scope s = w.s;
    for (int i = 0; i < REMEMBERED_MAX + 5; i++) {
        s.now++;
        OK(store_remember(&s, ada, arena_printf(s.arena, "device-%02d", i), STR_ABSENT,
                          s.now + 1000000, &w.err));
    }
    int64_t n = 0;
    OK(db_query_int(w.conn, "SELECT COUNT(*) FROM remembered_devices", DB_NO_ARGS, &n, NULL,
                    &w.err));
    assert_int_equal(n, REMEMBERED_MAX);
    assert_int_equal(remembered(&s, ada, "device-00"), 0);
    assert_int_not_equal(remembered(&s, ada, "device-24"), 0);
}

static void
all_of_it_goes_at_once(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct factors all;
    (void)add_app(ada, "0123456789abcdef0123");
    struct factor_phone p = {.phone_number = STR("+4915112345670")};
    OK(store_factor_phone_add(&w.s, ada, &p, &w.err));
    OK(store_recovery_set(&w.s, ada, STR("code"), &w.err));
    OK(store_remember(&w.s, ada, STR("laptop"), STR_ABSENT, w.s.now + 1000, &w.err));
    OK(store_factors_clear(&w.s, ada, &w.err));
    OK(store_factors_clear(&w.s, ada, &w.err));
    OK(store_factors_list(&w.s, ada, &all, &w.err));
    assert_int_equal(all.n_authenticators + all.n_phones, 0);
    assert_int_equal(remembered(&w.s, ada, "laptop"), 0);
    assert_int_equal(store_recovery_take(&w.s, ada, STR("code"), &w.err), ERR_NOT_FOUND);
}

/* Nobody sees or changes the factors of people of another tenant or environment. */
static void
strangers_have_none(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), globex = world_tenant(&w, "globex");
    struct str ada = world_member(&w, &acme, "ada@acme.example");
    struct authenticator a = {.seed = STR("0123456789abcdef0123")};
    struct factors all;
    OK(store_authenticator_add(&acme, ada, &a, &w.err));
    const struct scope *strangers[] = {&globex, &w.other};
    for (size_t i = 0; i < 2; i++) {
        const struct scope *s = strangers[i];
        assert_int_equal(store_factors_list(s, ada, &all, &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_factors_clear(s, ada, &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_authenticator_get(s, ada, a.id, &a, &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_authenticator_use(s, ada, a.id, 900, &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_authenticator_remove(s, ada, a.id, &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_recovery_set(s, ada, STR("x"), &w.err), ERR_NOT_FOUND);
        assert_int_equal(store_remember(s, ada, STR("x"), STR_ABSENT, 1, &w.err), ERR_NOT_FOUND);
    }
    OK(store_user_delete(&w.s, ada, &w.err));
    int64_t n = -1;
    OK(db_query_int(w.conn, "SELECT COUNT(*) FROM authenticators", DB_NO_ARGS, &n, NULL, &w.err));
    assert_int_equal(n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(an_authenticator_comes_and_goes),
        TEST(a_step_is_used_once_and_forwards),
        TEST(a_seed_opens_only_for_its_person),
        TEST(phones_are_few_and_different),
        TEST(a_recovery_code_is_taken_once),
        TEST(devices_are_remembered_for_a_while),
        TEST(not_too_many_devices),
        TEST(all_of_it_goes_at_once),
        TEST(strangers_have_none),
    };
    return cmocka_run_group_tests_name("factors", tests, NULL, NULL);
}
