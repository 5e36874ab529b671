#ifndef API_CURL_H
#define API_CURL_H
/*
 * A request as a line for a shell: curl with method, address, scope headers and body. The token is
 * the shell's $TOKEN, so that it is neither shown nor kept. Any thread.
 */
#include "api/encode.h"
#include "base/buf.h"

struct curl_line {
    struct str url;         /* "https://api.frontegg.com" */
    struct str unix_socket; /* path, or absent */
    const struct encode_request *request;
    bool token; /* the operation wants one */
};

/* Quoted for sh, whatever the values hold. */
void curl_write(const struct curl_line *line, struct buf *out);
#endif
