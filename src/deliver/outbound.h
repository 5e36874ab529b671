#ifndef DELIVER_OUTBOUND_H
#define DELIVER_OUTBOUND_H
/*
 * Requests to addresses that somebody configured: webhooks, identity providers, captcha services.
 * Whoever may configure an address must not get at what only this server can reach, so
 *   - only https, to public addresses. Networks that the operator names (--allow-outbound) may be
 *     reached too, also over plain http. What is judged is the address that the socket is opened for,
 *     after the name was looked up, by the call that opens it: a name that changes its mind, odd
 *     spellings of an address and IPv4 in IPv6 clothes gain nothing;
 *   - redirects are not followed, proxies and other settings of the environment not obeyed,
 *     certificates always checked;
 *   - answers are cut off at a size, exchanges at a time, and one slow host cannot take all the room.
 *
 * outbound_send waits for the network: never with a transaction open, and never on a thread that
 * others wait for. Handlers use server/outward.h, which sees to both; threads of one's own may call
 * it as it is. Any thread, several at a time.
 */
#include "base/arena.h"
#include "base/cidr.h"
#include "base/err.h"

enum {
    OUTBOUND_URL_MAX = 2048,
    OUTBOUND_BODY_MAX = 1024 * 1024,
    OUTBOUND_ANSWER_MAX = 256 * 1024, /* unless the request says otherwise */
    OUTBOUND_TIMEOUT_MS = 10000,      /* the same, of the whole exchange */
    OUTBOUND_AT_ONCE = 32,
    OUTBOUND_PER_HOST = 6
};

struct outbound;
struct outbound_options {
    struct cidr_list allowed; /* networks that are not public and may be reached */
};
struct outbound *outbound_new(const struct outbound_options *options);
/* Begins nothing new; what is under way ends with ERR_SHUTDOWN within about a second. */
void outbound_close(struct outbound *o);
/* Nobody may be inside. NULL is fine for both. */
void outbound_free(struct outbound *take);

struct outbound_header {
    const char *name;
    struct str value;
};
struct outbound_request {
    const char *method; /* NULL: GET, or POST when there is a body */
    struct str url;
    const struct outbound_header *headers; /* Content-Type and so on */
    size_t n_headers;
    struct str body;    /* absent: none */
    size_t answer_max;  /* bytes; 0: OUTBOUND_ANSWER_MAX */
    int64_t timeout_ms; /* 0: OUTBOUND_TIMEOUT_MS */
};
struct outbound_answer {
    int status;      /* any, redirects too */
    struct str type; /* Content-Type, printable ASCII; absent if there was none */
    struct str body; /* foreign bytes; never absent */
};
/*
 * ERR_OK when a whole answer came, whatever its status. Else, with words that may be shown to who
 * configured the address: ERR_INVALID the request cannot be sent as it is; ERR_FORBIDDEN the address is
 * not one to go to; ERR_NETWORK, ERR_TLS, ERR_TIMEOUT; ERR_LIMIT the answer is too large; ERR_BUSY too much
 * is under way, to this host or at all; ERR_SHUTDOWN. After a failure other than ERR_INVALID, ERR_FORBIDDEN
 * and ERR_BUSY the other side may have got it. The answer lives in the arena.
 */
enum err_code outbound_send(struct outbound *o, const struct outbound_request *request,
                            struct arena *a, struct outbound_answer *out, struct err *err) MUST_USE;

/*
 * Whether an address may be configured at all: scheme, host, no user name, no control bytes, and no
 * address or name that could never be reached. ERR_INVALID says what is wrong: "should be an https URL".
 * No look-up is made, so outbound_send may refuse it all the same.
 */
enum err_code outbound_check_url(const struct outbound *o, struct str url,
                                 struct err *err) MUST_USE;
#endif
