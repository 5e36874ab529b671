#ifndef BASE_MAP_H
#define BASE_MAP_H
/* Hash map from byte strings to pointers, seeded against collision attacks. Keys are copied; values
 * are borrowed. Not thread-safe. */
#include "base/str.h"

struct map_slot;
struct map {
    struct map_slot *slots;
    size_t used, size;
};

void map_init(struct map *m);
void map_fini(struct map *m);
/* Value or NULL. */
void *map_get(const struct map *m, struct str key);
/* Stores value (not NULL) and returns the one it replaces, or NULL. */
void *map_put(struct map *m, struct str key, void *value);
void *map_remove(struct map *m, struct str key);
/* Walks all entries in no order: start with *pos = 0. False at the end. */
bool map_each(const struct map *m, size_t *pos, struct str *key, void **value);
#endif
