#include "server/meta.h"

#include "base/clock.h"
#include "crypto/jwt.h"
#include "server/answer.h"
#include "server/auth.h"
#include "server/deliver.h"
#include "server/metrics.h"
#include "server/registry.h"
#include "server/state.h"

#include <inttypes.h>

static void
serve_health(struct server *s, struct http_request *r)
{
    (void)s;
    buf_add_text(&r->reply, "{\"status\":\"ok\"}");
}

static void
serve_jwks(struct server *s, struct http_request *r)
{
    buf_add_str(&r->reply, s->jwks);
}

static void
gauge(struct buf *out, const char *name, const char *help, const char *type, uint64_t value)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name,
               value);
}

static void
serve_metrics(struct server *s, struct http_request *r)
{
    struct buf *out = &r->reply;
    metrics_write(s->metrics, out);
    struct auth_counts counts;
    auth_count(s->auth, &counts);
    gauge(out, "gatehouse_token_cache_hits_total", "Tokens found checked.", "counter", counts.hits);
    gauge(out, "gatehouse_token_cache_misses_total", "Tokens checked in full.", "counter",
          counts.misses);
    gauge(out, "gatehouse_token_cache_entries", "Tokens remembered.", "gauge", counts.entries);
    gauge(out, "gatehouse_connections", "Open connections.", "gauge",
          s->http ? http_connections(s->http) : 0);
    gauge(out, "gatehouse_uptime_seconds", "Time since the start.", "gauge",
          (uint64_t)((clock_mono_ms() - s->started_ms) / 1000));
    if (s->deliver)
        deliver_write_metrics(s->deliver, out);
    r->type = STR("text/plain; version=0.0.4; charset=utf-8");
}

static void
serve_info(struct server *s, struct http_request *r)
{
    struct jw w;
    jw_init(&w, &r->reply);
    jw_open(&w, '{');
    jw_ktext(&w, "name", "gatehoused");
    jw_ktext(&w, "version", GATEHOUSE_VERSION);
    jw_ki64(&w, "operations", OP_COUNT);
    jw_ki64(&w, "bound", (int64_t)s->registry->bound);
    jw_close(&w, '}');
}

static const struct {
    const char *path;
    void (*serve)(struct server *s, struct http_request *r);
} PAGES[] = {
    {"/health", serve_health},
    {"/metrics", serve_metrics},
    {"/.well-known/jwks.json", serve_jwks},
    {"/gatehouse/v1/info", serve_info},
};

bool
meta_serve(struct server *s, struct str path, struct http_request *r)
{
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
        if (!str_eq(path, str_of(PAGES[i].path)))
            continue;
        if (!str_eq(r->method, STR("GET")) && !str_eq(r->method, STR("HEAD"))) {
            struct err err;
            (void)err_set(&err, ERR_METHOD, "Method not allowed");
            answer_error(r, &err, NULL, 0);
            buf_add_text(&r->reply_headers, "Allow: GET, HEAD\r\n");
            return true;
        }
        r->status = 200;
        r->type = ANSWER_JSON;
        PAGES[i].serve(s, r);
        return true;
    }
    return false;
}

enum err_code
meta_init(struct server *s, struct err *err)
{
    struct buf text;
    struct jw w;
    buf_init(&text, 256 * 1024);
    jw_init(&w, &text);
    jw_open(&w, '{');
    jw_key(&w, "keys");
    jw_open(&w, '[');
    /* The default environment first: clients take the first key. */
    const struct auth_environment *first = auth_find_environment(s->auth, s->vendor);
    for (size_t k = 0; first && k < first->n_keys; k++)
        jwt_key_write_jwk(first->keys[k], &w);
    for (size_t i = 0; i < auth_environments(s->auth); i++) {
        const struct auth_environment *e = auth_environment(s->auth, i);
        for (size_t k = 0; e != first && k < e->n_keys; k++)
            jwt_key_write_jwk(e->keys[k], &w);
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    s->jwks = arena_str(&s->arena, buf_str(&text));
    bool failed = text.failed;
    buf_fini(&text);
    return failed ? err_set(err, ERR_INTERNAL, "the key document is too large") : ERR_OK;
}
