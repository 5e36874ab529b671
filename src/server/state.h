#ifndef SERVER_STATE_H
#define SERVER_STATE_H
/* What hangs on one running server. Private to src/server; everything here is set up before the
 * first request and only read afterwards, unless its own header says that it locks. */
#include "base/arena.h"
#include "server/call.h"
#include "server/server.h"

#include <stdatomic.h>

struct authority;
struct deliver;
struct http;
struct jobs;
struct known_passwords;
struct metrics;
struct outbound;
struct password_gate;
struct ratelimit;
struct registry;
struct route_table;
struct secret;
struct store;

struct server {
    struct arena arena; /* texts below */
    struct store *store;
    struct seal *seal;
    struct registry *registry;
    struct route_table *routes;
    struct ratelimit *limits;
    struct authority *auth;
    struct metrics *metrics;
    struct password_gate *passwords;
    struct known_passwords *known;
    struct deliver *deliver;
    struct jobs *jobs;
    struct outbound *outbound;
    struct str captcha_url; /* where captchas are checked */
    struct http *http;
    struct str vendor;     /* default environment */
    struct str public_url; /* "http://127.0.0.1:8088", no slash at the end */
    struct str outbox;
    struct str jwks; /* the document of /.well-known/jwks.json */
    struct proxies proxies;
    int64_t started_ms;
    uint64_t trace_seed[2];
    atomic_uint_fast64_t trace_count;
};
#endif
