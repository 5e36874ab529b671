#include "tests/support/published.h"

#include "base/arena.h"
#include "base/file.h"
#include "tests/support/schema.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX_BYTES = 1 << 20, ROWS_MAX = 1024, SCHEMA_MAX = 64 * 1024 };

struct row {
    struct str op, status, schema; /* of an operation: "GET /path", "200", JSON or "-" */
    struct json *tree;             /* of the schema, once it was needed */
};
struct known {
    struct str op, status, pointer, what;
    bool met;
};

static struct {
    struct arena arena;
    struct row rows[ROWS_MAX];
    struct known known[ROWS_MAX];
    size_t n_rows, n_known;
    long held, open; /* answers with a schema, and those of which the documents say nothing */
} list;

static struct str
next_part(struct str *line)
{
    struct str part = *line;
    ptrdiff_t end = str_find(*line, STR(" | "));
    if (end >= 0)
        part = str_sub(*line, 0, (size_t)end);
    *line = str_sub(*line, end >= 0 ? (size_t)end + 3 : line->n, line->n);
    return part;
}

static void
add_row(struct str line)
{
    assert_true(list.n_rows < ROWS_MAX);
    struct row *r = &list.rows[list.n_rows++];
    r->op = next_part(&line);
    r->status = next_part(&line);
    r->schema = line;
}

static void
add_known(struct str line)
{
    assert_true(list.n_known < ROWS_MAX);
    struct known *k = &list.known[list.n_known++];
    k->op = next_part(&line);
    k->status = next_part(&line);
    k->pointer = next_part(&line);
    k->what = next_part(&line);
    if (line.n == 0)
        fail_msg("replies_known.txt: no reason for %.*s %.*s", STR_ARG(k->op), STR_ARG(k->pointer));
}

static void
read_lines(const char *name, void (*add)(struct str line))
{
    char path[600];
    const char *top = getenv("TEST_TOP");
    struct str text, line;
    snprintf(path, sizeof path, "%s/tests/contract/%s", top ? top : ".", name);
    if (file_read(path, FILE_MAX_BYTES, &list.arena, &text, NULL) != ERR_OK)
        fail_msg("cannot read %s", path);
    while (text.n && str_next(&text, '\n', &line))
        if (line.n && line.p[0] != '#')
            add(line);
}

static void
load(void)
{
    if (list.n_rows)
        return;
    arena_init(&list.arena, 4 * FILE_MAX_BYTES);
    read_lines("replies.txt", add_row);
    read_lines("replies_known.txt", add_known);
}

/* ---- one answer ---- */

struct answer {
    struct str op, status;
    struct buf faults;
};

static bool
is_known(struct str op, struct str status, struct str pointer, struct str what)
{
    for (size_t i = 0; i < list.n_known; i++) {
        struct known *k = &list.known[i];
        if (str_eq(k->op, op) && str_eq(k->status, status) && str_eq(k->pointer, pointer) &&
            str_eq(k->what, what))
            return k->met = true;
    }
    return false;
}

static void
found(void *arg, struct str pointer, struct str what)
{
    struct answer *a = arg;
    if (is_known(a->op, a->status, pointer, what))
        return;
    size_t n = a->faults.n;
    buf_printf(&a->faults, "%.*s | %.*s | %.*s | %.*s\n", STR_ARG(a->op), STR_ARG(a->status),
               STR_ARG(pointer), STR_ARG(what));
    struct str line = str_sub(buf_str(&a->faults), n, a->faults.n);
    if (str_find(str_sub(buf_str(&a->faults), 0, n), line) >= 0)
        a->faults.n = n; /* each element of a list may say the same */
}

/* The row of the status, or else one of the operation; NULL if there is neither. */
static struct row *
find_row(struct str op, struct str status)
{
    struct row *any = NULL;
    for (size_t i = 0; i < list.n_rows; i++) {
        struct row *r = &list.rows[i];
        if (!str_eq(r->op, op))
            continue;
        if (str_eq(r->status, status))
            return r;
        any = r;
    }
    return any;
}

static void
hold(struct answer *a, struct row *r, const struct json *body)
{
    bool open = str_eq(r->schema, STR("-"));
    list.open += open;
    list.held += !open;
    if (!str_eq(r->status, a->status) && !str_eq(r->status, STR("-")))
        found(a, STR(""), STR("another status"));
    if (open)
        return;
    if (!r->tree)
        r->tree = json_parse(r->schema, SCHEMA_MAX, NULL);
    assert_non_null(r->tree);
    if (body)
        schema_compare(r->tree, body, found, a);
    else
        found(a, STR(""), STR("no JSON"));
}

bool
published_check(const struct op *op, int status, const struct json *body, char *text, size_t max)
{
    load();
    char name[300], number[12];
    snprintf(name, sizeof name, "%s %s", method_name(op->method), op->path);
    snprintf(number, sizeof number, "%d", status);
    struct answer a = {.op = str_of(name), .status = str_of(number)};
    struct row *r = find_row(a.op, a.status);
    if (!r && !(op->flags & OPF_EXTRA))
        fail_msg("replies.txt does not have %s", name);
    if (!r)
        return true;
    buf_init(&a.faults, SCHEMA_MAX);
    hold(&a, r, body);
    bool good = a.faults.n == 0;
    snprintf(text, max, "differs from the published documents:\n%.*s", STR_ARG(buf_str(&a.faults)));
    buf_fini(&a.faults);
    return good;
}

/* ---- what this program met ---- */

void
published_note(void)
{
    char path[600];
    const char *dir = getenv("RUN_DIR"), *tmp = getenv("TEST_TMP");
    const char *own = tmp ? strrchr(tmp, '/') : NULL; /* "/gh.XXXXXX", ours alone */
    printf("# %ld answers held against the published documents, which say nothing of %ld more\n",
           list.held, list.open);
    if (!dir || !own)
        return;
    snprintf(path, sizeof path, "%s/replies.%s", dir, own + 1);
    FILE *f = fopen(path, "w");
    if (!f)
        return;
    fprintf(f, "held | %ld\nopen | %ld\n", list.held, list.open);
    for (size_t i = 0; i < list.n_known; i++) {
        const struct known *k = &list.known[i];
        if (k->met)
            fprintf(f, "met | %.*s | %.*s | %.*s | %.*s\n", STR_ARG(k->op), STR_ARG(k->status),
                    STR_ARG(k->pointer), STR_ARG(k->what));
    }
    fclose(f);
}
