/* gatehouse api and gatehouse call: one request, and its answer as it came. */
#include "base/mem.h"
#include "cli/cli_priv.h"
#include "cli/rows.h"
#include <stdio.h>
#include <unistd.h>

static void
write_text(struct cli *cli, struct str text)
{
    struct str line;
    if (!isatty(cli->out.fd)) {
        out_bytes(&cli->out, text);
        return;
    }
    while (str_next(&text, '\n', &line)) {
        out_safe(&cli->out, line);
        out_text(&cli->out, "\n");
    }
}

static enum cli_exit
write_list(struct cli *cli, const struct json *list, const struct field *fields)
{
    struct rows rows = {.out = &cli->out,
                        .format = cli->format,
                        .raw_csv = cli_given(&cli->args, CLI_OPT_raw_csv),
                        .screen = cli_screen(cli)};
    if (!rows_columns(&rows, cli->args.opt[CLI_OPT_columns], fields)) {
        cli_say(cli, "at most %d columns can be shown", ROWS_COLUMNS_MAX);
        return CLI_USAGE;
    }
    const struct json *first = json_first(list);
    for (const struct json *j = json_first(first);
         !rows.n_columns && j && rows.format != CLI_NDJSON; j = json_next(j)) {
        if (rows.n_columns < ROWS_COLUMNS_MAX && json_type(j) != JSON_OBJECT)
            rows.columns[rows.n_columns++] = json_key(j);
    }
    rows_write(&rows, list, SIZE_MAX);
    rows_end(&rows);
    return CLI_DONE;
}

/* One object: lines of name and value, unless columns or CSV are asked for. */
static enum cli_exit
write_object(struct cli *cli, const struct json *json, const struct field *fields)
{
    bool columns = cli_given(&cli->args, CLI_OPT_columns);
    if (cli->format == CLI_CSV || (cli->format == CLI_TABLE && columns)) {
        struct json *list = json_new_array();
        json_push(list, json_copy(json));
        enum cli_exit status = write_list(cli, list, fields);
        json_free(list);
        return status;
    }
    if (cli->format == CLI_TABLE) {
        rows_object(&cli->out, json);
        return CLI_DONE;
    }
    out_json(&cli->out, json, cli->format == CLI_JSON);
    out_text(&cli->out, "\n");
    return CLI_DONE;
}

enum cli_exit
cli_write_answer(struct cli *cli, const struct json *json, const struct field *fields)
{
    const struct json *list = rows_of(json);
    if (json_type(json) == JSON_OBJECT && !list)
        return write_object(cli, json, fields);
    bool rows = cli->format == CLI_TABLE || cli->format == CLI_CSV || cli->format == CLI_NDJSON;
    if (rows && list && json_type(json_first(list)) != JSON_STRING)
        return write_list(cli, list, fields);
    out_json(&cli->out, json, cli->format != CLI_NDJSON);
    out_text(&cli->out, "\n");
    return CLI_DONE;
}

/* Takes the result. */
static enum cli_exit
report(struct cli *cli, struct result *r, const struct field *fields)
{
    enum cli_exit status = CLI_DONE;
    if (!r)
        return CLI_CANCELLED;
    if (r->err.code) {
        if (r->json && cli_given(&cli->args, CLI_OPT_output)) {
            out_json(&cli->out, r->json, cli->format == CLI_JSON);
            out_text(&cli->out, "\n");
        }
        status = cli_fail_result(cli, r);
    } else if (r->json) {
        status = cli_write_answer(cli, r->json, fields);
    } else if (r->text.n) {
        write_text(cli, r->text);
    }
    result_free(r);
    return status;
}

/* Without -o these two print JSON: that is what the service speaks. */
static void
prefer_json(struct cli *cli)
{
    if (!cli_given(&cli->args, CLI_OPT_output))
        cli->format = CLI_JSON;
}

static bool
confirmed(struct cli *cli, const char *name, bool destroys)
{
    char what[128];
    snprintf(what, sizeof what, "%s destroys", name);
    return !destroys || cli_confirmed(cli, what);
}

enum cli_exit
cli_run_api(struct cli *cli)
{
    struct raw_request request = {
        .path = cli->args.rest[1], .headers = cli->args.headers, .n_headers = cli->args.n_headers};
    struct err err;
    enum cli_exit status;
    prefer_json(cli);
    if (!method_parse(cli->args.rest[0], &request.method)) {
        cli_say(cli, "the method is one of GET, POST, PUT, PATCH, DELETE, not %.*s",
                STR_ARG(cli->args.rest[0]));
        return CLI_USAGE;
    }
    if (cli_given(&cli->args, CLI_OPT_body) &&
        cli_text_argument(cli, cli->args.opt[CLI_OPT_body], &request.body, &err)) {
        cli_fail(cli, &err);
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    if (!confirmed(cli, "DELETE", request.method == METHOD_DELETE))
        return CLI_REFUSED;
    return report(cli, cli_raw(cli, &request), NULL);
}

/* Names that are headers, not members of the operation. */
static bool
take_scope(struct client_request *request, struct str name, struct str value)
{
    const struct {
        struct str name;
        struct str *member;
    } known[] = {
        {STR("frontegg-tenant-id"), &request->scope.tenant_id},
        {STR("frontegg-user-id"), &request->scope.user_id},
        {STR("frontegg-application-id"), &request->scope.app_id},
        {STR("frontegg-vendor-host"), &request->scope.vendor_host},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (str_eq_nocase(name, known[i].name)) {
            *known[i].member = value;
            return true;
        }
    }
    return false;
}

static enum err_code
take_argument(struct client_request *request, struct str argument, struct err *err)
{
    ptrdiff_t eq = str_find_char(argument, '=');
    if (eq > 0 && take_scope(request, str_sub(argument, 0, (size_t)eq),
                             str_sub(argument, (size_t)eq + 1, argument.n)))
        return ERR_OK;
    return values_set_arg(request->values, argument, err);
}

static enum err_code
take_body(struct cli *cli, struct client_request *request, struct err *err)
{
    enum { BODY_MAX = 16 * 1024 * 1024 };
    struct str text;
    if (!cli_given(&cli->args, CLI_OPT_body))
        return ERR_OK;
    enum err_code code = cli_text_argument(cli, cli->args.opt[CLI_OPT_body], &text, err);
    if (code)
        return code;
    struct json *body = json_parse(text, BODY_MAX, err);
    if (!body) {
        err_prefix(err, "--body");
        return ERR_PARSE;
    }
    values_set_body(request->values, body);
    return ERR_OK;
}

enum cli_exit
cli_run_call(struct cli *cli)
{
    struct err err;
    enum cli_exit status;
    prefer_json(cli);
    const struct op *op = op_by_name(cli->args.rest[0]);
    if (!op) {
        cli_say(cli, "there is no operation %.*s; see gatehouse operations",
                STR_ARG(cli->args.rest[0]));
        return CLI_USAGE;
    }
    struct client_request request = {.op = op,
                                     .values = values_new(op),
                                     .headers = cli->args.headers,
                                     .n_headers = cli->args.n_headers};
    enum err_code code = take_body(cli, &request, &err);
    for (size_t i = 1; i < cli->args.n_rest && !code; i++)
        code = take_argument(&request, cli->args.rest[i], &err);
    if (code) {
        values_free(request.values);
        cli_fail(cli, &err);
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status) || !confirmed(cli, op->name, op->flags & OPF_DESTRUCTIVE)) {
        values_free(request.values);
        return cli->client ? CLI_REFUSED : status;
    }
    struct cli_fetch fetch;
    cli_start(cli, &fetch, &request);
    return report(cli, cli_await(cli, &fetch), op->reply);
}
