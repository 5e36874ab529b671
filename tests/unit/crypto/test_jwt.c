#include "crypto/jwt.h"

#include "tests/support/unit.h"

#include <stdio.h>

static struct arena arena;
static struct jwt_key *rsa, *rsa_public, *other, *ed, *mac;
static const int64_t NOW = INT64_C(1700000000000);
#define GOOD "{\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000300}"

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    struct str pem;
    assert_int_equal(jwt_key_generate(&rsa, JWT_RS256, NULL), ERR_OK);
    assert_int_equal(jwt_key_generate(&other, JWT_RS256, NULL), ERR_OK);
    assert_int_equal(jwt_key_generate(&ed, JWT_EDDSA, NULL), ERR_OK);
    assert_int_equal(
        jwt_key_from_secret(&mac, STR("0123456789abcdef0123456789abcdef"), STR("m"), NULL), ERR_OK);
    assert_int_equal(jwt_key_public_pem(rsa, &arena, &pem, NULL), ERR_OK);
    assert_int_equal(jwt_key_from_pem(&rsa_public, JWT_RS256, pem, STR_ABSENT, NULL), ERR_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    jwt_key_free(rsa);
    jwt_key_free(rsa_public);
    jwt_key_free(other);
    jwt_key_free(ed);
    jwt_key_free(mac);
    arena_fini(&arena);
    return 0;
}

static struct str
sign(const struct jwt_key *k, struct str claims)
{
    struct buf b;
    buf_init(&b, JWT_SIZE_MAX);
    assert_int_equal(jwt_sign(k, claims, &b, NULL), ERR_OK);
    struct str token = arena_str(&arena, buf_str(&b));
    buf_fini(&b);
    return token;
}

/* A token of any header and claims, signed with the key whatever the header says. */
static struct str
forge(const struct jwt_key *k, struct str header, struct str claims)
{
    struct str honest = sign(k, claims), rest = honest, part;
    (void)str_next(&rest, '.', &part);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_base64url(&b, header.p, header.n);
    buf_add_char(&b, '.');
    buf_add_str(&b, rest);
    struct str token = arena_str(&arena, buf_str(&b));
    buf_fini(&b);
    return token;
}

static enum jwt_fault
check_at(const struct jwt_key *k, struct str token, int64_t now, bool lasting)
{
    struct json *claims = NULL;
    struct jwt_rules rules = {.now_ms = now, .lasting = lasting};
    enum jwt_fault fault = jwt_verify(&k, 1, token, &rules, &claims);
    assert_true((fault == JWT_OK) == (claims != NULL));
    json_free(claims);
    return fault;
}

static enum jwt_fault
check(const struct jwt_key *k, struct str token)
{
    return check_at(k, token, NOW, false);
}

static void
every_algorithm_signs_and_verifies(void **state)
{
    (void)state;
    const struct jwt_key *keys[] = {rsa, ed, mac};
    for (size_t i = 0; i < 3; i++) {
        struct str token = sign(keys[i], STR(GOOD));
        assert_int_equal(check(keys[i], token), JWT_OK);
        for (size_t k = 0; k < 3; k++)
            if (k != i)
                assert_int_not_equal(check(keys[k], token), JWT_OK);
    }
    assert_int_equal(check(rsa_public, sign(rsa, STR(GOOD))), JWT_OK);
    assert_int_equal(check(other, sign(rsa, STR(GOOD))), JWT_NO_KEY);
}

/* RFC 7515 appendix A.1: HS256 with the key given there. */
static void
the_vector_of_rfc_7515_verifies(void **state)
{
    (void)state;
    struct buf key;
    buf_init(&key, 256);
    assert_true(buf_add_unbase64url(
        &key, STR("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAz"
                  "Zr1Z9CAow")));
    struct jwt_key *k = NULL;
    assert_int_equal(jwt_key_from_secret(&k, buf_str(&key), STR("a1"), NULL), ERR_OK);
    buf_fini(&key);
    struct str token = STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAi"
                           "OjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBj"
                           "ftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    /* The signature is right; the claims lack iat, which we insist on. */
    assert_int_equal(check_at(k, token, INT64_C(1300819000000), false), JWT_TIMES);
    assert_int_equal(check_at(mac, token, INT64_C(1300819000000), false), JWT_SIGNATURE);
    jwt_key_free(k);
}

static void
other_algorithms_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"none",  "None",  "nOnE",  "HS256", "RS384",
                                        "ES256", "PS256", "rs256", "EdDSA", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str header = arena_printf(&arena, "{\"alg\":\"%s\",\"typ\":\"JWT\"}", names[i]);
        assert_int_equal(check(rsa, forge(rsa, header, STR(GOOD))), JWT_ALGORITHM);
    }
    assert_int_equal(check(rsa, forge(rsa, STR("{\"typ\":\"JWT\"}"), STR(GOOD))), JWT_ALGORITHM);
    assert_int_equal(check(rsa, forge(rsa, STR("{\"alg\":7}"), STR(GOOD))), JWT_ALGORITHM);
}

/* The classic: an HMAC keyed with the public key of the verifier. */
static void
the_public_key_is_no_secret(void **state)
{
    (void)state;
    struct str pem;
    assert_int_equal(jwt_key_public_pem(rsa, &arena, &pem, NULL), ERR_OK);
    struct jwt_key *confused = NULL;
    assert_int_equal(jwt_key_from_secret(&confused, pem, jwt_key_id(rsa), NULL), ERR_OK);
    assert_int_equal(check(rsa, sign(confused, STR(GOOD))), JWT_ALGORITHM);
    struct str header = STR("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    assert_int_equal(check(rsa, forge(confused, header, STR(GOOD))), JWT_SIGNATURE);
    jwt_key_free(confused);
}

static void
empty_and_foreign_signatures_are_refused(void **state)
{
    (void)state;
    struct str token = sign(rsa, STR(GOOD));
    size_t dot = token.n;
    while (token.p[dot - 1] != '.')
        dot--;
    assert_int_equal(check(rsa, str_sub(token, 0, dot)), JWT_SIGNATURE);
    assert_int_equal(check(rsa, str_sub(token, 0, dot - 1)), JWT_MALFORMED);
    assert_int_not_equal(check(rsa, str_sub(token, 0, token.n - 4)), JWT_OK);
    /* Claims of one token with the signature of another. */
    struct str better = sign(rsa, STR("{\"sub\":\"admin\",\"iat\":1700000000,\"exp\":1700000300}"));
    struct str rest = better, head, body;
    (void)str_next(&rest, '.', &head);
    (void)str_next(&rest, '.', &body);
    struct str mixed = arena_printf(&arena, "%.*s.%.*s.%.*s", STR_ARG(head), STR_ARG(body),
                                    STR_ARG(str_sub(token, dot, token.n)));
    assert_int_equal(check(rsa, mixed), JWT_SIGNATURE);
}

/* Every bit of the token counts. */
static void
no_flipped_bit_passes(void **state)
{
    (void)state;
    struct str token = sign(mac, STR(GOOD));
    char copy[1024];
    for (size_t i = 0; i < token.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, token.p, token.n);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            assert_int_not_equal(check(mac, (struct str){copy, token.n}), JWT_OK);
        }
    for (size_t n = 0; n < token.n; n++)
        assert_int_not_equal(check(mac, str_sub(token, 0, n)), JWT_OK);
}

static void
headers_that_point_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const members[] = {"\"jku\":\"http://evil/\"",
                                          "\"x5u\":\"http://evil/\"",
                                          "\"jwk\":{}",
                                          "\"x5c\":[]",
                                          "\"crit\":[\"exp\"]",
                                          "\"b64\":false",
                                          "\"zip\":\"DEF\"",
                                          "\"typ\":\"id\"",
                                          "\"kid\":7"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct str header = arena_printf(&arena, "{\"alg\":\"RS256\",%s}", members[i]);
        assert_int_equal(check(rsa, forge(rsa, header, STR(GOOD))), JWT_HEADER);
    }
    static const char *const kids[] = {"../../etc/passwd", "' OR 1=1 --", "http://evil/"};
    for (size_t i = 0; i < sizeof kids / sizeof *kids; i++) {
        struct str header = arena_printf(&arena, "{\"alg\":\"RS256\",\"kid\":\"%s\"}", kids[i]);
        assert_int_equal(check(rsa, forge(rsa, header, STR(GOOD))), JWT_NO_KEY);
    }
}

static void
times_must_be_plain_integers(void **state)
{
    (void)state;
    static const char *const times[] = {
        "null", "\"1700000300\"", "1700000300.5", "-1", "9223372036854775808", "1e400", "true",
        "[]"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        static const char *const forms[] = {"{\"iat\":1700000000,\"exp\":%s}",
                                            "{\"exp\":1700000300,\"iat\":%s}",
                                            "{\"exp\":1700000300,\"iat\":1700000000,\"nbf\":%s}"};
        for (size_t k = 0; k < 3; k++) {
            char claims[128];
            const char *at = strstr(forms[k], "%s");
            int n = snprintf(claims, sizeof claims, "%.*s%s%s", (int)(at - forms[k]), forms[k],
                             times[i], at + 2);
            enum jwt_fault fault = check(rsa, sign(rsa, (struct str){claims, (size_t)n}));
            assert_true(fault == JWT_TIMES || fault == JWT_MALFORMED);
        }
    }
    assert_int_equal(check(rsa, sign(rsa, STR("{\"iat\":1700000000}"))), JWT_TIMES);
    assert_int_equal(check(rsa, sign(rsa, STR("{\"exp\":1700000300}"))), JWT_TIMES);
    assert_int_equal(check_at(rsa, sign(rsa, STR("{\"iat\":1700000000}")), NOW, true), JWT_OK);
}

static void
tokens_live_from_nbf_to_exp(void **state)
{
    (void)state;
    struct str token = sign(rsa, STR(GOOD));
    assert_int_equal(check_at(rsa, token, INT64_C(1700000299999), false), JWT_OK);
    assert_int_equal(check_at(rsa, token, INT64_C(1700000300000), false), JWT_EXPIRED);
    assert_int_equal(check_at(rsa, token, INT64_C(1700000300000), true), JWT_EXPIRED);
    assert_int_equal(check_at(rsa, token, NOW - 3600 * 1000, false), JWT_NOT_YET);
    struct str later = sign(rsa, STR("{\"iat\":1700000000,\"nbf\":1700000100,\"exp\":1700000300}"));
    assert_int_equal(check(rsa, later), JWT_NOT_YET);
    assert_int_equal(check_at(rsa, later, INT64_C(1700000100000), false), JWT_OK);
}

static void
encoding_is_strict(void **state)
{
    (void)state;
    struct str token = sign(mac, STR(GOOD));
    static const char *const forms[] = {"%.*s=", "%.*s.", " %.*s", "%.*s\n", ".%.*s", "%.*s.x"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char text[1024];
        const char *at = strstr(forms[i], "%.*s");
        int n = snprintf(text, sizeof text, "%.*s%.*s%s", (int)(at - forms[i]), forms[i],
                         STR_ARG(token), at + 4);
        assert_int_not_equal(check(mac, (struct str){text, (size_t)n}), JWT_OK);
    }
    assert_int_equal(check(mac, STR("")), JWT_MALFORMED);
    assert_int_equal(check(mac, STR("..")), JWT_MALFORMED);
    assert_int_equal(check(mac, STR_ABSENT), JWT_MALFORMED);
    char *large = arena_alloc(&arena, 1 << 20, 1);
    memset(large, 'a', 1 << 20);
    assert_int_equal(check(mac, (struct str){large, 1 << 20}), JWT_TOO_LARGE);
    struct str twice = STR("{\"iat\":1700000000,\"exp\":1700000300,\"exp\":1800000000}");
    assert_int_equal(check(mac, sign(mac, twice)), JWT_MALFORMED);
    assert_int_equal(check(mac, sign(mac, STR("[1]"))), JWT_MALFORMED);
    assert_int_equal(check(mac, sign(mac, STR("{\"iat\":1"))), JWT_MALFORMED);
}

static void
kid_picks_among_keys(void **state)
{
    (void)state;
    const struct jwt_key *keys[] = {other, rsa};
    struct jwt_rules rules = {.now_ms = NOW};
    struct json *claims = NULL;
    assert_int_equal(jwt_verify(keys, 2, sign(rsa, STR(GOOD)), &rules, &claims), JWT_OK);
    assert_str(json_str(json_get(claims, "sub")), "u");
    json_free(claims);
    struct str anonymous = forge(rsa, STR("{\"alg\":\"RS256\"}"), STR(GOOD));
    assert_int_equal(jwt_verify(keys, 2, anonymous, &rules, &claims), JWT_NO_KEY);
}

static void
weak_and_foreign_keys_are_refused(void **state)
{
    (void)state;
    struct jwt_key *k = NULL;
    struct str pem;
    /* 1024 bits, made for this test. */
    static const char weak[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCjjaxEk/btWG9gLlEDRrpp4sYo\n"
                               "DwSDfCfNxs/udmnvO9IH3Fln+7rT/JgvhCrU3znxWv/2Q0yI+4MoiRAwSP0Qc7A6\n"
                               "F0QvuXQrRzT8+J7FdLYOMLNN7dHpvdjOuPnOmF7gsg+kbBSyAXotiB78BX2b+RPc\n"
                               "6WFDgz9M/OrAo7s25wIDAQAB\n"
                               "-----END PUBLIC KEY-----\n";
    assert_int_not_equal(jwt_key_from_pem(&k, JWT_RS256, STR(weak), STR_ABSENT, NULL), ERR_OK);
    assert_null(k);
    assert_int_equal(jwt_key_public_pem(ed, &arena, &pem, NULL), ERR_OK);
    assert_int_not_equal(jwt_key_from_pem(&k, JWT_RS256, pem, STR_ABSENT, NULL), ERR_OK);
    assert_int_equal(jwt_key_public_pem(rsa, &arena, &pem, NULL), ERR_OK);
    assert_int_not_equal(jwt_key_from_pem(&k, JWT_EDDSA, pem, STR_ABSENT, NULL), ERR_OK);
    assert_int_not_equal(jwt_key_from_pem(&k, JWT_RS256, STR("nonsense"), STR_ABSENT, NULL),
                         ERR_OK);
    assert_int_not_equal(jwt_key_from_secret(&k, STR("short"), STR("k"), NULL), ERR_OK);
    assert_null(k);
}

static void
keys_go_through_pem(void **state)
{
    (void)state;
    struct str pem;
    struct jwt_key *k = NULL;
    assert_int_equal(jwt_key_private_pem(rsa, &arena, &pem, NULL), ERR_OK);
    assert_true(str_starts(pem, STR("-----BEGIN PRIVATE KEY-----")));
    assert_int_equal(jwt_key_from_pem(&k, JWT_RS256, pem, STR_ABSENT, NULL), ERR_OK);
    assert_true(str_eq(jwt_key_id(k), jwt_key_id(rsa)));
    assert_int_equal(check(rsa_public, sign(k, STR(GOOD))), JWT_OK);
    jwt_key_free(k);
    /* The public half cannot sign. */
    struct buf b;
    buf_init(&b, JWT_SIZE_MAX);
    assert_int_not_equal(jwt_sign(rsa_public, STR(GOOD), &b, NULL), ERR_OK);
    buf_fini(&b);
}

static void
jwk_holds_the_public_half_alone(void **state)
{
    (void)state;
    struct buf b;
    struct jw w;
    buf_init(&b, 1 << 16);
    jw_init(&w, &b);
    jwt_key_write_jwk(rsa, &w);
    struct json *j = json_parse(buf_str(&b), 1 << 16, NULL);
    assert_str(json_str(json_get(j, "kty")), "RSA");
    assert_str(json_str(json_get(j, "alg")), "RS256");
    assert_str(json_str(json_get(j, "e")), "AQAB");
    assert_int_equal(json_str(json_get(j, "n")).n, 342);
    assert_true(str_eq(json_str(json_get(j, "kid")), jwt_key_id(rsa)));
    assert_int_equal(json_len(j), 6);
    json_free(j);
    buf_fini(&b);
}

static void
large_claims_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    char *claims = arena_alloc(&arena, 20000, 1);
    memset(claims, 'a', 20000);
    struct err err;
    assert_int_equal(jwt_sign(mac, (struct str){claims, 20000}, &b, &err), ERR_LIMIT);
    assert_string_equal(err.ref, "ER-05001");
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_signs_and_verifies),
        cmocka_unit_test(the_vector_of_rfc_7515_verifies),
        cmocka_unit_test(other_algorithms_are_refused),
        cmocka_unit_test(the_public_key_is_no_secret),
        cmocka_unit_test(empty_and_foreign_signatures_are_refused),
        cmocka_unit_test(no_flipped_bit_passes),
        cmocka_unit_test(headers_that_point_elsewhere_are_refused),
        cmocka_unit_test(times_must_be_plain_integers),
        cmocka_unit_test(tokens_live_from_nbf_to_exp),
        cmocka_unit_test(encoding_is_strict),
        cmocka_unit_test(kid_picks_among_keys),
        cmocka_unit_test(weak_and_foreign_keys_are_refused),
        cmocka_unit_test(keys_go_through_pem),
        cmocka_unit_test(jwk_holds_the_public_half_alone),
        cmocka_unit_test(large_claims_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
