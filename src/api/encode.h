#ifndef API_ENCODE_H
#define API_ENCODE_H
/*
 * From an operation and its values to what goes over the wire: target, scope headers, body. No
 * token and no host: those are the session's. Strings live in the arena given. Any thread.
 */
#include "api/values.h"

/* Whose things the request is about; absent parts are not sent. */
struct encode_scope {
    struct str tenant_id, user_id, app_id, vendor_host;
    bool own_token; /* a user's token: tenant and user are in it, headers are not needed */
};

struct encode_header {
    const char *name;
    struct str value;
};

enum { ENCODE_HEADERS_MAX = 5 };

struct encode_request {
    enum method method;
    struct str target; /* "/identity/resources/users/v3?_limit=50" */
    struct str body;   /* absent: send none */
    struct encode_header headers[ENCODE_HEADERS_MAX];
    size_t n_headers;
};

/*
 * ERR_USAGE with a sentence when a path value is missing or empty, or the operation needs a tenant
 * or user and the scope has none. Only headers the operation understands are sent. A body the
 * operation does not have is not sent; an optional one that is not given goes as {}.
 */
enum err_code encode_request(const struct values *v, const struct encode_scope *scope,
                             struct arena *a, struct encode_request *out, struct err *err);
#endif
