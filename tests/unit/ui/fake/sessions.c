#include "tests/unit/ui/fake/sessions.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2000, LOG = 4000 };

static const char *const people[] = {"ada", "bob", "cyd"};
static const char *const clients[] = {"Firefox on Linux", "curl", "Safari on iOS",
                                      "Chrome on Windows"};
static const char *const mfas[] = {"none", "app", "key"};

static struct {
    size_t n;
    bool alive[MOST];
    int64_t age_s[MOST]; /* when it was made, before the pinned now */
    size_t own;
    bool stubborn;
    struct {
        size_t session;
        bool ended;
    } log[LOG];
    size_t n_log;
} service;

static void
note(size_t session, bool ended)
{
    assert_true(service.n_log < LOG);
    service.log[service.n_log].session = session;
    service.log[service.n_log++].ended = ended;
}

static size_t
person_of(size_t i)
{
    return i % COUNT_OF(people);
}

static void
time_text(int64_t ago_s, char out[CLOCK_TEXT_SIZE])
{
    clock_format(INT64_C(1780000000000) - ago_s * 1000, out);
}

static void
write_session(size_t i, struct buf *out)
{
    char created[CLOCK_TEXT_SIZE], used[CLOCK_TEXT_SIZE];
    time_text(service.age_s[i], created);
    time_text(service.age_s[i] / 2, used);
    buf_printf(out,
               "{\"id\":\"session-%04zu\",\"userId\":\"user-%s\",\"email\":\"%s@acme.example\","
               "\"tenantId\":\"acme\",\"ip\":\"192.0.2.%zu\",\"client\":\"%s\","
               "\"userAgent\":\"%s agent\",\"mfa\":\"%s\",\"createdAt\":\"%s\",\"usedAt\":\"%s\","
               "\"expiresAt\":\"2026-06-28T00:00:00.000Z\",\"impersonated\":false,\"current\":%s}",
               i, people[person_of(i)], people[person_of(i)], 1 + i % 5,
               clients[i % COUNT_OF(clients)], clients[i % COUNT_OF(clients)],
               mfas[i % COUNT_OF(mfas)], created, used, i == service.own ? "true" : "false");
}

static bool
lists(const struct json *list, const char *text)
{
    for (const struct json *j = json_first(list); j; j = json_next(j))
        if (str_eq(json_str(j), str_of(text)))
            return true;
    return false;
}

/* Whether a query or body means this one. */
static bool
is_meant(const struct json *q, size_t i)
{
    char id[32], user[32], ip[32];
    snprintf(id, sizeof id, "session-%04zu", i);
    snprintf(user, sizeof user, "user-%s", people[person_of(i)]);
    snprintf(ip, sizeof ip, "192.0.2.%zu", 1 + i % 5);
    struct str except = json_str(json_get(q, "except")), at = json_str(json_get(q, "ip"));
    struct str client = json_str(json_get(q, "client"));
    return service.alive[i] && (!json_get(q, "ids") || lists(json_get(q, "ids"), id)) &&
           (!json_get(q, "userIds") || lists(json_get(q, "userIds"), user)) &&
           (!at.n || str_eq(at, str_of(ip))) &&
           (!client.n || str_eq(client, str_of(clients[i % COUNT_OF(clients)]))) &&
           !(except.n && str_eq(except, str_of(id)));
}

/* The youngest has the smallest age; ASC is the oldest first. */
static int
list(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    const struct json *q = values->query;
    int64_t limit = bench_number(values, "_limit", 100), after = bench_number(values, "_after", 0);
    bool up = str_eq(json_str(json_get(q, "_order")), STR("ASC"));
    size_t order[MOST], n = 0, total = 0;
    for (size_t i = 0; i < service.n; i++) {
        size_t at = n;
        if (!is_meant(q, i))
            continue;
        total++;
        for (; at && (up ? service.age_s[order[at - 1]] < service.age_s[i]
                         : service.age_s[order[at - 1]] > service.age_s[i]);
             at--)
            order[at] = order[at - 1];
        order[at] = i;
        n++;
    }
    buf_add_text(body, "{\"items\":[");
    size_t last = (size_t)(after + limit) < n ? (size_t)(after + limit) : n;
    for (size_t i = (size_t)after; i < last; i++) {
        buf_add_text(body, i > (size_t)after ? "," : "");
        write_session(order[i], body);
    }
    buf_add_text(body, "],\"next\":");
    if (last < n)
        buf_printf(body, "\"%zu\"", last);
    else
        buf_add_text(body, "null");
    buf_printf(body,
               ",\"total\":%zu,\"totalIsMore\":false,\"cursor\":\"%zu\","
               "\"now\":\"2026-05-28T20:26:40.000Z\"}",
               total, service.n_log);
    return 200;
}

static int
changes(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    const char *separator = "";
    buf_add_text(body, "{\"items\":[");
    for (size_t i = (size_t)bench_number(values, "cursor", 0); i < service.n_log; i++) {
        size_t s = service.log[i].session;
        if (!service.log[i].ended && !service.alive[s])
            continue;
        buf_printf(body,
                   "%s{\"id\":\"session-%04zu\",\"event\":\"%s\",\"userId\":null,"
                   "\"email\":null,\"session\":",
                   separator, s, service.log[i].ended ? "ended" : "started");
        if (service.log[i].ended)
            buf_add_text(body, "null");
        else
            write_session(s, body);
        buf_add_char(body, '}');
        separator = ",";
    }
    buf_printf(body,
               "],\"cursor\":\"%zu\",\"more\":false,\"reset\":false,"
               "\"now\":\"2026-05-28T20:26:40.000Z\"}",
               service.n_log);
    return 200;
}

static int
groups(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    size_t counts[8] = {0};
    struct str by = json_str(json_get(values->query, "by"));
    bool user = str_eq(by, STR("user")), ip = str_eq(by, STR("ip"));
    for (size_t i = 0; i < service.n; i++)
        if (is_meant(values->query, i))
            counts[user ? person_of(i) : ip ? i % 5 : i % COUNT_OF(clients)]++;
    const char *separator = "";
    buf_add_text(body, "{\"items\":[");
    for (size_t g = 0; g < 8; g++) {
        if (!counts[g])
            continue;
        buf_add_text(body, separator);
        if (user)
            buf_printf(body, "{\"key\":\"user-%s\",\"name\":\"%s@acme.example\"", people[g],
                       people[g]);
        else if (ip)
            buf_printf(body, "{\"key\":\"192.0.2.%zu\",\"name\":null", g + 1);
        else
            buf_printf(body, "{\"key\":\"%s\",\"name\":null", clients[g]);
        buf_printf(body, ",\"sessions\":%zu}", counts[g]);
        separator = ",";
    }
    buf_add_text(body, "],\"now\":\"2026-05-28T20:26:40.000Z\"}");
    return 200;
}

static int
revoke(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    size_t ended = 0;
    for (size_t i = 0; i < service.n; i++) {
        if (!is_meant(values->body, i))
            continue;
        ended++;
        if (!service.stubborn)
            fake_session_ends(i);
    }
    buf_printf(body,
               "{\"ended\":%zu,\"more\":false,\"tokensUntil\":\"2026-05-28T20:30:40.000Z\","
               "\"now\":\"2026-05-28T20:26:40.000Z\"}",
               ended);
    return 200;
}

static void
reset(size_t n)
{
    memset(&service, 0, sizeof service);
    service.own = MOST;
    service.n = n;
    for (size_t i = 0; i < n; i++) {
        service.alive[i] = true;
        service.age_s[i] = 60 + 3600 * (int64_t)i;
    }
}

void
fake_sessions(struct bench *b, size_t n)
{
    reset(n);
    fake_answer_by(b->client, "live_sessions_list", list, NULL);
    fake_answer_by(b->client, "live_sessions_changes", changes, NULL);
    fake_answer_by(b->client, "live_sessions_groups", groups, NULL);
    fake_answer_by(b->client, "live_sessions_revoke", revoke, NULL);
}

/* ---- person by person ---- */

static int
own_list(void *ctx, const struct values *values, struct buf *body)
{
    struct bench *b = ctx;
    const char *separator = "";
    struct str user = fake_user(b->client);
    (void)values;
    buf_add_char(body, '[');
    for (size_t i = 0; i < service.n; i++) {
        char id[32], created[CLOCK_TEXT_SIZE];
        snprintf(id, sizeof id, "user-%s", people[person_of(i)]);
        if (!service.alive[i] || !str_eq(user, str_of(id)))
            continue;
        time_text(service.age_s[i], created);
        buf_printf(body,
                   "%s{\"id\":\"session-%04zu\",\"createdAt\":\"%s\",\"ipAddress\":\"192.0.2.%zu\","
                   "\"userAgent\":\"curl/8\",\"current\":%s,\"impersonated\":false}",
                   separator, i, created, 1 + i % 5, i == service.own ? "true" : "false");
        separator = ",";
    }
    buf_add_char(body, ']');
    return 200;
}

static int
own_delete(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx, (void)body;
    struct str id = json_str(json_get(values->path, "id"));
    int64_t i = 0;
    if (str_to_i64(str_sub(id, 8, SIZE_MAX), &i) && !service.stubborn)
        fake_session_ends((size_t)i);
    return 200;
}

void
fake_sessions_of_people(struct bench *b, size_t n)
{
    reset(n);
    fake_answer(b->client, "live_sessions_list", 404, "{\"errors\":[\"Not found\"]}");
    fake_answer(b->client, "users_list", 200,
                "{\"items\":[{\"id\":\"user-ada\",\"email\":\"ada@acme.example\"},"
                "{\"id\":\"user-bob\",\"email\":\"bob@acme.example\"},"
                "{\"id\":\"user-cyd\",\"email\":\"cyd@acme.example\"}],"
                "\"_metadata\":{\"totalItems\":3}}");
    fake_answer(b->client, "config_get", 200, "{\"defaultTokenExpiration\":600}");
    fake_answer_by(b->client, "sessions_list", own_list, b);
    fake_answer_by(b->client, "sessions_delete", own_delete, b);
}

/* ---- as the test says ---- */

void
fake_session_begins(size_t person)
{
    size_t i = service.n;
    while (person_of(i) != person) /* those in between never were */
        i++;
    assert_true(i < MOST);
    service.n = i + 1;
    service.alive[i] = true;
    service.age_s[i] = 0;
    note(i, false);
}

void
fake_session_ends(size_t i)
{
    if (service.alive[i])
        note(i, true);
    service.alive[i] = false;
}

void
fake_session_own(size_t i)
{
    service.own = i;
}

void
fake_sessions_stubborn(bool stubborn)
{
    service.stubborn = stubborn;
}

size_t
fake_sessions_alive(void)
{
    size_t n = 0;
    for (size_t i = 0; i < service.n; i++)
        n += service.alive[i];
    return n;
}
