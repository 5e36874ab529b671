/* gatehouse profiles: what is configured, resolved as a command would. */
#include "cli/cli_priv.h"
#include "cli/rows.h"

static void
set_text(struct json *row, const char *name, struct str value)
{
    json_set(row, str_of(name), str_given(value) ? json_new_str(value) : json_new_null());
}

static struct json *
profile_to_json(const struct profile *p)
{
    struct json *row = json_new_object();
    set_text(row, "name", p->name);
    set_text(row, "host", profile_host(p));
    set_text(row, "tenant", p->tenant);
    json_set(row, STR("readOnly"), json_new_bool(p->read_only));
    json_set(row, STR("production"), json_new_bool(p->production));
    set_text(row, "secret",
             p->local ? STR("own")
                      : (str_given(p->secret_file)
                             ? STR("file")
                             : (str_given(p->secret_command) ? STR("command") : STR("none"))));
    return row;
}

static enum err_code
collect(struct cli *cli, struct json *list, struct err *err)
{
    struct profile_flags flags = cli_profile_flags(&cli->args);
    struct str *names;
    size_t n;
    enum err_code code = profile_names(&flags, &cli->arena, &names, &n, err);
    for (size_t i = 0; i <= n && !code; i++) {
        struct profile p;
        if (i < n && str_eq(names[i], STR("local")))
            continue; /* it comes last, configured or not */
        flags.profile = i < n ? names[i] : STR("local");
        code = profile_load(&flags, &cli->arena, &p, err);
        if (!code)
            json_push(list, profile_to_json(&p));
    }
    return code;
}

enum cli_exit
cli_run_profiles(struct cli *cli)
{
    struct err err;
    struct json *list = json_new_array();
    enum cli_exit status = CLI_DONE;
    if (collect(cli, list, &err)) {
        status = cli_fail(cli, &err);
    } else {
        struct rows rows = {.out = &cli->out, .format = cli->format, .screen = cli_screen(cli)};
        (void)rows_columns(&rows, STR("name,host,tenant,readOnly,production,secret"), NULL);
        rows_write(&rows, list, SIZE_MAX);
        rows_end(&rows);
    }
    json_free(list);
    return status;
}
