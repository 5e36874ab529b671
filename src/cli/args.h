#ifndef CLI_ARGS_H
#define CLI_ARGS_H
/*
 * The command line as parsed by the table cli.def. Values are views into argv; nothing is owned
 * but the lists, which live in the arena given. Pure; any thread.
 */
#include "base/arena.h"
#include "client/profile.h"

enum cli_group {
    CLI_GROUP_GENERAL = 1 << 0,
    CLI_GROUP_SEND = 1 << 1,
    CLI_GROUP_LIST = 1 << 2,
    CLI_GROUP_SHOW = 1 << 3,
    CLI_GROUP_SAVE = 1 << 4,
    CLI_GROUP_OPS = 1 << 5,
    CLI_GROUP_LATER = 1 << 6,
    CLI_GROUP_DRAW = 1 << 7,    /* draws QR codes */
    CLI_GROUP_PICTURE = 1 << 8, /* makes them of any text */
    CLI_GROUP_FACTOR = 1 << 9,  /* enrols a second factor */
    CLI_GROUP_FOR = 1 << 10,    /* for somebody */
    CLI_GROUP_OWN = 1 << 11,    /* for oneself */
    CLI_GROUP_IMPORT = 1 << 12,
    CLI_GROUP_WHO = 1 << 13, /* which sessions */
    CLI_GROUP_END = 1 << 14, /* ends them */
    CLI_GROUP_WATCH = 1 << 15,
    CLI_GROUP_SETTINGS = 1 << 16,
    CLI_GROUP_APPLY = 1 << 17
};

enum cli_option {
#define CLI_OPTION(id, name, letter, value, groups, help) CLI_OPT_##id,
#include "cli/cli.def"
#undef CLI_OPTION
    CLI_OPT_COUNT
};

enum cli_command {
    CLI_CMD_NONE,
#define CLI_COMMAND(id, word, second, arguments, least, most, groups, help) CLI_CMD_##id,
#include "cli/cli.def"
#undef CLI_COMMAND
    CLI_CMD_COUNT
};

struct cli_option_info {
    const char *name;
    char letter;
    const char *value; /* NULL: a switch */
    unsigned groups;
    const char *help;
};

struct cli_command_info {
    const char *word, *second, *arguments;
    size_t least, most;
    unsigned groups;
    const char *help;
};

struct cli_args {
    enum cli_command command;
    struct str opt[CLI_OPT_COUNT]; /* absent: not given; a switch that was given is "" */
    struct str *rest;              /* positional arguments */
    size_t n_rest;
    struct str *headers; /* every --header */
    size_t n_headers;
};

const struct cli_option_info *cli_option_info(enum cli_option id);
const struct cli_command_info *cli_command_info(enum cli_command id);

/* Faults are ERR_USAGE and name the argument. */
enum err_code cli_args_parse(struct cli_args *out, int argc, char *const *argv, struct arena *a,
                             struct err *err) MUST_USE;
bool cli_given(const struct cli_args *args, enum cli_option id);
struct profile_flags cli_profile_flags(const struct cli_args *args);
#endif
