#ifndef SERVER_DISPATCH_H
#define SERVER_DISPATCH_H
/*
 * The pipeline of one request:
 *     route > token > scope > rights > query and body > handler in its transaction > audit > commit
 * > answer Knows requests and answers, not sockets: tests call it without any. Any thread.
 */
#include "server/http.h"

struct server;

/* Fills the answer of r. */
void dispatch(struct server *s, struct http_request *r);
/* Who answers it: reads are quick, changes wait for the disk, and those with a password hash. */
enum http_lane dispatch_lane(const struct server *s, const struct http_request *r);
#endif
