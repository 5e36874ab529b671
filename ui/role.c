#include "ui/role.h"

#include "base/mem.h"

static const struct role_info roles[ROLE_COUNT] = {
#define ROLE(name, key_, letter_, help_)                                                           \
    [ROLE_##name] = {.key = (key_), .help = (help_), .letter = (letter_)},
#include "ui/role.def"
#undef ROLE
};

const struct role_info *
role_info(enum role role)
{
    ASSERT(role < ROLE_COUNT);
    return &roles[role];
}
