/*
 * Two tenants that are hung each below the other at the same moment: one of it happens, and there is
 * never a circle. On PostgreSQL two servers are asked.
 */
#include "tests/support/race.h"

#include <stdio.h>

enum { CALLERS = 8, ROUNDS = 10 };

#define TENANTS "/tenants/resources/tenants/v1"
#define TREE "/tenants/resources/hierarchy/v1"

static int64_t
parents_of(const char *tenant)
{
    char headers[200];
    snprintf(headers, sizeof headers, "frontegg-tenant-id: %s\r\n", tenant);
    struct race_reply r = race_ask(0, "GET", TREE "/parents", headers, "");
    assert_int_equal(r.status, 200);
    int64_t n = (int64_t)json_len(r.json);
    json_free(r.json);
    return n;
}

static void
there_is_never_a_circle(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(ROUNDS); round++) {
        char names[2][40], body[200];
        for (int i = 0; i < 2; i++) {
            snprintf(names[i], sizeof names[i], "ring-%d-%d", round, i);
            snprintf(body, sizeof body, "{\"tenantId\":\"%s\",\"name\":\"R\"}", names[i]);
            race_must("POST", TENANTS, NULL, body, 201, NULL, NULL, 0);
        }
        for (int i = 0; i < CALLERS; i++) {
            race_caller[i] = (struct race_caller){.path = TREE};
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"parentTenantId\":\"%s\",\"childTenantId\":\"%s\"}", names[i / 2 % 2],
                     names[1 - i / 2 % 2]);
        }
        assert_int_equal(race_run(CALLERS, 201), CALLERS / 2);
        assert_int_equal(parents_of(names[0]) + parents_of(names[1]), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(there_is_never_a_circle)};
    if (!race_start())
        return 1;
    int failed = cmocka_run_group_tests_name("tree races", tests, NULL, NULL);
    race_stop();
    return failed;
}
