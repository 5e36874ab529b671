#include "server/flow_memory.h"

#include "store/flows.h"
#include "tests/support/unit.h"

struct kept {
    struct str text, none;
    unsigned bits;
    bool on, off;
};

static const struct flow_member MEMBERS[] = {
    {"text", FLOW_TEXT, offsetof(struct kept, text)},
    {"none", FLOW_TEXT, offsetof(struct kept, none)},
    {"bits", FLOW_UNSIGNED, offsetof(struct kept, bits)},
    {"on", FLOW_BOOL, offsetof(struct kept, on)},
    {"off", FLOW_BOOL, offsetof(struct kept, off)},
    {NULL, FLOW_TEXT, 0},
};

static struct arena arena;
static struct call call = {.arena = &arena};

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 256 * 1024);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void
what_is_remembered_is_recalled(void **state)
{
    (void)state;
    struct kept in = {.text = STR("a\"\\\n\xc3\xa4"), .bits = 0xffffffff, .on = true};
    struct kept out = {.none = STR("x"), .bits = 1, .off = true};
    struct str data = flow_remember(&call, MEMBERS, &in);
    assert_int_equal(flow_recall(&call, MEMBERS, data, &out, NULL), ERR_OK);
    assert_true(str_eq(out.text, in.text));
    assert_false(str_given(out.none));
    assert_true(out.bits == in.bits && out.on && !out.off);
}

static void
what_is_not_there_is_absent(void **state)
{
    (void)state;
    struct kept out = {.text = STR("x"), .bits = 1, .on = true};
    assert_int_equal(flow_recall(&call, MEMBERS, STR("{\"other\":1}"), &out, NULL), ERR_OK);
    assert_true(!str_given(out.text) && !out.bits && !out.on);
}

static void
what_is_none_of_ours_is_refused(void **state)
{
    (void)state;
    struct kept out;
    assert_int_equal(flow_recall(&call, MEMBERS, STR_ABSENT, &out, NULL), ERR_CORRUPT);
    assert_int_equal(flow_recall(&call, MEMBERS, STR("{\"text\":\"a"), &out, NULL), ERR_CORRUPT);
    char *much = arena_alloc(&arena, FLOW_DATA_MAX, 1);
    memset(much, 'a', FLOW_DATA_MAX);
    struct kept in = {.text = {much, FLOW_DATA_MAX}};
    struct str data = flow_remember(&call, MEMBERS, &in);
    assert_true(data.n > FLOW_DATA_MAX);
    assert_int_equal(flow_recall(&call, MEMBERS, data, &out, NULL), ERR_CORRUPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_remembered_is_recalled),
        cmocka_unit_test(what_is_not_there_is_absent),
        cmocka_unit_test(what_is_none_of_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
