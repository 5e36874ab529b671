#include "api/route.h"
#include "base/mem.h"
#include "base/url.h"

enum { CHILDREN_STEP = 4 };

/* One segment of the trie. Literal children are sorted by name once the table is built. */
struct node {
    struct str name; /* into the path of a row; absent for a parameter */
    struct node **literals;
    size_t n_literals, size_literals;
    struct node *param;
    const struct op *ops[METHOD_COUNT];
};

struct route_table {
    struct node root;
};

static struct node *
literal_child(struct node *parent, struct str name)
{
    for (size_t i = 0; i < parent->n_literals; i++)
        if (str_eq(parent->literals[i]->name, name))
            return parent->literals[i];
    if (parent->n_literals == parent->size_literals) {
        parent->size_literals += CHILDREN_STEP;
        parent->literals =
            mem_resize(parent->literals, parent->size_literals, sizeof *parent->literals);
    }
    struct node *child = mem_new(1, sizeof *child);
    child->name = name;
    size_t at = parent->n_literals++;
    for (; at > 0 && str_cmp(name, parent->literals[at - 1]->name) < 0; at--)
        parent->literals[at] = parent->literals[at - 1];
    parent->literals[at] = child;
    return child;
}

static struct node *
param_child(struct node *parent)
{
    if (!parent->param)
        parent->param = mem_new(1, sizeof *parent->param);
    return parent->param;
}

void
route_add(struct route_table *t, const struct op *op)
{
    struct node *node = &t->root;
    struct str rest = str_of(op->path + 1);
    struct str part;
    while (str_next(&rest, '/', &part))
        node = part.n > 0 && part.p[0] == '{' ? param_child(node) : literal_child(node, part);
    ASSERT(!node->ops[op->method]);
    ASSERT(field_count(op->params) <= ROUTE_PARAMS_MAX);
    node->ops[op->method] = op;
}

static void
free_children(struct node *node)
{
    for (size_t i = 0; i < node->n_literals; i++) {
        free_children(node->literals[i]);
        mem_free(node->literals[i]);
    }
    mem_free(node->literals);
    if (node->param) {
        free_children(node->param);
        mem_free(node->param);
    }
}

struct route_table *
route_new(void)
{
    struct route_table *t = mem_new(1, sizeof *t);
    for (size_t i = 0; i < OP_COUNT; i++)
        route_add(t, op_get((enum op_id)i));
    return t;
}

void
route_free(struct route_table *take)
{
    if (!take)
        return;
    free_children(&take->root);
    mem_free(take);
}

/* Nearly every path: nothing to decode. */
static bool
is_plain(struct str path)
{
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '%' || c == '\\')
            return false;
    }
    return true;
}

static bool
is_dots(struct str s)
{
    return s.n > 0 && s.n <= 2 && s.p[0] == '.' && s.p[s.n - 1] == '.';
}

/* A decoded segment that may be compared and handed on. */
static bool
segment_ok(struct str s)
{
    if (s.n == 0 || is_dots(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
            return false;
    }
    return true;
}

/* Cuts the path into decoded segments. False if any is malformed or there are too many. */
static bool
split_path(struct str path, struct arena *a, struct str *segments, size_t *n)
{
    *n = 0;
    if (path.n == 0 || path.p[0] != '/')
        return false;
    struct str rest = str_sub(path, 1, path.n);
    if (rest.n > 0 && rest.p[rest.n - 1] == '/')
        rest.n--;
    if (rest.n == 0)
        return true;
    bool plain = is_plain(path);
    struct str part;
    while (str_next(&rest, '/', &part)) {
        if (!plain)
            part = url_unescape(part, false, a);
        if (*n == ROUTE_SEGMENTS_MAX || !segment_ok(part))
            return false;
        segments[(*n)++] = part;
    }
    return true;
}

static const struct node *
find_literal(const struct node *node, struct str name)
{
    size_t low = 0;
    size_t high = node->n_literals;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(name, node->literals[mid]->name);
        if (order == 0)
            return node->literals[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

struct walk {
    const struct str *segments;
    size_t n_segments;
    enum method method;
    struct route_match *out;
};

/*
 * Depth first, literal before parameter, until a node with this method is met. Methods that other
 * nodes of the same path have are collected on the way. The depth is bounded by ROUTE_SEGMENTS_MAX.
 */
static bool
walk_from(struct walk *w, const struct node *node, size_t at, size_t n_params)
{
    if (at == w->n_segments) {
        for (size_t m = 0; m < METHOD_COUNT; m++)
            if (node->ops[m])
                w->out->allow |= 1u << m;
        w->out->op = node->ops[w->method];
        w->out->n_params = n_params;
        return w->out->op != NULL;
    }
    const struct node *literal = find_literal(node, w->segments[at]);
    if (literal && walk_from(w, literal, at + 1, n_params))
        return true;
    if (!node->param || n_params == ROUTE_PARAMS_MAX)
        return false;
    w->out->params[n_params] = w->segments[at];
    return walk_from(w, node->param, at + 1, n_params + 1);
}

enum route_outcome
route_find(const struct route_table *t, enum method m, struct str path, struct arena *a,
           struct route_match *out)
{
    struct str segments[ROUTE_SEGMENTS_MAX];
    struct walk w = {.segments = segments, .method = m, .out = out};
    *out = (struct route_match){.op = NULL};
    if (!split_path(path, a, segments, &w.n_segments))
        return ROUTE_BAD;
    /* What is ours alone is not there: a client sees just what the public service has. */
    bool ours = w.n_segments > 1 && str_eq(segments[1], STR("gatehouse"));
    if (w.n_segments > 0 && str_eq(segments[0], STR("frontegg")) && !ours) {
        w.segments++;
        w.n_segments--;
    }
    if (walk_from(&w, &t->root, 0, 0)) {
        out->allow = 0;
        return ROUTE_FOUND;
    }
    out->op = NULL;
    out->n_params = 0;
    return out->allow ? ROUTE_METHOD : ROUTE_UNKNOWN;
}

struct str
route_param(const struct route_match *match, struct str name)
{
    const struct field *f = match->op ? match->op->params : NULL;
    for (size_t i = 0; f && f[i].name && i < match->n_params; i++)
        if (str_eq(name, str_of(f[i].name)))
            return match->params[i];
    return STR_ABSENT;
}
