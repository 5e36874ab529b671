/* One exchange on a curl handle: options that keep it strict, what curl calls meanwhile, and what it means. */
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/courier_priv.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_MS = 10000,
    IDLE_CONNECTION_S = 10,
    HEADER_BYTES_MAX = 64 * 1024,
    WAIT_MOST_MS = 3600 * 1000
};

/* ---- what curl calls ---- */

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
    struct slot *s = arg;
    struct str line = {p, size * count};
    s->header_bytes += line.n;
    if (s->header_bytes > HEADER_BYTES_MAX) {
        s->too_large = true;
        return 0;
    }
    if (s->request.smtp) {
        str_copy_printable(s->reply, sizeof s->reply, str_trim(line));
        if (s->reply[0] == '4' || s->reply[0] == '5') /* a reply to QUIT may follow */
            memcpy(s->refusal, s->reply, sizeof s->refusal);
        return line.n;
    }
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon < 0)
        return line.n;
    struct str name = str_sub(line, 0, (size_t)colon);
    struct str value = str_trim(str_sub(line, (size_t)colon + 1, line.n));
    if (str_eq_nocase(name, STR("x-message-id")))
        str_copy_printable(s->header_id, sizeof s->header_id, value);
    else if (str_eq_nocase(name, STR("retry-after")))
        str_copy_printable(s->retry_after, sizeof s->retry_after, value);
    return line.n;
}

static size_t
on_answer(char *p, size_t size, size_t count, void *arg)
{
    struct slot *s = arg;
    size_t n = size * count;
    buf_add(&s->answer, p, n);
    s->too_large = s->too_large || s->answer.failed;
    return s->answer.failed ? 0 : n;
}

static size_t
on_upload(char *p, size_t size, size_t count, void *arg)
{
    struct slot *s = arg;
    size_t room = size * count, left = s->request.body.n - s->uploaded;
    size_t n = room < left ? room : left;
    memcpy(p, s->request.body.p + s->uploaded, n);
    s->uploaded += n;
    return n;
}

/* curl sends anew, by itself, when a kept connection dies before any answer: that could deliver
 * twice, so it is stopped here and left to the queue. */
static int
on_send(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    struct slot *s = arg;
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    s->resent = ++s->requests > 1;
    return s->resent ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void
note_socket(struct slot *s, int from, int to)
{
    pthread_mutex_lock(&s->courier->lock);
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (s->sockets[i] == from) {
            s->sockets[i] = to;
            break;
        }
    }
    pthread_mutex_unlock(&s->courier->lock);
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    int fd = curl_api_socket(address);
    if (fd >= 0)
        note_socket(arg, -1, fd);
    return fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
    note_socket(arg, fd, -1);
    return close(fd);
}

/* Called about once a second, whatever curl is waiting for. */
static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct slot *s = arg;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&s->courier->stopping);
}

/* ---- beginning ---- */

static void
set_limits(struct slot *s)
{
    const struct curl_api *api = s->courier->api;
    long timeout = (long)s->courier->options.timeout_ms;
    api->easy_setopt(s->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (timeout + 999) / 1000);
    api->easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, timeout);
    api->easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout < CONNECT_TIMEOUT_MS ? timeout : (long)CONNECT_TIMEOUT_MS);
    api->easy_setopt(s->easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    curl_api_set_strict(api, s->easy, s->request.smtp ? "smtp,smtps" : "http,https");
    if (s->request.ca_file)
        api->easy_setopt(s->easy, CURLOPT_CAINFO, s->request.ca_file);
}

static void
set_callbacks(struct slot *s)
{
    const struct curl_api *api = s->courier->api;
    api->easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->reason);
    api->easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_header);
    api->easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
    api->easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_answer);
    api->easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
    api->easy_setopt(s->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    api->easy_setopt(s->easy, CURLOPT_OPENSOCKETDATA, s);
    api->easy_setopt(s->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    api->easy_setopt(s->easy, CURLOPT_CLOSESOCKETDATA, s);
    api->easy_setopt(s->easy, CURLOPT_NOPROGRESS, 0L);
    api->easy_setopt(s->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    api->easy_setopt(s->easy, CURLOPT_XFERINFODATA, s);
}

static void
set_password(struct str bytes, void *arg)
{
    struct slot *s = arg;
    struct buf copy; /* NUL-terminated; curl copies it once more */
    buf_init(&copy, 64 * 1024);
    buf_add_str(&copy, bytes);
    s->courier->api->easy_setopt(s->easy, CURLOPT_PASSWORD, copy.n ? copy.p : "");
    secret_buf_fini(&copy);
}

static void
set_smtp(struct slot *s)
{
    const struct curl_api *api = s->courier->api;
    struct request *r = &s->request;
    s->mail_to = api->slist_append(NULL, r->mail_to.p);
    api->easy_setopt(s->easy, CURLOPT_MAIL_FROM, r->mail_from.p);
    api->easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->mail_to);
    api->easy_setopt(s->easy, CURLOPT_USE_SSL, (long)(r->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    api->easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
    api->easy_setopt(s->easy, CURLOPT_READFUNCTION, on_upload);
    api->easy_setopt(s->easy, CURLOPT_READDATA, s);
    api->easy_setopt(s->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body.n);
    if (r->secret) {
        api->easy_setopt(s->easy, CURLOPT_USERNAME, r->user.p);
        secret_with(r->secret, set_password, s);
    }
}

static void
set_http(struct slot *s)
{
    const struct curl_api *api = s->courier->api;
    struct request *r = &s->request;
    /* "Expect:" switches off the wait for an interim answer before larger bodies. */
    struct curl_slist *list = api->slist_append(NULL, "Expect:");
    for (size_t at = 0; at < r->headers.n; at += strlen(r->headers.p + at) + 1)
        list = api->slist_append(list, r->headers.p + at);
    s->headers = list;
    api->easy_setopt(s->easy, CURLOPT_HTTPHEADER, list);
    api->easy_setopt(s->easy, CURLOPT_USERAGENT, "gatehoused/" GATEHOUSE_VERSION);
    api->easy_setopt(s->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    api->easy_setopt(s->easy, CURLOPT_POST, 1L);
    api->easy_setopt(s->easy, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
    api->easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    api->easy_setopt(s->easy, CURLOPT_PREREQFUNCTION, on_send);
    api->easy_setopt(s->easy, CURLOPT_PREREQDATA, s);
}

void
slot_prepare(struct slot *s)
{
    struct courier *c = s->courier;
    if (!s->easy)
        s->easy = c->api->easy_init();
    ASSERT(s->easy);
    c->api->easy_reset(s->easy);
    c->api->easy_setopt(s->easy, CURLOPT_URL, s->request.url.p);
    set_limits(s);
    set_callbacks(s);
    if (s->request.smtp)
        set_smtp(s);
    else
        set_http(s);
}

void
slot_forget(struct slot *s)
{
    const struct curl_api *api = s->courier->api;
    request_fini(&s->request);
    api->slist_free_all(s->headers);
    api->slist_free_all(s->mail_to);
    s->headers = s->mail_to = NULL;
    buf_fini(&s->answer);
}

/* ---- ending ---- */

static void
say(struct outcome *out, const char *what, const char *why)
{
    (void)snprintf(out->why, sizeof out->why, "%s%s%.200s", what, why[0] ? ": " : "", why);
}

static int64_t
wait_of(const struct slot *s)
{
    int64_t seconds;
    if (!s->retry_after[0])
        return 0;
    int64_t ms = 0;
    if (str_to_i64(str_of(s->retry_after), &seconds)) {
        ms = seconds > WAIT_MOST_MS / 1000 ? WAIT_MOST_MS : seconds * 1000;
    } else {
        time_t when = s->courier->api->getdate(s->retry_after, NULL);
        ms = when < 0 ? 0 : (int64_t)when * 1000 - clock_now_ms();
    }
    return ms < 0 ? 0 : ms > WAIT_MOST_MS ? WAIT_MOST_MS : ms;
}

/* No whole answer. What SMTP refuses for good ends with a reply of 5xx; anything else may pass. */
static void
explain(struct slot *s, CURLcode code, int status, struct outcome *out)
{
    out->verdict = VERDICT_TROUBLE;
    out->status = status;
    if (s->too_large)
        say(out, "the answer is too large", "");
    else if (s->resent)
        say(out, "the connection broke before any answer", "");
    else if (s->request.smtp && status >= 400 && status < 600) {
        out->verdict = status >= 500 ? VERDICT_REFUSED : VERDICT_TROUBLE;
        say(out, "the mail server refused", s->refusal);
    } else if (code == CURLE_OPERATION_TIMEDOUT)
        say(out, "no full answer in time", "");
    else if (code == CURLE_USE_SSL_FAILED)
        say(out, "the mail server offers no TLS", s->reason);
    else
        say(out, s->courier->api->easy_strerror(code), s->reason);
}

void
slot_judge(struct slot *s, struct outcome *out)
{
    long status = 0;
    s->courier->api->easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
    out->wait_ms = wait_of(s);
    if (s->code != CURLE_OK) {
        explain(s, s->code, (int)status, out);
        return;
    }
    struct answer a = {.status = (int)status,
                       .body = s->request.smtp ? str_of(s->reply) : buf_str(&s->answer),
                       .header_id = str_of(s->header_id),
                       .wait_ms = out->wait_ms};
    provider_read(s->provider, &s->request, &a, clock_now_ms(), out);
}
