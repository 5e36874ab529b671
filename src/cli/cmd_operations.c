/* gatehouse operations: the catalogue as a list, or one operation with its fields. */
#include "cli/cli_priv.h"

static void
list_as_table(struct cli *cli, struct str group)
{
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (!str_given(group) || str_eq_nocase(group, str_of(op->group)))
            out_printf(&cli->out, "%-36s %-6s %s\n", op->name, method_name(op->method), op->path);
    }
}

static void
list_as_csv(struct cli *cli, struct str group)
{
    out_text(&cli->out, "name,method,path,title,group,auth\r\n");
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (str_given(group) && !str_eq_nocase(group, str_of(op->group)))
            continue;
        const char *const fields[] = {op->name,  method_name(op->method), op->path, op->title,
                                      op->group, auth_name(op->auth)};
        for (size_t k = 0; k < 6; k++) {
            if (k)
                out_text(&cli->out, ",");
            out_csv_field(&cli->out, str_of(fields[k]), false);
        }
        out_text(&cli->out, "\r\n");
    }
}

static void add_fields(struct json *object, const char *name, const struct field *table);

static struct json *
field_to_json(const struct field *f)
{
    struct json *j = json_new_object();
    json_set(j, STR("name"), json_new_str(str_of(f->name)));
    json_set(j, STR("kind"), json_new_str(str_of(kind_name(f->kind))));
    if (f->kind == KIND_ARRAY)
        json_set(j, STR("item"), json_new_str(str_of(kind_name(f->item))));
    json_set(j, STR("required"), json_new_bool(f->flags & FIELD_REQUIRED));
    if (f->preset)
        json_set(j, STR("default"), json_new_str(str_of(f->preset)));
    if (f->choices) {
        struct json *choices = json_new_array();
        for (size_t i = 0; f->choices[i]; i++)
            json_push(choices, json_new_str(str_of(f->choices[i])));
        json_set(j, STR("choices"), choices);
    }
    add_fields(j, "fields", f->fields);
    return j;
}

static void
add_fields(struct json *object, const char *name, const struct field *table)
{
    if (!table)
        return;
    struct json *list = json_new_array();
    for (const struct field *f = table; f->name; f++)
        json_push(list, field_to_json(f));
    json_set(object, str_of(name), list);
}

static struct json *
op_to_json(const struct op *op, bool fields)
{
    struct json *j = json_new_object();
    json_set(j, STR("name"), json_new_str(str_of(op->name)));
    json_set(j, STR("method"), json_new_str(str_of(method_name(op->method))));
    json_set(j, STR("path"), json_new_str(str_of(op->path)));
    json_set(j, STR("title"), json_new_str(str_of(op->title)));
    json_set(j, STR("group"), json_new_str(str_of(op->group)));
    json_set(j, STR("auth"), json_new_str(str_of(auth_name(op->auth))));
    if (!fields)
        return j;
    add_fields(j, "params", op->params);
    add_fields(j, "query", op->query);
    add_fields(j, "body", op->body);
    add_fields(j, "reply", op->reply);
    return j;
}

static void
list_as_json(struct cli *cli, struct str group)
{
    bool lines = cli->format == CLI_NDJSON, first = true;
    if (!lines)
        out_text(&cli->out, "[");
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (str_given(group) && !str_eq_nocase(group, str_of(op->group)))
            continue;
        struct json *j = op_to_json(op, false);
        if (!lines)
            out_text(&cli->out, first ? "\n  " : ",\n  ");
        out_json(&cli->out, j, false);
        if (lines)
            out_text(&cli->out, "\n");
        json_free(j);
        first = false;
    }
    if (!lines)
        out_text(&cli->out, "\n]\n");
}

static void
describe_field(struct out *o, const struct field *f, unsigned depth)
{
    bool list = f->kind == KIND_ARRAY;
    out_printf(o, "%*s%-*s %s%s%s%s", 2 + (int)depth * 2, "", 30 - (int)depth * 2, f->name,
               kind_name(f->kind), list ? " of " : "", list ? kind_name(f->item) : "",
               f->flags & FIELD_REQUIRED ? ", required" : "");
    if (f->preset)
        out_printf(o, ", default %s", f->preset);
    for (size_t i = 0; f->choices && f->choices[i]; i++)
        out_printf(o, "%s%s", i ? "|" : ": ", f->choices[i]);
    out_text(o, "\n");
}

static void
describe_fields(struct out *o, const char *title, const struct field *table, unsigned depth)
{
    enum { DEPTH_MAX = 5 };
    if (!table || !table->name || depth == DEPTH_MAX)
        return;
    if (title)
        out_printf(o, "%s:\n", title);
    for (const struct field *f = table; f->name; f++) {
        describe_field(o, f, depth);
        describe_fields(o, NULL, f->fields, depth + 1);
    }
}

static void
describe(struct cli *cli, const struct op *op)
{
    struct out *o = &cli->out;
    out_printf(o, "%s: %s\n%s %s\nSign-in: %s\n", op->name, op->title, method_name(op->method),
               op->path, auth_name(op->auth));
    out_printf(o, "Needs:%s%s%s\n", op->ctx & CTX_NEED_TENANT ? " --tenant" : "",
               op->ctx & CTX_NEED_USER ? " frontegg-user-id=ID" : "",
               op->ctx & (CTX_NEED_TENANT | CTX_NEED_USER) ? "" : " no scope");
    out_printf(o, "Effect: %s\n",
               op->flags & OPF_SAFE
                   ? "reads only"
                   : (op->flags & OPF_DESTRUCTIVE ? "changes, cannot be taken back" : "changes"));
    describe_fields(o, "Path", op->params, 0);
    describe_fields(o, "Query", op->query, 0);
    describe_fields(o, op->flags & OPF_BODY_ARRAY ? "Body, a list of" : "Body", op->body, 0);
    describe_fields(o, "Reply", op->reply, 0);
}

enum cli_exit
cli_run_operations(struct cli *cli)
{
    struct str group = cli->args.opt[CLI_OPT_group];
    if (cli->args.n_rest) {
        const struct op *op = op_by_name(cli->args.rest[0]);
        if (!op) {
            cli_say(cli, "there is no operation %.*s; see gatehouse operations",
                    STR_ARG(cli->args.rest[0]));
            return CLI_NOT_FOUND;
        }
        if (cli->format == CLI_TABLE || cli->format == CLI_CSV) {
            describe(cli, op);
        } else {
            struct json *j = op_to_json(op, true);
            out_json(&cli->out, j, cli->format == CLI_JSON);
            out_text(&cli->out, "\n");
            json_free(j);
        }
        return CLI_DONE;
    }
    if (cli->format == CLI_TABLE)
        list_as_table(cli, group);
    else if (cli->format == CLI_CSV)
        list_as_csv(cli, group);
    else
        list_as_json(cli, group);
    return CLI_DONE;
}
