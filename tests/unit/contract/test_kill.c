/*
 * kill -9 in the middle of writes: what was acknowledged is there after a restart, and `--check`
 * finds nothing. Four writers create tenants on connections of their own and note each id the
 * server acknowledged; the server is killed after a random number of acknowledgements, started
 * again on the same data, and asked for every one. TEST_KILL_ROUNDS (3) and TEST_KILL_WRITES (2000)
 * make it longer: `make check-kill` runs 100 times 10,000.
 */
#include "tests/support/process.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITERS = 4, WRITES_MAX = 1 << 20 };

struct writer {
    pthread_t thread;
    int index, round;
    struct process *server;
    int acked; /* ids round-index-0 .. round-index-(acked-1) were acknowledged */
};

static atomic_int acknowledged, stop_at;
static atomic_bool killed;

static struct str
request(char *out, size_t max, const struct process *p, const char *method, const char *path,
        const char *body)
{
    int n = snprintf(out, max,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     method, path, p->token, strlen(body), body);
    return (struct str){out, (size_t)n};
}

static void *
write_tenants(void *arg)
{
    struct writer *w = arg;
    char out[8192], in[8192], body[128];
    int fd = raw_connect(w->server->port);
    while (fd >= 0 && !atomic_load(&killed)) {
        snprintf(body, sizeof body, "{\"tenantId\":\"k%d-%d-%d\",\"name\":\"n\"}", w->round,
                 w->index, w->acked);
        struct str r =
            request(out, sizeof out, w->server, "POST", "/tenants/resources/tenants/v1", body);
        if (raw_exchange(fd, r, in, sizeof in) != 201)
            break;
        w->acked++;
        atomic_fetch_add(&acknowledged, 1);
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void *
kill_later(void *arg)
{
    struct process *server = arg;
    while (atomic_load(&acknowledged) < atomic_load(&stop_at))
        usleep(200);
    process_kill(server);
    atomic_store(&killed, true);
    return NULL;
}

/* How many acknowledged tenants are not there. */
static int
missing(const struct process *server, const struct writer *w)
{
    char out[8192], in[8192], path[128];
    int fd = raw_connect(server->port), lost = 0;
    for (int i = 0; i < w->acked; i++) {
        snprintf(path, sizeof path, "/tenants/resources/tenants/v2/k%d-%d-%d", w->round, w->index,
                 i);
        int n = snprintf(out, sizeof out,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n",
                         path, server->token);
        lost += raw_exchange(fd, (struct str){out, (size_t)n}, in, sizeof in) != 200;
    }
    close(fd);
    return lost;
}

static int
check(const struct process *server)
{
    const char *program = getenv("GATEHOUSED_BIN"), *pg = getenv("GATEHOUSE_TEST_PG");
    pid_t pid = fork();
    if (pid == 0) {
        execl(program ? program : "build/gatehoused", "gatehoused", "--data", server->data,
              "--check", pg ? "--database" : NULL, pg, NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

static void
one_round(struct process *server, int round, int writes)
{
    struct writer writers[WRITERS];
    pthread_t killer;
    atomic_store(&acknowledged, 0);
    atomic_store(&killed, false);
    atomic_store(&stop_at, 1 + (int)(random() % writes));
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.index = i, .round = round, .server = server};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_tenants, &writers[i]), 0);
    }
    assert_int_equal(pthread_create(&killer, NULL, kill_later, server), 0);
    pthread_join(killer, NULL);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    assert_int_equal(check(server), 0);
    assert_true(process_start(server, "kill", NULL));
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(missing(server, &writers[i]), 0);
}

static void
acknowledged_writes_survive(void **state)
{
    (void)state;
    struct process server;
    int rounds = unit_setting("TEST_KILL_ROUNDS", 3),
        writes = unit_setting("TEST_KILL_WRITES", 2000);
    unsigned seed = (unsigned)unit_setting("TEST_SEED", (int)getpid());
    int total = 0;
    printf("# seed %u\n", seed);
    srandom(seed);
    assert_true(process_start(&server, "kill", NULL));
    for (int round = 0; round < rounds; round++) {
        one_round(&server, round, writes);
        total += atomic_load(&acknowledged);
    }
    printf("# %d rounds, %d acknowledged writes, none lost\n", rounds, total);
    assert_int_equal(process_stop(&server), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(acknowledged_writes_survive)};
    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
