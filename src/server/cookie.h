#ifndef SERVER_COOKIE_H
#define SERVER_COOKIE_H
/*
 * The cookies of the service: the refresh token, what names a remembered device, and what names an
 * attempt to sign in by link or code. Their names hold the client id of the environment: fe_refresh_
 * with its first dash dropped, fe_device_ and fe_attempt_ without dashes. When read, dashes do not count: clients drop the first, all or none. Ours are
 * always HttpOnly, Secure, and for the whole of this host and nothing but it.
 *
 * A cookie goes along with whatever page of whoever calls, so a request that a browser says comes
 * from another site has no cookies here: it is answered as one that sent none.
 */
#include "server/call.h"

enum cookie { COOKIE_REFRESH, COOKIE_DEVICE, COOKIE_ATTEMPT };

/* Its value; absent if there is none. */
struct str cookie_get(const struct call *c, enum cookie which);
/* same_site: STRICT, LAX or NONE, as the configuration has it. Values are URL-safe characters. */
void cookie_set(struct call *c, enum cookie which, struct str value, int64_t expires_ms,
                struct str same_site);
void cookie_drop(struct call *c, enum cookie which, struct str same_site);
#endif
