#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H
/*
 * Messages that are to go out: a queue that survives crashes and is shared by servers on one
 * database. A message is added in the transaction of the change it tells of. Whoever delivers claims
 * it with a lease, and settles it: sent, failed, or to be tried later; a lease that runs out is
 * taken up by another. The text is sealed while it waits and dropped when it is sent; what stays is
 * who got what when.
 *
 * A lane is one channel of one environment: what has a provider of its own.
 */
#include "store/store.h"

enum message_channel { MESSAGE_EMAIL, MESSAGE_SMS };
enum { MESSAGE_MAX = 2 * 1024 * 1024 }; /* what a message may say in all */

struct message {
    enum message_channel channel;
    struct str to, from, from_name, subject, text, html; /* from absent: the provider's preset */
    struct str template_type;                            /* "ActivateUser" */
    struct str code, link, token; /* for the outbox only; absent where they do not apply */
    struct str user_id, tenant_id;
    bool decoy; /* dropped instead of sent */
};
/* Queues it. *id (may be NULL) is the message's public id. ERR_LIMIT past MESSAGE_MAX. */
enum err_code store_message_add(const struct scope *s, const struct message *m, struct str *id,
                                struct err *err) MUST_USE;
/* What is due may have changed in another way, e.g. the provider: whoever delivers looks again. */
void store_message_nudge(const struct scope *s);
/* From now on fn(arg) is called after each commit that made something due. Once, before any other
 * thread uses the store; fn must not use the database. */
void store_on_message(struct store *store, void (*fn)(void *arg), void *arg);

/* -- delivering; across environments, so before any scope -- */

struct message_lane {
    int64_t lane;
    struct str vendor;
    enum message_channel channel;
    int64_t due_at; /* of its earliest waiting message */
};
/* The lanes where something waits, whether due or not. */
enum err_code store_message_lanes(struct db_conn *conn, struct arena *a, struct message_lane **out,
                                  size_t *n, struct err *err) MUST_USE;

struct message_claim {
    int64_t seq;
    struct str id;
    struct message message;
    bool unreadable; /* the text does not open: message lacks it */
    int attempts;    /* with this one */
    int64_t number;  /* see store_message_number; 0: none yet */
    int64_t created_at;
};
/*
 * Takes at most `most` due messages of a lane, oldest first: they are the lease's until `until`.
 * Each counts as one attempt from now on, so that a message that ends the process is not tried for
 * ever.
 */
enum err_code store_message_claim(struct db_conn *conn, struct arena *a,
                                  const struct message_lane *lane, struct str lease, int64_t now,
                                  int64_t until, size_t most, struct message_claim **out, size_t *n,
                                  struct err *err) MUST_USE;
/*
 * Gives those without a number the next ones, in the order they were added. A number is given once,
 * also when the rows are gone, and is greater than `above`.
 */
enum err_code store_message_number(struct db_conn *conn, int64_t above,
                                   struct message_claim *claims, size_t n,
                                   struct err *err) MUST_USE;

enum message_end {
    MESSAGE_SENT,     /* the provider has it */
    MESSAGE_FAILED,   /* it will not be tried again by itself */
    MESSAGE_LATER,    /* tried again at due_at */
    MESSAGE_RETURNED, /* was not tried: the attempt does not count */
    MESSAGE_DROPPED   /* a decoy: as if it had never been */
};
struct message_result {
    int64_t seq;
    enum message_end end;
    struct str provider;     /* "sendgrid" */
    struct str provider_ref; /* the provider's name for it; absent: none */
    int64_t status;          /* of the provider's answer; 0: none */
    struct str error;        /* for people; absent: none */
    int64_t due_at;
};
/* ERR_GONE if the message is no longer the lease's; nothing is changed then. */
enum err_code store_message_settle(struct db_conn *conn, struct str lease, int64_t now,
                                   const struct message_result *r, struct err *err) MUST_USE;
/* Makes all that is claimed due again: for the only server of a database, when it starts. */
enum err_code store_message_release(struct db_conn *conn, int64_t now, struct err *err) MUST_USE;
/* Forgets a few old ones: texts of those that failed before `texts`, whole rows before `rows`. */
enum err_code store_message_sweep(struct db_conn *conn, int64_t texts, int64_t rows,
                                  struct err *err) MUST_USE;
/* How many wait, in all environments. */
enum err_code store_message_waiting(struct db_conn *conn, int64_t *out, struct err *err) MUST_USE;

/* -- looking on; in a scope -- */

struct message_row {
    int64_t seq;
    struct str id, state; /* queued, sent, failed */
    enum message_channel channel;
    struct str to, from, from_name, template_type, user_id, tenant_id;
    struct str provider, provider_ref, error;
    int64_t attempts, status, due_at, created_at, updated_at;
};
struct message_query {
    struct store_page page; /* newest first */
    struct str state;       /* absent: any */
    struct str channel;     /* "email", "sms"; absent: both */
};
struct message_list {
    struct message_row *items;
    size_t n;
    int64_t total;
};
enum err_code store_message_list(const struct scope *s, const struct message_query *q,
                                 struct message_list *out, struct err *err) MUST_USE;
enum err_code store_message_get(const struct scope *s, struct str id, struct message_row *out,
                                struct err *err) MUST_USE;
/* A failed one is due again, with all its tries. ERR_CONFLICT if it has not failed, ERR_GONE if
 * its text was dropped since. */
enum err_code store_message_retry(const struct scope *s, struct str id, struct err *err) MUST_USE;
const char *message_channel_name(enum message_channel channel); /* "email" */
#endif
