#include "store/hints.h"
#include "base/mem.h"
#include <pthread.h>

enum {
    LISTS = 24,
    PLACES = 64,
    COUNTS = 64,
    KEY_BYTES = ORDER_KEY_MAX,
    TERM_BYTES = 64,
    COUNT_STALE_MS = 30000
};

struct place {
    int64_t offset, user_seq, number;
    bool is_text;
    size_t n;
    char key[KEY_BYTES];
};

struct known_list {
    struct hint_list of;
    uint64_t used; /* tick of the last use; 0: free */
    size_t n, next;
    struct place *places; /* PLACES of them, made at first use */
};

struct known_count {
    int64_t list, generation, at, count;
    size_t n;
    char term[TERM_BYTES];
    bool set;
};

struct hints {
    pthread_mutex_t lock;
    uint64_t tick;
    struct known_list lists[LISTS];
    struct known_count counts[COUNTS];
};

struct hints *
hints_new(void)
{
    struct hints *h = mem_new(1, sizeof *h);
    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void
hints_free(struct hints *take)
{
    if (!take)
        return;
    for (size_t i = 0; i < LISTS; i++)
        mem_free(take->lists[i].places);
    pthread_mutex_destroy(&take->lock);
    mem_free(take);
}

/* ---- places ---- */

/* The list as it is known, emptied when it has changed since; with `make` the least used makes room. */
static struct known_list *
find_list(struct hints *h, const struct hint_list *of, bool make)
{
    struct known_list *oldest = &h->lists[0];
    for (size_t i = 0; i < LISTS; i++) {
        struct known_list *l = &h->lists[i];
        if (l->used && l->of.list == of->list && strcmp(l->of.column, of->column) == 0) {
            oldest = l;
            break;
        }
        if (l->used < oldest->used)
            oldest = l;
    }
    bool same = oldest->used && oldest->of.list == of->list &&
                strcmp(oldest->of.column, of->column) == 0 &&
                oldest->of.generation == of->generation;
    if (!same && !make)
        return NULL;
    if (!same) {
        oldest->of = *of;
        oldest->n = oldest->next = 0;
    }
    oldest->used = ++h->tick;
    return oldest;
}

static void
copy_out(const struct place *p, struct arena *a, struct hint_place *out)
{
    *out = (struct hint_place){.offset = p->offset, .user_seq = p->user_seq};
    if (p->is_text)
        out->key = DB_T(p->n ? arena_str(a, ((struct str){p->key, p->n})) : STR(""));
    else
        out->key = DB_I(p->number);
}

void
hints_places(struct hints *h, const struct hint_list *list, int64_t offset, struct arena *a,
             struct hint_place near[2], bool found[2])
{
    const struct place *below = NULL, *above = NULL;
    pthread_mutex_lock(&h->lock);
    const struct known_list *l = find_list(h, list, false);
    for (size_t i = 0; l && i < l->n; i++) {
        const struct place *p = &l->places[i];
        if (p->offset <= offset && (!below || p->offset > below->offset))
            below = p;
        if (p->offset > offset && (!above || p->offset < above->offset))
            above = p;
    }
    found[0] = below != NULL;
    found[1] = above != NULL;
    if (below)
        copy_out(below, a, &near[0]);
    if (above)
        copy_out(above, a, &near[1]);
    pthread_mutex_unlock(&h->lock);
}

void
hints_add_place(struct hints *h, const struct hint_list *list, const struct hint_place *place)
{
    if (place->key.kind == DB_TEXT && place->key.s.n > KEY_BYTES)
        return;
    pthread_mutex_lock(&h->lock);
    struct known_list *l = find_list(h, list, true);
    if (!l->places)
        l->places = mem_new(PLACES, sizeof *l->places);
    size_t at = 0;
    while (at < l->n && l->places[at].offset != place->offset)
        at++;
    if (at == l->n) {
        at = l->n < PLACES ? l->n++ : l->next;
        l->next = (l->next + 1) % PLACES;
    }
    struct place *p = &l->places[at];
    p->offset = place->offset;
    p->user_seq = place->user_seq;
    p->is_text = place->key.kind == DB_TEXT;
    p->number = place->key.i;
    p->n = p->is_text ? place->key.s.n : 0;
    if (p->n)
        memcpy(p->key, place->key.s.p, p->n);
    pthread_mutex_unlock(&h->lock);
}

/* ---- counts ---- */

static struct known_count *
count_slot(struct hints *h, int64_t list, struct str term)
{
    return &h->counts[(str_hash(term) ^ (uint64_t)list) % COUNTS];
}

bool
hints_count(struct hints *h, int64_t list, int64_t generation, struct str term, int64_t now,
            int64_t *out)
{
    pthread_mutex_lock(&h->lock);
    const struct known_count *c = count_slot(h, list, term);
    bool fresh = c->set && c->list == list && str_eq((struct str){c->term, c->n}, term) &&
                 (c->generation == generation || (now >= c->at && now - c->at < COUNT_STALE_MS));
    if (fresh)
        *out = c->count;
    pthread_mutex_unlock(&h->lock);
    return fresh;
}

void
hints_add_count(struct hints *h, int64_t list, int64_t generation, struct str term, int64_t now,
                int64_t count)
{
    if (term.n > TERM_BYTES)
        return;
    pthread_mutex_lock(&h->lock);
    struct known_count *c = count_slot(h, list, term);
    *c = (struct known_count){.list = list,
                              .generation = generation,
                              .at = now,
                              .count = count,
                              .n = term.n,
                              .set = true};
    memcpy(c->term, term.p, term.n);
    pthread_mutex_unlock(&h->lock);
}
