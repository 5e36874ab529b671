#ifndef DELIVER_COURIER_H
#define DELIVER_COURIER_H
/*
 * Carries letters over the network, several at a time, with libcurl: loaded when the first courier
 * is made, so that a server that sends nothing has no part of it. Each letter under way has a thread
 * of its own (libcurl's SMTP waits in place for the reply to a message); threads keep their
 * connection for the next letter, and end when there was none for a while. No redirects, no proxies
 * or other settings of the environment, certificates checked, own limits of time and bytes.
 *
 * A courier belongs to one thread, and so do its providers: the threads inside only move bytes.
 */
#include "deliver/provider.h"

enum { COURIER_SLOTS = 24, COURIER_TIMEOUT_MS = 20000, COURIER_ANSWER_MAX = 64 * 1024 };

struct courier;
struct courier_options {
    int64_t timeout_ms;        /* of one letter; 0: COURIER_TIMEOUT_MS */
    bool keep_answers;         /* outcomes carry what came */
    void (*on_end)(void *arg); /* called by a thread inside when a letter has ended; may be NULL */
    void *arg;
};
enum err_code courier_new(struct courier **out, const struct courier_options *options,
                          struct err *err) MUST_USE;
/* Letters under way are dropped: whether they arrived is unknown. NULL is fine. */
void courier_free(struct courier *take);

/* Letters under way, or ended and not yet told by courier_next. */
size_t courier_load(const struct courier *c);
/* Whether there is room for one more. */
bool courier_has_room(struct courier *c);
/* Begins; provider, letter and owner are borrowed until courier_next tells of it. */
void courier_send(struct courier *c, struct provider *p, const struct letter *letter, void *owner);
/* One that has ended; false if none has. The outcome's answer lives until the next call. */
bool courier_next(struct courier *c, struct outcome *out);
/* Waits at most so many ms until there is one. */
void courier_wait(struct courier *c, int64_t ms);
/* See curl_api_clean_environment. */
void courier_clean_environment(void);
#endif
