#include "tests/unit/ui/fake/person.h"

#include <stdio.h>

#define ROLE                                                                                       \
    "{\"id\":\"r1\",\"key\":\"Admin\",\"name\":\"Admin\",\"level\":0,"                             \
    "\"permissions\":[\"p1\",\"p2\"]}"
#define PERSON                                                                                     \
    "\"id\":\"user-0001\",\"name\":\"User 0001\",\"email\":\"user1@example.com\","                 \
    "\"verified\":true,\"isLocked\":false,\"mfaEnrolled\":false,\"mfaBypass\":false,"              \
    "\"provider\":\"local\",\"tenantId\":\"acme\",\"tenantIds\":[\"acme\"],\"tenants\":"           \
    "[{\"tenantId\":\"acme\",\"roles\":[" ROLE "],\"isDisabled\":false}]"

enum { SCOPED_MAX = 16 };

struct scoped {
    struct client *client;
    char tenant[600], environment[600];
};

static int
answer_scoped(void *ctx, const struct values *values, struct buf *body)
{
    const struct scoped *s = ctx;
    const char *text = fake_tenant(s->client).n ? s->tenant : s->environment;
    (void)values;
    buf_add_text(body, text[0] ? text : "{\"errors\":[\"Not set\"]}");
    return text[0] ? 200 : 404;
}

void
bench_answer_in(struct bench *b, const char *op, const char *tenant, const char *environment)
{
    static struct scoped answers[SCOPED_MAX];
    static size_t n;
    struct scoped *s = &answers[n++ % SCOPED_MAX];
    *s = (struct scoped){.client = b->client};
    snprintf(s->tenant, sizeof s->tenant, "%s", tenant ? tenant : "");
    snprintf(s->environment, sizeof s->environment, "%s", environment ? environment : "");
    fake_answer_by(b->client, op, answer_scoped, s);
}

void
bench_person(struct bench *b)
{
    static const char empty[] = "{\"items\":[],\"_metadata\":{\"totalItems\":0}}";
    bench_standard(b);
    fake_answer(b->client, "users_get_vendor", 200, "{" PERSON "}");
    fake_answer(b->client, "users_get_by_email", 200, "{" PERSON "}");
    fake_answer(b->client, "users_get", 200,
                "{" PERSON ",\"roles\":[" ROLE "],\"permissions\":[{\"id\":\"p1\",\"key\":"
                "\"users.read\",\"name\":\"Read users\"},{\"id\":\"p2\",\"key\":\"users.write\","
                "\"name\":\"Change users\"}],\"groups\":[],\"activatedForTenant\":true}");
    fake_answer(b->client, "config_get", 200,
                "{\"authStrategy\":\"EmailAndPassword\",\"allowNotVerifiedUsersLogin\":false}");
    fake_answer(b->client, "mfa_strategies_list", 200,
                "{\"strategies\":[{\"strategy\":\"AuthenticatorApp\",\"isActive\":true}]}");
    fake_answer(b->client, "ip_restrictions_config_get", 200,
                "{\"isActive\":false,\"strategy\":\"BLOCK\"}");
    fake_answer(b->client, "ip_restrictions_list", 200, empty);
    fake_answer(b->client, "domain_restrictions_config_get", 200,
                "{\"active\":false,\"listType\":\"BLOCK\",\"blockPublicDomains\":false}");
    fake_answer(b->client, "domain_restrictions_list", 200, empty);
}
