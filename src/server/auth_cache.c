#include "server/auth_cache.h"

#include "base/mem.h"
#include "server/auth.h"

enum { VERDICT_MAX = 256 * 1024 };

struct auth_verdict *
auth_verdict_new(void)
{
    struct auth_verdict *v = mem_new(1, sizeof *v);
    atomic_store(&v->references, 1);
    arena_init(&v->arena, VERDICT_MAX);
    return v;
}

void
auth_release(struct auth_verdict *v)
{
    if (!v || atomic_fetch_sub(&v->references, 1) != 1)
        return;
    arena_fini(&v->arena);
    mem_free(v);
}

void
auth_cache_init(struct auth_cache *c)
{
    *c = (struct auth_cache){.shards[0].hits = 0};
    for (size_t i = 0; i < AUTH_SHARDS; i++)
        pthread_mutex_init(&c->shards[i].lock, NULL);
}

void
auth_cache_fini(struct auth_cache *c)
{
    for (size_t i = 0; i < AUTH_SHARDS; i++) {
        struct auth_shard *shard = &c->shards[i];
        for (size_t slot = 0; slot < AUTH_SETS * AUTH_WAYS; slot++)
            auth_release(shard->slots[slot / AUTH_WAYS][slot % AUTH_WAYS]);
        pthread_mutex_destroy(&shard->lock);
    }
}

/* The hash is even, so any of its bytes will do as an index. */
static struct auth_shard *
shard_of(struct auth_cache *c, const unsigned char *hash)
{
    return &c->shards[hash[0] % AUTH_SHARDS];
}

static bool
same(const struct auth_verdict *v, const unsigned char *hash)
{
    return memcmp(v->hash, hash, TOKEN_HASH_SIZE) == 0;
}

struct auth_verdict *
auth_cache_get(struct auth_cache *c, const unsigned char hash[TOKEN_HASH_SIZE], int64_t now)
{
    struct auth_shard *shard = shard_of(c, hash);
    struct auth_verdict *found = NULL;
    pthread_mutex_lock(&shard->lock);
    struct auth_verdict **set = shard->slots[hash[1] % AUTH_SETS];
    for (size_t i = 0; i < AUTH_WAYS && !found; i++)
        if (set[i] && same(set[i], hash) && set[i]->expires_ms > now)
            found = set[i];
    if (found) {
        atomic_fetch_add(&found->references, 1);
        shard->hits++;
    } else {
        shard->misses++;
    }
    pthread_mutex_unlock(&shard->lock);
    return found;
}

/* The way to overwrite: the same token's, an empty or expired one, else each in turn. */
static size_t
pick_way(struct auth_shard *shard, struct auth_verdict *const *set, const struct auth_verdict *v,
         int64_t now)
{
    size_t pick = AUTH_WAYS;
    for (size_t i = 0; i < AUTH_WAYS; i++) {
        if (set[i] && same(set[i], v->hash))
            return i;
        if (pick == AUTH_WAYS && (!set[i] || set[i]->expires_ms <= now))
            pick = i;
    }
    return pick < AUTH_WAYS ? pick : shard->next++ % AUTH_WAYS;
}

void
auth_cache_put(struct auth_cache *c, struct auth_verdict *v, int64_t now)
{
    struct auth_shard *shard = shard_of(c, v->hash);
    atomic_fetch_add(&v->references, 1);
    pthread_mutex_lock(&shard->lock);
    struct auth_verdict **set = shard->slots[v->hash[1] % AUTH_SETS];
    size_t way = pick_way(shard, set, v, now);
    struct auth_verdict *old = set[way];
    set[way] = v;
    pthread_mutex_unlock(&shard->lock);
    auth_release(old);
}
