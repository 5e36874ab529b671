/* The way of a request through the whole server, seen from outside. */
#include "base/mem.h"
#include "server/dispatch.h"
#include "server/registry.h"
#include "server/state.h"
#include "tests/support/testserver.h"
#include "tests/support/unit.h"

#include <stdio.h>

#define USERS "/identity/resources/users"
#define TENANTS "/tenants/resources/tenants"
#define IN_ONE "frontegg-tenant-id: one\r\n"

static struct tserver server;
static const struct str NO_TOKEN = {NULL, 0};
static struct str user_id;

static struct tserver_reply
ask(const char *method, const char *path, struct str token, const char *headers, const char *body)
{
    return tserver_request(&server, method, path, token, headers, body);
}

static void
expect(struct tserver_reply r, int status, const char *text, const char *code)
{
    if (r.status != status)
        fail_msg("status %d, wanted %d: %.*s", r.status, status, STR_ARG(r.body));
    if (text && str_find(r.body, str_of(text)) < 0)
        fail_msg("no '%s' in %.*s", text, STR_ARG(r.body));
    struct str got = json_str(json_get(r.json, "errorCode"));
    if (code && !str_eq(got, str_of(code)))
        fail_msg("code '%.*s', wanted '%s'", STR_ARG(got), code);
    if (status >= 400)
        assert_int_equal(json_type(json_at(json_get(r.json, "errors"), 0)), JSON_STRING);
}

static struct str
user_token(struct str user, const char *tenant, const char *const *permissions)
{
    return tserver_mint(&server, &(struct tserver_grant){.type = "userToken",
                                                         .sub = user,
                                                         .tenant = str_of(tenant),
                                                         .permissions = permissions});
}

static int
setup(void **state)
{
    (void)state;
    tserver_start(&server);
    expect(
        ask("POST", TENANTS "/v1", server.token, NULL, "{\"tenantId\":\"one\",\"name\":\"One\"}"),
        201, NULL, NULL);
    expect(
        ask("POST", TENANTS "/v1", server.token, NULL, "{\"tenantId\":\"two\",\"name\":\"Two\"}"),
        201, NULL, NULL);
    struct tserver_reply r =
        ask("POST", USERS "/v2", server.token, IN_ONE,
            "{\"email\":\"a@x.example\",\"name\":\"A\",\"skipInviteEmail\":true}");
    expect(r, 201, "a@x.example", NULL);
    user_id = json_str(json_get(r.json, "id"));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    tserver_stop(&server);
    return 0;
}

static void
our_own_pages_need_no_token(void **state)
{
    (void)state;
    expect(ask("GET", "/health", NO_TOKEN, NULL, NULL), 200, "{\"status\":\"ok\"}", NULL);
    expect(ask("GET", "/frontegg/health", NO_TOKEN, NULL, NULL), 200, "ok", NULL);
    expect(ask("GET", "/metrics", NO_TOKEN, NULL, NULL), 200, "gatehouse_requests_total", NULL);
    expect(ask("GET", "/gatehouse/v1/info", NO_TOKEN, NULL, NULL), 200, GATEHOUSE_VERSION, NULL);
    struct tserver_reply r = ask("GET", "/.well-known/jwks.json", NO_TOKEN, NULL, NULL);
    const struct json *key = json_at(json_get(r.json, "keys"), 0);
    assert_str(json_str(json_get(key, "alg")), "RS256");
    expect(ask("POST", "/health", NO_TOKEN, NULL, "{}"), 405, NULL, NULL);
}

static void
routes_are_told_apart(void **state)
{
    (void)state;
    expect(ask("GET", "/nowhere", server.token, NULL, NULL), 404, NULL, "ER-00004");
    expect(ask("GET", "/", server.token, NULL, NULL), 404, NULL, "ER-00004");
    expect(ask("GET", TENANTS "/v2/", server.token, NULL, NULL), 200, "\"items\"", NULL);
    expect(ask("GET", "/frontegg" TENANTS "/v2", server.token, NULL, NULL), 200, "\"items\"", NULL);
    struct tserver_reply r = ask("DELETE", TENANTS "/v2", server.token, NULL, NULL);
    expect(r, 405, NULL, NULL);
    assert_true(str_find(tserver_header(&r, "Allow"), STR("GET")) >= 0);
    expect(ask("TRACE", TENANTS "/v2", server.token, NULL, NULL), 405, NULL, NULL);
    expect(ask("BREW", TENANTS "/v2", server.token, NULL, NULL), 405, NULL, NULL);
    expect(ask("GET", TENANTS "/v2/a%2fb", server.token, NULL, NULL), 400, NULL, NULL);
}

static void
every_answer_is_traced_and_kept_out_of_caches(void **state)
{
    (void)state;
    struct tserver_reply a = ask("GET", TENANTS "/v2", server.token, NULL, NULL);
    struct tserver_reply b = ask("GET", "/nowhere", NO_TOKEN, NULL, NULL);
    struct str one = tserver_header(&a, "frontegg-trace-id");
    struct str two = tserver_header(&b, "frontegg-trace-id");
    assert_int_equal(one.n, 36);
    assert_int_equal(two.n, 36);
    assert_false(str_eq(one, two));
    assert_str(tserver_header(&a, "cache-control"), "no-store");
    assert_str(tserver_header(&b, "x-content-type-options"), "nosniff");
    assert_str(tserver_header(&a, "content-type"), "application/json; charset=utf-8");
}

static void
a_token_is_needed_and_must_be_good(void **state)
{
    (void)state;
    static const char path[] = TENANTS "/v2";
    expect(ask("GET", path, NO_TOKEN, NULL, NULL), 401, NULL, NULL);
    expect(ask("GET", path, STR("nonsense"), NULL, NULL), 401, NULL, NULL);
    expect(ask("GET", path, NO_TOKEN, "Authorization: Basic YTpi\r\n", NULL), 401, NULL, NULL);
    expect(ask("GET", path, str_sub(server.token, 0, server.token.n - 1), NULL, NULL), 401, NULL,
           NULL);
    struct tserver_grant grant = {.type = "vendor", .sub = server.vendor, .lifetime_s = -10};
    expect(ask("GET", path, tserver_mint(&server, &grant), NULL, NULL), 401, NULL, NULL);
    grant = (struct tserver_grant){.type = "vendor", .sub = STR("another")};
    expect(ask("GET", path, tserver_mint(&server, &grant), NULL, NULL), 401, NULL, NULL);
    grant = (struct tserver_grant){.type = "refresh", .sub = server.vendor};
    expect(ask("GET", path, tserver_mint(&server, &grant), NULL, NULL), 401, NULL, NULL);
}

static void
both_headers_carry_a_token(void **state)
{
    (void)state;
    char header[8192];
    (void)snprintf(header, sizeof header, "x-access-token: %.*s\r\n", STR_ARG(server.token));
    expect(ask("GET", TENANTS "/v2", NO_TOKEN, header, NULL), 200, NULL, NULL);
    expect(ask("GET", TENANTS "/v2", server.token, header, NULL), 200, NULL, NULL);
    expect(ask("GET", TENANTS "/v2", server.token, "x-access-token: other\r\n", NULL), 401, NULL,
           NULL);
}

static void
scope_headers_follow_the_rules(void **state)
{
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof path, USERS "/v1/%.*s", STR_ARG(user_id));
    expect(ask("GET", path, server.token, NULL, NULL), 403, "Tenant ID is not specified",
           "ER-00008");
    expect(ask("GET", path, server.token, IN_ONE, NULL), 200, "a@x.example", NULL);
    expect(ask("GET", path, server.token, "Frontegg-Tenant-Id: two\r\n", NULL), 404,
           "User not found", NULL);
    expect(ask("GET", path, server.token, "frontegg-tenant-id: none\r\n", NULL), 404, NULL, NULL);
    expect(ask("GET", path, server.token, IN_ONE "frontegg-environment-id: other\r\n", NULL), 403,
           NULL, NULL);
    (void)snprintf(path, sizeof path, USERS "/v1/%.*s/email", STR_ARG(user_id));
    expect(ask("PUT", path, server.token, IN_ONE, "{\"email\":\"b@x.example\"}"), 403,
           "Tenant ID is defined - forbidden route for tenants", NULL);
}

static void
bodies_must_be_json_of_the_right_shape(void **state)
{
    (void)state;
    static const char create[] = TENANTS "/v1";
    expect(ask("POST", create, server.token, NULL, "{\"name\":"), 400, "Invalid JSON provided",
           NULL);
    expect(ask("POST", create, server.token, NULL, "null"), 400, "Invalid JSON provided", NULL);
    expect(ask("POST", create, server.token, NULL, "{\"a\":1,\"a\":2}"), 400,
           "Invalid JSON provided", NULL);
    expect(ask("POST", create, server.token, NULL, "{} x"), 400, "Invalid JSON provided", NULL);
    expect(ask("POST", create, server.token, NULL, "[]"), 400, NULL, NULL);
    expect(ask("POST", create, server.token, NULL, "{\"name\":7}"), 400, "name must be a string",
           NULL);
    expect(ask("POST", "/identity/resources/roles/v1", server.token, NULL, "{\"key\":\"a\"}"), 400,
           "Expected body to be an array", NULL);
    /* Clients that send a body with a GET send it as any other. */
    expect(ask("GET", TENANTS "/v2", server.token, NULL, "null"), 400, "Invalid JSON provided",
           NULL);
    expect(ask("GET", TENANTS "/v2", server.token, NULL, "{}"), 200, NULL, NULL);
}

static void
user_tokens_do_what_their_permissions_say(void **state)
{
    (void)state;
    static const char *const read[] = {"fe.secure.read.*", NULL};
    static const char *const exact[] = {"fe.secure.read.users", NULL};
    static const char *const write[] = {"fe.secure.write.*", NULL};
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", read), NULL, NULL), 200,
           "a@x.example", NULL);
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", exact), NULL, NULL), 200, NULL, NULL);
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", write), NULL, NULL), 403, NULL, NULL);
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", NULL), NULL, NULL), 403, NULL, NULL);
    expect(ask("GET", TENANTS "/v1", user_token(user_id, "one", read), NULL, NULL), 403, NULL,
           NULL);
    /* A token of a tenant the user is not in, or of nobody. */
    expect(ask("GET", USERS "/v3", user_token(user_id, "two", read), NULL, NULL), 401, NULL, NULL);
    expect(ask("GET", USERS "/v3", user_token(STR("nobody"), "one", read), NULL, NULL), 401, NULL,
           NULL);
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", read), "frontegg-tenant-id: two\r\n",
               NULL),
           403, NULL, NULL);
    expect(ask("GET", USERS "/v3", user_token(user_id, "one", read), IN_ONE, NULL), 200, NULL,
           NULL);
}

static void
a_locked_user_is_out_at_once(void **state)
{
    (void)state;
    static const char *const read[] = {"fe.secure.read.*", NULL};
    struct tserver_reply r = ask("POST", USERS "/v2", server.token, IN_ONE,
                                 "{\"email\":\"lock@x.example\",\"skipInviteEmail\":true}");
    expect(r, 201, NULL, NULL);
    struct str id = json_str(json_get(r.json, "id"));
    struct str token = user_token(id, "one", read);
    expect(ask("GET", USERS "/v3", token, NULL, NULL), 200, NULL, NULL);
    char path[256];
    (void)snprintf(path, sizeof path, USERS "/v1/%.*s/lock", STR_ARG(id));
    assert_int_equal(ask("POST", path, server.token, IN_ONE, NULL).status / 100, 2);
    expect(ask("GET", USERS "/v3", token, NULL, NULL), 401, NULL, NULL);
    (void)snprintf(path, sizeof path, USERS "/v1/%.*s/unlock", STR_ARG(id));
    assert_int_equal(ask("POST", path, server.token, IN_ONE, NULL).status / 100, 2);
    expect(ask("GET", USERS "/v3", token, NULL, NULL), 401, NULL, NULL); /* its session ended */
    token = user_token(id, "one", read);
    expect(ask("GET", USERS "/v3", token, NULL, NULL), 200, NULL, NULL);
    (void)snprintf(path, sizeof path, USERS "/v1/%.*s", STR_ARG(id));
    assert_int_equal(ask("DELETE", path, server.token, IN_ONE, NULL).status / 100, 2);
    expect(ask("GET", USERS "/v3", token, NULL, NULL), 401, NULL, NULL);
}

static int64_t
total_audits(void)
{
    struct tserver_reply r = ask("GET", "/audits?offset=0&count=1", server.token, NULL, NULL);
    expect(r, 200, NULL, NULL);
    int64_t total = -1;
    assert_true(json_to_i64(json_get(r.json, "total"), &total));
    return total;
}

static void
each_change_leaves_one_audit_row(void **state)
{
    (void)state;
    int64_t before = total_audits();
    expect(ask("POST", TENANTS "/v1", server.token, NULL,
               "{\"tenantId\":\"audited\",\"name\":\"Audited\"}"),
           201, NULL, NULL);
    assert_int_equal(total_audits(), before + 1);
    /* Neither reading nor failing is a change. */
    expect(ask("GET", TENANTS "/v2", server.token, NULL, NULL), 200, NULL, NULL);
    expect(ask("POST", TENANTS "/v1", server.token, NULL,
               "{\"tenantId\":\"audited\",\"name\":\"Again\"}"),
           409, "Tenant already exists", NULL);
    assert_int_equal(total_audits(), before + 1);
}

static void
signing_in_needs_both_halves(void **state)
{
    (void)state;
    char body[256];
    (void)snprintf(body, sizeof body, "{\"clientId\":\"%.*s\",\"secret\":\"wrong\"}",
                   STR_ARG(server.vendor));
    struct tserver_reply a = ask("POST", "/auth/vendor", NO_TOKEN, NULL, body);
    struct tserver_reply b = ask("POST", "/auth/vendor/", NO_TOKEN, NULL,
                                 "{\"clientId\":\"nobody\",\"secret\":\"wrong\"}");
    expect(a, 401, "Invalid authentication", NULL);
    assert_true(a.body.n == b.body.n && str_eq(a.body, b.body));
    expect(ask("POST", "/auth/vendor", NO_TOKEN, NULL, "{}"), 400, "secret should not be empty",
           NULL);
    expect(ask("POST", "/auth/vendor", NO_TOKEN, NULL, NULL), 400, NULL, NULL);
}

/* Every operation has a handler, so one is taken away: of an operation that no other case asks for, and
 * without a socket, since the threads of the server would read what is written here. */
static void
an_operation_without_a_handler_says_so(void **state)
{
    (void)state;
    op_fn **fn = &server.server->registry->fns[OP_groups_config_get];
    op_fn *kept = *fn;
    struct arena a;
    arena_init(&a, (size_t)1 << 20);
    char *bearer = arena_cstr(&a, arena_printf(&a, "Bearer %.*s", STR_ARG(server.token)));
    const struct header headers[] = {{STR("authorization"), str_of(bearer)},
                                     {STR("frontegg-tenant-id"), STR("one")}};
    struct http_request r = {.method = STR("GET"),
                             .target = STR("/identity/resources/groups/v1/config"),
                             .ip = STR("127.0.0.1"),
                             .headers = headers,
                             .n_headers = COUNT_OF(headers),
                             .arena = &a};
    buf_init(&r.reply, (size_t)1 << 16);
    buf_init(&r.reply_headers, (size_t)1 << 12);
    *fn = NULL;
    dispatch(server.server, &r);
    *fn = kept;
    assert_int_equal(r.status, 501);
    assert_true(
        str_eq(buf_str(&r.reply), STR("{\"errors\":[\"Not implemented: groups_config_get\"]}")));
    buf_fini(&r.reply_headers);
    buf_fini(&r.reply);
    arena_fini(&a);
}

/* Databases differ in what bytes they take for text; this one does not leave it to them. */
static void
headers_that_are_no_text(void **state)
{
    (void)state;
    expect(ask("GET", USERS "/v3", server.token, "frontegg-tenant-id: on\xff\xfe\r\n", NULL), 400,
           "frontegg-tenant-id must be UTF-8", NULL);
    expect(ask("GET", USERS "/v3", server.token, "frontegg-user-id: \xc0\xaf\r\n", NULL), 400, NULL,
           NULL);
    expect(ask("POST", TENANTS "/v1", server.token, "User-Agent: caf\xe9 \xc3\r\n",
               "{\"tenantId\":\"latin\",\"name\":\"Latin\"}"),
           201, NULL, NULL);
    expect(ask("GET", "/audits?count=50&offset=0", server.token, NULL, NULL), 200,
           "caf\\\\xe9 \\\\xc3", NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_pages_need_no_token),
        cmocka_unit_test(routes_are_told_apart),
        cmocka_unit_test(every_answer_is_traced_and_kept_out_of_caches),
        cmocka_unit_test(a_token_is_needed_and_must_be_good),
        cmocka_unit_test(both_headers_carry_a_token),
        cmocka_unit_test(scope_headers_follow_the_rules),
        cmocka_unit_test(bodies_must_be_json_of_the_right_shape),
        cmocka_unit_test(user_tokens_do_what_their_permissions_say),
        cmocka_unit_test(a_locked_user_is_out_at_once),
        cmocka_unit_test(each_change_leaves_one_audit_row),
        cmocka_unit_test(signing_in_needs_both_halves),
        cmocka_unit_test(headers_that_are_no_text),
        cmocka_unit_test(an_operation_without_a_handler_says_so),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
