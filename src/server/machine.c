#include "server/machine.h"

#include "base/rand.h"
#include "server/auth.h"
#include "server/settings.h"
#include "server/shape.h"
#include "server/state.h"

#include <stdio.h>

enum { JWT_MAX = 64 * 1024 };

/* ---- switched on or not ---- */

static enum machine_switch
read_switch(const struct json *core, enum machine_kind kind)
{
    bool enabled = true;
    (void)json_to_bool(json_get(core, "apiTokensEnabled"), &enabled);
    if (!enabled)
        return MACHINE_OFF;
    struct str chosen = json_str(json_get(core, "machineToMachineAuthStrategy"));
    struct str ours = machine_kind_is_api(kind) ? STR("ClientCredentials") : STR("AccessToken");
    return str_given(chosen) && !str_eq(chosen, ours) ? MACHINE_OTHER_STRATEGY : MACHINE_ON;
}

/* What is stored, not what is preset: the preset strategy is a proposal for forms. */
enum err_code
machine_switch_get(const struct scope *s, enum machine_kind kind, enum machine_switch *out,
                   struct err *err)
{
    struct scope environment;
    struct config stored;
    *out = MACHINE_OFF;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &environment, err);
    if (!rc)
        rc = store_config_get(&environment, str_of(core_settings.name), &stored, err);
    if (rc == ERR_NOT_FOUND) {
        *out = MACHINE_ON;
        return ERR_OK;
    }
    if (rc)
        return rc;
    struct json *core = json_parse(stored.document, stored.document.n, err);
    if (!core)
        return err_set(err, ERR_CORRUPT, "the stored %s is not JSON", core_settings.what);
    *out = read_switch(core, kind);
    json_free(core);
    return ERR_OK;
}

enum err_code
machine_require(struct call *c, const struct scope *s, enum machine_kind kind, struct err *err)
{
    enum machine_switch on;
    enum err_code rc = machine_switch_get(s, kind, &on, err);
    if (!rc && on == MACHINE_OFF)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Api tokens are disabled");
    if (!rc && on == MACHINE_OTHER_STRATEGY)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "The machine to machine strategy of this environment is %s",
                           machine_kind_is_api(kind) ? "AccessToken" : "ClientCredentials");
    return rc;
}

/* ---- the signed text ---- */

static void
write_keys(struct jw *w, const char *name, const struct str *keys, size_t n)
{
    jw_key(w, name);
    shape_texts(w, keys, n);
}

static struct str
object_or_empty(struct str json)
{
    return str_starts(json, STR("{")) ? json : STR("{}");
}

/* What an API token may do, and about whom it speaks. */
static void
write_session_claims(struct jw *w, const struct machine_grant *g)
{
    const struct machine_token *t = &g->token;
    char stamp[RIGHTS_STAMP_SIZE], id[RAND_UUID_SIZE], jti[RIGHTS_STAMP_SIZE + RAND_UUID_SIZE];
    rights_stamp(&g->rights, g->user.super_user, stamp);
    (void)snprintf(jti, sizeof jti, "%s-%s", stamp, rand_uuid(id));
    jw_ktext(w, "jti", jti);
    jw_kgiven(w, "createdByUserId", t->owner_id);
    jw_kraw(w, "metadata", object_or_empty(t->metadata));
    if (g->terms.roles_in_token || g->template)
        write_keys(w, "roles", g->rights.roles, g->rights.n_roles);
    if (g->terms.permissions_in_token || g->template)
        write_keys(w, "permissions", g->rights.permissions, g->rights.n_permissions);
    if (t->kind != MACHINE_USER_API)
        return;
    jw_kstr(w, "name", g->user.name);
    jw_kstr(w, "email", g->user.email);
    jw_kraw(w, "userMetadata", object_or_empty(g->user.metadata));
    if (g->user.super_user)
        jw_kbool(w, "superUser", true);
}

/* An API token is about its person, if it is a person's. */
static struct jwt_facts
facts_of(const struct machine_grant *g)
{
    bool is_user = machine_kind_is_user(g->token.kind);
    return (struct jwt_facts){.type = str_of(machine_kind_name(g->token.kind)),
                              .user_id = is_user ? g->token.owner_id : STR_ABSENT,
                              .email = g->user.email,
                              .tenant_id = g->token.tenant_id,
                              .app_id = g->app_id,
                              .rights = &g->rights};
}

static void
write_claims(struct jw *w, void *arg)
{
    const struct machine_grant *g = arg;
    const struct machine_token *t = &g->token;
    jw_kstr(w, "sub", t->id);
    jw_ktext(w, "type", machine_kind_name(t->kind));
    jw_kstr(w, "tenantId", t->tenant_id);
    if (machine_kind_is_user(t->kind))
        jw_kstr(w, "userId", t->owner_id);
    if (machine_kind_is_api(t->kind))
        write_session_claims(w, g);
    if (!g->template)
        return;
    struct jwt_facts facts = facts_of(g);
    jwt_targets_write(w, &g->terms.rules, &facts, &g->user);
}

/* An API token's JWT ends with its terms, or with the token if that is sooner; an access token's with
 * the token. */
static int64_t
lifetime(const struct machine_grant *g, int64_t now)
{
    bool api = machine_kind_is_api(g->token.kind);
    int64_t most = g->template ? g->template->expiration : g->terms.access_s;
    if (!g->token.expires_at)
        return api ? most : 0;
    int64_t left = (g->token.expires_at - now + 999) / 1000;
    return api && most < left ? most : left;
}

enum err_code
machine_sign(struct call *c, struct machine_grant *g, struct err *err)
{
    struct buf jwt;
    buf_init(&jwt, JWT_MAX);
    g->app_id = c->app_id;
    struct jwt_facts facts = facts_of(g);
    g->template =
        machine_kind_is_api(g->token.kind) ? jwt_targets_pick(&g->terms.rules, &facts) : NULL;
    g->lifetime_s = lifetime(g, c->now);
    struct auth_grant grant = {.vendor = c->vendor_id,
                               .issuer = c->server->public_url,
                               .algorithm = jwt_targets_algorithm(g->template, g->terms.algorithm),
                               .template = g->template,
                               .app_id = g->app_id,
                               .now = c->now,
                               .lifetime_s = g->lifetime_s,
                               .claims = write_claims,
                               .arg = g};
    enum err_code rc = auth_issue(c->server->auth, &grant, &jwt, err);
    g->jwt = rc ? STR_ABSENT : arena_str(c->arena, buf_str(&jwt));
    buf_fini(&jwt);
    return rc;
}
