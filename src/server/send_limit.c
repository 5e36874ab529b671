#include "server/send_limit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/sends.h"

enum { SUBJECT_MAX = 400 };

struct subject {
    const char *kind;
    struct str name; /* absent: does not count */
    int64_t most;
};

static bool
is_local(struct str ip)
{
    return ip.n == 0 || str_eq(ip, STR("unix")) || str_eq(ip, STR("::1")) ||
           str_starts(ip, STR("127."));
}

/* Spellings of one address share one count. */
static struct str
key_of(struct call *c, const struct subject *subject)
{
    struct buf key;
    buf_init(&key, 4 * SUBJECT_MAX);
    buf_add_text(&key, subject->kind);
    buf_add_char(&key, ':');
    (void)utf8_fold(&key, str_sub(subject->name, 0, SUBJECT_MAX));
    struct str out = arena_str(c->arena, buf_str(&key));
    buf_fini(&key);
    return out;
}

static enum err_code
refuse(struct call *c, const struct subject *subject, int64_t sent, struct err *err)
{
    char reset[CLOCK_TEXT_SIZE];
    call_keep(c);
    if (sent == subject->most + 1)
        call_audit(c, "message", subject->name, "High", "Too many messages were asked for: %s %.*s",
                   subject->kind, STR_ARG(subject->name));
    buf_printf(&c->reply_headers, "X-Rate-Limit-Reset: %s\r\n",
               clock_format(c->now + SEND_WINDOW_S * INT64_C(1000), reset));
    return call_refuse(c, err, ERR_RATE, NULL, "Too many requests");
}

enum err_code
send_limit(struct call *c, const struct scope *s, struct str to, const struct user *u,
           struct err *err)
{
    const struct str none = {NULL, 0};
    /* Always in this order, so that two servers never wait for each other. */
    const struct subject subjects[] = {
        {"ip", is_local(c->ip) ? none : c->ip, SEND_MAX_IP},
        {"tenant", u ? u->active_tenant_id : none, SEND_MAX_TENANT},
        {"to", to, SEND_MAX_TO},
        {"user", u ? u->id : none, SEND_MAX_USER},
    };
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        const struct subject *subject = &subjects[i];
        if (subject->name.n == 0)
            continue;
        int64_t sent = 0;
        enum err_code rc =
            store_send_count(s, key_of(c, subject), SEND_WINDOW_S * INT64_C(1000), &sent, err);
        if (rc)
            return rc;
        if (sent > subject->most)
            return refuse(c, subject, sent, err);
    }
    return ERR_OK;
}
