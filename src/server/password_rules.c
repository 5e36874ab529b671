#include "server/password_rules.h"

#include "base/mem.h"
#include "crypto/password.h"
#include "server/known_passwords.h"
#include "server/settings.h"
#include "server/state.h"
#include "store/configs.h"
#include "store/envs.h"
#include "store/flows.h"
#include "store/passwords.h"
#include "store/tenants.h"

enum { WORDS_MAX = 24, TENANTS_NAMED = 8, MINUTE_MS = 60000 };

/* ---- documents of environment and tenants ---- */

/* Calls `each` with every stored document that bears on the person. */
typedef void each_fn(const struct json *document, bool of_environment, void *arg);
static enum err_code /* NOLINTNEXTLINE(readability-function-size): two are the callback */
each_document(const struct scope *s, const struct document *d, struct str user_id,
              struct str tenant_id, each_fn *each, void *arg, struct err *err)
{
    struct config_list list;
    enum err_code rc =
        store_config_of_user(s, str_of(d->name), user_id, tenant_id, false, &list, err);
    for (size_t i = 0; !rc && i < list.n; i++) {
        struct str text = list.items[i].document;
        struct json *j = json_parse(text, text.n, err);
        if (j)
            each(j, list.items[i].of_environment, arg);
        else
            rc = err_set(err, ERR_CORRUPT, "a stored %s is not JSON", d->what);
        json_free(j);
    }
    return rc;
}

static void
add_policy(const struct json *document, bool of_environment, void *arg)
{
    if (of_environment)
        password_policy_environment(arg, document);
    else
        password_policy_tenant(arg, document);
}

enum err_code
password_policy_of(const struct scope *s, struct str user_id, struct str tenant_id,
                   struct password_policy *out, struct err *err)
{
    password_policy_init(out);
    return each_document(s, &password_settings, user_id, tenant_id, add_policy, out, err);
}

/* How many of the newest passwords, the one in force among them, may not come back. */
static void
add_history(const struct json *document, bool of_environment, void *arg)
{
    int64_t *size = arg, mine = 1;
    bool enabled = false;
    (void)of_environment;
    (void)json_to_bool(json_get(document, "enabled"), &enabled);
    (void)json_to_i64(json_get(document, "historySize"), &mine);
    if (enabled && mine > *size)
        *size = mine < PASSWORD_HISTORY_MAX ? mine : PASSWORD_HISTORY_MAX;
}

struct rotation {
    bool active;
    int64_t period, notification; /* minutes */
};

static void
add_rotation(const struct json *document, bool of_environment, void *arg)
{
    struct rotation *r = arg;
    bool active = false;
    int64_t period = 129600, notification = 10080;
    (void)of_environment;
    (void)json_to_bool(json_get(document, "isActive"), &active);
    (void)json_to_i64(json_get(document, "rotationPeriod"), &period);
    (void)json_to_i64(json_get(document, "notificationPeriod"), &notification);
    if (active && (!r->active || period < r->period))
        *r = (struct rotation){true, period, notification};
}

static enum err_code
rotation_of(const struct scope *s, struct str user_id, struct rotation *out, struct err *err)
{
    *out = (struct rotation){.active = false};
    return each_document(s, &password_rotation_settings, user_id, STR_ABSENT, add_rotation, out,
                         err);
}

/* ---- preparing ---- */

struct rules {
    struct call *c;
    struct str user_id, tenant_id;
    const struct user *context;
    struct password_policy policy;
    struct password_past past; /* what must not come back, the one in force first */
    struct str before;
    size_t keep;
    struct str words[WORDS_MAX];
    size_t n_words;
};

static void
add_word(struct rules *r, struct str word)
{
    if (word.n && r->n_words < WORDS_MAX)
        r->words[r->n_words++] = word;
}

static void
add_words_of_user(struct rules *r, const struct user *u)
{
    ptrdiff_t at = str_find_char(u->email, '@');
    if (at >= 0) {
        add_word(r, str_sub(u->email, 0, (size_t)at));
        add_word(r, str_sub(u->email, (size_t)at + 1, u->email.n));
    }
    add_word(r, u->username);
    add_word(r, u->name);
}

static enum err_code
add_word_of_tenant(struct rules *r, const struct scope *s, struct str id, struct err *err)
{
    struct tenant t;
    enum err_code rc = store_tenant_get(s, id, &t, err);
    if (!rc)
        add_word(r, t.name);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code
add_words_of_tenants(struct rules *r, const struct scope *s, struct user *u, struct err *err)
{
    enum err_code rc = u->seq ? store_users_load(s, u, 1, LOAD_TENANTS, true, err) : ERR_OK;
    if (!rc && str_given(r->tenant_id))
        rc = add_word_of_tenant(r, s, r->tenant_id, err);
    for (size_t i = 0; !rc && i < u->n_tenants && i < TENANTS_NAMED; i++)
        rc = add_word_of_tenant(r, s, u->tenants[i].tenant_id, err);
    return rc;
}

static enum err_code
load_words(struct rules *r, const struct scope *s, struct err *err)
{
    struct user u = {.seq = 0};
    enum err_code rc =
        str_given(r->user_id) ? store_user_get(s, USER_BY_ID, r->user_id, &u, err) : ERR_OK;
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (rc)
        return rc;
    struct env env;
    rc = store_env_get(s->conn, s->arena, s->vendor, &env, err);
    if (rc)
        return rc;
    add_word(r, env.name);
    add_words_of_user(r, &u);
    if (r->context)
        add_words_of_user(r, r->context);
    return add_words_of_tenants(r, s, &u, err);
}

/* The one in force is compared with when passwords rotate, even where none is kept. */
static enum err_code
load_past(struct rules *r, const struct scope *s, struct err *err)
{
    int64_t size = 0;
    struct rotation rotation;
    enum err_code rc = each_document(s, &password_history_settings, r->user_id, r->tenant_id,
                                     add_history, &size, err);
    if (!rc)
        rc = rotation_of(s, r->user_id, &rotation, err);
    if (!rc)
        rc = store_password_past(s, r->user_id, (size_t)(size > 0 ? size : 1), &r->past, err);
    if (rc)
        return rc;
    r->before = r->past.in_force;
    r->keep = size > 1 ? (size_t)size - 1 : 0;
    if (size == 0 && !rotation.active)
        r->past.n = 0;
    return ERR_OK;
}

static enum err_code
load_rules(struct db_conn *conn, void *arg, struct err *err)
{
    struct rules *r = arg;
    struct scope s;
    r->n_words = 0;
    enum err_code rc = scope_open(&s, conn, r->c->arena, r->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = password_policy_of(&s, r->user_id, r->tenant_id, &r->policy, err);
    if (!rc)
        rc = load_past(r, &s, err);
    return rc ? rc : load_words(r, &s, err);
}

struct refusal {
    struct call *c;
    struct err *err;
    enum err_code rc;
};

static void
refuse(void *arg, struct str line)
{
    struct refusal *r = arg;
    r->rc = call_refuse(r->c, r->err, ERR_INVALID, NULL, "%.*s", STR_ARG(line));
}

/* Everything that is judged without hashing. */
static enum err_code
judge(struct rules *r, struct str password, struct err *err)
{
    struct refusal refusal = {r->c, err, ERR_OK};
    struct known_passwords *known = r->c->server->known;
    if (password.n > PASSWORD_MAX)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "password must be shorter than or equal to %d bytes", PASSWORD_MAX);
    password_policy_check(&r->policy, password, refuse, &refusal);
    if (password_is_made_of(password, r->words, r->n_words))
        refuse(&refusal, STR("password must not be made of one's name or e-mail address, or of "
                             "the name of the company or service"));
    if (r->policy.block_breached && known_passwords_breached(known, password))
        refuse(&refusal, STR("Password has been breached"));
    else if (known_passwords_guessable(known, password))
        refuse(&refusal, STR("password must not be a common one or easy to guess"));
    return refusal.rc;
}

/* Slow, so the earlier ones are few (PASSWORD_HISTORY_MAX). */
static enum err_code
check_past(struct rules *r, struct str password, struct err *err)
{
    for (size_t i = 0; i < r->past.n; i++) {
        bool match = false;
        enum err_code rc = call_password_verify(r->c, password, r->past.hashes[i], &match, err);
        if (rc)
            return rc;
        if (match && r->past.n == 1)
            return call_refuse(r->c, err, ERR_INVALID, NULL,
                               "password must differ from the present one");
        if (match)
            return call_refuse(r->c, err, ERR_INVALID, NULL,
                               "password must differ from the last %zu passwords", r->keep + 1);
    }
    return ERR_OK;
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): four are the password */
password_prepare(struct call *c, struct str user_id, struct str tenant_id, struct str password,
                 const struct user *context, struct new_password *out, struct err *err)
{
    struct rules *r = ARENA_NEW(c->arena, struct rules);
    *r = (struct rules){.c = c, .user_id = user_id, .tenant_id = tenant_id, .context = context};
    *out = (struct new_password){.hash = STR_ABSENT};
    if (!str_given(password))
        return ERR_OK;
    enum err_code rc = call_let_go(c, err);
    if (!rc)
        rc = store_tx(c->server->store, DB_READ, load_rules, r, err);
    if (!rc)
        rc = judge(r, password, err);
    if (!rc)
        rc = check_past(r, password, err);
    out->before = r->before;
    out->keep = r->keep;
    return rc ? rc : call_password_hash(c, password, &out->hash, err);
}

/* ---- setting ---- */

enum err_code
password_set(struct call *c, const struct scope *s, struct str user_id,
             const struct new_password *p, struct err *err)
{
    if (!str_given(p->hash))
        return ERR_OK;
    enum err_code rc = store_password_set(s, user_id, p->before, p->hash, p->keep, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "The password was changed meanwhile");
    if (!rc)
        rc = store_flow_void(s, FLOW_PASSWORD_RESET, user_id, err);
    return rc ? rc : store_flow_void(s, FLOW_PASSWORD_SMS, user_id, err);
}

bool
password_is_known(struct call *c, struct str password)
{
    return known_passwords_breached(c->server->known, password) ||
           known_passwords_common(c->server->known, password);
}

enum err_code
password_age(const struct scope *s, const struct user *u, struct password_age *out, struct err *err)
{
    *out = (struct password_age){.expires_in_min = -1};
    struct rotation r;
    enum err_code rc = str_given(u->password_hash) ? rotation_of(s, u->id, &r, err) : ERR_NOT_FOUND;
    if (rc == ERR_NOT_FOUND || (!rc && !r.active))
        return ERR_OK;
    int64_t since = u->password_changed_at ? u->password_changed_at : u->created_at;
    int64_t left = since + r.period * MINUTE_MS - s->now;
    out->expired = left <= 0;
    out->expires_in_min = left <= 0 ? 0 : (left + MINUTE_MS - 1) / MINUTE_MS;
    out->notification_period = r.notification;
    return rc;
}
