#ifndef UI_WRITING_H
#define UI_WRITING_H
/*
 * Whether the console may change anything now. A profile that is read-only or production changes
 * nothing until a person opens a window of some minutes with `:write 10m`; it closes by itself.
 * `--read-only` on the command line has no window. UI thread only.
 */
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct app;
struct profile;

enum { WRITING_MAX_MIN = 8 * 60 };

/* A client is there: closed, if the profile says so. */
void writing_begin(struct app *app);
/* `:write ARG`: opens the window, or closes it for "-"; says so. */
void writing_command(struct app *app, struct str arg);
/* Where nothing may be changed: false, after a toast that says what would help. */
bool writing_allowed(struct app *app);
/* How it stands, for the status line. */
void writing_text(const struct app *app, const struct profile *p, bool narrow, struct buf *out);
/* Milliseconds until that text changes or the window closes; -1: never. */
int64_t writing_next_ms(const struct app *app);
/* Closes the window when its time is over, and says so. */
void writing_tick(struct app *app);
#endif
