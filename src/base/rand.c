#include "base/rand.h"

#include "base/mem.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

/* Drawing 512 bytes at a time makes a UUID cost a copy instead of a system call. */
enum { POOL_SIZE = 512, POOL_DRAW_MAX = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Counts forks: a pool filled before a fork must not be used after it, both sides would draw alike.
 */
static _Atomic unsigned generation = 1;
static _Thread_local struct {
    unsigned generation;
    size_t left;
    unsigned char bytes[POOL_SIZE];
} pool;

static _Atomic uint64_t pinned_seed, pinned_draws;

static void
forked(void)
{
    atomic_fetch_add(&generation, 1);
}

static void
start(void)
{
    ASSERT(sodium_init() >= 0);
    ASSERT(pthread_atfork(NULL, NULL, forked) == 0);
}

void
rand_bytes_system(void *p, size_t n)
{
    (void)pthread_once(&once, start);
    if (n > POOL_DRAW_MAX) {
        randombytes_buf(p, n);
        return;
    }
    unsigned now = atomic_load_explicit(&generation, memory_order_relaxed);
    if (pool.left < n || pool.generation != now) {
        randombytes_buf(pool.bytes, POOL_SIZE);
        pool.left = POOL_SIZE;
        pool.generation = now;
    }
    if (!n)
        return;
    pool.left -= n;
    memcpy(p, pool.bytes + pool.left, n);
    sodium_memzero(pool.bytes + pool.left, n);
}

/* Each draw is a ChaCha20 stream of its own, keyed by the seed and the number of the draw. */
static void
pinned_bytes(void *p, size_t n, uint64_t seed)
{
    unsigned char key[randombytes_SEEDBYTES] = {0};
    uint64_t draw = atomic_fetch_add(&pinned_draws, 1);
    memcpy(key, &seed, sizeof seed);
    memcpy(key + sizeof seed, &draw, sizeof draw);
    (void)pthread_once(&once, start);
    randombytes_buf_deterministic(p, n, key);
}

void
rand_bytes(void *p, size_t n)
{
    uint64_t seed = atomic_load_explicit(&pinned_seed, memory_order_relaxed);
    if (seed)
        pinned_bytes(p, n, seed);
    else
        rand_bytes_system(p, n);
}

void
rand_pin(uint64_t seed)
{
    atomic_store(&pinned_draws, 0);
    atomic_store(&pinned_seed, seed);
}

uint32_t
rand_below(uint32_t limit)
{
    ASSERT(limit);
    /* Values under 2^32 mod limit would make some results likelier; draw again. */
    uint32_t reject = (uint32_t)(-limit) % limit;
    uint32_t v;
    do {
        rand_bytes(&v, sizeof v);
    } while (v < reject);
    return v % limit;
}

static void
put_hex(char *out, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = "0123456789abcdef"[p[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
    }
}

char *
rand_uuid(char out[RAND_UUID_SIZE])
{
    unsigned char b[16];
    rand_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    put_hex(out, b, 4);
    put_hex(out + 9, b + 4, 2);
    put_hex(out + 14, b + 6, 2);
    put_hex(out + 19, b + 8, 2);
    put_hex(out + 24, b + 10, 6);
    out[8] = out[13] = out[18] = out[23] = '-';
    out[36] = '\0';
    return out;
}

struct str
rand_uuid_str(struct arena *a)
{
    char *text = arena_alloc(a, RAND_UUID_SIZE, 1);
    return (struct str){rand_uuid(text), RAND_UUID_SIZE - 1};
}

struct str
rand_hex(struct arena *a, size_t n)
{
    unsigned char *bytes = arena_alloc(a, n, 1);
    rand_bytes(bytes, n);
    char *text = arena_alloc(a, mem_add(mem_mul(n, 2), 1), 1);
    put_hex(text, bytes, n);
    sodium_memzero(bytes, n);
    return (struct str){text, 2 * n};
}
