#ifndef SERVER_CLIENT_IP_H
#define SERVER_CLIENT_IP_H
/*
 * Whose address a request comes from: the socket's peer, unless that is a proxy which the operator
 * trusts. Then X-Forwarded-For is read from its end, where the nearest proxy wrote, past every hop
 * that is trusted too; the first that is not is the client. What stands before that was written by
 * anybody and is not looked at. A hop that cannot be read gives CLIENT_IP_UNKNOWN, which no list of
 * addresses lets in. Set up before the first request, then only read.
 */
#include "base/cidr.h"
#include "base/err.h"
#include "server/call.h"

#define CLIENT_IP_UNKNOWN "unknown"

enum { PROXIES_MAX = CIDR_LIST_MAX, PROXY_HOPS_MAX = 32 };

struct proxies {
    struct cidr_list ranges;
    bool local_socket; /* whoever comes over a Unix socket */
};

/* An address, a range, or "unix". ERR_USAGE if it is neither, or there are too many. */
enum err_code proxies_add(struct proxies *p, struct str text, struct err *err) MUST_USE;
/* `peer` as struct http_request has it; the result lives as long as that and the headers. */
struct str client_ip(const struct proxies *p, struct str peer, const struct header *headers,
                     size_t n);
#endif
