/*
 * Two servers on one PostgreSQL beside one: reads of a page and of a single user.
 *   nodes FOLDER
 * GATEHOUSE_TEST_PG is an empty database, GATEHOUSED_BIN the server. Prints for what = page, get
 *   nodes.one.WHAT, nodes.two.WHAT           reads a second, of all servers together
 *   nodes.one.WHAT.cpu, nodes.two.WHAT.cpu   microseconds of a server for each
 */
#include "tests/support/load.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USERS = 1000, LOADERS = 8, PATH_SIZE = 512, BODY_MAX = 1 << 17, NODES = 2 };
#define SECONDS 4.0
#define USERS_PATH "/identity/resources/users"

static struct process nodes[NODES];
static char headers[NODES][LOAD_ANSWER_MAX / 8];
static char one_path[PATH_SIZE];

static int
ask(struct loader *l, const char *path)
{
    return loader_ask(l, path, headers[l->load->server - nodes], NULL);
}

static int
ask_page(struct loader *l)
{
    return ask(l, USERS_PATH "/v3?_limit=50&_sortBy=createdAt");
}

static int
ask_one(struct loader *l)
{
    return ask(l, one_path);
}

/* A tenant with people, the id of one of whom is in one_path. */
static bool
fill(void)
{
    static char body[BODY_MAX], answer[LOAD_ANSWER_MAX];
    if (process_call(&nodes[0], "POST", "/tenants/resources/tenants/v1",
                     "{\"tenantId\":\"bench\",\"name\":\"Bench\"}", answer, sizeof answer) != 201)
        return false;
    for (int i = 0; i < USERS; i++) {
        (void)snprintf(
            body, sizeof body,
            "{\"tenantId\":\"bench\",\"email\":\"user%d@bench.example\",\"name\":\"Person "
            "%d\"}",
            i, i);
        if (process_call(&nodes[0], "POST", "/identity/resources/migrations/v1/local", body, answer,
                         sizeof answer) != 201)
            return false;
    }
    const char *id = strstr(answer, "\"id\":\"");
    if (id)
        (void)snprintf(one_path, sizeof one_path, USERS_PATH "/v1/%.36s", id + 6);
    return id != NULL;
}

static bool
measure(const char *what, int (*fn)(struct loader *l))
{
    struct load one = {.server = &nodes[0], .ask = fn, .loaders = LOADERS, .seconds = SECONDS};
    struct load first = one, second = one;
    first.loaders = second.loaders = LOADERS / NODES;
    second.server = &nodes[1];
    second.seconds = 0;
    load_run(&one, NULL);
    load_run(&first, &second);
    printf("nodes.one.%s %.0f\nnodes.one.%s.cpu %.1f\n", what, one.rate, what, one.cpu_us);
    printf("nodes.two.%s %.0f\nnodes.two.%s.cpu %.1f\n", what, first.rate + second.rate, what,
           first.cpu_us);
    return one.rate > 0 && first.rate > 0 && second.rate > 0 && one.failed == 0 &&
           first.failed == 0 && second.failed == 0;
}

int
main(int argc, char **argv)
{
    static const char *const quiet[] = {"--log-level", "error", NULL};
    char parent[PATH_SIZE], name[PATH_SIZE];
    if (argc < 2 || !getenv("GATEHOUSE_TEST_PG")) {
        fprintf(stderr, "usage: nodes FOLDER, with GATEHOUSE_TEST_PG\n");
        return 2;
    }
    (void)snprintf(parent, sizeof parent, "%s", argv[1]);
    (void)snprintf(name, sizeof name, "%s", argv[1]);
    (void)setenv("TEST_TMP", dirname(parent), 1);
    bool ok = true;
    for (int i = 0; i < NODES && ok; i++) {
        ok = process_start(&nodes[i], basename(name), quiet);
        (void)snprintf(headers[i], sizeof headers[i],
                       "Authorization: Bearer %s\r\nfrontegg-tenant-id: bench\r\n", nodes[i].token);
        (void)snprintf(name, sizeof name, "%s", argv[1]);
    }
    ok = ok && fill() && measure("page", ask_page);
    ok = ok && measure("get", ask_one);
    for (int i = 0; i < NODES; i++)
        if (nodes[i].pid > 0)
            ok = process_stop(&nodes[i]) == 0 && ok;
    return !ok;
}
