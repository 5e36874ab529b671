#ifndef STORE_MESSAGE_TEXT_H
#define STORE_MESSAGE_TEXT_H
/* How the text of a message is kept: sealed, bound to its environment and id. Inside of the store
 * only. */
#include "store/messages.h"

enum err_code message_seal(const struct scope *s, const struct message *m, struct str id,
                           struct buf *out, struct err *err) MUST_USE;
/* Fills in what was sealed; texts live in the arena. */
enum err_code message_open(struct db_conn *conn, struct arena *a, struct str vendor, struct str id,
                           struct str sealed, struct message *m, struct err *err) MUST_USE;

static inline int64_t
message_lane_of(int64_t env, enum message_channel channel)
{
    return env * 2 + (channel == MESSAGE_SMS ? 1 : 0);
}
#endif
