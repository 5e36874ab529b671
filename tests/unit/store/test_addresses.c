/* E-mail addresses and phone numbers of people: whose they are, and what names whom. */
#include "store/phones.h"
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

static const struct str NONE = {NULL, 0};

#define IS(call, code) assert_int_equal((call), (code))

static bool
names(enum user_key by, const char *value, struct str id)
{
    struct user u;
    enum err_code rc = store_user_get(&w.s, by, str_of(value), &u, &w.err);
    if (rc == ERR_NOT_FOUND)
        return !str_given(id);
    OK(rc);
    return str_eq(u.id, id);
}

static struct user_email
add_email(struct str user, const char *email, bool verified)
{
    struct user_email e;
    OK(store_user_email_add(&w.s, user, str_of(email), verified, &e, &w.err));
    return e;
}

/* ---- e-mail ---- */

static void
the_primary_is_one_of_them(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada");
    struct user_email_list list;
    struct user_email e;
    OK(store_user_emails(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_true(list.items[0].primary);
    assert_true(str_eq(list.items[0].id, ada));
    struct user_email b = add_email(ada, "Ada@Y.io", false);
    OK(store_user_emails(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[1].email, "Ada@Y.io");
    assert_false(list.items[1].primary || list.items[1].verified);
    OK(store_user_email_get(&w.s, ada, NONE, STR("ADA@y.io"), &e, &w.err));
    assert_true(str_eq(e.id, b.id));
    OK(store_user_email_get(&w.s, ada, ada, NONE, &e, &w.err));
    assert_true(e.primary);
    IS(store_user_email_get(&w.s, ada, NONE, STR("z@y.io"), &e, &w.err), ERR_NOT_FOUND);
    IS(store_user_email_get(&w.s, STR("nobody"), NONE, STR("z@y.io"), &e, &w.err), ERR_NOT_FOUND);
    IS(store_user_email_get(&w.other, ada, b.id, NONE, &e, &w.err), ERR_NOT_FOUND);
    IS(store_user_email_delete(&w.s, ada, ada, &w.err), ERR_NOT_FOUND);
    OK(store_user_email_delete(&w.s, ada, b.id, &w.err));
    IS(store_user_email_delete(&w.s, ada, b.id, &w.err), ERR_NOT_FOUND);
}

static void
only_verified_ones_belong_to_somebody(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada"), bob = world_user(&w, "bob@x.io", "Bob");
    struct user_email e;
    struct user_email of_ada = add_email(ada, "one@x.io", false);
    struct user_email of_bob = add_email(bob, "One@x.io", false);
    (void)add_email(bob, "ada@x.io", false); /* written down, no more */
    assert_true(names(USER_BY_EMAIL, "one@x.io", NONE));
    assert_true(names(USER_BY_EMAIL, "ada@x.io", ada));
    IS(store_user_email_add(&w.s, ada, STR("ONE@x.io"), false, &e, &w.err), ERR_CONFLICT);
    IS(store_user_email_add(&w.s, ada, STR("ada@x.io"), false, &e, &w.err), ERR_CONFLICT);
    OK(store_user_email_verify(&w.s, ada, of_ada.id, &w.err));
    assert_true(names(USER_BY_EMAIL, "ONE@X.io", ada));
    IS(store_user_email_verify(&w.s, bob, of_bob.id, &w.err), ERR_CONFLICT);
    IS(store_user_email_verify(&w.s, bob, of_ada.id, &w.err), ERR_NOT_FOUND);
    IS(store_user_email_add(&w.s, bob, STR("ada@x.io"), true, &e, &w.err), ERR_CONFLICT);
    struct user u = {.email = STR("one@X.io")};
    IS(store_user_create(&w.s, &u, &w.err), ERR_CONFLICT);
    u = (struct user){.id = bob, .email = STR("one@x.io")};
    IS(store_user_update(&w.s, &u, USER_F(email), &w.err), ERR_CONFLICT);
    /* Elsewhere it is free. */
    u = (struct user){.email = STR("one@x.io")};
    OK(store_user_create(&w.other, &u, &w.err));
    /* Who goes sets them free. */
    OK(store_user_delete(&w.s, ada, &w.err));
    OK(store_user_email_verify(&w.s, bob, of_bob.id, &w.err));
    assert_true(names(USER_BY_EMAIL, "one@x.io", bob));
}

static void
another_becomes_the_primary(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada");
    struct user_email second = add_email(ada, "second@x.io", false);
    struct user_email_list list;
    struct user u;
    IS(store_user_email_promote(&w.s, ada, STR("second@x.io"), &w.err), ERR_INVALID);
    IS(store_user_email_promote(&w.s, ada, STR("third@x.io"), &w.err), ERR_NOT_FOUND);
    OK(store_user_email_promote(&w.s, ada, STR("ada@x.io"), &w.err)); /* it is */
    OK(store_user_email_verify(&w.s, ada, second.id, &w.err));
    u = (struct user){.id = ada, .verified = true};
    OK(store_user_update(&w.s, &u, USER_F(verified), &w.err));
    OK(store_user_email_promote(&w.s, ada, STR("SECOND@x.io"), &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, ada, &u, &w.err));
    assert_str(u.email, "second@x.io");
    OK(store_user_emails(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[1].email, "ada@x.io");
    assert_true(list.items[1].verified);
    assert_true(names(USER_BY_EMAIL, "ada@x.io", ada));
    assert_true(names(USER_BY_EMAIL, "second@x.io", ada));
    OK(store_user_email_promote(&w.s, ada, STR("ada@x.io"), &w.err));
    /* An address that is given from outside is no further one any more. */
    u = (struct user){.id = ada, .email = STR("second@x.io")};
    OK(store_user_update(&w.s, &u, USER_F(email), &w.err));
    OK(store_user_emails(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_true(names(USER_BY_EMAIL, "ada@x.io", NONE));
}

static void
there_are_not_too_many(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada");
    struct user_email e;
    struct user_phone p;
    for (int i = 0; i < USER_EMAILS_MAX; i++)
        (void)add_email(ada, arena_printf(w.s.arena, "a%d@x.io", i).p, false);
    IS(store_user_email_add(&w.s, ada, STR("b@x.io"), false, &e, &w.err), ERR_LIMIT);
    for (int i = 0; i < USER_PHONES_MAX; i++)
        OK(store_user_phone_add(&w.s, ada, arena_printf(w.s.arena, "+4912345%d", i), false, &p,
                                &w.err));
    IS(store_user_phone_add(&w.s, ada, STR("+4999999"), false, &p, &w.err), ERR_LIMIT);
    OK(store_user_phone_add(&w.s, ada, STR("+49123451"), false, &p, &w.err)); /* is there */
    IS(store_user_email_add(&w.s, ada, arena_printf(w.s.arena, "%0600d@x.io", 1), false, &e,
                            &w.err),
       ERR_INVALID);
}

/* ---- lists ---- */

static const char *
joined(const struct scope *s, const char *sort, bool descending, int64_t offset, int64_t limit,
       int64_t *total)
{
    static char text[512];
    size_t n = 0;
    struct user_email_list list;
    struct address_query q = {
        .page = {.sort = str_of(sort), .descending = descending, .offset = offset, .limit = limit}};
    OK(store_user_email_list(s, &q, &list, &w.err));
    text[0] = '\0';
    for (size_t i = 0; i < list.n; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s%s ", STR_ARG(list.items[i].email),
                              list.items[i].primary ? "" : "*");
    *total = list.total;
    return text;
}

static void
lists_have_those_of_the_tenant_in_order(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), two = world_tenant(&w, "two");
    struct str bob = world_member(&w, &one, "b@x.io"), ada = world_member(&w, &one, "d@x.io");
    struct str eve = world_member(&w, &two, "e@x.io");
    int64_t total;
    (void)world_user(&w, "f@x.io", "of no tenant");
    (void)add_email(ada, "a@x.io", true);
    (void)add_email(bob, "c@x.io", false);
    (void)add_email(eve, "aa@x.io", true);
    assert_string_equal(joined(&one, "email", false, 0, 10, &total),
                        "a@x.io* b@x.io c@x.io* d@x.io ");
    assert_int_equal(total, 4);
    assert_string_equal(joined(&one, "email", true, 0, 3, &total), "d@x.io c@x.io* b@x.io ");
    assert_string_equal(joined(&one, "email", false, 1, 2, &total), "b@x.io c@x.io* ");
    assert_string_equal(joined(&one, "email", false, 4, 2, &total), "");
    assert_int_equal(total, 4);
    assert_string_equal(joined(&two, "email", false, 0, 10, &total), "aa@x.io* e@x.io ");
    (void)joined(&one, "userId", false, 0, 10, &total);
    assert_int_equal(total, 4);
    struct user_email_list list;
    struct address_query q = {.page = {.limit = 10}, .exact = STR("A@x.io")};
    OK(store_user_email_list(&one, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.total, 1);
    OK(store_user_email_list(&two, &q, &list, &w.err));
    assert_int_equal(list.n, 0);
    q = (struct address_query){.page = {.limit = 10}, .user_ids = &ada, .n_user_ids = 1};
    OK(store_user_email_list(&one, &q, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_true(list.items[0].primary);
}

/* ---- phones ---- */

static void
show(struct str user_id, const char *number, enum err_code expected)
{
    struct user u = {.id = user_id, .phone_number = number ? str_of(number) : NONE};
    IS(store_user_update(&w.s, &u, USER_F(phone_number), &w.err), expected);
}

static void
numbers_of_users_are_noted(void **state)
{
    (void)state;
    struct user u = {.email = STR("a@x.io"), .phone_number = STR("+49-123-4567")};
    struct user_phone_list list;
    OK(store_user_create(&w.s, &u, &w.err));
    struct str ada = u.id;
    assert_true(names(USER_BY_PHONE, "+491234567", ada));
    OK(store_user_phones(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_str(list.items[0].phone_number, "+49-123-4567");
    assert_false(list.items[0].verified);
    /* Another number is shown: the other one, which is not verified, is nobody's any more. */
    show(ada, "+4999999", ERR_OK);
    OK(store_user_phones(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_true(names(USER_BY_PHONE, "+491234567", NONE));
    assert_true(names(USER_BY_PHONE, "+4999999", ada));
    show(ada, "+4999-999", ERR_OK); /* the same, written otherwise */
    show(ada, NULL, ERR_OK);
    OK(store_user_phones(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, 0);
}

static void
shown_numbers_are_few(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada");
    struct user_phone p;
    struct user_phone_list list;
    struct user u;
    char number[20];
    for (int i = 0; i < USER_PHONES_MAX; i++) {
        snprintf(number, sizeof number, "+491000%d", i);
        OK(store_user_phone_add(&w.s, ada, str_of(number), true, &p, &w.err));
    }
    for (int i = 0; i < 3; i++) {
        snprintf(number, sizeof number, "+492000%d", i);
        show(ada, number, ERR_LIMIT);
    }
    OK(store_user_phones(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, USER_PHONES_MAX);
    OK(store_user_phone_delete(&w.s, ada, p.id, &w.err));
    for (int i = 0; i < 2 * USER_PHONES_MAX; i++) {
        snprintf(number, sizeof number, "+493000%d", i);
        show(ada, number, ERR_OK);
    }
    OK(store_user_phones(&w.s, ada, &list, &w.err));
    assert_int_equal(list.n, USER_PHONES_MAX);
    OK(store_user_get(&w.s, USER_BY_ID, ada, &u, &w.err));
    assert_str(u.phone_number, number);
}

static void
a_verified_number_names_its_owner(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@x.io", "Ada"), bob = world_user(&w, "bob@x.io", "Bob");
    struct user_phone of_ada, of_bob, p;
    struct user u;
    OK(store_user_phone_add(&w.s, ada, STR("+4912345"), false, &of_ada, &w.err));
    assert_true(names(USER_BY_PHONE, "+4912345", ada));
    OK(store_user_phone_add(&w.s, bob, STR("+49-12345"), false, &of_bob, &w.err));
    assert_true(names(USER_BY_PHONE, "+4912345", NONE)); /* one of two, nobody knows which */
    OK(store_user_phone_verify(&w.s, bob, of_bob.id, &w.err));
    assert_true(names(USER_BY_PHONE, "+4912345", bob));
    OK(store_user_get(&w.s, USER_BY_ID, bob, &u, &w.err));
    assert_str(u.phone_number, "+49-12345");
    IS(store_user_phone_verify(&w.s, ada, of_ada.id, &w.err), ERR_CONFLICT);
    IS(store_user_phone_verify(&w.s, ada, of_bob.id, &w.err), ERR_NOT_FOUND);
    IS(store_user_phone_add(&w.s, ada, STR("+4912345"), true, &p, &w.err), ERR_CONFLICT);
    IS(store_user_phone_add(&w.s, bob, STR("+4912345"), false, &p, &w.err), ERR_CONFLICT);
    OK(store_user_phone_get(&w.s, bob, NONE, STR("+49123-45"), &p, &w.err));
    assert_true(p.verified);
    /* The one that is shown goes: another verified one takes its place. */
    OK(store_user_phone_add(&w.s, bob, STR("+4955555"), false, &p, &w.err));
    OK(store_user_phone_add(&w.s, bob, STR("+4966666"), true, &p, &w.err));
    OK(store_user_phone_delete(&w.s, bob, of_bob.id, &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, bob, &u, &w.err));
    assert_str(u.phone_number, "+4966666");
    OK(store_user_phone_delete(&w.s, bob, p.id, &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, bob, &u, &w.err));
    assert_false(str_given(u.phone_number));
    IS(store_user_phone_delete(&w.s, bob, p.id, &w.err), ERR_NOT_FOUND);
    OK(store_user_phone_verify(&w.s, ada, of_ada.id, &w.err));
}

static void
numbers_are_listed(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), two = world_tenant(&w, "two");
    struct str ada = world_member(&w, &one, "a@x.io"), bob = world_member(&w, &two, "b@x.io");
    struct user_phone p;
    struct user_phone_list list;
    OK(store_user_phone_add(&w.s, ada, STR("+4933333"), true, &p, &w.err));
    OK(store_user_phone_add(&w.s, ada, STR("+4911111"), false, &p, &w.err));
    OK(store_user_phone_add(&w.s, bob, STR("+4922222"), false, &p, &w.err));
    struct address_query q = {.page = {.limit = 2, .sort = STR("phoneNumber")}};
    OK(store_user_phone_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.total, 3);
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].phone_number, "+4911111");
    assert_true(str_eq(list.items[0].user_id, ada));
    q.page.descending = true;
    OK(store_user_phone_list(&one, &q, &list, &w.err));
    assert_int_equal(list.total, 2);
    assert_str(list.items[0].phone_number, "+4933333");
    q = (struct address_query){.page = {.limit = 9}, .exact = STR("+49-22222")};
    OK(store_user_phone_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    OK(store_user_phone_list(&one, &q, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_user_phone_list(&w.other, &q, &list, &w.err));
    assert_int_equal(list.n, 0);
    q = (struct address_query){.page = {.limit = 9}, .user_ids = &ada, .n_user_ids = 1};
    OK(store_user_phone_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_primary_is_one_of_them),
        TEST(only_verified_ones_belong_to_somebody),
        TEST(another_becomes_the_primary),
        TEST(there_are_not_too_many),
        TEST(lists_have_those_of_the_tenant_in_order),
        TEST(numbers_of_users_are_noted),
        TEST(shown_numbers_are_few),
        TEST(a_verified_number_names_its_owner),
        TEST(numbers_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
