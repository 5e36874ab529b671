#ifndef SERVER_META_H
#define SERVER_META_H
/* What is ours and not the public API's: /health, /metrics, /.well-known/jwks.json,
 * /gatehouse/v1/info. */
#include "server/http.h"

struct server;

/* Answers if the path (without /frontegg) is one of these; false otherwise. */
bool meta_serve(struct server *s, struct str path, struct http_request *r);
/* Builds the key document once; called at start. */
enum err_code meta_init(struct server *s, struct err *err) MUST_USE;
#endif
