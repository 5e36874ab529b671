#include "base/list.h"

#include "tests/support/unit.h"

struct item {
    int v;
    struct list node;
};

static int
value_of(struct list *node)
{
    return LIST_ENTRY(node, struct item, node)->v;
}

static void
order_and_removal(void **state)
{
    (void)state;
    struct list head;
    list_init(&head);
    assert_true(list_empty(&head));
    assert_null(list_pop_front(&head));
    struct item items[] = {{.v = 1}, {.v = 2}, {.v = 3}, {.v = 4}};
    list_push_back(&head, &items[1].node);
    list_push_back(&head, &items[3].node);
    list_push_front(&head, &items[0].node);
    list_insert_before(&items[3].node, &items[2].node);
    int want = 1;
    LIST_EACH (it, &head)
        assert_int_equal(value_of(it), want++);
    assert_int_equal(want, 5);
    list_remove(&items[1].node);
    list_remove(&items[1].node);
    assert_int_equal(value_of(list_pop_front(&head)), 1);
    assert_int_equal(value_of(list_pop_front(&head)), 3);
    assert_int_equal(value_of(list_pop_front(&head)), 4);
    assert_true(list_empty(&head));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(order_and_removal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
