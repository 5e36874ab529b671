/*
 * Going on with a session, and leaving it. A refresh looks first, in a transaction that only reads,
 * and signs the new access token; what is left for the one that writes is the exchange, one
 * conditional statement. Signing in between keeps the database free for others.
 */
#include "base/clock.h"
#include "server/cookie.h"
#include "server/mfa.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/session_token.h"
#include "server/state.h"

struct refresh {
    struct call *c;
    struct refresh_token token, next;
    struct str wanted;      /* tenant; absent: the session's */
    struct str home;        /* the session's until now */
    unsigned methods;       /* likewise */
    struct session session; /* as it will be */
    struct user user;
    struct session_terms terms;
    struct password_age age;
    struct session_grant grant;
    bool is_good;    /* the token is the session's, and the session goes on */
    bool is_foreign; /* the wanted tenant is not one of theirs */
};

/* -- looking -- */

static bool
is_current(const struct session *session, const struct refresh_token *token)
{
    return str_eq_secret(session->family_hash, token->family_hash) &&
           str_eq_secret(session->secret_hash, token->secret_hash);
}

/* By the policy as it is now: it may have become stricter since the session's end was set. */
static bool
is_over(const struct session *session, const struct session_terms *t, int64_t now)
{
    return session->expires_at <= now ||
           session_terms_expiry(t, session->created_at, session->used_at) <= now;
}

/* May the person be in that tenant with this session? Puts the session there. */
static enum err_code
stand_in(const struct scope *s, struct refresh *r, struct str tenant, bool *ok, struct err *err)
{
    struct session_check check = {.vendor = s->vendor,
                                  .session_id = r->session.id,
                                  .user_id = r->session.user_id,
                                  .tenant_id = tenant,
                                  .now = s->now};
    enum err_code rc = store_session_check(s->conn, &check, err);
    *ok = rc == ERR_OK;
    r->session.tenant_seq = check.tenant_seq;
    r->session.tenant_id = tenant;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code
pick_tenant(const struct scope *s, struct refresh *r, struct err *err)
{
    r->home = r->session.tenant_id;
    r->methods = r->session.methods;
    enum err_code rc = stand_in(s, r, r->home, &r->is_good, err);
    if (rc || !r->is_good || !str_given(r->wanted) || str_eq(r->wanted, r->home))
        return rc;
    bool is_theirs = false;
    rc = stand_in(s, r, r->wanted, &is_theirs, err);
    r->is_foreign = !is_theirs;
    return rc;
}

static enum err_code
gather(const struct scope *s, struct refresh *r, struct err *err)
{
    struct scope tenant;
    r->age = (struct password_age){.expires_in_min = -1};
    enum err_code rc = store_user_get(s, USER_BY_ID, r->session.user_id, &r->user, err);
    if (!rc)
        rc = store_users_load(s, &r->user, 1, LOAD_TENANTS, true, err);
    if (!rc)
        rc = scope_tenant(s, r->session.tenant_id, &tenant, err);
    if (!rc)
        rc = session_terms_read(&tenant, &r->terms, err);
    if (!rc && r->session.methods & SIGNIN_PASSWORD)
        rc = password_age(s, &r->user, &r->age, err);
    if (!rc)
        rc = store_rights_get(s->conn, s->arena, r->user.seq, r->session.tenant_seq,
                              &r->grant.rights, err);
    return rc;
}

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct refresh *r = arg;
    struct scope s;
    r->is_good = r->is_foreign = false;
    enum err_code rc = scope_open(&s, conn, r->c->arena, r->c->vendor_id, STR_ABSENT, err);
    s.now = r->c->now;
    if (!rc)
        rc = store_session_get(&s, r->token.id, &r->session, err);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE || (!rc && !is_current(&r->session, &r->token)))
        return ERR_OK;
    if (!rc)
        rc = pick_tenant(&s, r, err);
    if (rc || !r->is_good || r->is_foreign)
        return rc;
    rc = gather(&s, r, err);
    r->is_good = !rc && !is_over(&r->session, &r->terms, r->c->now);
    return rc;
}

/* -- refusing -- */

static void
name_session(struct call *c, const struct session *session, const char *severity, const char *what)
{
    call_audit_actor(c, session->user_id, session->tenant_id);
    call_audit(c, "session", session->id, severity, "%s %.*s", what, STR_ARG(session->user_email));
}

/* Ends it for good, although the call is refused. */
static enum err_code
end_session(struct call *c, const struct scope *s, const struct session *session, bool is_used,
            struct err *err)
{
    enum err_code rc = store_session_end(s, session->user_id, session->id, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc; /* somebody else did */
    call_keep(c);
    call_forget_principals(c);
    name_session(c, session, is_used ? "High" : "Info",
                 is_used ? "A refresh token was used again, which ended the session of"
                         : "Time ended the session of");
    return ERR_OK;
}

/*
 * The token is not the one in force, or the session is over. A token that was in force before ends
 * the session: the client or a thief has used it a second time, and nobody can tell which. A request
 * that was on its way when the token was replaced is neither: it is refused, and that is all.
 */
static enum err_code
refuse_refresh(struct call *c, const struct refresh *r, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct session now;
    enum err_code rc = s ? store_session_get(s, r->token.id, &now, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE)
        return refuse_session(c, err);
    if (rc)
        return rc;
    bool is_ours = str_eq_secret(now.family_hash, r->token.family_hash);
    bool is_used = !str_eq_secret(now.secret_hash, r->token.secret_hash);
    bool is_late = is_used && now.rotated_at > c->received;
    if (is_ours && !is_late)
        rc = end_session(c, s, &now, is_used, err);
    return rc ? rc : refuse_session(c, err);
}

/* -- exchanging -- */

/* A policy that demands a second factor since then: the answer asks for it, the token stays good. */
static enum err_code
ask_for_second(struct call *c, const struct scope *s, struct refresh *r, bool *due, struct err *err)
{
    struct signin in = {.user = r->user,
                        .methods = r->session.methods,
                        .tenant_id = r->session.tenant_id,
                        .session_id = r->session.id};
    unsigned methods = 0;
    if (r->session.methods & (SIGNIN_SECOND_FACTORS | SIGNIN_MFA_REMEMBERED))
        return ERR_OK;
    enum err_code rc = mfa_challenge(c, s, &in, due, &methods, err);
    r->session.methods |= methods;
    return rc;
}

/* The answer is something else than tokens: *done. */
static enum err_code
ask_for_more(struct call *c, const struct scope *s, struct refresh *r, bool *done, struct err *err)
{
    struct scope tenant;
    *done = false;
    enum err_code rc = scope_tenant(s, r->session.tenant_id, &tenant, err);
    if (!rc)
        rc = restrict_ip(c, &tenant, err);
    if (!rc)
        rc = ask_for_second(c, s, r, done, err);
    if (!rc && !*done && r->age.expired) {
        *done = true;
        rc = signin_ask_new_password(c, s, &r->user, err);
    }
    return rc;
}

static enum err_code
exchange(struct call *c, struct refresh *r, struct err *err)
{
    struct session_refresh to = {.secret_hash = r->next.secret_hash,
                                 .tenant_seq = r->session.tenant_seq,
                                 .methods = r->session.methods,
                                 .mfa = session_mfa(r->session.methods),
                                 .rotated_at = clock_now_ms(),
                                 .expires_at = r->session.expires_at,
                                 .stays = str_eq(r->home, r->session.tenant_id) &&
                                          r->methods == r->session.methods};
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_session_refresh(s, &r->session, &to, err) : err_failed(err);
    if (rc)
        return rc == ERR_NOT_FOUND ? refuse_refresh(c, r, err) : rc;
    const struct session_extras extras = {.password_expires_in = r->age.expires_in_min,
                                          .notification_period = r->age.notification_period};
    grant_answer(c, &r->grant, r->next.text, &extras);
    if (str_eq(r->home, r->session.tenant_id))
        call_audited(c); /* every few minutes, by everybody who is there: no news */
    else
        name_session(c, &r->session, "Info", "Switched the tenant of");
    return ERR_OK;
}

static enum err_code
go_on(struct call *c, struct refresh *r, struct err *err)
{
    r->session.expires_at = session_terms_expiry(&r->terms, r->session.created_at, c->now);
    r->next = r->token;
    if (r->terms.rotates)
        refresh_token_new(c, &r->token, &r->next);
    r->grant.session = &r->session;
    r->grant.user = &r->user;
    r->grant.terms = &r->terms;
    enum err_code rc = grant_sign(c, &r->grant, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    bool done = false;
    if (!rc)
        rc = s ? ask_for_more(c, s, r, &done, err) : err_failed(err);
    return rc || done ? rc : exchange(c, r, err);
}

static enum err_code
op_auth_refresh(struct call *c, struct err *err)
{
    struct refresh r = {.c = c, .wanted = call_str(c, "tenantId")};
    if (!refresh_token_read(c, cookie_get(c, COOKIE_REFRESH), &r.token))
        return refuse_session(c, err);
    enum err_code rc = store_tx(c->server->store, DB_READ, look, &r, err);
    if (rc)
        return rc;
    if (r.is_foreign)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "You are not a member of this tenant");
    return r.is_good ? go_on(c, &r, err) : refuse_refresh(c, &r, err);
}

/* -- leaving -- */

/* By the cookie; a token that was replaced will do, it is the same session. Else by the access token. */
static enum err_code
find_session(struct call *c, const struct scope *s, struct session *out, struct err *err)
{
    struct refresh_token token;
    if (refresh_token_read(c, cookie_get(c, COOKIE_REFRESH), &token)) {
        enum err_code rc = store_session_get(s, token.id, out, err);
        bool is_ours = !rc && str_eq_secret(out->family_hash, token.family_hash);
        return rc || is_ours ? rc : ERR_NOT_FOUND;
    }
    if (!str_given(c->who.session_id))
        return refuse_session(c, err);
    return store_session_get(s, c->who.session_id, out, err);
}

/* Leaving what is over already is no failure: the cookie goes. */
static enum err_code
op_auth_logout(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct session session = {0};
    struct session_terms terms = {0};
    enum err_code rc = s ? session_terms_read(s, &terms, err) : err_failed(err);
    if (!rc)
        rc = find_session(c, s, &session, err);
    if (!rc) {
        name_session(c, &session, "Info", "Signed out");
        call_forget_principals(c);
        rc = store_session_end(s, session.user_id, session.id, err);
    }
    if (rc && rc != ERR_NOT_FOUND && rc != ERR_GONE)
        return rc;
    cookie_drop(c, COOKIE_REFRESH, terms.same_site);
    return ERR_OK;
}

const struct op_binding refresh_ops[] = {
    BIND(auth_refresh),
    BIND(auth_logout),
    BIND_END,
};
