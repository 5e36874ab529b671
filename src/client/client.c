/*
 * Calls move from one state to the next, and their completions run, in client_dispatch alone. So
 * whoever asks in the middle of something, a frame for example, finishes that first.
 */
#include "client/client.h"
#include "base/clock.h"
#include "base/mem.h"
#include "client/client_priv.h"
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PROFILE_CAP = 1024 * 1024 };

static void
copy_profile(struct client *c, const struct profile *from)
{
    c->profile = *from;
    c->read_only = from->read_only;
    struct profile *p = &c->profile;
    struct str *const all[] = {&p->name,      &p->url,         &p->unix_socket,    &p->region,
                               &p->client_id, &p->secret_file, &p->secret_command, &p->tenant,
                               &p->theme,     &p->colour,      &p->environment,    &p->ca_file,
                               &p->proxy};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        *all[i] = arena_str(&c->arena, *all[i]);
}

static char *
copy_text(struct str s)
{
    return s.n ? mem_copy_text(s.p, s.n) : NULL;
}

static bool
watch(struct client *c, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(c->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST;
}

/*
 * Descriptors that come and go. That of the secret command goes by being closed, and takes itself out
 * with that: its number may be another thread's by now, so it is not touched any more.
 */
static void
watch_changing(struct client *c)
{
    enum { LOCAL, SECRET };
    const int now[2] = {[LOCAL] = c->local ? local_fd(c->local) : -1,
                        [SECRET] = secret_source_fd(&c->session.source)};
    if (c->watched[LOCAL] >= 0 && c->watched[LOCAL] != now[LOCAL])
        epoll_ctl(c->poll_fd, EPOLL_CTL_DEL, c->watched[LOCAL], NULL);
    for (int i = LOCAL; i <= SECRET; i++) {
        if (now[i] >= 0)
            watch(c, now[i]);
        c->watched[i] = now[i];
    }
}

static bool
open_descriptors(struct client *c, struct err *err)
{
    c->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    c->nudge_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->poll_fd >= 0 && c->nudge_fd >= 0 && watch(c, c->nudge_fd) &&
        watch(c, worker_fd(c->worker)))
        return true;
    err_set_errno(err, ERR_IO, errno, "no descriptors are left");
    return false;
}

static bool
start_worker(struct client *c, struct err *err)
{
    const struct worker_options options = {
        .ca_file = c->profile.ca_file.p,
        .proxy = c->profile.proxy.p,
        .user_agent = "gatehouse/" GATEHOUSE_VERSION,
    };
    c->worker = worker_start(&options, err);
    return c->worker != NULL;
}

struct client *
client_new(const struct profile *profile, struct err *err)
{
    struct client *c = mem_new(1, sizeof *c);
    arena_init(&c->arena, PROFILE_CAP);
    copy_profile(c, profile);
    list_init(&c->calls);
    trace_init(&c->trace);
    session_init(&c->session);
    c->poll_fd = c->nudge_fd = c->watched[0] = c->watched[1] = -1;
    c->base = c->profile.url;
    c->unix_socket = copy_text(c->profile.unix_socket);
    c->tenant = copy_text(c->profile.tenant);
    bool good = start_worker(c, err) && open_descriptors(c, err);
    if (good && (c->profile.local || c->profile.demo)) {
        c->local = local_start(c->profile.demo, err);
        good = c->local != NULL;
    }
    if (good) {
        watch_changing(c);
        return c;
    }
    client_free(c);
    return NULL;
}

static void
close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void
client_free(struct client *take)
{
    if (!take)
        return;
    worker_stop(take->worker);
    for (struct list *node = list_pop_front(&take->calls); node;
         node = list_pop_front(&take->calls))
        call_free(LIST_ENTRY(node, struct call, node));
    session_fini(&take->session);
    local_stop(take->local);
    trace_fini(&take->trace);
    journal_close(take->journal);
    route_free(take->routes);
    secret_free(take->secret);
    close_fd(take->poll_fd);
    close_fd(take->nudge_fd);
    mem_free(take->unix_socket);
    mem_free(take->tenant);
    arena_fini(&take->arena);
    mem_free(take);
}

static struct call *
find_call(const struct client *c, call_id id)
{
    LIST_EACH (node, &c->calls) {
        if (call_of(node)->id == id)
            return call_of(node);
    }
    return NULL;
}

static void
nudge(struct client *c)
{
    uint64_t one = 1;
    while (write(c->nudge_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

static void
make_ready(struct client *c, struct call *call)
{
    call->state = CALL_READY;
    nudge(c);
}

static void
fail_early(struct client *c, struct call *call, const struct err *err, int status)
{
    call->early = *err;
    call->early_status = status;
    make_ready(c, call);
}

static void
send_call(struct client *c, struct call *call)
{
    call_address(c, call->job, str_of(call->target));
    if (call->needs_token)
        session_authorise(c, call);
    call->tries++;
    call->state = CALL_IN_FLIGHT;
    call->job_id = worker_submit(c->worker, call->job);
    call->job = NULL;
}

/* The local server is on its way, or is started anew after it went away. */
static void
wait_for_server(struct client *c, struct call *call)
{
    struct err err = {.code = ERR_OK};
    if (!c->local)
        c->local = local_start(c->profile.demo, &err);
    if (!c->local) {
        fail_early(c, call, &err, 0);
        return;
    }
    call->state = CALL_WAIT_SERVER;
    call->wait_reason = "starting the local server";
}

/* Sends the call, or leaves it waiting for what it lacks. */
static void
advance(struct client *c, struct call *call)
{
    if (call->early.code) {
        make_ready(c, call);
    } else if (!str_given(c->base)) {
        wait_for_server(c, call);
    } else if (!call->needs_token || session_ready(c)) {
        send_call(c, call);
    } else if (c->session.state == SESSION_NONE) {
        fail_early(c, call, &c->session.failure, c->session.failure_status);
    } else {
        call->state = CALL_WAIT_TOKEN;
    }
}

static void
advance_all(struct client *c, enum call_state state)
{
    struct list *after;
    for (struct list *node = c->calls.next; node != &c->calls; node = after) {
        after = node->next;
        if (call_of(node)->state == state)
            advance(c, call_of(node));
    }
}

static void
callset_add(struct callset *set, call_id id)
{
    if (set->n == set->size) {
        set->size = set->size ? set->size * 2 : 8;
        set->ids = mem_resize(set->ids, set->size, sizeof *set->ids);
    }
    set->ids[set->n++] = id;
}

static void
callset_remove(struct callset *set, call_id id)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->ids[i] == id) {
            set->ids[i] = set->ids[--set->n];
            return;
        }
    }
}

static call_id
enter(struct client *c, struct call *call)
{
    call_id id = call->id;
    call->since_ms = clock_mono_ms();
    if (call->set)
        callset_add(call->set, id);
    list_push_back(&c->calls, &call->node);
    call->state = CALL_NEW;
    nudge(c);
    return id;
}

call_id
client_send(struct client *c, const struct client_request *request)
{
    struct call *call = call_new(c, request);
    values_free(request->values);
    return enter(c, call);
}

call_id
client_call(struct client *c, const struct op *op, struct values *take, struct callset *set,
            result_fn *done, void *ctx)
{
    const struct client_request request = {
        .op = op, .values = take, .set = set, .done = done, .ctx = ctx};
    return client_send(c, &request);
}

call_id
client_raw(struct client *c, const struct raw_request *request, struct callset *set,
           result_fn *done, void *ctx)
{
    struct call *call = call_new_raw(c, request);
    call->set = set;
    call->done = done;
    call->ctx = ctx;
    return enter(c, call);
}

void
client_cancel(struct client *c, call_id id)
{
    struct call *call = find_call(c, id);
    if (!call || call->state == CALL_READY)
        return;
    if (call->state == CALL_IN_FLIGHT) {
        worker_cancel(c->worker, call->job_id);
        return;
    }
    const struct err err = {.code = ERR_CANCELLED, .msg = "cancelled"};
    fail_early(c, call, &err, 0);
}

void
callset_close(struct callset *set, struct client *c)
{
    for (size_t i = 0; i < set->n; i++) {
        struct call *call = find_call(c, set->ids[i]);
        if (!call)
            continue;
        call->set = NULL;
        call->dropped = true;
        if (call->state == CALL_IN_FLIGHT) {
            worker_cancel(c->worker, call->job_id);
        } else {
            list_remove(&call->node);
            call_free(call);
        }
    }
    mem_free(set->ids);
    *set = (struct callset){.n = 0};
}

/* Those who wait for the token go on, or fail with the sign-in: it is not tried anew for each. */
static void
token_decided(struct client *c)
{
    if (c->session.state != SESSION_NONE) {
        advance_all(c, CALL_WAIT_TOKEN);
        return;
    }
    LIST_EACH (node, &c->calls) {
        if (call_of(node)->state == CALL_WAIT_TOKEN)
            fail_early(c, call_of(node), &c->session.failure, c->session.failure_status);
    }
}

/* The next token is told from this one by its serial. */
static void
forget_token(struct client *c)
{
    uint64_t serial = c->session.serial;
    session_fini(&c->session);
    c->session.serial = serial;
}

/* Forgets a local server that is gone, and the token it gave. */
static void
drop_local(struct client *c)
{
    forget_token(c);
    c->profile.secret = c->secret;
    local_stop(c->local);
    c->local = NULL;
    c->base = STR_ABSENT;
    advance_all(c, CALL_WAIT_TOKEN);
}

static bool
local_is_gone(const struct client *c, const struct http_job *job)
{
    return c->local && str_given(c->base) && job->err.code == ERR_NETWORK && !job->sent;
}

/* A refused token is renewed once, what may be repeated is repeated, anything else is over. */
static void
judge(struct client *c, struct call *call)
{
    struct http_job *job = call->job;
    const struct retry_case rc = {call->repeatable, call->tries, job};
    if (!job->err.code && job->status == 401 && call->needs_token && !call->replayed) {
        call->replayed = true;
        session_refused(c, call->token_serial);
        http_job_rewind(job);
        advance(c, call);
        return;
    }
    if (local_is_gone(c, job))
        drop_local(c);
    int64_t delay = retry_delay(&rc, &call->wait_reason);
    if (delay < 0) {
        make_ready(c, call);
        return;
    }
    http_job_rewind(job);
    call->due_ms = clock_mono_ms() + delay;
    call->state = CALL_WAIT_RETRY;
}

static void
take_job(struct client *c, struct http_job *job)
{
    if (c->session.state == SESSION_AUTH && job->id == c->session.job_id) {
        client_note(c, op_get(OP_vendor_auth), "/auth/vendor", job);
        session_answer(c, job);
        token_decided(c);
        return;
    }
    LIST_EACH (node, &c->calls) {
        struct call *call = call_of(node);
        if (call->state != CALL_IN_FLIGHT || call->job_id != job->id)
            continue;
        call->job = job;
        client_note(c, call->op, call->target, job);
        if (call->dropped) {
            list_remove(&call->node);
            call_free(call);
        } else {
            judge(c, call);
        }
        return;
    }
    http_job_free(job); /* of a session that was reset */
}

static void
adopt_local(struct client *c)
{
    mem_free(c->unix_socket);
    c->unix_socket = copy_text(str_of(local_socket(c->local)));
    c->base = STR("http://localhost");
    if (!c->secret) {
        c->profile.client_id = arena_str(&c->arena, local_client_id(c->local));
        c->profile.secret = local_secret(c->local);
    }
}

static void
step_local(struct client *c)
{
    struct err err = {.code = ERR_OK};
    if (!c->local || str_given(c->base))
        return;
    enum local_state state = local_step(c->local, &err);
    if (state == LOCAL_READY) {
        adopt_local(c);
        advance_all(c, CALL_WAIT_SERVER);
    } else if (state == LOCAL_FAILED) {
        LIST_EACH (node, &c->calls) {
            if (call_of(node)->state == CALL_WAIT_SERVER)
                fail_early(c, call_of(node), &err, 0);
        }
        local_stop(c->local);
        c->local = NULL;
    }
}

static void
step_retries(struct client *c)
{
    int64_t now = clock_mono_ms();
    struct list *after;
    for (struct list *node = c->calls.next; node != &c->calls; node = after) {
        after = node->next;
        if (call_of(node)->state == CALL_WAIT_RETRY && call_of(node)->due_ms <= now)
            advance(c, call_of(node));
    }
}

static struct call *
next_ready(struct client *c, call_id newest)
{
    LIST_EACH (node, &c->calls) {
        if (call_of(node)->state == CALL_READY && call_of(node)->id <= newest)
            return call_of(node);
    }
    return NULL;
}

/* A completion may send, cancel and close, so the list is looked at afresh after each. */
static size_t
run_ready(struct client *c)
{
    size_t n = 0;
    call_id newest = c->last_id;
    for (struct call *call = next_ready(c, newest); call; call = next_ready(c, newest)) {
        struct result *r = call->early.code ? call_failure(call) : call_result(call, call->job);
        list_remove(&call->node);
        if (call->set)
            callset_remove(call->set, call->id);
        call->done(call->ctx, r);
        call_free(call);
        n++;
    }
    return n;
}

size_t
client_dispatch(struct client *c)
{
    uint64_t count;
    while (read(c->nudge_fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    advance_all(c, CALL_NEW);
    step_local(c);
    if (session_step(c))
        token_decided(c);
    for (struct http_job *job = worker_take(c->worker); job; job = worker_take(c->worker))
        take_job(c, job);
    step_retries(c);
    size_t n = run_ready(c);
    watch_changing(c);
    return n;
}

int
client_fd(const struct client *c)
{
    return c->poll_fd;
}

int64_t
client_next_ms(const struct client *c)
{
    int64_t next = session_next_ms(c), now = clock_mono_ms();
    if (c->local && !str_given(c->base))
        next = clock_sooner(next, local_next_ms(c->local));
    LIST_EACH (node, &c->calls) {
        const struct call *call = call_of(node);
        if (call->state == CALL_READY)
            return 0;
        if (call->state == CALL_WAIT_RETRY)
            next = clock_sooner(next, call->due_ms > now ? call->due_ms - now : 0);
    }
    return next;
}

void
client_set_secret(struct client *c, struct str client_id, const struct secret *secret)
{
    secret_free(c->secret);
    c->secret = secret_copy(secret);
    c->profile.secret = c->secret;
    c->profile.client_id = arena_str(&c->arena, client_id);
    forget_token(c);
    advance_all(c, CALL_WAIT_TOKEN);
    watch_changing(c);
}

void
client_forget(struct client *c)
{
    if (c->secret) {
        secret_free(c->secret);
        c->secret = NULL;
        c->profile.secret = c->local ? local_secret(c->local) : NULL;
    }
    forget_token(c);
    watch_changing(c);
}

void
client_scope(struct client *c, struct str tenant_id)
{
    mem_free(c->tenant);
    c->tenant = copy_text(tenant_id);
}

struct str
client_tenant(const struct client *c)
{
    return str_of(c->tenant);
}

void
client_set_read_only(struct client *c, bool read_only)
{
    c->read_only = read_only || c->profile.read_only_always;
}

const struct profile *
client_profile(const struct client *c)
{
    return &c->profile;
}
