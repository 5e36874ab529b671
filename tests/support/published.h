#ifndef TESTS_SUPPORT_PUBLISHED_H
#define TESTS_SUPPORT_PUBLISHED_H
/*
 * What the published documents say of answers: tests/contract/replies.txt, one schema for each
 * operation and status. tests/contract/replies_known.txt lists where ours mean to differ, with the
 * reason. A difference that is not listed fails the test that met it. One thread.
 */
#include "api/op.h"
#include "base/json.h"

/* True if an answer of that status fits; else `text` says in which ways it does not. body: NULL if it is
 * not JSON. Operations that the documents do not have fit. */
bool published_check(const struct op *op, int status, const struct json *body, char *text,
                     size_t max);
/*
 * Says how many answers were held against a schema so far, and notes that and the listed differences that were
 * met in RUN_DIR (tests/run); tests/contract/replies.sh sums it over a whole run, and fails for those nobody met.
 */
void published_note(void);
#endif
