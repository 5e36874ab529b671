/* Answers of security keys that are mixed up, changed in a bit or cut short: none passes. */
#include "base/mem.h"
#include "tests/support/authn_bench.h"
#include "tests/support/unit.h"

/* The assertion of one credential is none of another, whatever the two have in common. */
static void
keys_do_not_stand_in_for_each_other(void **state)
{
    (void)state;
    struct webauthn_key known[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(authn_enroll(&authn_rules, &authn_keys[i], NULL, &known[i]), WEBAUTHN_OK);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            uint32_t counter;
            struct webauthn_key mixed = known[k];
            assert_int_equal(authn_use(&authn_rules, &authn_keys[i], &known[k], NULL, &counter),
                             i == k ? WEBAUTHN_OK : WEBAUTHN_ID);
            mixed.id = known[i].id;
            assert_int_equal(authn_use(&authn_rules, &authn_keys[i], &mixed, NULL, &counter),
                             i == k ? WEBAUTHN_OK : WEBAUTHN_SIGNATURE);
        }
}

/* No byte of what is sent can be left out or changed. */
static void
no_flipped_bit_passes(void **state)
{
    (void)state;
    struct webauthn_key known;
    uint32_t counter;
    assert_int_equal(authn_enroll(&authn_rules, &authn_keys[1], NULL, &known), WEBAUTHN_OK);
    for (int where = AUTHN_FLIP_SIGNATURE; where <= AUTHN_FLIP_CLIENT; where++)
        for (unsigned at = 1; at <= 37; at++) {
            struct authn_lie lie = {.flip = at, .flip_in = where};
            assert_int_not_equal(authn_use(&authn_rules, &authn_keys[1], &known, &lie, &counter),
                                 WEBAUTHN_OK);
        }
    struct authn_lie self = {.kind = AUTHN_SELF, .flip_in = AUTHN_FLIP_AUTH};
    for (self.flip = 1; self.flip <= 37 + 16 + 2 + 32 + 42; self.flip++)
        assert_int_not_equal(authn_enroll(&authn_rules, &authn_keys[1], &self, &known),
                             WEBAUTHN_OK);
}

static void
no_truncation_passes(void **state)
{
    (void)state;
    struct authn_reply r = authn_register(&authn_keys[0], &authn_home, NULL, &authn_arena);
    struct webauthn_key known;
    for (size_t n = 0; n < r.attestation.n; n++) {
        struct webauthn_registration in = {r.id, r.client_data, str_sub(r.attestation, 0, n)};
        assert_int_not_equal(webauthn_register(&authn_rules, &in, &authn_arena, &known),
                             WEBAUTHN_OK);
    }
    struct webauthn_registration none = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    assert_int_not_equal(webauthn_register(&authn_rules, &none, &authn_arena, &known), WEBAUTHN_OK);
    struct webauthn_rules no_challenge = authn_rules;
    no_challenge.challenge = STR("");
    struct authn_lie empty = {.challenge = B("")};
    assert_int_equal(authn_enroll(&no_challenge, &authn_keys[0], &empty, &known),
                     WEBAUTHN_CHALLENGE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_do_not_stand_in_for_each_other),
        cmocka_unit_test(no_flipped_bit_passes),
        cmocka_unit_test(no_truncation_passes),
    };
    return cmocka_run_group_tests(tests, authn_bench_start, authn_bench_stop);
}
