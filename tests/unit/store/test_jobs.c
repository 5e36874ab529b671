/* The queue of jobs: leases, items that happen once, reports, and what is forgotten. */
#include "base/mem.h"
#include "store/jobs.h"
#include "tests/support/world.h"

enum { ITEMS = 3, LEASE = 1000 };

static struct job_lease
lease_of(const char *name, int64_t now)
{
    return (struct job_lease){.name = str_of(name), .now = now, .until = now + LEASE};
}

static struct job_row
add(struct world *w, const struct scope *s, const char *kind, size_t n)
{
    static const struct job_item items[ITEMS] = {
        {.name = {"ann", 3}, .input = {"{\"a\":1}", 7}},
        {.name = {"bob", 3}, .input = {"{\"b\":2}", 7}},
        {.name = {"eve", 3}, .input = {"{\"c\":3}", 7}},
    };
    struct job_row job = {.kind = str_of(kind), .subject = STR("about")};
    enum err_code rc = store_job_add(s, &job, STR("{\"who\":\"me\"}"), items, n, &w->err);
    if (rc)
        fail_msg("cannot add a job: %s", w->err.msg);
    return job;
}

static struct job_claim
take(struct world *w, const struct job_lease *lease, bool wanted)
{
    struct job_claim claim;
    bool found;
    enum err_code rc = store_job_claim(w->conn, w->s.arena, lease, &claim, &found, &w->err);
    if (rc)
        fail_msg("cannot claim: %s", w->err.msg);
    assert_int_equal(found, wanted);
    return claim;
}

static struct str
next(struct world *w, const struct job_claim *claim)
{
    struct job_item item;
    size_t n = 1;
    enum err_code rc = store_job_next(w->conn, w->s.arena, claim, &item, &n, &w->err);
    if (rc)
        fail_msg("no next item: %s", w->err.msg);
    assert_int_equal(n, 1);
    assert_int_equal(item.place, claim->row.processed);
    return item.unreadable ? STR("unreadable") : item.input;
}

static enum err_code
try_advance(struct world *w, struct job_claim *claim, const struct job_lease *lease)
{
    return store_job_advance(w->conn, claim, lease, &(struct job_item){.place = 0}, 1, &w->err);
}

static void
advance(struct world *w, struct job_claim *claim, const struct job_lease *lease, const char *error)
{
    struct job_item item = {.error = error ? str_of(error) : STR_ABSENT};
    if (store_job_advance(w->conn, claim, lease, &item, 1, &w->err) != ERR_OK)
        fail_msg("cannot advance: %s", w->err.msg);
}

static struct job_row
row_of(struct world *w, struct str id)
{
    struct job_row row;
    if (store_job_get(&w->s, STR("k"), id, &row, &w->err) != ERR_OK)
        fail_msg("no job: %s", w->err.msg);
    return row;
}

static void
a_job_goes_on_item_by_item(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row job = add(&w, &w.s, "k", ITEMS), row = row_of(&w, job.id);
    assert_int_equal(row.total, ITEMS);
    assert_int_equal(row.started_at, 0);
    assert_str(row.subject, "about");
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    assert_str(claim.vendor, "env-1");
    assert_str(claim.params, "{\"who\":\"me\"}");
    assert_int_equal(claim.attempts, 1);
    assert_str(next(&w, &claim), "{\"a\":1}");
    advance(&w, &claim, &mine, NULL);
    assert_str(next(&w, &claim), "{\"b\":2}");
    advance(&w, &claim, &mine, "no such role");
    row = row_of(&w, job.id);
    assert_int_equal(row.processed, 2);
    assert_int_equal(row.failed, 1);
    assert_int_equal(row.started_at, NOW + 1);
    assert_int_equal(row.finished_at, 0);
    advance(&w, &claim, &mine, NULL);
    assert_int_equal(claim.row.finished_at, NOW + 1);
    row = row_of(&w, job.id);
    assert_int_equal(row.processed, ITEMS);
    assert_int_equal(row.finished_at, NOW + 1);
    world_close(&w);
}

static void
failures_are_reported(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row job = add(&w, &w.s, "k", 2);
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    advance(&w, &claim, &mine, NULL);
    struct str params;
    OK(store_job_params(&w.s, &job, &params, &w.err));
    assert_str(params, "{\"who\":\"me\"}");
    advance(&w, &claim, &mine, "no such role");
    struct job_item *failed;
    size_t n;
    OK(store_job_failures(&w.s, &job, 10, &failed, &n, &w.err));
    assert_int_equal(n, 1);
    assert_int_equal(failed[0].place, 1);
    assert_str(failed[0].name, "bob");
    assert_str(failed[0].error, "no such role");
    OK(store_job_params(&w.s, &job, &params, &w.err));
    assert_str(params, "{\"who\":\"me\"}");
    (void)take(&w, &(struct job_lease){STR("x"), NOW + 99999, NOW + 100000}, false);
    world_close(&w);
}

static void
several_items_move_on_at_once(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row job = add(&w, &w.s, "k", ITEMS), row;
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    struct job_item page[2 * ITEMS], *failed;
    size_t n = 2;
    OK(store_job_next(w.conn, w.s.arena, &claim, page, &n, &w.err));
    assert_int_equal(n, 2);
    assert_str(page[0].input, "{\"a\":1}");
    assert_str(page[1].name, "bob");
    page[1].error = STR("no such role");
    OK(store_job_advance(w.conn, &claim, &mine, page, n, &w.err));
    row = row_of(&w, job.id);
    assert_int_equal(row.processed, 2);
    assert_int_equal(row.failed, 1);
    n = COUNT_OF(page);
    OK(store_job_next(w.conn, w.s.arena, &claim, page, &n, &w.err));
    assert_int_equal(n, 1);
    assert_int_equal(page[0].place, 2);
    assert_str(page[0].input, "{\"c\":3}");
    OK(store_job_advance(w.conn, &claim, &mine, page, n, &w.err));
    assert_int_equal(claim.row.finished_at, NOW + 1);
    OK(store_job_failures(&w.s, &job, 10, &failed, &n, &w.err));
    assert_int_equal(n, 1);
    assert_str(failed[0].name, "bob");
    world_close(&w);
}

/* A page holds so many bytes, and what was lost has its place in it. */
static void
a_page_has_its_bounds(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    char *text = arena_alloc(w.s.arena, 1, JOB_PAGE_BYTES / 2);
    memset(text, ' ', JOB_PAGE_BYTES / 2);
    struct str large = {text, JOB_PAGE_BYTES / 2};
    struct job_item items[] = {{.input = large}, {.input = large}, {.input = STR("{}")}};
    struct job_row job = {.kind = STR("k")};
    OK(store_job_add(&w.s, &job, STR("{}"), items, COUNT_OF(items), &w.err));
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    struct job_item page[ITEMS];
    size_t n = ITEMS;
    OK(store_job_next(w.conn, w.s.arena, &claim, page, &n, &w.err));
    assert_int_equal(n, 2);
    assert_int_equal(page[1].input.n, large.n);
    OK(db_exec(w.conn, "DELETE FROM job_items WHERE place < 2", DB_NO_ARGS, NULL, &w.err));
    n = ITEMS;
    OK(store_job_next(w.conn, w.s.arena, &claim, page, &n, &w.err));
    assert_int_equal(n, 3);
    assert_true(page[0].unreadable && page[1].unreadable && !page[2].unreadable);
    world_close(&w);
}

static void
the_lease_decides(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    (void)add(&w, &w.s, "k", ITEMS);
    struct job_lease mine = lease_of("mine", NOW + 1), later = lease_of("other", NOW + 1 + LEASE);
    struct job_claim claim = take(&w, &mine, true);
    struct job_lease soon = lease_of("other", NOW + 2);
    (void)take(&w, &soon, false);
    /* Working renews it. */
    struct job_lease renewed = lease_of("mine", NOW + 500);
    OK(try_advance(&w, &claim, &renewed));
    (void)take(&w, &later, false);
    struct job_lease latest = lease_of("other", NOW + 500 + LEASE);
    struct job_claim theirs = take(&w, &latest, true);
    assert_int_equal(theirs.row.processed, 1);
    assert_int_equal(theirs.attempts, 2);
    assert_int_equal(try_advance(&w, &claim, &renewed), ERR_GONE);
    /* Whoever lost it gives nothing back. */
    OK(store_job_return(w.conn, &claim, &renewed, NOW, &w.err));
    OK(try_advance(&w, &theirs, &latest));
    /* The same item twice is refused, also to the holder. */
    theirs.row.processed--;
    assert_int_equal(try_advance(&w, &theirs, &latest), ERR_GONE);
    world_close(&w);
}

static void
what_waits_longest_is_first(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    int64_t due;
    OK(store_job_due(w.conn, &due, &w.err));
    assert_true(due == INT64_MAX);
    struct job_row one = add(&w, &w.s, "k", 1), two = add(&w, &w.other, "k", 1);
    OK(store_job_due(w.conn, &due, &w.err));
    assert_int_equal(due, NOW);
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    assert_int_equal(claim.row.seq, one.seq);
    OK(store_job_return(w.conn, &claim, &mine, NOW + 2, &w.err));
    struct job_lease again = lease_of("mine", NOW + 3);
    claim = take(&w, &again, true);
    assert_int_equal(claim.row.seq, two.seq);
    assert_str(claim.vendor, "env-2");
    assert_str(next(&w, &claim), "{\"a\":1}");
    claim = take(&w, &again, true);
    assert_int_equal(claim.row.seq, one.seq);
    assert_int_equal(claim.attempts, 1); /* what was given back was not tried */
    world_close(&w);
}

static void
the_only_server_starts_anew(void **state)
{
    (void)state;
    struct world w;
    int64_t due;
    world_open(&w);
    (void)add(&w, &w.s, "k", 1);
    struct job_lease mine = lease_of("mine", NOW + 1);
    (void)take(&w, &mine, true);
    OK(store_job_release(w.conn, NOW + 4, &w.err));
    OK(store_job_due(w.conn, &due, &w.err));
    assert_int_equal(due, NOW + 4);
    world_close(&w);
}

static void
only_those_it_concerns_see_it(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    struct job_row job = add(&w, &a, "k", 1), row;
    OK(store_job_get(&a, STR("k"), job.id, &row, &w.err));
    assert_str(row.tenant_id, "a");
    OK(store_job_get(&w.s, STR("k"), job.id, &row, &w.err));
    assert_int_equal(store_job_get(&b, STR("k"), job.id, &row, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_job_get(&w.other, STR("k"), job.id, &row, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_job_get(&a, STR("other"), job.id, &row, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_job_get(&a, STR("k"), STR("nothing"), &row, &w.err), ERR_NOT_FOUND);
    world_close(&w);
}

static void
inputs_are_sealed(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row one = add(&w, &w.s, "k", 2), two = add(&w, &w.s, "k", 2);
    OK(db_exec(w.conn,
               "UPDATE job_items SET sealed = (SELECT i.sealed FROM job_items i WHERE i.job_seq = "
               "$1 AND i.place = 1) WHERE job_seq = $2 AND place = 0",
               DB_ARGS(DB_I(one.seq), DB_I(two.seq)), NULL, &w.err));
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    assert_str(next(&w, &claim), "{\"a\":1}");
    claim = take(&w, &mine, true);
    assert_int_equal(claim.row.seq, two.seq);
    assert_str(next(&w, &claim), "unreadable");
    world_close(&w);
}

static void
empty_and_enormous(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row none = add(&w, &w.s, "k", 0), row;
    OK(store_job_get(&w.s, STR("k"), none.id, &row, &w.err));
    assert_int_equal(row.finished_at, NOW);
    struct job_lease mine = lease_of("mine", NOW + 1);
    (void)take(&w, &mine, false);
    struct job_row job = {.kind = STR("k")};
    assert_int_equal(store_job_add(&w.s, &job, STR("{}"), NULL, JOB_ITEMS_MAX + 1, &w.err),
                     ERR_LIMIT);
    struct str large = {arena_alloc(w.s.arena, 1, JOB_INPUT_MAX + 1), JOB_INPUT_MAX + 1};
    struct job_item item = {.name = STR("large"), .input = large};
    assert_int_equal(store_job_add(&w.s, &job, STR("{}"), &item, 1, &w.err), ERR_LIMIT);
    world_close(&w);
}

static void
what_ended_long_ago_is_forgotten(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    struct job_row done = add(&w, &w.s, "k", 1), waits = add(&w, &w.s, "k", 1), row;
    struct job_lease mine = lease_of("mine", NOW + 1);
    struct job_claim claim = take(&w, &mine, true);
    advance(&w, &claim, &mine, "why");
    OK(store_job_sweep(w.conn, NOW + 1, &w.err));
    OK(store_job_get(&w.s, STR("k"), done.id, &row, &w.err));
    OK(store_job_sweep(w.conn, NOW + 2, &w.err));
    assert_int_equal(store_job_get(&w.s, STR("k"), done.id, &row, &w.err), ERR_NOT_FOUND);
    OK(store_job_get(&w.s, STR("k"), waits.id, &row, &w.err));
    int64_t items = -1;
    OK(db_query_int(w.conn, "SELECT COUNT(*) FROM job_items", DB_NO_ARGS, &items, NULL, &w.err));
    assert_int_equal(items, 1);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_goes_on_item_by_item),
        cmocka_unit_test(failures_are_reported),
        cmocka_unit_test(several_items_move_on_at_once),
        cmocka_unit_test(a_page_has_its_bounds),
        cmocka_unit_test(the_lease_decides),
        cmocka_unit_test(what_waits_longest_is_first),
        cmocka_unit_test(the_only_server_starts_anew),
        cmocka_unit_test(only_those_it_concerns_see_it),
        cmocka_unit_test(inputs_are_sealed),
        cmocka_unit_test(empty_and_enormous),
        cmocka_unit_test(what_ended_long_ago_is_forgotten),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
