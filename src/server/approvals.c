#include "server/approvals.h"

#include "crypto/token.h"
#include "server/notify.h"
#include "server/state.h"
#include "store/users.h"

static const struct json *
member(const struct json *document, const char *part, const char *name)
{
    return json_get(json_get(document, part), name);
}

static bool
is_on(const struct json *j)
{
    bool v = false;
    return json_to_bool(j, &v) && v;
}

const struct json *
approval_step(const struct json *document, int64_t index)
{
    const struct json *it = json_first(json_get(document, "steps"));
    for (; it && index > 0; index--)
        it = json_next(it);
    return it;
}

const char *
approval_status_name(int64_t status)
{
    static const char *const names[] = {"pending", "approved", "refused", "timedOut"};
    return names[status & 3];
}

/* ---- who ---- */

static void
add_person(struct approval_people *p, struct str email, struct str except)
{
    if (email.n == 0 || p->n == APPROVERS_MAX || str_eq_nocase(email, except))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (str_eq_nocase(p->emails[i], email))
            return;
    p->emails[p->n++] = email;
}

enum err_code
approval_people(const struct scope *tenant, const struct json *step, struct str except,
                struct approval_people *out, struct err *err)
{
    struct str *found = ARENA_ARRAY(tenant->arena, APPROVERS_MAX, struct str);
    struct str *roles = ARENA_ARRAY(tenant->arena, APPROVERS_MAX, struct str);
    *out = (struct approval_people){.n = 0};
    size_t n_roles = 0, n = 0;
    const struct json *it = json_first(member(step, "approverSelectors", "emails"));
    for (; it; it = json_next(it))
        add_person(out, arena_str(tenant->arena, json_str(it)), except);
    it = json_first(member(step, "approverSelectors", "roleKeys"));
    for (; it && n_roles < APPROVERS_MAX; it = json_next(it))
        roles[n_roles++] = json_str(it);
    enum err_code rc = store_approver_by_role(tenant, roles, n_roles, found, &n, err);
    for (size_t i = 0; i < n && !rc; i++)
        add_person(out, found[i], except);
    return rc;
}

/* ---- mails ---- */

struct addressee {
    struct str email, token;
};

static enum err_code
write_to(struct call *c, const struct scope *s, const struct approval *a,
         const struct json *document, const struct addressee *to, struct err *err)
{
    struct str step = json_str(json_get(approval_step(document, a->step), "id"));
    struct notice n = {
        .type = "ApprovalFlowApprove",
        .to = to->email,
        .tenant_id = a->tenant_id,
        .token = to->token,
        .link = arena_printf(c->arena,
                             "%.*s/account/approval-flow?approvalFlowExecutionId=%.*s&approverId="
                             "%.*s&approvalFlowStepId=%.*s",
                             STR_ARG(c->server->public_url), STR_ARG(a->id), STR_ARG(to->token),
                             STR_ARG(step)),
        .expires_at = a->expires_at,
        .vars = {{"flow_name", json_str(json_get(document, "name"))},
                 {"flow_description", json_str(json_get(document, "description"))},
                 {"requester", a->requester}},
        .n_vars = 3};
    return notify_email(c, s, &n, err);
}

enum err_code
approval_ask(struct call *c, const struct scope *s, const struct approval *a, struct err *err)
{
    struct scope tenant;
    struct user who = {.email = STR_ABSENT};
    struct json *document = json_parse(a->document, a->document.n, err);
    struct approval_people *people = ARENA_NEW(c->arena, struct approval_people);
    enum err_code rc = document ? scope_tenant(s, a->tenant_id, &tenant, err) : err_failed(err);
    if (!rc) {
        rc = store_user_get(s, USER_BY_ID, a->user_id, &who, err);
        if (rc == ERR_NOT_FOUND)
            rc = ERR_OK; /* who asked is gone; the others still decide */
    }
    if (!rc)
        rc = approval_people(&tenant, approval_step(document, a->step), who.email, people, err);
    for (size_t i = 0; i < people->n && !rc; i++) {
        struct addressee to = {people->emails[i], token_new(c->arena)};
        rc = store_approver_add(s, a, to.email, token_hash_hex(c->arena, to.token), err);
        if (!rc)
            rc = write_to(c, s, a, document, &to, err);
    }
    json_free(document);
    return rc;
}

enum err_code
approval_remind(struct call *c, const struct scope *s, const struct approval *a, struct err *err)
{
    struct approver_list list;
    struct json *document = json_parse(a->document, a->document.n, err);
    enum err_code rc = document ? store_approver_waiting(s, a, &list, err) : err_failed(err);
    for (size_t i = 0; !rc && i < list.n; i++) {
        struct addressee to = {list.items[i].email, token_new(c->arena)};
        rc = store_approver_rename(s, list.items[i].seq, token_hash_hex(c->arena, to.token), err);
        if (!rc)
            rc = write_to(c, s, a, document, &to, err);
    }
    json_free(document);
    return rc;
}

/* Who asked hears of it, if the flow says so. */
static enum err_code
tell_requester(struct call *c, const struct scope *s, const struct approval *a,
               const struct json *document, struct err *err)
{
    struct user who;
    if (!is_on(member(document, "configuration", "notifyOnDecisions")))
        return ERR_OK;
    enum err_code rc = store_user_get(s, USER_BY_ID, a->user_id, &who, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    struct notice n = {.type = "ApprovalFlowDecided",
                       .user = &who,
                       .tenant_id = a->tenant_id,
                       .vars = {{"flow_name", json_str(json_get(document, "name"))},
                                {"outcome", str_of(a->status == APPROVAL_EXPIRED
                                                       ? "out of time"
                                                       : approval_status_name(a->status))}},
                       .n_vars = 2};
    return notify_email(c, s, &n, err);
}

/* ---- what follows ---- */

enum err_code
approval_end(struct call *c, const struct scope *s, struct approval *a, enum approval_status status,
             struct err *err)
{
    struct json *document = json_parse(a->document, a->document.n, err);
    if (!document)
        return err_failed(err);
    a->status = status;
    a->remind_at = 0;
    a->reported = !str_given(a->webhook_url);
    enum err_code rc = store_approval_update(s, a, err);
    if (!rc && status == APPROVAL_APPROVED && str_given(a->session_id))
        rc = store_approval_step_up(s, a->session_id, err);
    if (!rc)
        rc = tell_requester(c, s, a, document, err);
    json_free(document);
    return rc;
}

static int64_t
needed(const struct json *step)
{
    int64_t n = 1;
    (void)json_to_i64(member(step, "configuration", "minApprovals"), &n);
    return n;
}

enum err_code
approval_settle(struct call *c, const struct scope *s, struct approval *a, bool *ended,
                struct err *err)
{
    struct approval_count count;
    struct json *document = json_parse(a->document, a->document.n, err);
    enum err_code rc = document ? store_approver_count(s, a, &count, err) : err_failed(err);
    int64_t wanted = needed(approval_step(document, a->step));
    bool is_last = approval_step(document, a->step + 1) == NULL;
    json_free(document);
    *ended = false;
    if (rc || (count.yes < wanted && count.asked - count.no >= wanted))
        return rc;
    *ended = count.yes < wanted || is_last;
    if (*ended)
        return approval_end(c, s, a, count.yes < wanted ? APPROVAL_REFUSED : APPROVAL_APPROVED,
                            err);
    a->step++;
    rc = store_approval_update(s, a, err);
    return rc ? rc : approval_ask(c, s, a, err);
}
