/*
 * Requests that carry a secret each: canaries MARK TENANT USER
 *
 * One line for every member of a body that the catalogue calls secret: name of the operation, method,
 * path with query, NAME=VALUE of each parameter of the path, and the body, with | between. Its secret
 * is MARK and a number; everything else is what the operation accepts.
 */
#include "base/mem.h"
#include "tests/support/sample.h"

#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 1 << 16 };

struct canaries {
    char **argv;
    const struct op *op;
    struct buf line;
    int n;
};

static const char *
id_of(const char *name, void *arg)
{
    char **argv = arg;
    if (strstr(name, "enant"))
        return argv[2];
    return strstr(name, "ser") || strcmp(name, "id") == 0 ? argv[3] : NULL;
}

static void
print_one(const struct field *f, void *arg)
{
    struct canaries *c = arg;
    char value[128];
    if (!(f->flags & FIELD_SECRET) || f->flags & FIELD_READ_ONLY)
        return;
    bool list = f->kind == KIND_ARRAY;
    snprintf(value, sizeof value, "%s\"%s-%04d-aB9!\"%s", list ? "[" : "", c->argv[1], ++c->n,
             list ? "]" : "");
    struct sample s = {.id = id_of, .arg = c->argv, .all = true, .spot = f, .value = value};
    buf_reset(&c->line);
    buf_printf(&c->line, "%s|%s|", c->op->name, method_name(c->op->method));
    sample_target(&s, c->op, &c->line);
    buf_add_char(&c->line, '|');
    for (const struct field *p = c->op->params; p && p->name; p++) {
        const char *id = id_of(p->name, c->argv);
        buf_printf(&c->line, "%s=%s ", p->name, id ? id : "no-such-id");
    }
    buf_add_char(&c->line, '|');
    sample_body(&s, c->op, &c->line);
    puts(c->line.p);
}

int
main(int argc, char **argv)
{
    struct canaries c = {.argv = argv};
    if (argc != 4)
        return 2;
    buf_init(&c.line, LINE_BYTES);
    for (int i = 0; i < OP_COUNT; i++) {
        c.op = op_get((enum op_id)i);
        sample_each_field(c.op->body, print_one, &c);
    }
    buf_fini(&c.line);
    return 0;
}
