/* Keys that must not be loaded, whatever they are said to be for. */
#include "base/mem.h"
#include "crypto/jwt.h"
#include "tests/support/pem.h"
#include "tests/support/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

static struct arena arena;

static struct str
rsa_public(EVP_PKEY *like, unsigned long exponent)
{
    BIGNUM *n = NULL, *e = BN_new();
    EVP_PKEY *made = NULL;
    assert_int_equal(EVP_PKEY_get_bn_param(like, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    BN_set_word(e, exponent);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params), 1);
    struct str pem = pem_of_key(made, &arena);
    EVP_PKEY_free(made);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return pem;
}

static struct str
made_pem(EVP_PKEY *take)
{
    struct str pem = pem_of_key(take, &arena);
    EVP_PKEY_free(take);
    return pem;
}

static void
weak_keys_are_not_loaded(void **state)
{
    (void)state;
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    struct str whole = pem_of_key(rsa, &arena);
    const struct {
        const char *name;
        struct str pem;
    } rows[] = {
        {"RSA of 1024 bits", made_pem(EVP_RSA_gen(1024))},
        {"RSA of 2047 bits", made_pem(EVP_RSA_gen(2047))},
        {"RSA, e = 1", rsa_public(rsa, 1)},
        {"RSA, e = 2", rsa_public(rsa, 2)},
        {"RSA, e = 3", rsa_public(rsa, 3)},
        {"RSA, e = 65536", rsa_public(rsa, 65536)},
        {"P-256", made_pem(EVP_EC_gen("P-256"))},
        {"P-384", made_pem(EVP_EC_gen("P-384"))},
        {"X25519", made_pem(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"))},
        {"Ed448", made_pem(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"))},
        {"nothing", STR("")},
        {"half a key", str_sub(whole, 0, whole.n / 2)},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int alg = JWT_RS256; alg <= JWT_EDDSA; alg++) {
            struct jwt_key *k = NULL;
            if (jwt_key_from_pem(&k, (enum jwt_alg)alg, rows[i].pem, STR_ABSENT, NULL) == ERR_OK ||
                k)
                fail_msg("%s as %s", rows[i].name, jwt_alg_name((enum jwt_alg)alg));
        }
    EVP_PKEY_free(rsa);
    enum jwt_alg alg;
    assert_false(jwt_alg_parse(STR("ES256"), &alg)); /* there is no ECDSA, so no r or s of zero */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weak_keys_are_not_loaded)};
    arena_init(&arena, 1 << 22);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
