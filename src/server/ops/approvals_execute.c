/*
 * Requests for approval: started by a person, decided by people who were written to, ended by them or by
 * time. What names an approver in a mail is a secret of which the hash is kept. Time and webhooks are
 * the business of a job for each request, see server/jobs.h.
 */
#include "base/log.h"
#include "crypto/token.h"
#include "deliver/outbound.h"
#include "server/approvals.h"
#include "server/call_priv.h"
#include "server/jobs.h"
#include "server/ops/ops.h"
#include "server/state.h"
#include "store/users.h"

enum {
    DATA_MAX = 32 * 1024,
    WEBHOOK_TIMEOUT_MS = 3000,
    RETRY_MS = 30 * 1000,
    MINUTE_MS = 60 * 1000
};

/* ---- starting ---- */

static int64_t
setting(const struct json *document, const char *name)
{
    int64_t minutes = 0;
    (void)json_to_i64(json_get(json_get(document, "configuration"), name), &minutes);
    return minutes * MINUTE_MS;
}

/* Every step must be able to be approved, or the request could only run out of time. */
static enum err_code
check_people(struct call *c, const struct scope *s, const struct json *document, struct str except,
             struct err *err)
{
    struct approval_people *people = ARENA_NEW(c->arena, struct approval_people);
    for (int64_t i = 0; approval_step(document, i); i++) {
        const struct json *step = approval_step(document, i);
        int64_t wanted = 1;
        (void)json_to_i64(json_get(json_get(step, "configuration"), "minApprovals"), &wanted);
        enum err_code rc = approval_people(s, step, except, people, err);
        if (rc)
            return rc;
        if ((int64_t)people->n < wanted)
            return call_refuse(c, err, ERR_INVALID, NULL,
                               "Step %lld has %zu approvers and needs %lld", (long long)i + 1,
                               people->n, (long long)wanted);
    }
    return ERR_OK;
}

static enum err_code
read_request(struct call *c, const struct json *document, struct approval *a, struct err *err)
{
    struct str url = call_str(c, "webhookUrl");
    struct err why = {.code = ERR_OK};
    struct buf text;
    if (url.n && outbound_check_url(c->server->outbound, url, &why) != ERR_OK)
        return call_refuse(c, err, ERR_INVALID, NULL, "webhookUrl %s", why.msg);
    if (url.n == 0)
        url = json_str(json_get(json_get(document, "configuration"), "webhookUrl"));
    buf_init(&text, DATA_MAX);
    if (call_has(c, "executionData"))
        json_write(call_json(c, "executionData"), &text);
    else
        buf_add_text(&text, "{}");
    a->data = arena_str(c->arena, buf_str(&text));
    a->webhook_url = url.n ? arena_str(c->arena, url) : STR_ABSENT;
    a->reported = url.n == 0;
    bool fits = !text.failed;
    buf_fini(&text);
    return fits ? ERR_OK
                : call_refuse(c, err, ERR_INVALID, NULL, "executionData has at most %d bytes",
                              (int)DATA_MAX);
}

static void
set_times(struct call *c, const struct json *document, struct approval *a)
{
    int64_t timeout = setting(document, "timeoutMinutes"),
            automatic = setting(document, "autoApproveInMinutes"),
            reminder = setting(document, "reminderIntervalMinutes");
    a->expires_at = c->now + (timeout ? timeout : (int64_t)APPROVAL_TIMEOUT_MIN * MINUTE_MS);
    a->auto_at = automatic ? c->now + automatic : 0;
    a->remind_at = reminder ? c->now + reminder : 0;
}

static enum err_code
start_job(struct call *c, const struct scope *s, const struct approval *a, struct err *err)
{
    struct job_row job;
    struct job_item item = {.name = a->id,
                            .input = arena_printf(c->arena, "{\"id\":\"%.*s\"}", STR_ARG(a->id))};
    struct jobs_plan plan = {.subject = a->id, .items = &item, .n = 1};
    return jobs_add(c, s, &plan, &job, err);
}

static enum err_code
begin(struct call *c, const struct scope *s, const struct approval_flow *f, struct approval *a,
      struct err *err)
{
    struct user who = {.seq = 0};
    struct json *document = json_parse(f->document, f->document.n, err);
    const struct scope *everywhere = call_environment(c, err);
    enum err_code rc = document && everywhere ? store_user_get(s, USER_BY_ID, c->user_id, &who, err)
                                              : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        rc = call_refuse(c, err, rc, NULL, "User not found");
    if (!rc)
        rc = read_request(c, document, a, err);
    if (!rc)
        rc = check_people(c, s, document, who.email, err);
    if (!rc) {
        a->tenant_id = s->tenant;
        a->user_id = who.id;
        a->requester = who.name.n ? who.name : who.email.n ? who.email : who.id;
        a->document = f->document;
        set_times(c, document, a);
        rc = store_approval_create(everywhere, a, err);
    }
    json_free(document);
    if (!rc)
        rc = approval_ask(c, everywhere, a, err);
    return rc ? rc : start_job(c, s, a, err);
}

static enum err_code
execute(struct call *c, const struct scope *s, const struct approval_flow *f, bool is_step_up,
        struct err *err)
{
    struct approval a = {.session_id = is_step_up ? c->who.session_id : STR_ABSENT};
    if (!f->is_active)
        return call_refuse(c, err, ERR_INVALID, NULL, "The approval flow is not active");
    enum err_code rc = begin(c, s, f, &a, err);
    if (rc)
        return rc;
    call_audit(c, "approval request", a.id, "Medium", "Asked for approval by flow %.*s",
               STR_ARG(f->name));
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "approvalFlowExecutionId", a.id);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_approval_flows_execute(struct call *c, struct err *err)
{
    struct approval_flow f;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && s->tenant_seq <= 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    if (!rc)
        rc = store_approval_flow_get(s, call_param(c, "id"), &f, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Approval flow not found");
    return rc ? rc : execute(c, s, &f, false, err);
}

/* The flow is not named: the tenant's first active one, else the environment's. */
static const struct approval_flow *
pick_flow(const struct approval_flow_list *list)
{
    const struct approval_flow *ours = NULL;
    for (size_t i = 0; i < list->n; i++) {
        if (!list->items[i].is_active)
            continue;
        if (str_given(list->items[i].tenant_id))
            return &list->items[i];
        ours = ours ? ours : &list->items[i];
    }
    return ours;
}

static enum err_code
op_approval_flows_execute_step_up(struct call *c, struct err *err)
{
    struct approval_flow_list list = {.n = 0};
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && s->tenant_seq <= 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    if (!rc)
        rc = store_approval_flow_list(s, &list, err);
    const struct approval_flow *f = rc ? NULL : pick_flow(&list);
    if (!rc && !f)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Approval flow not found");
    return rc ? rc : execute(c, s, f, true, err);
}

/* ---- deciding ---- */

static enum err_code
unknown(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Approval request not found");
}

/* The index of the step of that id; -1 if there is none. */
static int64_t
step_index(const struct approval *a, struct str id)
{
    struct json *document = json_parse(a->document, a->document.n, NULL);
    int64_t found = -1;
    for (int64_t i = 0; found < 0 && approval_step(document, i); i++)
        if (str_eq(json_str(json_get(approval_step(document, i), "id")), id))
            found = i;
    json_free(document);
    return found;
}

/* Whether what the mail says names somebody who was asked; the answer is the same whatever is wrong. */
static enum err_code
find_asked(struct call *c, const struct scope *s, const struct approval *a, struct str step,
           struct str approver, struct err *err)
{
    bool found = false;
    int64_t index = step_index(a, step);
    enum err_code rc =
        store_approver_find(s, a, index, token_hash_hex(c->arena, approver), &found, err);
    return rc || found ? rc : unknown(c, err);
}

static enum err_code
decide(struct call *c, const struct scope *s, struct approval *a, struct err *err)
{
    struct str hash = token_hash_hex(c->arena, call_str(c, "approverId"));
    bool yes = call_bool(c, "approved", false), ended = false;
    if (a->status == APPROVAL_APPROVED || a->status == APPROVAL_REFUSED)
        return call_refuse(c, err, ERR_CONFLICT, NULL, "This request was decided already");
    if (a->status == APPROVAL_EXPIRED || a->expires_at <= c->now)
        return call_refuse(c, err, ERR_GONE, NULL, "This request is out of time");
    if (step_index(a, call_str(c, "approvalFlowStepId")) != a->step)
        return call_refuse(c, err, ERR_CONFLICT, NULL, "This step was decided already");
    enum err_code rc = store_approver_decide(s, a, hash, yes, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "You have decided already");
    if (!rc)
        rc = approval_settle(c, s, a, &ended, err);
    if (!rc && ended && !a->reported)
        rc = start_job(c, s, a, err);
    return rc;
}

static enum err_code
op_approval_flows_decide(struct call *c, struct err *err)
{
    struct approval a;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_approval_lock(s, call_str(c, "approvalFlowExecutionId"), &a, err)
                         : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return unknown(c, err);
    if (!rc)
        rc =
            find_asked(c, s, &a, call_str(c, "approvalFlowStepId"), call_str(c, "approverId"), err);
    if (!rc)
        rc = decide(c, s, &a, err);
    if (rc)
        return rc;
    call_audit_actor(c, STR_ABSENT, a.tenant_id);
    call_audit(c, "approval request", a.id, "High", "%s: the request is %s",
               call_bool(c, "approved", false) ? "Approved" : "Refused",
               approval_status_name(a.status));
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "success", true);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_approval_flows_execution(struct call *c, struct err *err)
{
    struct approval a;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_approval_get(s, call_query(c, "approvalFlowExecutionId"), &a, err)
                         : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return unknown(c, err);
    if (!rc)
        rc = find_asked(c, s, &a, call_query(c, "approvalFlowStepId"), call_query(c, "approverId"),
                        err);
    if (rc)
        return rc;
    struct json *document = json_parse(a.document, a.document.n, NULL);
    struct str description = json_str(json_get(document, "description"));
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "approvalFlowName", json_str(json_get(document, "name")));
    jw_kstr(&c->out, "approvalFlowDescription", description.n ? description : STR(""));
    jw_kstr(&c->out, "requester", a.requester);
    jw_ktime(&c->out, "approvalFlowRequestDate", a.created_at);
    jw_kraw(&c->out, "executionData", a.data);
    jw_close(&c->out, '}');
    json_free(document);
    return ERR_OK;
}

/* ---- time and webhooks ---- */

static int64_t
soonest(const struct approval *a)
{
    int64_t due = a->expires_at;
    if (a->auto_at && a->auto_at < due)
        due = a->auto_at;
    return a->remind_at && a->remind_at < due ? a->remind_at : due;
}

static enum err_code
be_on_time(struct call *c, const struct scope *s, struct approval *a, struct err *err)
{
    if (a->auto_at && a->auto_at <= c->now)
        return approval_end(c, s, a, APPROVAL_APPROVED, err);
    if (a->expires_at <= c->now)
        return approval_end(c, s, a, APPROVAL_EXPIRED, err);
    struct json *document = json_parse(a->document, a->document.n, NULL);
    a->remind_at = c->now + setting(document, "reminderIntervalMinutes");
    json_free(document);
    enum err_code rc = approval_remind(c, s, a, err);
    return rc ? rc : store_approval_update(s, a, err);
}

/* What the webhook hears. */
static struct str
report(struct call *c, const struct approval *a)
{
    struct buf text;
    struct jw w;
    buf_init(&text, 2 * DATA_MAX);
    jw_init(&w, &text);
    jw_open(&w, '{');
    jw_kstr(&w, "approvalFlowExecutionId", a->id);
    jw_ktext(&w, "status", approval_status_name(a->status));
    jw_kbool(&w, "approved", a->status == APPROVAL_APPROVED);
    jw_kstr(&w, "tenantId", a->tenant_id);
    jw_kstr(&w, "userId", a->user_id);
    jw_kraw(&w, "executionData", a->data);
    jw_close(&w, '}');
    struct str out = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return out;
}

static bool
tell_webhook(struct call *c, const struct approval *a)
{
    struct outbound_answer answer;
    struct err why = {.code = ERR_OK};
    const struct outbound_header type = {"Content-Type", STR("application/json")};
    struct outbound_request request = {.url = a->webhook_url,
                                       .headers = &type,
                                       .n_headers = 1,
                                       .body = report(c, a),
                                       .timeout_ms = WEBHOOK_TIMEOUT_MS};
    enum err_code rc = outbound_send(c->server->outbound, &request, c->arena, &answer, &why);
    return !rc && answer.status >= 200 && answer.status < 300;
}

struct looking {
    struct call *c;
    struct approval a;
};

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct looking *l = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, l->c->arena, l->c->vendor_id, STR_ABSENT, err);
    return rc ? rc : store_approval_get(&s, json_str(json_get(l->c->body, "id")), &l->a, err);
}

/* The webhook was asked before; what came of it is kept. */
static enum err_code
keep_report(struct call *c, const struct approval *was, bool heard, struct err *err)
{
    struct approval a;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_approval_lock(s, was->id, &a, err) : err_failed(err);
    if (rc)
        return rc;
    a.remind_at = c->now + ((int64_t)RETRY_MS << a.tries);
    a.tries++;
    a.reported = heard || a.tries >= APPROVAL_WEBHOOK_TRIES;
    call_audited(c); /* the decision has an audit, and this is part of it */
    if (!heard)
        LOG_WARN("server", "a webhook did not hear of a decision", KV_STR("request", a.id),
                 KV_INT("tries", a.tries));
    rc = store_approval_update(s, &a, err);
    return !rc && !a.reported ? start_job(c, s, &a, err) : rc;
}

/* Time has come for something, unless somebody was faster. */
static enum err_code
pass_time(struct call *c, const struct approval *was, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct approval a = {.status = APPROVAL_PENDING};
    enum err_code rc = s ? store_approval_lock(s, was->id, &a, err) : err_failed(err);
    if (!rc && a.status == APPROVAL_PENDING)
        rc = be_on_time(c, s, &a, err);
    if (rc)
        return rc;
    call_audit(c, "approval request", was->id, "Medium", "Time has come: the request is %s",
               approval_status_name(a.status));
    return a.status == APPROVAL_PENDING || !a.reported ? start_job(c, s, &a, err) : ERR_OK;
}

/* One look at a request: it has ended and the webhook is to hear of it, or time has come for something,
 * or it is not time yet. */
static enum err_code
tend(struct call *c, struct err *err)
{
    struct looking l = {.c = c};
    enum err_code rc = store_tx(c->server->store, DB_READ, look, &l, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    if (l.a.status != APPROVAL_PENDING && l.a.reported) {
        call_audited(c); /* nothing is left to do */
        return call_tx(c, err) ? ERR_OK : err_failed(err);
    }
    int64_t due = l.a.status == APPROVAL_PENDING ? soonest(&l.a) : l.a.remind_at;
    if (c->now < due)
        return jobs_postpone(c, due, err);
    if (l.a.status != APPROVAL_PENDING)
        return keep_report(c, &l.a, tell_webhook(c, &l.a), err);
    return pass_time(c, &l.a, err);
}

enum err_code
job_approval_flows_execute(struct call *c, struct err *err)
{
    return tend(c, err);
}

enum err_code
job_approval_flows_execute_step_up(struct call *c, struct err *err)
{
    return tend(c, err);
}

enum err_code
job_approval_flows_decide(struct call *c, struct err *err)
{
    return tend(c, err);
}

const struct op_binding approvals_execute_ops[] = {
    BIND(approval_flows_execute),
    BIND(approval_flows_execute_step_up),
    BIND(approval_flows_decide),
    BIND(approval_flows_execution),
    BIND_END,
};
