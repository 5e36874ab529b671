#ifndef DELIVER_SIGV4_H
#define DELIVER_SIGV4_H
/* AWS Signature Version 4, for requests without a query: what SES and STS ask for. No state; any
 * thread. */
#include "base/buf.h"
#include "base/err.h"

struct sigv4_header {
    const char *name; /* lower case */
    struct str value;
};
enum { SIGV4_HEADERS_MAX = 8 };

struct sigv4 {
    struct str key_id, secret;
    struct str token; /* of temporary credentials; absent: none */
    struct str region, service;
    const char *method, *path; /* path: unreserved characters and slashes only */
    struct sigv4_header headers[SIGV4_HEADERS_MAX]; /* that are sent and signed: host, ... */
    size_t n_headers;
    struct str body;
    int64_t now; /* ms */
};

/* Appends header lines, each ended by a NUL: X-Amz-Date, X-Amz-Security-Token, Authorization. */
enum err_code sigv4_sign(const struct sigv4 *s, struct buf *headers, struct err *err) MUST_USE;
#endif
