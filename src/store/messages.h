#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H
/*
 * Messages that are to go out: a queue that survives crashes and is shared by servers on one
 * database. A message is added in the transaction of the change it tells of. Whoever delivers claims
 * it with a lease, and marks it sent or failed; a lease that runs out is taken up by another. The
 * text is sealed while it waits and dropped when it is sent; what stays is who got what when.
 */
#include "store/store.h"

enum message_channel { MESSAGE_EMAIL, MESSAGE_SMS };
enum { MESSAGE_MAX = 2 * 1024 * 1024 }; /* what a message may say in all */

struct message {
    enum message_channel channel;
    struct str to, from, from_name, subject, text, html;
    struct str template_type;     /* "ActivateUser" */
    struct str code, link, token; /* for the outbox only; absent where they do not apply */
    struct str user_id, tenant_id;
    bool decoy; /* dropped instead of sent */
};
/* Queues it. *id (may be NULL) is the message's public id. ERR_LIMIT past MESSAGE_MAX. */
enum err_code store_message_add(const struct scope *s, const struct message *m, struct str *id,
                                struct err *err) MUST_USE;
#endif
