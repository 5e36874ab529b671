/* Signing in with a password, refreshing, signing out. */
#include "crypto/password.h"
#include "server/captcha.h"
#include "server/invite.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/pool.h"
#include "server/refusals.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"

/* -- password -- */

struct lookup {
    struct call *c;
    struct str email, username;
    struct user user; /* seq 0: nobody */
    bool is_local;    /* people sign in here, and not elsewhere alone */
    bool asks_pools;  /* who is not known here may be known in a user pool */
};

static enum err_code
read_strategy(struct db_conn *conn, void *arg, struct err *err)
{
    struct lookup *q = arg;
    struct scope s;
    struct json *core = NULL;
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = document_environment(&s, &core_settings, &core, err);
    q->is_local = !str_eq(json_str(json_get(core, "authStrategy")), STR("NoLocalAuthentication"));
    json_free(core);
    return rc;
}

static enum err_code
look_up(struct db_conn *conn, void *arg, struct err *err)
{
    struct lookup *q = arg;
    struct scope s;
    q->user = (struct user){.seq = 0};
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    if (!rc && str_given(q->email))
        rc = store_user_get(&s, USER_BY_EMAIL, q->email, &q->user, err);
    else if (!rc)
        rc = store_user_get(&s, USER_BY_USERNAME, q->username, &q->user, err);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

struct guess {
    struct user user;
    bool right;
    struct str new_hash; /* the password hashed as it would be today; absent: it is */
    bool came;           /* a user pool knows them, and nobody here */
    struct pool_person person;
};

static enum err_code
ask_pools(struct call *c, const struct pool_list *pools, struct guess *out, struct err *err)
{
    enum err_code rc =
        pool_ask(c, pools, call_str(c, "email"), call_str(c, "password"), &out->person, err);
    out->right = out->came = !rc && out->person.pool;
    return rc;
}

/* First what may have to begin anew on another thread; then the guess counts. */
static enum err_code
begin_guess(struct call *c, struct lookup *who, struct pool_list **pools, bool *allowed,
            struct err *err)
{
    enum err_code rc = store_tx(c->server->store, DB_READ, look_up, who, err);
    if (!rc && who->asks_pools)
        rc = pool_ready(c, &who->user, who->email, pools, err);
    return rc ? rc : lockout_attempt(c, LOCKOUT_PASSWORD, who->user.id, allowed, err);
}

/*
 * Looks at a password. Counted first, and with as much work for an account that does not exist, has
 * no password or may not be guessed at any more.
 */
static enum err_code
check_password(struct call *c, struct lookup *who, struct guess *out, struct err *err)
{
    bool allowed = false;
    struct pool_list *pools = NULL;
    struct str password = call_str(c, "password");
    enum err_code rc = begin_guess(c, who, &pools, &allowed, err);
    *out = (struct guess){.user = who->user};
    struct str hash = allowed ? who->user.password_hash : STR_ABSENT;
    if (!rc)
        rc = call_password_verify(c, password, hash, &out->right, err);
    if (!rc && pools && allowed)
        rc = ask_pools(c, pools, out, err);
    if (!rc && out->right && (out->came ? out->person.keep : !password_hash_current(hash)))
        rc = call_password_hash(c, password, &out->new_hash, err);
    return rc;
}

/* Who comes from a user pool is a user from now on. */
static enum err_code
admit(struct call *c, struct guess *g, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    enum err_code rc =
        s ? pool_admit(c, s, &g->person, g->new_hash, &g->user, err) : err_failed(err);
    return rc ? rc : lockout_clear(c, s, LOCKOUT_PASSWORD, g->user.id, err);
}

static enum err_code
remember_success(struct call *c, struct guess *g, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? lockout_clear(c, s, LOCKOUT_PASSWORD, g->user.id, err) : err_failed(err);
    if (rc || !str_given(g->new_hash))
        return rc;
    rc = store_user_rehash(s, g->user.id, g->user.password_hash, g->new_hash, err);
    if (!rc)
        g->user.password_hash = g->new_hash;
    return rc == ERR_NOT_FOUND ? refuse_sign_in(c, err) : rc;
}

/* Who comes by an invitation link joins its tenant, and is signed in to it. */
static enum err_code
accept_invitation(struct call *c, struct signin *in, struct err *err)
{
    struct str token = call_str(c, "invitationToken");
    struct invite invite;
    if (!token.n)
        return ERR_OK;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? signin_gate(c, s, &in->user, err) : err_failed(err);
    if (!rc)
        rc = invite_find(c, s, token, &invite, err);
    if (!rc)
        rc = invite_join(c, s, &invite, &in->user, MEMBER_ACTIVATED, err);
    if (!rc)
        in->tenant_id = invite.tenant_id;
    return rc;
}

/* Passwords open something here, and a captcha was solved if one is wanted. */
static enum err_code
check_way(struct call *c, struct lookup *who, struct err *err)
{
    enum err_code rc = store_tx(c->server->store, DB_READ, read_strategy, who, err);
    if (!rc && !who->is_local)
        return call_refuse(c, err, ERR_INVALID, "ER-01012", "Invalid authentication type");
    return rc ? rc : captcha_check(c, who->email, err);
}

static enum err_code
op_auth_login(struct call *c, struct err *err)
{
    struct lookup who = {.c = c,
                         .email = call_str(c, "email"),
                         .username = call_str(c, "username"),
                         .asks_pools = true};
    struct guess g = {.right = false};
    if (!str_given(who.email) && !str_given(who.username))
        return call_refuse(c, err, ERR_INVALID, "ER-000a64f544",
                           "Either email or username must be provided");
    enum err_code rc = check_way(c, &who, err);
    if (!rc)
        rc = check_password(c, &who, &g, err);
    bool is_breached = !rc && password_is_known(c, call_str(c, "password"));
    if (!rc && g.right)
        rc = g.came ? admit(c, &g, err) : remember_success(c, &g, err);
    if (rc)
        return rc;
    struct signin in = {.user = g.user,
                        .methods = SIGNIN_PASSWORD,
                        .is_breached = is_breached,
                        .is_wrong = !g.right};
    if (g.right)
        rc = accept_invitation(c, &in, err);
    return rc ? rc : signin_first_factor(c, &in, err);
}

/* -- for a vendor that keeps its own login page -- */

static enum err_code
clear_guesses(struct db_conn *conn, void *arg, struct err *err)
{
    struct lookup *q = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    return rc ? rc : lockout_clear(q->c, &s, LOCKOUT_PASSWORD, q->user.id, err);
}

/* Counted as the guess that it is. */
static enum err_code
op_users_password_verify(struct call *c, struct err *err)
{
    struct lookup who = {.c = c, .email = call_str(c, "email")};
    struct guess g;
    enum err_code rc = check_password(c, &who, &g, err);
    if (!rc && g.right)
        rc = store_tx(c->server->store, DB_WRITE, clear_guesses, &who, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "isValid", g.right);
    jw_close(&c->out, '}');
    return ERR_OK;
}

/* -- what there is to sign in with -- */

static enum err_code
op_auth_strategies_public(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *core = NULL;
    enum err_code rc = s ? document_environment(s, &core_settings, &core, err) : err_failed(err);
    if (rc)
        return rc;
    struct str strategy = json_str(json_get(core, "authStrategy"));
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "password", str_ends(strategy, STR("AndPassword")));
    jw_kbool(&c->out, "socialLogin", false);
    jw_kbool(&c->out, "sso", false);
    jw_kstr(&c->out, "authStrategy", strategy);
    jw_close(&c->out, '}');
    json_free(core);
    return ERR_OK;
}

const struct op_binding sign_in_ops[] = {
    BIND(auth_login),
    BIND(auth_strategies_public),
    BIND(users_password_verify),
    BIND_END,
};
