#include "ui/marks.h"
#include "base/mem.h"

void
marks_init(struct marks *m)
{
    map_init(&m->by_id);
    list_init(&m->order);
    m->n = 0;
}

static void
mark_free(struct mark *mark)
{
    list_remove(&mark->node);
    json_free(mark->row);
    mem_free(mark);
}

void
marks_clear(struct marks *m)
{
    while (!list_empty(&m->order))
        mark_free(LIST_ENTRY(m->order.next, struct mark, node));
    map_fini(&m->by_id);
    map_init(&m->by_id);
    m->n = 0;
}

void
marks_fini(struct marks *m)
{
    marks_clear(m);
    map_fini(&m->by_id);
}

bool
marks_has(const struct marks *m, struct str id)
{
    return m->n && id.n && map_get(&m->by_id, id);
}

struct json *
marks_slim(const struct json *row)
{
    struct json *out = json_new_object();
    for (const struct json *it = json_first(row); it; it = json_next(it)) {
        enum json_type type = json_type(it);
        if (type != JSON_OBJECT && type != JSON_ARRAY)
            json_set(out, json_key(it), json_copy(it));
    }
    return out;
}

bool
marks_add(struct marks *m, const struct json *row, const char *row_id)
{
    struct str id = json_str(json_get(row, row_id));
    if (!id.n || marks_has(m, id))
        return id.n > 0;
    if (m->n == MARKS_MAX)
        return false;
    struct mark *mark = mem_new(1, sizeof *mark);
    mark->row = marks_slim(row);
    mark->id = json_str(json_get(mark->row, row_id));
    list_push_back(&m->order, &mark->node);
    map_put(&m->by_id, mark->id, mark);
    m->n++;
    return true;
}

void
marks_remove(struct marks *m, struct str id)
{
    struct mark *mark = id.n ? map_remove(&m->by_id, id) : NULL;
    if (!mark)
        return;
    mark_free(mark);
    m->n--;
}
