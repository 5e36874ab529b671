#include "cli/args.h"
#include "base/mem.h"

#define GENERAL CLI_GROUP_GENERAL
#define SEND CLI_GROUP_SEND
#define LIST CLI_GROUP_LIST
#define SHOW CLI_GROUP_SHOW
#define SAVE CLI_GROUP_SAVE
#define OPS CLI_GROUP_OPS
#define LATER CLI_GROUP_LATER
#define DRAW CLI_GROUP_DRAW
#define PICTURE CLI_GROUP_PICTURE
#define FACTOR CLI_GROUP_FACTOR
#define FOR CLI_GROUP_FOR
#define OWN CLI_GROUP_OWN
#define IMPORT CLI_GROUP_IMPORT
#define WHO CLI_GROUP_WHO
#define END CLI_GROUP_END
#define WATCH CLI_GROUP_WATCH
#define SETTINGS CLI_GROUP_SETTINGS
#define APPLY CLI_GROUP_APPLY

static const struct cli_option_info options[CLI_OPT_COUNT] = {
#define CLI_OPTION(id, name, letter, value, groups, help)                                          \
    [CLI_OPT_##id] = {(name), (letter), (value), (groups), (help)},
#include "cli/cli.def"
#undef CLI_OPTION
};

static const struct cli_command_info commands[CLI_CMD_COUNT] = {
    [CLI_CMD_NONE] = {"", "", "", 0, 0, 0, ""},
#define CLI_COMMAND(id, word, second, arguments, least, most, groups, help)                        \
    [CLI_CMD_##id] = {(word), (second), (arguments), (least), (most), (groups), (help)},
#include "cli/cli.def"
#undef CLI_COMMAND
};

/* What parsing has seen so far. */
struct parse {
    struct cli_args *out;
    int argc, at;
    char *const *argv;
    struct err *err;
};

const struct cli_option_info *
cli_option_info(enum cli_option id)
{
    return &options[id];
}

const struct cli_command_info *
cli_command_info(enum cli_command id)
{
    return &commands[id];
}

bool
cli_given(const struct cli_args *args, enum cli_option id)
{
    return str_given(args->opt[id]);
}

static int
find_option(struct str name, char letter)
{
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        if (letter ? options[i].letter == letter : str_eq(str_of(options[i].name), name))
            return i;
    }
    return -1;
}

static enum err_code
store_option(struct parse *p, int id, struct str value)
{
    struct cli_args *out = p->out;
    if (id == CLI_OPT_header)
        out->headers[out->n_headers++] = value;
    else if (str_given(out->opt[id]) && options[id].value)
        return err_set(p->err, ERR_USAGE, "--%s is given twice", options[id].name);
    out->opt[id] = value;
    return ERR_OK;
}

/* The value of an option: after "=", or the next argument. */
static enum err_code
parse_option(struct parse *p, int id, struct str attached)
{
    const struct cli_option_info *info = &options[id];
    if (!info->value) {
        if (str_given(attached))
            return err_set(p->err, ERR_USAGE, "--%s takes no value", info->name);
        return store_option(p, id, STR(""));
    }
    if (!str_given(attached)) {
        if (p->at + 1 >= p->argc)
            return err_set(p->err, ERR_USAGE, "--%s needs a value: %s", info->name, info->value);
        attached = str_of(p->argv[++p->at]);
    }
    return store_option(p, id, attached);
}

static enum err_code
parse_dashed(struct parse *p, struct str arg)
{
    struct str name = {NULL, 0}, attached = {NULL, 0};
    char letter = 0;
    if (arg.p[1] == '-') {
        struct str rest = str_sub(arg, 2, arg.n);
        ptrdiff_t eq = str_find_char(rest, '=');
        name = eq < 0 ? rest : str_sub(rest, 0, (size_t)eq);
        if (eq >= 0)
            attached = str_sub(rest, (size_t)eq + 1, rest.n);
    } else {
        letter = arg.p[1];
        if (arg.n > 2)
            attached = str_sub(arg, 2, arg.n);
    }
    int id = find_option(name, letter);
    if (id < 0)
        return err_set(p->err, ERR_USAGE, "there is no option %.*s; see gatehouse --help",
                       STR_ARG(arg));
    return parse_option(p, id, attached);
}

/* Which command the words name; the words used are dropped from the positional arguments. */
static enum err_code
find_command(struct cli_args *out, struct err *err)
{
    if (!out->n_rest)
        return ERR_OK;
    bool group = false;
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        if (!str_eq(str_of(commands[i].word), out->rest[0]))
            continue;
        size_t words = commands[i].second[0] ? 2 : 1;
        group = words == 2;
        if (words == 2 && (out->n_rest < 2 || !str_eq(str_of(commands[i].second), out->rest[1])))
            continue;
        out->command = (enum cli_command)i;
        out->rest += words;
        out->n_rest -= words;
        return ERR_OK;
    }
    if (group && out->n_rest == 1 && cli_given(out, CLI_OPT_help))
        return ERR_OK;
    if (group)
        return err_set(err, ERR_USAGE, "%.*s needs one of its own commands; see gatehouse --help",
                       STR_ARG(out->rest[0]));
    return err_set(err, ERR_USAGE, "there is no command %.*s; see gatehouse --help",
                   STR_ARG(out->rest[0]));
}

static enum err_code
check_fit(const struct cli_args *out, struct err *err)
{
    const struct cli_command_info *c = &commands[out->command];
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        if (!cli_given(out, (enum cli_option)i) || options[i].groups & (GENERAL | c->groups) ||
            c->groups & LATER)
            continue;
        if (out->command == CLI_CMD_NONE)
            return err_set(err, ERR_USAGE, "--%s belongs to a command, and none is given",
                           options[i].name);
        return err_set(err, ERR_USAGE, "%s %s does not take --%s", c->word, c->second,
                       options[i].name);
    }
    if (cli_given(out, CLI_OPT_help) || cli_given(out, CLI_OPT_version))
        return ERR_OK;
    if (out->n_rest < c->least || out->n_rest > c->most)
        return err_set(err, ERR_USAGE, "use: gatehouse %s%s%s %s", c->word, c->second[0] ? " " : "",
                       c->second, c->arguments);
    return ERR_OK;
}

enum err_code
cli_args_parse(struct cli_args *out, int argc, char *const *argv, struct arena *a, struct err *err)
{
    size_t room = argc > 1 ? (size_t)argc : 1;
    *out = (struct cli_args){
        .rest = ARENA_ARRAY(a, room, struct str),
        .headers = ARENA_ARRAY(a, room, struct str),
    };
    struct parse p = {.out = out, .argc = argc, .at = 1, .argv = argv, .err = err};
    bool options_end = false;
    for (; p.at < argc; p.at++) {
        struct str arg = str_of(argv[p.at]);
        if (!options_end && str_eq(arg, STR("--"))) {
            options_end = true;
        } else if (!options_end && arg.n > 1 && arg.p[0] == '-') {
            enum err_code code = parse_dashed(&p, arg);
            if (code)
                return code;
        } else {
            out->rest[out->n_rest++] = arg;
        }
    }
    enum err_code code = find_command(out, err);
    return code ? code : check_fit(out, err);
}

struct profile_flags
cli_profile_flags(const struct cli_args *args)
{
    return (struct profile_flags){
        .profile = args->opt[CLI_OPT_profile],
        .url = args->opt[CLI_OPT_url],
        .client_id = args->opt[CLI_OPT_client_id],
        .secret_file = args->opt[CLI_OPT_secret_file],
        .secret_command = args->opt[CLI_OPT_secret_command],
        .tenant = args->opt[CLI_OPT_tenant],
        .theme = args->opt[CLI_OPT_theme],
        .config = args->opt[CLI_OPT_config],
        .local = cli_given(args, CLI_OPT_local),
        .demo = cli_given(args, CLI_OPT_demo),
        .read_only = cli_given(args, CLI_OPT_read_only),
    };
}
