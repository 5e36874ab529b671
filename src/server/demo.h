#ifndef SERVER_DEMO_H
#define SERVER_DEMO_H
/* Sample data for `--demo`: the same every time, ids too. */
#include "store/store.h"

/* Id of the environment that --demo makes, unless --client-id names another. */
#define DEMO_ENVIRONMENT "5a3c1e00-2026-4000-8000-000000000001"

/* People of the sample data that have MFA share one authenticator seed (base32), and those of tenant
 * acme one password, so that signing in can be tried: oathtool --totp --base32 SEED. */
#define DEMO_SEED "GATEHOUSEDEMOSECRETFORTESTSONLYA"
#define DEMO_PASSWORD "sample-data-only"

/* Fills the environment; ERR_CONFLICT if it has tenants already. Start-up only: it pins the random source
 * meanwhile. A start that is cut off in the middle leaves a part: begin again with an empty database. */
enum err_code demo_fill(struct store *store, struct str vendor, struct err *err) MUST_USE;
#endif
