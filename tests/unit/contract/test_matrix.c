/*
 * Who may call what, for every operation of the catalogue and every kind of caller: the expected
 * answer follows from the row's auth, context and permission alone. Whoever may not call an
 * operation learns nothing of it, not even that it has no handler.
 */
#include "crypto/jwt.h"
#include "server/auth.h"
#include "server/state.h"
#include "tests/support/sample.h"
#include "tests/support/scene.h"

#include "base/clock.h"

#include <stdio.h>

enum { TEXT_MAX = 64 * 1024 };

/* What the answer must be, apart from what the operation itself finds wrong. */
enum outcome { REFUSED_401, REFUSED_403, LET_IN };

enum caller {
    NO_TOKEN, /* and every token that proves nothing */
    VENDOR,   /* the environment, without a tenant */
    VENDOR_IN_TENANT,
    USER_WITH_PERMISSION,
    USER_WITHOUT,
    MACHINE_WITH_PERMISSION,
    MACHINE_WITHOUT,
    STRANGER /* good token of another tenant, asking for this one */
};

struct identity {
    const char *name;
    enum caller caller;
    const char *headers;
    struct str token; /* of the plain kind; with a permission it is minted for each row */
    const char *type; /* of a token with the row's permission, or this one */
    const char *tenant, *permission; /* of that token */
};

static struct scene scene;
static struct identity identities[24];
static size_t n_identities;

/* -- tokens that prove nothing -- */

static struct str
claims_of_a_vendor(int64_t exp)
{
    return arena_printf(&scene.t.arena,
                        "{\"type\":\"vendor\",\"sub\":\"%.*s\",\"vendorId\":\"%.*s\","
                        "\"aud\":\"%.*s\",\"iss\":\"x\",\"iat\":%lld,\"exp\":%lld}",
                        STR_ARG(scene.t.vendor), STR_ARG(scene.t.vendor), STR_ARG(scene.t.vendor),
                        (long long)(clock_now_ms() / 1000), (long long)exp);
}

static struct str
sign(struct jwt_key *key)
{
    struct buf out;
    buf_init(&out, TEXT_MAX);
    struct str claims = claims_of_a_vendor(clock_now_ms() / 1000 + 3600);
    assert_int_equal(jwt_sign(key, claims, &out, NULL), ERR_OK);
    struct str token = arena_str(&scene.t.arena, buf_str(&out));
    buf_fini(&out);
    jwt_key_free(key);
    return token;
}

/* Signed by a key of somebody else that claims to be ours. */
static struct str
foreign_key_token(void)
{
    const struct jwt_key *ours = auth_find_environment(scene.t.server->auth, scene.t.vendor)->key;
    struct jwt_key *made, *named;
    struct str pem;
    assert_int_equal(jwt_key_generate(&made, JWT_RS256, NULL), ERR_OK);
    assert_int_equal(jwt_key_private_pem(made, &scene.t.arena, &pem, NULL), ERR_OK);
    assert_int_equal(jwt_key_from_pem(&named, JWT_RS256, pem, jwt_key_id(ours), NULL), ERR_OK);
    jwt_key_free(made);
    return sign(named);
}

/* HS256 with our public key as the secret. */
static struct str
confused_token(void)
{
    const struct jwt_key *ours = auth_find_environment(scene.t.server->auth, scene.t.vendor)->key;
    struct jwt_key *key;
    struct str pem;
    assert_int_equal(jwt_key_public_pem(ours, &scene.t.arena, &pem, NULL), ERR_OK);
    assert_int_equal(jwt_key_from_secret(&key, pem, jwt_key_id(ours), NULL), ERR_OK);
    return sign(key);
}

/* The header {"alg":"none"}, our own claims, and no signature. */
static struct str
unsigned_token(void)
{
    struct str rest = scene.t.token, header, claims;
    assert_true(str_next(&rest, '.', &header) && str_next(&rest, '.', &claims));
    return arena_printf(&scene.t.arena, "eyJhbGciOiJub25lIn0.%.*s.", STR_ARG(claims));
}

static struct str
mint(const char *type, const char *tenant, const char *user, const char *permission, int64_t life)
{
    const char *may[] = {permission, NULL};
    struct str sub = strcmp(type, "vendor") == 0 ? scene.t.vendor : str_of(user);
    struct tserver_grant grant = {.type = type,
                                  .sub = sub,
                                  .tenant = str_of(tenant),
                                  .user = str_of(user),
                                  .permissions = may,
                                  .lifetime_s = life};
    return tserver_mint(&scene.t, &grant);
}

/* -- the identities -- */

static void
add(struct identity identity)
{
    assert_true(n_identities < COUNT_OF(identities));
    identities[n_identities++] = identity;
}

static void
add_nobodies(void)
{
    const char *ann = scene_value(&scene, "ann").p;
    add((struct identity){"no token", NO_TOKEN, .token = {NULL, 0}});
    add((struct identity){"garbage", NO_TOKEN, .token = STR("abc.def.ghi")});
    add((struct identity){"expired", NO_TOKEN, .token = mint("vendor", NULL, NULL, NULL, -1)});
    add((struct identity){"foreign key", NO_TOKEN, .token = foreign_key_token()});
    add((struct identity){"HS256 with the public key", NO_TOKEN, .token = confused_token()});
    add((struct identity){"alg none", NO_TOKEN, .token = unsigned_token()});
    add((struct identity){
        "disabled user", NO_TOKEN,
        .token = mint("userToken", "a", scene_value(&scene, "disabled").p, "fe.*", 0)});
    add((struct identity){"locked user", NO_TOKEN,
                          .token =
                              mint("userToken", "a", scene_value(&scene, "locked").p, "fe.*", 0)});
    add((struct identity){"user in a tenant not theirs", NO_TOKEN,
                          .token = mint("userToken", "b", ann, "fe.*", 0)});
    add((struct identity){"user of a removed tenant", NO_TOKEN,
                          .token = mint("userToken", "gone", ann, "fe.*", 0)});
}

static void
make_identities(void)
{
    add_nobodies();
    add((struct identity){"vendor", VENDOR, .token = scene.t.token});
    add((struct identity){"vendor in a tenant", VENDOR_IN_TENANT, "frontegg-tenant-id: a\r\n",
                          .token = scene.t.token});
    add((struct identity){"user", USER_WITH_PERMISSION, .type = "userToken", .tenant = "a"});
    add((struct identity){"user's machine", USER_WITH_PERMISSION, .type = "userApiToken",
                          .tenant = "a"});
    add((struct identity){"user with another permission", USER_WITHOUT, .type = "userToken",
                          .tenant = "a", .permission = "fe.secure.nothing"});
    add((struct identity){"tenant's machine", MACHINE_WITH_PERMISSION, .type = "tenantApiToken",
                          .tenant = "a"});
    add((struct identity){"tenant's machine with another permission", MACHINE_WITHOUT,
                          .token = mint("tenantApiToken", "a", "m", "fe.secure.nothing", 0)});
    add((struct identity){"user of another tenant", STRANGER, "frontegg-tenant-id: a\r\n",
                          .type = "userToken", .tenant = "b"});
    add((struct identity){"machine of another tenant", STRANGER, "frontegg-tenant-id: a\r\n",
                          .type = "tenantApiToken", .tenant = "b"});
}

static struct str
token_for(const struct identity *who, const struct op *op)
{
    if (!who->type)
        return who->token;
    const char *user = scene_value(&scene, strcmp(who->tenant, "a") ? "bob" : "ann").p;
    const char *permission = who->permission ? who->permission : op->perm;
    return mint(who->type, who->tenant, user, permission ? permission : "fe.secure.nothing", 0);
}

/* -- what has to come of it -- */

static enum outcome
expected_of_vendor(const struct op *op, bool in_tenant)
{
    if (op->ctx & CTX_NO_TENANT && in_tenant)
        return REFUSED_403;
    if (op->ctx & CTX_NEED_TENANT && !in_tenant)
        return REFUSED_403;
    return op->ctx & CTX_NEED_USER ? REFUSED_403 : LET_IN;
}

static enum outcome
expected(const struct op *op, enum caller caller)
{
    bool open = op->auth == AUTH_PUBLIC || op->auth == AUTH_ANY;
    switch (caller) {
    case NO_TOKEN:
        return op->auth == AUTH_PUBLIC ? expected_of_vendor(op, false) : REFUSED_401;
    case VENDOR:
        return expected_of_vendor(op, false);
    case VENDOR_IN_TENANT:
        return expected_of_vendor(op, true);
    case USER_WITH_PERMISSION:
        return open || op->auth == AUTH_USER || (op->auth == AUTH_TENANT && op->perm) ? LET_IN
                                                                                      : REFUSED_403;
    case USER_WITHOUT:
        return open || (op->auth == AUTH_USER && !op->perm) ? LET_IN : REFUSED_403;
    case MACHINE_WITH_PERMISSION:
        return open || (op->auth == AUTH_TENANT && op->perm) ? LET_IN : REFUSED_403;
    case MACHINE_WITHOUT:
        return open ? LET_IN : REFUSED_403;
    case STRANGER:
        return REFUSED_403;
    }
    return REFUSED_401;
}

static bool
is_as_expected(const struct op *op, enum outcome want, int status)
{
    if (want == REFUSED_401)
        return status == 401;
    if (want == REFUSED_403)
        return status == 403;
    if (!scene_is_bound(&scene, op))
        return status == 501;
    /* Wrong credentials are what the public operations answer 401 to. */
    return status != 403 && status < 500 && (status != 401 || op->auth == AUTH_PUBLIC);
}

/* It would remove the very tenant that is asking; the scenarios see to it. */
static bool
is_left_out(const struct op *op, enum outcome want)
{
    return op->id == OP_tenants_delete_current && want == LET_IN;
}

static size_t
check_one(const struct op *op, const struct identity *who)
{
    enum outcome want = expected(op, who->caller);
    if (is_left_out(op, want))
        return 0;
    struct buf target;
    buf_init(&target, TEXT_MAX);
    sample_target(&(struct sample){.id = NULL}, op, &target);
    const char *path = arena_str(&scene.t.arena, buf_str(&target)).p;
    buf_fini(&target);
    struct tserver_reply r = tserver_request(&scene.t, method_name(op->method), path,
                                             token_for(who, op), who->headers, NULL);
    if (is_as_expected(op, want, r.status))
        return 0;
    print_error("%s as %s: %d %.*s\n", op->name, who->name, r.status, STR_ARG(r.body));
    return 1;
}

static void
every_row_by_every_identity(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (int id = 0; id < OP_COUNT; id++)
        for (size_t i = 0; i < n_identities; i++)
            wrong += check_one(op_get((enum op_id)id), &identities[i]);
    assert_int_equal(wrong, 0);
}

/* What a public operation makes of a good token of the wrong tenant is in the table above; here,
 * that no row was forgotten: a row without auth is refused to everybody. */
static void
every_row_says_who_may_call(void **state)
{
    (void)state;
    for (int id = 0; id < OP_COUNT; id++)
        assert_int_not_equal(op_get((enum op_id)id)->auth, AUTH_UNSET);
}

static int
start(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /identity/resources/configurations/v1",
         "{'allowOverridePasswordComplexity':true,'allowOverridePasswordExpiration':true,"
         "'allowOverrideEnforcePasswordHistory':true}",
         "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'a','name':'A'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'b','name':'B'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'gone','name':'G'}", "201"},
        {"POST /identity/resources/users/v2 @a", "{'email':'ann@x.io'}", "201; id>ann"},
        {"POST /identity/resources/users/v2 @b", "{'email':'bob@x.io'}", "201; id>bob"},
        {"POST /identity/resources/users/v2 @gone", "{'email':'ann@x.io'}", "201"},
        {"POST /identity/resources/users/v2 @a", "{'email':'locked@x.io'}", "201; id>locked"},
        {"POST /identity/resources/users/v2 @a", "{'email':'off@x.io'}", "201; id>disabled"},
        {"POST /identity/resources/users/v1/$locked/lock", NULL, "200"},
        {"POST /identity/resources/tenants/users/v1/$disabled/disable @a", NULL, "200"},
        {"DELETE /tenants/resources/tenants/v1/gone", NULL, "200"},
    };
    scene_start(&scene);
    SCENE(&scene, steps);
    make_identities();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_row_says_who_may_call, start),
        cmocka_unit_test(every_row_by_every_identity),
    };
    int failed = cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
