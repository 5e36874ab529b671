#ifndef SERVER_DELIVER_H
#define SERVER_DELIVER_H
/*
 * Messages leave the server here. One thread claims what is due (store/messages.h), hands it to the
 * provider of its lane or writes it to the outbox, and records what became of it, with an audit. It
 * sleeps on a condition: a commit that queued something wakes it, a retry that is due ends its
 * sleep, and nothing else does. No request ever waits for it.
 *
 * A message is marked as sent in the first transaction after the provider took it. If the process
 * dies between the two, the message goes out again, under the same id (Message-ID) as before.
 */
#include "base/buf.h"
#include "base/err.h"

struct deliver;
struct store;

struct server_options;

struct deliver_options {
    struct store *store;
    struct str outbox;                   /* folder; absent: messages without a provider wait */
    struct str public_url;               /* of the server */
    const struct server_options *server; /* what the operator said of messages */
};

enum err_code deliver_start(struct deliver **out, const struct deliver_options *options,
                            struct err *err) MUST_USE;
/* Begins nothing new from now on; deliver_stop waits for what is under way, a few seconds at most.
 * NULL is fine for both. */
void deliver_close(struct deliver *d);
void deliver_stop(struct deliver *take);
/* Something may be due. Any thread. */
void deliver_wake(struct deliver *d);
/* Counters and gauges for /metrics. Any thread. */
void deliver_write_metrics(struct deliver *d, struct buf *out);
#endif
