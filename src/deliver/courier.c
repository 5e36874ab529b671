#include "deliver/courier.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "deliver/courier_priv.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum {
    LINGER_MS = 10000, /* of a thread without a letter */
    STACK_BYTES = 512 * 1024,
    SAFE_ANSWER_MAX = 4 * COURIER_ANSWER_MAX
};

void
courier_clean_environment(void)
{
    curl_api_clean_environment();
}

/* ---- threads ---- */

/* True when there is a letter, false when the thread is to end. The lock is held. */
static bool
wait_for_letter(struct slot *s)
{
    struct courier *c = s->courier;
    struct timespec until = clock_deadline(LINGER_MS);
    while (s->state != SLOT_READY && !atomic_load(&c->stopping)) {
        if (s->state != SLOT_IDLE) {
            pthread_cond_wait(&s->begin, &c->lock);
            until = clock_deadline(LINGER_MS);
        } else if (pthread_cond_timedwait(&s->begin, &c->lock, &until) != 0 &&
                   s->state == SLOT_IDLE) {
            return false;
        }
    }
    return s->state == SLOT_READY && !atomic_load(&c->stopping);
}

static void *
run(void *arg)
{
    struct slot *s = arg;
    struct courier *c = s->courier;
    pthread_mutex_lock(&c->lock);
    while (wait_for_letter(s)) {
        s->state = SLOT_RUNNING;
        pthread_mutex_unlock(&c->lock);
        s->code = c->api->easy_perform(s->easy);
        pthread_mutex_lock(&c->lock);
        s->state = SLOT_DONE;
        pthread_cond_signal(&c->ended);
        if (c->options.on_end)
            c->options.on_end(c->options.arg);
    }
    bool letter = s->state != SLOT_IDLE;
    if (!letter)
        s->state = SLOT_ENDING;
    pthread_mutex_unlock(&c->lock);
    c->api->easy_cleanup(s->easy); /* takes leave of the server */
    s->easy = NULL;
    pthread_mutex_lock(&c->lock);
    if (!letter)
        s->state = SLOT_DEAD;
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* The lock is not held. */
static bool
start_thread(struct slot *s)
{
    pthread_attr_t attr;
    sigset_t all, before;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->threaded = pthread_create(&s->thread, &attr, run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return s->threaded;
}

static void
set_state(struct slot *s, enum slot_state state)
{
    pthread_mutex_lock(&s->courier->lock);
    s->state = state;
    pthread_cond_signal(&s->begin);
    pthread_mutex_unlock(&s->courier->lock);
}

/* ---- sending ---- */

static void
begin(struct slot *s)
{
    s->uploaded = s->header_bytes = 0;
    s->requests = 0;
    s->too_large = s->resent = false;
    s->header_id[0] = s->retry_after[0] = s->reply[0] = s->refusal[0] = s->reason[0] = '\0';
    s->err = (struct err){.code = ERR_OK};
    request_init(&s->request);
    buf_init(&s->answer, COURIER_ANSWER_MAX);
    s->failed =
        provider_write(s->provider, s->letter, clock_now_ms(), &s->request, &s->err) != ERR_OK;
    if (!s->failed) {
        slot_prepare(s);
        if (!s->threaded && !start_thread(s)) {
            (void)err_set(&s->err, ERR_CONFIG, "there is no thread for a message");
            s->failed = true;
        }
    }
    set_state(s, s->failed ? SLOT_DONE : SLOT_READY);
}

static bool
is_free(enum slot_state state)
{
    return state == SLOT_EMPTY || state == SLOT_IDLE || state == SLOT_DEAD;
}

/* One whose thread and connection are there, if possible. The lock is held. */
static struct slot *
find_free(struct courier *c)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < COURIER_SLOTS; i++) {
        struct slot *s = &c->slots[i];
        if (s->state == SLOT_IDLE)
            return s;
        if (!found && is_free(s->state))
            found = s;
    }
    return found;
}

bool
courier_has_room(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    bool room = find_free(c) != NULL;
    pthread_mutex_unlock(&c->lock);
    return room;
}

void
courier_send(struct courier *c, struct provider *p, const struct letter *letter, void *owner)
{
    pthread_mutex_lock(&c->lock);
    struct slot *s = find_free(c);
    ASSERT(s);
    bool dead = s->state == SLOT_DEAD;
    s->state = SLOT_DONE; /* reserved: its thread no longer thinks of ending */
    pthread_mutex_unlock(&c->lock);
    if (dead) {
        (void)pthread_join(s->thread, NULL);
        s->threaded = false;
    }
    s->provider = p;
    s->letter = letter;
    s->owner = owner;
    c->load++;
    begin(s);
}

/* ---- ending ---- */

static void
keep_answer(struct courier *c, const struct slot *s, struct outcome *out)
{
    buf_reset(&c->shown);
    if (!c->options.keep_answers)
        return;
    utf8_make_safe(&c->shown, s->request.smtp ? str_of(s->reply) : buf_str(&s->answer));
    out->answer = buf_str(&c->shown);
}

/* True if it is over; false if it goes on with another request. */
static bool
finish(struct slot *s, struct outcome *out)
{
    struct courier *c = s->courier;
    *out = (struct outcome){.owner = s->owner};
    if (s->failed) {
        out->verdict = s->err.code == ERR_CONFIG ? VERDICT_TROUBLE : VERDICT_REFUSED;
        (void)snprintf(out->why, sizeof out->why, "%s", s->err.msg);
    } else {
        slot_judge(s, out);
    }
    keep_answer(c, s, out);
    slot_forget(s);
    if (out->verdict == VERDICT_AGAIN) {
        begin(s);
        return false;
    }
    set_state(s, s->threaded ? SLOT_IDLE : SLOT_EMPTY);
    c->load--;
    return true;
}

static struct slot *
find_done(struct courier *c)
{
    struct slot *found = NULL;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < COURIER_SLOTS && !found; i++)
        if (c->slots[i].state == SLOT_DONE)
            found = &c->slots[i];
    pthread_mutex_unlock(&c->lock);
    return found;
}

bool
courier_next(struct courier *c, struct outcome *out)
{
    for (struct slot *s = find_done(c); s; s = find_done(c))
        if (finish(s, out))
            return true;
    return false;
}

void
courier_wait(struct courier *c, int64_t ms)
{
    struct timespec until = clock_deadline(ms < 0 ? 0 : ms);
    if (find_done(c) || c->load == 0)
        return;
    pthread_mutex_lock(&c->lock);
    bool done = false;
    while (!done) {
        for (size_t i = 0; i < COURIER_SLOTS; i++)
            done = done || c->slots[i].state == SLOT_DONE;
        done = done || pthread_cond_timedwait(&c->ended, &c->lock, &until) != 0;
    }
    pthread_mutex_unlock(&c->lock);
}

/* ---- the courier ---- */

enum err_code
courier_new(struct courier **out, const struct courier_options *options, struct err *err)
{
    *out = NULL;
    const struct curl_api *api = NULL;
    enum err_code rc = curl_api_shared(&api, err);
    if (rc)
        return rc;
    struct courier *c = mem_new(1, sizeof *c);
    c->api = api;
    c->options = *options;
    if (c->options.timeout_ms <= 0)
        c->options.timeout_ms = COURIER_TIMEOUT_MS;
    buf_init(&c->shown, SAFE_ANSWER_MAX);
    pthread_mutex_init(&c->lock, NULL);
    cond_init(&c->ended);
    atomic_init(&c->stopping, false);
    for (size_t i = 0; i < COURIER_SLOTS; i++) {
        struct slot *s = &c->slots[i];
        s->courier = c;
        cond_init(&s->begin);
        for (size_t k = 0; k < SOCKETS_MAX; k++)
            s->sockets[k] = -1;
    }
    *out = c;
    return ERR_OK;
}

/* Whatever a thread waits for from a server ends at once. */
static void
stop_threads(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stopping, true);
    for (size_t i = 0; i < COURIER_SLOTS; i++) {
        struct slot *s = &c->slots[i];
        for (size_t k = 0; k < SOCKETS_MAX; k++)
            if (s->sockets[k] >= 0)
                (void)shutdown(s->sockets[k], SHUT_RDWR);
        pthread_cond_signal(&s->begin);
    }
    pthread_mutex_unlock(&c->lock);
}

void
courier_free(struct courier *take)
{
    if (!take)
        return;
    stop_threads(take);
    for (size_t i = 0; i < COURIER_SLOTS; i++) {
        struct slot *s = &take->slots[i];
        if (s->threaded)
            (void)pthread_join(s->thread, NULL);
        if (s->easy)
            take->api->easy_cleanup(s->easy);
        if (!is_free(s->state) && s->state != SLOT_ENDING)
            slot_forget(s);
        pthread_cond_destroy(&s->begin);
    }
    pthread_cond_destroy(&take->ended);
    pthread_mutex_destroy(&take->lock);
    buf_fini(&take->shown);
    mem_free(take);
}

size_t
courier_load(const struct courier *c)
{
    return c->load;
}
