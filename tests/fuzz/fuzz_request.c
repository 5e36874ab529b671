/*
 * What a stranger puts around a request: query, cookies, X-Forwarded-For, refresh tokens, and what is
 * stored as a password's hash when users are imported. The first byte chooses. What comes out lies
 * within what came in, and holds nothing that separates it from its neighbours.
 */
#include "base/mem.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "crypto/password.h"
#include "server/client_ip.h"
#include "server/cookie.h"
#include "server/query.h"
#include "server/relying_party.h"
#include "server/session_token.h"
#include "server/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX_BYTES = 1 << 22, HEADERS = 4, HASH_HEX = 64 };

static bool
lies_in(struct str part, struct str whole)
{
    return part.p >= whole.p && part.n <= whole.n && (size_t)(part.p - whole.p) <= whole.n - part.n;
}

static void
try_query(struct str text, struct arena *a)
{
    struct pairs pairs = {.n = 0};
    if (query_parse(&pairs, text, a, NULL) != ERR_OK)
        return;
    ASSERT(pairs.n <= QUERY_PAIRS_MAX);
    for (size_t i = 0; i < pairs.n; i++) {
        struct str name = pairs.items[i].name, value = pairs.items[i].value;
        ASSERT(utf8_valid(name) && utf8_valid(value) && value.n > 0);
        ASSERT(str_find_char(name, '\0') < 0 && str_find_char(value, '\0') < 0);
        ASSERT(str_starts(name, query_base_name(name)));
        ASSERT(str_given(query_get(&pairs, name)));
    }
}

/* Header values, a line each. */
static size_t
read_headers(struct str text, const char *name, struct header *out)
{
    size_t n = 0;
    struct str line;
    while (n < HEADERS && str_next(&text, '\n', &line))
        out[n++] = (struct header){str_of(name), line};
    return n;
}

static bool
is_ours(struct str origin)
{
    struct str host = STR("id.example.com");
    return origin.n > host.n && str_eq_nocase(str_sub(origin, origin.n - host.n, origin.n), host) &&
           origin.p[origin.n - host.n - 1] == '/';
}

static void
try_cookies(struct str text, struct call c)
{
    struct header headers[HEADERS + 2];
    struct str origin = STR("");
    (void)str_next(&text, '\n', &origin);
    c.n_headers = read_headers(text, "Cookie", headers);
    headers[c.n_headers++] = (struct header){STR("Host"), STR("id.example.com")};
    if (origin.n > 0)
        headers[c.n_headers++] = (struct header){STR("Origin"), origin};
    c.headers = headers;
    for (int i = COOKIE_REFRESH; i <= COOKIE_ATTEMPT; i++) {
        struct str value = cookie_get(&c, (enum cookie)i);
        if (!str_given(value))
            continue;
        ASSERT(lies_in(value, text) && str_find_char(value, ';') < 0);
        ASSERT(origin.n == 0 || is_ours(origin));
    }
}

static void
try_proxies(struct str text)
{
    struct header headers[HEADERS];
    struct proxies p = {.local_socket = true};
    struct str range = STR(""), peer = STR(""); /* there always is one */
    (void)str_next(&text, '\n', &range);
    (void)str_next(&text, '\n', &peer);
    bool trusts = proxies_add(&p, range, NULL) == ERR_OK;
    size_t n = read_headers(text, "X-Forwarded-For", headers);
    struct str ip = client_ip(&p, peer, headers, n);
    struct ip parsed;
    ASSERT(str_given(ip));
    if (!trusts && !str_eq(peer, STR("unix")) && peer.n > 0 && ip_parse(peer, &parsed))
        ASSERT(str_eq(ip, peer)); /* nobody but a proxy is believed */
}

static void
try_token(struct str text, struct call *c)
{
    struct refresh_token token;
    if (!refresh_token_read(c, text, &token))
        return;
    ASSERT(str_eq(token.text, text) && token.id.n == RAND_UUID_SIZE - 1);
    ASSERT(str_find_char(token.id, '.') < 0);
    ASSERT(token.family_hash.n == HASH_HEX && token.secret_hash.n == HASH_HEX);
}

static void
try_names(struct str text, struct arena *a)
{
    struct relying_party party;
    if (password_hash_ok(text))
        ASSERT(str_starts(text, STR("$argon2i")) && str_find_char(text, '\0') < 0);
    if (relying_party_parse(a, text, &party)) {
        ASSERT(party.id.n > 0 && str_find_char(party.id, '/') < 0);
        ASSERT(str_starts(party.origin, STR("http")));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct str text = {(const char *)data + 1, size - 1};
    struct arena a;
    static struct server server;
    arena_init(&a, ARENA_MAX_BYTES);
    server.public_url = STR("https://id.example.com");
    struct call c = {
        .server = &server, .arena = &a, .vendor_id = STR("7d1f6c2e-58b4-4a07-9e5c-2f0a3c1b9d44")};
    switch (data[0] % 5) {
    case 0:
        try_query(text, &a);
        break;
    case 1:
        try_cookies(text, c);
        break;
    case 2:
        try_proxies(text);
        break;
    case 3:
        try_token(text, &c);
        break;
    default:
        try_names(text, &a);
        break;
    }
    arena_fini(&a);
    return 0;
}
