#ifndef UI_PANE_H
#define UI_PANE_H
/*
 * The life of a pane. Everything on the screen between the status line and the hint bar is a pane
 * on one stack: lists, details, forms, and also menus, confirmations and the command line, which
 * are pop-ups drawn over the pane below. Only the top pane gets keys. A pane struct starts with
 * `struct pane`; app_push gives it to the app, which calls ops->close once and frees it. Calls a
 * pane waits for are in its callset: closing the pane cancels them and drops late answers. UI
 * thread only.
 */
#include "client/client.h"
#include "ui/canvas.h"
#include "ui/command.h"
#include "ui/layout.h"

struct app;
struct pane;
struct json;

/* One entry of the hint bar. */
struct hint {
    const char *key, *label;
};
struct hints {
    struct hint *at;
    size_t n, size;
};
void hint_add(struct hints *h, const char *key, const char *label);

enum {
    PANE_POPUP = 1 << 0, /* drawn over the pane below */
    PANE_LINE = 1 << 1,  /* drawn in the message line only (prompts) */
    PANE_INPUT = 1 << 2, /* takes keys before the keymap: a field has the focus */
    PANE_FROZEN = 1 << 3 /* panes below must not move rows under the cursor */
};

struct pane_ops {
    /* What kind of pane it is; no other has this name. doc/screens.md shows one of each. */
    const char *name;
    /* Frees what the pane owns, not the pane itself. */
    void (*close)(struct pane *p);
    void (*draw)(struct pane *p, struct canvas *cv, struct rect r);
    /* True if the command was handled; NULL: none is. */
    bool (*command)(struct pane *p, enum command cmd);
    /* A key: first with PANE_INPUT, else those the keymap does not know. True if handled. */
    bool (*key)(struct pane *p, uint32_t key);
    /* Pasted text, PANE_INPUT panes only; NULL: a paste is dropped with a note. */
    void (*paste)(struct pane *p, struct str text);
    /* Short name for the breadcrumb, into out. NULL: not in the breadcrumb. */
    void (*crumb)(const struct pane *p, struct buf *out);
    void (*hints)(const struct pane *p, struct hints *h);
    /* Right part of the message line: position, marks, age. */
    void (*info)(const struct pane *p, struct buf *out);
    /* Before drawing: asks for what is in view. True if it will be there in a moment, so that the
     * screen had better stay as it is. NULL: nothing is ever awaited. */
    bool (*awaits)(struct pane *p);
    /* Something changed on the server: read again what is shown. */
    void (*reload)(struct pane *p);
    /* Back from the shell, or from an idle screen: whoever sits there now may be somebody else. */
    void (*resumed)(struct pane *p);
    /* Its calls were cancelled by the person: stop showing that it loads. */
    void (*stopped)(struct pane *p);
    /* Actions and keys of this pane for the help screen. */
    void (*help)(const struct pane *p, struct buf *out);
    /* Milliseconds until tick is wanted, -1: never. NULL: never. Only of the top pane. */
    int64_t (*next_ms)(const struct pane *p);
    void (*tick)(struct pane *p);
    /* True if it needs the whole screen, frame and status line included: what it shows does not fit
     * `body`, but does fit `screen`. NULL: never. */
    bool (*takes_over)(struct pane *p, struct rect body, struct rect screen);
    /* Row under the cursor and its resource, for `t`, copy and so on; NULL: none. */
    const struct json *(*row)(const struct pane *p);
};

enum { TENANT_SIZE = 128 };

struct pane {
    const struct pane_ops *ops;
    struct app *app;
    unsigned serial; /* never reused; how others refer to a pane that may be gone */
    unsigned flags;
    struct callset calls;
    char tenant[TENANT_SIZE];        /* tenant this pane works in, "" for the whole environment */
    const struct resource *resource; /* NULL: none */
};

/* Text at a line of r, cut to it. Convenience over canvas_text. */
int pane_text(struct canvas *cv, struct rect r, int row, int col, enum role role, struct str text);
/* What a key does to the first of `n` lines shown: down, up, and by ten with the page keys. Others do nothing. */
void pane_scroll(size_t *top, size_t n, uint32_t key);
/* Cuts one line of at most `cells` off *rest (safe text), at a space if one is near the end. */
struct str pane_wrap_line(struct str *rest, int cells);
/* Foreign text on as many lines as it needs; returns the row after the last. */
int pane_wrap(struct canvas *cv, struct rect r, int row, enum role role, struct str text);
#endif
