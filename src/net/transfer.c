#include "net/transfer.h"
#include "base/clock.h"

enum {
    HEADER_BYTES_MAX = 128 * 1024,
    HEADER_LINES_MAX = 256,
    ANSWERS_MAX = 8, /* one real answer and a few interim ones */
    CONNECT_TIMEOUT_MS = 10000,
    IDLE_CONNECTION_S = 30,
    WAIT_MAX_S = 1000000000
};

static void
read_header(struct transfer *t, struct str name, struct str value)
{
    struct http_job *job = t->job;
    const struct {
        struct str name;
        char *out;
        size_t size;
    } wanted[] = {
        {STR("frontegg-trace-id"), job->trace_id, sizeof job->trace_id},
        {STR("content-type"), job->content_type, sizeof job->content_type},
        {STR("location"), job->location, sizeof job->location},
        {STR("retry-after"), t->retry_after, sizeof t->retry_after},
        {STR("x-rate-limit-reset"), t->limit_reset, sizeof t->limit_reset},
        {STR("date"), t->date, sizeof t->date},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (str_eq_nocase(name, wanted[i].name))
            str_copy_printable(wanted[i].out, wanted[i].size, value);
    }
}

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t n = size * count;
    struct str line = {p, n};
    t->header_bytes += n;
    t->header_lines++;
    if (str_starts(line, STR("HTTP/")))
        t->answers++;
    t->head_ended = !str_trim(line).n;
    if (t->header_bytes > HEADER_BYTES_MAX || t->header_lines > HEADER_LINES_MAX ||
        t->answers > ANSWERS_MAX) {
        t->flooded = true;
        return 0;
    }
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon > 0)
        read_header(t, str_sub(line, 0, (size_t)colon),
                    str_trim(str_sub(line, (size_t)colon + 1, n)));
    return n;
}

/* Sees the bytes after decompression, so a small answer that inflates is stopped here too. */
static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t n = size * count;
    if (n > t->job->max_bytes - t->job->text.n) {
        t->too_large = true;
        return 0;
    }
    buf_add(&t->job->text, p, n);
    if (t->job->text.failed) {
        t->too_large = true;
        return 0;
    }
    return n;
}

/*
 * Runs just before a request is sent. curl sends anew, by itself, when a kept connection dies
 * before any answer; for a request that changes something this could do it twice, so it is stopped
 * here.
 */
static int
on_send(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    struct transfer *t = arg;
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    t->requests++;
    if (t->requests > 1 && t->job->method != HTTP_GET) {
        t->resent = true;
        return CURL_PREREQFUNC_ABORT;
    }
    t->job->sent = true;
    return CURL_PREREQFUNC_OK;
}

static void
set_method(struct transfer *t)
{
    const struct http_job *job = t->job;
    const struct curl_api *api = t->api;
    if (job->has_body || job->method == HTTP_POST || job->method == HTTP_PUT ||
        job->method == HTTP_PATCH) {
        api->easy_setopt(t->easy, CURLOPT_POST, 1L);
        api->easy_setopt(t->easy, CURLOPT_POSTFIELDS, job->body.n ? job->body.p : "");
        api->easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body.n);
    } else {
        api->easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
    }
    api->easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, http_method_name(job->method));
}

static void
set_headers(struct transfer *t)
{
    /* "Expect:" switches off the wait for an interim answer before larger bodies. */
    struct curl_slist *list = t->api->slist_append(NULL, "Expect:");
    for (size_t i = 0; i < t->job->n_headers; i++)
        list = t->api->slist_append(list, t->job->headers[i]);
    t->headers = list;
    t->api->easy_setopt(t->easy, CURLOPT_HTTPHEADER, list);
}

static void
set_limits(struct transfer *t, int64_t left_ms)
{
    const struct curl_api *api = t->api;
    long left = left_ms < 1 ? 1L : (long)left_ms;
    long connect = left < CONNECT_TIMEOUT_MS ? left : (long)CONNECT_TIMEOUT_MS;
    api->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, left);
    api->easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, connect);
    api->easy_setopt(t->easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    api->easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L);
}

static void
set_connection(struct transfer *t, const struct transfer_options *options)
{
    const struct curl_api *api = t->api;
    const struct http_job *job = t->job;
    curl_api_set_strict(api, t->easy, "http,https");
    if (options->proxy)
        api->easy_setopt(t->easy, CURLOPT_PROXY, options->proxy);
    if (options->ca_file)
        api->easy_setopt(t->easy, CURLOPT_CAINFO, options->ca_file);
    api->easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    if (str_starts(str_of(job->url), STR("https:")))
        api->easy_setopt(t->easy, CURLOPT_PIPEWAIT, 1L);
    if (job->unix_socket)
        api->easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, job->unix_socket);
    else
        api->easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (options->user_agent)
        api->easy_setopt(t->easy, CURLOPT_USERAGENT, options->user_agent);
}

void
transfer_begin(struct transfer *t, struct http_job *take, const struct transfer_options *options,
               int64_t left_ms)
{
    const struct curl_api *api = t->api;
    *t = (struct transfer){.api = api, .easy = t->easy, .job = take};
    api->easy_reset(t->easy);
    api->easy_setopt(t->easy, CURLOPT_URL, take->url);
    api->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    api->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->reason);
    api->easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    api->easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    api->easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    api->easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    api->easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_send);
    api->easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
    set_limits(t, left_ms);
    set_connection(t, options);
    set_method(t);
    set_headers(t);
}

/* Host and port of the job's URL, for messages. */
static struct str
url_host(const struct http_job *job)
{
    if (job->unix_socket)
        return str_of(job->unix_socket);
    struct str url = str_of(job->url);
    ptrdiff_t scheme = str_find(url, STR("://"));
    if (scheme >= 0)
        url = str_sub(url, (size_t)scheme + 3, url.n);
    ptrdiff_t slash = str_find_char(url, '/');
    struct str authority = slash < 0 ? url : str_sub(url, 0, (size_t)slash);
    ptrdiff_t at = str_find_char(authority, '@');
    return str_sub(authority, (size_t)(at + 1), authority.n);
}

static void
fail_tls(struct transfer *t, struct str host)
{
    err_set(&t->job->err, ERR_TLS, "the secure connection to %.*s failed: %s", STR_ARG(host),
            t->reason[0] ? t->reason : "no further reason");
}

static void
fail_connect(struct transfer *t, struct str host)
{
    long number = 0;
    t->api->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    if (number)
        err_set_errno(&t->job->err, ERR_NETWORK, (int)number, "cannot connect to %.*s",
                      STR_ARG(host));
    else
        err_set(&t->job->err, ERR_NETWORK, "cannot connect to %.*s", STR_ARG(host));
}

static void
fail_caps(struct transfer *t, struct str host)
{
    struct err *err = &t->job->err;
    if (t->too_large)
        err_set(err, ERR_LIMIT, "the answer of %.*s is larger than %zu KiB", STR_ARG(host),
                t->job->max_bytes / 1024);
    else if (t->flooded)
        err_set(err, ERR_LIMIT, "the answer of %.*s has too many headers", STR_ARG(host));
    else
        err_set(err, ERR_NETWORK, "the connection to %.*s broke before any answer", STR_ARG(host));
}

static void
explain(struct transfer *t, CURLcode code)
{
    struct str host = url_host(t->job);
    struct err *err = &t->job->err;
    if (t->too_large || t->flooded || t->resent) {
        fail_caps(t, host);
        return;
    }
    if (t->job->sent && code == CURLE_UNSUPPORTED_PROTOCOL)
        code = CURLE_WEIRD_SERVER_REPLY; /* so curl calls an answer that is not HTTP */
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
        err_set(err, ERR_CONFIG, "the address is not a plain http or https URL");
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        err_set(err, ERR_NETWORK, "the host %.*s cannot be found", STR_ARG(host));
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        err_set(err, ERR_NETWORK, "the host of the proxy cannot be found");
        break;
    case CURLE_COULDNT_CONNECT:
        fail_connect(t, host);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        err_set(err, ERR_TIMEOUT, "no full answer from %.*s in time", STR_ARG(host));
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        fail_tls(t, host);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        err_set(err, ERR_NETWORK, "the connection to %.*s broke before the whole answer arrived",
                STR_ARG(host));
        break;
    default:
        err_set(err, ERR_NETWORK, "%.*s does not answer in proper HTTP: %s", STR_ARG(host),
                t->api->easy_strerror(code));
        break;
    }
    err->native = (int)code;
}

static int64_t
parse_http_date(const struct transfer *t, const char *text)
{
    time_t when = text[0] ? t->api->getdate(text, NULL) : -1;
    return when < 0 ? 0 : (int64_t)when * 1000;
}

/* How long the server wants us to wait, judged by its own clock where it tells the time. */
static void
read_wait(struct transfer *t)
{
    struct http_job *job = t->job;
    int64_t now = job->server_date_ms ? job->server_date_ms : clock_now_ms();
    int64_t seconds, when = 0;
    struct str reset = str_of(t->limit_reset);
    if (str_to_i64(str_of(t->retry_after), &seconds) && seconds >= 0)
        when = now + (seconds > WAIT_MAX_S ? WAIT_MAX_S : seconds) * 1000;
    else if (t->retry_after[0])
        when = parse_http_date(t, t->retry_after);
    if (!when && reset.n && !clock_parse(reset, &when))
        when = 0;
    if (when)
        job->retry_after_ms = when > now ? when - now : 0;
}

static bool
looks_like_json(const struct http_job *job)
{
    struct str type = str_of(job->content_type);
    ptrdiff_t semicolon = str_find_char(type, ';');
    if (semicolon >= 0)
        type = str_trim(str_sub(type, 0, (size_t)semicolon));
    if (str_eq_nocase(type, STR("application/json")) || str_ends(type, STR("+json")))
        return true;
    return !type.n && job->text.n && memchr("{[\"", job->text.p[0], 3) != NULL;
}

static void
read_answer(struct transfer *t)
{
    struct http_job *job = t->job;
    job->server_date_ms = parse_http_date(t, t->date);
    read_wait(t);
    if (job->want_text || !job->text.n || !looks_like_json(job))
        return;
    struct err err = {.code = ERR_OK};
    job->json = json_parse(buf_str(&job->text), job->max_bytes, &err);
    if (job->json)
        buf_fini(&job->text);
    else if (job->status < 400)
        err_set(&job->err, ERR_PARSE, "the answer is not valid JSON: %s", err.msg);
}

static struct http_job *
release(struct transfer *t)
{
    struct http_job *job = t->job;
    t->api->slist_free_all(t->headers);
    t->headers = NULL;
    t->job = NULL;
    return job;
}

struct http_job *
transfer_finish(struct transfer *t, CURLcode code)
{
    struct http_job *job = t->job;
    long status = 0;
    curl_off_t took = 0, bytes = 0;
    t->api->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    t->api->easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &took);
    t->api->easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    job->status = (int)status;
    job->took_us = (int64_t)took;
    job->bytes_in = (size_t)bytes + t->header_bytes;
    job->err = (struct err){.code = ERR_OK};
    if (code == CURLE_OK && !t->head_ended)
        code = CURLE_PARTIAL_FILE; /* curl takes headers that were cut off for all of them */
    if (code == CURLE_OK)
        read_answer(t);
    else
        explain(t, code);
    return release(t);
}

struct http_job *
transfer_abandon(struct transfer *t, enum err_code code, const char *why)
{
    err_set(&t->job->err, code, "%s", why);
    return release(t);
}
