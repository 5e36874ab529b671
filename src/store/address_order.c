#include "store/address_order.h"

#include "base/mem.h"
#include "store/walk.h"

/* Each under a name of its own: places in lists of one number are told apart by their columns (walk.h). */
static const struct {
    const char *total, *from, *by_user, *by_address, *ref;
} kinds[] = {
    [ADDRESS_EMAIL] = {"emails", " FROM address_order ae ", "ae.id", "ae.address_key", "ae.ref"},
    [ADDRESS_PHONE] = {"phones", " FROM address_order ap ", "ap.id", "ap.address_key", "ap.ref"},
    [ADDRESS_USERNAME] = {"usernames", " FROM address_order an ", "an.id", "an.address_key",
                          "an.ref"},
};

static void
add_select(struct sql *q, const struct address_list *l, const struct walk_list *walk)
{
    const char *const parts[] = {"SELECT ",  walk->seq,           ", ",     walk->column,    ", ",
                                 l->columns, kinds[l->kind].from, l->joins, " WHERE list = "};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sql_add(q, parts[i]);
    sql_addv(q, "? AND kind = ?", DB_ARGS(DB_I(walk->list), DB_I(l->kind)));
}

static enum err_code
read_page(const struct scope *s, const struct address_list *l, const struct walk_list *walk,
          const struct store_page *page, struct address_page *out, struct err *err)
{
    struct walk w = walk_plan(s, walk, page);
    struct db_stmt *st;
    struct sql q;
    if (w.limit == 0)
        return ERR_OK;
    out->items = arena_alloc(s->arena, (size_t)w.limit, l->item_size);
    sql_init(&q, s->arena);
    add_select(&q, l, walk);
    walk_add(&q, walk, &w);
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, walk, &w, (int64_t)out->n, st, 1);
        l->read(s, st, 2, (char *)out->items + out->n++ * l->item_size);
    }
    walk_turn(&w, page, out->items, out->n, l->item_size);
    return db_finish(st);
}

enum err_code
address_page(const struct scope *s, const struct address_list *l, const struct store_page *page,
             bool by_address, struct address_page *out, struct err *err)
{
    struct walk_list walk = {.list = store_list_of(s),
                             .column =
                                 by_address ? kinds[l->kind].by_address : kinds[l->kind].by_user,
                             .seq = kinds[l->kind].ref,
                             .is_text = true,
                             .whole = true};
    *out = (struct address_page){.n = 0};
    enum err_code rc = store_total_get(s->conn, walk.list, kinds[l->kind].total, &walk.kept, err);
    if (rc)
        return rc;
    out->total = walk.kept.count;
    return read_page(s, l, &walk, page, out, err);
}
