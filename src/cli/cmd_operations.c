/* gatehouse operations: the catalogue as a list, or one operation with its fields. */
#include "api/opdoc.h"
#include "cli/cli_priv.h"

enum { TEXT_MAX = 1024 * 1024 };

static void
list_as_table(struct cli *cli, struct str group)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    opdoc_table(&text, group);
    out_bytes(&cli->out, buf_str(&text));
    buf_fini(&text);
}

static void
list_as_csv(struct cli *cli, struct str group)
{
    out_text(&cli->out, "name,method,path,title,group,auth\r\n");
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (!opdoc_in_group(op, group))
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

static void
write_json(struct cli *cli, const struct op *op, bool fields)
{
    struct buf text;
    struct jw w;
    buf_init(&text, TEXT_MAX);
    jw_init(&w, &text);
    opdoc_json(&w, op, fields);
    out_bytes(&cli->out, buf_str(&text));
    buf_fini(&text);
}

static void
list_as_json(struct cli *cli, struct str group)
{
    bool lines = cli->format == CLI_NDJSON, first = true;
    if (!lines)
        out_text(&cli->out, "[");
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        if (!opdoc_in_group(op, group))
            continue;
        if (!lines)
            out_text(&cli->out, first ? "\n  " : ",\n  ");
        write_json(cli, op, false);
        if (lines)
            out_text(&cli->out, "\n");
        first = false;
    }
    if (!lines)
        out_text(&cli->out, "\n]\n");
}

static void
describe(struct cli *cli, const struct op *op)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    opdoc_operation(&text, op);
    out_bytes(&cli->out, buf_str(&text));
    buf_fini(&text);
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
            write_json(cli, op, true);
            out_text(&cli->out, "\n");
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
