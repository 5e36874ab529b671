/*
 * The captcha policy, and a provider of our own that is asked by it: who is let in with which answer, and
 * that nobody is when there is none.
 */
#include "tests/support/httpd.h"
#include "tests/support/scene.h"

#include <pthread.h>
#include <stdio.h>

#define POLICY "/identity/resources/configurations/v1/captcha-policy"
#define CONFIG "/identity/resources/configurations/v1"
#define LOGIN "/identity/resources/auth/v1/user"
#define SIGN_UP "/identity/resources/users/v1/signUp"
#define LINK "/identity/resources/auth/v1/passwordless/magiclink/prelogin"
#define USERS "/identity/resources/users/v2"
#define PASSWORD "'password':'correct horse battery 9'"
#define SETTINGS "'siteKey':'site','secretKey':'the-secret-of-the-site','minScore':0.5"
#define REFUSED "400; errors=['Captcha validation failed']"
#define WITH(token)                                                                                \
    "POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD ",'recaptchaToken':'" token "'}"

static struct scene scene;
static struct httpd *provider;

/* Says what the token asks for. */
static bool
on_request(const struct httpd_request *r, void *ctx)
{
    static const struct {
        const char *token;
        int status;
        const char *answer;
    } answers[] = {
        {"response=good&", 200, "{\"success\":true,\"score\":0.5,\"action\":\"login\"}"},
        {"response=v2&", 200, "{\"success\":true}"},
        {"response=low&", 200, "{\"success\":true,\"score\":0.4}"},
        {"response=bad&", 200, "{\"success\":false,\"error-codes\":[\"invalid-input-response\"]}"},
        {"response=secret&", 200, "{\"success\":false,\"error-codes\":[\"invalid-input-secret\"]}"},
        {"response=text&", 200, "true"},
        {"response=html&", 200, "<html>"},
        {"response=list&", 200, "[{\"success\":true}]"},
        {"response=down&", 500, "{\"success\":true}"},
        {"response=moved&", 302, "{\"success\":true}"},
    };
    (void)ctx;
    bool as_expected = httpd_is(r, "POST /siteverify") &&
                       strstr(r->body, "secret=the-secret-of-the-site&") &&
                       strstr(r->body, "&remoteip=127.0.0.1");
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        if (strstr(r->body, answers[i].token)) {
            httpd_reply(r, as_expected ? answers[i].status : 400, "", answers[i].answer);
            return true;
        }
    httpd_reset(r);
    return false;
}

static void
set_up(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"},
        {"POST " USERS " @one", "{'email':'ann@x.io'," PASSWORD "}", "201; id>ann"},
        {"POST /identity/resources/users/v1/$ann/verify @one", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
the_policy_is_kept(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " POLICY, NULL, "404; ~Captcha policy not found"},
        {"GET " POLICY "/public ~none", NULL, "200; ={'enabled':false,'siteKey':null}"},
        {"PUT " POLICY, "{'enabled':false," SETTINGS "}", "404"},
        {"POST " POLICY, "{'enabled':false," SETTINGS ",'ignoredEmails':['root@x.io']}",
         "201; id>id; siteKey='site'; secretKey='the-****site'; enabled=false; minScore=0.5;"
         "ignoredEmails=['root@x.io']; createdAt?; updatedAt?"},
        {"POST " POLICY, "{'enabled':false," SETTINGS "}", "409; ~already exists"},
        {"GET " POLICY, NULL, "200; id='$id'; secretKey='the-****site'; !~secret-of"},
        {"PUT " POLICY, "{'enabled':false,'siteKey':'new','secretKey':'the-****site','minScore':1}",
         "200; siteKey='new'; secretKey='the-****site'; ignoredEmails=[]"},
        {"PUT " POLICY, "{'enabled':false,'siteKey':'s','secretKey':'k','minScore':1.1}",
         "400; ~minScore"},
        {"PUT " POLICY, "{'enabled':false,'siteKey':'s','secretKey':'','minScore':1}",
         "400; ~secretKey"},
        {"PUT " POLICY, "{'enabled':'on'," SETTINGS "}", "400; ~enabled"},
        {"PUT " POLICY, "{'enabled':true,'siteKey':'s'}", "400"},
        {"GET " POLICY " ~none", NULL, "401"},
        {"GET " POLICY "/public ~none", NULL, "200; enabled=false; siteKey='new'"},
        {WITH(""), "200"}, /* it is off */
        {"PUT " POLICY, "{'enabled':true," SETTINGS ",'ignoredEmails':['Root@x.io','ANN2@x.io']}",
         "200"},
        {"GET " POLICY "/public ~none", NULL, "200; ={'enabled':true,'siteKey':'site'}"},
    };
    SCENE(&scene, steps);
    assert_int_equal(httpd_count(provider, ""), 0);
}

static void
the_provider_decides(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", REFUSED},
        {WITH(""), REFUSED},
        {WITH("good"), "200; accessToken?"},
        {WITH("v2"), "200; accessToken?"},
        {WITH("low"), REFUSED},
        {WITH("bad"), REFUSED},
        {WITH("secret"), REFUSED},
        /* the captcha comes first: who is behind the address does not show */
        {"POST " LOGIN " ~none", "{'email':'nobody@x.io'," PASSWORD ",'recaptchaToken':'bad'}",
         REFUSED},
        {"POST " LOGIN " ~none", "{'email':'nobody@x.io'," PASSWORD ",'recaptchaToken':'good'}",
         "401"},
        /* an address that needs none */
        {"POST " LOGIN " ~none", "{'email':'root@X.io'," PASSWORD "}", "401"},
    };
    SCENE(&scene, steps);
    assert_int_equal(httpd_count(provider, ""), 7);
}

static void
without_an_answer_nobody_comes_in(void **state)
{
    (void)state;
#define CANNOT "503; ~try again"
    static const struct step steps[] = {
        {WITH("text"), CANNOT}, {WITH("html"), CANNOT},  {WITH("list"), CANNOT},
        {WITH("down"), CANNOT}, {WITH("moved"), CANNOT}, {WITH("reset"), CANNOT},
        {WITH("good"), "200"},
    };
    SCENE(&scene, steps);
}

/* Asked once for each attempt, however often the handler runs. */
static void
other_ways_in(void **state)
{
    (void)state;
    unsigned before = httpd_count(provider, "");
    static const struct step steps[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'new@x.io','companyName':'New'," PASSWORD "}", REFUSED},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'new@x.io','companyName':'New'," PASSWORD
         ",'recaptchaToken':'low'}",
         REFUSED},
        {"GET /identity/resources/users/v1/email?email=new@x.io", NULL, "404"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'new@x.io','companyName':'New'," PASSWORD
         ",'recaptchaToken':'good'}",
         "201; userId?"},
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'newer','companyName':'Newer'," PASSWORD
         ",'recaptchaToken':'bad'}",
         REFUSED},
        {"POST " CONFIG, "{'authStrategy':'MagicLink'}", "201"},
        {"POST " LINK " ~none", "{'email':'ann@x.io'}", REFUSED},
        {"POST " LINK " ~none", "{'email':'ann@x.io','recaptchaToken':'good'}", "200"},
        {"POST " CONFIG, "{'authStrategy':'EmailAndPassword'}", "201"},
    };
    SCENE(&scene, steps);
    assert_int_equal(httpd_count(provider, "") - before, 4);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){captcha_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_up),
        cmocka_unit_test(the_policy_is_kept),
        cmocka_unit_test(the_provider_decides),
        cmocka_unit_test(without_an_answer_nobody_comes_in),
        cmocka_unit_test(other_ways_in),
        cmocka_unit_test(every_operation_was_used),
    };
    char url[200];
    provider = httpd_start(on_request, NULL);
    snprintf(url, sizeof url, "%s/siteverify", httpd_url(provider));
    scene_start_with(&scene, &(struct tserver_options){.captcha = url, .reaches_loopback = true});
    int failed = cmocka_run_group_tests_name("captcha", tests, NULL, NULL);
    scene_stop(&scene);
    httpd_stop(provider);
    return failed;
}
