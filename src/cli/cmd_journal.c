/* gatehouse journal: the changes made from this account on this machine, checked line by line. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/cli_priv.h"
#include "cli/rows.h"
#include "client/journal.h"

static void
write_line(void *ctx, const struct json *line)
{
    struct rows *rows = ctx;
    struct json *list = json_new_array();
    json_push(list, json_copy(line));
    rows_write(rows, list, 1);
    json_free(list);
}

enum cli_exit
cli_run_journal(struct cli *cli)
{
    static const char usual[] = "at,who,profile,tenant,operation,status,outcome";
    struct err err = {.code = ERR_OK};
    size_t lines;
    struct str columns = cli->args.opt[CLI_OPT_columns];
    struct rows rows = {.out = &cli->out,
                        .format = cli->format,
                        .raw_csv = cli_given(&cli->args, CLI_OPT_raw_csv),
                        .screen = cli_screen(cli)};
    if (!str_given(columns) && cli->format == CLI_TABLE)
        columns = STR(usual);
    else if (!str_given(columns) && cli->format == CLI_CSV)
        columns = STR("at,who,profile,host,tenant,operation,method,path,status,outcome,trace");
    if (!rows_columns(&rows, columns, NULL)) {
        cli_say(cli, "at most %d columns can be shown", ROWS_COLUMNS_MAX);
        return CLI_USAGE;
    }
    const char *folder = arena_cstr(&cli->arena, file_xdg_dir("STATE", &cli->arena));
    if (journal_check(folder, write_line, &rows, &lines, &err) == ERR_NOT_FOUND) {
        cli_say(cli, "no change has been made from here yet");
        err.code = ERR_OK;
    }
    rows_end(&rows);
    return err.code ? cli_fail(cli, &err) : CLI_DONE;
}
