#ifndef CLIENT_CLIENT_PRIV_H
#define CLIENT_CLIENT_PRIV_H
/*
 * The parts of the client that its own files share. A call moves through the states below and sits
 * in exactly one list of the client; its job is either in its hands or in the worker's. Owner's
 * thread only.
 */
#include "api/route.h"
#include "base/list.h"
#include "client/client.h"
#include "client/journal.h"
#include "client/local.h"
#include "client/secret_source.h"
#include "client/trace.h"
#include "net/worker.h"

enum call_state {
    CALL_NEW,
    CALL_WAIT_SERVER, /* the local server is starting */
    CALL_WAIT_TOKEN,
    CALL_WAIT_RETRY,
    CALL_IN_FLIGHT,
    CALL_READY /* its completion is due */
};

struct call {
    struct list node;
    call_id id;
    const struct op *op; /* NULL: raw */
    enum call_state state;
    bool safe, repeatable, needs_token, want_text, secret_reply;
    bool replayed; /* once more after a 401, already */
    bool dropped;  /* nobody waits any more */
    unsigned tries;
    uint64_t job_id;       /* in flight */
    uint64_t token_serial; /* token it was sent with */
    int64_t since_ms;      /* monotonic, of the request */
    int64_t due_ms;        /* likewise, of the next try */
    const char *wait_reason;
    struct http_job *job; /* while not in flight */
    char *target;         /* path and query, for the log */
    struct err early;     /* failed before it was sent */
    int early_status;     /* of the sign-in that failed, 0 otherwise */
    struct callset *set;
    result_fn *done;
    void *ctx;
};

static inline struct call *
call_of(struct list *node)
{
    return LIST_ENTRY(node, struct call, node);
}

enum session_state { SESSION_NONE, SESSION_SECRET, SESSION_AUTH, SESSION_RETRY, SESSION_VALID };

/* One token for all calls, one request for it at a time. */
struct session {
    enum session_state state;
    struct secret *token;
    uint64_t serial;  /* counts tokens; 0: none yet */
    int64_t renew_ms; /* monotonic; from then on a new token is fetched first */
    struct secret_source source;
    uint64_t job_id;
    unsigned tries;
    int64_t due_ms;
    const char *wait_reason;
    struct err failure; /* in state NONE: why the last attempt failed */
    int failure_status;
};

struct client {
    struct arena arena;
    struct profile profile;
    bool read_only;        /* now: whatever changes something is refused before it is sent */
    struct secret *secret; /* given by client_set_secret or the local server */
    struct str base;       /* URL without trailing slash */
    char *unix_socket;
    char *tenant;
    struct worker *worker;
    struct local *local;
    struct route_table *routes;
    int poll_fd, nudge_fd;
    int watched[2]; /* what of the local server and the secret command is in poll_fd, or -1 */
    struct session session;
    struct trace trace;
    struct journal *journal; /* NULL until the first change, and where it cannot be kept */
    bool journal_tried;
    struct list calls;
    call_id last_id;
    struct {
        bool online;
        int64_t latency_us, clock_offset_ms;
    } seen;
};

/* call.c: requests and results */
struct call *call_new(struct client *c, const struct client_request *request);
struct call *call_new_raw(struct client *c, const struct raw_request *raw);
void call_free(struct call *take);
/* Base URL and socket, known only when the local server is ready. */
void call_address(struct client *c, struct http_job *job, struct str target);
/* What the caller gets; takes the job's answer. */
struct result *call_result(const struct call *call, struct http_job *job);
/* The same for a call that failed before it was sent. */
struct result *call_failure(const struct call *call);

/* decode.c: what an answer means */
/* Reads the service's error body into the result. */
void decode_errors(struct result *r, const struct json *body);
enum err_code decode_status(int status);
/* err, errors, error_code and hint of an answer of any status. */
void decode_answer(struct result *r, const struct http_job *job, bool want_text);

/* retry.c: whether and when */
struct retry_case {
    bool repeatable;
    unsigned tries; /* made so far */
    const struct http_job *job;
};
/* Ms to wait before the next try and why; -1 not to try again. */
int64_t retry_delay(const struct retry_case *rc, const char **reason);

/* session.c */
void session_init(struct session *s);
void session_fini(struct session *s);
/* True if there is a token for use now. Otherwise one is being fetched, unless the state is then
 * NONE: it cannot be, for the reason in `failure`. */
bool session_ready(struct client *c);
/* The service refused the token with this serial. */
void session_refused(struct client *c, uint64_t serial);
void session_authorise(struct client *c, struct call *call);
/* The answer to the token request. */
void session_answer(struct client *c, struct http_job *take);
/* Secret command and due retries; true if those who wait for the token may look again. */
bool session_step(struct client *c);
/* Ms until session_step has something to do; -1: never. */
int64_t session_next_ms(const struct client *c);

/* client.c: bookkeeping of one exchange, for log and status line */
void client_note(struct client *c, const struct op *op, const char *target,
                 const struct http_job *job);

/* hint.c */
const char *hint_for(const struct result *r);
#endif
