#ifndef UI_ROLE_H
#define UI_ROLE_H
/* Colour roles: what a piece of screen means. role.def is the one list. */

enum role {
#define ROLE(name, key, letter, help) ROLE_##name,
#include "ui/role.def"
#undef ROLE
    ROLE_COUNT
};

struct role_info {
    const char *key, *help;
    char letter;
};
const struct role_info *role_info(enum role role);
#endif
