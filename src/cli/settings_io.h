#ifndef CLI_SETTINGS_IO_H
#define CLI_SETTINGS_IO_H
/*
 * Settings of one service: read when they are asked for, and written. Belongs to one command.
 */
#include "cli/cli_priv.h"
#include "cli/settings.h"

struct setting_state {
    bool read;            /* it was asked for */
    enum cli_exit status; /* of that; CLI_DONE also if it is not set */
    struct json *value;   /* as in a file; NULL: not set, or not to be had */
    struct json *ids;     /* of a list: key to id */
    char why[300];        /* what went wrong */
};

struct settings {
    struct cli *cli;
    struct setting_state *states; /* setting_count() of them */
};

void settings_init(struct settings *all, struct cli *cli);
void settings_fini(struct settings *all);
/* Reads a setting, and those it refers to, unless they are there. Borrowed. */
struct setting_state *settings_read(struct settings *all, const struct setting *s);
/* The next settings_read asks again. */
void settings_forget(struct settings *all, const struct setting *s);

/* Writes one object, or one item of a list as it shall be in full: makes it unless it is there. */
enum err_code settings_write(struct settings *all, const struct setting *s,
                             const struct json *wanted, struct err *err) MUST_USE;
#endif
