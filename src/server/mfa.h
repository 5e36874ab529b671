#ifndef SERVER_MFA_H
#define SERVER_MFA_H
/*
 * The second factor as sign-in sees it: is one due, what does the challenge look like, and what ends
 * it. Policy (environment and tenants, the strictest of all the person's tenants holds), the
 * person's devices, mfaBypass and remembered devices decide. In the call's transaction, unless said.
 *
 * A sign-in that waits for its second factor is an mfaToken: ten minutes, one person, good for
 * nothing but the routes of the second factor, and gone with the first success. Handlers of those
 * routes are all alike:
 *
 *     mfa_token_guess (or mfa_token_open, where nothing is guessed) > the factor > mfa_token_finish
 *     mfa_token_guess > mfa_enrollable > the new factor > mfa_device_added > mfa_token_finish
 */
#include "server/signin.h"

/*
 * *due: a second factor is needed, and the whole answer with a new mfaToken has been written. Else
 * nothing was written, and *methods (bits of enum signin_method) has what to add to the session
 * (SIGNIN_MFA_REMEMBERED) or 0.
 */
enum err_code mfa_challenge(struct call *c, const struct scope *s, const struct signin *in,
                            bool *due, unsigned *methods, struct err *err) MUST_USE;
/* After a second factor with remember_device: sets the device cookie if the policy allows it. */
enum err_code mfa_remember_device(struct call *c, const struct scope *s, const struct signin *in,
                                  struct err *err) MUST_USE;

/* ---- the waiting sign-in ---- */

struct mfa_pending {
    struct signin in;      /* as it was when the challenge was made; the person as of now */
    struct str token_hash; /* to bind codes and challenges to this very sign-in */
    bool enroll;           /* the person has nothing to show: a factor must be enrolled first */
    struct str seed;       /* base32, of the challenge's qrCode; only with enroll */
};
/* The whole environment, whoever calls: a waiting sign-in is of no tenant. NULL with err set. */
const struct scope *mfa_scope(struct call *c, struct err *err);
/* 401 if it is unknown, over, was made before the password changed, or the person may not come in
 * any more. s is from mfa_scope. */
enum err_code mfa_token_open(struct call *c, const struct scope *s, struct str mfa_token,
                             struct mfa_pending *out, struct err *err) MUST_USE;
/*
 * The same for a request that shows something guessable: counts the attempt for the person in a
 * transaction of its own, so none may be open yet. Beyond the limit *allowed is false, and the guess
 * must be answered as a wrong one without being looked at (refuse_code).
 */
enum err_code mfa_token_guess(struct call *c, struct str mfa_token, const struct scope **s,
                              struct mfa_pending *out, bool *allowed, struct err *err) MUST_USE;
/* Takes the mfaToken (once) and signs in with the factor just shown; `method` is a bit of enum
 * signin_method. rememberDevice is read from the body. */
enum err_code mfa_token_finish(struct call *c, const struct scope *s, const struct mfa_pending *p,
                               unsigned method, struct str recovery_code, struct err *err) MUST_USE;

/* ---- devices ---- */

/* Kinds of factors, as bits; the order is that of mfaStrategies. */
enum mfa_kind {
    MFA_APP = 1 << 0,
    MFA_PLATFORM = 1 << 1, /* security key built into a device */
    MFA_CROSS_PLATFORM = 1 << 2,
    MFA_SMS = 1 << 3,
    MFA_EMAIL = 1 << 4,
    MFA_KINDS = 5
};
/* All devices of a person as {webauthn, phones, authenticators, emails}; numbers and addresses masked. */
enum err_code mfa_write_devices(struct call *c, const struct scope *s, const struct user *u,
                                struct err *err) MUST_USE;
/* Sets users.mfa_enrolled from the devices that are there, after any of them came or went. */
enum err_code mfa_update_enrolled(struct call *c, const struct scope *s, struct str user_id,
                                  struct err *err) MUST_USE;

/* 400 unless the environment lets people enrol this kind (strategies and configuration), and, with a
 * waiting sign-in, unless that one is there to enrol: whoever has a factor shows it first. `p` is
 * NULL for people who are signed in. */
enum err_code mfa_enrollable(struct call *c, const struct scope *s, const struct mfa_pending *p,
                             enum mfa_kind kind, struct err *err) MUST_USE;
/* The kind may be used to sign in at the moment; 400 else. */
enum err_code mfa_usable(struct call *c, const struct scope *s, const struct mfa_pending *p,
                         enum mfa_kind kind, struct err *err) MUST_USE;
/* Adds a phone whose code was just shown, with all of mfa_device_added; 400 if it is one already. */
enum err_code mfa_phone_add(struct call *c, const struct scope *s, const struct user *u,
                            struct str number, struct err *err) MUST_USE;
/* A device was added: brings the person up to date, tells them, audits. */
enum err_code mfa_device_added(struct call *c, const struct scope *s, const struct user *u,
                               enum mfa_kind kind, struct str device_id, struct err *err) MUST_USE;
/* A new recovery code, which makes an older one worthless; to be shown once, in this answer. */
enum err_code mfa_recovery_new(struct call *c, const struct scope *s, const struct user *u,
                               struct str *code, struct err *err) MUST_USE;
/* A device was removed: the same. With the last one go recovery code and remembered devices. */
enum err_code mfa_device_removed(struct call *c, const struct scope *s, const struct user *u,
                                 enum mfa_kind kind, struct str device_id,
                                 struct err *err) MUST_USE;
/* Removes everything there is, waiting sign-ins as well, and tells the person with a message of that
 * type. Sessions stay; the audit is the caller's. */
enum err_code mfa_clear(struct call *c, const struct scope *s, const struct user *u,
                        const char *notice_type, struct err *err) MUST_USE;
#endif
