#ifndef SERVER_MFA_H
#define SERVER_MFA_H
/*
 * The second factor as sign-in sees it: is one due, and what does the challenge look like. Policy
 * (environment and tenants, the strictest of all the person's tenants holds), the person's devices,
 * mfaBypass and remembered devices decide. In the call's transaction.
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
/* Whether the mfaToken is good, and what was asked for when it was made. 401 else. */
enum err_code mfa_token_open(struct call *c, const struct scope *s, struct str mfa_token,
                             struct signin *out, struct err *err) MUST_USE;
/* Takes the mfaToken (once) and signs in with the factor just shown. */
enum err_code mfa_token_finish(struct call *c, const struct scope *s, struct str mfa_token,
                               unsigned method, struct str recovery_code, struct err *err) MUST_USE;

/* All devices of a person as {webauthn, phones, authenticators, emails}; numbers and addresses masked. */
enum err_code mfa_write_devices(struct call *c, const struct scope *s, const struct user *u,
                                struct err *err) MUST_USE;
/* Sets users.mfa_enrolled from the devices that are there, after any of them came or went. */
enum err_code mfa_update_enrolled(struct call *c, const struct scope *s, struct str user_id,
                                  struct err *err) MUST_USE;
#endif
