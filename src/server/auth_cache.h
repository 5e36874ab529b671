#ifndef SERVER_AUTH_CACHE_H
#define SERVER_AUTH_CACHE_H
/*
 * Verdicts on tokens by the fingerprint of the token, bounded and sharded. A verdict is immutable but
 * for when it was last looked up again; it lives while the table or a request holds a reference.
 * Any thread.
 */
#include "base/arena.h"
#include "crypto/token.h"
#include "server/call.h"

#include <pthread.h>
#include <stdatomic.h>

enum { AUTH_SHARDS = 16, AUTH_SETS = 32, AUTH_WAYS = 4 };

struct auth_verdict {
    atomic_int references;
    unsigned char hash[TOKEN_HASH_SIZE];
    int64_t expires_ms;
    _Atomic int64_t checked_ms; /* when the account behind it was last seen in order */
    atomic_uint_fast64_t epoch; /* of the auth at that time */
    struct arena arena;         /* texts of `who` */
    struct principal who;
    struct str vendor;
    struct str type;      /* claim of that name */
    struct str stamp;     /* the rights it was made with; an access token has none */
    bool is_lasting;      /* an access token: stands for itself, and is looked up each time */
    bool has_permissions; /* `who` has them; else they are looked up with the first check */
};

struct auth_shard {
    pthread_mutex_t lock;
    struct auth_verdict *slots[AUTH_SETS][AUTH_WAYS];
    uint64_t hits, misses;
    unsigned next; /* way to give up next */
};
struct auth_cache {
    struct auth_shard shards[AUTH_SHARDS];
};

void auth_cache_init(struct auth_cache *c);
void auth_cache_fini(struct auth_cache *c);
/* A new reference, or NULL if there is none that is still valid at `now`. */
struct auth_verdict *auth_cache_get(struct auth_cache *c, const unsigned char hash[TOKEN_HASH_SIZE],
                                    int64_t now);
/* Keeps a reference of its own; replaces an equal, expired or old verdict. */
void auth_cache_put(struct auth_cache *c, struct auth_verdict *v, int64_t now);
struct auth_verdict *auth_verdict_new(void); /* one reference */
#endif
