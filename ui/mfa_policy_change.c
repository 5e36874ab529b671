/* The way of a change to a policy or a strategy: nothing is written unseen, or over somebody else. */
#include "ui/mfa_policy.h"

#include "base/mem.h"
#include "ui/confirm.h"

#include <stdio.h>

static void
send_values(struct mfa_policy_pane *p, bool in_tenant, struct values *take, result_fn *done)
{
    client_send(p->pane.app->client,
                &(struct client_request){
                    .op = take->op,
                    .values = take,
                    .scope = {.tenant_id = in_tenant ? str_of(p->pane.tenant) : STR("")},
                    .set = &p->pane.calls,
                    .done = done,
                    .ctx = p});
}

/* ---- how many people ---- */

static bool
same_policy(const struct mfa_policy *a, const struct mfa_policy *b)
{
    return a->set == b->set && strcmp(a->enforce, b->enforce) == 0 && a->remember == b->remember &&
           a->remember_s == b->remember_s;
}

/* Does the change alter what holds? The environment's demand may be the stricter one. */
static bool
touches_anybody(struct mfa_policy_pane *p)
{
    struct mfa_policy before, after, *own = mfa_policy_own(p), kept = *own;
    if (p->row >= ROW_FACTORS)
        return true;
    mfa_rules_policy(&p->rules, &before, NULL);
    *own = p->wanted;
    mfa_rules_policy(&p->rules, &after, NULL);
    *own = kept;
    before.set = after.set; /* a policy that says what held without one */
    return !same_policy(&before, &after);
}

static void
touch_text(struct mfa_policy_pane *p, struct buf *out)
{
    long long people = p->people, without = p->without, with = people - without;
    if (!touches_anybody(p))
        buf_add_text(out, "Nobody is touched: what holds stays as it is.");
    else if (p->row == ROW_ENFORCE && strcmp(p->wanted.enforce, "DontForce") != 0)
        buf_printf(out,
                   "%lld of %lld people have no second factor: each must enrol one at the next "
                   "sign-in.",
                   without, people);
    else if (p->row == ROW_ENFORCE)
        buf_printf(out,
                   "%lld of %lld people have no second factor and may sign in without; the "
                   "others go on showing theirs.",
                   without, people);
    else if (p->row == ROW_REMEMBER && !p->wanted.remember)
        buf_printf(out, "%lld of %lld people have a factor and show it at every sign-in.", with,
                   people);
    else if (p->row < ROW_FACTORS)
        buf_printf(out, "%lld of %lld people have a factor and may skip it on devices they know.",
                   with, people);
    else if (p->wanted_active)
        buf_printf(out, "%lld of %lld people have no second factor and may enrol this one.",
                   without, people);
    else
        buf_printf(out,
                   "At most %lld of %lld people use it: that many have a factor, and which one "
                   "is not listed. Who has no other cannot sign in until they are reset.",
                   with, people);
}

/* ---- writing ---- */

static void
written(void *ctx, struct result *r)
{
    struct mfa_policy_pane *p = ctx;
    if (r->err.code) {
        p->stage = AT_REST;
        app_fail(p->pane.app, "Not changed", r);
        mfa_rules_read(&p->rules, &p->pane);
    } else {
        p->stage = READING_BACK;
        app_changed(p->pane.app); /* this pane as well */
    }
    result_free(r);
}

static void
write_to(struct mfa_policy_pane *p, enum op_id id, bool in_tenant, struct json *take)
{
    struct values *v = values_new(op_get(id));
    values_set_body(v, take);
    send_values(p, in_tenant, v, written);
}

static void
write_policy(struct mfa_policy_pane *p)
{
    struct json *body = json_new_object();
    json_set(body, STR("enforceMFAType"), json_new_str(str_of(p->wanted.enforce)));
    json_set(body, STR("allowRememberMyDevice"), json_new_bool(p->wanted.remember));
    json_set(body, STR("mfaDeviceExpiration"), json_new_i64(p->wanted.remember_s));
    write_to(p, OP_mfa_policy_set, true, body);
}

/* What the configuration switches off is switched on there; all else by the strategy. */
static void
write_factor(struct mfa_policy_pane *p)
{
    const struct mfa_factor_info *info = &mfa_factor_info[p->row - ROW_FACTORS];
    const char *by = NULL;
    struct json *body = json_new_object();
    (void)mfa_rules_allow(&p->rules, (enum mfa_factor)(p->row - ROW_FACTORS), &by);
    if (p->wanted_active && by && *by == 'c') {
        struct json *part = json_copy(json_get(p->rules.config, info->member));
        json_set(part, STR("active"), json_new_bool(true));
        json_set(body, str_of(info->member), part);
        write_to(p, OP_mfa_config_set, false, body);
        return;
    }
    json_set(body, STR("strategy"), json_new_str(str_of(info->strategy)));
    json_set(body, STR("isActive"), json_new_bool(p->wanted_active));
    write_to(p, OP_mfa_strategies_set, false, body);
}

/* Whether what was read is still (or already) what is expected of the row. */
static bool
row_is(struct mfa_policy_pane *p, const struct mfa_policy *policy, bool active)
{
    if (p->row < ROW_FACTORS)
        return same_policy(mfa_policy_own(p), policy);
    return mfa_rules_allow(&p->rules, (enum mfa_factor)(p->row - ROW_FACTORS), NULL) == active;
}

/* Everything was read again. */
void
mfa_policy_read(struct pane *pane)
{
    struct mfa_policy_pane *p = (struct mfa_policy_pane *)pane;
    struct app *app = pane->app;
    enum policy_stage was = p->stage;
    if (was == CHECKING && !row_is(p, &p->base, p->base_active)) {
        p->stage = AT_REST;
        app_note(app, TOAST_BAD, "Somebody changed this meanwhile: nothing was sent");
    } else if (was == CHECKING) {
        p->stage = WRITING;
        (p->row < ROW_FACTORS ? write_policy : write_factor)(p);
    } else if (was == READING_BACK) {
        p->stage = AT_REST;
        if (row_is(p, &p->wanted, p->wanted_active))
            app_note(app, TOAST_GOOD, "%s: changed", mfa_policy_label(p->row));
        else
            app_note(app, TOAST_BAD, "The service answered 200, but %s did not change",
                     mfa_policy_label(p->row));
    }
}

/* ---- asking ---- */

static void
change_yes(struct app *app, void *ctx)
{
    struct mfa_policy_pane *p = ctx;
    (void)app;
    p->stage = CHECKING;
    mfa_rules_read(&p->rules, &p->pane);
}

static void
change_no(struct app *app, void *ctx)
{
    struct mfa_policy_pane *p = ctx;
    (void)app;
    p->stage = AT_REST;
}

static void
add_difference(struct mfa_policy_pane *p, struct buf *out)
{
    char before[MFA_VALUE], after[MFA_VALUE];
    if (p->row >= ROW_FACTORS) {
        buf_printf(out, "%s: %s -> %s, in the whole environment", mfa_policy_label(p->row),
                   p->base_active ? "on" : "off", p->wanted_active ? "on" : "off");
        return;
    }
    mfa_policy_text(&p->base, p->row, before);
    mfa_policy_text(&p->wanted, p->row, after);
    buf_printf(out, "%s: %s -> %s, in %s%s", mfa_policy_label(p->row), before, after,
               p->pane.tenant[0] ? "tenant " : "the whole environment", p->pane.tenant);
}

static void
ask(struct mfa_policy_pane *p)
{
    struct buf difference, touched;
    p->stage = ASKING;
    buf_init(&difference, 1024);
    buf_init(&touched, 1024);
    add_difference(p, &difference);
    if (p->failure[0])
        buf_printf(&touched, "How many people this touches is not known: %s", p->failure);
    else
        touch_text(p, &touched);
    buf_add_char(&touched, '\0');
    confirm_open(p->pane.app, &(struct confirm_setup){.title = "Change this?",
                                                      .name = buf_str(&difference),
                                                      .warning = touched.p,
                                                      .verb = "change it",
                                                      .tier = CONFIRM_EASY,
                                                      .yes = change_yes,
                                                      .no = change_no,
                                                      .ctx = p});
    buf_fini(&difference);
    buf_fini(&touched);
}

static void
counted(struct mfa_policy_pane *p, struct result *take, int64_t *out)
{
    if (take->err.code)
        snprintf(p->failure, sizeof p->failure, "%s", take->err.msg);
    else if (!json_to_i64(json_get(json_get(take->json, "_metadata"), "totalItems"), out))
        snprintf(p->failure, sizeof p->failure, "the service does not count");
    result_free(take);
    if (--p->counts == 0)
        ask(p);
}

static void
got_people(void *ctx, struct result *take)
{
    struct mfa_policy_pane *p = ctx;
    counted(p, take, &p->people);
}

static void
got_without(void *ctx, struct result *take)
{
    struct mfa_policy_pane *p = ctx;
    counted(p, take, &p->without);
}

static void
count(struct mfa_policy_pane *p, bool without, bool in_tenant)
{
    struct values *v = values_new(op_get(OP_users_list));
    (void)!values_set(v, STR("_limit"), json_new_i64(1), NULL);
    if (without)
        (void)!values_set(v, STR("_preset"), json_new_str(STR("mfa-unenrolled")), NULL);
    p->counts++;
    send_values(p, in_tenant, v, without ? got_without : got_people);
}

/* The new value is known: whom does it touch? */
void
mfa_policy_propose(struct mfa_policy_pane *p)
{
    bool in_tenant = p->row < ROW_FACTORS;
    if (p->row < ROW_FACTORS ? p->base.set && same_policy(&p->base, &p->wanted)
                             : p->base_active == p->wanted_active) {
        p->stage = AT_REST;
        app_note(p->pane.app, TOAST_INFO, "That is how it is already");
        return;
    }
    p->stage = COUNTING;
    p->failure[0] = '\0';
    count(p, false, in_tenant);
    count(p, true, in_tenant);
}
