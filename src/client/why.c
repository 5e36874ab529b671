/* Asking what :why concludes from, and saying what came of it. */
#include "client/why.h"

#include <stdio.h>

enum scope { WHY_SCOPE_USER, WHY_SCOPE_ENVIRONMENT, WHY_SCOPE_TENANT };

static const struct fact {
    enum op_id op;
    const char *param;
    enum scope scope;
    bool absent;
} facts[WHY_FACTS] = {
#define WHY_FACT(id, op, param, scope, absent) {OP_##op, (param), WHY_SCOPE_##scope, (absent)},
#include "client/why.def"
#undef WHY_FACT
};

static const struct rule {
    const char *title;
    enum why_fact first, last;
    const char *key, *run;
} checks[WHY_CHECKS] = {
#define WHY_CHECK(id, title, first, last, key, run)                                                \
    {(title), WHY_FACT_##first, WHY_FACT_##last, (key), (run)},
#include "client/why.def"
#undef WHY_CHECK
};

static void
copy(char out[WHY_ID], struct str s)
{
    snprintf(out, WHY_ID, "%.*s", STR_ARG(s));
}

/* ---- asking ---- */

static bool
is_ready(const struct why *w, enum why_check c)
{
    bool ready = w->answers[WHY_FACT_user].arrived;
    for (size_t i = checks[c].first; i <= (size_t)checks[c].last; i++)
        ready = ready && w->answers[i].arrived;
    return ready;
}

static void
conclude_ready(struct why *w)
{
    for (enum why_check c = 0; c < WHY_CHECKS; c++)
        if (w->rows[c].verdict == WHY_WAITING && is_ready(w, c))
            why_conclude(w, c);
    if (w->changed)
        w->changed(w->ctx);
}

static void
take(struct why_answer *a, enum why_fact f, struct result *take)
{
    bool none = take->err.code == ERR_NOT_FOUND && facts[f].absent;
    a->arrived = true;
    if (take->err.code && !none) {
        snprintf(a->failure, sizeof a->failure, "%s: %s", op_get(facts[f].op)->name, take->err.msg);
    } else if (!none) {
        a->json = take->json;
        a->set = take->json != NULL;
        take->json = NULL;
    }
}

static void
on_answer(void *ctx, struct result *result)
{
    struct why_answer *a = ctx;
    struct why *w = a->why;
    w->waiting--;
    take(a, (enum why_fact)(a - w->answers), result);
    result_free(result);
    conclude_ready(w);
}

static void
ask(struct why *w, enum why_fact f, result_fn *done)
{
    const struct op *op = op_get(facts[f].op);
    struct values *v = values_new(op);
    bool tenant = facts[f].scope == WHY_SCOPE_TENANT;
    struct str id = str_of(op->id == OP_tenants_get ? w->tenant : w->id);
    if (facts[f].param[0])
        (void)!values_set(v, str_of(facts[f].param), json_new_str(id), NULL);
    w->waiting++;
    client_send(w->client,
                &(struct client_request){
                    .op = op,
                    .values = v,
                    .scope = {.tenant_id = str_of(tenant && op->ctx & CTX_TENANT ? w->tenant : "")},
                    .set = w->calls,
                    .done = done,
                    .ctx = &w->answers[f]});
}

/* Without a tenant there is nothing to read about it, and that is no failure. */
static void
ask_tenant(struct why *w)
{
    for (enum why_fact f = 0; f < WHY_FACTS; f++) {
        if (facts[f].scope != WHY_SCOPE_TENANT)
            continue;
        if (w->tenant[0])
            ask(w, f, on_answer);
        else
            w->answers[f].arrived = true;
    }
}

static void
on_user(void *ctx, struct result *result)
{
    struct why_answer *a = ctx;
    struct why *w = a->why;
    w->waiting--;
    w->nobody = result->err.code == ERR_NOT_FOUND;
    take(a, WHY_FACT_user, result);
    if (!a->failure[0] && !json_str(json_get(a->json, "id")).n)
        snprintf(a->failure, sizeof a->failure, "%s: the answer holds no user", result->op->name);
    result_free(result);
    if (!a->failure[0]) {
        copy(w->id, json_str(json_get(a->json, "id")));
        copy(w->email, json_str(json_get(a->json, "email")));
        why_pick_tenant(w);
    }
    ask_tenant(w);
    conclude_ready(w);
}

static void
ask_by_email(struct why *w, struct str email)
{
    const struct op *op = op_get(OP_users_get_by_email);
    struct values *v = values_new(op);
    (void)!values_set(v, STR("email"), json_new_str(email), NULL);
    w->waiting++;
    client_send(w->client, &(struct client_request){.op = op,
                                                    .values = v,
                                                    .scope = {.tenant_id = STR("")},
                                                    .set = w->calls,
                                                    .done = on_user,
                                                    .ctx = &w->answers[WHY_FACT_user]});
}

void
why_start(struct why *w, struct client *client, struct callset *calls, struct str user,
          struct str tenant)
{
    why_fini(w);
    w->client = client;
    w->calls = calls;
    w->nobody = false;
    w->waiting = 0;
    w->tenant[0] = '\0';
    copy(w->wanted, tenant);
    bool address = str_find_char(user, '@') >= 0;
    copy(w->id, address ? STR("") : user);
    copy(w->email, address ? user : STR(""));
    for (size_t i = 0; i < WHY_FACTS; i++)
        w->answers[i] = (struct why_answer){.why = w};
    for (size_t i = 0; i < WHY_CHECKS; i++)
        w->rows[i] = (struct why_row){.verdict = WHY_WAITING};
    if (address)
        ask_by_email(w, user);
    else
        ask(w, WHY_FACT_user, on_user);
    for (enum why_fact f = 0; f < WHY_FACTS; f++)
        if (facts[f].scope == WHY_SCOPE_ENVIRONMENT)
            ask(w, f, on_answer);
}

void
why_fini(struct why *w)
{
    for (size_t i = 0; i < WHY_FACTS; i++) {
        json_free(w->answers[i].json);
        w->answers[i].json = NULL;
    }
}

void
why_stop(struct why *w)
{
    w->waiting = 0;
    for (size_t i = 0; i < WHY_CHECKS; i++)
        if (w->rows[i].verdict == WHY_WAITING)
            w->rows[i] = (struct why_row){WHY_UNKNOWN, "Stopped before it was read"};
}

/* ---- what came of it ---- */

bool
why_done(const struct why *w)
{
    return w->waiting == 0;
}

size_t
why_count(const struct why *w, enum why_verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < WHY_CHECKS; i++)
        n += w->rows[i].verdict == verdict;
    return n;
}

void
why_summary(const struct why *w, struct buf *out)
{
    size_t no = why_count(w, WHY_NO), unknown = why_count(w, WHY_UNKNOWN);
    if (w->nobody || w->rows[WHY_CHECK_account].verdict == WHY_UNKNOWN) {
        buf_add_text(out, w->rows[WHY_CHECK_account].text);
        return;
    }
    if (no)
        buf_printf(out, "Cannot sign in: %zu reason%s", no, no == 1 ? "" : "s");
    else if (!why_done(w))
        buf_printf(out, "Reading, %d of %d", WHY_CHECKS - (int)why_count(w, WHY_WAITING),
                   WHY_CHECKS);
    else
        buf_add_text(out, unknown ? "Nothing found that keeps them out" : "Can sign in");
    if (unknown)
        buf_printf(out, "; %zu of %d unknown", unknown, WHY_CHECKS);
}

const char *
why_verdict_name(enum why_verdict v)
{
    static const char *const names[] = {"...", "ok", "note", "no", "unknown"};
    return names[v];
}

const char *
why_title(enum why_check c)
{
    return checks[c].title;
}

const char *
why_key(enum why_check c)
{
    return checks[c].key;
}

/* One word of a shell's command line, whatever it holds. */
static void
add_word(struct buf *out, const char *id)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
    if (!id[0] || id[0] == '-') {
        buf_add_text(out, "ID");
    } else if (id[strspn(id, plain)] == '\0') {
        buf_add_text(out, id);
    } else {
        buf_add_char(out, '\'');
        for (; *id; id++)
            if (*id == '\'')
                buf_add_text(out, "'\\''");
            else
                buf_add_char(out, *id);
        buf_add_char(out, '\'');
    }
}

void
why_run(const struct why *w, enum why_check c, struct buf *out)
{
    struct str rest = str_of(checks[c].run);
    for (ptrdiff_t at; (at = str_find_char(rest, '{')) >= 0;) {
        bool user = str_starts(str_sub(rest, (size_t)at, rest.n), STR("{user}"));
        buf_add_str(out, str_sub(rest, 0, (size_t)at));
        add_word(out, user ? w->id : w->tenant);
        rest = str_sub(rest, (size_t)str_find_char(rest, '}') + 1, rest.n);
    }
    buf_add_str(out, rest);
}

void
why_reads(enum why_check c, struct buf *out)
{
    buf_add_text(out, op_get(facts[WHY_FACT_user].op)->name);
    for (size_t i = checks[c].first; i <= (size_t)checks[c].last; i++) {
        bool again = i == WHY_FACT_user;
        for (size_t k = checks[c].first; k < i; k++)
            again = again || facts[k].op == facts[i].op;
        if (!again)
            buf_printf(out, ", %s", op_get(facts[i].op)->name);
    }
}

static void
set(struct json *row, const char *name, struct str value)
{
    json_set(row, str_of(name), json_new_str(value));
}

struct json *
why_row_json(const struct why *w, enum why_check c)
{
    struct json *row = json_new_object();
    struct buf b;
    buf_init(&b, 2048);
    set(row, "check", str_of(why_title(c)));
    set(row, "verdict", str_of(why_verdict_name(w->rows[c].verdict)));
    set(row, "finding", str_of(w->rows[c].text));
    if (w->rows[c].verdict != WHY_OK)
        why_run(w, c, &b);
    set(row, "fix", b.n ? buf_str(&b) : STR(""));
    buf_reset(&b);
    why_reads(c, &b);
    set(row, "reads", buf_str(&b));
    buf_fini(&b);
    return row;
}
