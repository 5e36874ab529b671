#ifndef UI_MFA_KEPT_H
#define UI_MFA_KEPT_H
/*
 * What an administrator did about people without a second factor, kept between runs in one file for
 * each server and tenant, so that a queue, or an app that is half replaced, can be taken up again.
 * UI thread only.
 */
#include "ui/mfa.h"

enum mfa_state {
    MFA_WAITING,
    MFA_DONE,
    MFA_SKIPPED,
    MFA_LINK_SENT,
    MFA_FAILED,
    MFA_HALF_REPLACED, /* the old app is gone, and no new one works yet */
    MFA_STATES
};
struct mfa_state_info {
    const char *word, *label; /* in the file; on the screen */
    enum role role;
};
extern const struct mfa_state_info mfa_state_info[MFA_STATES];

enum { MFA_NOTE = 300 };
struct mfa_kept {
    enum mfa_state state;
    char note[MFA_NOTE];
};

/* All of a tenant, as {id: {state, note}}; the caller frees it. Never NULL. */
struct json *mfa_kept_load(struct app *app, struct str tenant);
/* Of one person; MFA_WAITING if there is nothing. */
void mfa_kept_get(const struct json *all, struct str id, struct mfa_kept *out);
/* Sets it and writes the file; a failure is said. */
void mfa_kept_set(struct app *app, struct str tenant, struct json *all, struct str id,
                  const struct mfa_kept *what);
#endif
