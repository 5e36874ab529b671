/* --help, one command's help, and the operations list: all from the tables. */
#include "cli/cli_priv.h"

enum { HELP_COLUMN = 34 };

static void
pad_line(struct out *o, struct str left, const char *right)
{
    out_bytes(o, STR("  "));
    out_bytes(o, left);
    int fill = HELP_COLUMN - (int)left.n;
    if (fill < 1)
        fill = 1;
    out_printf(o, "%*s%s\n", fill, "", right);
}

static void
option_line(struct out *o, const struct cli_option_info *info)
{
    struct buf left;
    buf_init(&left, 256);
    if (info->letter)
        buf_printf(&left, "-%c, ", info->letter);
    buf_printf(&left, "--%s%s%s", info->name, info->value ? " " : "",
               info->value ? info->value : "");
    pad_line(o, buf_str(&left), info->help);
    buf_fini(&left);
}

static void
command_line(struct out *o, const struct cli_command_info *info)
{
    struct buf left;
    buf_init(&left, 256);
    buf_printf(&left, "%s%s%s%s%s", info->word, info->second[0] ? " " : "", info->second,
               info->arguments[0] ? " " : "", info->arguments);
    pad_line(o, buf_str(&left), info->help);
    buf_fini(&left);
}

static void
option_lines(struct out *o, unsigned groups)
{
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *info = cli_option_info((enum cli_option)i);
        if (info->groups & groups)
            option_line(o, info);
    }
}

static void
help_all(struct out *o)
{
    out_text(o, "Use: gatehouse [OPTIONS]                  open the console\n"
                "     gatehouse [OPTIONS] COMMAND ...      run one command\n\nCommands:\n");
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *info = cli_command_info((enum cli_command)i);
        if (!(info->groups & CLI_GROUP_LATER))
            command_line(o, info);
    }
    out_text(o, "\nOptions:\n");
    option_lines(o, CLI_GROUP_GENERAL);
    out_text(o, "\nThe same through GATEHOUSE_PROFILE, GATEHOUSE_URL, GATEHOUSE_CLIENT_ID,\n"
                "GATEHOUSE_SECRET_FILE and GATEHOUSE_TENANT. A secret is never an argument.\n"
                "gatehouse COMMAND --help tells more about one command.\n");
}

void
cli_help(struct out *o, enum cli_command command)
{
    if (command == CLI_CMD_NONE) {
        help_all(o);
        return;
    }
    const struct cli_command_info *info = cli_command_info(command);
    out_printf(o, "Use: gatehouse [OPTIONS] %s%s%s%s%s\n\n%s.\n", info->word,
               info->second[0] ? " " : "", info->second, info->arguments[0] ? " " : "",
               info->arguments, info->help);
    if (info->groups & ~(unsigned)CLI_GROUP_LATER) {
        out_text(o, "\nOptions of this command:\n");
        option_lines(o, info->groups);
    }
    out_text(o, "\nGeneral options:\n");
    option_lines(o, CLI_GROUP_GENERAL);
}
