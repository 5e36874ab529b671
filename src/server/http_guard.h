#ifndef SERVER_HTTP_GUARD_H
#define SERVER_HTTP_GUARD_H
/*
 * Strict reading of HTTP/1 framing, byte by byte, before the HTTP library sees the bytes. The
 * library is lenient (two lengths, folded lines, bare LF, NUL), and whatever two readers of one
 * connection understand differently can smuggle a request. So only one spelling of each thing
 * passes here: CRLF line ends, token names, one Content-Length of plain digits or one
 * `Transfer-Encoding: chunked`, one Host, origin-form targets, no chunk extensions, no trailers.
 * Everything else is refused for good: after a fault the connection ends.
 *
 * Pure and incremental: any split of the bytes gives the same result. One guard belongs to one
 * connection and the thread that reads it.
 */
#include "base/str.h"

enum {
    GUARD_HEAD_MAX = 16 * 1024, /* request line and headers together */
    GUARD_HEADERS_MAX = 100,
    GUARD_BODY_MAX = 1024 * 1024,
    GUARD_NAME_MAX = 40 /* longest header name that is told apart; longer ones are only checked */
};

enum guard_fault {
    GUARD_OK,
    GUARD_BAD_REQUEST, /* 400 */
    GUARD_URI_LONG,    /* 414 */
    GUARD_HEAD_LONG,   /* 431 */
    GUARD_BODY_LONG,   /* 413 */
    GUARD_VERSION      /* 505 */
};

/* Headers that may appear once only. The order is that of the name table in http_guard.c. */
enum guard_once {
    ONCE_CONTENT_LENGTH,
    ONCE_TRANSFER_ENCODING,
    ONCE_HOST,
    ONCE_AUTHORIZATION,
    ONCE_ACCESS_TOKEN,
    ONCE_TENANT_ID,
    ONCE_USER_ID,
    ONCE_APPLICATION_ID,
    ONCE_ENVIRONMENT_ID,
    ONCE_VENDOR_ID,
    ONCE_VENDOR_HOST,
    ONCE_CONTENT_TYPE,
    ONCE_EXPECT,
    ONCE_COUNT
};

struct http_guard {
    unsigned char state;  /* enum guard_state, in http_guard.c */
    unsigned char fault;  /* enum guard_fault; sticky */
    unsigned char header; /* enum guard_once of the line being read, or ONCE_COUNT */
    unsigned char minor;  /* HTTP/1.minor */
    unsigned char name_n, version_n, value_n, escape;
    bool chunked, value_seen;
    uint16_t headers;  /* how many in this request */
    uint32_t once;     /* bit per enum guard_once seen in this request */
    uint32_t head_n;   /* bytes of the present head */
    uint64_t left;     /* bytes of the body or chunk still to come */
    uint64_t body_n;   /* bytes of the chunked body so far */
    uint64_t requests; /* heads that were complete and correct */
    char name[GUARD_NAME_MAX];
    char value[24]; /* of Content-Length, Transfer-Encoding, lower case */
};

void http_guard_init(struct http_guard *g);
/*
 * Reads the next bytes of the connection. Returns GUARD_OK if all are fine. Otherwise the fault,
 * now and ever after; *good is how many bytes in front belong to complete, correct requests (the
 * rest must not be passed on).
 */
enum guard_fault http_guard_feed(struct http_guard *g, struct str bytes, size_t *good);
/* True while a request has begun and not ended: the time a deadline is for. */
bool http_guard_mid_request(const struct http_guard *g);
int http_guard_status(enum guard_fault fault); /* 400, 413, ... */
#endif
