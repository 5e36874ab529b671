/* Filling in a template whatever it holds, also one that never passed the check. */
#include "server/jwt_claims.h"

#include "tests/support/unit.h"

static struct arena arena;

static const char plain_text[] =
    "{\"iss\":\"https://here\",\"sub\":\"u1\",\"aud\":\"env\",\"iat\":5,\"exp\":9,"
    "\"type\":\"userToken\",\"tenantId\":\"t1\",\"sid\":\"s1\",\"jti\":\"j1\",\"clientId\":\"env\","
    "\"user\":{\"name\":\"Ann\",\"metadata\":{\"a\":{\"b\":null,\"c\":[1]}}}}";

static enum err_code
fill(const char *claims, size_t cap, struct str *out)
{
    struct err err;
    struct buf text;
    struct json *plain = json_parse(STR(plain_text), sizeof plain_text, &err);
    buf_init(&text, cap);
    enum err_code rc = jwt_claims_fill(str_of(claims), STR("k"), plain, &text, &err);
    *out = arena_str(&arena, text.failed ? STR("too large") : buf_str(&text));
    buf_fini(&text);
    json_free(plain);
    return rc;
}

#define RESERVED                                                                                   \
    "\"iat\":5,\"exp\":9,\"type\":\"userToken\",\"tenantId\":\"t1\",\"sid\":\"s1\","               \
    "\"jti\":\"j1\",\"gatehouse\":{\"template\":\"k\",\"sub\":\"u1\"}"
#define PLAIN "\"iss\":\"https://here\",\"sub\":\"u1\",\"aud\":\"env\"," RESERVED

static void
nothing_reserved_is_forged(void **state)
{
    (void)state;
    struct str out;
    assert_int_equal(fill("{}", 4096, &out), ERR_OK);
    assert_str(out, "{" PLAIN "}");
    assert_int_equal(fill("{\"type\":\"vendor\",\"tenantId\":\"t2\",\"exp\":999,\"iat\":0,"
                          "\"superUser\":true,\"userId\":\"u2\",\"act\":{},\"gatehouse\":{\"sub\":"
                          "\"u2\"},\"nbf\":1,\"sid\":\"{{user.name}}\",\"jti\":1,\"sub\":7,"
                          "\"iss\":\"\",\"aud\":\"{{user.nothing}}\"}",
                          4096, &out),
                     ERR_OK);
    assert_str(out, "{" PLAIN "}");
    assert_int_equal(fill("{\"sub\":\"{{user.name}}\",\"iss\":\"x\"}", 4096, &out), ERR_OK);
    assert_str(out, "{\"iss\":\"x\",\"sub\":\"Ann\",\"aud\":\"env\"," RESERVED "}");
}

static void
values_keep_their_kind_and_are_not_read_again(void **state)
{
    (void)state;
    struct str out;
    assert_int_equal(fill("{\"a\":\"{{user.metadata.a}}\",\"b\":\"{{user.metadata.a.b}}\","
                          "\"c\":\"{{user.metadata.a.c}}{{user.name}}\",\"d\":\"{{user.name.x}}\","
                          "\"e\":[\"{{user.none}}\",{\"f\":\"{{ user.name }}\"}],\"g\":\"{{open\","
                          "\"h\":\"}}{{\",\"i\":\"{{}}\"}",
                          4096, &out),
                     ERR_OK);
    assert_str(out,
               "{" PLAIN ",\"a\":{\"b\":null,\"c\":[1]},\"c\":\"[1]Ann\",\"e\":[{\"f\":\"Ann\"}],"
               "\"g\":\"{{open\",\"h\":\"}}{{\"}");
}

static void
damage_and_size_are_noticed(void **state)
{
    (void)state;
    struct str out;
    assert_int_equal(fill("[]", 4096, &out), ERR_CORRUPT);
    assert_int_equal(fill("{\"a\":", 4096, &out), ERR_CORRUPT);
    assert_int_equal(fill("", 4096, &out), ERR_CORRUPT);
    assert_int_equal(fill("{\"a\":\"{{user.metadata}}\"}", 100, &out), ERR_OK);
    assert_str(out, "too large");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reserved_is_forged),
        cmocka_unit_test(values_keep_their_kind_and_are_not_read_again),
        cmocka_unit_test(damage_and_size_are_noticed),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests_name("jwt_claims", tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
