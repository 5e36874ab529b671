#include "server/ratelimit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "server/state.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>

enum { SETS = 2048, WAYS = 4, SECOND = 1, MINUTE = 60 };

/* n requests in `window_s` seconds. The first group are the published figures of the service, the
 * second what they come to for routes that are younger than that page. */
static const struct limit {
    enum op_id op;
    int n, window_s;
    bool shared; /* one budget for all callers together */
} LIMITS[] = {
    {OP_vendor_auth, 30, SECOND, false},
    {OP_oauth_token, 30, SECOND, false},
    {OP_auth_login, 100, MINUTE, false},
    {OP_api_token_auth, 100, SECOND, true},
    {OP_api_token_auth_v1, 100, SECOND, true},
    {OP_passwordless_link_start, 100, MINUTE, false},
    {OP_passwordless_link_finish, 100, MINUTE, false},
    {OP_mfa_login_verify, 10, MINUTE, false},
    {OP_mfa_login_recover, 10, MINUTE, false},
    {OP_passwords_reset, 10, MINUTE, false},
    {OP_passwords_reset_verify, 10, MINUTE, false},
    {OP_auth_sign_up, 5, MINUTE, false},
    {OP_users_create, 30, MINUTE, false},
    {OP_users_create_v1, 30, MINUTE, false},
    {OP_users_list_v2, 30, MINUTE, false},

    {OP_auth_sign_up_username, 5, MINUTE, false},
    {OP_passwordless_email_start, 100, MINUTE, false},
    {OP_passwordless_email_finish, 100, MINUTE, false},
    {OP_passwordless_sms_start, 100, MINUTE, false},
    {OP_passwordless_sms_finish, 100, MINUTE, false},
    {OP_mfa_login_authenticator_verify, 10, MINUTE, false},
    {OP_mfa_login_sms_verify, 10, MINUTE, false},
    {OP_mfa_login_email_verify, 10, MINUTE, false},
    {OP_mfa_login_webauthn_verify, 10, MINUTE, false},
    {OP_passwords_reset_email, 10, MINUTE, false},
    {OP_passwords_reset_sms, 10, MINUTE, false},
    {OP_passwords_reset_sms_verify, 10, MINUTE, false},
    {OP_passwords_reset_validate, 100, MINUTE, false},
    {OP_activation_activate, 100, MINUTE, false},
    {OP_activation_activate_code, 100, MINUTE, false},
    {OP_activation_resend, 10, MINUTE, false},
    {OP_me_unlock, 10, MINUTE, false},
};

struct bucket {
    uint64_t key;      /* 0: free */
    int64_t filled_us; /* when it was last brought up to date */
    int64_t used_us;   /* time that the requests so far have cost and that has not passed yet */
};
struct ratelimit {
    enum ratelimit_mode mode;
    pthread_mutex_t lock;
    struct bucket buckets[SETS][WAYS];
};

bool
ratelimit_parse(const char *text, enum ratelimit_mode *out)
{
    static const char *const names[] = {
        [RATELIMIT_PUBLIC] = "public", [RATELIMIT_ON] = "on", [RATELIMIT_OFF] = "off"};
    *out = RATELIMIT_PUBLIC;
    if (!text)
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum ratelimit_mode)i;
            return true;
        }
    return false;
}

struct ratelimit *
ratelimit_new(enum ratelimit_mode mode)
{
    struct ratelimit *l = mem_new(1, sizeof *l);
    l->mode = mode;
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
    return str_eq(ip, STR("unix")) || str_eq(ip, STR("::1")) || str_starts(ip, STR("127.")) ||
           str_starts(ip, STR("::ffff:127."));
}

/* Whoever has one address of a /64 has them all. An IPv4 address may come dressed as IPv6. */
static uint64_t
key_of(const struct limit *limit, struct str ip)
{
    static const char mapped[12] = {[10] = '\xff', [11] = '\xff'};
    char text[64], address[16];
    struct str who = limit->shared ? STR("") : ip;
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(who));
    if (inet_pton(AF_INET6, text, address) == 1) {
        bool is_four = memcmp(address, mapped, sizeof mapped) == 0;
        who = (struct str){address + (is_four ? sizeof mapped : 0), is_four ? 4 : 8};
    } else if (inet_pton(AF_INET, text, address) == 1) {
        who = (struct str){address, 4};
    }
    uint64_t key = str_hash(who) ^ (uint64_t)(limit->op + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return key ? key : 1;
}

static void
bring_up_to_date(struct bucket *b, int64_t now_us)
{
    int64_t passed = now_us - b->filled_us;
    b->filled_us = now_us;
    b->used_us = passed > b->used_us ? 0 : b->used_us - passed;
}

/* The caller's own bucket, else the emptiest of the set, which becomes theirs. */
static struct bucket *
find_bucket(struct ratelimit *l, uint64_t key, int64_t now_us)
{
    struct bucket *set = l->buckets[key % SETS], *pick = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        bring_up_to_date(&set[i], now_us);
        if (set[i].key == key)
            return &set[i];
        if (set[i].used_us < pick->used_us)
            pick = &set[i];
    }
    *pick = (struct bucket){.key = key, .filled_us = now_us};
    return pick;
}

/* Every request costs window/n of time; a bucket holds at most one window of it. 0, or how long it
 * takes until there is room. */
static int64_t
spend(struct ratelimit *l, const struct limit *limit, struct str ip, int64_t now_us)
{
    int64_t window = (int64_t)limit->window_s * 1000000, cost = window / limit->n;
    pthread_mutex_lock(&l->lock);
    struct bucket *b = find_bucket(l, key_of(limit, ip), now_us);
    int64_t wait = b->used_us + cost - window;
    if (wait <= 0)
        b->used_us += cost;
    pthread_mutex_unlock(&l->lock);
    return wait > 0 ? wait : 0;
}

enum err_code
ratelimit_check(struct call *c, struct err *err)
{
    struct ratelimit *l = c->server->limits;
    const struct limit *limit = find_limit(c->op->id);
    if (!limit || l->mode == RATELIMIT_OFF || (l->mode == RATELIMIT_PUBLIC && is_local(c->ip)))
        return ERR_OK;
    int64_t wait_us = spend(l, limit, c->ip, clock_mono_us());
    if (wait_us == 0)
        return ERR_OK;
    char reset[CLOCK_TEXT_SIZE];
    buf_printf(&c->reply_headers, "X-Rate-Limit-Reset: %s\r\n",
               clock_format(c->now + (wait_us + 999) / 1000, reset));
    return err_set(err, ERR_RATE, "Too many requests");
}
