#include "ui/rows.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/cell.h"

void
rows_init(struct rows *r, struct client *client, struct callset *calls)
{
    *r = (struct rows){.client = client, .calls = calls};
    r->query.page_rows = ROWS_PER_PAGE;
}

static void
page_drop(struct rows_page *p)
{
    json_free(p->answer);
    mem_free(p->row);
    mem_free(p->depth);
    *p = (struct rows_page){0};
}

static void
fetches_cancel(struct rows *r)
{
    for (size_t i = 0; i < ROWS_FETCHES; i++) {
        struct rows_fetch *f = &r->fetches[i];
        if (f->call)
            client_cancel(r->client, f->call);
        f->call = 0;
    }
}

void
rows_clear(struct rows *r)
{
    fetches_cancel(r);
    for (size_t i = 0; i < ROWS_PAGES; i++)
        page_drop(&r->pages[i]);
    r->total = 0;
    r->total_known = r->loaded_once = false;
    r->err = (struct err){0};
    r->trace_id[0] = '\0';
}

/* The pane's callset is closed before, so no answer can arrive any more. */
void
rows_fini(struct rows *r)
{
    for (size_t i = 0; i < ROWS_PAGES; i++)
        page_drop(&r->pages[i]);
}

/* Slot that holds the page; ROWS_PAGES if none does. */
static size_t
page_slot_of(const struct rows *r, size_t index)
{
    size_t i = 0;
    while (i < ROWS_PAGES && !(r->pages[i].answer && r->pages[i].index == index))
        i++;
    return i;
}

static const struct rows_page *
page_peek(const struct rows *r, size_t index)
{
    size_t i = page_slot_of(r, index);
    return i < ROWS_PAGES ? &r->pages[i] : NULL;
}

static struct rows_page *
page_find(struct rows *r, size_t index)
{
    size_t i = page_slot_of(r, index);
    return i < ROWS_PAGES ? &r->pages[i] : NULL;
}

/* A free slot, else the one unused for longest. */
static struct rows_page *
page_slot(struct rows *r)
{
    struct rows_page *oldest = &r->pages[0];
    for (size_t i = 0; i < ROWS_PAGES; i++) {
        struct rows_page *p = &r->pages[i];
        if (!p->answer)
            return p;
        if (p->used < oldest->used)
            oldest = p;
    }
    page_drop(oldest);
    return oldest;
}

/* Rows of an answer in reading order; a tree of nested nodes becomes rows with a depth. */
struct fill {
    struct rows_page *page;
    size_t limit;
    const char *children;
    const struct listquery *query;
};

static void
fill_add(struct fill *f, const struct json *row, unsigned depth)
{
    struct rows_page *p = f->page;
    if ((p->n & (p->n - 1)) == 0) {
        size_t size = p->n ? p->n * 2 : 1;
        p->row = mem_resize(p->row, size, sizeof *p->row);
        p->depth = mem_resize(p->depth, size, sizeof *p->depth);
    }
    p->row[p->n] = row;
    p->depth[p->n++] = (uint8_t)depth;
}

static void fill_list(struct fill *f, const struct json *items, unsigned depth);

static void
fill_node(struct fill *f, const struct json *node, unsigned depth)
{
    if (f->page->n >= f->limit || !listquery_keeps(f->query, node))
        return;
    fill_add(f, node, depth);
    if (f->children && depth < JSON_DEPTH_MAX)
        fill_list(f, json_get(node, f->children), depth + 1);
}

static void
fill_list(struct fill *f, const struct json *items, unsigned depth)
{
    for (const struct json *it = json_first(items); it; it = json_next(it))
        fill_node(f, it, depth);
}

static void
page_store(struct rows *r, size_t index, struct json *take)
{
    struct rows_page *p = page_find(r, index);
    if (p)
        page_drop(p);
    else
        p = page_slot(r);
    *p = (struct rows_page){.answer = take, .index = index, .used = ++r->clock};
    const struct json *items = listquery_items(&r->query, take);
    size_t limit = listquery_paged(&r->query) ? r->query.page_rows : ROWS_WHOLE_MAX;
    struct fill fill = {p, limit, r->query.res->tree_children, &r->query};
    if (fill.children && json_type(items) == JSON_OBJECT)
        fill_node(&fill, items, 0);
    else
        fill_list(&fill, items, 0);
}

static void
total_update(struct rows *r, size_t page, size_t n)
{
    const struct rows_page *p = page_peek(r, page);
    if (listquery_total(&r->query, p->answer, &r->total)) {
        r->total_known = true;
        return;
    }
    size_t seen = page * r->query.page_rows + n;
    if (!listquery_paged(&r->query) || n < r->query.page_rows) {
        r->total = seen;
        r->total_known = true;
    } else if (r->total < seen + 1) {
        r->total = seen + 1;
    }
}

static void
fetch_done(void *ctx, struct result *take)
{
    struct rows_fetch *f = ctx;
    struct rows *r = f->rows;
    size_t page = f->page;
    bool mine = f->call == take->id;
    if (mine)
        f->call = 0;
    if (!mine || take->err.code == ERR_CANCELLED) {
        result_free(take);
        return;
    }
    if (take->err.code) {
        r->err = take->err;
        r->hint = take->hint;
        memcpy(r->trace_id, take->trace_id, sizeof r->trace_id);
        result_free(take);
        r->changed(r->ctx, page);
        return;
    }
    struct json *answer = take->json ? take->json : json_new_array();
    take->json = NULL;
    result_free(take);
    r->err = (struct err){0};
    r->loaded_once = true;
    r->loaded_ms = clock_now_ms();
    page_store(r, page, answer);
    total_update(r, page, page_find(r, page)->n);
    r->changed(r->ctx, page);
}

static struct rows_fetch *
fetch_slot(struct rows *r, size_t page)
{
    struct rows_fetch *slot = NULL;
    for (size_t i = 0; i < ROWS_FETCHES; i++) {
        struct rows_fetch *f = &r->fetches[i];
        if (f->call && f->page == page)
            return NULL;
        if (!f->call)
            slot = f;
    }
    return slot;
}

static void
fetch(struct rows *r, size_t page, bool ahead)
{
    struct rows_page *p = page_find(r, page);
    if (p && !ahead)
        p->used = ++r->clock;
    if (p && !p->stale)
        return;
    struct rows_fetch *f = fetch_slot(r, page);
    if (!f)
        return;
    *f = (struct rows_fetch){.rows = r, .page = page, .ahead = ahead};
    struct values *values = listquery_values(&r->query, page, &r->err);
    if (!values)
        return;
    struct bind_call call = listquery_call(&r->query, r->client, r->calls);
    call.ahead = ahead;
    f->call = bind_send(&call, values, fetch_done, f);
}

/* Pages [from, to], both ends included. */
struct span {
    size_t from, to;
};

static struct span
span_of(const struct rows *r, size_t first, size_t n)
{
    struct span s = {first / r->query.page_rows, (first + (n ? n - 1 : 0)) / r->query.page_rows};
    size_t last = r->total ? (r->total - 1) / r->query.page_rows : 0;
    s.to = s.to < last ? s.to : last;
    return s;
}

/* With the neighbours that are worth having. */
static struct span
span_near(const struct rows *r, struct span s)
{
    size_t before = r->up ? ROWS_AHEAD : 1, after = r->up ? 1 : ROWS_AHEAD;
    size_t last = r->total ? (r->total - 1) / r->query.page_rows : 0;
    return (struct span){s.from > before ? s.from - before : 0,
                         s.to + after < last ? s.to + after : last};
}

/* Far jumps make fetches on the way useless: they give their place to the new ones. */
static void
fetch_trim(struct rows *r, struct span near)
{
    for (size_t i = 0; i < ROWS_FETCHES; i++) {
        struct rows_fetch *f = &r->fetches[i];
        if (!f->call || (f->page >= near.from && f->page <= near.to))
            continue;
        client_cancel(r->client, f->call);
        f->call = 0;
    }
}

static void
pages_trim(struct rows *r, struct span near)
{
    for (size_t i = 0; i < ROWS_PAGES; i++) {
        struct rows_page *p = &r->pages[i];
        if (p->answer && (p->index < near.from || p->index > near.to))
            page_drop(p);
    }
}

/* On a very tall screen the window must not be more pages than are kept. */
static void
fit_page(struct rows *r, size_t n)
{
    if (n <= r->query.page_rows || r->query.page_rows == ROWS_PER_PAGE_MAX)
        return;
    rows_clear(r);
    r->query.page_rows = n < ROWS_PER_PAGE_MAX ? n : ROWS_PER_PAGE_MAX;
}

void
rows_want(struct rows *r, size_t first, size_t n)
{
    if (!r->client || r->err.code)
        return;
    if (!listquery_paged(&r->query)) {
        fetch(r, 0, false);
        return;
    }
    fit_page(r, n);
    if (first != r->first)
        r->up = first < r->first;
    r->first = first;
    struct span in = span_of(r, first, n), near = span_near(r, in);
    fetch_trim(r, near);
    if (r->loaded_once)
        pages_trim(r, near);
    for (size_t page = in.from; page <= in.to; page++)
        fetch(r, page, false);
    if (!r->loaded_once)
        return;
    for (size_t page = in.to + 1; page <= near.to; page++)
        fetch(r, page, true);
    for (size_t page = in.from; page > near.from; page--)
        fetch(r, page - 1, true);
}

void
rows_stale(struct rows *r)
{
    fetches_cancel(r);
    for (size_t i = 0; i < ROWS_PAGES; i++)
        r->pages[i].stale = true;
    r->err = (struct err){0};
}

const struct json *
rows_get(const struct rows *r, size_t i)
{
    size_t page = listquery_paged(&r->query) ? i / r->query.page_rows : 0;
    const struct rows_page *p = page_peek(r, page);
    size_t at = listquery_paged(&r->query) ? i % r->query.page_rows : i;
    return p && at < p->n ? p->row[at] : NULL;
}

unsigned
rows_depth(const struct rows *r, size_t i)
{
    const struct rows_page *p = page_peek(r, 0);
    return p && !listquery_paged(&r->query) && i < p->n ? p->depth[i] : 0;
}

size_t
rows_total(const struct rows *r)
{
    return r->total;
}

size_t
rows_loaded(const struct rows *r)
{
    size_t n = 0;
    for (size_t i = 0; i < ROWS_PAGES; i++)
        n += r->pages[i].n;
    return n;
}

bool
rows_loading(const struct rows *r)
{
    for (size_t i = 0; i < ROWS_FETCHES; i++)
        if (r->fetches[i].call && !r->fetches[i].ahead)
            return true;
    return false;
}

static bool
fetching(const struct rows *r, size_t page)
{
    for (size_t i = 0; i < ROWS_FETCHES; i++)
        if (r->fetches[i].call && r->fetches[i].page == page)
            return true;
    return false;
}

bool
rows_awaited(const struct rows *r, size_t first, size_t n)
{
    if (!listquery_paged(&r->query))
        return false;
    struct span in = span_of(r, first, n);
    for (size_t page = in.from; page <= in.to; page++)
        if (!page_peek(r, page) && fetching(r, page))
            return true;
    return false;
}

void
rows_each(const struct rows *r, void (*each)(size_t i, const struct json *row, void *ctx),
          void *ctx)
{
    size_t after = 0;
    for (;;) {
        const struct rows_page *next = NULL;
        for (size_t i = 0; i < ROWS_PAGES; i++) {
            const struct rows_page *p = &r->pages[i];
            if (p->answer && p->index >= after && (!next || p->index < next->index))
                next = p;
        }
        if (!next)
            return;
        size_t base = listquery_paged(&r->query) ? next->index * r->query.page_rows : 0;
        for (size_t i = 0; i < next->n; i++)
            each(base + i, next->row[i], ctx);
        after = next->index + 1;
    }
}

struct find {
    struct str id;
    const char *member;
    size_t at;
};

static void
find_one(size_t i, const struct json *row, void *ctx)
{
    struct find *f = ctx;
    if (f->at == SIZE_MAX && str_eq(cell_str(row, f->member), f->id))
        f->at = i;
}

size_t
rows_seek(const struct rows *r, struct str id)
{
    struct find f = {id, r->query.res->row_id, SIZE_MAX};
    if (str_given(id) && id.n && f.member)
        rows_each(r, find_one, &f);
    return f.at;
}
