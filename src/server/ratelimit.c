#include "server/ratelimit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "server/state.h"

#include <pthread.h>

enum { BUCKETS = 4096 };

/* n requests in `window_s` seconds; published figures of the service. */
static const struct limit {
    enum op_id op;
    int n, window_s;
} LIMITS[] = {
    {OP_vendor_auth, 30, 1},
    {OP_auth_sign_up, 5, 60},
    {OP_auth_sign_up_username, 5, 60},
    {OP_passwordless_link_start, 100, 60},
    {OP_passwordless_email_start, 100, 60},
    {OP_passwordless_sms_start, 100, 60},
    {OP_users_create, 30, 60},
    {OP_users_create_v1, 30, 60},
    {OP_mfa_login_verify, 10, 60},
    {OP_mfa_login_authenticator_verify, 10, 60},
    {OP_mfa_login_recover, 10, 60},
};

struct bucket {
    int64_t filled_us; /* when it was last brought up to date */
    int64_t used_us;   /* time that the requests so far have cost and that has not passed yet */
};
struct ratelimit {
    pthread_mutex_t lock;
    struct bucket buckets[BUCKETS];
};

struct ratelimit *
ratelimit_new(void)
{
    struct ratelimit *l = mem_new(1, sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void
ratelimit_free(struct ratelimit *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

static const struct limit *
find_limit(enum op_id op)
{
    for (size_t i = 0; i < COUNT_OF(LIMITS); i++)
        if (LIMITS[i].op == op)
            return &LIMITS[i];
    return NULL;
}

static bool
is_local(struct str ip)
{
    return str_eq(ip, STR("unix")) || str_eq(ip, STR("::1")) || str_starts(ip, STR("127."));
}

/* Every request costs window/n of time; a bucket holds at most one window of it. */
static bool
spend(struct ratelimit *l, const struct limit *limit, struct str ip, int64_t now_us)
{
    int64_t window = (int64_t)limit->window_s * 1000000, cost = window / limit->n;
    struct bucket *b = &l->buckets[(str_hash(ip) ^ (uint64_t)limit->op * 31) % BUCKETS];
    pthread_mutex_lock(&l->lock);
    int64_t passed = now_us - b->filled_us;
    b->filled_us = now_us;
    b->used_us = passed > b->used_us ? 0 : b->used_us - passed;
    bool ok = b->used_us + cost <= window;
    if (ok)
        b->used_us += cost;
    pthread_mutex_unlock(&l->lock);
    return ok;
}

enum err_code
ratelimit_check(struct call *c, struct err *err)
{
    const struct limit *limit = find_limit(c->op->id);
    if (!limit || is_local(c->ip) || spend(c->server->limits, limit, c->ip, clock_mono_us()))
        return ERR_OK;
    char reset[CLOCK_TEXT_SIZE];
    buf_printf(&c->reply_headers, "X-Rate-Limit-Reset: %s\r\n",
               clock_format(c->now + limit->window_s * INT64_C(1000), reset));
    return err_set(err, ERR_RATE, "Too many requests");
}
