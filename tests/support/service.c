#include "tests/support/service.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <poll.h>
#include <stdio.h>

static void
service_init(struct service *s)
{
    *s = (struct service){.lock = PTHREAD_MUTEX_INITIALIZER,
                          .expires_in = 3600,
                          .busy_headers = "",
                          .answer_status = 200,
                          .answer_headers = "",
                          .answer_body = "{\"ok\":true}"};
}

static void
answer_auth(const struct httpd_request *r, struct service *s)
{
    char body[128];
    if (!strstr(r->body, "\"secret\":\"s3cret\"")) {
        httpd_reply(r, 401, "", "{\"errors\":[\"Invalid authentication\"]}");
        return;
    }
    snprintf(body, sizeof body, "{\"token\":\"token-%d\",\"expiresIn\":%d}", ++s->tokens,
             s->expires_in);
    httpd_reply(r, 200, "", body);
}

static bool
token_is_good(const struct httpd_request *r, const struct service *s)
{
    char line[64];
    for (int i = s->refuse_upto + 1; i <= s->tokens; i++) {
        snprintf(line, sizeof line, "Authorization: Bearer token-%d\r\n", i);
        if (httpd_has(r, line))
            return true;
    }
    return false;
}

static bool
answer(const struct httpd_request *r, void *ctx)
{
    struct service *s = ctx;
    bool keep = true;
    if (httpd_has(r, "/stall")) {
        httpd_stall(r);
        return false;
    }
    pthread_mutex_lock(&s->lock);
    if (httpd_is(r, "POST /auth/vendor")) {
        answer_auth(r, s);
    } else if (!token_is_good(r, s)) {
        httpd_reply(r, 401, "", "{\"errors\":[\"Unauthorized\"]}");
    } else if (s->busy) {
        s->busy--;
        httpd_reply(r, s->busy_status, s->busy_headers, "{\"errors\":[\"Slow down\"]}");
    } else if (!s->answer_status) {
        keep = false; /* read and never answered */
    } else {
        httpd_reply(r, s->answer_status, s->answer_headers, s->answer_body);
    }
    pthread_mutex_unlock(&s->lock);
    return keep;
}

struct world *
world_new(bool read_only, const char *secret)
{
    struct world *w = mem_new(1, sizeof *w);
    struct err err;
    service_init(&w->service);
    w->httpd = httpd_start(answer, &w->service);
    w->secret = secret_new(str_of(secret));
    const struct profile profile = {.name = STR("test"),
                                    .url = str_of(httpd_url(w->httpd)),
                                    .client_id = STR("client"),
                                    .read_only = read_only,
                                    .secret = w->secret};
    w->client = client_new(&profile, &err);
    assert_non_null(w->client);
    return w;
}

void
world_free(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        result_free(w->results[i]);
    client_free(w->client);
    httpd_stop(w->httpd);
    secret_free(w->secret);
    mem_free(w);
}

void
world_on_done(void *ctx, struct result *take)
{
    struct world *w = ctx;
    assert_true(w->n < COUNT_OF(w->results));
    w->results[w->n++] = take;
}

void
world_step(struct world *w, int most_ms)
{
    struct pollfd p = {.fd = client_fd(w->client), .events = POLLIN};
    int64_t next = client_next_ms(w->client);
    poll(&p, 1, next < 0 || next > most_ms ? most_ms : (int)next);
    client_dispatch(w->client);
}

void
world_wait_for(struct world *w, size_t n)
{
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;
    while (w->n < n && clock_mono_ms() < end)
        world_step(w, 100);
    assert_int_equal(w->n, n);
}

call_id
world_send(struct world *w, enum op_id id, struct callset *set)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    if (op->params)
        assert_int_equal(values_set(v, str_of(op->params[0].name), json_new_str(STR("x1")), NULL),
                         ERR_OK);
    return client_call(w->client, op, v, set, world_on_done, w);
}

struct result *
world_call(struct world *w, enum op_id id)
{
    size_t before = w->n;
    call_id sent = world_send(w, id, NULL);
    assert_int_equal(w->n, before); /* never inside client_call */
    world_wait_for(w, before + 1);
    assert_true(w->results[before]->id == sent);
    return w->results[before];
}

void
world_raw(struct world *w, enum method method, const char *path, struct callset *set)
{
    const struct raw_request request = {.method = method, .path = str_of(path)};
    client_raw(w->client, &request, set, world_on_done, w);
}
