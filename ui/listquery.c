#include "ui/listquery.h"
#include "base/mem.h"
#include <stdio.h>

const struct op *
listquery_op(const struct listquery *q)
{
    if (q->search[0] && q->res->search)
        return op_get(q->res->search);
    return op_get(q->res->list);
}

bool
listquery_paged(const struct listquery *q)
{
    return q->res->paging != PAGING_NONE;
}

/* Names of the paging members: the audits count rows, everything else counts pages. */
struct paging_names {
    const char *limit, *offset, *sort, *order, *up, *down;
};

static const struct paging_names *
names(enum paging paging)
{
    static const struct paging_names pages = {"_limit", "_offset", "_sortBy",
                                              "_order", "ASC",     "DESC"};
    static const struct paging_names rows = {"count",         "offset", "sortBy",
                                             "sortDirection", "asc",    "desc"};
    return paging == PAGING_ROWS ? &rows : &pages;
}

static void
add_text(struct json *input, const char *name, struct str text)
{
    if (name)
        json_set(input, str_of(name), json_new_str(text));
}

static struct json *
input_of(const struct listquery *q, size_t page)
{
    struct json *input = json_new_object();
    const struct paging_names *n = names(q->res->paging);
    if (listquery_paged(q)) {
        size_t offset = q->res->paging == PAGING_ROWS ? page * q->page_rows : page;
        json_set(input, str_of(n->limit), json_new_i64((int64_t)q->page_rows));
        json_set(input, str_of(n->offset), json_new_i64((int64_t)offset));
        if (q->sort) {
            add_text(input, n->sort, str_of(q->sort));
            add_text(input, n->order, str_of(q->descending ? n->down : n->up));
        }
    }
    if (q->search[0] && q->res->search_param) {
        const struct field *f = field_find(listquery_op(q)->query, str_of(q->res->search_param));
        struct json *text = json_new_str(str_of(q->search));
        if (f && f->kind == KIND_ARRAY) {
            struct json *list = json_new_array();
            json_push(list, text);
            text = list;
        }
        json_set(input, str_of(q->res->search_param), text);
    }
    return input;
}

enum { BINDS_MAX = 16 };

/* The list's own binds and those of the child that opened it, as one list. */
static size_t
join_binds(const struct listquery *q, struct bind *out, size_t size)
{
    size_t n = 0;
    const struct bind *lists[2] = {q->res->binds, q->extra};
    for (size_t i = 0; i < 2; i++)
        for (const struct bind *b = lists[i]; b && b->param && n + 1 < size; b++)
            out[n++] = *b;
    out[n] = (struct bind){.param = NULL};
    return n;
}

struct values *
listquery_values(const struct listquery *q, size_t page, struct err *err)
{
    struct bind binds[BINDS_MAX];
    join_binds(q, binds, BINDS_MAX);
    struct json *input = input_of(q, page);
    struct bind_scope scope = {q->parent, q->parent, q->tenant, input};
    struct values *v = bind_values(listquery_op(q), binds, &scope, err);
    json_free(input);
    return v;
}

struct bind_call
listquery_call(const struct listquery *q, struct client *client, struct callset *calls)
{
    struct bind binds[BINDS_MAX];
    join_binds(q, binds, BINDS_MAX);
    struct bind_scope scope = {q->parent, q->parent, q->tenant, NULL};
    return (struct bind_call){.client = client,
                              .op = listquery_op(q),
                              .tenant = bind_tenant(listquery_op(q), binds, &scope),
                              .user = bind_user(binds, &scope),
                              .calls = calls};
}

const struct json *
listquery_items(const struct listquery *q, const struct json *answer)
{
    if (q->res->items)
        return json_get(answer, q->res->items);
    if (json_type(answer) == JSON_ARRAY || q->res->tree_children)
        return answer;
    return json_get(answer, "items");
}

/* Calls found(value, arg) for each string at the path; true as soon as one says so. */
static bool
any_at(const struct json *at, struct str path, bool (*found)(struct str value, const void *arg),
       const void *arg)
{
    struct str part;
    if (!str_given(path) || !str_next(&path, '.', &part))
        return json_str(at).n && found(json_str(at), arg);
    if (!str_eq(part, STR("*")))
        return any_at(json_get_str(at, part), path, found, arg);
    for (const struct json *it = json_first(at); it; it = json_next(it))
        if (any_at(it, path, found, arg))
            return true;
    return false;
}

static bool
same_text(struct str value, const void *arg)
{
    return str_eq(value, *(const struct str *)arg);
}

static bool
in_parent(struct str value, const void *arg)
{
    const struct listquery *q = arg;
    return any_at(q->parent, str_of(q->of), same_text, &value);
}

bool
listquery_keeps(const struct listquery *q, const struct json *row)
{
    return !q->keep || any_at(row, str_of(q->keep), in_parent, q);
}

bool
listquery_total(const struct listquery *q, const struct json *answer, size_t *total)
{
    if (!listquery_paged(q))
        return false;
    const struct json *n = json_get(answer, "total");
    if (!n)
        n = json_get(json_get(answer, "_metadata"), "totalItems");
    int64_t value;
    if (!json_to_i64(n, &value) || value < 0)
        return false;
    *total = (size_t)value;
    return true;
}
