#ifndef UI_CONFIRM_H
#define UI_CONFIRM_H
/*
 * Asking before a change, in three tiers. Reversible: `y`. Destructive: a key other than the one
 * that asked, with the stable id on screen (a name can lie). Irreversible, or many objects: the
 * name or the count typed out. Everything else, Enter included, means no.
 */
#include "ui/app.h"

struct confirm_setup {
    const char *title;   /* "Delete user?" */
    struct str name, id; /* what it is about; the id decides */
    const char *warning; /* NULL: none */
    const char *verb;    /* "delete" */
    enum confirm tier;
    uint32_t opened_by; /* key that must not answer; 0: none */
    struct str type;    /* CONFIRM_TYPE: what to type */
    void (*yes)(struct app *app, void *ctx);
    void (*no)(struct app *app, void *ctx); /* may be NULL */
    void *ctx; /* stays the caller's; exactly one of yes and no runs, or no when the app ends */
};

void confirm_open(struct app *app, const struct confirm_setup *setup);
/* Key that answers a destructive question opened by `opened_by`. */
uint32_t confirm_key(enum confirm tier, uint32_t opened_by);
#endif
