#ifndef SERVER_ENVIRONMENT_H
#define SERVER_ENVIRONMENT_H
/*
 * The environment that a new database gets: client id, secret, signing key. The secret is kept as a
 * hash; it is written once to DATA/credentials (mode 0600), before the database knows it, so that
 * it cannot be lost in between.
 */
#include "server/server.h"

/* Makes it when the database has none; with a client id and secret file, sets those. *vendor is the
 * environment that answers by default, in the arena. */
enum err_code environment_ensure(struct store *store, const struct server_options *o,
                                 struct arena *a, struct str *vendor, struct err *err) MUST_USE;
#endif
