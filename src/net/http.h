#ifndef NET_HTTP_H
#define NET_HTTP_H
/*
 * HTTP messages between a caller and the worker thread. A job is owned by exactly one side:
 * submitting gives it away, its completion gives it back. The worker knows nothing of operations,
 * tokens or panes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/list.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };
enum http_priority { HTTP_INTERACTIVE, HTTP_PREFETCH };

struct http_job {
    struct list node;
    uint64_t id; /* never reused */
    enum http_method method;
    enum http_priority priority;
    char *url;         /* absolute; http or https only */
    char *unix_socket; /* path, or NULL */
    char **headers;    /* "Name: value", NULL-terminated */
    size_t n_headers;
    struct buf body;
    bool has_body;
    bool want_text;     /* keep bytes, do not parse JSON */
    bool redact;        /* bodies never reach the trace */
    int64_t timeout_ms; /* whole transfer */
    size_t max_bytes;   /* of the answer, after decoding; past it ERR_LIMIT */

    /* Filled by the worker. */
    struct err err; /* ERR_OK when an HTTP answer of any status arrived whole */
    bool sent;      /* some bytes of the request may have reached the server */
    int status;
    struct json *json; /* parsed answer, NULL if empty or not JSON */
    struct buf text;   /* raw answer when it is not JSON, or want_text */
    char trace_id[64]; /* header frontegg-trace-id */
    char content_type[64];
    char location[256];     /* of a redirect, which is never followed; cut, not yet made safe */
    int64_t retry_after_ms; /* from Retry-After or X-Rate-Limit-Reset; -1 if absent */
    int64_t server_date_ms; /* header Date; 0 if absent */
    int64_t started_ms, took_us;
    int64_t deadline_ms; /* monotonic; the worker's */
    size_t bytes_in;
};

struct http_job *http_job_new(void);
void http_job_free(struct http_job *take);
/* Copies; the caller has checked that neither holds a control character. */
void http_job_add_header(struct http_job *job, struct str name, struct str value);
void http_job_remove_header(struct http_job *job, struct str name);
/* Wipes and frees all headers. */
void http_job_clear_headers(struct http_job *job);
/* Forgets the answer, so that the job can be submitted again. */
void http_job_rewind(struct http_job *job);
const char *http_method_name(enum http_method m);
#endif
