#ifndef TESTS_SUPPORT_HTTPD_H
#define TESTS_SUPPORT_HTTPD_H
/*
 * A small HTTP server that misbehaves on demand: the test gives a function that answers each request
 * with raw bytes. One thread a connection, loopback only, a free port. The function runs on those
 * threads, so it may only touch what the test guards.
 */
#include "base/str.h"

enum { HTTPD_HEAD_MAX = 16 * 1024, HTTPD_BODY_MAX = 64 * 1024 };

struct httpd;
struct listener;
struct httpd_request {
    char head[HTTPD_HEAD_MAX]; /* request line and headers, NUL-terminated */
    char body[HTTPD_BODY_MAX];
    size_t n_body;
    unsigned connection; /* counts from 1 */
    unsigned number;     /* of the request, over all connections, from 1 */
    int fd;
    struct listener *listener;
};
/* False closes the connection afterwards. */
typedef bool httpd_fn(const struct httpd_request *r, void *ctx);

struct httpd *httpd_start(httpd_fn *fn, void *ctx);
void httpd_stop(struct httpd *take);
/* "http://127.0.0.1:PORT" */
const char *httpd_url(const struct httpd *h);
/* Requests so far whose head holds this text; "" counts all. */
unsigned httpd_count(struct httpd *h, const char *text);
unsigned httpd_connections(struct httpd *h);

/* For the function. */
bool httpd_is(const struct httpd_request *r, const char *method_and_path);
bool httpd_has(const struct httpd_request *r, const char *text);
void httpd_send(const struct httpd_request *r, const void *bytes, size_t n);
void httpd_text(const struct httpd_request *r, const char *z);
/* A whole answer; `headers` is "" or lines that end in CRLF. */
void httpd_reply(const struct httpd_request *r, int status, const char *headers, const char *body);
/* Ends the connection with a reset instead of a close. */
void httpd_reset(const struct httpd_request *r);
/* Waits until the client goes away or the server is stopped. */
void httpd_stall(const struct httpd_request *r);
#endif
