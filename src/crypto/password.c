#include "crypto/password.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/foreign_hash.h"

#include <argon2.h>
#include <pthread.h>
#include <stdio.h>

enum {
    COST_KIB = 19 * 1024,
    COST_PASSES = 2,
    COST_LANES = 1,
    SALT_SIZE = 16,
    HASH_SIZE = 32,
    ENCODED_MAX = 256,
    /* Bounds for hashes made elsewhere. */
    MAX_KIB = 128 * 1024,
    MAX_PASSES = 10,
    MAX_LANES = 16
};

#define TODAYS_FORM "$argon2id$v=19$m=%d,t=%d,p=%d"

/*
 * The memory of one hash. To get 19 MiB from the system and give them back costs a fifth of a hash,
 * so whoever leaves while somebody waits leaves it to them; with nobody there none is kept.
 */
struct block {
    uint8_t *p;
    size_t n;
    bool taken;
};

struct password_gate {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    unsigned at_once, free, waiting, waiting_max;
    struct block *blocks; /* at_once; `taken` is under lock, the rest is that of whoever took it */
};

/* That of the hash this thread is at: the library's allocator has no argument to find it by. */
static _Thread_local struct block *block_in_use;

struct password_gate *
password_gate_new(unsigned at_once, unsigned waiting_max)
{
    struct password_gate *g = mem_new(1, sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    g->at_once = g->free = at_once;
    g->blocks = mem_new(at_once, sizeof *g->blocks);
    g->waiting_max = waiting_max;
    return g;
}

void
password_gate_free(struct password_gate *g)
{
    if (!g)
        return;
    pthread_cond_destroy(&g->wake);
    pthread_mutex_destroy(&g->lock);
    mem_free(g->blocks);
    mem_free(g);
}

/* One that has memory, if there is one. The lock is held. */
static struct block *
take_block(struct password_gate *g)
{
    struct block *found = NULL;
    for (unsigned i = 0; i < g->at_once; i++) {
        struct block *b = &g->blocks[i];
        if (!b->taken && (!found || b->p))
            found = b;
    }
    ASSERT(found);
    found->taken = true;
    return found;
}

static enum err_code
enter(struct password_gate *g, struct err *err)
{
    enum err_code rc = ERR_OK;
    pthread_mutex_lock(&g->lock);
    if (g->free == 0 && g->waiting >= g->waiting_max) {
        rc = err_set(err, ERR_BUSY, "Too many sign-ins at the moment, try again");
    } else {
        g->waiting++;
        while (g->free == 0)
            pthread_cond_wait(&g->wake, &g->lock);
        g->waiting--;
        g->free--;
        block_in_use = take_block(g);
    }
    pthread_mutex_unlock(&g->lock);
    return rc;
}

static void
leave(struct password_gate *g)
{
    struct block *b = block_in_use;
    uint8_t *unwanted = NULL;
    block_in_use = NULL;
    pthread_mutex_lock(&g->lock);
    if (g->waiting == 0 || b->n > (size_t)COST_KIB * 1024) {
        unwanted = b->p;
        *b = (struct block){.p = NULL};
    }
    b->taken = false;
    g->free++;
    pthread_cond_signal(&g->wake);
    pthread_mutex_unlock(&g->lock);
    mem_free(unwanted);
}

/* ---- the function itself ---- */

static int
allocate(uint8_t **memory, size_t bytes)
{
    struct block *b = block_in_use;
    if (b->n < bytes) {
        mem_free(b->p);
        b->p = mem_new(1, bytes);
        b->n = bytes;
    }
    *memory = b->p;
    return 0;
}

/* The library has wiped it. */
static void
keep(uint8_t *memory, size_t bytes)
{
    (void)memory, (void)bytes;
}

/* What an encoded hash says. */
struct hash {
    argon2_type type;
    uint32_t kib, passes, lanes;
    unsigned char salt[ENCODED_MAX], sum[ENCODED_MAX];
    uint32_t n_salt, n_sum;
};

/* Computes `n_sum` bytes with the rest of h; inside of the gate. 0 or what the library says. */
static int
compute(const struct hash *h, struct str password, unsigned char *sum)
{
    argon2_context c = {.out = sum,
                        .outlen = h->n_sum,
                        .pwd = (uint8_t *)(uintptr_t)password.p,
                        .pwdlen = (uint32_t)password.n,
                        .salt = (uint8_t *)(uintptr_t)h->salt,
                        .saltlen = h->n_salt,
                        .t_cost = h->passes,
                        .m_cost = h->kib,
                        .lanes = h->lanes,
                        .threads = h->lanes,
                        .version = ARGON2_VERSION_13,
                        .allocate_cbk = allocate,
                        .free_cbk = keep};
    return argon2_ctx(&c, h->type);
}

static struct hash
todays_hash(void)
{
    return (struct hash){.type = Argon2_id,
                         .kib = COST_KIB,
                         .passes = COST_PASSES,
                         .lanes = COST_LANES,
                         .n_salt = SALT_SIZE,
                         .n_sum = HASH_SIZE};
}

/* Standard base64 without its padding. */
static void
write_part(struct buf *out, const unsigned char *p, size_t n)
{
    buf_add_char(out, '$');
    buf_add_base64(out, p, n);
    while (out->n && out->p[out->n - 1] == '=')
        out->p[--out->n] = '\0';
}

static enum err_code
check_size(struct str password, struct err *err)
{
    if (password.n > PASSWORD_MAX)
        return err_set(err, ERR_INVALID, "password must be at most %d bytes", PASSWORD_MAX);
    return ERR_OK;
}

enum err_code
password_hash(struct password_gate *g, struct str password, struct arena *a, struct str *out,
              struct err *err)
{
    *out = STR_ABSENT;
    enum err_code rc = check_size(password, err);
    if (!rc)
        rc = enter(g, err);
    if (rc)
        return rc;
    struct hash h = todays_hash();
    rand_bytes(h.salt, h.n_salt);
    int argon = compute(&h, password, h.sum);
    leave(g);
    if (argon != ARGON2_OK)
        return err_set(err, ERR_INTERNAL, "cannot hash the password: %s",
                       argon2_error_message(argon));
    struct buf encoded;
    buf_init(&encoded, ENCODED_MAX);
    buf_printf(&encoded, TODAYS_FORM, COST_KIB, COST_PASSES, COST_LANES);
    write_part(&encoded, h.salt, h.n_salt);
    write_part(&encoded, h.sum, h.n_sum);
    *out = arena_str(a, buf_str(&encoded));
    secret_wipe(encoded.p, encoded.n);
    buf_fini(&encoded);
    secret_wipe(&h, sizeof h);
    return ERR_OK;
}

/* Reads "name=number" followed by `end`; false on anything else or more than `max`. */
static bool
read_cost(struct str *rest, struct str name, char end, uint64_t max, uint32_t *out)
{
    struct str part;
    if (!str_next(rest, end, &part) || !str_starts(part, name))
        return false;
    uint64_t v;
    if (!str_to_u64(str_sub(part, name.n, part.n), &v) || v < 1 || v > max)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool
read_type(struct str name, argon2_type *out)
{
    *out = str_eq(name, STR("argon2id")) ? Argon2_id : Argon2_i;
    return *out == Argon2_id || str_eq(name, STR("argon2i"));
}

static bool
read_part(struct str text, unsigned char out[ENCODED_MAX], uint32_t *n)
{
    struct buf bytes, padded;
    buf_init(&bytes, ENCODED_MAX);
    buf_init(&padded, ENCODED_MAX + 4);
    buf_add_str(&padded, text);
    while (padded.n % 4)
        buf_add_char(&padded, '=');
    bool ok = text.n > 0 && buf_add_unbase64(&bytes, buf_str(&padded)) && bytes.n > 0;
    *n = ok ? (uint32_t)bytes.n : 0;
    if (ok)
        memcpy(out, bytes.p, bytes.n);
    buf_fini(&bytes);
    buf_fini(&padded);
    return ok;
}

static bool
read_costs(struct str *rest, struct hash *h)
{
    return read_cost(rest, STR("m="), ',', MAX_KIB, &h->kib) &&
           read_cost(rest, STR("t="), ',', MAX_PASSES, &h->passes) &&
           read_cost(rest, STR("p="), '$', MAX_LANES, &h->lanes);
}

/* "$argon2id$v=19" */
static bool
read_kind(struct str *rest, struct hash *h)
{
    struct str empty, name, version;
    return str_next(rest, '$', &empty) && empty.n == 0 && str_next(rest, '$', &name) &&
           read_type(name, &h->type) && str_next(rest, '$', &version) &&
           str_eq(version, STR("v=19"));
}

/* False if the hash is of another kind or too costly. */
static bool
read_hash(struct str encoded, struct hash *h)
{
    if (encoded.n >= ENCODED_MAX || memchr(encoded.p ? encoded.p : "", '\0', encoded.n))
        return false;
    struct str rest = encoded, salt;
    return read_kind(&rest, h) && read_costs(&rest, h) && str_next(&rest, '$', &salt) &&
           read_part(salt, h->salt, &h->n_salt) && read_part(rest, h->sum, &h->n_sum);
}

bool
password_hash_ok(struct str encoded)
{
    struct hash h;
    return read_hash(encoded, &h) || foreign_hash_ok(encoded);
}

enum err_code
password_verify(struct password_gate *g, struct str password, struct str encoded, bool *match,
                struct err *err)
{
    *match = false;
    enum err_code rc = check_size(password, err);
    if (!rc)
        rc = enter(g, err);
    if (rc)
        return rc;
    /* With nothing to compare with it takes the same time. */
    struct hash h = todays_hash();
    unsigned char sum[ENCODED_MAX];
    bool real = str_given(encoded) && read_hash(encoded, &h);
    if (!real)
        h = todays_hash();
    bool computed = compute(&h, password, sum) == ARGON2_OK;
    /* A foreign hash comes on top of that: it must not be the faster answer. */
    bool foreign = !real && str_given(encoded) && foreign_hash_matches(password, encoded);
    leave(g);
    *match = foreign || (real && computed &&
                         str_eq_secret((struct str){(char *)sum, h.n_sum},
                                       (struct str){(char *)h.sum, h.n_sum}));
    secret_wipe(sum, sizeof sum);
    secret_wipe(&h, sizeof h);
    return ERR_OK;
}

bool
password_hash_current(struct str encoded)
{
    char prefix[64];
    (void)snprintf(prefix, sizeof prefix, TODAYS_FORM "$", COST_KIB, COST_PASSES, COST_LANES);
    return str_starts(encoded, str_of(prefix));
}
