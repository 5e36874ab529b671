/* Who carries messages, what became of them, and trying it; see tests/support/scene.h. */
#include "server/server.h"
#include "store/messages.h"
#include "tests/support/httpd.h"
#include "tests/support/scene.h"

#include <poll.h>
#include <pthread.h>

#define MAIL1 "/identity/resources/mail/v1/configurations"
#define MAIL2 "/identity/resources/mail/v2/configurations"
#define SMS "/identity/resources/configurations/v1/sms"
#define MESSAGES "/gatehouse/v1/messages"

static struct scene scene;

/* One service that plays all providers. */
static struct {
    pthread_mutex_t lock;
    int status;
    const char *body;
} service = {.lock = PTHREAD_MUTEX_INITIALIZER};
static struct httpd *httpd;

static bool
serve(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    pthread_mutex_lock(&service.lock);
    int status = service.status;
    const char *body = service.body;
    pthread_mutex_unlock(&service.lock);
    httpd_reply(r, status, "X-Message-Id: ref-1\r\n", body);
    return true;
}

static void
answers(int status, const char *body)
{
    pthread_mutex_lock(&service.lock);
    service.status = status;
    service.body = body;
    pthread_mutex_unlock(&service.lock);
}

static void
mail_provider(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " MAIL1, NULL, "404; errors=['E-mail provider not found']"},
        {"DELETE " MAIL1, NULL, "404"},
        {"POST " MAIL2,
         "{'payload':{'provider':'sendgrid','secret':'SG.abcdefghijklmnop.qrstuvwxyz1234'}}",
         "201"},
        {"GET " MAIL1, NULL,
         "200; provider='sendgrid'; secret='SG.****1234'; extension=[]; createdAt>created;"
         "updatedAt?; !~abcdef"},
        {"POST " MAIL2,
         "{'payload':{'provider':'mailgun','secret':'key-1234567890abcdef','domain':'mg.acme.io'}}",
         "201"},
        {"GET " MAIL1, NULL,
         "200; provider='mailgun'; secret='key-****cdef'; createdAt='$created';"
         "extension=[{'extensionName':'domain','extensionValue':'mg.acme.io'},"
         "{'extensionName':'region','extensionValue':'us'}]"},
        {"POST " MAIL2,
         "{'payload':{'provider':'ses','id':'AKIAIOSFODNN7EXAMPLE','secret':'short','region':"
         "'us-east-1'}}",
         "201"},
        {"GET " MAIL1, NULL,
         "200; secret='****'; extension.*.extensionName=['region','id']; !~short"},
        {"POST " MAIL2,
         "{'payload':{'provider':'ses-role','secret':'arn:aws:iam::123456789012:role/mailer',"
         "'region':'eu-west-1'}}",
         "201"},
        {"GET " MAIL1, NULL, "200; provider='ses-role'; secret='arn:****iler'"},
        {"POST " MAIL1, "{'secret':'SG.xyzxyzxyzxyzxyz.9876'}", "201"},
        {"GET " MAIL1, NULL, "200; provider='sendgrid'; secret='SG.****9876'; extension=[]"},
        {"GET " MAIL1 " ~none", NULL, "401"},
        {"DELETE " MAIL1, NULL, "200"},
        {"GET " MAIL1, NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
mail_provider_faults(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " MAIL2, "{'payload':{'provider':'pigeon','secret':'x'}}", "400; ~provider"},
        {"POST " MAIL2, "{'payload':{'provider':'sendgrid'}}", "400; ~secret"},
        {"POST " MAIL2, "{'payload':{'provider':'sendgrid','secret':''}}", "400; ~secret"},
        {"POST " MAIL2, "{'payload':{'provider':'sendgrid','secret':7}}", "400; ~secret"},
        {"POST " MAIL2, "{'payload':{'provider':'sendgrid','secret':'a\\r\\nX-Evil: 1'}}",
         "400; ~control characters"},
        {"POST " MAIL2, "{'provider':'sendgrid','secret':'x'}", "400; ~payload"},
        {"POST " MAIL2, "{}", "400; ~payload"},
        {"POST " MAIL2, "{'payload':{'provider':'mailgun','secret':'x'}}", "400; ~domain"},
        {"POST " MAIL2, "{'payload':{'provider':'mailgun','secret':'x','domain':'a/../b'}}",
         "400; ~host name"},
        {"POST " MAIL2,
         "{'payload':{'provider':'mailgun','secret':'x','domain':'a.b','region':'mars'}}",
         "400; ~us or eu"},
        {"POST " MAIL2, "{'payload':{'provider':'ses','secret':'x','region':'us-east-1'}}",
         "400; ~access key id"},
        {"POST " MAIL2, "{'payload':{'provider':'ses','secret':'x','id':'AKIA'}}", "400; ~region"},
        {"POST " MAIL2,
         "{'payload':{'provider':'ses-role','secret':'x','region':'evil.example/#'}}",
         "400; ~region"},
        {"POST " MAIL1, "{}", "400; ~secret"},
        {"GET " MAIL1, NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
sms_provider(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " SMS, NULL, "404; errors=['SMS provider not found']"},
        {"POST " SMS, "{'senderName':'Shop'}", "201; id>id; senderName='Shop'; token!; accountId!"},
        {"GET " SMS, NULL, "200; id='$id'; senderName='Shop'"},
        {"POST " SMS,
         "{'accountId':'AC00112233445566778899aabbccddeeff','token':'abcdef0123456789abcd'}",
         "201; id='$id'; senderName='Shop'; token='****abcd'; !~0123456789"},
        {"POST " SMS, "{'serviceId':'MG77','channel':'sms','provider':'twilio'}",
         "201; serviceId='MG77'; token='****abcd'; provider='twilio'; channel='sms'"},
        {"GET " SMS, NULL, "200; token='****abcd'; createdAt?; updatedAt?"},
        {"POST " SMS, "{'accountId':'AC/../x'}", "400; ~accountId"},
        {"POST " SMS, "{'serviceId':'MG 1'}", "400; ~serviceId"},
        {"POST " SMS, "{'provider':'pigeon'}", "400; ~twilio"},
        {"POST " SMS, "{'token':'x\\ny'}", "400; ~control characters"},
        {"POST " SMS, "{'senderName':7}", "400; ~senderName"},
        {"POST " SMS, NULL, "201; accountId='AC00112233445566778899aabbccddeeff'"},
        {"GET " SMS " ~none", NULL, "401"},
        {"DELETE " SMS, NULL, "200"},
        {"GET " SMS, NULL, "404"},
        {"DELETE " SMS, NULL, "404"},
        {"POST " SMS, "{'accountId':'AC1','token':'abcdef0123456789abcd'}",
         "400; ~serviceId or a senderName"},
        {"GET " SMS, NULL, "404"},
    };
    SCENE(&scene, steps);
}

/* Waits until the newest message has that state. */
static void
wait_for(const char *state)
{
    const char *want = arena_printf(&scene.t.arena, "\"state\":\"%s\"", state).p;
    for (int i = 0; i < 1000; i++) {
        struct tserver_reply r =
            tserver_request(&scene.t, "GET", MESSAGES "?_limit=1", scene.t.token, NULL, NULL);
        if (str_find(r.body, str_of(want)) >= 0)
            return;
        (void)poll(NULL, 0, 10);
    }
    fail_msg("no message became %s", state);
}

static void
outbox_when_there_is_none(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " MESSAGES "/test", "{'to':'ada@example.com'}",
         "200; sent=true; provider='outbox'; channel='email'; status=null; answer=null"},
        {"OUTBOX ada@example.com", NULL, "200; subject='Test message'; template='Test'"},
        {"POST " MESSAGES "/test", "{'to':'+4915112345678','channel':'sms'}",
         "200; provider='outbox'; channel='sms'"},
        {"OUTBOX +4915112345678", NULL, "200; channel='sms'; subject!; ~test message"},
    };
    SCENE(&scene, steps);
    wait_for("sent");
    static const struct step list[] = {
        {"GET " MESSAGES, NULL,
         "200; items#2; _metadata.totalItems=2; items.*.state=['sent','sent'];"
         "items.0.channel='sms'; items.0.to='+4915112345678'; items.0.provider='outbox';"
         "items.0.template='Test'; items.0.attempts=1; items.0.error=null;"
         "items.0.nextAttemptAt=null; items.0.id>sms; items.1.id>mail; !~test message"},
        {"GET " MESSAGES "?channel=email", NULL, "200; items#1; items.0.id='$mail'"},
        {"GET " MESSAGES "?state=failed", NULL, "200; items#0; _metadata.totalItems=0"},
        {"GET " MESSAGES "?_limit=1&_offset=1", NULL,
         "200; items#1; items.0.id='$mail'; _metadata.totalPages=2; _links.prev?"},
        {"GET " MESSAGES "?state=lost", NULL, "400; ~state"},
        {"GET " MESSAGES "?_limit=0", NULL, "400; ~_limit"},
        {"GET " MESSAGES "/$mail", NULL, "200; id='$mail'; to='ada@example.com'"},
        {"GET " MESSAGES "/nothing", NULL, "404; errors=['Message not found']"},
        {"POST " MESSAGES "/$mail/retry", NULL, "409; ~only a message that has failed"},
        {"POST " MESSAGES "/nothing/retry", NULL, "404"},
        {"GET " MESSAGES " ~none", NULL, "401"},
        {"POST " MESSAGES "/test ~none", "{'to':'x@y.z'}", "401"},
        {"POST " MESSAGES "/test", "{}", "400; ~to"},
        {"POST " MESSAGES "/test", "{'to':'x','channel':'pigeon'}", "400; ~channel"},
    };
    SCENE(&scene, list);
}

static void
provider_says(void **state)
{
    (void)state;
    answers(202, "");
    static const struct step good[] = {
        {"POST " MAIL1, "{'secret':'SG.xyzxyzxyzxyzxyz.9876'}", "201"},
        {"POST " MESSAGES "/test", "{'to':'ada@example.com'}",
         "200; sent=true; provider='sendgrid'; status=202; reference='ref-1'; error=null"},
    };
    SCENE(&scene, good);
    answers(401, "{\"errors\":[{\"message\":\"The key is wrong \\u001b[2J\"}]}");
    static const struct step refused[] = {
        {"POST " MESSAGES "/test", "{'to':'ada@example.com'}",
         "200; sent=false; status=401; error='sendgrid answered 401: The key is wrong \\\\e[2J';"
         "answer?; milliseconds?"},
        {"POST " MESSAGES "/test", "{'to':'no address'}",
         "200; sent=false; status=null; ~address has no @"},
    };
    SCENE(&scene, refused);
}

struct adding {
    struct message message;
};

static enum err_code
add(struct db_conn *conn, void *arg, struct err *err)
{
    struct scope s;
    const struct adding *a = arg;
    enum err_code rc = scope_open(&s, conn, &scene.t.arena, scene.t.vendor, STR_ABSENT, err);
    s.now = 1700000000000;
    return rc ? rc : store_message_add(&s, &a->message, NULL, err);
}

static void
queue(const char *to)
{
    struct adding a = {.message = {.to = str_of(to),
                                   .subject = STR("Secret-Subject"),
                                   .text = STR("Secret-Text"),
                                   .template_type = STR("MFAOTC"),
                                   .code = STR("123456")}};
    assert_int_equal(store_tx(server_store(scene.t.server), DB_WRITE, add, &a, NULL), ERR_OK);
}

static void
failed_and_sent_again(void **state)
{
    (void)state;
    answers(400, "{\"errors\":[{\"message\":\"bad sender\"}]}");
    queue("eve@example.com");
    wait_for("failed");
    static const struct step failed[] = {
        {"GET " MESSAGES "?state=failed", NULL,
         "200; items#1; items.0.id>id; items.0.provider='sendgrid'; items.0.status=400;"
         "items.0.error='sendgrid answered 400: bad sender'; !~Secret; !~123456"},
        {"GET /audits/resources/audits/v2?count=1&offset=0&filter=message_failed", NULL,
         "200; total=1; data.0.severity='High'; data.0.resourceId='$id'; ~eve@example.com;"
         "!~Secret; !~123456"},
    };
    SCENE(&scene, failed);
    answers(202, "");
    static const struct step again[] = {
        {"POST " MESSAGES "/$id/retry", NULL, "200; id='$id'; state='queued'; nextAttemptAt?"},
    };
    SCENE(&scene, again);
    wait_for("sent");
    static const struct step sent[] = {
        {"GET " MESSAGES "/$id", NULL,
         "200; state='sent'; status=202; reference='ref-1'; error=null; attempts=1"},
        {"POST " MESSAGES "/$id/retry", NULL, "409"},
    };
    SCENE(&scene, sent);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){MAIL1, MAIL2, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_provider),
        cmocka_unit_test(mail_provider_faults),
        cmocka_unit_test(sms_provider),
        cmocka_unit_test(outbox_when_there_is_none),
        cmocka_unit_test(provider_says),
        cmocka_unit_test(failed_and_sent_again),
        cmocka_unit_test(every_operation_was_used),
    };
    httpd = httpd_start(serve, NULL);
    scene_start_with(&scene, &(struct tserver_options){.services = httpd_url(httpd)});
    int failed = cmocka_run_group_tests_name("messages", tests, NULL, NULL);
    scene_stop(&scene);
    httpd_stop(httpd);
    return failed;
}
