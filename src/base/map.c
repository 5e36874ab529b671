#include "base/map.h"

#include "base/mem.h"

enum { FIRST_SIZE = 16 };

/* Open addressing with linear probing; size is a power of two, at most 3/4 used. Empty: key NULL.
 */
struct map_slot {
    char *key;
    size_t key_n;
    uint64_t hash;
    void *value;
};

void
map_init(struct map *m)
{
    *m = (struct map){0};
}

void
map_fini(struct map *m)
{
    for (size_t i = 0; i < m->size; i++)
        mem_free(m->slots[i].key);
    mem_free(m->slots);
    *m = (struct map){0};
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_slot *
probe(const struct map *m, struct str key, uint64_t hash)
{
    size_t mask = m->size - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct map_slot *slot = &m->slots[i];
        if (!slot->key)
            return slot;
        if (slot->hash == hash && str_eq((struct str){slot->key, slot->key_n}, key))
            return slot;
    }
}

static void
grow(struct map *m)
{
    struct map old = *m;
    m->size = old.size ? mem_mul(old.size, 2) : FIRST_SIZE;
    m->slots = mem_new(m->size, sizeof *m->slots);
    for (size_t i = 0; i < old.size; i++) {
        struct map_slot *slot = &old.slots[i];
        if (slot->key)
            *probe(m, (struct str){slot->key, slot->key_n}, slot->hash) = *slot;
    }
    mem_free(old.slots);
}

void *
map_get(const struct map *m, struct str key)
{
    return m->used ? probe(m, key, str_hash(key))->value : NULL;
}

void *
map_put(struct map *m, struct str key, void *value)
{
    ASSERT(value);
    if (m->used >= m->size / 4 * 3)
        grow(m);
    uint64_t hash = str_hash(key);
    struct map_slot *slot = probe(m, key, hash);
    void *before = slot->value;
    if (!slot->key) {
        *slot = (struct map_slot){mem_copy_text(key.p, key.n), key.n, hash, value};
        m->used++;
    }
    slot->value = value;
    return before;
}

void *
map_remove(struct map *m, struct str key)
{
    if (!m->used)
        return NULL;
    struct map_slot *slot = probe(m, key, str_hash(key));
    if (!slot->key)
        return NULL;
    void *value = slot->value;
    mem_free(slot->key);
    m->used--;
    /* Close the gap: move back each follower that may live at or before it. */
    size_t mask = m->size - 1;
    size_t gap = (size_t)(slot - m->slots);
    for (size_t i = (gap + 1) & mask; m->slots[i].key; i = (i + 1) & mask) {
        size_t home = m->slots[i].hash & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            m->slots[gap] = m->slots[i];
            gap = i;
        }
    }
    m->slots[gap] = (struct map_slot){0};
    return value;
}

bool
map_each(const struct map *m, size_t *pos, struct str *key, void **value)
{
    for (; *pos < m->size; (*pos)++) {
        const struct map_slot *slot = &m->slots[*pos];
        if (!slot->key)
            continue;
        *key = (struct str){slot->key, slot->key_n};
        *value = slot->value;
        (*pos)++;
        return true;
    }
    return false;
}
