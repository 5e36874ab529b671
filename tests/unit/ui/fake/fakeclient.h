#ifndef FAKE_FAKECLIENT_H
#define FAKE_FAKECLIENT_H
/*
 * client.h without a network: answers come from a script, at the moment the test asks for them.
 * Linked ahead of the real client by tests of ui/ that use anything from here.
 */
#include "client/client.h"

struct client *fake_new(const struct profile *profile);
/* From now on calls of this operation are answered so. "" for no body. */
void fake_answer(struct client *c, const char *op, int status, const char *json);
/* As fake_answer, made anew for every call: appends the body, returns the status. 503 says that a
 * write was not done, 504 that nobody knows. */
typedef int fake_fn(void *ctx, const struct values *values, struct buf *body);
void fake_answer_by(struct client *c, const char *op, fake_fn *fn, void *ctx);
/* Whose things the call that is being answered is about, and the tenant it is made in. */
struct str fake_user(const struct client *c);
struct str fake_tenant(const struct client *c);
/* As fake_answer, with a failure that has no HTTP status. */
void fake_fail(struct client *c, const char *op, enum err_code code, const char *message);
/* Runs all calls and those they lead to; at most `limit` of them. Returns how many. */
size_t fake_settle(struct client *c, size_t limit);
size_t fake_pending(const struct client *c);
/* What was sent so far, one line a call: "users_lock tenant=acme path={..} query={..} body=..". */
struct str fake_log(const struct client *c);
void fake_log_clear(struct client *c);
/* What the status line shows. */
void fake_status(struct client *c, const struct client_status *status);
/* What client_set_secret was given: "id secret". */
struct str fake_secret(const struct client *c);
#endif
