#ifndef CLI_SESSIONS_H
#define CLI_SESSIONS_H
/*
 * What the commands about sessions share: which ones are meant, one call, and reading them person
 * by person from a service that has no other way. Main thread only.
 */
#include "cli/cli_priv.h"

enum { SESSIONS_IDS_MAX = 100 }; /* in one call */

/* Which sessions, as the options say; absent members do not narrow. */
struct sessions_wanted {
    struct str user_id, email; /* one of the two */
    struct str ip, client;
    struct str *ids;
    size_t n_ids;
};

/* One call for a person (absent: none); NULL after a signal. */
struct result *sessions_ask(struct cli *cli, const struct op *op, struct values *take,
                            struct str user_id);
/* The first answer of a service without the extension. */
bool sessions_lacks(const struct result *r);

/*
 * Each session that is meant, as the extension would tell it as far as it is known; borrowed for
 * the call. False stops. The status is CLI_PARTIAL when some people could not be asked.
 */
typedef bool sessions_fn(void *ctx, const struct json *row);
enum cli_exit sessions_each(struct cli *cli, const struct sessions_wanted *w, sessions_fn *fn,
                            void *ctx);
#endif
