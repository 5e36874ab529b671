#include "server/answer.h"

#include "server/state.h"

#include <inttypes.h>
#include <stdio.h>

/* splitmix64: spreads a counter over 64 bits. */
static uint64_t
mix(uint64_t v)
{
    v += UINT64_C(0x9e3779b97f4a7c15);
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

/* A random start and a counter: no system call for something that only has to be unique. */
struct str
answer_trace_id(struct server *s, struct arena *a)
{
    uint64_t n = atomic_fetch_add_explicit(&s->trace_count, 1, memory_order_relaxed);
    uint64_t high = mix(s->trace_seed[0] + n), low = mix(s->trace_seed[1] ^ n);
    char text[40];
    (void)snprintf(text, sizeof text,
                   "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
                   high >> 32, high >> 16 & 0xffff, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000,
                   low & UINT64_C(0xffffffffffff));
    return arena_text(a, text);
}

void
answer_headers(struct http_request *r)
{
    buf_add_text(&r->reply_headers, "Cache-Control: no-store\r\n"
                                    "X-Content-Type-Options: nosniff\r\n"
                                    "Content-Security-Policy: default-src 'none'\r\n");
}

/* What a caller may read of a fault that is ours. */
static const char *
inner_text(enum err_code code)
{
    switch (code) {
    case ERR_BUSY:
        return "The server is busy, try again";
    case ERR_SHUTDOWN:
        return "The server is stopping";
    case ERR_DB_FULL:
        return "The server cannot store anything at the moment";
    case ERR_OUTCOME_UNKNOWN:
        return "It is not known whether the change was made; read before you repeat it";
    default:
        return "Internal server error";
    }
}

static void
write_lines(struct jw *w, const struct str *lines, size_t n)
{
    jw_key(w, "errors");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        jw_str(w, lines[i]);
    jw_close(w, ']');
}

void
answer_error(struct http_request *r, const struct err *err, const struct str *lines, size_t n)
{
    struct str line = str_of(err->msg);
    r->status = err_http(err->code);
    bool inner = r->status >= 500 && err->code != ERR_UNIMPLEMENTED;
    if (inner)
        line = str_of(inner_text(err->code));
    buf_reset(&r->reply);
    buf_reset(&r->reply_headers);
    struct jw w;
    jw_init(&w, &r->reply);
    jw_open(&w, '{');
    if (n > 0 && !inner)
        write_lines(&w, lines, n);
    else
        write_lines(&w, &line, 1);
    if (err->ref[0])
        jw_ktext(&w, "errorCode", err->ref);
    jw_close(&w, '}');
    r->type = ANSWER_JSON;
    if (r->status == 503)
        buf_add_text(&r->reply_headers, "Retry-After: 1\r\n");
    if (r->status == 401)
        buf_add_text(&r->reply_headers, "WWW-Authenticate: Bearer\r\n");
    answer_headers(r);
}
