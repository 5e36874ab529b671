#ifndef SERVER_DISPATCH_H
#define SERVER_DISPATCH_H
/*
 * The pipeline of one request:
 *     route > token > scope > rights > query and body > handler in its transaction > audit > commit
 * > answer Knows requests and answers, not sockets: tests call it without any. Any thread.
 */
#include "server/call.h"
#include "server/http.h"

struct server;

/* Fills the answer of r. */
void dispatch(struct server *s, struct http_request *r);
/* Runs fn as the handler of a call that is set up: transaction, audit, commit. A transaction that lost
 * a race is run again from the start. */
enum err_code dispatch_run(struct call *c, op_fn *fn, struct err *err) MUST_USE;
/* Who answers it: reads are quick, changes wait for the disk, and those with a password hash. */
enum http_lane dispatch_lane(const struct server *s, const struct http_request *r);
#endif
