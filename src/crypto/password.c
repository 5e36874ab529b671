#include "crypto/password.h"

#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"

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

struct password_gate {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    unsigned free, waiting, waiting_max;
};

struct password_gate *
password_gate_new(unsigned at_once, unsigned waiting_max)
{
    struct password_gate *g = mem_new(1, sizeof *g);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    g->free = at_once;
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
    mem_free(g);
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
    }
    pthread_mutex_unlock(&g->lock);
    return rc;
}

static void
leave(struct password_gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->free++;
    pthread_cond_signal(&g->wake);
    pthread_mutex_unlock(&g->lock);
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
    unsigned char salt[SALT_SIZE];
    rand_bytes(salt, sizeof salt);
    char encoded[ENCODED_MAX];
    int argon = argon2id_hash_encoded(COST_PASSES, COST_KIB, COST_LANES, password.p, password.n,
                                      salt, sizeof salt, HASH_SIZE, encoded, sizeof encoded);
    leave(g);
    if (argon != ARGON2_OK)
        return err_set(err, ERR_INTERNAL, "cannot hash the password: %s",
                       argon2_error_message(argon));
    *out = arena_text(a, encoded);
    return ERR_OK;
}

/* Reads "name=number" followed by `end`; false on anything else or more than `max`. */
static bool
read_cost(struct str *rest, struct str name, char end, uint64_t max)
{
    struct str part;
    if (!str_next(rest, end, &part) || !str_starts(part, name))
        return false;
    uint64_t v;
    return str_to_u64(str_sub(part, name.n, part.n), &v) && v >= 1 && v <= max;
}

static int
type_of(struct str name)
{
    if (str_eq(name, STR("argon2id")))
        return Argon2_id;
    return str_eq(name, STR("argon2i")) ? Argon2_i : -1;
}

/* The type, or -1 if the hash is of another kind or too costly. */
static int
hash_type(struct str encoded)
{
    if (encoded.n >= ENCODED_MAX || memchr(encoded.p ? encoded.p : "", '\0', encoded.n))
        return -1;
    struct str rest = encoded, empty, name, version;
    if (!str_next(&rest, '$', &empty) || empty.n != 0 || !str_next(&rest, '$', &name) ||
        !str_next(&rest, '$', &version) || !str_eq(version, STR("v=19")))
        return -1;
    bool ok = read_cost(&rest, STR("m="), ',', MAX_KIB) &&
              read_cost(&rest, STR("t="), ',', MAX_PASSES) &&
              read_cost(&rest, STR("p="), '$', MAX_LANES);
    return ok ? type_of(name) : -1;
}

bool
password_hash_ok(struct str encoded)
{
    return hash_type(encoded) >= 0;
}

/* Spends the time of one comparison, for accounts that have nothing to compare with. */
static void
pretend(struct str password)
{
    static const unsigned char salt[SALT_SIZE] = {1};
    unsigned char hash[HASH_SIZE];
    (void)argon2id_hash_raw(COST_PASSES, COST_KIB, COST_LANES, password.p, password.n, salt,
                            sizeof salt, hash, sizeof hash);
    secret_wipe(hash, sizeof hash);
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
    int type = str_given(encoded) ? hash_type(encoded) : -1;
    if (type < 0) {
        pretend(password);
    } else {
        char text[ENCODED_MAX];
        memcpy(text, encoded.p, encoded.n);
        text[encoded.n] = '\0';
        *match = argon2_verify(text, password.p, password.n, (argon2_type)type) == ARGON2_OK;
    }
    leave(g);
    return ERR_OK;
}

bool
password_hash_current(struct str encoded)
{
    char prefix[64];
    (void)snprintf(prefix, sizeof prefix, "$argon2id$v=19$m=%d,t=%d,p=%d$", COST_KIB, COST_PASSES,
                   COST_LANES);
    return str_starts(encoded, str_of(prefix));
}
