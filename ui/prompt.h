#ifndef UI_PROMPT_H
#define UI_PROMPT_H
/*
 * A question answered in one line at the bottom: filter, search, a file name. Enter answers, Esc
 * takes everything back. `changed` runs at every keystroke, for filters that follow the typing.
 */
#include "ui/app.h"

struct prompt_setup {
    const char *label;
    struct str preset;
    bool secret;                                          /* drawn as dots, wiped afterwards */
    unsigned owner;                                       /* serial of the pane that asks */
    void (*changed)(struct pane *owner, struct str text); /* NULL: only at the end */
    void (*entered)(struct pane *owner, struct str text);
    void (*cancelled)(struct pane *owner); /* NULL: nothing to take back */
};

void prompt_open(struct app *app, const struct prompt_setup *setup);
#endif
