#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H
/*
 * The service as the console and the command line see it: an operation of the catalogue plus values
 * in, a result out. The client adds scope headers and the token, refreshes the token once for all
 * who wait, retries what may be retried, waits out 429 and 503 with a visible countdown, and keeps
 * the request log. It owns the worker. All functions belong to one thread (the UI thread);
 * completions run inside client_dispatch on that thread, never inside client_call.
 */
#include "api/encode.h"
#include "api/op.h"
#include "api/values.h"
#include "base/arena.h"
#include "base/json.h"
#include "client/profile.h"

struct client;
typedef uint64_t call_id; /* 0 is no call; never reused */

/* Ids of the calls somebody waits for; closing it cancels them, late answers are dropped. */
struct callset {
    call_id *ids;
    size_t n, size;
};

struct result {
    call_id id;
    const struct op *op; /* NULL for client_raw */
    struct err err;      /* ERR_OK iff the status was 2xx; else what to tell the person */
    int status;          /* HTTP status, 0 if none arrived */
    struct json *json;   /* owned by the result; NULL if empty or not JSON */
    struct str text;     /* raw body when it is not JSON */
    struct str *errors;  /* messages of the service */
    size_t n_errors;
    char error_code[20]; /* ER-..., "" if none */
    char trace_id[64];
    const char *hint;     /* what to do about it, constant text, or NULL */
    bool outcome_unknown; /* a write was sent and the answer was lost */
    int64_t took_us, server_date_ms;
    struct arena arena; /* the texts above live here */
};
void result_free(struct result *take);

/* Called exactly once per call, in a later client_dispatch. Owns the result. */
typedef void result_fn(void *ctx, struct result *take);

/* Starts the worker; connects nothing yet. The profile is copied. */
struct client *client_new(const struct profile *profile, struct err *err);
void client_free(struct client *take); /* cancels all; no completion runs any more */

/* One call in full. Absent parts of the scope come from client_scope. */
struct client_request {
    const struct op *op;
    struct values *values; /* taken */
    struct encode_scope scope;
    const struct str *headers; /* further ones, "N: V" */
    size_t n_headers;
    bool background; /* must not delay a person */
    struct callset *set;
    result_fn *done;
    void *ctx;
};
call_id client_send(struct client *c, const struct client_request *request);

/* Sends `op` with the values (taken) in the client's scope. `set` may be NULL. */
call_id client_call(struct client *c, const struct op *op, struct values *take, struct callset *set,
                    result_fn *done, void *ctx);
/* Any method and path below the base URL, as `gatehouse api` does. */
struct raw_request {
    enum method method;
    struct str path, body;     /* body may be absent */
    const struct str *headers; /* "N: V" */
    size_t n_headers;
};
call_id client_raw(struct client *c, const struct raw_request *request, struct callset *set,
                   result_fn *done, void *ctx);
void client_cancel(struct client *c, call_id id);
void callset_close(struct callset *set, struct client *c);

/* For the owner's poll: descriptor to watch, and ms until the next retry (-1: none). */
int client_fd(const struct client *c);
int64_t client_next_ms(const struct client *c);
/* Runs what is due; returns how many completions ran. */
size_t client_dispatch(struct client *c);

/*
 * Secret for the profile, for programs that asked a person; copied. Calls that failed for want of
 * it can be made again.
 */
void client_set_secret(struct client *c, struct str client_id, const struct secret *secret);

/* Tenant used when a call does not name one; absent clears it. */
void client_scope(struct client *c, struct str tenant_id);
struct str client_tenant(const struct client *c);
const struct profile *client_profile(const struct client *c);
/* Forgets the token and a secret that was typed: the next call signs in anew. */
void client_forget(struct client *c);
/* Whether calls that change something are refused from now on, as in a read-only profile. It begins as the
 * profile says; --read-only cannot be taken back. */
void client_set_read_only(struct client *c, bool read_only);

struct client_status {
    unsigned in_flight, waiting; /* waiting: for a retry or a token */
    int64_t pending_ms;          /* age of the oldest of them */
    int64_t retry_at_ms;         /* wall clock of the next retry, 0 if none */
    struct str wait_reason;      /* "rate limited", "starting the local server" ...; or absent */
    bool online;                 /* the last exchange reached the server */
    int64_t last_latency_us;
    int64_t clock_offset_ms; /* server Date minus ours, 0 if unknown */
    int64_t token_left_ms;   /* until the token is renewed; -1: there is none */
};
void client_status(const struct client *c, struct client_status *out);

/* Request log, newest last; bodies redacted. Entries stay valid until the next dispatch. */
struct trace_entry {
    uint64_t seq;
    int64_t at_ms, took_us;
    struct str method, path, op; /* path with query */
    int status;                  /* 0: no answer */
    struct str outcome;          /* "ok", error text, "cancelled" ... */
    char trace_id[64];
    size_t bytes_in, bytes_out;
};
size_t client_trace(const struct client *c, const struct trace_entry **out);
#endif
