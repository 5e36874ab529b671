#ifndef TESTS_SUPPORT_AUTHN_BENCH_H
#define TESTS_SUPPORT_AUTHN_BENCH_H
/*
 * A site, and one security key in software for each algorithm, for tests of crypto/webauthn: what
 * the key answers goes to the functions under test at once. One thread.
 */
#include "crypto/webauthn.h"
#include "tests/support/authenticator.h"

#define B(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define RP "login.example.com"
#define ORIGIN "https://login.example.com"
#define CHALLENGE "q1MyJ9cOGgVYUaT8Y3ZtL0b7dWn5xKfR2hEeSiPoAuk"
#define USER "5a3c9b0e-0f0d-4c57-8f3e-0c6f1f6a7b10"

extern struct arena authn_arena;
extern struct authn authn_keys[3]; /* by enum authn_alg */
extern const struct authn_site authn_home;
extern const struct webauthn_rules authn_rules, authn_verified_rules;

/* For cmocka as well: setup and teardown of a group. */
int authn_bench_start(void **state);
int authn_bench_stop(void **state);
/* The lie may be NULL: an honest key. */
enum webauthn_fault authn_enroll(const struct webauthn_rules *r, struct authn *key,
                                 const struct authn_lie *lie, struct webauthn_key *out);
enum webauthn_fault authn_use(const struct webauthn_rules *r, struct authn *key,
                              const struct webauthn_key *known, const struct authn_lie *lie,
                              uint32_t *counter);
#endif
