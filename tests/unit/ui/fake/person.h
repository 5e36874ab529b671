#ifndef FAKE_PERSON_H
#define FAKE_PERSON_H
/*
 * One person of a tenant `acme` who can sign in, as an administrator reads them: user-0001, or
 * user1@example.com. Tests answer single operations otherwise.
 */
#include "tests/unit/ui/fake/bench.h"

void bench_person(struct bench *b);
/* An answer for calls made in a tenant, and another (404 if NULL) for those of the environment. */
void bench_answer_in(struct bench *b, const char *op, const char *tenant, const char *environment);
#endif
