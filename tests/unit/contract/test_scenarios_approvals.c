/*
 * Approval flows: kept, started, decided by what a mail says, each decision once; what time does, and
 * what a webhook hears, a receiver of our own. Time is made to pass in the database.
 */
#include "server/server.h"
#include "store/store.h"
#include "tests/support/httpd.h"
#include "tests/support/scene.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define FLOWS "/identity/resources/approval-flows/v1"
#define DECIDE FLOWS "/approver-action"
#define DATA FLOWS "/execution-data"
#define USERS "/identity/resources/users/v2"
#define TENANTS "/tenants/resources/tenants/v1"
#define ROLES "/identity/resources/roles/v1"
#define STEP(order, selectors, least)                                                              \
    "{'stepOrder':" order ",'approverSelectors':" selectors                                        \
    ",'configuration':{'minApprovals':" least "}}"
#define FLOW(name, configuration, steps)                                                           \
    "{'name':'" name "','channels':{'email':true,'sms':false},'configuration':" configuration      \
    ",'steps':[" steps "]}"

static struct scene scene;
static struct httpd *receiver;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char heard[HTTPD_BODY_MAX]; /* by the receiver, the last time; under lock */
static int failures;               /* it answers so many times with 500; under lock */

static bool
on_request(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    pthread_mutex_lock(&lock);
    int status = failures > 0 ? 500 : 200;
    failures -= failures > 0;
    snprintf(heard, sizeof heard, "%s", r->body);
    pthread_mutex_unlock(&lock);
    httpd_reply(r, status, "", "{}");
    return true;
}

/* Until the receiver has been asked so often. */
static void
wait_heard(unsigned n)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int i = 0; i < 2000 && httpd_count(receiver, "") < n; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(httpd_count(receiver, ""), n);
}

static bool
was_heard(const char *text)
{
    pthread_mutex_lock(&lock);
    bool found = strstr(heard, scene_text(&scene, text)) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

static void
set_up(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " ROLES, "[{'key':'boss','name':'Boss','level':1}]", "201; 0.id>boss"},
        {"POST " USERS " @one", "{'email':'ann@x.io','name':'Ann','skipInviteEmail':true}",
         "201; id>ann"},
        {"POST " USERS " @one", "{'email':'bob@x.io','roleIds':['$boss'],'skipInviteEmail':true}",
         "201; id>bob"},
        {"POST " USERS " @two", "{'email':'eve@x.io','roleIds':['$boss'],'skipInviteEmail':true}",
         "201; id>eve"},
    };
    SCENE(&scene, steps);
    static const char *const may[] = {"fe.secure.*", NULL};
    struct tserver_grant ann = {.type = "userToken",
                                .sub = scene_value(&scene, "ann"),
                                .tenant = STR("one"),
                                .permissions = may},
                         eve = {.type = "userToken",
                                .sub = scene_value(&scene, "eve"),
                                .tenant = STR("two"),
                                .permissions = may};
    scene_keep(&scene, "ann_token", tserver_mint(&scene.t, &ann));
    scene_keep(&scene, "eve_token", tserver_mint(&scene.t, &eve));
    scene_keep(&scene, "hook", str_of(httpd_url(receiver)));
}

static void
flows_are_kept(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " FLOWS " @one", NULL, "200; ={'items':[],'total':0}"},
        {"POST " FLOWS " @one",
         FLOW("Two", "{'timeoutMinutes':30,'webhookUrl':'$hook/hook'}",
              STEP("2", "{'emails':['cid@y.io']}", "1") "," STEP(
                  "1", "{'roleKeys':['boss'],'emails':['dee@y.io','ann@x.io']}", "2")),
         "201; id>two; vendorId?; tenantId='one'; description!; isActive=true; steps#2;"
         "steps.0.stepOrder=1; steps.0.configuration.minApprovals=2; steps.0.id>step1;"
         "steps.1.id>step2; configuration.timeoutMinutes=30; createdAt?"},
        {"GET " FLOWS "/$two ~eve_token", NULL, "404; ~Approval flow not found"},
        {"PATCH " FLOWS "/$two ~eve_token", "{'name':'Mine'}", "404"},
        {"DELETE " FLOWS "/$two ~eve_token", NULL, "404"},
        {"GET " FLOWS " ~eve_token", NULL, "200; total=0"},
        {"GET " FLOWS " ~ann_token", NULL, "200; items.*.id=['$two']"},
        {"POST " FLOWS, FLOW("Ours", "{}", STEP("1", "{'emails':['cid@y.io']}", "1")),
         "201; id>ours; tenantId!"},
        {"GET " FLOWS " ~eve_token", NULL, "200; items.*.id=['$ours']"},
        {"PATCH " FLOWS "/$ours ~eve_token", "{'name':'Mine'}", "404"},
        {"PATCH " FLOWS "/$ours", "{'description':'Why','isActive':false}",
         "200; description='Why'; isActive=false; name='Ours'; steps#1"},
        {"GET " FLOWS "/$two", NULL, "200; steps.0.id='$step1'"},
        {"POST " FLOWS " ~none", "{}", "401"},
        {"POST " FLOWS " @nobody", FLOW("x", "{}", STEP("1", "{'emails':['a@b.io']}", "1")), "404"},
    };
    SCENE(&scene, steps);
}

static void
flows_that_cannot_work_are_refused(void **state)
{
    (void)state;
#define NO(configuration, steps, why)                                                              \
    {                                                                                              \
        "POST " FLOWS " @one", FLOW("x", configuration, steps), "400; ~" why                       \
    }
#define GOOD STEP("1", "{'emails':['a@b.io']}", "1")
    static const struct step steps[] = {
        NO("{}", "", "1 to 20 steps"),
        NO("{}", GOOD "," GOOD, "stepOrder of its own"),
        NO("{}", STEP("1", "{}", "1"), "emails or roleKeys"),
        NO("{}", STEP("1", "{'emails':['nobody']}", "1"), "must be an email"),
        NO("{}", STEP("1", "{'phoneNumbers':['+15550100']}", "1"), "by e-mail here"),
        NO("{}", STEP("0", "{'emails':['a@b.io']}", "1"), "stepOrder"),
        NO("{}", STEP("1", "{'emails':['a@b.io']}", "0"), "minApprovals"),
        NO("{'timeoutMinutes':4}", GOOD, "timeoutMinutes"),
        NO("{'autoApproveInMinutes':0}", GOOD, "autoApproveInMinutes"),
        NO("{'reminderIntervalMinutes':59}", GOOD, "reminderIntervalMinutes"),
        NO("{'webhookUrl':'file:///etc/passwd'}", GOOD, "webhookUrl"),
        NO("{'webhookUrl':'http://169.254.169.254/'}", GOOD, "webhookUrl"),
        {"POST " FLOWS " @one",
         "{'name':'x','channels':{'email':true,'sms':true},'configuration':{},'steps':[" GOOD "]}",
         "400; ~channels.sms"},
    };
    SCENE(&scene, steps);
}

static void
two_steps_and_a_webhook(void **state)
{
    (void)state;
#define SAY(yes, who, which)                                                                       \
    "POST " DECIDE " ~none", "{'approved':" yes ",'approvalFlowExecutionId':'$run',"               \
                             "'approverId':'$" who "','approvalFlowStepId':'$" which "'}"
    static const struct step steps[] = {
        {"POST " FLOWS "/$ours/execute ~ann_token", "{}", "400; ~not active"},
        {"POST " FLOWS "/nobody/execute ~ann_token", "{}", "404"},
        {"POST " FLOWS "/$two/execute ~eve_token", "{}", "404"},
        {"POST " FLOWS "/$two/execute ~ann_token", "{'webhookUrl':'ftp://x.io'}", "400"},
        {"POST " FLOWS "/$two/execute ~ann_token", "{'executionData':{'what':['all',1]}}",
         "200; approvalFlowExecutionId>run"},
        {"OUTBOX bob@x.io", NULL,
         "200; token>bob_said; template='ApprovalFlowApprove'; ~Ann; link?"},
        {"OUTBOX dee@y.io", NULL, "200; token>dee_said; ~$run; ~$step1"},
        {"GET " DATA
         "?approvalFlowExecutionId=$run&approverId=$bob_said&approvalFlowStepId=$step1 ~none",
         NULL,
         "200; approvalFlowName='Two'; approvalFlowDescription=''; requester='Ann';"
         "approvalFlowRequestDate?; executionData={'what':['all',1]}"},
        {"GET " DATA "?approvalFlowExecutionId=$run&approverId=x&approvalFlowStepId=$step1 ~none",
         NULL, "404; ~Approval request not found"},
        {"GET " DATA
         "?approvalFlowExecutionId=x&approverId=$bob_said&approvalFlowStepId=$step1 ~none",
         NULL, "404; ~Approval request not found"},
        {"GET " DATA
         "?approvalFlowExecutionId=$run&approverId=$bob_said&approvalFlowStepId=$step2 ~none",
         NULL, "404"},
        {SAY("true", "bob_said", "step1"), "200; success=true"},
        {SAY("true", "bob_said", "step1"), "409; ~decided already"},
        {SAY("false", "bob_said", "step1"), "409"},
        {SAY("true", "run", "step1"), "404"},
        {SAY("true", "dee_said", "step2"), "404"},
        {SAY("true", "dee_said", "step1"), "200"},
        {"OUTBOX cid@y.io", NULL, "200; token>cid_said; ~$step2"},
        {SAY("true", "dee_said", "step1"), "409"},
        {SAY("true", "cid_said", "step2"), "200"},
        {SAY("true", "cid_said", "step2"), "409; ~was decided already"},
    };
    SCENE(&scene, steps);
    wait_heard(1);
    assert_true(was_heard("'approvalFlowExecutionId':'$run'") && was_heard("'status':'approved'") &&
                was_heard("'approved':true") && was_heard("'executionData':{'what':['all',1]}"));
}

/* One no is final where all are needed; the webhook hears of it although it fails at first. */
static void
refused_by_one(void **state)
{
    (void)state;
    pthread_mutex_lock(&lock);
    failures = 1;
    pthread_mutex_unlock(&lock);
    static const struct step steps[] = {
        {"POST " FLOWS "/$two/execute ~ann_token", NULL, "200; approvalFlowExecutionId>run"},
        {"OUTBOX bob@x.io", NULL, "200; token>bob_said"},
        {"OUTBOX dee@y.io", NULL, "200; token>dee_said"},
        {SAY("false", "bob_said", "step1"), "200"},
        {SAY("true", "dee_said", "step1"), "409"},
    };
    SCENE(&scene, steps);
    wait_heard(2);
    assert_true(was_heard("'status':'refused'") && was_heard("'approved':false"));
}

static void
pass_time(const char *column)
{
    char sql[200];
    snprintf(sql, sizeof sql, "UPDATE approval_executions SET %s = 1 WHERE status = 0 AND %s > 0",
             column, column);
    testdb_run(store_db(server_store(scene.t.server)), sql);
    testdb_run(store_db(server_store(scene.t.server)),
               "UPDATE jobs SET due_at = 1 WHERE state = 'queued'");
}

/* Time-outs, automatic approval and reminders; a new request wakes who tends to them. */
static void
time_passes(void **state)
{
    (void)state;
    static const struct step first[] = {
        {"POST " FLOWS " @one",
         FLOW("Late", "{'webhookUrl':'$hook/late','notifyOnDecisions':true}", GOOD),
         "201; id>late"},
        {"POST " FLOWS "/$late/execute ~ann_token", NULL, "200; approvalFlowExecutionId>run"},
        {"OUTBOX a@b.io", NULL, "200; token>a_said"},
    };
    SCENE(&scene, first);
    pass_time("expires_at");
    static const struct step again[] = {
        {"POST " FLOWS " @one",
         FLOW("Auto",
              "{'autoApproveInMinutes':1,'reminderIntervalMinutes':60,"
              "'webhookUrl':'$hook/auto'}",
              GOOD),
         "201; id>auto"},
        {"POST " FLOWS "/$auto/execute ~ann_token", NULL, "200; approvalFlowExecutionId>run2"},
        {"OUTBOX a@b.io", NULL, "200; token>first"},
    };
    static const struct step told[] = {
        {"OUTBOX ann@x.io", NULL, "200; template='ApprovalFlowDecided'; ~out of time"}};
    SCENE(&scene, again);
    SCENE(&scene, told);
    wait_heard(3);
    assert_true(was_heard("'approvalFlowExecutionId':'$run'") && was_heard("'status':'timedOut'"));
    scene.audits += 1; /* of the time-out */
    static const struct step late[] = {{"GET " FLOWS "/$late", NULL, "200; steps.0.id>late_step"},
                                       {SAY("true", "a_said", "late_step"), "410; ~out of time"}};
    SCENE(&scene, late);
}

/* The first flow that is active, without naming it; the request goes on when its flow is gone. */
static void
step_up(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"DELETE " FLOWS "/$late", NULL, "200"},
        {"DELETE " FLOWS "/$auto ~ann_token", NULL, "200"},
        {"DELETE " FLOWS "/$two @two", NULL, "404"},
        {"POST " FLOWS "/step-up/execute ~ann_token", "{'executionData':{'a':1}}",
         "200; approvalFlowExecutionId>run"},
        {"DELETE " FLOWS "/$two", NULL, "200"},
        {"GET " FLOWS "/$two", NULL, "404"},
        {"OUTBOX bob@x.io", NULL, "200; token>bob_said"},
        {SAY("true", "bob_said", "step1"), "200"},
        {"POST " FLOWS "/step-up/execute ~ann_token", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene,
                    (const struct op_binding *const[]){approvals_ops, approvals_execute_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_up),
        cmocka_unit_test(flows_are_kept),
        cmocka_unit_test(flows_that_cannot_work_are_refused),
        cmocka_unit_test(two_steps_and_a_webhook),
        cmocka_unit_test(refused_by_one),
        cmocka_unit_test(time_passes),
        cmocka_unit_test(step_up),
        cmocka_unit_test(every_operation_was_used),
    };
    receiver = httpd_start(on_request, NULL);
    scene_start_with(&scene, &(struct tserver_options){.reaches_loopback = true});
    int failed = cmocka_run_group_tests_name("approvals", tests, NULL, NULL);
    scene_stop(&scene);
    httpd_stop(receiver);
    return failed;
}
