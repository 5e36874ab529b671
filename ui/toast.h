#ifndef UI_TOAST_H
#define UI_TOAST_H
/*
 * Short messages in the line above the hint bar. Good news goes by itself after some seconds;
 * a failure stays until a key is pressed. Newest wins; the ones before are in the request log or
 * the log file. UI thread only.
 */
#include "ui/canvas.h"

enum toast_kind { TOAST_NONE, TOAST_INFO, TOAST_GOOD, TOAST_WARN, TOAST_BAD };
enum { TOAST_LIFE_MS = 6000, TOAST_MIN_MS = 400 };

struct toasts {
    enum toast_kind kind;
    char text[512];
    int64_t shown_ms, until_ms; /* monotonic; until 0: until a key */
};

void toast_show(struct toasts *t, enum toast_kind kind, struct str text);
/* A key was pressed: what waited for one goes. */
void toast_key(struct toasts *t);
/* Drops what is over. True if something changed. */
bool toast_tick(struct toasts *t);
/* Milliseconds until toast_tick is wanted, -1: never. */
int64_t toast_next_ms(const struct toasts *t);
/* Draws into one line; false if there is nothing to show. */
bool toast_draw(const struct toasts *t, struct canvas *cv, struct rect r);
/* Lines the text needs at this width, at most max. */
int toast_lines(const struct toasts *t, int cols, int max);
#endif
