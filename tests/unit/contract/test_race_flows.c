/*
 * Tokens and codes that let people in work once, however many use them at the same moment, and an
 * address becomes one account. See tests/support/race.h.
 */
#include "tests/support/outbox.h"
#include "tests/support/race.h"

#include "base/mem.h"

#include <stdio.h>

enum { ID_MAX = 64, TOKEN_MAX = 128, EMAIL_MAX = 80, ARENA_BYTES = 16 << 20 };

#define USERS "/identity/resources/users/v1"
#define PASSWORDLESS "/identity/resources/auth/v1/passwordless"
#define CONFIG "/identity/resources/configurations/v1"

struct person {
    char id[ID_MAX], email[EMAIL_MAX];
};

static void
add_person(struct person *p, const char *what, int round)
{
    char body[RACE_TEXT_MAX], path[RACE_TEXT_MAX];
    snprintf(p->email, sizeof p->email, "%s-%d@race.example", what, round);
    snprintf(body, sizeof body, "{\"email\":\"%s\",\"skipInviteEmail\":true}", p->email);
    race_must("POST", "/identity/resources/users/v2", "frontegg-tenant-id: race\r\n", body, 201,
              "id", p->id, sizeof p->id);
    snprintf(path, sizeof path, USERS "/%s/verify", p->id);
    race_must("POST", path, NULL, "", 200, NULL, NULL, 0);
}

static void
set_strategy(const char *strategy)
{
    char body[RACE_TEXT_MAX];
    snprintf(body, sizeof body, "{\"authStrategy\":\"%s\"}", strategy);
    race_must("POST", CONFIG, NULL, body, 201, NULL, NULL, 0);
}

/* A member of the first message to that address. */
static void
read_mail(const char *email, const char *member, char *out, size_t size)
{
    struct arena a;
    int64_t seen = 0;
    arena_init(&a, ARENA_BYTES);
    struct json *mail = outbox_next(race_outbox(), email, &seen, &a, NULL);
    if (!mail)
        fail_msg("no message came to %s", email);
    snprintf(out, size, "%.*s", STR_ARG(json_str(json_get(mail, member))));
    json_free(mail);
    arena_fini(&a);
}

static void
an_activation_works_once(void **state)
{
    (void)state;
    set_strategy("MagicLink"); /* nobody needs a password */
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char path[RACE_TEXT_MAX], body[RACE_TEXT_MAX], token[TOKEN_MAX];
        add_person(&p, "activation", round);
        snprintf(path, sizeof path, USERS "/%s/links/generate-activation-token", p.id);
        race_must("POST", path, NULL, "", 201, "token", token, sizeof token);
        snprintf(body, sizeof body, "{\"userId\":\"%s\",\"token\":\"%s\"}", p.id, token);
        assert_int_equal(race_same(race_callers(12), USERS "/activate", "", body, 200), 1);
    }
}

static void
an_invitation_is_accepted_once(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char path[RACE_TEXT_MAX], body[RACE_TEXT_MAX], token[TOKEN_MAX];
        add_person(&p, "invitation", round);
        snprintf(path, sizeof path, USERS "/%s/tenant", p.id);
        race_must("POST", path, NULL, "{\"tenantId\":\"other\"}", 201, NULL, NULL, 0);
        read_mail(p.email, "token", token, sizeof token);
        snprintf(body, sizeof body, "{\"userId\":\"%s\",\"token\":\"%s\"}", p.id, token);
        assert_int_equal(race_same(race_callers(12), USERS "/invitation/accept", "", body, 200), 1);
    }
}

/* Of one approver who says yes many times at once, one yes counts. */
static void
a_decision_counts_once(void **state)
{
    (void)state;
#define APPROVALS "/identity/resources/approval-flows/v1"
    static const char flow[] =
        "{\"name\":\"Race\",\"channels\":{\"email\":true,\"sms\":false},\"configuration\":{},"
        "\"steps\":[{\"stepOrder\":1,\"approverSelectors\":{\"emails\":[\"%s\"]},"
        "\"configuration\":{\"minApprovals\":1}}]}";
    struct person p;
    add_person(&p, "asks", 0);
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        char body[RACE_TEXT_MAX], path[RACE_TEXT_MAX], headers[RACE_TEXT_MAX], email[EMAIL_MAX];
        char id[ID_MAX], run[ID_MAX], link[RACE_TEXT_MAX], token[TOKEN_MAX];
        snprintf(email, sizeof email, "approver-%d@race.example", round);
        snprintf(body, sizeof body, flow, email);
        race_must("POST", APPROVALS, "frontegg-tenant-id: race\r\n", body, 201, "id", id,
                  sizeof id);
        snprintf(path, sizeof path, APPROVALS "/%s/execute", id);
        snprintf(headers, sizeof headers, "frontegg-tenant-id: race\r\nfrontegg-user-id: %s\r\n",
                 p.id);
        race_must("POST", path, headers, "{}", 200, "approvalFlowExecutionId", run, sizeof run);
        read_mail(email, "token", token, sizeof token);
        read_mail(email, "link", link, sizeof link);
        const char *step = strstr(link, "approvalFlowStepId=");
        assert_non_null(step);
        snprintf(body, sizeof body,
                 "{\"approved\":true,\"approvalFlowExecutionId\":\"%s\",\"approverId\":\"%s\","
                 "\"approvalFlowStepId\":\"%.36s\"}",
                 run, token, step + strlen("approvalFlowStepId="));
        assert_int_equal(race_same(race_callers(12), APPROVALS "/approver-action", "", body, 200),
                         1);
    }
}

static void
a_magic_link_works_once(void **state)
{
    (void)state;
    set_strategy("MagicLink");
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char body[RACE_TEXT_MAX], token[TOKEN_MAX];
        add_person(&p, "link", round);
        snprintf(body, sizeof body, "{\"email\":\"%s\"}", p.email);
        race_must("POST", PASSWORDLESS "/magiclink/prelogin", NULL, body, 200, NULL, NULL, 0);
        read_mail(p.email, "token", token, sizeof token);
        snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
        int n = race_same(race_callers(12), PASSWORDLESS "/magiclink/postlogin", "", body, 201);
        assert_int_equal(n, 1);
    }
}

static void
begin_code(const char *email, char *cookie, size_t size, char code[TOKEN_MAX])
{
    char body[RACE_TEXT_MAX];
    snprintf(body, sizeof body, "{\"email\":\"%s\"}", email);
    struct race_reply r = race_ask(0, "POST", PASSWORDLESS "/code/prelogin", NULL, body);
    assert_int_equal(r.status, 201);
    json_free(r.json);
    snprintf(cookie, size, "Cookie: %s\r\n", r.cookie);
    read_mail(email, "code", code, TOKEN_MAX);
}

static void
a_code_works_once(void **state)
{
    (void)state;
    set_strategy("Code");
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char body[RACE_TEXT_MAX], cookie[600], code[TOKEN_MAX];
        add_person(&p, "code", round);
        begin_code(p.email, cookie, sizeof cookie, code);
        snprintf(body, sizeof body, "{\"token\":\"%s\"}", code);
        int n = race_same(race_callers(12), PASSWORDLESS "/code/postlogin", cookie, body, 201);
        assert_int_equal(n, 1);
    }
}

/* After five wrong ones it is over, also when they come together. */
static void
guesses_in_parallel_are_all_counted(void **state)
{
    (void)state;
    set_strategy("Code");
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char body[RACE_TEXT_MAX], cookie[600], code[TOKEN_MAX];
        add_person(&p, "guess", round);
        begin_code(p.email, cookie, sizeof cookie, code);
        assert_int_equal(
            race_same(8, PASSWORDLESS "/code/postlogin", cookie, "{\"token\":\"wrong\"}", 201), 0);
        snprintf(body, sizeof body, "{\"token\":\"%s\"}", code);
        assert_int_equal(race_same(2, PASSWORDLESS "/code/postlogin", cookie, body, 201), 0);
    }
}

static int64_t
count_of(const char *path)
{
    struct race_reply r = race_ask(0, "GET", path, NULL, "");
    int64_t n = -1;
    (void)json_to_i64(json_get(json_get(r.json, "_metadata"), "totalItems"), &n);
    json_free(r.json);
    return n;
}

/* Everybody is told the same; one account and one tenant are made. */
static void
an_address_becomes_one_account(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        char body[RACE_TEXT_MAX];
        snprintf(body, sizeof body,
                 "{\"provider\":\"local\",\"email\":\"up-%d@race.example\",\"companyName\":\"U\"}",
                 round);
        int64_t users = count_of("/identity/resources/users/v3"),
                tenants = count_of("/tenants/resources/tenants/v2");
        int n = race_callers(8) > 8 ? 8 : race_callers(8); /* more are too many for one address */
        assert_true(race_same(n, USERS "/signUp", "", body, 201) >= 1);
        assert_int_equal(count_of("/identity/resources/users/v3"), users + 1);
        assert_int_equal(count_of("/tenants/resources/tenants/v2"), tenants + 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_activation_works_once),
        cmocka_unit_test(an_invitation_is_accepted_once),
        cmocka_unit_test(a_decision_counts_once),
        cmocka_unit_test(a_magic_link_works_once),
        cmocka_unit_test(a_code_works_once),
        cmocka_unit_test(guesses_in_parallel_are_all_counted),
        cmocka_unit_test(an_address_becomes_one_account),
    };
    if (!race_start())
        return 1;
    int failed = cmocka_run_group_tests_name("race flows", tests, NULL, NULL);
    race_stop();
    return failed;
}
