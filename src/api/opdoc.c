#include "api/opdoc.h"

enum { NAME_WIDTH = 33, METHOD_WIDTH = 7, DEPTH_MAX = 8 };

bool
opdoc_in_group(const struct op *op, struct str group)
{
    return !str_given(group) || str_eq_nocase(group, str_of(op->group));
}

size_t
opdoc_table(struct buf *out, struct str group)
{
    int width = 0;
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        int n = (int)strlen(op->path);
        if (opdoc_in_group(op, group) && n > width)
            width = n;
    }
    size_t count = 0;
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (!opdoc_in_group(op, group))
            continue;
        buf_printf(out, "%-*s%-*s%-*s  %s\n", NAME_WIDTH, op->name, METHOD_WIDTH,
                   method_name(op->method), width, op->path, op->title);
        count++;
    }
    return count;
}

static void
write_choices(struct buf *out, const char *const *choices)
{
    buf_add_text(out, "one of ");
    for (const char *const *c = choices; *c; c++)
        buf_printf(out, "%s%s", c == choices ? "" : ", ", *c);
}

void
opdoc_type(struct buf *out, const struct field *f)
{
    if (f->kind == KIND_ENUM) {
        write_choices(out, f->choices);
    } else if (f->kind == KIND_ARRAY && f->item == KIND_ENUM) {
        buf_add_text(out, "list, each ");
        write_choices(out, f->choices);
    } else if (f->kind == KIND_ARRAY) {
        buf_printf(out, "list of %s", kind_name(f->item));
    } else {
        buf_add_text(out, kind_name(f->kind));
    }
}

static void
write_limits(struct buf *out, const struct field *f)
{
    const char *unit = f->kind == KIND_STRING  ? " characters"
                       : f->kind == KIND_ARRAY ? " elements"
                                               : "";
    if (f->flags & FIELD_HAS_MIN)
        buf_printf(out, ", at least %lld%s", (long long)f->min, unit);
    if (f->flags & FIELD_HAS_MAX)
        buf_printf(out, ", at most %lld%s", (long long)f->max, unit);
    if (f->pattern)
        buf_printf(out, ", like %s", f->pattern);
    if (f->preset)
        buf_printf(out, ", default %s", f->preset);
}

static void
write_fields(struct buf *out, const struct field *table, unsigned depth)
{
    if (depth == DEPTH_MAX)
        return;
    for (const struct field *f = table; f && f->name; f++) {
        buf_printf(out, "  %*s%-*s ", (int)depth * 2, "", 28 - (int)depth * 2, f->name);
        opdoc_type(out, f);
        if (f->flags & FIELD_REQUIRED)
            buf_add_text(out, ", required");
        if (f->flags & FIELD_SECRET)
            buf_add_text(out, ", secret");
        if (f->flags & FIELD_NULLABLE)
            buf_add_text(out, ", or null");
        write_limits(out, f);
        buf_add_char(out, '\n');
        write_fields(out, f->fields, depth + 1);
    }
}

static void
write_section(struct buf *out, const char *title, const struct field *table)
{
    if (!table)
        return;
    buf_printf(out, "\n%s\n", title);
    write_fields(out, table, 0);
}

/* Who may call, in words. */
static const char *
caller(enum auth a)
{
    switch (a) {
    case AUTH_PUBLIC:
        return "no token";
    case AUTH_VENDOR:
        return "environment token";
    case AUTH_TENANT:
        return "environment or user token";
    case AUTH_USER:
        return "user token";
    case AUTH_ANY:
        return "any token";
    case AUTH_UNSET:
        break;
    }
    return "nobody";
}

static const char *
reply_title(const struct op *op)
{
    if (op->flags & OPF_PAGED)
        return "Answer, paged; each item";
    if (op->flags & OPF_REPLY_ARRAY)
        return "Answer, a list; each element";
    return "Answer";
}

static void
write_scope(struct buf *out, unsigned ctx)
{
    if (ctx & CTX_NEED_TENANT)
        buf_add_text(out, ", needs a tenant");
    else if (ctx & CTX_TENANT)
        buf_add_text(out, ", tenant optional");
    if (ctx & CTX_NO_TENANT)
        buf_add_text(out, ", refuses a tenant");
    if (ctx & CTX_NEED_USER)
        buf_add_text(out, ", needs a user");
}

static void
write_reply(struct buf *out, const struct op *op)
{
    if (op->flags & OPF_REPLY_EMPTY)
        buf_add_text(out, "\nAnswer: empty\n");
    else if (op->flags & OPF_REPLY_UNKNOWN)
        buf_add_text(out, "\nAnswer: not documented\n");
    else if (op->flags & OPF_REPLY_TEXT)
        buf_add_text(out, "\nAnswer: text\n");
    else if (!op->reply)
        buf_add_text(out, "\nAnswer: a list of plain values\n");
    else
        write_section(out, reply_title(op), op->reply);
}

void
opdoc_operation(struct buf *out, const struct op *op)
{
    buf_printf(out, "%s: %s\n%s %s\n", op->name, op->title, method_name(op->method), op->path);
    buf_printf(out, "%s; called with %s", op->group, caller(op->auth));
    if (op->perm)
        buf_printf(out, " (%s)", op->perm);
    write_scope(out, op->ctx);
    buf_printf(out, "; answers %d\n", op->status);
    write_section(out, "Path", op->params);
    write_section(out, "Query", op->query);
    write_section(out, op->flags & OPF_BODY_ARRAY ? "Body, a list; each element" : "Body",
                  op->body);
    if (op->flags & OPF_BODY_CSV)
        buf_printf(out, "\nOr CSV (text/csv): a row of names, then one row for each of %s\n",
                   op_list(op)->name);
    write_reply(out, op);
}

static void
coverage_line(struct buf *out, const struct op *op, bool bound)
{
    buf_printf(out, "%s%-8s %-*s%-*s%s\n", op->flags & OPF_EXTRA ? "extra: " : "",
               bound ? "bound" : "unbound", NAME_WIDTH, op->name, METHOD_WIDTH,
               method_name(op->method), op->path);
}

void
opdoc_coverage(struct buf *out, const bool bound[OP_COUNT])
{
    size_t published = 0;
    size_t done = 0;
    for (size_t i = 0; i < OP_COUNT; i++)
        if (op_get((enum op_id)i)->flags & OPF_EXTRA)
            coverage_line(out, op_get((enum op_id)i), bound[i]);
    for (size_t i = 0; i < OP_COUNT; i++) {
        if (op_get((enum op_id)i)->flags & OPF_EXTRA)
            continue;
        coverage_line(out, op_get((enum op_id)i), bound[i]);
        published++;
        done += bound[i];
    }
    buf_printf(out, "%zu of %zu bound\n", done, published);
}

static void
markdown_row(struct buf *out, const struct op *op, bool bound)
{
    buf_printf(out, "| `%s` | %s | `%s` | %s%s | %s | %s |\n", op->name, method_name(op->method),
               op->path, op->title, op->flags & OPF_EXTRA ? " (not published)" : "",
               caller(op->auth), bound ? "yes" : "no");
}

static void
markdown_summary(struct buf *out, const bool bound[OP_COUNT])
{
    size_t published = 0, done = 0, extra = 0, extra_done = 0;
    for (size_t i = 0; i < OP_COUNT; i++) {
        bool more = (op_get((enum op_id)i)->flags & OPF_EXTRA) != 0;
        published += !more;
        extra += more;
        done += !more && bound[i];
        extra_done += more && bound[i];
    }
    buf_printf(out,
               "%zu of the %zu published operations are bound, and %zu of %zu that real clients "
               "call besides.\n",
               done, published, extra_done, extra);
}

void
opdoc_markdown(struct buf *out, const bool bound[OP_COUNT])
{
    buf_add_text(out, "# Operations\n\n"
                      "Made from the catalogue by `make doc`; do not edit. The name is what "
                      "`gatehouse call` takes; `gatehouse\noperations NAME` shows parameters, body "
                      "and answer. Bound says whether `gatehoused` serves it.\n\n");
    markdown_summary(out, bound);
    const char *group = "";
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (strcmp(group, op->group) != 0) {
            group = op->group;
            buf_printf(out,
                       "\n## %s\n\n| Name | Method | Path | What it does | Called with | Bound |\n"
                       "|---|---|---|---|---|---|\n",
                       group);
        }
        markdown_row(out, op, bound[i]);
    }
}
