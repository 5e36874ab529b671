#include "store/walk.h"
#include "base/mem.h"
#include "store/internal.h"

/* ---- which rows ---- */

static void
shorter(struct walk *best, struct walk candidate)
{
    if (candidate.skip >= 0 && candidate.skip < best->skip)
        *best = candidate;
}

static struct walk
plan_whole(const struct scope *s, const struct walk_list *l, int64_t first, int64_t n)
{
    int64_t last = first + n - 1, end = l->kept.count - 1;
    struct walk best = {.skip = first, .limit = n, .first = first};
    shorter(&best, (struct walk){.backward = true, .skip = end - last, .limit = n, .first = first});
    if (best.skip == 0 || db_mode_of(s->conn) != DB_READ)
        return best;
    struct hint_list key = {l->list, l->kept.generation, l->column};
    struct hint_place near[2];
    bool found[2];
    hints_places(store_of(s->conn)->hints, &key, first, s->arena, near, found);
    if (found[0])
        shorter(&best, (struct walk){.placed = true,
                                     .from = near[0],
                                     .skip = first - near[0].offset,
                                     .limit = n,
                                     .first = first});
    if (found[1])
        shorter(&best, (struct walk){.backward = true,
                                     .placed = true,
                                     .from = near[1],
                                     .skip = near[1].offset - last,
                                     .limit = n,
                                     .first = first});
    return best;
}

struct walk
walk_plan(const struct scope *s, const struct walk_list *l, const struct store_page *page)
{
    int64_t limit = page->limit ? page->limit : INT64_MAX / 2;
    if (!l->whole)
        return (struct walk){.backward = page->descending, .skip = page->offset, .limit = limit};
    int64_t left = l->kept.count - page->offset, n = limit < left ? limit : left;
    if (n <= 0)
        return (struct walk){.limit = 0};
    return plan_whole(s, l, page->descending ? left - n : page->offset, n);
}

/* ---- as SQL ---- */

void
walk_add_order(struct sql *q, const struct walk_list *l, bool descending)
{
    const char *way = descending ? " DESC" : " ASC";
    const char *const parts[] = {" ORDER BY ", l->column, way, ", ", l->seq, way};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sql_add(q, parts[i]);
}

void
walk_add(struct sql *q, const struct walk_list *l, const struct walk *w)
{
    if (w->placed) {
        const char *const parts[] = {" AND (", l->column, ", ", l->seq, ")"};
        for (size_t i = 0; i < COUNT_OF(parts); i++)
            sql_add(q, parts[i]);
        sql_addv(q, w->backward ? " <= (?, ?)" : " >= (?, ?)",
                 DB_ARGS(w->from.key, DB_I(w->from.user_seq)));
    }
    walk_add_order(q, l, w->backward);
    sql_addv(q, " LIMIT ? OFFSET ?", DB_ARGS(DB_I(w->limit), DB_I(w->skip)));
}

/* ---- what was seen ---- */

void
walk_note_place(const struct scope *s, const struct walk_list *l, int64_t place, struct db_stmt *st,
                int col)
{
    if (!l->whole || place == 0 || db_mode_of(s->conn) != DB_READ)
        return;
    struct hint_list list = {l->list, l->kept.generation, l->column};
    struct hint_place at = {.offset = place,
                            .user_seq = db_int(st, 0),
                            .key = l->is_text ? DB_T(db_text(st, col)) : DB_I(db_int(st, col))};
    hints_add_place(store_of(s->conn)->hints, &list, &at);
}

void
walk_note(const struct scope *s, const struct walk_list *l, const struct walk *w, int64_t nth,
          struct db_stmt *st, int col)
{
    if (nth == 0 || nth == w->limit - 1)
        walk_note_place(s, l, w->backward ? w->first + w->limit - 1 - nth : w->first + nth, st,
                        col);
}

void
walk_turn(const struct walk *w, const struct store_page *page, void *items, size_t n,
          size_t item_size)
{
    char *p = items;
    if (w->backward == page->descending)
        return;
    for (size_t i = 0; i < n / 2; i++)
        for (size_t k = 0; k < item_size; k++) {
            char *a = &p[i * item_size + k], *b = &p[(n - 1 - i) * item_size + k], c = *a;
            *a = *b;
            *b = c;
        }
}
