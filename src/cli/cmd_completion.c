/* gatehouse completion: scripts made from the tables, so they know every command and option. */
#include "cli/cli_priv.h"

/* Each first word once. */
static bool
first_of_word(int id)
{
    const char *word = cli_command_info((enum cli_command)id)->word;
    for (int i = CLI_CMD_NONE + 1; i < id; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (!(c->groups & CLI_GROUP_LATER) && strcmp(c->word, word) == 0)
            return false;
    }
    return !(cli_command_info((enum cli_command)id)->groups & CLI_GROUP_LATER);
}

static void
words(struct out *o)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        if (first_of_word(i))
            out_printf(o, "%s ", cli_command_info((enum cli_command)i)->word);
    }
}

static void
second_words(struct out *o, const char *word)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (!(c->groups & CLI_GROUP_LATER) && c->second[0] && strcmp(c->word, word) == 0)
            out_printf(o, "%s ", c->second);
    }
}

static void
long_options(struct out *o)
{
    for (int i = 0; i < CLI_OPT_COUNT; i++)
        out_printf(o, "--%s ", cli_option_info((enum cli_option)i)->name);
}

static void
second_word_cases(struct out *o, const char *format)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (!first_of_word(i) || !c->second[0])
            continue;
        out_printf(o, "    %s) %s='", c->word, format);
        second_words(o, c->word);
        out_text(o, "' ;;\n");
    }
}

static void
bash(struct out *o)
{
    out_text(o, "# gatehouse completion for bash: eval \"$(gatehouse completion bash)\"\n"
                "_gatehouse() {\n"
                "  local here=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} list=\n"
                "  case $before in\n"
                "    --profile) list=$(gatehouse profiles -o csv 2>/dev/null | tail -n +2 |"
                " cut -d, -f1) ;;\n"
                "    -o|--output) list='table json ndjson csv' ;;\n"
                "    completion) list='bash zsh fish' ;;\n"
                "    call|operations) list=$(gatehouse operations 2>/dev/null | cut -d' ' -f1) ;;\n"
                "    api) list='GET POST PUT PATCH DELETE' ;;\n"
                "    --secret-file|--config|--out) COMPREPLY=($(compgen -f -- \"$here\"))"
                "; return ;;\n");
    second_word_cases(o, "list");
    out_text(o, "    *) list='");
    words(o);
    out_text(o, "' ;;\n  esac\n  [[ $here == -* ]] && list='");
    long_options(o);
    out_text(o, "'\n  COMPREPLY=($(compgen -W \"$list\" -- \"$here\"))\n}\n"
                "complete -F _gatehouse gatehouse\n");
}

static void
zsh(struct out *o)
{
    out_text(o, "#compdef gatehouse\n"
                "# gatehouse completion for zsh: put this into a file _gatehouse in $fpath\n"
                "_gatehouse() {\n"
                "  local before=${words[CURRENT-1]} list=\n"
                "  case $before in\n"
                "    --profile) list=$(gatehouse profiles -o csv 2>/dev/null | tail -n +2 |"
                " cut -d, -f1) ;;\n"
                "    -o|--output) list='table json ndjson csv' ;;\n"
                "    completion) list='bash zsh fish' ;;\n"
                "    call|operations) list=$(gatehouse operations 2>/dev/null | cut -d' ' -f1) ;;\n"
                "    api) list='GET POST PUT PATCH DELETE' ;;\n"
                "    --secret-file|--config|--out) _files; return ;;\n");
    second_word_cases(o, "list");
    out_text(o, "    *) list='");
    words(o);
    out_text(o, "' ;;\n  esac\n  [[ ${words[CURRENT]} == -* ]] && list='");
    long_options(o);
    out_text(o, "'\n  compadd -- ${=list}\n}\n_gatehouse \"$@\"\n");
}

/* A text inside single quotes of fish. */
static void
fish_quoted(struct out *o, const char *text)
{
    out_text(o, "'");
    for (const char *p = text; *p; p++) {
        if (*p == '\'' || *p == '\\')
            out_text(o, "\\");
        out_bytes(o, (struct str){p, 1});
    }
    out_text(o, "'");
}

static void
fish(struct out *o)
{
    out_text(o, "# gatehouse completion for fish: gatehouse completion fish | source\n"
                "complete -c gatehouse -f\n");
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (c->groups & CLI_GROUP_LATER)
            continue;
        if (first_of_word(i))
            out_printf(o, "complete -c gatehouse -n __fish_use_subcommand -a %s\n", c->word);
        if (!c->second[0])
            continue;
        out_printf(o, "complete -c gatehouse -n '__fish_seen_subcommand_from %s' -a %s -d ",
                   c->word, c->second);
        fish_quoted(o, c->help);
        out_text(o, "\n");
    }
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *info = cli_option_info((enum cli_option)i);
        out_printf(o, "complete -c gatehouse -l %s%s -d ", info->name, info->value ? " -r" : "");
        fish_quoted(o, info->help);
        out_text(o, "\n");
    }
    out_text(o, "complete -c gatehouse -n '__fish_seen_subcommand_from call operations' -a "
                "'(gatehouse operations 2>/dev/null | string split -f1 \" \")'\n"
                "complete -c gatehouse -n '__fish_seen_subcommand_from completion' -a "
                "'bash zsh fish'\n");
}

enum cli_exit
cli_run_completion(struct cli *cli)
{
    static const struct {
        const char *name;
        void (*write)(struct out *);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (str_eq(cli->args.rest[0], str_of(shells[i].name))) {
            shells[i].write(&cli->out);
            return CLI_DONE;
        }
    }
    cli_say(cli, "completion knows bash, zsh and fish, not %.*s", STR_ARG(cli->args.rest[0]));
    return CLI_USAGE;
}
