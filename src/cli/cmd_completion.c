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

/* The second words of a first one. */
static void
words_after(struct out *o, const char *word)
{
    const char *gap = "";
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if ((c->groups & CLI_GROUP_LATER) || strcmp(c->word, word) != 0)
            continue;
        out_printf(o, "%s%s", gap, c->second);
        gap = " ";
    }
}

/* Options of these groups, "--name " each, with letters if asked for. */
static void
option_names(struct out *o, unsigned groups, bool with_value, const char *between)
{
    const char *gap = "";
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *info = cli_option_info((enum cli_option)i);
        if (!(info->groups & groups) || (with_value && !info->value))
            continue;
        out_printf(o, "%s--%s", gap, info->name);
        gap = between;
        if (with_value && info->letter)
            out_printf(o, "%s-%c", gap, info->letter);
    }
}

/* Options whose value is a file, as a pattern. */
static void
file_options(struct out *o)
{
    const char *gap = "";
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *info = cli_option_info((enum cli_option)i);
        if (!info->value || strcmp(info->value, "FILE") != 0)
            continue;
        out_printf(o, "%s--%s", gap, info->name);
        gap = "|";
    }
}

/* Which options belong to the words of a command. */
static void
command_options(struct out *o)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if ((c->groups & CLI_GROUP_LATER) || !c->groups)
            continue;
        out_printf(o, "      '%s%s%s '*) list+=' ", c->word, c->second[0] ? " " : "", c->second);
        option_names(o, c->groups, false, " ");
        out_text(o, "' ;;\n");
    }
}

static void
second_words(struct out *o)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const char *word = cli_command_info((enum cli_command)i)->word;
        if (!first_of_word(i) || !cli_command_info((enum cli_command)i)->second[0])
            continue;
        out_printf(o, "    '1 %s') list='", word);
        words_after(o, word);
        out_text(o, "' ;;\n");
    }
}

/*
 * What bash and zsh share: from `here`, the word being typed, `before`, the one in front of it, and
 * the list `seen` of all words in front to the candidates in `list`. `args` is what is no option.
 */
static void
shell_body(struct out *o, const char *files)
{
    out_text(o, "  local list= skip= w args\n  args=()\n"
                "  for w in \"${seen[@]}\"; do\n"
                "    if [[ $skip ]]; then [[ $w == = ]] || skip=; continue; fi\n"
                "    case $w in\n      ");
    option_names(o, ~0u, true, "|");
    out_text(o, ") skip=1 ;;\n      -*) ;;\n      *) args+=(\"$w\") ;;\n    esac\n  done\n"
                "  case $before in\n"
                "    --profile) list=$(gatehouse profiles -o csv 2>/dev/null | tail -n +2 |"
                " cut -d, -f1) ;;\n"
                "    -o|--output) list='table json ndjson csv' ;;\n    ");
    file_options(o);
    out_printf(o,
               ") %s; return ;;\n    *) [[ $skip ]] && return ;;\n  esac\n"
               "  if [[ ! $list && $here == -* ]]; then\n    list='",
               files);
    option_names(o, CLI_GROUP_GENERAL, false, " ");
    out_text(o, "'\n    case \"${args[*]:0:2} \" in\n");
    command_options(o);
    out_text(o, "    esac\n"
                "  elif [[ ! $list ]]; then\n"
                "    case \"${#args[@]} ${args[*]:0:1}\" in\n    '0 ') list='");
    words(o);
    out_text(o, "' ;;\n");
    second_words(o);
    out_text(o, "    '1 completion') list='bash zsh fish' ;;\n"
                "    '1 call'|'1 operations') list=$(gatehouse operations 2>/dev/null |"
                " cut -d' ' -f1) ;;\n"
                "    '1 api') list='GET POST PUT PATCH DELETE' ;;\n"
                "    esac\n  fi\n");
}

static void
bash(struct out *o)
{
    out_text(o, "# gatehouse completion for bash: eval \"$(gatehouse completion bash)\"\n"
                "_gatehouse() {\n"
                "  local here=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} seen\n"
                "  seen=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n"
                "  [[ $here == = ]] && here=\n"
                "  [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n");
    shell_body(o, "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$here\"))");
    out_text(o, "  COMPREPLY=($(compgen -W \"$list\" -- \"$here\"))\n}\n"
                "complete -F _gatehouse gatehouse\n");
}

static void
zsh(struct out *o)
{
    out_text(o, "#compdef gatehouse\n"
                "# gatehouse completion for zsh: put this into a file _gatehouse in $fpath\n"
                "_gatehouse() {\n"
                "  local here=${words[CURRENT]} before=${words[CURRENT-1]} seen\n"
                "  seen=(\"${(@)words[2,CURRENT-1]}\")\n");
    shell_body(o, "_files");
    out_text(o, "  compadd -- ${=list}\n}\n_gatehouse \"$@\"\n");
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

/* Words of the commands that take options of these groups. */
static void
fish_takers(struct out *o, unsigned groups)
{
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (!(c->groups & CLI_GROUP_LATER) && (c->groups & groups))
            out_printf(o, " %s", c->second[0] ? c->second : c->word);
    }
}

static void
fish_option(struct out *o, const struct cli_option_info *info)
{
    out_printf(o, "complete -c gatehouse -l %s", info->name);
    if (info->letter)
        out_printf(o, " -s %c", info->letter);
    if (info->value)
        out_text(o, strcmp(info->value, "FILE") == 0 ? " -rF" : " -x");
    if (!(info->groups & CLI_GROUP_GENERAL)) {
        out_text(o, " -n '__fish_seen_subcommand_from");
        fish_takers(o, info->groups);
        out_text(o, "'");
    }
    if (strcmp(info->name, "output") == 0)
        out_text(o, " -a 'table json ndjson csv'");
    if (strcmp(info->name, "profile") == 0)
        out_text(o, " -a '(gatehouse profiles -o csv 2>/dev/null | tail -n +2 | cut -d, -f1)'");
    out_text(o, " -d ");
    fish_quoted(o, info->help);
    out_text(o, "\n");
}

static void
fish_command(struct out *o, int id)
{
    const struct cli_command_info *c = cli_command_info((enum cli_command)id);
    if (c->groups & CLI_GROUP_LATER)
        return;
    if (first_of_word(id)) {
        out_printf(o, "complete -c gatehouse -n __fish_use_subcommand -a %s", c->word);
        if (!c->second[0]) {
            out_text(o, " -d ");
            fish_quoted(o, c->help);
        }
        out_text(o, "\n");
    }
    if (!c->second[0])
        return;
    out_printf(o, "complete -c gatehouse -n '__fish_seen_subcommand_from %s; and not ", c->word);
    out_text(o, "__fish_seen_subcommand_from ");
    words_after(o, c->word);
    out_printf(o, "' -a %s -d ", c->second);
    fish_quoted(o, c->help);
    out_text(o, "\n");
}

static void
fish(struct out *o)
{
    out_text(o, "# gatehouse completion for fish: gatehouse completion fish | source\n"
                "complete -c gatehouse -f\n");
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++)
        fish_command(o, i);
    for (int i = 0; i < CLI_OPT_COUNT; i++)
        fish_option(o, cli_option_info((enum cli_option)i));
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
