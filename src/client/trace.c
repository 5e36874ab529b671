#include "client/trace.h"
#include "base/mem.h"

enum { TARGET_MAX = 2048 };

void
trace_init(struct trace *t)
{
    *t = (struct trace){.entries = mem_new(TRACE_ENTRIES, sizeof *t->entries)};
}

static void
entry_fini(struct trace_entry *e)
{
    mem_free((char *)(uintptr_t)e->path.p);
    mem_free((char *)(uintptr_t)e->outcome.p);
}

void
trace_fini(struct trace *t)
{
    for (size_t i = 0; i < t->n; i++)
        entry_fini(&t->entries[i]);
    mem_free(t->entries);
    *t = (struct trace){.n = 0};
}

static struct str
keep(struct str s)
{
    return (struct str){mem_copy_text(s.p ? s.p : "", s.n), s.n};
}

void
trace_add(struct trace *t, const struct trace_entry *entry)
{
    if (t->n == TRACE_ENTRIES) {
        entry_fini(&t->entries[0]);
        t->n--;
        memmove(t->entries, t->entries + 1, t->n * sizeof *t->entries);
    }
    struct trace_entry *e = &t->entries[t->n++];
    *e = *entry;
    e->path = keep(entry->path);
    e->outcome = keep(entry->outcome);
    e->seq = ++t->seq;
}

static bool
is_secret(const struct op *op, struct str name)
{
    static const char *const words[] = {"token", "secret", "password", "code", "key"};
    const struct field *f = op ? field_find(op->query, name) : NULL;
    if (f)
        return f->flags & FIELD_SECRET;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_of(words[i]);
        if (name.n >= word.n && str_eq_nocase(str_sub(name, name.n - word.n, name.n), word))
            return true;
    }
    return false;
}

char *
trace_redact(const struct op *op, struct str target)
{
    struct buf b;
    buf_init(&b, TARGET_MAX * 2);
    target = str_sub(target, 0, TARGET_MAX);
    ptrdiff_t mark = str_find_char(target, '?');
    size_t path = mark < 0 ? target.n : (size_t)mark;
    buf_add_str(&b, str_sub(target, 0, path));
    struct str rest = mark < 0 ? STR_ABSENT : str_sub(target, path + 1, target.n), part;
    for (char joint = '?'; str_next(&rest, '&', &part); joint = '&') {
        ptrdiff_t eq = str_find_char(part, '=');
        buf_add_char(&b, joint);
        if (eq >= 0 && is_secret(op, str_sub(part, 0, (size_t)eq))) {
            buf_add_str(&b, str_sub(part, 0, (size_t)eq + 1));
            buf_add_text(&b, "***");
        } else {
            buf_add_str(&b, part);
        }
    }
    return buf_take(&b, NULL);
}
