#include "server/http_guard.h"

#include "base/ascii.h"

enum guard_state {
    G_START, /* between requests */
    G_METHOD,
    G_TARGET,
    G_VERSION,
    G_LINE_LF,
    G_HEADER, /* first byte of a header line */
    G_NAME,
    G_VALUE,
    G_VALUE_LF,
    G_END_LF,
    G_BODY,
    G_CHUNK_SIZE, /* first digit */
    G_CHUNK_DIGITS,
    G_CHUNK_SIZE_LF,
    G_CHUNK_DATA,
    G_CHUNK_DATA_CR,
    G_CHUNK_DATA_LF,
    G_TRAILER_CR, /* the last chunk was read: only CRLF may follow */
    G_TRAILER_LF
};

static const char VERSION_PREFIX[] = "HTTP/1.";

static const char *const ONCE_NAMES[ONCE_COUNT] = {
    [ONCE_CONTENT_LENGTH] = "content-length",
    [ONCE_TRANSFER_ENCODING] = "transfer-encoding",
    [ONCE_HOST] = "host",
    [ONCE_AUTHORIZATION] = "authorization",
    [ONCE_ACCESS_TOKEN] = "x-access-token",
    [ONCE_TENANT_ID] = "frontegg-tenant-id",
    [ONCE_USER_ID] = "frontegg-user-id",
    [ONCE_APPLICATION_ID] = "frontegg-application-id",
    [ONCE_ENVIRONMENT_ID] = "frontegg-environment-id",
    [ONCE_VENDOR_ID] = "frontegg-vendor-id",
    [ONCE_VENDOR_HOST] = "frontegg-vendor-host",
    [ONCE_CONTENT_TYPE] = "content-type",
    [ONCE_EXPECT] = "expect",
};

/* RFC 9110 token character. */
static bool
is_token(unsigned char c)
{
    return ascii_is_alnum(c) || (c > ' ' && c < 0x7f && strchr("!#$%&'*+-.^_`|~", c));
}

static unsigned char
to_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

void
http_guard_init(struct http_guard *g)
{
    *g = (struct http_guard){.state = G_START, .header = ONCE_COUNT};
}

bool
http_guard_mid_request(const struct http_guard *g)
{
    return g->state != G_START;
}

int
http_guard_status(enum guard_fault fault)
{
    switch (fault) {
    case GUARD_OK:
        return 200;
    case GUARD_BAD_REQUEST:
        return 400;
    case GUARD_URI_LONG:
        return 414;
    case GUARD_HEAD_LONG:
        return 431;
    case GUARD_BODY_LONG:
        return 413;
    case GUARD_VERSION:
        return 505;
    }
    return 400;
}

static void
begin_request(struct http_guard *g)
{
    uint64_t requests = g->requests;
    http_guard_init(g);
    g->requests = requests;
}

static enum guard_fault
read_method(struct http_guard *g, unsigned char c)
{
    if (c == ' ' && g->state == G_METHOD) {
        g->state = G_TARGET;
        g->name_n = 0;
        return GUARD_OK;
    }
    /* A leading empty line is allowed by RFC 9112 but only ever helps an attacker. */
    if (!is_token(c) || ++g->name_n > GUARD_NAME_MAX)
        return GUARD_BAD_REQUEST;
    g->state = G_METHOD;
    return GUARD_OK;
}

/* Percent escapes must be whole, and must not spell NUL, which cuts strings in C code further on.
 */
static enum guard_fault
read_escape(struct http_guard *g, unsigned char c)
{
    int v = ascii_hex_value(c);
    if (v < 0)
        return GUARD_BAD_REQUEST;
    if (g->escape == 1) {
        g->escape = (unsigned char)(2 + v);
        return GUARD_OK;
    }
    bool nul = g->escape == 2 && v == 0;
    g->escape = 0;
    return nul ? GUARD_BAD_REQUEST : GUARD_OK;
}

/* RFC 3986 has no place for these; '#' would begin a fragment, which is never sent. */
static bool
is_target_char(unsigned char c)
{
    return c > ' ' && c < 0x7f && !strchr("#\"<>\\", c);
}

static enum guard_fault
read_target(struct http_guard *g, unsigned char c)
{
    if (g->name_n == 0) { /* origin-form only */
        g->name_n = 1;
        return c == '/' ? GUARD_OK : GUARD_BAD_REQUEST;
    }
    if (g->escape)
        return read_escape(g, c);
    if (c == ' ') {
        g->state = G_VERSION;
        g->version_n = 0;
        return GUARD_OK;
    }
    if (c == '%')
        g->escape = 1;
    return is_target_char(c) ? GUARD_OK : GUARD_BAD_REQUEST;
}

static enum guard_fault
read_version(struct http_guard *g, unsigned char c)
{
    size_t at = g->version_n++;
    if (at < sizeof(VERSION_PREFIX) - 1) {
        if (c == (unsigned char)VERSION_PREFIX[at])
            return GUARD_OK;
        /* A well-formed other major version is a version fault, anything else is no HTTP at all. */
        return at == 5 && c >= '0' && c <= '9' ? GUARD_VERSION : GUARD_BAD_REQUEST;
    }
    if (at == sizeof(VERSION_PREFIX) - 1) {
        if (c != '0' && c != '1')
            return c >= '2' && c <= '9' ? GUARD_VERSION : GUARD_BAD_REQUEST;
        g->minor = (unsigned char)(c - '0');
        return GUARD_OK;
    }
    if (c != '\r')
        return GUARD_BAD_REQUEST;
    g->state = G_LINE_LF;
    return GUARD_OK;
}

static enum guard_once
known_header(const struct http_guard *g)
{
    if (g->name_n > GUARD_NAME_MAX)
        return ONCE_COUNT;
    struct str name = {g->name, g->name_n};
    for (enum guard_once i = 0; i < ONCE_COUNT; i++)
        if (str_eq(name, str_of(ONCE_NAMES[i])))
            return i;
    return ONCE_COUNT;
}

static enum guard_fault
end_name(struct http_guard *g)
{
    g->header = (unsigned char)known_header(g);
    if (g->header != ONCE_COUNT) {
        if (g->once & 1u << g->header)
            return GUARD_BAD_REQUEST;
        g->once |= 1u << g->header;
    }
    if (++g->headers > GUARD_HEADERS_MAX)
        return GUARD_HEAD_LONG;
    g->state = G_VALUE;
    g->value_n = 0;
    g->value_seen = false;
    return GUARD_OK;
}

static enum guard_fault
read_name(struct http_guard *g, unsigned char c)
{
    if (c == ':' && g->name_n > 0)
        return end_name(g);
    if (!is_token(c))
        return GUARD_BAD_REQUEST;
    if (g->name_n < GUARD_NAME_MAX)
        g->name[g->name_n] = (char)to_lower(c);
    if (g->name_n <= GUARD_NAME_MAX)
        g->name_n++;
    g->state = G_NAME;
    return GUARD_OK;
}

/* The first byte of a line after the request line: a name, or the CR that ends the head. A space or
 * TAB would be a folded line (obs-fold). */
static enum guard_fault
read_header_start(struct http_guard *g, unsigned char c)
{
    g->name_n = 0;
    if (c != '\r')
        return read_name(g, c);
    g->state = G_END_LF;
    return GUARD_OK;
}

static bool
is_host_char(unsigned char c)
{
    return ascii_is_alnum(c) || (c && strchr("-._~[]:%", c));
}

static enum guard_fault
keep_value(struct http_guard *g, unsigned char c)
{
    if (g->header == ONCE_HOST)
        return is_host_char(c) ? GUARD_OK : GUARD_BAD_REQUEST;
    if (g->header != ONCE_CONTENT_LENGTH && g->header != ONCE_TRANSFER_ENCODING)
        return GUARD_OK;
    if (g->header == ONCE_CONTENT_LENGTH && (c < '0' || c > '9'))
        return GUARD_BAD_REQUEST;
    if (g->value_n >= sizeof g->value)
        return GUARD_BAD_REQUEST;
    g->value[g->value_n++] = (char)to_lower(c);
    return GUARD_OK;
}

/* Between spaces and bytes: framing headers allow blanks only in front ("5 " and "5 5" are
 * refused). */
static enum guard_fault
read_value(struct http_guard *g, unsigned char c)
{
    if (c == '\r') {
        g->state = G_VALUE_LF;
        return GUARD_OK;
    }
    if (c == ' ' || c == '\t') {
        bool framing = g->header <= ONCE_HOST;
        return framing && (g->value_seen || c == '\t') ? GUARD_BAD_REQUEST : GUARD_OK;
    }
    /* Bytes from 0x80 are left to the layer that reads the header; they cannot change framing. */
    if (c < ' ' || c == 0x7f)
        return GUARD_BAD_REQUEST;
    g->value_seen = true;
    return keep_value(g, c);
}

static enum guard_fault
end_content_length(struct http_guard *g)
{
    if (g->value_n == 0)
        return GUARD_BAD_REQUEST;
    uint64_t n = 0;
    for (size_t i = 0; i < g->value_n; i++) {
        n = n * 10 + (uint64_t)(g->value[i] - '0');
        if (n > UINT64_MAX / 20)
            return GUARD_BODY_LONG;
    }
    g->left = n;
    return n > GUARD_BODY_MAX ? GUARD_BODY_LONG : GUARD_OK;
}

static enum guard_fault
end_value(struct http_guard *g)
{
    g->state = G_HEADER;
    struct str value = {g->value, g->value_n};
    switch (g->header) {
    case ONCE_CONTENT_LENGTH:
        return end_content_length(g);
    case ONCE_TRANSFER_ENCODING:
        g->chunked = true;
        return str_eq(value, STR("chunked")) ? GUARD_OK : GUARD_BAD_REQUEST;
    case ONCE_HOST:
        return g->value_seen ? GUARD_OK : GUARD_BAD_REQUEST;
    default:
        return GUARD_OK;
    }
}

static enum guard_fault
end_head(struct http_guard *g)
{
    bool host = g->once & 1u << ONCE_HOST;
    bool length = g->once & 1u << ONCE_CONTENT_LENGTH;
    if ((g->minor == 1 && !host) || (g->chunked && (length || g->minor == 0)))
        return GUARD_BAD_REQUEST;
    g->requests++;
    g->head_n = 0;
    if (g->chunked)
        g->state = G_CHUNK_SIZE;
    else
        g->state = length && g->left > 0 ? G_BODY : G_START;
    return GUARD_OK;
}

static enum guard_fault
read_chunk_size(struct http_guard *g, unsigned char c)
{
    int v = ascii_hex_value(c);
    if (g->state == G_CHUNK_SIZE) {
        if (v < 0)
            return GUARD_BAD_REQUEST;
        g->left = (uint64_t)v;
        g->state = G_CHUNK_DIGITS;
        g->value_n = 1;
        return GUARD_OK;
    }
    if (c == '\r') {
        g->state = G_CHUNK_SIZE_LF;
        return GUARD_OK;
    }
    if (v < 0 || ++g->value_n > 8) /* also refuses extensions */
        return GUARD_BAD_REQUEST;
    g->left = g->left * 16 + (uint64_t)v;
    return GUARD_OK;
}

static enum guard_fault
end_chunk_size(struct http_guard *g)
{
    if (g->left == 0) {
        g->state = G_TRAILER_CR;
        return GUARD_OK;
    }
    g->body_n += g->left;
    g->state = G_CHUNK_DATA;
    return g->body_n > GUARD_BODY_MAX ? GUARD_BODY_LONG : GUARD_OK;
}

/* Takes exactly byte `want`, then goes on to `next`. */
static enum guard_fault
expect(struct http_guard *g, unsigned char c, unsigned char want, enum guard_state next)
{
    g->state = (unsigned char)next;
    return c == want ? GUARD_OK : GUARD_BAD_REQUEST;
}

/* States of a chunked body. */
static enum guard_fault
read_chunk_byte(struct http_guard *g, unsigned char c)
{
    switch ((enum guard_state)g->state) {
    case G_CHUNK_SIZE:
    case G_CHUNK_DIGITS:
        return read_chunk_size(g, c);
    case G_CHUNK_SIZE_LF:
        return c == '\n' ? end_chunk_size(g) : GUARD_BAD_REQUEST;
    case G_CHUNK_DATA_CR:
        return expect(g, c, '\r', G_CHUNK_DATA_LF);
    case G_CHUNK_DATA_LF:
        return expect(g, c, '\n', G_CHUNK_SIZE);
    case G_TRAILER_CR:
        return expect(g, c, '\r', G_TRAILER_LF);
    default:
        return expect(g, c, '\n', G_START);
    }
}

/* States of the request line and headers. */
static enum guard_fault
read_head_byte(struct http_guard *g, unsigned char c)
{
    if (++g->head_n > GUARD_HEAD_MAX)
        return g->state == G_TARGET ? GUARD_URI_LONG : GUARD_HEAD_LONG;
    switch ((enum guard_state)g->state) {
    case G_START:
    case G_METHOD:
        return read_method(g, c);
    case G_TARGET:
        return read_target(g, c);
    case G_VERSION:
        return read_version(g, c);
    case G_LINE_LF:
        return expect(g, c, '\n', G_HEADER);
    case G_HEADER:
        return read_header_start(g, c);
    case G_NAME:
        return read_name(g, c);
    case G_VALUE:
        return read_value(g, c);
    case G_VALUE_LF:
        return c == '\n' ? end_value(g) : GUARD_BAD_REQUEST;
    default:
        return c == '\n' ? end_head(g) : GUARD_BAD_REQUEST;
    }
}

/*
 * How many of the next bytes are plain parts of a header value that has no rules of its own: the bulk of a request
 * (tokens, cookies), so it is worth a short loop.
 */
static size_t
skip_value(struct http_guard *g, const char *p, size_t n)
{
    if (g->state != G_VALUE || g->header <= ONCE_HOST)
        return 0;
    size_t room = GUARD_HEAD_MAX - g->head_n, i = 0;
    if (n > room)
        n = room;
    while (i < n && (unsigned char)p[i] >= ' ' && p[i] != 0x7f)
        i++;
    g->head_n += (uint32_t)i;
    return i;
}

/* Body bytes need no look: skips as many as belong to it. */
static size_t
skip_data(struct http_guard *g, size_t n)
{
    size_t take = g->left < n ? (size_t)g->left : n;
    g->left -= take;
    if (g->left == 0)
        g->state = g->state == G_BODY ? G_START : G_CHUNK_DATA_CR;
    return take;
}

enum guard_fault
http_guard_feed(struct http_guard *g, struct str bytes, size_t *good)
{
    *good = 0;
    for (size_t i = 0; i < bytes.n && !g->fault;) {
        i += skip_value(g, bytes.p + i, bytes.n - i);
        if (i == bytes.n)
            break;
        if (g->state == G_BODY || g->state == G_CHUNK_DATA) {
            i += skip_data(g, bytes.n - i);
        } else {
            unsigned char c = (unsigned char)bytes.p[i++];
            if (g->state == G_START)
                begin_request(g);
            g->fault = (unsigned char)(g->state <= G_END_LF ? read_head_byte(g, c)
                                                            : read_chunk_byte(g, c));
        }
        if (g->state == G_START && !g->fault)
            *good = i;
    }
    if (!g->fault)
        *good = bytes.n;
    return (enum guard_fault)g->fault;
}
