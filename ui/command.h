#ifndef UI_COMMAND_H
#define UI_COMMAND_H
/*
 * Commands of the console; command.def is the one list. Panes 1-9 and `:users` style commands come
 * from the resource table and need no row there.
 */
#include "base/str.h"

enum command {
    COMMAND_NONE,
#define CMD(id, name, keys, second, group, help) COMMAND_##id,
#include "ui/command.def"
#undef CMD
    COMMAND_COUNT
};

struct command_info {
    const char *name, *keys, *second, *group, *help;
};
const struct command_info *command_info(enum command id);
enum command command_by_name(struct str name);
#endif
