#include "server/query.h"

#include "base/url.h"

static bool
add_pair(struct pairs *out, struct str part, struct arena *a)
{
    ptrdiff_t eq = str_find_char(part, '=');
    if (eq <= 0 || (size_t)eq + 1 == part.n)
        return true;
    if (out->n == QUERY_PAIRS_MAX)
        return false;
    struct check_pair *pair = &out->items[out->n++];
    pair->name = url_unescape(str_sub(part, 0, (size_t)eq), true, a);
    pair->value = url_unescape(str_sub(part, (size_t)eq + 1, part.n), true, a);
    return str_given(pair->name) && str_given(pair->value);
}

static size_t
count_parts(struct str query)
{
    size_t n = 1;
    for (size_t i = 0; i < query.n; i++)
        n += query.p[i] == '&';
    return n < QUERY_PAIRS_MAX ? n : QUERY_PAIRS_MAX;
}

enum err_code
query_parse(struct pairs *out, struct str query, struct arena *a, struct err *err)
{
    *out = (struct pairs){.n = 0};
    if (query.n == 0)
        return ERR_OK;
    out->items = ARENA_ARRAY(a, count_parts(query), struct check_pair);
    struct str rest = query, part;
    while (str_next(&rest, '&', &part))
        if (!add_pair(out, part, a))
            return err_set(err, ERR_INVALID, "The query string cannot be read");
    return ERR_OK;
}

struct str
query_base_name(struct str name)
{
    return str_ends(name, STR("[]")) ? str_sub(name, 0, name.n - 2) : name;
}

struct str
query_get(const struct pairs *p, struct str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->items[i].name, name))
            return p->items[i].value;
    return STR_ABSENT;
}
