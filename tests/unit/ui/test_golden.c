/*
 * Screens as they should be: each pane in each state and at several sizes, as text and as a map of
 * roles, in tests/golden/. `make golden-update` writes them anew; the difference is for people to
 * read.
 */
#include "base/mem.h"
#include "tests/unit/ui/fake/golden.h"
#include "tests/unit/ui/fake/mfa_service.h"
#include "tests/unit/ui/fake/person.h"
#include "tests/unit/ui/fake/sessions.h"
#include <stdio.h>

#define INVITE "invite tests/unit/ui/people.csv"

static void
no_users(struct bench *b)
{
    bench_users(b, 0);
}

static void
refused(struct bench *b)
{
    fake_answer(b->client, "users_list", 403,
                "{\"errors\":[\"Tenant ID is not specified\"],\"errorCode\":\"ER-00008\"}");
}

static void
unreachable(struct bench *b)
{
    fake_fail(b->client, "users_list", ERR_NETWORK,
              "cannot reach api.example.com: connection refused");
}

static void
hostile(struct bench *b)
{
    fake_answer(b->client, "users_list", 200,
                "{\"items\":[{\"id\":\"h\",\"name\":\"\\u001b]0;x\\u0007\\u202Eevil\",\"email\":"
                "\"a\\r\\nb@x.y\"},{\"id\":\"i\",\"name\":\"\\u4f50\\u85e4 \\u6075\\u7f8e\","
                "\"email\":\"emi@x.y\",\"verified\":true}],\"_metadata\":{\"totalItems\":2}}");
}

static void
tree(struct bench *b)
{
    fake_answer(b->client, "hierarchy_tree", 200,
                "{\"tenantId\":\"acme\",\"name\":\"Acme Robotics\",\"children\":[{\"tenantId\":"
                "\"acme-eu\",\"name\":\"Acme Europe\",\"children\":[{\"tenantId\":\"acme-de\","
                "\"name\":\"Acme Deutschland\",\"children\":[]}]},{\"tenantId\":\"acme-us\","
                "\"name\":\"Acme America\",\"children\":[]}]}");
}

static void
audits(struct bench *b)
{
    fake_answer(b->client, "audits_list", 200,
                "{\"data\":[{\"frontegg_id\":\"a1\",\"severity\":\"Info\",\"action\":"
                "\"users_lock\",\"resource\":\"user-0001\",\"email\":\"ada@acme.example\",\"ip\":"
                "\"192.0.2.7\",\"tenantId\":\"acme\",\"createdAt\":"
                "\"2026-05-28T19:26:40.000Z\"}],\"total\":1}");
}

static void
configuration(struct bench *b)
{
    fake_answer(b->client, "config_get", 200,
                "{\"id\":\"c1\",\"authStrategy\":\"EmailAndPassword\",\"allowSignups\":true,"
                "\"defaultTokenExpiration\":86400,\"jwtAlgorithm\":\"RS256\",\"publicKey\":"
                "\"-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----\"}");
}

static const char group_json[] =
    "{\"id\":\"g1\",\"name\":\"Operations\",\"color\":\"#ff8800\",\"description\":\"Runs it\","
    "\"managedBy\":\"frontegg\",\"metadata\":\"{}\",\"createdAt\":\"2026-05-01T10:00:00.000Z\","
    "\"updatedAt\":\"2026-05-02T10:00:00.000Z\",\"roles\":[{\"id\":\"r1\",\"key\":\"Admin\","
    "\"name\":"
    "\"Admin\",\"level\":0},{\"id\":\"r2\",\"key\":\"Reader\",\"name\":\"Reader\",\"level\":20}],"
    "\"users\":[{\"id\":\"user-0001\",\"email\":\"user1@example.com\",\"name\":\"User 0001\","
    "\"activatedForTenant\":true}]}";

static void
groups(struct bench *b)
{
    char list[2048];
    snprintf(list, sizeof list,
             "{\"items\":[%s,{\"id\":\"g2\",\"name\":\"Quiet\",\"roles\":[],\"users\":[],"
             "\"managedBy\":\"scim2\",\"createdAt\":\"2026-05-20T10:00:00.000Z\"}],"
             "\"_metadata\":{\"totalItems\":2,\"totalPages\":1}}",
             group_json);
    fake_answer(b->client, "groups_list", 200, list);
    fake_answer(b->client, "groups_get", 200, group_json);
}

static void
in_groups(struct bench *b)
{
    fake_answer(b->client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"name\":\"User 0001\",\"email\":\"user1@example.com\","
                "\"groups\":[{\"id\":\"4a2e4fd7-5a0c-4b7e-9a54-0d8b7c1a2f33\",\"roles\":[{\"id\":"
                "\"r1\",\"key\":\"Admin\"},{\"id\":\"r2\",\"key\":\"Reader\"}]}]}");
}

static void
cannot_sign_in(struct bench *b)
{
    bench_person(b);
    fake_answer(b->client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"email\":\"user1@example.com\",\"provider\":\"local\","
                "\"verified\":true,\"isLocked\":true,\"tenantId\":\"acme\",\"tenants\":"
                "[{\"tenantId\":\"acme\",\"roles\":[],\"temporaryExpirationDate\":"
                "\"2026-06-01T00:00:00.000Z\"}]}");
    fake_answer(b->client, "lockout_policy_get", 200, "{\"enabled\":true,\"maxAttempts\":5}");
    fake_answer(b->client, "ip_restrictions_config_get", 501,
                "{\"errors\":[\"Not implemented: ip_restrictions_config_get\"]}");
}

static void
by_group(struct bench *b)
{
    bench_person(b);
    fake_answer(b->client, "users_get", 200,
                "{\"id\":\"user-0001\",\"tenants\":[{\"tenantId\":\"acme\",\"roles\":[{\"id\":"
                "\"r2\",\"key\":\"Reader\",\"permissions\":[\"p1\"]}]}],\"roles\":[{\"id\":\"r2\","
                "\"key\":\"Reader\",\"permissions\":[\"p1\"]},{\"id\":\"r1\",\"key\":\"Admin\","
                "\"permissions\":[\"p1\",\"p2\"]}],\"groups\":[{\"id\":\"g1\",\"roles\":[{\"id\":"
                "\"r1\",\"key\":\"Admin\",\"permissions\":[\"p1\",\"p2\"]}]}],\"permissions\":[]}");
    fake_answer(b->client, "groups_get_many", 201,
                "{\"groups\":[{\"id\":\"g1\",\"name\":\"Operations\"}]}");
}

static void
findings(struct bench *b)
{
    fake_answer(
        b->client, "users_search", 200,
        "{\"items\":[{\"id\":\"user-0001\",\"name\":\"User 0001\",\"email\":"
        "\"user1@example.com\",\"tenantId\":\"acme\"}],\"_metadata\":{\"totalItems\":120}}");
    fake_answer(
        b->client, "roles_list", 200,
        "{\"items\":[{\"id\":\"r9\",\"key\":\"Mailer\",\"name\":\"Writes to example.com\"}]}");
    fake_answer(b->client, "groups_list_v1", 403, "{\"errors\":[\"You may not\"]}");
}

static void
inviting(struct bench *b)
{
    fake_answer(b->client, "users_bulk_invite", 202, "{\"id\":\"job-1\"}");
    fake_answer(
        b->client, "users_bulk_status", 200,
        "{\"id\":\"job-1\",\"status\":\"InProgress\",\"total\":3,\"processed\":2,"
        "\"errors\":[{\"email\":\"bob@acme.example\",\"message\":\"User already exists\"}]}");
}

static void
policies(struct bench *b)
{
    fake_answer(
        b->client, "jwt_templates_get", 200,
        "{\"id\":\"t1\",\"key\":\"short\",\"name\":\"Short\",\"expiration\":60,"
        "\"algorithm\":\"RS256\",\"description\":\"For machines\",\"templateSchema\":"
        "{\"claims\":{\"iss\":{},\"sub\":{},\"aud\":{},\"exp\":{},\"iat\":{}}},\"createdAt\":"
        "\"2026-05-01T10:00:00.000Z\",\"updatedAt\":\"2026-05-28T19:26:40.000Z\"}");
    fake_answer(
        b->client, "approval_flows_get", 200,
        "{\"id\":\"f1\",\"name\":\"Delete data\",\"isActive\":true,\"tenantId\":\"acme\","
        "\"configuration\":{\"timeoutMinutes\":60,\"reminderIntervalMinutes\":15},\"steps\":["
        "{\"stepOrder\":1,\"approverSelectors\":{\"roleKeys\":[\"Admin\"],\"emails\":[]},"
        "\"configuration\":{\"minApprovals\":1}},{\"stepOrder\":2,\"approverSelectors\":{"
        "\"roleKeys\":[],\"emails\":[\"ada@acme.example\"]},\"configuration\":{\"minApprovals\":"
        "1}}],\"updatedAt\":\"2026-05-28T19:26:40.000Z\"}");
    fake_answer(b->client, "jwt_templates_list", 200,
                "{\"items\":[{\"id\":\"t1\",\"key\":\"short\",\"name\":\"Short\",\"expiration\":60,"
                "\"algorithm\":\"RS256\",\"description\":\"For machines\",\"updatedAt\":"
                "\"2026-05-28T19:26:40.000Z\"}],\"_metadata\":{\"totalItems\":1,\"totalPages\":1},"
                "\"_links\":{}}");
    fake_answer(
        b->client, "approval_flows_list", 200,
        "{\"items\":[{\"id\":\"f1\",\"name\":\"Delete data\",\"isActive\":true,\"steps\":[{},"
        "{}],\"tenantId\":\"acme\",\"updatedAt\":\"2026-05-28T19:26:40.000Z\"}],\"total\":1}");
    fake_answer(b->client, "captcha_policy_get", 200,
                "{\"id\":\"c1\",\"enabled\":true,\"siteKey\":\"site\",\"secretKey\":\"****\","
                "\"minScore\":0.5,\"ignoredEmails\":[\"root@acme.example\"]}");
}

static void
no_provider(struct bench *b)
{
    fake_answer(b->client, "mail_config_get", 404, "{\"errors\":[\"E-mail provider not found\"]}");
}

static void
mailgun(struct bench *b)
{
    fake_answer(b->client, "mail_config_get", 200,
                "{\"provider\":\"mailgun\",\"secret\":\"key-****9f2c\",\"extension\":["
                "{\"extensionName\":\"domain\",\"extensionValue\":\"mail.acme.example\"},"
                "{\"extensionName\":\"region\",\"extensionValue\":\"eu\"}],\"createdAt\":"
                "\"2026-05-01T08:00:00.000Z\",\"updatedAt\":\"2026-05-28T08:00:00.000Z\"}");
    fake_answer(
        b->client, "messages_test", 200,
        "{\"sent\":false,\"channel\":\"email\",\"to\":\"ada@acme.example\",\"provider\":"
        "\"mailgun\",\"status\":401,\"reference\":null,\"error\":\"mailgun did not take the "
        "message: 401\",\"answer\":\"{\\\"message\\\":\\\"Invalid private key\\\"}\","
        "\"milliseconds\":84}");
}

static void
twilio(struct bench *b)
{
    fake_answer(b->client, "sms_config_get", 200,
                "{\"id\":\"s1\",\"provider\":\"twilio\",\"accountId\":\"AC0123456789\",\"token\":"
                "\"****77aa\",\"serviceId\":\"MG42\",\"createdAt\":\"2026-05-01T08:00:00.000Z\"}");
}

static void
templates(struct bench *b)
{
    fake_answer(
        b->client, "templates_list", 200,
        "{\"types\":[{\"id\":\"email.ResetPassword\",\"channel\":\"email\",\"type\":"
        "\"ResetPassword\",\"when\":\"somebody asks to reset a forgotten password\",\"own\":false,"
        "\"active\":true,\"templateId\":null,\"variables\":[\"link\"]},{\"id\":"
        "\"email.ActivateUser\",\"channel\":\"email\",\"type\":\"ActivateUser\",\"when\":\"an "
        "account "
        "was made and has to be activated\",\"own\":true,\"active\":true,\"templateId\":\"t1\","
        "\"variables\":[\"user_name\",\"link\"]},{\"id\":\"email.MagicLink\",\"channel\":\"email\","
        "\"type\":\"MagicLink\",\"when\":\"somebody signs in by a link\",\"own\":true,\"active\":"
        "false,\"templateId\":\"t2\",\"variables\":[\"link\"]},{\"id\":\"sms.OTC\",\"channel\":"
        "\"sms\","
        "\"type\":\"OTC\",\"when\":\"a code is sent to sign in\",\"own\":false,\"active\":true,"
        "\"templateId\":null,\"variables\":[\"code\"]}],\"variables\":[]}");
    fake_answer(
        b->client, "templates_preview", 200,
        "{\"channel\":\"email\",\"type\":\"ActivateUser\",\"active\":true,\"from\":"
        "\"hello@acme.example\",\"fromName\":\"Acme\",\"subject\":\"Welcome, Ada\",\"html\":"
        "\"<p>x</p>\",\"text\":\"Welcome, Ada.\\n\\nActivate your account:\\n"
        "https://acme.example/activate\",\"link\":\"https://acme.example/activate\","
        "\"unknown\":[\"usre_name\"]}");
    fake_answer(
        b->client, "mail_templates_list", 200,
        "[{\"id\":\"t1\",\"type\":\"ActivateUser\",\"subject\":\"Welcome\",\"htmlTemplate\":"
        "\"<p>Hello</p>\\n<p>{{link}}</p>\\n\",\"fromName\":\"Acme\",\"active\":true}]");
    fake_answer(b->client, "mail_templates_default", 200,
                "{\"id\":null,\"type\":\"ActivateUser\",\"subject\":\"Activate your account\","
                "\"htmlTemplate\":\"<p>{{greeting}}</p>\\n<p>{{link}}</p>\\n\",\"fromName\":null,"
                "\"active\":true}");
}

static void
outbox(struct bench *b)
{
    fake_answer(
        b->client, "messages_list", 200,
        "{\"items\":[{\"id\":\"m3\",\"channel\":\"email\",\"state\":\"queued\",\"to\":"
        "\"bob@acme.example\",\"template\":\"ActivateUser\",\"provider\":null,\"attempts\":2,"
        "\"error\":"
        "\"cannot connect\",\"createdAt\":\"2026-05-28T19:26:00.000Z\"},{\"id\":\"m2\",\"channel\":"
        "\"sms\",\"state\":\"failed\",\"to\":\"+4915112345678\",\"template\":\"OTC\",\"provider\":"
        "\"twilio\",\"attempts\":1,\"error\":\"21211: not a number\",\"createdAt\":"
        "\"2026-05-28T19:20:00.000Z\"},{\"id\":\"m1\",\"channel\":\"email\",\"state\":\"sent\","
        "\"to\":"
        "\"ada@acme.example\",\"template\":\"ResetPassword\",\"provider\":\"sendgrid\","
        "\"attempts\":1,"
        "\"createdAt\":\"2026-05-28T18:26:00.000Z\"}],\"_metadata\":{\"totalItems\":3}}");
    fake_answer(
        b->client, "messages_get", 200,
        "{\"id\":\"m2\",\"channel\":\"sms\",\"state\":\"failed\",\"to\":\"+4915112345678\","
        "\"template\":\"OTC\",\"provider\":\"twilio\",\"status\":400,\"attempts\":1,\"error\":"
        "\"21211: not a number\",\"createdAt\":\"2026-05-28T19:20:00.000Z\"}");
}

static void
invites(struct bench *b)
{
    fake_answer(b->client, "invites_list", 200,
                "[{\"id\":\"i1\",\"tenantId\":\"acme\",\"name\":\"Acme Robotics\",\"userId\":null,"
                "\"expires\":\"2026-06-11T19:26:40.000Z\",\"shouldSendEmail\":false,\"roleIds\":"
                "[\"r1\"]}]");
}

static void
tokens(struct bench *b)
{
    fake_answer(b->client, "tenant_api_tokens_list", 200,
                "[{\"clientId\":\"0b1f-ci\",\"description\":\"build server\",\"tenantId\":\"acme\","
                "\"createdByUserId\":null,\"roleIds\":[\"r1\"],\"permissionIds\":[],\"createdAt\":"
                "\"2026-05-01T08:00:00.000Z\",\"expires\":null}]");
    fake_answer(b->client, "tenant_api_tokens_create", 201,
                "{\"clientId\":\"77aa-new\",\"description\":\"deploy\",\"tenantId\":\"acme\","
                "\"roleIds\":[],\"createdAt\":\"2026-05-28T19:26:40.000Z\",\"secret\":"
                "\"6b1e2f0c-shown-once\"}");
}

static void
conflict(struct bench *b)
{
    fake_answer(b->client, "users_get_vendor", 200, "{\"id\":\"user-0001\",\"name\":\"User One\"}");
}

static void
lock_refused(struct bench *b)
{
    fake_answer(b->client, "users_lock", 404, "{\"errors\":[\"User not found\"]}");
}

static void
second_factors(struct bench *b)
{
    static struct mfa_service s;
    s = (struct mfa_service){.people = 30, .enrolled = {[1] = true}, .app = true, .phone = true};
    snprintf(s.environment, sizeof s.environment,
             "{\"enforceMFAType\":\"ForceExceptSAML\",\"allowRememberMyDevice\":true,"
             "\"mfaDeviceExpiration\":1209600}");
    mfa_service_script(b, &s);
}

static void
no_second_factor(struct bench *b)
{
    static struct mfa_service s;
    s = (struct mfa_service){.people = 3, .refuse_at = 1};
    mfa_service_script(b, &s);
}

static void
nobody_yet(struct bench *b)
{
    static struct mfa_service s;
    s = (struct mfa_service){.people = 2, .sms_on = true};
    mfa_service_script(b, &s);
}

static void
sessions(struct bench *b)
{
    fake_sessions(b, 40);
    fake_session_own(2);
}

static void
sessions_of_people(struct bench *b)
{
    fake_sessions_of_people(b, 9);
}

static const struct golden_scene scenes[] = {
    {.name = "users-loading", .pending = true},
    {.name = "users-empty", .script = no_users, .keys = {""}},
    {.name = "users-error", .script = refused, .keys = {""}, .sizes = true},
    {.name = "users-unreachable", .script = unreachable, .keys = {""}},
    {.name = "users-rows", .keys = {"Down Down"}, .sizes = true},
    {.name = "users-hostile", .script = hostile, .keys = {""}},
    {.name = "users-filter", .keys = {"/", "user1", "Enter"}},
    {.name = "users-filter-typed", .keys = {"/", "user1"}},
    {.name = "users-filter-none", .keys = {"/", "nobody", "Enter"}},
    {.name = "users-marked", .keys = {"Space Space v Down"}},
    {.name = "users-columns", .keys = {"Right Right"}},
    {.name = "users-order", .keys = {"s Down"}},
    {.name = "users-actions", .keys = {"."}},
    {.name = "user-detail", .keys = {"Enter"}, .sizes = true},
    {.name = "user-add", .keys = {"a", "no address", "Tab"}, .sizes = true},
    {.name = "user-edit-changes", .keys = {"e End", "x", "PgDn Enter"}},
    {.name = "user-lock", .keys = {"L"}},
    {.name = "user-remove", .keys = {"d"}, .sizes = true},
    {.name = "user-delete", .keys = {"D", "user1"}},
    {.name = "api-menu", .keys = {":", "api", "Enter", "lock"}},
    {.name = "api-form", .keys = {":", "api roles_update", "Enter"}, .sizes = true},
    {.name = "api-answer", .keys = {":", "api roles_list_v1", "Enter"}},
    {.name = "users-bulk-plan", .keys = {"Space Space L c"}, .sizes = true},
    {.name = "users-bulk", .script = lock_refused, .keys = {"Space Space L y"}, .sizes = true},
    {.name = "tenants-rows", .keys = {"1"}, .sizes = true},
    {.name = "tenant-detail", .keys = {"1 Down Enter"}},
    {.name = "sub-accounts", .script = tree, .keys = {"1 c"}, .sizes = true},
    {.name = "roles-rows", .keys = {"3"}, .sizes = true},
    {.name = "role-detail", .keys = {"3 Enter"}},
    {.name = "role-permissions", .keys = {"3 p"}},
    {.name = "role-pick-permissions", .keys = {"3 P Enter"}},
    {.name = "permissions-rows", .keys = {"4"}, .sizes = true},
    {.name = "permission-detail", .keys = {"4 Enter"}},
    {.name = "audits-rows", .script = audits, .keys = {"6"}, .sizes = true},
    {.name = "audit-detail", .script = audits, .keys = {"6 Enter"}},
    {.name = "configuration", .script = configuration, .keys = {"7"}},
    {.name = "groups-rows", .script = groups, .keys = {"8"}, .sizes = true},
    {.name = "group-detail", .script = groups, .keys = {"8 Enter"}, .sizes = true},
    {.name = "user-groups", .script = in_groups, .keys = {"Enter G"}},
    {.name = "invite-asks", .keys = {":", INVITE, "Enter"}},
    {.name = "invite-works", .script = inviting, .keys = {":", INVITE, "Enter y"}, .sizes = true},
    {.name = "jwt-templates",
     .script = policies,
     .keys = {":", "jwt-templates", "Enter"},
     .sizes = true},
    {.name = "jwt-template-detail",
     .script = policies,
     .keys = {":", "jwt-templates", "Enter Enter"}},
    {.name = "approval-flows",
     .script = policies,
     .keys = {":", "approval-flows", "Enter"},
     .sizes = true},
    {.name = "approval-flow-detail",
     .script = policies,
     .keys = {":", "approval-flows", "Enter Enter"}},
    {.name = "captcha", .script = policies, .keys = {":", "captcha", "Enter"}},
    {.name = "email-none", .script = no_provider, .keys = {":", "email", "Enter"}, .sizes = true},
    {.name = "email", .script = mailgun, .keys = {":", "email", "Enter"}},
    {.name = "email-mailgun", .script = mailgun, .keys = {":", "email", "Enter M", "secret"}},
    {.name = "email-changes",
     .script = mailgun,
     .keys = {":", "email", "Enter M", "secret", "PgDn Enter"}},
    {.name = "email-test",
     .script = mailgun,
     .keys = {":", "email", "Enter T", "ada@acme.example", "PgDn Enter"}},
    {.name = "sms", .script = twilio, .keys = {":", "sms", "Enter"}},
    {.name = "templates-rows",
     .script = templates,
     .keys = {":", "templates", "Enter"},
     .sizes = true},
    {.name = "template-detail",
     .script = templates,
     .keys = {":", "templates", "Enter Down Enter"}},
    {.name = "template-preview", .script = templates, .keys = {":", "templates", "Enter Down p"}},
    {.name = "template-compare", .script = templates, .keys = {":", "templates", "Enter Down c"}},
    {.name = "outbox-rows", .script = outbox, .keys = {":", "outbox", "Enter"}, .sizes = true},
    {.name = "message-detail", .script = outbox, .keys = {":", "outbox", "Enter Down Enter"}},
    {.name = "invites-rows", .script = invites, .keys = {":", "invites", "Enter"}},
    {.name = "invite-detail", .script = invites, .keys = {":", "invites", "Enter Enter"}},
    {.name = "tokens-rows", .script = tokens, .keys = {":", "tokens", "Enter"}},
    {.name = "token-detail", .script = tokens, .keys = {":", "tokens", "Enter Enter"}},
    {.name = "token-made",
     .script = tokens,
     .keys = {":", "tokens", "Enter a", "deploy", "PgDn Enter"}},
    {.name = "requests", .keys = {"3 @"}, .sizes = true},
    {.name = "help", .keys = {"?"}, .sizes = true},
    {.name = "palette", .keys = {":", "re"}, .sizes = true},
    {.name = "quit", .keys = {"q"}},
    {.name = "mfa-user", .script = second_factors, .keys = {"m Down"}, .sizes = true},
    {.name = "mfa-user-none", .script = no_second_factor, .keys = {"m"}},
    {.name = "mfa-user-enrol", .script = nobody_yet, .keys = {"m a"}, .sizes = true},
    {.name = "mfa-replace", .script = second_factors, .keys = {"m r Enter"}, .sizes = true},
    {.name = "mfa-queue",
     .script = second_factors,
     .keys = {"3 :", "mfa", "Enter Down"},
     .sizes = true},
    {.name = "mfa-queue-end",
     .script = no_second_factor,
     .keys = {"3 :", "mfa", "Enter Enter Esc S S"}},
    {.name = "mfa-refused", .script = no_second_factor, .keys = {"m a Enter"}, .sizes = true},
    {.name = "mfa-qr", .script = nobody_yet, .keys = {"m a Enter"}, .sizes = true},
    {.name = "mfa-qr-text", .script = nobody_yet, .keys = {"m a Enter t"}, .sizes = true},
    {.name = "mfa-recovery",
     .script = nobody_yet,
     .keys = {"m a Enter", "123456", "Enter"},
     .sizes = true},
    {.name = "mfa-phone",
     .script = nobody_yet,
     .keys = {"m a Down Enter", "555", "Enter"},
     .sizes = true},
    {.name = "mfa-policy",
     .script = second_factors,
     .keys = {":", "policies", "Enter"},
     .sizes = true},
    {.name = "mfa-policy-change",
     .script = second_factors,
     .keys = {":", "policies", "Enter e Down Down Enter"},
     .sizes = true},
    {.name = "why", .script = cannot_sign_in, .keys = {"C"}, .sizes = true},
    {.name = "effective", .script = by_group, .keys = {"P Down"}, .sizes = true},
    {.name = "matrix", .keys = {":", "matrix", "Enter Down Right Space"}, .sizes = true},
    {.name = "matrix-changes", .keys = {":", "matrix", "Enter Space Down Right Space w"}},
    {.name = "find", .script = findings, .keys = {":", "find example.com", "Enter"}, .sizes = true},
    {.name = "sessions-rows",
     .script = sessions,
     .keys = {":", "sessions", "Enter Down Space"},
     .sizes = true},
    {.name = "sessions-groups",
     .script = sessions,
     .keys = {":", "sessions", "Enter b b"},
     .sizes = true},
    {.name = "sessions-end", .script = sessions, .keys = {":", "sessions", "Enter x"}},
    {.name = "sessions-end-menu", .script = sessions, .keys = {":", "sessions", "Enter ."}},
    {.name = "sessions-people",
     .script = sessions_of_people,
     .keys = {":", "sessions", "Enter"},
     .sizes = true},
    {.name = "toast", .keys = {":", "nonsense", "Enter"}},
};

/* A conflict needs the answer to change between reading and writing. */
static void
conflict_test(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "e End");
    bench_type(&b, "x");
    conflict(&b);
    bench_keys(&b, "PgDn Enter");
    golden_compare(bench_screen(&b, true), "user-edit-conflict-80x24");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest more[] = {
        {.name = "user-edit-conflict", .test_func = conflict_test},
    };
    return golden_main(scenes, COUNT_OF(scenes), more, COUNT_OF(more));
}
