#include "ui/command.h"

#include "base/mem.h"

static const struct command_info commands[COMMAND_COUNT] = {
    [COMMAND_NONE] = {.name = "", .keys = "", .second = "", .group = "", .help = ""},
#define CMD(id, name_, keys_, second_, group_, help_)                                              \
    [COMMAND_##id] = {.name = (name_),                                                             \
                      .keys = (keys_),                                                             \
                      .second = (second_),                                                         \
                      .group = (group_),                                                           \
                      .help = (help_)},
#include "ui/command.def"
#undef CMD
};

const struct command_info *
command_info(enum command id)
{
    ASSERT(id < COMMAND_COUNT);
    return &commands[id];
}

enum command
command_by_name(struct str name)
{
    if (name.n == 0)
        return COMMAND_NONE;
    for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
        if (str_eq(str_of(commands[id].name), name))
            return (enum command)id;
    }
    return COMMAND_NONE;
}
