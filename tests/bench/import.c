/*
 * Users imported by the thousand with the hashes that they have, while others create one user at a
 * time.
 *   import FOLDER USERS
 * FOLDER was made by seed and is written to; GATEHOUSED_BIN is the server. Prints
 *   import.rate        users a second, from the first request until the last of them is there
 *   import.alone       the same while nobody else writes
 *   import.cpu         microseconds of the server for each
 *   create.calm.p99, create.beside.p99   how long those others wait, us, without and with an import
 */
#include "base/clock.h"
#include "base/json.h"
#include "tests/support/load.h"
#include "tests/support/old_passwords.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USERS_OF_REQUEST = 1000, REQUESTS_MAX = 1000, BODY_MAX = 1 << 19, PATH_SIZE = 512 };
#define BULK "/identity/resources/migrations/v1/local/bulk"
#define CREATORS 2
#define PAUSE_US 20000.0
#define CALM_SECONDS 3.0

static struct importing {
    int requests, sent, done, mark;
    char ids[REQUESTS_MAX][64];
    char headers[LOAD_ANSWER_MAX / 8], body[BODY_MAX];
    char answer[LOAD_ANSWER_MAX];
    int64_t ended;
} im;

static int
raw_ask(struct loader *l, const char *method, const char *path, const char *body)
{
    static char text[BODY_MAX + LOAD_ANSWER_MAX];
    int n = snprintf(text, sizeof text,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     method, path, im.headers, strlen(body), body);
    if (l->fd < 0)
        l->fd = raw_connect(l->load->server->port);
    return raw_exchange(l->fd, (struct str){text, (size_t)n}, l->answer, sizeof l->answer);
}

static int
send_request(struct loader *l)
{
    size_t at = (size_t)snprintf(im.body, sizeof im.body, "{\"users\":[");
    for (int i = 0; i < USERS_OF_REQUEST; i++)
        at += (size_t)snprintf(im.body + at, sizeof im.body - at,
                               "%s{\"tenantId\":\"bench\",\"email\":\"import%d-%d-%d@bench."
                               "example\",\"name\":\"Person "
                               "%d Example\",\"verifyUser\":true,\"passwordHash\":\"" OLD_BCRYPT
                               "\"}",
                               i ? "," : "", im.mark, im.sent, i, i);
    (void)snprintf(im.body + at, sizeof im.body - at, "]}");
    int status = raw_ask(l, "POST", BULK, im.body);
    return status == 202 &&
                   loader_find(l, "\"migrationId\":\"", '"', im.ids[im.sent++], sizeof im.ids[0])
               ? status
               : -1;
}

/* One request, or one look at the oldest that is not done; ends with the last. */
static int
import_step(struct loader *l)
{
    char path[PATH_SIZE];
    if (im.sent < im.requests)
        return send_request(l);
    (void)usleep(2000);
    (void)snprintf(path, sizeof path, BULK "/status/%s", im.ids[im.done]);
    int status = raw_ask(l, "GET", path, "");
    if (status == 200 && strstr(l->answer, "\"state\":\"COMPLETED\"") &&
        strstr(l->answer, "\"migratedUsers\":1000,"))
        im.done++;
    im.ended = clock_mono_us();
    return im.done == im.requests ? -1 : status;
}

static int
create_one(struct loader *l)
{
    char body[PATH_SIZE];
    (void)snprintf(body, sizeof body,
                   "{\"email\":\"created%d-%d-%llu@bench.example\",\"skipInviteEmail\":true}",
                   im.mark, l->index, (unsigned long long)l->asked);
    return loader_ask(l, "/identity/resources/users/v2", im.headers, body);
}

/* Users imported a second. */
static double
run_import(const struct process *server, int requests, struct load *beside, double *cpu_us)
{
    struct load on = {.server = server, .ask = import_step, .loaders = 1};
    im.requests = requests;
    im.sent = im.done = 0;
    im.mark++;
    int64_t start = clock_mono_us();
    load_run(&on, beside);
    double users = (double)requests * USERS_OF_REQUEST;
    *cpu_us = on.cpu_us * on.rate * (double)(im.ended - start) / 1e6 / users;
    return im.done == requests ? users * 1e6 / (double)(im.ended - start) : 0;
}

static bool
measure(const struct process *server, int requests)
{
    struct load calm = {.server = server,
                        .ask = create_one,
                        .loaders = CREATORS,
                        .pause_us = PAUSE_US,
                        .seconds = CALM_SECONDS};
    struct load beside = calm;
    double cpu_us = 0, mixed_us = 0;
    beside.seconds = 0;
    (void)snprintf(im.headers, sizeof im.headers,
                   "Authorization: Bearer %s\r\nfrontegg-tenant-id: bench\r\n", server->token);
    load_run(&calm, NULL);
    double alone = run_import(server, requests, NULL, &cpu_us);
    double rate = run_import(server, requests, &beside, &mixed_us);
    printf("import.alone %.0f\nimport.cpu %.1f\nimport.rate %.0f\n", alone, cpu_us, rate);
    printf("create.calm.p99 %.0f\ncreate.beside.p99 %.0f\n", calm.p99_us, beside.p99_us);
    return alone > 0 && rate > 0 && calm.failed == 0 && beside.failed == 0 && calm.rate > 0 &&
           beside.rate > 0;
}

int
main(int argc, char **argv)
{
    static const char *const quiet[] = {"--log-level", "error", NULL};
    struct process server;
    char parent[PATH_SIZE], name[PATH_SIZE];
    int requests = argc > 2 ? (int)strtol(argv[2], NULL, 10) / USERS_OF_REQUEST : 0;
    if (requests < 1 || requests > REQUESTS_MAX) {
        fprintf(stderr, "usage: import FOLDER USERS\n");
        return 2;
    }
    (void)snprintf(parent, sizeof parent, "%s", argv[1]);
    (void)snprintf(name, sizeof name, "%s", argv[1]);
    (void)setenv("TEST_TMP", dirname(parent), 1);
    if (!process_start(&server, basename(name), quiet))
        return 1;
    bool ok = measure(&server, requests);
    ok = process_stop(&server) == 0 && ok;
    if (!ok)
        fprintf(stderr, "import: not everybody was imported or created\n");
    return !ok;
}
