/* Security keys: one person each, counts that only go up. */
#include "store/factors.h"
#include "store/webauthn.h"
#include "tests/support/world.h"

static struct world w;
static struct str ada, bob;

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    ada = world_user(&w, "ada@acme.example", "Ada");
    bob = world_user(&w, "bob@acme.example", "Bob");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static struct webauthn_credential
a_key(const char *hash)
{
    return (struct webauthn_credential){.credential_id = str_of("c-1"),
                                        .credential_hash = str_of(hash),
                                        .algorithm = -7,
                                        .public_key = (struct str){"\0\1\xff", 3},
                                        .sign_count = 5,
                                        .platform = true,
                                        .name = str_of("Laptop")};
}

static void
what_was_added_is_found(void **state)
{
    (void)state;
    struct webauthn_credential k = a_key("h1"), found;
    struct webauthn_list list;
    OK(store_webauthn_add(&w.s, ada, &k, &w.err));
    assert_int_equal(k.id.n, 36);
    OK(store_webauthn_get(&w.s, ada, k.id, &found, &w.err));
    assert_str(found.credential_id, "c-1");
    assert_str(found.credential_hash, "h1");
    assert_int_equal(found.algorithm, -7);
    assert_int_equal(found.public_key.n, 3);
    assert_memory_equal(found.public_key.p, "\0\1\xff", 3);
    assert_int_equal(found.sign_count, 5);
    assert_true(found.platform);
    assert_str(found.name, "Laptop");
    assert_int_equal(found.created_at, w.s.now);
    assert_int_equal(found.last_used_at, 0);
    struct webauthn_credential other = a_key("h2");
    other.platform = false;
    OK(store_webauthn_add(&w.s, ada, &other, &w.err));
    OK(store_webauthn_list(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_true(str_eq(list.items[0].id, k.id) && !list.items[1].platform);
    OK(store_webauthn_list(&w.s, bob, &list, &w.err));
    assert_int_equal(list.n, 0);
    assert_int_equal(store_webauthn_get(&w.s, bob, k.id, &found, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_webauthn_list(&w.s, STR("nobody"), &list, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_webauthn_list(&w.other, ada, &list, &w.err), ERR_NOT_FOUND);
}

static void
a_key_has_one_owner(void **state)
{
    (void)state;
    struct webauthn_credential k = a_key("h1"), again = a_key("h1"), elsewhere = a_key("h1");
    OK(store_webauthn_add(&w.s, ada, &k, &w.err));
    assert_int_equal(store_webauthn_add(&w.s, bob, &again, &w.err), ERR_CONFLICT);
    assert_int_equal(store_webauthn_add(&w.s, ada, &again, &w.err), ERR_CONFLICT);
    /* The transaction goes on, and another environment is another world. */
    struct user eve = {.email = STR("eve@x.io"), .name = STR("Eve")};
    OK(store_user_create(&w.other, &eve, &w.err));
    OK(store_webauthn_add(&w.other, eve.id, &elsewhere, &w.err));
    struct webauthn_list list;
    OK(store_webauthn_list(&w.s, bob, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_factors_clear(&w.s, ada, &w.err));
    struct webauthn_credential freed = a_key("h1");
    OK(store_webauthn_add(&w.s, bob, &freed, &w.err));
}

static void
counts_only_go_up(void **state)
{
    (void)state;
    struct webauthn_credential k = a_key("h1"), silent = a_key("h2"), found;
    silent.sign_count = 0;
    OK(store_webauthn_add(&w.s, ada, &k, &w.err));
    OK(store_webauthn_add(&w.s, ada, &silent, &w.err));
    static const int64_t refused[] = {5, 4, 0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_webauthn_use(&w.s, ada, k.id, refused[i], &w.err), ERR_CONFLICT);
    OK(store_webauthn_use(&w.s, ada, k.id, 6, &w.err));
    assert_int_equal(store_webauthn_use(&w.s, ada, k.id, 6, &w.err), ERR_CONFLICT);
    OK(store_webauthn_use(&w.s, ada, k.id, INT64_C(4294967295), &w.err));
    OK(store_webauthn_get(&w.s, ada, k.id, &found, &w.err));
    assert_int_equal(found.sign_count, INT64_C(4294967295));
    assert_int_equal(found.last_used_at, w.s.now);
    /* One that does not count may go on so, or begin to; then it has to go on counting. */
    OK(store_webauthn_use(&w.s, ada, silent.id, 0, &w.err));
    OK(store_webauthn_use(&w.s, ada, silent.id, 0, &w.err));
    OK(store_webauthn_use(&w.s, ada, silent.id, 1, &w.err));
    assert_int_equal(store_webauthn_use(&w.s, ada, silent.id, 0, &w.err), ERR_CONFLICT);
    assert_int_equal(store_webauthn_use(&w.s, bob, k.id, INT64_C(4294967296), &w.err),
                     ERR_CONFLICT);
}

static void
there_is_an_end_to_them(void **state)
{
    (void)state;
    char hash[16];
    for (int i = 0; i < WEBAUTHN_CREDENTIALS_MAX; i++) {
        snprintf(hash, sizeof hash, "h%d", i);
        struct webauthn_credential k = a_key(hash);
        OK(store_webauthn_add(&w.s, ada, &k, &w.err));
    }
    struct webauthn_credential one_more = a_key("more");
    assert_int_equal(store_webauthn_add(&w.s, ada, &one_more, &w.err), ERR_LIMIT);
    OK(store_webauthn_add(&w.s, bob, &one_more, &w.err));
}

static void
they_go_with_their_owner(void **state)
{
    (void)state;
    struct webauthn_credential k = a_key("h1"), of_bob = a_key("h2");
    struct webauthn_list list;
    OK(store_webauthn_add(&w.s, ada, &k, &w.err));
    OK(store_webauthn_add(&w.s, bob, &of_bob, &w.err));
    OK(store_factors_clear(&w.s, ada, &w.err));
    OK(store_factors_clear(&w.s, ada, &w.err));
    OK(store_webauthn_list(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_user_delete(&w.s, bob, &w.err));
    OK(store_webauthn_add(&w.s, ada, &of_bob, &w.err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_added_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_has_one_owner, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_only_go_up, setup, teardown),
        cmocka_unit_test_setup_teardown(there_is_an_end_to_them, setup, teardown),
        cmocka_unit_test_setup_teardown(they_go_with_their_owner, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
