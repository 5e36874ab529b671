#include "deliver/outbound.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "net/curl_api.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strings.h>

enum { CONNECT_TIMEOUT_MS = 5000, HEADER_BYTES_MAX = 64 * 1024, TYPE_SIZE = 128, HOST_MAX = 255 };

struct outbound {
    struct outbound_options options;
    struct cidr_list special[2]; /* what is not public: of IPv4; what is, or is not, of IPv6 */
    pthread_mutex_t lock;
    struct list under_way; /* under lock */
    size_t n_under_way;
    atomic_bool closing;
};

/* One request on its way; on the stack of who waits for it. */
struct exchange {
    struct list node;
    struct outbound *outbound;
    const struct curl_api *api;
    CURL *easy;
    struct curl_slist *headers;
    struct str host;
    bool plain; /* http */
    struct buf answer;
    size_t header_bytes;
    bool too_large, barred;
    char type[TYPE_SIZE];
    char reason[CURL_ERROR_SIZE];
};

/* ---- which addresses ---- */

/* Networks that are no part of the public Internet (RFC 6890 and its successors). */
static const char *const NOT_PUBLIC_V4[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
/* Of IPv6 only 2000::/3 is, without protocol assignments, documentation, and what wraps an IPv4 address. */
static const char *const NOT_PUBLIC_V6[] = {"::/3",          "4000::/2",  "8000::/1", "2001::/23",
                                            "2001:db8::/32", "2002::/16", "3fff::/20"};

static void
read_ranges(struct cidr_list *out, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = out->n < CIDR_LIST_MAX && cidr_parse(str_of(texts[i]), &out->ranges[out->n++]);
        ASSERT(ok);
    }
}

/* May this address be reached; over plain http only where the operator said so. */
static bool
may_reach(const struct outbound *o, const struct ip *ip, bool plain)
{
    if (cidr_list_contains(&o->options.allowed, ip))
        return true;
    return !plain && !cidr_list_contains(&o->special[ip->v4 ? 0 : 1], ip);
}

/* ---- URLs ---- */

struct parts {
    bool plain;
    struct str host; /* without brackets and port */
};

static bool
has_odd_bytes(struct str url)
{
    for (size_t i = 0; i < url.n; i++) {
        unsigned char c = (unsigned char)url.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>')
            return true;
    }
    return false;
}

static struct str
host_of(struct str authority)
{
    if (str_starts(authority, STR("["))) {
        ptrdiff_t end = str_find_char(authority, ']');
        return end < 0 ? STR("") : str_sub(authority, 1, (size_t)end);
    }
    ptrdiff_t colon = str_find_char(authority, ':');
    return colon < 0 ? authority : str_sub(authority, 0, (size_t)colon);
}

static bool
has_scheme(struct str url, struct str scheme)
{
    return str_eq_nocase(str_sub(url, 0, scheme.n), scheme);
}

static enum err_code
take_apart(struct str url, struct parts *out, struct err *err)
{
    *out = (struct parts){.plain = has_scheme(url, STR("http://"))};
    if (url.n > OUTBOUND_URL_MAX)
        return err_set(err, ERR_INVALID, "must have at most %d bytes", OUTBOUND_URL_MAX);
    if (!out->plain && !has_scheme(url, STR("https://")))
        return err_set(err, ERR_INVALID, "should be an https URL");
    if (has_odd_bytes(url))
        return err_set(err, ERR_INVALID, "must be a URL of plain ASCII without spaces");
    struct str rest = str_sub(url, (size_t)str_find_char(url, '/') + 2, url.n);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
        n++;
    struct str authority = str_sub(rest, 0, n);
    if (str_find_char(authority, '@') >= 0)
        return err_set(err, ERR_INVALID, "must not have a user name or password in it");
    out->host = host_of(authority);
    if (out->host.n == 0 || out->host.n > HOST_MAX)
        return err_set(err, ERR_INVALID, "must have a host");
    return ERR_OK;
}

static bool
is_local_name(struct str host)
{
    if (str_ends(host, STR(".")))
        host.n--;
    static const char *const ends[] = {"localhost", ".localhost", ".internal", ".local"};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct str end = str_of(ends[i]);
        if (host.n >= end.n && str_eq_nocase(str_sub(host, host.n - end.n, host.n), end) &&
            (ends[i][0] == '.' || host.n == end.n))
            return true;
    }
    return false;
}

enum err_code
outbound_check_url(const struct outbound *o, struct str url, struct err *err)
{
    struct parts parts;
    struct ip ip;
    enum err_code rc = take_apart(url, &parts, err);
    if (rc)
        return rc;
    bool allows = o->options.allowed.n > 0;
    if (parts.plain && !allows)
        return err_set(err, ERR_INVALID, "should be an https URL");
    if (ip_parse(parts.host, &ip) ? !may_reach(o, &ip, parts.plain)
                                  : is_local_name(parts.host) && !allows)
        return err_set(err, ERR_INVALID, "must not be an address inside a private network");
    return ERR_OK;
}

/* ---- what curl calls ---- */

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    struct str line = {p, size * count};
    x->header_bytes += line.n;
    x->too_large = x->too_large || x->header_bytes > HEADER_BYTES_MAX;
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), STR("content-type")))
        str_copy_printable(x->type, sizeof x->type,
                           str_trim(str_sub(line, (size_t)colon + 1, line.n)));
    return x->too_large ? 0 : line.n;
}

static size_t
on_answer(char *p, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t n = size * count;
    buf_add(&x->answer, p, n);
    x->too_large = x->too_large || x->answer.failed;
    return x->answer.failed ? 0 : n;
}

/* The one place that decides where a request goes: curl connects this socket to this address. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *x = arg;
    struct ip ip;
    bool known = false;
    const void *at = &address->addr;
    if (purpose == CURLSOCKTYPE_IPCXN && address->family == AF_INET)
        known = ip_of_bytes(&((const struct sockaddr_in *)at)->sin_addr, 4, &ip);
    else if (purpose == CURLSOCKTYPE_IPCXN && address->family == AF_INET6)
        known = ip_of_bytes(&((const struct sockaddr_in6 *)at)->sin6_addr, 16, &ip);
    if (known && may_reach(x->outbound, &ip, x->plain))
        return curl_api_socket(address);
    x->barred = true;
    return CURL_SOCKET_BAD;
}

/* Called about once a second, whatever curl is waiting for. */
static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct exchange *x = arg;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&x->outbound->closing);
}

/* ---- one exchange ---- */

/* Room for it, or ERR_BUSY. */
static enum err_code
enter(struct exchange *x, struct err *err)
{
    struct outbound *o = x->outbound;
    enum err_code rc = ERR_OK;
    size_t same = 0;
    pthread_mutex_lock(&o->lock);
    for (struct list *node = o->under_way.next; node != &o->under_way; node = node->next)
        same += str_eq_nocase(LIST_ENTRY(node, struct exchange, node)->host, x->host);
    if (atomic_load(&o->closing))
        rc = err_set(err, ERR_SHUTDOWN, "the server is stopping");
    else if (o->n_under_way == OUTBOUND_AT_ONCE || same >= OUTBOUND_PER_HOST)
        rc = err_set(err, ERR_BUSY, "too many requests wait for an answer from there, try again");
    if (!rc) {
        list_push_back(&o->under_way, &x->node);
        o->n_under_way++;
    }
    pthread_mutex_unlock(&o->lock);
    return rc;
}

static void
leave(struct exchange *x)
{
    struct outbound *o = x->outbound;
    pthread_mutex_lock(&o->lock);
    list_remove(&x->node);
    o->n_under_way--;
    pthread_mutex_unlock(&o->lock);
}

static bool
is_clean(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return false;
    return true;
}

static enum err_code
set_headers(struct exchange *x, const struct outbound_request *r, struct arena *a, struct err *err)
{
    /* "Expect:" switches off the wait for an interim answer before larger bodies. */
    x->headers = x->api->slist_append(NULL, "Expect:");
    for (size_t i = 0; i < r->n_headers; i++) {
        const struct outbound_header *h = &r->headers[i];
        if (!h->value.n || !is_clean(h->value) || !is_clean(str_of(h->name)))
            return err_set(err, ERR_INVALID, "header %s is empty or has a control byte in it",
                           h->name);
        struct str line = arena_printf(a, "%s: %.*s", h->name, STR_ARG(h->value));
        x->headers = x->api->slist_append(x->headers, line.p);
    }
    x->api->easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
    return ERR_OK;
}

static void
set_limits(struct exchange *x, const struct outbound_request *r)
{
    const struct curl_api *api = x->api;
    long ms = (long)(r->timeout_ms > 0 ? r->timeout_ms : OUTBOUND_TIMEOUT_MS);
    curl_api_set_strict(api, x->easy, "http,https");
    api->easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, ms);
    api->easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS,
                     ms < CONNECT_TIMEOUT_MS ? ms : (long)CONNECT_TIMEOUT_MS);
    api->easy_setopt(x->easy, CURLOPT_USERAGENT, "gatehoused/" GATEHOUSE_VERSION);
    api->easy_setopt(x->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    api->easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->reason);
    api->easy_setopt(x->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    api->easy_setopt(x->easy, CURLOPT_OPENSOCKETDATA, x);
    api->easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
    api->easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
    api->easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_answer);
    api->easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
    api->easy_setopt(x->easy, CURLOPT_NOPROGRESS, 0L);
    api->easy_setopt(x->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    api->easy_setopt(x->easy, CURLOPT_XFERINFODATA, x);
}

static enum err_code
prepare(struct exchange *x, const struct outbound_request *r, struct arena *a, struct err *err)
{
    const struct curl_api *api = x->api;
    set_limits(x, r);
    api->easy_setopt(x->easy, CURLOPT_URL, arena_cstr(a, r->url));
    if (str_given(r->body)) {
        api->easy_setopt(x->easy, CURLOPT_POST, 1L);
        api->easy_setopt(x->easy, CURLOPT_POSTFIELDS, r->body.p);
        api->easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    }
    if (r->method)
        api->easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
    return set_headers(x, r, a, err);
}

static enum err_code
explain(const struct exchange *x, CURLcode code, struct err *err)
{
    if (x->barred)
        return err_set(err, ERR_FORBIDDEN, "%.*s is at an address that must not be reached",
                       STR_ARG(x->host));
    if (x->too_large)
        return err_set(err, ERR_LIMIT, "the answer of %.*s is too large", STR_ARG(x->host));
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return err_set(err, ERR_SHUTDOWN, "the server is stopping");
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_TIMEOUT, "no full answer from %.*s in time", STR_ARG(x->host));
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_set(err, ERR_NETWORK, "the host %.*s cannot be found", STR_ARG(x->host));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ISSUER_ERROR:
        return err_set(err, ERR_TLS, "the secure connection to %.*s failed: %.100s",
                       STR_ARG(x->host), x->reason);
    case CURLE_URL_MALFORMAT:
        return err_set(err, ERR_INVALID, "the address cannot be read");
    default:
        return err_set(err, ERR_NETWORK, "no answer from %.*s: %s", STR_ARG(x->host),
                       x->api->easy_strerror(code));
    }
}

static enum err_code
perform(struct exchange *x, struct arena *a, struct outbound_answer *out, struct err *err)
{
    long status = 0;
    CURLcode code = x->api->easy_perform(x->easy);
    if (code != CURLE_OK)
        return explain(x, code, err);
    x->api->easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    out->type = x->type[0] ? arena_text(a, x->type) : STR_ABSENT;
    out->body = x->answer.n ? arena_str(a, buf_str(&x->answer)) : STR("");
    return ERR_OK;
}

static enum err_code
check(const struct outbound *o, const struct outbound_request *r, struct parts *parts,
      struct err *err)
{
    enum err_code rc = outbound_check_url(o, r->url, err);
    if (rc)
        err_prefix(err, "the address");
    else
        rc = take_apart(r->url, parts, err);
    if (!rc && r->body.n > OUTBOUND_BODY_MAX)
        rc = err_set(err, ERR_INVALID, "the request is too large");
    return rc;
}

enum err_code
outbound_send(struct outbound *o, const struct outbound_request *request, struct arena *a,
              struct outbound_answer *out, struct err *err)
{
    struct parts parts = {.plain = false};
    struct exchange x = {.outbound = o};
    *out = (struct outbound_answer){.body = STR("")};
    enum err_code rc = check(o, request, &parts, err);
    if (!rc)
        rc = curl_api_shared(&x.api, err);
    x.host = parts.host;
    x.plain = parts.plain;
    if (!rc)
        rc = enter(&x, err);
    if (rc)
        return rc;
    buf_init(&x.answer, request->answer_max ? request->answer_max : OUTBOUND_ANSWER_MAX);
    x.easy = x.api->easy_init();
    ASSERT(x.easy);
    rc = prepare(&x, request, a, err);
    if (!rc)
        rc = perform(&x, a, out, err);
    x.api->easy_cleanup(x.easy);
    x.api->slist_free_all(x.headers);
    buf_fini(&x.answer);
    leave(&x);
    return rc;
}

/* ---- start and end ---- */

struct outbound *
outbound_new(const struct outbound_options *options)
{
    struct outbound *o = mem_new(1, sizeof *o);
    o->options = *options;
    read_ranges(&o->special[0], NOT_PUBLIC_V4, COUNT_OF(NOT_PUBLIC_V4));
    read_ranges(&o->special[1], NOT_PUBLIC_V6, COUNT_OF(NOT_PUBLIC_V6));
    pthread_mutex_init(&o->lock, NULL);
    list_init(&o->under_way);
    return o;
}

void
outbound_close(struct outbound *o)
{
    if (o)
        atomic_store(&o->closing, true);
}

void
outbound_free(struct outbound *o)
{
    if (!o)
        return;
    pthread_mutex_destroy(&o->lock);
    mem_free(o);
}
