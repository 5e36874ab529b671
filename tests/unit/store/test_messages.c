/* The queue of messages. */
#include "store/messages.h"

#include "base/mem.h"
#include "tests/support/world.h"

static const struct message PLAIN = {.channel = MESSAGE_EMAIL,
                                     .to = {"ada@example.com", 15},
                                     .subject = {"Subject-Needle", 14},
                                     .text = {"Text-Needle", 11},
                                     .code = {"123456", 6},
                                     .template_type = {"MFAOTC", 6}};

static struct str
add(struct world *w, const struct scope *s, struct message m)
{
    struct str id = {0};
    enum err_code rc = store_message_add(s, &m, &id, &w->err);
    if (rc != ERR_OK)
        fail_msg("%s", w->err.msg);
    return id;
}

static struct message_lane
lane_of(struct world *w, enum message_channel channel)
{
    struct message_lane *lanes;
    size_t n;
    assert_int_equal(store_message_lanes(w->conn, &w->t.arena, &lanes, &n, &w->err), ERR_OK);
    for (size_t i = 0; i < n; i++)
        if (lanes[i].channel == channel && str_eq(lanes[i].vendor, w->s.vendor))
            return lanes[i];
    return (struct message_lane){.lane = 0};
}

static size_t
claim(struct world *w, const char *lease, int64_t now, size_t most, struct message_claim **out)
{
    struct message_lane lane = lane_of(w, MESSAGE_EMAIL);
    size_t n = 0;
    enum err_code rc = store_message_claim(w->conn, &w->t.arena, &lane, str_of(lease), now,
                                           now + 1000, most, out, &n, &w->err);
    if (rc != ERR_OK)
        fail_msg("%s", w->err.msg);
    return n;
}

static enum err_code
settle(struct world *w, const char *lease, int64_t seq, enum message_end end)
{
    struct message_result r = {.seq = seq, .end = end, .due_at = NOW + 500};
    return store_message_settle(w->conn, str_of(lease), NOW, &r, &w->err);
}

static struct message_row
row_of(struct world *w, struct str id)
{
    struct message_row row = {.seq = 0};
    enum err_code rc = store_message_get(&w->s, id, &row, &w->err);
    if (rc != ERR_OK)
        fail_msg("%s", w->err.msg);
    return row;
}

static void
adds_claims_and_settles(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct str one = add(&w, &w.s, PLAIN), two = add(&w, &w.s, PLAIN);
    assert_false(str_eq(one, two));
    world_commit(&w);
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW - 1, 10, &c), 0);
    assert_int_equal(claim(&w, "me", NOW, 10, &c), 2);
    assert_true(str_eq(c[0].id, one));
    assert_str(c[0].message.text, "Text-Needle");
    assert_str(c[0].message.code, "123456");
    assert_false(str_given(c[0].message.html));
    assert_int_equal(c[0].attempts, 1);
    int64_t first = c[0].seq, second = c[1].seq;
    /* While the lease lasts nobody else gets them; afterwards anybody does. */
    assert_int_equal(claim(&w, "other", NOW + 999, 10, &c), 0);
    OK(settle(&w, "me", first, MESSAGE_SENT));
    assert_int_equal(settle(&w, "me", first, MESSAGE_SENT), ERR_GONE);
    assert_int_equal(claim(&w, "other", NOW + 1000, 10, &c), 1);
    assert_int_equal(c[0].attempts, 2);
    assert_int_equal(settle(&w, "me", second, MESSAGE_SENT), ERR_GONE);
    OK(settle(&w, "other", second, MESSAGE_FAILED));
    assert_str(row_of(&w, one).state, "sent");
    assert_str(row_of(&w, two).state, "failed");
    OK(db_commit(w.conn, &w.err));
    assert_int_equal(testdb_int(w.t.db, "SELECT count(*) FROM messages WHERE sealed IS NULL"), 1);
    world_begin(&w);
    world_close(&w);
}

static void
tries_again_later(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct str id = add(&w, &w.s, PLAIN);
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW, 1, &c), 1);
    OK(settle(&w, "me", c[0].seq, MESSAGE_LATER));
    assert_int_equal(claim(&w, "me", NOW + 499, 1, &c), 0);
    assert_int_equal(claim(&w, "me", NOW + 500, 1, &c), 1);
    assert_int_equal(c[0].attempts, 2);
    /* What was not tried does not count. */
    OK(settle(&w, "me", c[0].seq, MESSAGE_RETURNED));
    assert_int_equal(row_of(&w, id).attempts, 1);
    /* A restart of the only server takes everything back at once. */
    assert_int_equal(claim(&w, "me", NOW + 500, 1, &c), 1);
    OK(store_message_release(w.conn, NOW, &w.err));
    assert_int_equal(claim(&w, "again", NOW, 1, &c), 1);
    assert_int_equal(settle(&w, "me", c[0].seq, MESSAGE_SENT), ERR_GONE);
    world_close(&w);
}

static void
retries_what_failed(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct str id = add(&w, &w.s, PLAIN);
    assert_int_equal(store_message_retry(&w.s, STR("nobody"), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_message_retry(&w.s, id, &w.err), ERR_CONFLICT);
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW, 1, &c), 1);
    OK(settle(&w, "me", c[0].seq, MESSAGE_FAILED));
    assert_int_equal(store_message_retry(&w.other, id, &w.err), ERR_NOT_FOUND);
    OK(store_message_retry(&w.s, id, &w.err));
    assert_int_equal(row_of(&w, id).attempts, 0);
    assert_int_equal(claim(&w, "me", NOW, 1, &c), 1);
    assert_str(c[0].message.text, "Text-Needle");
    OK(settle(&w, "me", c[0].seq, MESSAGE_FAILED));
    /* The text is dropped after a while, then the row. */
    OK(store_message_sweep(w.conn, NOW, NOW, &w.err));
    assert_str(row_of(&w, id).state, "failed");
    OK(store_message_sweep(w.conn, NOW + 1, NOW, &w.err));
    assert_int_equal(store_message_retry(&w.s, id, &w.err), ERR_GONE);
    OK(store_message_sweep(w.conn, NOW + 1, NOW + 1, &w.err));
    assert_int_equal(store_message_retry(&w.s, id, &w.err), ERR_NOT_FOUND);
    world_close(&w);
}

static void
keeps_lanes_apart(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct message sms = PLAIN;
    sms.channel = MESSAGE_SMS;
    add(&w, &w.s, sms);
    add(&w, &w.other, PLAIN);
    struct message_claim *c;
    size_t n = 0;
    struct message_lane *lanes;
    OK(store_message_lanes(w.conn, &w.t.arena, &lanes, &n, &w.err));
    assert_int_equal(n, 2);
    assert_int_equal(lane_of(&w, MESSAGE_EMAIL).lane, 0);
    struct message_lane lane = lane_of(&w, MESSAGE_SMS);
    assert_int_equal(lane.due_at, NOW);
    OK(store_message_claim(w.conn, &w.t.arena, &lane, STR("me"), NOW, NOW + 1000, 5, &c, &n,
                           &w.err));
    assert_int_equal(n, 1);
    assert_int_equal(c[0].message.channel, MESSAGE_SMS);
    assert_int_equal(lane_of(&w, MESSAGE_SMS).due_at, NOW + 1000);
    world_close(&w);
}

/* A sealed text that stands in another row does not open. */
static void
notices_moved_texts(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    add(&w, &w.s, PLAIN);
    add(&w, &w.s, PLAIN);
    OK(db_exec(w.conn,
               "UPDATE messages SET sealed = (SELECT m.sealed FROM messages m ORDER BY m.seq "
               "LIMIT 1)",
               DB_NO_ARGS, NULL, &w.err));
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW, 2, &c), 2);
    assert_false(c[0].unreadable);
    assert_true(c[1].unreadable);
    world_close(&w);
}

static void
numbers_once(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    for (int i = 0; i < 5; i++)
        add(&w, &w.s, PLAIN);
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW, 2, &c), 2);
    OK(store_message_number(w.conn, 0, c, 2, &w.err));
    assert_int_equal(c[0].number, 1);
    assert_int_equal(c[1].number, 2);
    OK(store_message_number(w.conn, 0, c, 2, &w.err));
    assert_int_equal(c[1].number, 2);
    OK(settle(&w, "me", c[0].seq, MESSAGE_LATER));
    OK(settle(&w, "me", c[1].seq, MESSAGE_DROPPED));
    /* The folder is ahead; what had a number keeps it. */
    assert_int_equal(claim(&w, "me", NOW + 500, 3, &c), 3);
    OK(store_message_number(w.conn, 40, c, 3, &w.err));
    for (int i = 0; i < 3; i++)
        assert_int_equal(c[i].number, 41 + i);
    assert_int_equal(claim(&w, "me", NOW + 500, 9, &c), 1);
    assert_int_equal(c[0].number, 1);
    c[0].number = 0;
    OK(store_message_number(w.conn, 7, c, 1, &w.err));
    assert_int_equal(c[0].number, 44);
    world_close(&w);
}

static void
lists(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct message m = PLAIN;
    m.tenant_id = STR("t1");
    struct str first = add(&w, &w.s, m);
    m.channel = MESSAGE_SMS;
    m.tenant_id = STR_ABSENT;
    add(&w, &w.s, m);
    m.decoy = true;
    add(&w, &w.s, m);
    struct message_claim *c;
    assert_int_equal(claim(&w, "me", NOW, 1, &c), 1);
    struct message_result r = {.seq = c[0].seq,
                               .end = MESSAGE_SENT,
                               .provider = STR("smtp"),
                               .provider_ref = STR("ref"),
                               .status = 250};
    OK(store_message_settle(w.conn, STR("me"), NOW + 1, &r, &w.err));
    struct message_list l;
    struct message_query q = {.page = {.limit = 10}};
    OK(store_message_list(&w.s, &q, &l, &w.err));
    assert_int_equal(l.total, 2);
    assert_int_equal(l.n, 2);
    assert_true(str_eq(l.items[1].id, first));
    assert_str(l.items[1].state, "sent");
    assert_str(l.items[1].provider, "smtp");
    assert_str(l.items[1].provider_ref, "ref");
    assert_int_equal(l.items[1].status, 250);
    q.state = STR("queued");
    OK(store_message_list(&w.s, &q, &l, &w.err));
    assert_int_equal(l.total, 1);
    q.channel = STR("email");
    OK(store_message_list(&w.s, &q, &l, &w.err));
    assert_int_equal(l.total, 0);
    OK(store_message_list(&w.other, &(struct message_query){.page = {.limit = 10}}, &l, &w.err));
    assert_int_equal(l.total, 0);
    int64_t waiting = 0;
    OK(store_message_waiting(w.conn, &waiting, &w.err));
    assert_int_equal(waiting, 1);
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

static void
count_up(void *arg)
{
    ++*(int *)arg;
}

static void
tells_after_the_commit(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    int told = 0;
    store_on_message(w.t.store, count_up, &told);
    add(&w, &w.s, PLAIN);
    add(&w, &w.s, PLAIN);
    assert_int_equal(told, 0);
    world_commit(&w);
    assert_int_equal(told, 1);
    add(&w, &w.s, PLAIN);
    db_rollback(w.conn);
    world_begin(&w);
    world_commit(&w);
    assert_int_equal(told, 1);
    store_on_message(w.t.store, NULL, NULL);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_claims_and_settles),
        cmocka_unit_test(tries_again_later),
        cmocka_unit_test(retries_what_failed),
        cmocka_unit_test(keeps_lanes_apart),
        cmocka_unit_test(notices_moved_texts),
        cmocka_unit_test(numbers_once),
        cmocka_unit_test(lists),
        cmocka_unit_test(refuses_too_much),
        cmocka_unit_test(tells_after_the_commit),
    };
    return cmocka_run_group_tests_name("store/messages", tests, NULL, NULL);
}
