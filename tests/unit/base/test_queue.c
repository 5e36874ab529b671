#include "base/queue.h"

#include "tests/support/unit.h"
#include <sched.h>

enum { WRITERS = 4, EACH = 2000 };

struct item {
    struct list node;
    int writer, number;
};

static void
first_in_first_out(void **state)
{
    (void)state;
    struct queue q;
    queue_init(&q);
    assert_null(queue_pop(&q));
    struct item a, b;
    assert_true(queue_push(&q, &a.node));
    assert_false(queue_push(&q, &b.node));
    assert_ptr_equal(queue_pop(&q), &a.node);
    assert_ptr_equal(queue_pop(&q), &b.node);
    assert_null(queue_pop(&q));
    assert_true(queue_push(&q, &a.node));
    assert_ptr_equal(queue_pop(&q), &a.node);
    queue_fini(&q);
}

struct writer {
    struct queue *q;
    struct item items[EACH];
    int number;
};

static void *
write_items(void *arg)
{
    struct writer *w = arg;
    for (int i = 0; i < EACH; i++) {
        w->items[i] = (struct item){.writer = w->number, .number = i};
        (void)queue_push(w->q, &w->items[i].node);
    }
    return NULL;
}

static void
each_writers_order_is_kept(void **state)
{
    (void)state;
    static struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    struct queue q;
    queue_init(&q);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].q = &q;
        writers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_items, &writers[i]), 0);
    }
    int next[WRITERS] = {0};
    for (int n = 0; n < WRITERS * EACH;) {
        struct list *node = queue_pop(&q);
        if (!node) {
            (void)sched_yield();
            continue;
        }
        const struct item *item = LIST_ENTRY(node, struct item, node);
        assert_int_equal(item->number, next[item->writer]++);
        n++;
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    queue_fini(&q);
}

static void
end_with_contents(void *arg)
{
    (void)arg;
    struct queue q;
    struct item a;
    queue_init(&q);
    (void)queue_push(&q, &a.node);
    queue_fini(&q);
}

static void
contents_must_be_taken_first(void **state)
{
    (void)state;
    assert_aborts(end_with_contents, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(each_writers_order_is_kept),
        cmocka_unit_test(contents_must_be_taken_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
