#ifndef SERVER_VENDOR_SECRET_H
#define SERVER_VENDOR_SECRET_H
/* The credentials of an environment: client id and API key. In a transaction of its own; the call
 * must have none open. */
#include "server/call.h"

/* *match: there is such an environment, and that is its secret. Takes the same time either way. */
enum err_code vendor_secret_check(struct call *c, struct str client_id, struct str secret,
                                  bool *match, struct err *err) MUST_USE;
#endif
