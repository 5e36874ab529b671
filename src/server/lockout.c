#include "server/lockout.h"

#include "base/log.h"
#include "base/rand.h"
#include "server/call_priv.h"
#include "server/flow.h"
#include "server/notify.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"
#include "store/guesses.h"

_Static_assert(CALL_GUESSES == LOCKOUT_CODE + 1, "one guess of each kind");

/* Without a policy a hundred in a row, as NIST SP 800-63B has it; a policy can only be stricter. */
enum { GUESSES_MAX = 100, SLOTS_OF_NOBODY = 1024, UNLOCK_DAYS = 1, DAY_MS = 86400000 };

static struct str
kind_text(enum lockout_kind kind)
{
    return kind == LOCKOUT_CODE ? STR("code") : STR("password");
}

/* -- the limit: the lowest of all policies that hold for the person -- */

static enum err_code
apply_policy(const struct config_item *policy, int64_t *limit, struct err *err)
{
    struct json *j = json_parse(policy->document, policy->document.n, err);
    if (!j)
        return err_set(err, ERR_CORRUPT, "the stored %s is not JSON", lockout_policy.what);
    bool enabled = false;
    int64_t most = LOCKOUT_ATTEMPTS;
    (void)json_to_bool(json_get(j, "enabled"), &enabled);
    (void)json_to_i64(json_get(j, "maxAttempts"), &most);
    if (enabled && most >= 1 && most < *limit)
        *limit = most;
    json_free(j);
    return ERR_OK;
}

static enum err_code
find_limit(const struct scope *s, struct str user_id, int64_t *limit, struct err *err)
{
    struct config_list policies;
    *limit = GUESSES_MAX;
    enum err_code rc = store_config_of_user(s, str_of(lockout_policy.name), user_id, STR_ABSENT,
                                            false, &policies, err);
    for (size_t i = 0; !rc && i < policies.n; i++)
        rc = apply_policy(&policies.items[i], limit, err);
    return rc;
}

/* -- counting -- */

struct counting {
    struct call *c;
    enum lockout_kind kind;
    struct call_guess guess;
};

static enum err_code
count(struct db_conn *conn, void *arg, struct err *err)
{
    struct counting *q = arg;
    struct scope s;
    struct user u = {.seq = 0};
    struct str id = str_given(q->guess.user_id) ? q->guess.user_id : STR("");
    int64_t made = 1;
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    s.now = q->c->now;
    if (!rc)
        rc = store_user_get(&s, USER_BY_ID, id, &u, err);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (!rc)
        rc = find_limit(&s, id, &q->guess.limit, err);
    if (!rc && u.seq)
        rc = store_guess_count(&s, u.seq, kind_text(q->kind), q->guess.limit, &made, err);
    else if (!rc)
        rc = store_guess_nobody(&s, rand_below(SLOTS_OF_NOBODY), err);
    q->guess.allowed = made > 0;
    q->guess.last = u.seq && (made == 0 || made >= q->guess.limit);
    return rc;
}

enum err_code
lockout_attempt(struct call *c, enum lockout_kind kind, struct str user_id, bool *allowed,
                struct err *err)
{
    struct call_guess *mine = &c->priv->guesses[kind];
    *allowed = false;
    if (c->priv->tx) {
        LOG_ERROR("server", "a guess inside a transaction", KV_TEXT("op", c->op->name));
        return err_set(err, ERR_INTERNAL, "a guess inside a transaction");
    }
    if (!mine->made) { /* else the handler runs again: it is the same guess */
        struct counting q = {.c = c, .kind = kind, .guess = {.user_id = user_id, .made = true}};
        enum err_code rc = store_tx(c->server->store, DB_WRITE, count, &q, err);
        if (rc)
            return rc;
        *mine = q.guess;
    }
    *allowed = mine->allowed;
    return ERR_OK;
}

enum err_code
lockout_clear(struct call *c, const struct scope *s, enum lockout_kind kind, struct str user_id,
              struct err *err)
{
    c->priv->guesses[kind].last = false;
    return store_guess_clear(s, user_id, kind_text(kind), err);
}

/* -- the last one was wrong -- */

/* The owner can undo with a mailed link what somebody else's guesses did. */
static enum err_code
mail_unlock(struct call *c, const struct scope *s, struct str user_id, struct err *err)
{
    struct user u;
    struct str token = {NULL, 0};
    struct flow f = {
        .kind = FLOW_UNLOCK, .user_id = user_id, .expires_at = s->now + UNLOCK_DAYS * DAY_MS};
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (!rc)
        rc = flow_start(c, s, &f, FLOW_ALONE, &token, err);
    struct notice n = {
        .type = "UnlockUser", .user = &u, .token = token, .expires_at = f.expires_at};
    return rc ? rc : notify_email(c, s, &n, err);
}

static enum err_code
lock_account(struct db_conn *conn, void *arg, struct err *err)
{
    const struct counting *q = arg;
    struct call *c = q->c;
    struct scope s;
    bool locked = false;
    enum err_code rc = scope_open(&s, conn, c->arena, c->vendor_id, STR_ABSENT, err);
    s.now = c->now;
    if (!rc)
        rc = store_guess_lock(&s, q->guess.user_id, kind_text(q->kind), q->guess.limit, &locked,
                              err);
    if (!rc && locked)
        rc = mail_unlock(c, &s, q->guess.user_id, err);
    if (rc || !locked)
        return rc;
    struct audit a = {.severity = STR("High"),
                      .action = str_of(c->op->name),
                      .resource = STR("user"),
                      .resource_id = q->guess.user_id,
                      .user_id = q->guess.user_id,
                      .description =
                          arena_printf(c->arena, "Locked the user after %lld wrong %.*ss",
                                       (long long)q->guess.limit, STR_ARG(kind_text(q->kind))),
                      .ip = c->ip,
                      .user_agent = c->user_agent,
                      .trace_id = c->trace_id};
    return store_audit_add(&s, &a, err);
}

void
lockout_settle(struct call *c)
{
    for (int kind = 0; kind < CALL_GUESSES; kind++) {
        struct counting q = {
            .c = c, .kind = (enum lockout_kind)kind, .guess = c->priv->guesses[kind]};
        if (!q.guess.made || !q.guess.last)
            continue;
        struct err err = {.code = ERR_OK};
        if (store_tx(c->server->store, DB_WRITE, lock_account, &q, &err) != ERR_OK)
            LOG_ERROR("server", "an account could not be locked", KV_STR("user", q.guess.user_id),
                      KV_TEXT("error", err.msg));
    }
}
