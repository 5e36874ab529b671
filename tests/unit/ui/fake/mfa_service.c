#include "tests/unit/ui/fake/mfa_service.h"

#include "base/mem.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
page(void *ctx, const struct values *values, struct buf *body)
{
    const struct mfa_service *s = ctx;
    size_t limit = (size_t)bench_number(values, "_limit", 50);
    size_t first = limit * (size_t)bench_number(values, "_offset", 0), total = 0;
    bool without = json_str(json_get(values->query, "_preset")).n > 0;
    const char *separator = "";
    buf_add_text(body, "{\"items\":[");
    for (size_t i = 1; i <= s->people; i++) {
        if (without && s->enrolled[i])
            continue;
        if (total >= first && total < first + limit) {
            buf_printf(body,
                       "%s{\"id\":\"user-%04zu\",\"name\":\"User %zu\",\"email\":"
                       "\"user%zu@example.com\",\"tenantId\":\"acme\",\"mfaEnrolled\":%s}",
                       separator, i, i, i, s->enrolled[i] ? "true" : "false");
            separator = ",";
        }
        total++;
    }
    buf_printf(body, "],\"_metadata\":{\"totalItems\":%zu}}", total);
    return 200;
}

static int
person(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    struct str id = json_str(json_get(values->path, "userId"));
    int64_t n = 0;
    if (id.n > 5)
        (void)str_to_i64(str_sub(id, 5, id.n), &n);
    size_t at = n > 0 && n <= MFA_SERVICE_PEOPLE ? (size_t)n : 0;
    if (s->confirmed)
        s->enrolled[at] = true;
    s->confirmed = false;
    buf_printf(body, "{\"id\":\"%.*s\",\"verified\":true,\"mfaEnrolled\":%s,\"mfaBypass\":false}",
               STR_ARG(id), s->enrolled[at] ? "true" : "false");
    return 200;
}

static int
start(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    (void)values;
    if (++s->starts == s->refuse_at) {
        buf_add_text(body, "{\"errors\":[\"User not found\"]}");
        return 404;
    }
    buf_add_text(body, "{\"qrCode\":\"otpauth://totp/Acme:user1%40example.com?secret="
                       "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme\"}");
    return 200;
}

static int
confirm(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    (void)values;
    s->confirmed = s->app = !s->deaf;
    buf_add_text(body, "{\"recoveryCode\":\"0123456789abcdef0123456789abcdef\"}");
    return 200;
}

static int
sms_start(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    (void)values;
    buf_add_text(body, "{\"otcToken\":\"otc\",\"phoneNumber\":\"+14155550100\"}");
    return 200;
}

static int
sms_confirm(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    (void)values;
    (void)body;
    s->confirmed = s->phone = true;
    return 200;
}

static int
devices(void *ctx, const struct values *values, struct buf *body)
{
    const struct mfa_service *s = ctx;
    (void)values;
    buf_printf(body, "{\"authenticators\":[%s],\"phones\":[%s],\"webauthn\":[],\"emails\":[]}",
               s->app ? "{\"id\":\"app-1\",\"name\":\"Authenticator app\"}" : "",
               s->phone ? "{\"id\":\"phone-1\",\"phoneNumber\":\"+1*******00\"}" : "");
    return 200;
}

static int
remove_app(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    (void)values;
    (void)body;
    s->app = s->app && s->deaf;
    return 200;
}

static int
say_policy(const char *policy, struct buf *body)
{
    buf_add_text(body, policy[0] ? policy : "{\"errors\":[\"MFA policy not found\"]}");
    return policy[0] ? 200 : 404;
}

static int
tenant_policy(void *ctx, const struct values *values, struct buf *body)
{
    (void)values;
    return say_policy(((const struct mfa_service *)ctx)->policy, body);
}

static int
environment_policy(void *ctx, const struct values *values, struct buf *body)
{
    (void)values;
    return say_policy(((const struct mfa_service *)ctx)->environment, body);
}

static int
set_policy(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    struct buf text;
    buf_init(&text, sizeof s->policy);
    json_write(values->body, &text);
    if (!s->deaf)
        snprintf(s->policy, sizeof s->policy, "%.*s", STR_ARG(buf_str(&text)));
    buf_add_str(body, buf_str(&text));
    buf_fini(&text);
    return 200;
}

static int
strategies(void *ctx, const struct values *values, struct buf *body)
{
    const struct mfa_service *s = ctx;
    (void)values;
    buf_printf(body,
               "{\"strategies\":[{\"strategy\":\"AuthenticatorApp\",\"isActive\":true},"
               "{\"strategy\":\"WebAuthnPlatform\",\"isActive\":true},"
               "{\"strategy\":\"WebAuthnCrossPlatform\",\"isActive\":true},"
               "{\"strategy\":\"SMS\",\"isActive\":%s},{\"strategy\":\"EmailCode\","
               "\"isActive\":true}]}",
               s->sms_on ? "true" : "false");
    return 200;
}

static int
set_strategy(void *ctx, const struct values *values, struct buf *body)
{
    struct mfa_service *s = ctx;
    (void)body;
    (void)json_to_bool(json_get(values->body, "isActive"), &s->sms_on);
    return 201;
}

void
mfa_service_script(struct bench *b, struct mfa_service *s)
{
    const struct {
        const char *op;
        fake_fn *fn;
    } answers[] = {
        {"users_list", page},
        {"users_get_vendor", person},
        {"mfa_authenticator_enroll", start},
        {"mfa_authenticator_confirm", confirm},
        {"mfa_authenticator_disable", remove_app},
        {"mfa_sms_enroll", sms_start},
        {"mfa_sms_confirm", sms_confirm},
        {"mfa_devices_list", devices},
        {"mfa_policy_get", tenant_policy},
        {"mfa_policy_get_vendor", environment_policy},
        {"mfa_policy_set", set_policy},
        {"mfa_strategies_list", strategies},
        {"mfa_strategies_set", set_strategy},
    };
    bench_standard(b);
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        fake_answer_by(b->client, answers[i].op, answers[i].fn, s);
    fake_answer(b->client, "mfa_config_get", 200,
                "{\"authenticationApp\":{\"active\":true,\"serviceName\":\"Acme\"},\"sms\":"
                "{\"active\":true,\"tokenLifetimeSeconds\":300},\"email\":{\"active\":false,"
                "\"tokenLifetimeSeconds\":300,\"sender\":\"mfa@acme.example\"}}");
    fake_answer(b->client, "passwordless_link_start", 200, "");
    fake_answer(b->client, "passwords_reset", 201, "");
    fake_answer(b->client, "mfa_sms_disable", 200, "");
    /* What terminal draws QR codes is not what is tested here. */
    setenv("TERM", "xterm-256color", 1);
    (void)!setlocale(LC_CTYPE, "C.UTF-8");
}
