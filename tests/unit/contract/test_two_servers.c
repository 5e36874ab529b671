/*
 * Two servers on one PostgreSQL: what one has answered the other knows, what both are asked for at
 * once happens once, and the totals that lists show stay right. On SQLite there is one server to a
 * file, and a second is refused (tests/contract/bad_start.sh).
 */
#include "base/mem.h"
#include "tests/support/process.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MAX = 1 << 16, TURNS = 60, ROUNDS = 40, CALLERS = 8 };

#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users"

static struct process servers[2];

struct reply {
    int status;
    char text[ANSWER_MAX];
};

/* With a tenant the request goes to a person's list, so the header is needed. */
static void
ask(int which, const char *method, const char *path, const char *tenant, const char *body,
    struct reply *r)
{
    static _Thread_local char request[ANSWER_MAX];
    const struct process *p = &servers[which];
    int n =
        snprintf(request, sizeof request,
                 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s\r\n%s",
                 method, path, p->token, strlen(body), tenant ? "frontegg-tenant-id: " : "",
                 tenant ? tenant : "", tenant ? "\r\n" : "", body);
    r->status = raw_request(p->port, (struct str){request, (size_t)n}, r->text, sizeof r->text);
}

static void
expect(int which, const char *method, const char *path, const char *tenant, const char *body,
       int status, struct reply *r)
{
    ask(which, method, path, tenant, body, r);
    if (r->status != status)
        fail_msg("server %d: %s %s: %d, wanted %d\n%s", which, method, path, r->status, status,
                 r->text);
}

static void
read_id(const struct reply *r, char out[64])
{
    const char *id = strstr(r->text, "{\"id\":\"");
    assert_non_null(id);
    snprintf(out, 64, "%.36s", id + 7);
}

static void
what_one_does_the_other_knows(void **state)
{
    (void)state;
    static struct reply r;
    char path[200], body[200], id[64];
    expect(0, "POST", TENANTS, NULL, "{\"tenantId\":\"shared\",\"name\":\"S\"}", 201, &r);
    for (int i = 0; i < TURNS; i++) {
        int one = i % 2, other = !one;
        snprintf(body, sizeof body, "{\"email\":\"p%d@x.io\",\"name\":\"P\"}", i);
        expect(one, "POST", USERS "/v2", "shared", body, 201, &r);
        read_id(&r, id);
        snprintf(path, sizeof path, USERS "/v1/%s", id);
        expect(other, "GET", path, "shared", "", 200, &r);
        expect(other, "PUT", path, NULL, "{\"name\":\"Renamed\"}", 200, &r);
        expect(one, "GET", path, "shared", "", 200, &r);
        assert_non_null(strstr(r.text, "Renamed"));
        expect(one, "POST", USERS "/v2", "shared", body, 409, &r);
        snprintf(path, sizeof path, "/identity/resources/users/v3?_limit=1");
        expect(other, "GET", path, "shared", "", 200, &r);
        snprintf(body, sizeof body, "\"totalItems\":%d,", i + 1);
        assert_non_null(strstr(r.text, body));
    }
}

/* -- at once -- */

struct caller {
    pthread_t thread;
    int which, round;
    atomic_int *created, *refused, *other;
};

static pthread_barrier_t together;

static void *
create_the_same(void *arg)
{
    struct caller *c = arg;
    char body[100];
    struct reply *r = mem_new(1, sizeof *r);
    snprintf(body, sizeof body, "{\"tenantId\":\"race-%d\",\"name\":\"R\"}", c->round);
    pthread_barrier_wait(&together);
    ask(c->which, "POST", TENANTS, NULL, body, r);
    atomic_fetch_add(r->status == 201 ? c->created : r->status == 409 ? c->refused : c->other, 1);
    mem_free(r);
    return NULL;
}

static void
what_both_are_asked_happens_once(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct caller callers[CALLERS];
        atomic_int created = 0, refused = 0, other = 0;
        pthread_barrier_init(&together, NULL, CALLERS);
        for (int i = 0; i < CALLERS; i++) {
            callers[i] = (struct caller){.which = i % 2,
                                         .round = round,
                                         .created = &created,
                                         .refused = &refused,
                                         .other = &other};
            assert_int_equal(pthread_create(&callers[i].thread, NULL, create_the_same, &callers[i]),
                             0);
        }
        for (int i = 0; i < CALLERS; i++)
            pthread_join(callers[i].thread, NULL);
        pthread_barrier_destroy(&together);
        assert_int_equal(created, 1);
        assert_int_equal(other, 0);
    }
}

static void
totals_are_right_on_both(void **state)
{
    (void)state;
    static struct reply r;
    for (int i = 0; i < 2; i++) {
        expect(i, "GET", "/tenants/resources/tenants/v2?_limit=1", NULL, "", 200, &r);
        char total[40];
        snprintf(total, sizeof total, "\"totalItems\":%d,", ROUNDS + 1);
        assert_non_null(strstr(r.text, total));
    }
}

/* One ends; the other goes on alone. */
static void
one_may_leave(void **state)
{
    (void)state;
    static struct reply r;
    assert_int_equal(process_stop(&servers[0]), 0);
    expect(1, "POST", TENANTS, NULL, "{\"tenantId\":\"alone\",\"name\":\"A\"}", 201, &r);
    assert_int_equal(process_stop(&servers[1]), 0);
}

static void
one_server_to_a_file(void **state)
{
    (void)state;
    skip(); /* a second server on one SQLite file is refused: bad_start.sh shows that */
}

int
main(void)
{
    const struct CMUnitTest single[] = {cmocka_unit_test(one_server_to_a_file)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_does_the_other_knows),
        cmocka_unit_test(what_both_are_asked_happens_once),
        cmocka_unit_test(totals_are_right_on_both),
        cmocka_unit_test(one_may_leave),
    };
    if (!getenv("GATEHOUSE_TEST_PG"))
        return cmocka_run_group_tests_name("two servers", single, NULL, NULL);
    if (!process_start(&servers[0], "two", NULL) || !process_start(&servers[1], "two", NULL))
        return 1;
    return cmocka_run_group_tests_name("two servers", tests, NULL, NULL);
}
