#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/op.h"
#include "base/arena.h"
#include "base/buf.h"
#include <stdio.h>
#include <stdlib.h>

/*
 * Compares the catalogue with tests/contract/upstream.txt, the list of what the published documents
 * say. Each difference is one line; tests/contract/upstream_known.txt lists those that are meant,
 * with the reason. A difference that is not listed fails, and so does a listed one that is gone.
 */

enum { FILE_MAX_BYTES = 1 << 20, DIFFERENCES_MAX = 4096, TYPE_MAX = 2048 };

struct lists {
    struct arena arena;
    struct str differences[DIFFERENCES_MAX];
    size_t n;
    const struct op *op;
};

static struct lists lists;

static struct str
read_list(const char *name)
{
    char path[512];
    const char *top = getenv("TEST_TOP");
    snprintf(path, sizeof path, "%s/tests/contract/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = arena_alloc(&lists.arena, FILE_MAX_BYTES, 1);
    size_t n = fread(text, 1, FILE_MAX_BYTES, f);
    fclose(f);
    assert_true(n > 0 && n < FILE_MAX_BYTES);
    return (struct str){text, n};
}

static bool
next_line(struct str *rest, struct str *line)
{
    while (str_next(rest, '\n', line))
        if (line->n > 0 && line->p[0] != '#')
            return true;
    return false;
}

static struct str
next_part(struct str *rest)
{
    struct str part = STR("");
    str_next(rest, '|', &part);
    return str_trim(part);
}

static void
differ(const char *place, struct str what, struct str upstream, struct str here)
{
    assert_true(lists.n < DIFFERENCES_MAX);
    lists.differences[lists.n++] =
        arena_printf(&lists.arena, "%s %s %.*s: upstream %.*s, here %.*s", lists.op->name, place,
                     STR_ARG(what), STR_ARG(upstream), STR_ARG(here));
}

static void
write_kind(struct buf *out, enum kind kind, const char *const *choices)
{
    switch (kind) {
    case KIND_BOOL:
        buf_add_text(out, "boolean");
        break;
    case KIND_INT:
    case KIND_NUMBER:
        buf_add_text(out, "number");
        break;
    case KIND_OBJECT:
        buf_add_text(out, "object");
        break;
    case KIND_ANY:
        buf_add_text(out, "any");
        break;
    case KIND_ENUM:
        buf_add_text(out, "enum(");
        for (const char *const *c = choices; *c; c++)
            buf_printf(out, "%s%s", c == choices ? "" : ",", *c);
        buf_add_char(out, ')');
        break;
    default:
        buf_add_text(out, "string");
        break;
    }
}

static struct str
type_of(const struct field *f)
{
    struct buf b;
    buf_init(&b, TYPE_MAX);
    if (f->kind == KIND_ARRAY) {
        buf_add_text(&b, "array:");
        write_kind(&b, f->item, f->choices);
    } else {
        write_kind(&b, f->kind, f->choices);
    }
    struct str text = arena_str(&lists.arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static const struct field *
find_dotted(const struct field *table, struct str name)
{
    const struct field *f = NULL;
    struct str part;
    while (str_next(&name, '.', &part)) {
        f = field_find(f ? f->fields : table, part);
        if (!f)
            return NULL;
    }
    return f;
}

struct token {
    struct str name, type;
    bool required;
};

static bool
next_token(struct str *rest, struct token *t)
{
    struct str word;
    do {
        if (!str_next(rest, ' ', &word))
            return false;
    } while (word.n == 0 || str_eq(word, STR("-")));
    ptrdiff_t colon = str_find_char(word, ':');
    t->name = colon < 0 ? word : str_sub(word, 0, (size_t)colon);
    t->type = colon < 0 ? STR("") : str_sub(word, (size_t)colon + 1, word.n);
    t->required = str_ends(t->name, STR("*"));
    if (t->required)
        t->name.n--;
    return true;
}

/* "string, required" and so on. */
static struct str
with_need(struct str type, bool required)
{
    return arena_printf(&lists.arena, "%.*s%s", STR_ARG(type), required ? "*" : "");
}

static bool
list_has(struct str tokens, struct str name)
{
    struct token t;
    while (next_token(&tokens, &t))
        if (str_eq(t.name, name))
            return true;
    return false;
}

static bool
list_has_below(struct str tokens, struct str name)
{
    struct token t;
    struct str prefix = arena_printf(&lists.arena, "%.*s.", STR_ARG(name));
    while (next_token(&tokens, &t))
        if (str_starts(t.name, prefix))
            return true;
    return false;
}

/* What we have that they do not. Below a member that is opaque upstream anything goes. */
static void
compare_extra(const char *place, const struct field *table, struct str tokens, struct str prefix)
{
    for (const struct field *f = table; f && f->name; f++) {
        struct str name = arena_printf(&lists.arena, "%.*s%s", STR_ARG(prefix), f->name);
        if (!list_has(tokens, name))
            differ(place, name, STR("-"), with_need(type_of(f), f->flags & FIELD_REQUIRED));
        else if (f->fields && list_has_below(tokens, name))
            compare_extra(place, f->fields, tokens,
                          arena_printf(&lists.arena, "%.*s.", STR_ARG(name)));
    }
}

/* `needs`: a request, where required counts and nothing may be added. */
static void
compare_field(const char *place, const struct field *table, const struct token *t, bool needs)
{
    const struct field *f = find_dotted(table, t->name);
    struct str upstream = with_need(t->type, needs && t->required);
    struct str here = STR("-");
    if (f)
        here = with_need(type_of(f), needs && (f->flags & FIELD_REQUIRED));
    /* An answer may be told more closely than upstream does. */
    bool closer = !needs && f && f->kind == KIND_ENUM && str_eq(upstream, STR("string"));
    if (!closer && !str_eq(upstream, here))
        differ(place, t->name, upstream, here);
}

static void
compare_table(const char *place, const struct field *table, struct str tokens, bool needs)
{
    struct token t;
    struct str rest = tokens;
    while (next_token(&rest, &t))
        if (!str_eq(t.name, STR("[]")) && !str_eq(t.name, STR("paged")))
            compare_field(place, table, &t, needs);
    if (needs)
        compare_extra(place, table, tokens, STR(""));
}

static void
compare_flag(const char *what, bool upstream, bool here)
{
    if (upstream != here)
        differ("shape", str_of(what), upstream ? STR("yes") : STR("no"),
               here ? STR("yes") : STR("no"));
}

static const struct op *
find_op(struct str method, struct str path)
{
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (str_eq(method, str_of(method_name(op->method))) && str_eq(path, str_of(op->path)))
            return op;
    }
    return NULL;
}

static void
compare_status(struct str codes)
{
    struct str here = arena_printf(&lists.arena, "%d", lists.op->status);
    if (!list_has(codes, here))
        differ("status", STR("of success"), codes, here);
}

static void
compare_line(struct str line)
{
    struct str head = next_part(&line);
    struct str method = STR("");
    str_next(&head, ' ', &method);
    lists.op = find_op(method, head);
    if (!lists.op)
        fail_msg("not in the catalogue: %.*s %.*s", STR_ARG(method), STR_ARG(head));
    assert_false(lists.op->flags & OPF_EXTRA);
    struct str ref = next_part(&line);
    if (!str_eq(ref, str_of(lists.op->ref)))
        differ("id", STR("of operation"), ref, str_of(lists.op->ref));
    compare_status(next_part(&line));
    struct str params = next_part(&line);
    struct token t;
    for (struct str rest = params; next_token(&rest, &t);)
        if (!field_find(lists.op->params, t.name))
            differ("path", t.name, STR("yes"), STR("no"));
    compare_table("query", lists.op->query, next_part(&line), true);
    struct str body = next_part(&line);
    compare_flag("list body", list_has(body, STR("[]")), lists.op->flags & OPF_BODY_ARRAY);
    compare_table("body", lists.op->body, body, true);
    struct str reply = next_part(&line);
    if (!str_eq(reply, STR("-"))) {
        compare_flag("list answer", list_has(reply, STR("[]")), lists.op->flags & OPF_REPLY_ARRAY);
        compare_flag("paged answer", list_has(reply, STR("paged")), lists.op->flags & OPF_PAGED);
        compare_table("answer", lists.op->reply, reply, false);
    }
}

static int
setup(void **state)
{
    (void)state;
    arena_init(&lists.arena, 16 << 20);
    struct str rest = read_list("upstream.txt");
    struct str line;
    while (next_line(&rest, &line))
        compare_line(line);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&lists.arena);
    return 0;
}

static void
test_no_operation_is_missing(void **state)
{
    (void)state;
    struct str rest = read_list("upstream.txt");
    struct str line;
    size_t n = 0, published = 0;
    while (next_line(&rest, &line))
        n++;
    for (size_t i = 0; i < OP_COUNT; i++)
        published += !(op_get((enum op_id)i)->flags & OPF_EXTRA);
    assert_int_equal(n, 341);
    assert_int_equal(published, n);
}

static bool
known_has(struct str known, struct str difference)
{
    struct str line;
    while (next_line(&known, &line))
        if (str_eq(next_part(&line), difference))
            return true;
    return false;
}

static void
test_differences_are_listed(void **state)
{
    (void)state;
    struct str known = read_list("upstream_known.txt");
    size_t unlisted = 0;
    for (size_t i = 0; i < lists.n; i++) {
        if (known_has(known, lists.differences[i]))
            continue;
        print_message("not in upstream_known.txt: %.*s\n", STR_ARG(lists.differences[i]));
        unlisted++;
    }
    assert_int_equal(unlisted, 0);
}

static void
test_list_is_not_stale(void **state)
{
    (void)state;
    struct str rest = read_list("upstream_known.txt");
    struct str line;
    size_t stale = 0;
    while (next_line(&rest, &line)) {
        struct str difference = next_part(&line);
        bool there = false;
        for (size_t i = 0; i < lists.n && !there; i++)
            there = str_eq(lists.differences[i], difference);
        if (!there || next_part(&line).n == 0) {
            print_message("gone, or without a reason: %.*s\n", STR_ARG(difference));
            stale++;
        }
    }
    assert_int_equal(stale, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_operation_is_missing),
        cmocka_unit_test(test_differences_are_listed),
        cmocka_unit_test(test_list_is_not_stale),
    };
    return cmocka_run_group_tests_name("upstream", tests, setup, teardown);
}
