#include "api/opdoc.h"

/* The catalogue as JSON, for scripts and other tools. */

enum { DEPTH_MAX = 8 };

struct word {
    unsigned bit;
    const char *text;
};

static const struct word op_words[] = {
    {OPF_SAFE, "safe"},
    {OPF_IDEMPOTENT, "idempotent"},
    {OPF_DESTRUCTIVE, "destructive"},
    {OPF_PAGED, "paged"},
    {OPF_SECRET_REPLY, "secretReply"},
    {OPF_REPLY_UNKNOWN, "replyUnknown"},
    {OPF_BODY_ARRAY, "bodyArray"},
    {OPF_REPLY_ARRAY, "replyArray"},
    {OPF_REPLY_EMPTY, "replyEmpty"},
    {OPF_DEPRECATED, "deprecated"},
    {OPF_EXTRA, "extra"},
    {OPF_REPLY_TEXT, "replyText"},
    {OPF_BODY_OPTIONAL, "bodyOptional"},
    {OPF_STEADY, "steady"},
    {OPF_BODY_FORM, "bodyForm"},
    {OPF_BODY_CSV, "bodyCsv"},
    {0, NULL},
};

static const struct word ctx_words[] = {
    {CTX_TENANT, "tenant"},
    {CTX_USER, "user"},
    {CTX_HOST, "host"},
    {CTX_APP, "application"},
    {CTX_NEED_TENANT, "needsTenant"},
    {CTX_NEED_USER, "needsUser"},
    {CTX_NO_TENANT, "noTenant"},
    {0, NULL},
};

static const struct word field_words[] = {
    {FIELD_REQUIRED, "required"},
    {FIELD_SECRET, "secret"},
    {FIELD_NULLABLE, "nullable"},
    {FIELD_READ_ONLY, "readOnly"},
    {FIELD_ASSUMED, "assumed"},
    {FIELD_NOT_EMPTY, "notEmpty"},
    {0, NULL},
};

static void
write_words(struct jw *w, const char *name, const struct word *words, unsigned bits)
{
    jw_key(w, name);
    jw_open(w, '[');
    for (; words->text; words++)
        if (bits & words->bit)
            jw_str(w, str_of(words->text));
    jw_close(w, ']');
}

static void
write_choices(struct jw *w, const char *const *choices)
{
    jw_key(w, "choices");
    jw_open(w, '[');
    for (; *choices; choices++)
        jw_str(w, str_of(*choices));
    jw_close(w, ']');
}

static void write_fields(struct jw *w, const char *name, const struct field *table, unsigned depth);

static void
write_field(struct jw *w, const struct field *f, unsigned depth)
{
    jw_open(w, '{');
    jw_ktext(w, "name", f->name);
    jw_ktext(w, "kind", kind_name(f->kind));
    if (f->kind == KIND_ARRAY)
        jw_ktext(w, "item", kind_name(f->item));
    write_words(w, "flags", field_words, f->flags);
    if (f->choices)
        write_choices(w, f->choices);
    if (f->flags & FIELD_HAS_MIN)
        jw_ki64(w, "min", f->min);
    if (f->flags & FIELD_HAS_MAX)
        jw_ki64(w, "max", f->max);
    if (f->pattern)
        jw_ktext(w, "pattern", f->pattern);
    if (f->preset)
        jw_ktext(w, "default", f->preset);
    write_fields(w, "fields", f->fields, depth + 1);
    jw_close(w, '}');
}

static void
write_fields(struct jw *w, const char *name, const struct field *table, unsigned depth)
{
    if (!table || depth == DEPTH_MAX)
        return;
    jw_key(w, name);
    jw_open(w, '[');
    for (const struct field *f = table; f->name; f++)
        write_field(w, f, depth);
    jw_close(w, ']');
}

void
opdoc_json(struct jw *w, const struct op *op, bool fields)
{
    jw_open(w, '{');
    jw_ktext(w, "name", op->name);
    jw_ktext(w, "method", method_name(op->method));
    jw_ktext(w, "path", op->path);
    jw_ktext(w, "title", op->title);
    jw_ktext(w, "group", op->group);
    jw_ktext(w, "auth", auth_name(op->auth));
    if (op->perm)
        jw_ktext(w, "permission", op->perm);
    write_words(w, "scope", ctx_words, op->ctx);
    write_words(w, "flags", op_words, op->flags);
    jw_ki64(w, "status", op->status);
    if (fields) {
        write_fields(w, "params", op->params, 0);
        write_fields(w, "query", op->query, 0);
        write_fields(w, "body", op->body, 0);
        write_fields(w, "reply", op->reply, 0);
    }
    jw_close(w, '}');
}
