#ifndef SERVER_DELIVER_TRY_H
#define SERVER_DELIVER_TRY_H
/* One message now, past the queue, to see what the provider says. Blocks the caller for as long as
 * the provider takes, so only one at a time. */
#include "base/arena.h"
#include "deliver/letter.h"
#include "server/deliver.h"

struct deliver_trial {
    bool configured;      /* false: there is no provider, nothing was tried */
    bool sent;            /* the provider took it */
    struct str provider;  /* its name; absent if the configuration is faulty */
    struct str reference; /* the provider's name of the message */
    struct str error;     /* for people; absent if it was sent */
    struct str answer;    /* what came, made safe, cut */
    int status;           /* of the answer; 0: there was none */
    int64_t took_ms;
};
/* ERR_BUSY if another one is under way. Not in a transaction. */
enum err_code deliver_try(struct deliver *d, struct str vendor, const struct letter *letter,
                          struct arena *a, struct deliver_trial *out, struct err *err) MUST_USE;
#endif
