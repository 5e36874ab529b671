/* The queue of messages. */
#include "base/mem.h"
#include "store/messages.h"
#include "tests/support/world.h"

static void
adds_sealed(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct message m = {.channel = MESSAGE_EMAIL,
                        .to = STR("ada@example.com"),
                        .subject = STR("Subject-Needle"),
                        .text = STR("Your code is 123456"),
                        .code = STR("123456"),
                        .template_type = STR("MFAOTC")};
    struct str id = {0}, other = {0};
    OK(store_message_add(&w.s, &m, &id, &w.err));
    OK(store_message_add(&w.s, &m, &other, &w.err));
    assert_false(str_eq(id, other));
    OK(store_message_add(&w.s, &m, NULL, &w.err));
    OK(db_commit(w.conn, &w.err));
    assert_int_equal(testdb_int(w.t.db, "SELECT count(*) FROM messages WHERE state = 'queued'"), 3);
    world_begin(&w);
    world_close(&w);
}

static void
refuses_too_much(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    char *much = mem_new(MESSAGE_MAX + 1, 1);
    memset(much, 'a', MESSAGE_MAX + 1);
    struct message m = {.to = STR("a@b.c"), .text = {much, MESSAGE_MAX + 1}};
    assert_int_equal(store_message_add(&w.s, &m, NULL, &w.err), ERR_LIMIT);
    mem_free(much);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adds_sealed),
                                       cmocka_unit_test(refuses_too_much)};
    return cmocka_run_group_tests_name("store/messages", tests, NULL, NULL);
}
