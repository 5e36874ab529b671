/* Approval flows as they are kept: who is asked, in which order, and what happens meanwhile. */
#include "server/approvals.h"
#include "api/check.h"
#include "base/clock.h"
#include "base/rand.h"
#include "server/ops/ops.h"
#include "server/state.h"

#include "deliver/outbound.h"

enum {
    DOCUMENT_MAX = 256 * 1024,
    NAME_MAX_BYTES = 255,
    DESCRIPTION_MAX = 2000,
    SELECTORS_MAX = 50
};

static enum err_code
missing(struct call *c, enum err_code rc, struct err *err)
{
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Approval flow not found") : rc;
}

/* ---- answering ---- */

static void
write_flow(struct call *c, const struct approval_flow *f)
{
    struct jw *w = &c->out;
    struct json *document = json_parse(f->document, f->document.n, NULL);
    jw_open(w, '{');
    jw_kstr(w, "id", f->id);
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kgiven(w, "tenantId", f->tenant_id);
    jw_kstr(w, "name", f->name);
    jw_kgiven(w, "description", json_str(json_get(document, "description")));
    jw_kbool(w, "isActive", f->is_active);
    static const char *const parts[] = {"channels", "configuration", "steps"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        jw_key(w, parts[i]);
        jw_json(w, json_get(document, parts[i]));
    }
    jw_ktime(w, "createdAt", f->created_at);
    jw_ktime(w, "updatedAt", f->updated_at);
    jw_close(w, '}');
    json_free(document);
}

/* ---- what somebody wants ---- */

static enum err_code
check_emails(struct call *c, const struct json *list, struct err *err)
{
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (!check_is_email(json_str(it)))
            return call_refuse(c, err, ERR_INVALID, NULL,
                               "each value in approverSelectors.emails must be an email");
    return ERR_OK;
}

static enum err_code
check_step(struct call *c, const struct json *step, struct err *err)
{
    const struct json *selectors = json_get(step, "approverSelectors");
    const struct json *emails = json_get(selectors, "emails"),
                      *roles = json_get(selectors, "roleKeys");
    if (json_len(json_get(selectors, "phoneNumbers")))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "Approvers are asked by e-mail here, not by phone");
    if (json_len(emails) + json_len(roles) == 0 || json_len(emails) > SELECTORS_MAX ||
        json_len(roles) > SELECTORS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "Each step needs 1 to %d emails or roleKeys",
                           (int)SELECTORS_MAX);
    return check_emails(c, emails, err);
}

static int64_t
order_of(const struct json *step)
{
    int64_t order = 0;
    (void)json_to_i64(json_get(step, "stepOrder"), &order);
    return order;
}

static bool
has_equal_orders(const struct json *steps)
{
    for (const struct json *a = json_first(steps); a; a = json_next(a))
        for (const struct json *b = json_next(a); b; b = json_next(b))
            if (order_of(a) == order_of(b))
                return true;
    return false;
}

static enum err_code
check_steps(struct call *c, const struct json *steps, struct err *err)
{
    if (json_len(steps) == 0 || json_len(steps) > APPROVAL_STEPS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "A flow needs 1 to %d steps",
                           (int)APPROVAL_STEPS_MAX);
    if (has_equal_orders(steps))
        return call_refuse(c, err, ERR_INVALID, NULL, "Each step needs a stepOrder of its own");
    enum err_code rc = ERR_OK;
    for (const struct json *it = json_first(steps); it && !rc; it = json_next(it))
        rc = check_step(c, it, err);
    return rc;
}

static enum err_code
check_body_rules(struct call *c, struct err *err)
{
    struct str url = json_str(json_get(call_json(c, "configuration"), "webhookUrl"));
    struct err why = {.code = ERR_OK};
    bool sms = false;
    if (call_str(c, "name").n > NAME_MAX_BYTES || call_str(c, "description").n > DESCRIPTION_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "name or description is too long");
    if (json_to_bool(json_get(call_json(c, "channels"), "sms"), &sms) && sms)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "channels.sms is not available here, approvers are asked by e-mail");
    if (url.n && outbound_check_url(c->server->outbound, url, &why) != ERR_OK)
        return call_refuse(c, err, ERR_INVALID, NULL, "configuration.webhookUrl %s", why.msg);
    return call_has(c, "steps") ? check_steps(c, call_json(c, "steps"), err) : ERR_OK;
}

/* ---- the document ---- */

/* Lists that were not given are empty. */
static void
complete(struct json *selectors)
{
    static const char *const lists[] = {"roleKeys", "emails", "phoneNumbers"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (json_type(json_get(selectors, lists[i])) != JSON_ARRAY)
            json_set(selectors, str_of(lists[i]), json_new_array());
}

/* The steps in their order, each with an id and times. */
static struct json *
make_steps(struct call *c, const struct json *wanted)
{
    char id[RAND_UUID_SIZE], date[CLOCK_TEXT_SIZE];
    struct json *steps = json_new_array();
    int64_t last = 0;
    for (size_t n = json_len(wanted); n > 0; n--) {
        const struct json *next = NULL;
        for (const struct json *it = json_first(wanted); it; it = json_next(it))
            if (order_of(it) > last && (!next || order_of(it) < order_of(next)))
                next = it;
        if (!next)
            break;
        last = order_of(next);
        struct json *step = json_copy(next);
        complete(json_get(step, "approverSelectors"));
        json_set(step, STR("id"), json_new_str(str_of(rand_uuid(id))));
        json_set(step, STR("createdAt"), json_new_str(str_of(clock_format(c->now, date))));
        json_set(step, STR("updatedAt"), json_new_str(str_of(clock_format(c->now, date))));
        json_push(steps, step);
    }
    return steps;
}

/* Members of the body over those of *f. */
static enum err_code
take_body(struct call *c, struct approval_flow *f, struct err *err)
{
    static const char *const parts[] = {"description", "channels", "configuration"};
    struct json *document =
        str_given(f->document) ? json_parse(f->document, f->document.n, NULL) : json_new_object();
    struct buf text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (call_has(c, parts[i]))
            json_set(document, str_of(parts[i]), json_copy(call_json(c, parts[i])));
    if (call_has(c, "steps"))
        json_set(document, STR("steps"), make_steps(c, call_json(c, "steps")));
    if (call_has(c, "name"))
        f->name = call_str(c, "name");
    f->is_active = call_bool(c, "isActive", f->is_active);
    json_set(document, STR("name"), json_new_str(f->name));
    buf_init(&text, DOCUMENT_MAX);
    json_write(document, &text);
    f->document = arena_str(c->arena, buf_str(&text));
    bool fits = !text.failed;
    buf_fini(&text);
    json_free(document);
    return fits ? ERR_OK : call_refuse(c, err, ERR_INVALID, NULL, "The flow is too large");
}

/* ---- operations ---- */

static enum err_code
op_approval_flows_create(struct call *c, struct err *err)
{
    struct approval_flow f = {.is_active = true};
    enum err_code rc = check_body_rules(c, err);
    if (!rc)
        rc = take_body(c, &f, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_approval_flow_create(s, &f, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    if (rc)
        return rc;
    call_audit(c, "approval flow", f.id, "High", "Created approval flow %.*s", STR_ARG(f.name));
    write_flow(c, &f);
    return ERR_OK;
}

static enum err_code
op_approval_flows_list(struct call *c, struct err *err)
{
    struct approval_flow_list list;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_approval_flow_list(s, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "items");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_flow(c, &list.items[i]);
    jw_close(&c->out, ']');
    jw_ki64(&c->out, "total", (int64_t)list.n);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_approval_flows_get(struct call *c, struct err *err)
{
    struct approval_flow f;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_approval_flow_get(s, call_param(c, "id"), &f, err) : err_failed(err);
    if (rc)
        return missing(c, rc, err);
    write_flow(c, &f);
    return ERR_OK;
}

static enum err_code
op_approval_flows_update(struct call *c, struct err *err)
{
    struct approval_flow f;
    enum err_code rc = check_body_rules(c, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_approval_flow_get(s, call_param(c, "id"), &f, err) : err_failed(err);
    if (!rc)
        rc = take_body(c, &f, err);
    if (!rc)
        rc = store_approval_flow_update(s, &f, err);
    if (rc)
        return missing(c, rc, err);
    call_audit(c, "approval flow", f.id, "High", "Changed approval flow %.*s", STR_ARG(f.name));
    write_flow(c, &f);
    return ERR_OK;
}

/* Requests under way go on: they have the flow as it was. */
static enum err_code
op_approval_flows_delete(struct call *c, struct err *err)
{
    struct str id = call_param(c, "id");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_approval_flow_delete(s, id, err) : err_failed(err);
    if (rc)
        return missing(c, rc, err);
    call_audit(c, "approval flow", id, "High", "Deleted an approval flow");
    return ERR_OK;
}

const struct op_binding approvals_ops[] = {
    BIND(approval_flows_create), BIND(approval_flows_list),   BIND(approval_flows_get),
    BIND(approval_flows_update), BIND(approval_flows_delete), BIND_END,
};
