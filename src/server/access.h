#ifndef SERVER_ACCESS_H
#define SERVER_ACCESS_H
/*
 * Who may do what, on whose behalf: the token, the scope headers and the row of the operation
 * together decide. environment token   tenant and user come from the headers; headers the operation
 * needs must be there user token          tenant and user come from the token; headers that say
 * otherwise are refused tenant token        tenant from the token, no user Everything that no rule
 * allows is refused.
 */
#include "server/call.h"

/* Fills who, vendor_id, tenant_id, user_id, app_id of the call. */
enum err_code access_check(struct call *c, struct err *err) MUST_USE;
#endif
