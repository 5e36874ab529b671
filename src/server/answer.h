#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H
/* Answers in the service's shape: {"errors":["..."],"errorCode":"ER-..."}, and headers every answer
 * has. */
#include "server/http.h"

#define ANSWER_JSON STR("application/json; charset=utf-8")

/* UUID of the request; unique per server, not secret. The text lives in the request's arena. */
struct server;
struct str answer_trace_id(struct server *s, struct arena *a);
/* Headers that keep answers out of caches, frames and sniffers. */
void answer_headers(struct http_request *r);
/*
 * Turns an error into the answer. Inner faults (5xx) say nothing about the inside. `lines` are used
 * when there are any, else the message of err.
 */
void answer_error(struct http_request *r, const struct err *err, const struct str *lines, size_t n);
#endif
