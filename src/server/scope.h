#ifndef SERVER_SCOPE_H
#define SERVER_SCOPE_H
/* From a call to the store's scope: environment, tenant, transaction, arena and time of the
 * request. */
#include "server/call.h"
#include "store/store.h"

/*
 * Begins the call's transaction if need be (call_tx) and fills *out for the call's environment and
 * tenant. Results of store functions then live in the call's arena.
 */
enum err_code call_scope(struct call *c, struct scope *out, struct err *err) MUST_USE;
#endif
