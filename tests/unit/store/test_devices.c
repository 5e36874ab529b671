/* From what people have signed in. */
#include "store/devices.h"
#include "tests/support/world.h"

#include <stdio.h>

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

static int64_t
person(const char *email)
{
    struct user u;
    OK(store_user_get(&w.s, USER_BY_ID, world_user(&w, email, "P"), &u, &w.err));
    return u.seq;
}

static bool
is_new(int64_t user, const char *device)
{
    bool out;
    OK(store_device_seen(&w.s, user, str_of(device), &out, &w.err));
    return out;
}

static void
the_first_one_is_nothing_new(void **state)
{
    (void)state;
    int64_t ada = person("ada@x.io"), bob = person("bob@x.io");
    assert_false(is_new(ada, "one"));
    assert_false(is_new(ada, "one"));
    assert_true(is_new(ada, "two"));
    assert_false(is_new(ada, "two"));
    assert_false(is_new(ada, "one"));
    assert_false(is_new(bob, "two"));
    assert_true(is_new(bob, "one"));
}

static void
the_oldest_are_forgotten(void **state)
{
    (void)state;
    int64_t ada = person("ada@x.io");
    char device[20];
    for (int i = 0; i < DEVICES_MAX + 5; i++) {
        w.s.now++;
        snprintf(device, sizeof device, "d%d", i);
        assert_int_equal(is_new(ada, device), i > 0);
    }
    int64_t n = 0;
    OK(db_query_int(w.s.conn, "SELECT COUNT(*) FROM seen_devices", DB_NO_ARGS, &n, NULL, &w.err));
    assert_int_equal(n, DEVICES_MAX);
    assert_false(is_new(ada, device));
    assert_false(is_new(ada, "d5"));
    assert_true(is_new(ada, "d0"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_first_one_is_nothing_new),
        TEST(the_oldest_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
