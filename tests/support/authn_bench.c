#include "tests/support/authn_bench.h"

struct arena authn_arena;
struct authn authn_keys[3];
const struct authn_site authn_home = {B(RP), B(ORIGIN), B(CHALLENGE), B(USER)};
const struct webauthn_rules authn_rules = {B(RP), B(ORIGIN), B(CHALLENGE), false};
const struct webauthn_rules authn_verified_rules = {B(RP), B(ORIGIN), B(CHALLENGE), true};

int
authn_bench_start(void **state)
{
    (void)state;
    arena_init(&authn_arena, 1 << 26);
    for (int i = 0; i < 3; i++)
        authn_init(&authn_keys[i], (enum authn_alg)i, &authn_arena);
    return webauthn_ready(NULL) == ERR_OK ? 0 : -1;
}

int
authn_bench_stop(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        authn_fini(&authn_keys[i]);
    arena_fini(&authn_arena);
    return 0;
}

enum webauthn_fault
authn_enroll(const struct webauthn_rules *r, struct authn *key, const struct authn_lie *lie,
             struct webauthn_key *out)
{
    struct authn_reply reply = authn_register(key, &authn_home, lie, &authn_arena);
    struct webauthn_registration in = {reply.id, reply.client_data, reply.attestation};
    return webauthn_register(r, &in, &authn_arena, out);
}

enum webauthn_fault
authn_use(const struct webauthn_rules *r, struct authn *key, const struct webauthn_key *known,
          const struct authn_lie *lie, uint32_t *counter)
{
    struct authn_reply reply = authn_assert(key, &authn_home, lie, &authn_arena);
    struct webauthn_assertion in = {reply.id, reply.client_data, reply.auth_data, reply.signature,
                                    reply.user_handle};
    return webauthn_assert(r, known, STR(USER), &in, &authn_arena, counter);
}
