#ifndef DELIVER_LETTER_H
#define DELIVER_LETTER_H
/* A message on its way to a person, as those see it who carry it. Borrowed views; whoever made it
 * keeps it until it is delivered. */
#include "base/str.h"

enum letter_channel { LETTER_EMAIL, LETTER_SMS, LETTER_CHANNELS };

struct letter {
    enum letter_channel channel;
    struct str id; /* ours, the same at every try */
    struct str to, from, from_name, subject, text, html;
    struct str template_type, code, link, token; /* absent where they do not apply */
    int64_t number;                              /* of its file in the outbox */
    int64_t created_at;
};

static inline const char *
letter_channel_name(enum letter_channel channel)
{
    return channel == LETTER_SMS ? "sms" : "email";
}
#endif
