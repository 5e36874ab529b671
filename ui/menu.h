#ifndef UI_MENU_H
#define UI_MENU_H
/*
 * A pop-up to choose one line from: orders, actions, choices of a field. Letters typed narrow the
 * lines. The choice is told to `chosen` after the menu is gone; ctx must outlive it or be found
 * through the app by serial.
 */
#include "ui/pane.h"

struct menu_item {
    struct str label, note; /* copied */
    size_t value;
};

struct menu_setup {
    const char *title;
    const struct menu_item *items;
    size_t n, selected;
    unsigned owner; /* serial of the pane that asks; chosen is not called once it is gone */
    void (*chosen)(struct pane *owner, size_t value);
};

struct pane *menu_new(const struct menu_setup *setup);
#endif
