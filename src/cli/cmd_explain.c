/* Why somebody can or cannot sign in, what they may do, and where something is: what the
 * console's panes show, as rows. */
#include "base/mem.h"
#include "cli/cli_priv.h"
#include "cli/rows.h"
#include "client/effective.h"
#include "client/find.h"
#include "client/why.h"

/* Takes the list. */
static enum cli_exit
write_rows(struct cli *cli, struct json *take, const char *columns)
{
    struct rows rows = {.out = &cli->out,
                        .format = cli->format,
                        .raw_csv = cli_given(&cli->args, CLI_OPT_raw_csv),
                        .screen = cli_screen(cli)};
    struct str names = cli->args.opt[CLI_OPT_columns];
    bool ok = rows_columns(&rows, str_given(names) ? names : str_of(columns), NULL);
    if (ok)
        rows_write(&rows, take, SIZE_MAX);
    else
        cli_say(cli, "at most %d columns can be shown", ROWS_COLUMNS_MAX);
    rows_end(&rows);
    json_free(take);
    return ok ? CLI_DONE : CLI_USAGE;
}

/* ---- why ---- */

static bool
is_explained(const void *ctx)
{
    return why_done(ctx);
}

/* For scripts: 0 says that nothing keeps the person out, and that all of it could be read. */
static enum cli_exit
exit_of(const struct why *w)
{
    if (w->nobody)
        return CLI_NOT_FOUND;
    if (why_count(w, WHY_NO))
        return CLI_FAILED;
    return why_count(w, WHY_UNKNOWN) ? CLI_PARTIAL : CLI_DONE;
}

static enum cli_exit
report(struct cli *cli, const struct why *w)
{
    struct json *list = json_new_array();
    struct buf b;
    for (enum why_check c = 0; c < WHY_CHECKS; c++)
        json_push(list, why_row_json(w, c));
    enum cli_exit status = write_rows(cli, list, "check,verdict,finding,fix");
    buf_init(&b, 1024);
    why_summary(w, &b);
    cli_say(cli, "%.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
    return status ? status : exit_of(w);
}

enum cli_exit
cli_run_why(struct cli *cli)
{
    enum cli_exit status = CLI_CANCELLED;
    struct callset calls = {.n = 0};
    struct str user = cli->args.rest[0];
    if (!user.n || user.n >= WHY_ID) {
        cli_say(cli, "why takes the id or the e-mail address of a user");
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    struct why *w = mem_new(1, sizeof *w);
    why_start(w, cli->client, &calls, user, client_tenant(cli->client));
    if (cli_wait(cli, is_explained, w))
        status = report(cli, w);
    callset_close(&calls, cli->client);
    why_fini(w);
    mem_free(w);
    return status;
}

/* ---- what they may do ---- */

static bool
is_gathered(const void *ctx)
{
    return effective_done(ctx);
}

static enum cli_exit
report_permissions(struct cli *cli, const struct effective *e)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 14);
    effective_coverage(e, &b);
    enum cli_exit status = e->failure[0]
                               ? CLI_FAILED
                               : write_rows(cli, effective_rows(e), "permission,role,by,tenantId");
    cli_say(cli, "%.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
    if (e->nobody)
        return CLI_NOT_FOUND;
    return !status && effective_partial(e) ? CLI_PARTIAL : status;
}

enum cli_exit
cli_run_effective(struct cli *cli)
{
    enum cli_exit status = CLI_CANCELLED;
    struct callset calls = {.n = 0};
    struct str user = cli->args.rest[0];
    if (!user.n || user.n >= EFFECTIVE_ID) {
        cli_say(cli, "permissions effective takes the id or the e-mail address of a user");
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    struct effective *e = mem_new(1, sizeof *e);
    effective_start(e, cli->client, &calls, user, client_tenant(cli->client));
    if (cli_wait(cli, is_gathered, e))
        status = report_permissions(cli, e);
    callset_close(&calls, cli->client);
    effective_fini(e);
    mem_free(e);
    return status;
}

/* ---- where something is ---- */

static bool
is_looked_for(const void *ctx)
{
    return find_done(ctx);
}

static enum cli_exit
report_found(struct cli *cli, const struct find *f)
{
    struct buf b;
    struct json *rows = find_rows(f);
    bool any = json_len(rows) > 0;
    buf_init(&b, (size_t)1 << 14);
    for (struct json *row = json_first(rows); row; row = json_next(row))
        json_free(json_detach(row, STR("object")));
    find_coverage(f, &b);
    enum cli_exit status = write_rows(cli, rows, "kind,name,detail,tenantId,id");
    cli_say(cli, "%.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
    if (!status && find_partial(f))
        return CLI_PARTIAL;
    return status || any ? status : CLI_NOT_FOUND;
}

enum cli_exit
cli_run_find(struct cli *cli)
{
    enum cli_exit status = CLI_CANCELLED;
    struct callset calls = {.n = 0};
    struct str text = str_trim(cli->args.rest[0]);
    if (!text.n || text.n >= FIND_TEXT) {
        cli_say(cli, "find takes a text of at most %d bytes", FIND_TEXT - 1);
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    struct find *f = mem_new(1, sizeof *f);
    find_start(f, cli->client, &calls, text, client_tenant(cli->client));
    if (cli_wait(cli, is_looked_for, f))
        status = report_found(cli, f);
    callset_close(&calls, cli->client);
    find_fini(f);
    mem_free(f);
    return status;
}
