/*
 * The environment's token: fetched when the first call needs it, again when it is about to end or
 * was refused, always by one request however many calls wait.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "client/client_priv.h"

enum { RENEW_BEFORE_MS = 60000, RENEW_PART = 5, TOKEN_MAX = 64 * 1024, ANSWER_MAX = 256 * 1024 };

static const char auth_path[] = "/auth/vendor";

void
session_init(struct session *s)
{
    *s = (struct session){.state = SESSION_NONE, .source.fd = -1};
}

void
session_fini(struct session *s)
{
    secret_free(s->token);
    secret_source_abort(&s->source);
    *s = (struct session){.state = SESSION_NONE, .source.fd = -1};
}

static void
session_fail(struct session *s, int status)
{
    s->state = SESSION_NONE;
    s->failure_status = status;
    s->wait_reason = NULL;
}

struct credentials {
    struct str client_id;
    struct buf *out;
};

static void
write_credentials(struct str secret, void *arg)
{
    const struct credentials *credentials = arg;
    struct jw w;
    /* Room for the worst escaping up front: a buffer that moves leaves a copy behind. */
    buf_reserve(credentials->out, 128 + 6 * (secret.n + credentials->client_id.n));
    jw_init(&w, credentials->out);
    jw_open(&w, '{');
    jw_kstr(&w, "clientId", credentials->client_id);
    jw_kstr(&w, "secret", secret);
    jw_close(&w, '}');
}

static void
send_credentials(struct client *c, const struct secret *secret)
{
    struct session *s = &c->session;
    struct http_job *job = http_job_new();
    job->method = HTTP_POST;
    job->redact = true;
    job->max_bytes = ANSWER_MAX;
    job->has_body = true;
    struct credentials credentials = {c->profile.client_id, &job->body};
    secret_with(secret, write_credentials, &credentials);
    http_job_add_header(job, STR("Content-Type"), STR("application/json"));
    http_job_add_header(job, STR("Accept"), STR("application/json"));
    call_address(c, job, str_of(auth_path));
    s->tries++;
    s->state = SESSION_AUTH;
    s->wait_reason = "signing in";
    s->job_id = worker_submit(c->worker, job);
}

/* Moves on as soon as the secret is there. False while its command still runs. */
static bool
take_secret(struct client *c)
{
    struct session *s = &c->session;
    struct secret *secret = NULL;
    enum err_code code;
    if (!secret_source_done(&s->source, &secret, &s->failure, &code))
        return false;
    if (code)
        session_fail(s, 0);
    else
        send_credentials(c, secret);
    secret_free(secret);
    return true;
}

static void
begin(struct client *c)
{
    struct session *s = &c->session;
    s->failure = (struct err){.code = ERR_OK};
    if (!str_given(c->profile.client_id)) {
        err_set(
            &s->failure, ERR_UNAUTHENTICATED,
            "no client id is configured: give --client-id ID, or put client-id into the profile");
        session_fail(s, 0);
        return;
    }
    s->state = SESSION_SECRET;
    s->wait_reason = "waiting for the secret";
    if (secret_source_start(&s->source, &c->profile, &s->failure))
        session_fail(s, 0);
    else
        take_secret(c);
}

bool
session_ready(struct client *c)
{
    struct session *s = &c->session;
    if (s->state == SESSION_VALID && clock_mono_ms() < s->renew_ms)
        return true;
    if (s->state == SESSION_NONE || s->state == SESSION_VALID) {
        s->tries = 0;
        begin(c);
    }
    return false;
}

void
session_refused(struct client *c, uint64_t serial)
{
    struct session *s = &c->session;
    if (s->state != SESSION_VALID || s->serial != serial)
        return; /* a newer token is there or on its way */
    secret_free(s->token);
    s->token = NULL;
    s->state = SESSION_NONE;
}

static void
add_bearer(struct str token, void *arg)
{
    enum { PREFIX = 7 };
    char *value = mem_new(token.n + PREFIX, 1);
    memcpy(value, "Bearer ", PREFIX);
    memcpy(value + PREFIX, token.p, token.n);
    http_job_add_header(arg, STR("Authorization"), (struct str){value, token.n + PREFIX});
    secret_wipe(value, token.n + PREFIX);
    mem_free(value);
}

void
session_authorise(struct client *c, struct call *call)
{
    http_job_remove_header(call->job, STR("Authorization"));
    secret_with(c->session.token, add_bearer, call->job);
    call->token_serial = c->session.serial;
}

/* A token is a header value: only what may stand there. */
static bool
is_token_text(struct str token)
{
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] <= 0x20 || token.p[i] >= 0x7f)
            return false;
    }
    return token.n > 0 && token.n <= TOKEN_MAX;
}

static void
take_token(struct session *s, const struct http_job *job)
{
    struct str token = json_str(json_get(job->json, "token"));
    double seconds;
    if (!is_token_text(token)) {
        err_set(&s->failure, ERR_PARSE,
                "the sign-in was answered without a token: is the URL that of the service?");
        session_fail(s, job->status);
        return;
    }
    secret_free(s->token);
    s->token = secret_new(token);
    s->serial++;
    s->state = SESSION_VALID;
    s->wait_reason = NULL;
    s->renew_ms = INT64_MAX; /* without a stated end it is used until it is refused */
    if (json_to_double(json_get(job->json, "expiresIn"), &seconds) && seconds > 0 &&
        seconds < 1e9) {
        int64_t life = (int64_t)(seconds * 1000);
        int64_t early = life / RENEW_PART < RENEW_BEFORE_MS ? life / RENEW_PART : RENEW_BEFORE_MS;
        s->renew_ms = clock_mono_ms() + life - early;
    }
}

static void
refuse(struct client *c, struct http_job *job)
{
    struct session *s = &c->session;
    const struct call no_call = {.id = 0, .safe = true};
    struct result *r = call_result(&no_call, job);
    s->failure = r->err;
    err_prefix(&s->failure, "sign-in failed");
    if (r->status == 400 || r->status == 403 || r->status == 404)
        s->failure.code = ERR_UNAUTHENTICATED;
    session_fail(s, r->status);
    result_free(r);
}

void
session_answer(struct client *c, struct http_job *take)
{
    struct session *s = &c->session;
    const struct retry_case rc = {.repeatable = true, .tries = s->tries, .job = take};
    int64_t delay = retry_delay(&rc, &s->wait_reason);
    if (delay >= 0) {
        s->state = SESSION_RETRY;
        s->due_ms = clock_mono_ms() + delay;
    } else if (!take->err.code && take->status >= 200 && take->status < 300) {
        take_token(s, take);
    } else {
        refuse(c, take);
    }
    http_job_free(take);
}

bool
session_step(struct client *c)
{
    struct session *s = &c->session;
    if (s->state == SESSION_SECRET)
        return take_secret(c) && s->state == SESSION_NONE;
    if (s->state == SESSION_RETRY && clock_mono_ms() >= s->due_ms) {
        begin(c);
        return s->state == SESSION_NONE;
    }
    return false;
}

int64_t
session_next_ms(const struct client *c)
{
    const struct session *s = &c->session;
    if (s->state == SESSION_SECRET)
        return secret_source_next_ms(&s->source);
    if (s->state != SESSION_RETRY)
        return -1;
    int64_t left = s->due_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}
