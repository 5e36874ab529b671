#include "ui/view.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/cell.h"
#include <stdlib.h>

enum { KEY_TEXT_MAX = 4096, KEYS_CAP = 64 << 20 };

void
view_init(struct view *v)
{
    *v = (struct view){0};
}

void
view_fini(struct view *v)
{
    mem_free(v->index);
    mem_free(v->depth);
    view_init(v);
}

bool
view_matches(const struct resource *res, const struct json *row, struct str folded)
{
    struct buf text, key;
    buf_init(&text, (size_t)1 << 16);
    buf_init(&key, (size_t)1 << 18);
    bool found = false;
    for (const struct column *c = res->columns; c->title && !found; c++) {
        enum role role = ROLE_TEXT;
        buf_reset(&text);
        buf_reset(&key);
        cell_format(res, c, row, c->format == FMT_ID ? CELL_DETAIL : CELL_LIST, &text, &role);
        found = utf8_fold(&key, buf_str(&text)) && str_find(buf_str(&key), folded) >= 0;
    }
    buf_fini(&text);
    buf_fini(&key);
    return found;
}

/* One candidate row while a view is built. */
struct entry {
    size_t row;
    struct str key;
    int64_t number;
    bool is_number;
    uint8_t depth;
};

struct build {
    const struct rows *rows;
    const struct view_rule *rule;
    struct str folded;
    struct arena keys;
    struct entry *entries;
    size_t n, size;
};

static void
entry_key(struct build *b, struct entry *e, const struct json *row)
{
    const struct column *c = b->rule->sort;
    if (!c)
        return;
    e->is_number = json_to_i64(cell_value(row, c->field), &e->number);
    if (e->is_number)
        return;
    struct buf text, key;
    enum role role = ROLE_TEXT;
    buf_init(&text, KEY_TEXT_MAX);
    buf_init(&key, (size_t)KEY_TEXT_MAX * 4);
    cell_format(b->rows->query.res, c, row, CELL_PLAIN, &text, &role);
    if (utf8_fold(&key, buf_str(&text)) && b->keys.used + key.n + 64 < KEYS_CAP)
        e->key = arena_str(&b->keys, buf_str(&key));
    buf_fini(&text);
    buf_fini(&key);
}

static void
entry_add(size_t i, const struct json *row, void *ctx)
{
    struct build *b = ctx;
    if (b->folded.n && !view_matches(b->rows->query.res, row, b->folded))
        return;
    if (b->n == b->size) {
        b->size = b->size ? b->size * 2 : 64;
        b->entries = mem_resize(b->entries, b->size, sizeof *b->entries);
    }
    struct entry *e = &b->entries[b->n++];
    *e = (struct entry){.row = i, .depth = (uint8_t)rows_depth(b->rows, i)};
    entry_key(b, e, row);
}

static int
entry_compare(const struct entry *a, const struct entry *b)
{
    int order;
    if (a->is_number && b->is_number)
        order = (a->number > b->number) - (a->number < b->number);
    else if (a->is_number != b->is_number)
        order = a->is_number ? -1 : 1;
    else
        order = str_cmp(a->key, b->key);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

static int
entry_up(const void *a, const void *b)
{
    return entry_compare(a, b);
}

static int
entry_down(const void *a, const void *b)
{
    return entry_compare(b, a);
}

/* Children of each entry as linked lists of positions, for the pre-order walk. */
struct tree {
    struct entry *out;
    size_t n;
    const struct entry *in;
    const size_t *first, *next;
};

static void
tree_walk(struct tree *t, size_t at, unsigned depth)
{
    for (; at != SIZE_MAX; at = t->next[at]) {
        t->out[t->n] = t->in[at];
        t->out[t->n++].depth = (uint8_t)depth;
        if (depth < JSON_DEPTH_MAX)
            tree_walk(t, t->first[at], depth + 1);
    }
}

static size_t
parent_position(struct build *b, const struct map *by_id, size_t i)
{
    const struct resource *res = b->rows->query.res;
    struct str id = cell_str(rows_get(b->rows, b->entries[i].row), res->tree_parent);
    const size_t *found = id.n ? map_get(by_id, id) : NULL;
    return found && *found != i ? *found : SIZE_MAX;
}

/* Orders entries so that children follow their parent. What a cycle holds back goes to the end. */
static void
tree_order(struct build *b)
{
    const struct resource *res = b->rows->query.res;
    struct map by_id;
    map_init(&by_id);
    size_t *position = mem_new(b->n, sizeof *position);
    size_t *first = mem_new(b->n + 1, sizeof *first);
    size_t *next = mem_new(b->n, sizeof *next);
    for (size_t i = 0; i < b->n; i++) {
        struct str id = cell_str(rows_get(b->rows, b->entries[i].row), res->row_id);
        position[i] = i;
        first[i] = SIZE_MAX;
        if (id.n)
            map_put(&by_id, id, &position[i]);
    }
    first[b->n] = SIZE_MAX;
    for (size_t i = b->n; i-- > 0;) {
        size_t parent = parent_position(b, &by_id, i);
        size_t slot = parent == SIZE_MAX ? b->n : parent;
        next[i] = first[slot];
        first[slot] = i;
    }
    struct tree t = {
        .out = mem_new(b->n, sizeof *t.out), .in = b->entries, .first = first, .next = next};
    tree_walk(&t, first[b->n], 0);
    if (t.n == b->n)
        memcpy(b->entries, t.out, b->n * sizeof *t.out);
    mem_free(t.out);
    mem_free(next);
    mem_free(first);
    mem_free(position);
    map_fini(&by_id);
}

static void
view_take(struct view *v, const struct build *b)
{
    v->n = b->n;
    if (!b->n)
        return;
    v->index = mem_new(b->n, sizeof *v->index);
    v->depth = mem_new(b->n, sizeof *v->depth);
    for (size_t i = 0; i < b->n; i++) {
        v->index[i] = b->entries[i].row;
        v->depth[i] = b->entries[i].depth;
    }
}

void
view_build(struct view *v, const struct rows *rows, const struct view_rule *rule)
{
    view_fini(v);
    bool tree = rows->query.res->tree_parent && !listquery_paged(&rows->query);
    if (!rule->filter.n && !rule->sort && !tree)
        return;
    v->on = true;
    struct build b = {.rows = rows, .rule = rule};
    struct buf folded;
    arena_init(&b.keys, KEYS_CAP);
    buf_init(&folded, 4096);
    if (rule->filter.n && utf8_fold(&folded, rule->filter))
        b.folded = buf_str(&folded);
    rows_each(rows, entry_add, &b);
    if (rule->sort && b.n)
        qsort(b.entries, b.n, sizeof *b.entries, rule->descending ? entry_down : entry_up);
    if (tree && b.n)
        tree_order(&b);
    view_take(v, &b);
    mem_free(b.entries);
    buf_fini(&folded);
    arena_fini(&b.keys);
}

size_t
view_len(const struct view *v, const struct rows *rows)
{
    return v->on ? v->n : rows_total(rows);
}

size_t
view_row(const struct view *v, const struct rows *rows, size_t at)
{
    if (at >= view_len(v, rows))
        return SIZE_MAX;
    return v->on ? v->index[at] : at;
}

unsigned
view_depth(const struct view *v, const struct rows *rows, size_t at)
{
    if (v->on)
        return at < v->n ? v->depth[at] : 0;
    return rows_depth(rows, at);
}

size_t
view_find(const struct view *v, const struct rows *rows, size_t row)
{
    if (!v->on)
        return row < rows_total(rows) ? row : SIZE_MAX;
    for (size_t i = 0; i < v->n; i++)
        if (v->index[i] == row)
            return i;
    return SIZE_MAX;
}
