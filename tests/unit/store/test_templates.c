/* Templates of messages: one per type and channel, of one environment. */
#include "store/templates.h"
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

static struct message_template
a_template(const char *type, const char *subject)
{
    return (struct message_template){.channel = MESSAGE_EMAIL,
                                     .type = str_of(type),
                                     .subject = str_of(subject),
                                     .body = STR("<p>{{name}}</p>"),
                                     .active = TEMPLATE_ACTIVE_KEEP};
}

static void
a_second_one_of_a_type_changes_the_first(void **state)
{
    (void)state;
    struct message_template t = a_template("OTC", "First"), found;
    OK(store_template_put(&w.s, &t, &w.err));
    OK(store_template_get(&w.s, MESSAGE_EMAIL, STR("OTC"), &found, &w.err));
    struct str id = found.id;
    assert_int_equal(found.active, TEMPLATE_ACTIVE);
    assert_false(str_given(found.sender_email));
    t = (struct message_template){
        .type = STR("OTC"), .sender_email = STR("a@b.io"), .active = TEMPLATE_INACTIVE};
    w.s.now++;
    OK(store_template_put(&w.s, &t, &w.err));
    t.active = TEMPLATE_ACTIVE_KEEP;
    t.subject = STR("");
    OK(store_template_put(&w.s, &t, &w.err));
    OK(store_template_get(&w.s, MESSAGE_EMAIL, STR("OTC"), &found, &w.err));
    assert_true(str_eq(found.id, id));
    assert_str(found.subject, "");
    assert_str(found.body, "<p>{{name}}</p>");
    assert_str(found.sender_email, "a@b.io");
    assert_int_equal(found.active, TEMPLATE_INACTIVE);
    assert_int_equal(found.updated_at, found.created_at + 1);
}

static void
channels_and_environments_are_apart(void **state)
{
    (void)state;
    struct message_template t = a_template("OTC", "Mail"), found;
    struct message_template_list list;
    OK(store_template_put(&w.s, &t, &w.err));
    OK(store_template_get(&w.s, MESSAGE_EMAIL, STR("OTC"), &found, &w.err));
    struct str id = found.id, none = {NULL, 0};
    assert_int_equal(store_template_get(&w.s, MESSAGE_SMS, STR("OTC"), &found, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_template_get(&w.other, MESSAGE_EMAIL, STR("OTC"), &found, &w.err),
                     ERR_NOT_FOUND);
    OK(store_template_list(&w.other, MESSAGE_EMAIL, &list, &w.err));
    assert_int_equal(list.n, 0);
    assert_int_equal(store_template_delete(&w.other, MESSAGE_EMAIL, id, none, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_template_delete(&w.s, MESSAGE_SMS, id, none, &w.err), ERR_NOT_FOUND);
    OK(store_template_put(&w.other, &t, &w.err));
    OK(store_template_delete(&w.s, MESSAGE_EMAIL, none, STR("OTC"), &w.err));
    OK(store_template_get(&w.other, MESSAGE_EMAIL, STR("OTC"), &found, &w.err));
}

static void
the_list_is_in_order(void **state)
{
    (void)state;
    struct message_template_list list;
    struct message_template t = a_template("b", "B");
    OK(store_template_put(&w.s, &t, &w.err));
    t = a_template("a", "A");
    OK(store_template_put(&w.s, &t, &w.err));
    OK(store_template_list(&w.s, MESSAGE_EMAIL, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].type, "a");
    assert_str(list.items[1].subject, "B");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_one_of_a_type_changes_the_first, setup, teardown),
        cmocka_unit_test_setup_teardown(channels_and_environments_are_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(the_list_is_in_order, setup, teardown),
    };
    return cmocka_run_group_tests_name("templates", tests, NULL, NULL);
}
