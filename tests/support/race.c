#include "tests/support/race.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MAX = 1 << 16 };

static struct process servers[2];
static int n_servers = 1;
static char outbox[600];
struct race_caller race_caller[RACE_CALLERS_MAX];
static struct {
    pthread_t thread;
    int which, status;
} runs[RACE_CALLERS_MAX];
static pthread_barrier_t together;
static int64_t asked, busy;

int
race_rounds(int preset)
{
    return unit_setting("TEST_RACE_ROUNDS", preset);
}

int
race_callers(int preset)
{
    int n = unit_setting("TEST_RACE_CALLERS", preset);
    return n < 2 ? 2 : n > RACE_CALLERS_MAX ? RACE_CALLERS_MAX : n;
}

const char *
race_outbox(void)
{
    return outbox;
}

bool
race_start(void)
{
    const char *tmp = getenv("TEST_TMP");
    snprintf(outbox, sizeof outbox, "%s/race-outbox", tmp ? tmp : "/tmp");
    const char *const extra[] = {"--outbox", outbox, "--public-url", "https://" RACE_HOST, NULL};
    n_servers = getenv("GATEHOUSE_TEST_PG") ? 2 : 1;
    for (int i = 0; i < n_servers; i++)
        if (!process_start(&servers[i], "race", extra))
            return false;
    return process_call(&servers[0], "POST", "/tenants/resources/tenants/v1",
                        "{\"tenantId\":\"race\",\"name\":\"Race\"}", NULL, 0) == 201;
}

void
race_stop(void)
{
    print_message("# %lld requests raced on %d servers, %lld were told to come again\n",
                  (long long)asked, n_servers, (long long)busy);
    for (int i = 0; i < n_servers; i++)
        (void)process_stop(&servers[i]);
}

/* ---- one request ---- */

static void
copy_cookie(const char *answer, struct race_reply *r)
{
    const char *set = strstr(answer, "Set-Cookie: ");
    if (!set)
        return;
    set += sizeof "Set-Cookie: " - 1;
    snprintf(r->cookie, sizeof r->cookie, "%.*s", (int)strcspn(set, ";\r"), set);
}

struct race_reply
race_ask(int which, const char *method, const char *path, const char *headers, const char *body)
{
    const struct process *p = &servers[which % n_servers];
    char *request = mem_new(1, ANSWER_MAX), *answer = mem_new(1, ANSWER_MAX);
    bool own = headers && strstr(headers, "Authorization: ");
    int n = snprintf(request, ANSWER_MAX,
                     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s%s%s"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                     method, path, own ? "" : "Authorization: Bearer ", own ? "" : p->token,
                     own ? "" : "\r\n", strlen(body), headers ? headers : "", body);
    struct race_reply r = {.status = raw_request_within(p->port, (struct str){request, (size_t)n},
                                                        answer, ANSWER_MAX, RACE_PATIENCE_MS)};
    const char *start = strstr(answer, "\r\n\r\n");
    if (start)
        r.json = json_parse(str_of(start + 4), ANSWER_MAX, NULL);
    copy_cookie(answer, &r);
    mem_free(request);
    mem_free(answer);
    return r;
}

void
race_must(const char *method, const char *path, const char *headers, const char *body, int status,
          const char *member, char *out, size_t size)
{
    struct race_reply r = race_ask(0, method, path, headers, body);
    if (r.status != status)
        fail_msg("%s %s: %d, wanted %d", method, path, r.status, status);
    if (member)
        snprintf(out, size, "%.*s", STR_ARG(json_str(json_get(r.json, member))));
    json_free(r.json);
}

/* ---- all at once ---- */

static void *
call_it(void *arg)
{
    int i = (int)((const struct race_caller *)arg - race_caller);
    pthread_barrier_wait(&together);
    struct race_reply r =
        race_ask(i, "POST", race_caller[i].path, race_caller[i].headers, race_caller[i].body);
    runs[i].status = r.status;
    json_free(r.json);
    return NULL;
}

int
race_run(int n, int wanted)
{
    int won = 0;
    pthread_barrier_init(&together, NULL, (unsigned)n);
    for (int i = 0; i < n; i++)
        assert_int_equal(pthread_create(&runs[i].thread, NULL, call_it, &race_caller[i]), 0);
    for (int i = 0; i < n; i++) {
        pthread_join(runs[i].thread, NULL);
        int status = runs[i].status;
        won += status == wanted;
        busy += status == 503;
        if (status != wanted && status != 400 && status != 401 && status != 409 && status != 503)
            fail_msg("caller %d was answered %d", i, status);
    }
    pthread_barrier_destroy(&together);
    asked += n;
    return won;
}

int
race_same(int n, const char *path, const char *headers, const char *body, int wanted)
{
    for (int i = 0; i < n; i++) {
        race_caller[i].path = path;
        snprintf(race_caller[i].headers, sizeof race_caller[i].headers, "%s", headers);
        snprintf(race_caller[i].body, sizeof race_caller[i].body, "%s", body);
    }
    return race_run(n, wanted);
}
