/*
 * Every id that an operation takes, in path, query, body or header, is replaced by a real one of
 * another tenant, for callers of this tenant. Nothing of the other tenant may be shown, and nothing
 * of it may change. Generated from the catalogue.
 */
#include "server/state.h"
#include "tests/support/sample.h"
#include "tests/support/scene.h"

#include <stdio.h>

enum { TEXT_MAX = 256 * 1024 };

/* Is in every name of the other tenant, so it must not be in any answer. */
#define MARK "zzzsecret"

static struct scene scene;

/* The other tenant's id for a parameter or field of this name. */
static const char *
other_id(const char *name, void *arg)
{
    static const struct {
        const char *end, *kept;
    } kinds[] = {
        {"tenantid", "other"}, {"tenantids", "other"},     {"userid", "user"},
        {"userids", "user"},   {"roleid", "role"},         {"roleids", "role"},
        {"email", "email"},    {"childtenantid", "other"}, {"alias", "other"},
        {"ids", "user"},       {"users", "user"},          {"tenant_ids", "other"},
    };
    const struct op *op = arg;
    if (strcmp(name, "id") == 0)
        return scene_value(&scene, strstr(op->path, "/roles/") ? "role" : "user").p;
    struct str lower = str_of(name);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct str end = str_of(kinds[i].end);
        if (lower.n >= end.n && str_eq_nocase(str_sub(lower, lower.n - end.n, lower.n), end))
            return scene_value(&scene, kinds[i].kept).p;
    }
    return NULL;
}

/* All that can be known of the other tenant, as text. */
static struct str
snapshot(void)
{
    static const char *const views[] = {
        "/tenants/resources/tenants/v2/other",
        "/identity/resources/vendor-only/users/v1/$user",
        "/identity/resources/users/v3?_sortBy=email",
        "/identity/resources/roles/v2?_sortBy=key",
        "/tenants/resources/hierarchy/v1/tree",
        "/tenants/resources/hierarchy/v1/parents",
        "/audits/resources/audits/v2?count=200&offset=0",
    };
    struct buf all;
    buf_init(&all, TEXT_MAX);
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        struct tserver_reply r =
            tserver_request(&scene.t, "GET", scene_text(&scene, views[i]), scene.t.token,
                            "frontegg-tenant-id: other\r\n", NULL);
        assert_int_equal(r.status, 200);
        buf_add_str(&all, r.body);
    }
    struct str text = arena_str(&scene.t.arena, buf_str(&all));
    buf_fini(&all);
    assert_true(str_find(text, STR(MARK)) >= 0);
    return text;
}

struct caller {
    const char *name, *headers, *token;
};

static bool
is_meant(const struct op *op, const struct caller *who)
{
    if (!scene_is_bound(&scene, op) || op->id == OP_tenants_delete_current)
        return false;
    if (strcmp(who->name, "vendor in our tenant") == 0)
        return op->ctx & (CTX_TENANT | CTX_NEED_TENANT) && op->auth == AUTH_TENANT;
    return true;
}

/* Anew each time: among the operations are those that end one's sessions. */
static void
keep_tokens(void)
{
    static const char *const may[] = {"fe.*", NULL};
    struct tserver_grant machine = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("ours"), .permissions = may};
    struct tserver_grant person = machine;
    person.type = "userToken";
    person.sub = scene_value(&scene, "ann");
    scene_keep(&scene, "machine", tserver_mint(&scene.t, &machine));
    scene_keep(&scene, "person", tserver_mint(&scene.t, &person));
}

static struct tserver_reply
send_swapped(const struct op *op, const struct caller *who, bool all)
{
    struct sample sample = {.id = other_id, .all = all};
    struct buf target, body;
    union {
        const struct op *in;
        void *out;
    } arg = {.in = op};
    sample.arg = arg.out;
    buf_init(&target, TEXT_MAX);
    buf_init(&body, TEXT_MAX);
    sample_target(&sample, op, &target);
    sample_body(&sample, op, &body);
    keep_tokens();
    struct str token = who->token ? scene_value(&scene, who->token) : scene.t.token;
    const char *path = arena_str(&scene.t.arena, buf_str(&target)).p;
    const char *text = arena_str(&scene.t.arena, buf_str(&body)).p;
    buf_fini(&target);
    buf_fini(&body);
    return tserver_request(&scene.t, method_name(op->method), path, token, who->headers,
                           op->body ? text : NULL);
}

/* Our user has guessed at passwords and codes, under the lockout policy that our machine set. */
static void
unlock(void)
{
    const char *path = scene_text(&scene, "/identity/resources/users/v1/$ann/unlock");
    assert_int_equal(tserver_request(&scene.t, "POST", path, scene.t.token, NULL, NULL).status,
                     200);
}

static size_t
check_one(const struct op *op, const struct caller *who, bool all)
{
    unlock();
    struct str before = snapshot();
    struct tserver_reply r = send_swapped(op, who, all);
    bool kept = str_eq(before, snapshot());
    bool silent = str_find(r.body, STR(MARK)) < 0;
    if (kept && silent && r.status < 500)
        return 0;
    print_error("%s by %s: %d, %s, %s\n  %.*s\n", op->name, who->name, r.status,
                kept ? "nothing changed" : "CHANGED", silent ? "nothing shown" : "SHOWN",
                STR_ARG(r.body));
    return 1;
}

static void
ids_of_another_tenant(void **state)
{
    (void)state;
    static const struct caller callers[] = {
        {"our machine", NULL, "machine"},
        {"our user", NULL, "person"},
        {"vendor in our tenant", "frontegg-tenant-id: ours\r\n", NULL},
    };
    size_t wrong = 0;
    for (int id = 0; id < OP_COUNT; id++)
        for (size_t i = 0; i < 2 * COUNT_OF(callers); i++)
            if (is_meant(op_get((enum op_id)id), &callers[i / 2]))
                wrong += check_one(op_get((enum op_id)id), &callers[i / 2], i % 2);
    assert_int_equal(wrong, 0);
}

/* The other tenant, or one of its users, named by a header. */
static void
headers_of_another_tenant(void **state)
{
    (void)state;
    const char *user = scene_text(&scene, "frontegg-user-id: $user\r\n");
    const struct caller callers[] = {
        {"our machine", "frontegg-tenant-id: other\r\n", "machine"},
        {"our user", "frontegg-tenant-id: other\r\n", "person"},
        {"our user as another", user, "person"},
    };
    unlock();
    for (int id = 0; id < OP_COUNT; id++) {
        const struct op *op = op_get((enum op_id)id);
        for (size_t i = 0; i < COUNT_OF(callers); i++) {
            struct tserver_reply r = send_swapped(op, &callers[i], false);
            if (r.status != 403)
                fail_msg("%s by %s: %d %.*s", op->name, callers[i].name, r.status, STR_ARG(r.body));
        }
    }
}

/* No mail to the other tenant's user: the audit of its delivery would come at any time. */
static int
start(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'ours','name':'Ours'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'above','name':'" MARK "'}", "201"},
        {"POST /tenants/resources/tenants/v1",
         "{'tenantId':'other','name':'" MARK "','parentTenantId':'above'}", "201"},
        {"POST /tenants/resources/tenants/v1",
         "{'tenantId':'below','name':'" MARK "','parentTenantId':'other'}", "201"},
        {"PUT /tenants/resources/tenants/v2/other", "{'alias':'other'}", "200"},
        {"POST /identity/resources/roles/v1 @other", "[{'key':'" MARK "','name':'x','level':1}]",
         "201; 0.id>role"},
        {"POST /identity/resources/users/v2 @other",
         "{'email':'" MARK "@x.io','name':'" MARK "','roleIds':['$role'],"
         "'skipInviteEmail':true}",
         "201; id>user; email>email"},
        {"POST /identity/resources/users/v2 @ours", "{'email':'ann@x.io'}", "201; id>ann"},
        {"POST /audits @other", "{'severity':'Info','action':'" MARK "'}", "202"},
    };
    scene_start(&scene);
    scene_keep(&scene, "other", STR("other"));
    SCENE(&scene, steps);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ids_of_another_tenant, start),
        cmocka_unit_test(headers_of_another_tenant),
    };
    int failed = cmocka_run_group_tests_name("swaps", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
