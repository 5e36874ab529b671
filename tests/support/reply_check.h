#ifndef TESTS_SUPPORT_REPLY_CHECK_H
#define TESTS_SUPPORT_REPLY_CHECK_H
/*
 * Holds an answer of the server against the row of the catalogue: members, kinds, envelope, the
 * shape of failures, headers. For tests; any thread.
 */
#include "api/op.h"
#include "tests/support/testserver.h"

/* op may be NULL (no route). False with what is wrong in `fault`. */
bool reply_check(const struct tserver_reply *r, const struct op *op, char *fault, size_t max);
#endif
