/*
 * Any bytes as a token, and as the claims of a well-signed one. Nothing that was not signed with the key passes;
 * what passes is an object with integral times that are in force.
 */
#include "base/mem.h"
#include "crypto/jwt.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t NOW_MS = INT64_C(1700000000000);

static void
check_claims(const struct json *claims)
{
    int64_t exp = 0, iat = 0;
    ASSERT(json_type(claims) == JSON_OBJECT);
    ASSERT(json_to_i64(json_get(claims, "exp"), &exp) && exp > NOW_MS / 1000);
    ASSERT(json_to_i64(json_get(claims, "iat"), &iat) && iat <= NOW_MS / 1000 + JWT_IAT_SLACK_S);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jwt_key *key = NULL;
    if (jwt_key_from_secret(&key, STR("0123456789abcdef0123456789abcdef"), STR("k"), NULL))
        return 0;
    const struct jwt_key *keys[] = {key};
    struct jwt_rules rules = {.now_ms = NOW_MS};
    struct json *claims = NULL;
    struct str text = {(const char *)data, size};
    /* A forged signature would be a find indeed. */
    ASSERT(jwt_verify(keys, 1, text, &rules, &claims) != JWT_OK && claims == NULL);
    struct buf token;
    buf_init(&token, JWT_SIZE_MAX * 2);
    if (jwt_sign(key, text, &token, NULL) == ERR_OK &&
        jwt_verify(keys, 1, buf_str(&token), &rules, &claims) == JWT_OK)
        check_claims(claims);
    json_free(claims);
    buf_fini(&token);
    jwt_key_free(key);
    return 0;
}
