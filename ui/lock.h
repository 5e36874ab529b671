#ifndef UI_LOCK_H
#define UI_LOCK_H
/*
 * The console, locked: after some minutes without a key (`idle-lock` of the profile) or by `:lock`
 * nothing of the service is on the screen, the token and a secret that was typed are forgotten, and
 * keys do nothing but unlock. Unlocking signs in anew, from the file or command the profile names,
 * else with the secret typed again: it guards a screen that was left as well as that secret is
 * guarded. What was open is there again afterwards, an enrolment without its code. UI thread only.
 */
#include "client/client.h"
#include "ui/canvas.h"
#include "ui/lineedit.h"

struct app;

enum { LOCK_WHY = 256 };

struct lock {
    bool on;
    int64_t used_ms; /* monotonic, of the last key */
    struct lineedit secret;
    struct callset calls;
    char why[LOCK_WHY]; /* it is still locked; "" before the first try */
};

void lock_init(struct lock *l);
void lock_fini(struct lock *l);
/* Locks now. */
void lock_now(struct app *app);
/* Locks if nobody has pressed a key for as long as the profile allows. */
void lock_tick(struct app *app);
/* Milliseconds until lock_tick is wanted; -1: never. */
int64_t lock_next_ms(const struct app *app);
/* A key or a paste came: true if it was for the lock. */
bool lock_key(struct app *app, uint32_t key);
bool lock_paste(struct app *app, struct str text);
/* The whole frame while it is locked. */
void lock_draw(struct app *app, struct canvas *cv, struct rect r);
/* The client goes: the lock goes with it. */
void lock_forget(struct app *app);
#endif
