#ifndef SERVER_DEMO_H
#define SERVER_DEMO_H
/* Sample data for `--demo`: the same every time, ids too. */
#include "store/store.h"

/* Fills the environment in one transaction; ERR_CONFLICT if it has tenants already. Start-up only:
 * it pins the random source meanwhile. */
enum err_code demo_fill(struct store *store, struct str vendor, struct err *err) MUST_USE;
#endif
