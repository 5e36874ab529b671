#ifndef SERVER_COOKIE_H
#define SERVER_COOKIE_H
/*
 * Cookies of browsers: fe_refresh_<client id> and fe_device_<client id>. Ours are always HttpOnly,
 * Secure, for the whole host and nothing but it; SameSite is the environment's cookieSameSite. What
 * a browser sends is foreign text; only its value is used, and only by its hash. No state.
 */
#include "server/call.h"
#include "store/store.h"

/* Prefix and client id without dashes: "fe_device_6da27373...". In the call's arena. */
struct str cookie_name(struct call *c, const char *prefix);
/* The value; absent if there is none. Dashes and case of the name do not count: clients leave out
 * the first dash, all, or none. If there are several, the first counts. */
struct str cookie_get(const struct call *c, const char *prefix);
/* Adds a Set-Cookie to the answer; max_age_s 0 removes the cookie. `value` holds only characters
 * that a token has. */
enum err_code cookie_set(struct call *c, const struct scope *s, const char *prefix,
                         struct str value, int64_t max_age_s, struct err *err) MUST_USE;
#endif
