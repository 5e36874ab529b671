#ifndef SERVER_CAPTCHA_H
#define SERVER_CAPTCHA_H
/*
 * Captchas at sign-in and sign-up: the token that the browser got from the provider is shown to the
 * provider, who says whether a person solved it. Asks over the network, so it comes before anything
 * that counts or writes, see outward.h. In the calling thread.
 */
#include "server/document.h"

extern const struct document captcha_policy;
#define CAPTCHA_URL "https://www.google.com/recaptcha/api/siteverify" /* unless --captcha-url */
#define CAPTCHA_SECRET STR("captcha-secret")                          /* name of the sealed value */

/*
 * ERR_OK if there is no policy, it is off, the address is among those that need none, or the provider
 * is content. Else refuses: 400 for a captcha that is missing or no good, 503 when the provider cannot
 * be asked. A handler that runs again asks once.
 */
enum err_code captcha_check(struct call *c, struct str email, struct err *err) MUST_USE;
#endif
