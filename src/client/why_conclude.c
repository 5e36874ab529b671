/* What follows from the answers: one function for each check of why.def. */
#include "base/clock.h"
#include "client/why.h"

#include <stdio.h>

enum { LISTED = 4 /* entries of a list that a sentence names */ };

/* One check being concluded. */
struct finding {
    const struct why *w;
    enum why_verdict verdict;
    struct buf text;
    const struct why_answer *unread; /* the first answer wanted that could not be had */
};

/* The answer; NULL if it is not there, which counts against the check unless nothing is set. */
static const struct json *
read_fact(struct finding *f, enum why_fact which)
{
    const struct why_answer *a = &f->w->answers[which];
    if (a->failure[0] && !f->unread)
        f->unread = a;
    return a->json;
}

static const struct json *
user_of(struct finding *f)
{
    return read_fact(f, WHY_FACT_user);
}

static void say(struct finding *f, enum why_verdict verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct finding *f, enum why_verdict verdict, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    f->verdict = verdict;
    buf_reset(&f->text);
    buf_vprintf(&f->text, fmt, ap);
    va_end(ap);
}

/* Fine, as far as one tenant says: a service may apply the policies of all that the user is in. */
static void
say_unless_elsewhere(struct finding *f, const char *text)
{
    if (json_len(json_get(user_of(f), "tenants")) > 1)
        say(f, WHY_UNKNOWN, "%s, by %s; the user's other tenants were not read", text,
            f->w->tenant);
    else
        say(f, WHY_OK, "%s", text);
}

static bool
is_true(const struct json *object, const char *member)
{
    bool yes = false;
    return json_to_bool(json_get(object, member), &yes) && yes;
}

static bool
is_false(const struct json *object, const char *member)
{
    bool yes = true;
    return json_to_bool(json_get(object, member), &yes) && !yes;
}

static int64_t
number(const struct json *object, const char *member)
{
    int64_t n = 0;
    return json_to_i64(json_get(object, member), &n) ? n : 0;
}

/* ---- the tenant they would enter ---- */

static const struct json *
membership_in(const struct json *user, struct str tenant)
{
    for (const struct json *m = json_first(json_get(user, "tenants")); m; m = json_next(m))
        if (str_eq(json_str(json_get(m, "tenantId")), tenant))
            return m;
    return NULL;
}

static bool
has_ended(const struct json *membership)
{
    int64_t ends;
    return clock_parse(json_str(json_get(membership, "temporaryExpirationDate")), &ends) &&
           ends <= clock_now_ms();
}

static bool
is_open(const struct json *membership)
{
    return membership && !is_true(membership, "isDisabled") && !has_ended(membership);
}

const struct json *
why_membership(const struct why *w)
{
    return membership_in(w->answers[WHY_FACT_user].json, str_of(w->tenant));
}

void
why_pick_tenant(struct why *w)
{
    const struct json *user = w->answers[WHY_FACT_user].json, *all = json_get(user, "tenants");
    struct str picked = str_of(w->wanted), active = json_str(json_get(user, "tenantId"));
    if (!picked.n && is_open(membership_in(user, active)))
        picked = active;
    for (const struct json *m = json_first(all); m && !picked.n; m = json_next(m))
        if (is_open(m))
            picked = json_str(json_get(m, "tenantId"));
    if (!picked.n)
        picked = active.n ? active : json_str(json_get(json_first(all), "tenantId"));
    snprintf(w->tenant, sizeof w->tenant, "%.*s", STR_ARG(picked));
}

/* ---- the person ---- */

static void
why_account(struct finding *f)
{
    const struct json *user = user_of(f);
    if (f->w->nobody)
        say(f, WHY_NO, "There is no such user");
    else
        say(f, WHY_OK, "%.*s, from %.*s", STR_ARG(json_str(json_get(user, "email"))),
            STR_ARG(json_str(json_get(user, "provider"))));
}

static void
why_locked(struct finding *f)
{
    if (is_true(user_of(f), "isLocked"))
        say(f, WHY_NO, "Locked, by an administrator or after too many wrong passwords");
    else
        say(f, WHY_OK, "Not locked");
}

static void
why_verified(struct finding *f)
{
    const struct json *user = user_of(f);
    if (is_true(user, "verified"))
        say(f, WHY_OK, "The address is verified");
    else if (!json_str(json_get(user, "email")).n)
        say(f, WHY_OK, "There is no address to verify");
    else if (is_true(read_fact(f, WHY_FACT_config), "allowNotVerifiedUsersLogin"))
        say(f, WHY_OK, "The address is not verified, which this environment allows");
    else
        say(f, WHY_NO, "The address is not verified, which this environment does not allow");
}

static void
why_strategy(struct finding *f)
{
    static const struct {
        const char *name, *text;
    } ways[] = {{"EmailAndPassword", "by password"},
                {"Code", "by a code that is mailed"},
                {"MagicLink", "by a link that is mailed"},
                {"SmsCode", "by a code to their phone"}};
    const struct json *user = user_of(f);
    struct str way = json_str(json_get(read_fact(f, WHY_FACT_config), "authStrategy"));
    struct str source = json_str(json_get(user, "provider"));
    bool local = !source.n || str_eq(source, STR("local"));
    const char *text = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (str_eq(way, str_of(ways[i].name)))
            text = ways[i].text;
    if (str_eq(way, STR("NoLocalAuthentication")) && local)
        say(f, WHY_NO, "Passwords and codes are off: people come through a provider, they do not");
    else if (!local)
        say(f, WHY_OK, "Through %.*s", STR_ARG(source));
    else if (str_eq(way, STR("SmsCode")) && !json_str(json_get(user, "phoneNumber")).n)
        say(f, WHY_NO, "People sign in by a code to their phone, and no phone is known");
    else
        say(f, WHY_OK, "People sign in %s", text ? text : "as the service has it preset");
}

/* ---- their tenant ---- */

static void
why_member(struct finding *f)
{
    const struct json *user = user_of(f);
    const char *tenant = f->w->tenant;
    struct str active = json_str(json_get(user, "tenantId"));
    size_t n = json_len(json_get(user, "tenants"));
    if (!n && json_len(json_get(user, "tenantIds")))
        say(f, WHY_UNKNOWN, "The answer names tenants, but not how the user is in them");
    else if (!n)
        say(f, WHY_NO, "In no tenant");
    else if (!why_membership(f->w))
        say(f, WHY_NO, "Not in tenant %s", tenant);
    else if (active.n && !membership_in(user, active))
        say(f, WHY_NOTE, "Removed from the active tenant %.*s; enters %s", STR_ARG(active), tenant);
    else
        say(f, WHY_OK, "In %s%s", tenant, n > 1 ? ", and in others" : "");
}

static void
why_there(struct finding *f)
{
    const struct json *tenant = read_fact(f, WHY_FACT_tenant);
    if (json_type(tenant) == JSON_ARRAY)
        tenant = json_first(tenant);
    struct str name = json_str(json_get(tenant, "name"));
    if (!f->w->tenant[0])
        say(f, WHY_UNKNOWN, "There is no tenant to look at");
    else if (!json_get(tenant, "tenantId"))
        say(f, WHY_NO, "Tenant %s is not there any more", f->w->tenant);
    else
        say(f, WHY_OK, "%s is %.*s", f->w->tenant, STR_ARG(name));
}

static void
why_disabled(struct finding *f)
{
    const struct json *own = why_membership(f->w);
    size_t elsewhere = 0;
    for (const struct json *m = json_first(json_get(user_of(f), "tenants")); m; m = json_next(m))
        elsewhere += m != own && is_true(m, "isDisabled");
    if (!own)
        say(f, WHY_UNKNOWN, "In no tenant that could be looked at");
    else if (is_true(own, "isDisabled"))
        say(f, WHY_NO, "Disabled in %s", f->w->tenant);
    else if (elsewhere)
        say(f, WHY_NOTE, "Enabled in %s, disabled in %zu more", f->w->tenant, elsewhere);
    else
        say(f, WHY_OK, "Enabled in %s", f->w->tenant);
}

static void
why_expired(struct finding *f)
{
    const struct json *own = why_membership(f->w);
    struct str ends = json_str(json_get(own, "temporaryExpirationDate"));
    (void)user_of(f);
    ends = str_sub(ends, 0, 16); /* to the minute */
    if (!own)
        say(f, WHY_UNKNOWN, "In no tenant that could be looked at");
    else if (has_ended(own))
        say(f, WHY_NO, "A temporary user; the stay in %s ended %.*s UTC", f->w->tenant,
            STR_ARG(ends));
    else if (ends.n)
        say(f, WHY_NOTE, "A temporary user in %s until %.*s UTC", f->w->tenant, STR_ARG(ends));
    else
        say(f, WHY_OK, "The membership does not end by itself");
}

static void
why_joined(struct finding *f)
{
    const struct json *member = read_fact(f, WHY_FACT_member);
    (void)user_of(f);
    if (!member)
        say(f, WHY_UNKNOWN, "In no tenant that could be looked at");
    else if (is_false(member, "activatedForTenant"))
        say(f, WHY_NOTE, "Has not accepted the invitation to %s yet", f->w->tenant);
    else
        say(f, WHY_OK, "Accepted, or none was needed");
}

static void
why_roles(struct finding *f)
{
    const struct json *member = read_fact(f, WHY_FACT_member), *user = user_of(f);
    const struct json *roles = json_get(member, "roles");
    if (!json_len(roles))
        roles = json_get(why_membership(f->w), "roles");
    if (!member || !f->w->tenant[0]) {
        say(f, WHY_UNKNOWN, "In no tenant that could be looked at");
    } else if (!json_len(roles)) {
        say(f, WHY_NOTE, "No role in %s: %s", f->w->tenant,
            is_true(user, "superUser") ? "a superuser needs none"
                                       : "signs in, but may do nothing there");
    } else {
        say(f, WHY_OK, "%zu in %s:", json_len(roles), f->w->tenant);
        size_t named = 0;
        for (const struct json *r = json_first(roles); r && named < LISTED; r = json_next(r))
            buf_printf(&f->text, "%s %.*s", named++ ? "," : "",
                       STR_ARG(json_str(json_get(r, "key"))));
    }
}

/* ---- second factors ---- */

static bool
is_forced(const struct json *policy)
{
    return policy && !str_eq(json_str(json_get(policy, "enforceMFAType")), STR("DontForce"));
}

static bool
is_any_way_open(const struct json *answer)
{
    const struct json *list = json_get(answer, "strategies");
    bool any = !json_len(list);
    for (const struct json *s = json_first(list); s; s = json_next(s))
        any = any || is_true(s, "isActive");
    return any;
}

static void
why_mfa(struct finding *f)
{
    const struct json *user = user_of(f);
    const struct json *env = read_fact(f, WHY_FACT_mfa_env);
    const struct json *tenant = read_fact(f, WHY_FACT_mfa_tenant);
    const char *from = is_forced(tenant) ? f->w->tenant : "the environment";
    bool forced = is_forced(env) || is_forced(tenant);
    if (is_true(user, "mfaBypass"))
        say(f, WHY_NOTE, "Bypassed: signs in without one");
    else if (is_true(user, "mfaEnrolled"))
        say(f, WHY_OK, "Enrolled: is asked for it%s%s", forced ? ", demanded by " : "",
            forced ? from : "");
    else if (forced && !is_any_way_open(read_fact(f, WHY_FACT_mfa_ways)))
        say(f, WHY_NO, "Demanded by %s, none is enrolled, and every kind is switched off", from);
    else if (forced)
        say(f, WHY_NOTE, "Demanded by %s; none is enrolled: has to enrol while signing in", from);
    else
        say_unless_elsewhere(f, "Not demanded, and none is enrolled");
}

/* ---- restrictions ---- */

static const struct json *
items_of(const struct json *answer)
{
    return json_type(answer) == JSON_ARRAY ? answer : json_get(answer, "items");
}

static bool
is_of(const struct json *entry, const char *member, struct str type)
{
    return str_eq(json_str(json_get(entry, member)), type) && !is_false(entry, "isActive");
}

/* Adds what the address must be by this setting. True if no address at all would do. */
static bool
add_addresses(struct finding *f, const struct json *setting, const struct json *list,
              const char *whose)
{
    struct str strategy = json_str(json_get(setting, "strategy"));
    bool allow = str_eq(strategy, STR("ALLOW"));
    size_t n = 0;
    if (!is_true(setting, "isActive"))
        return false;
    for (const struct json *e = json_first(items_of(list)); e; e = json_next(e)) {
        if (!is_of(e, "strategy", strategy))
            continue;
        struct str ip = json_str(json_get(e, "ip"));
        if (n < LISTED)
            buf_printf(&f->text, "%s%.*s", n ? ", " : f->text.n ? "; " : "", STR_ARG(ip));
        n++;
    }
    if (n > LISTED)
        buf_printf(&f->text, " and %zu more", n - LISTED);
    if (n)
        buf_printf(&f->text, " (%s by %s)", allow ? "allowed" : "refused", whose);
    return allow && !n;
}

static void
why_address(struct finding *f)
{
    const struct json *env = read_fact(f, WHY_FACT_ip_env);
    const struct json *env_list = read_fact(f, WHY_FACT_ip_env_list);
    const struct json *own = read_fact(f, WHY_FACT_ip_tenant);
    const struct json *own_list = read_fact(f, WHY_FACT_ip_list);
    (void)user_of(f);
    buf_reset(&f->text);
    bool none = add_addresses(f, env, env_list, "the environment");
    none = add_addresses(f, own, own_list, f->w->tenant) || none;
    if (none)
        say(f, WHY_NO, "Only listed addresses may sign in, and none is listed");
    else if (f->text.n) /* where they are is not known here */
        f->verdict = WHY_UNKNOWN;
    else
        say(f, WHY_OK, "Any address may sign in");
}

/* "mail.example.com" is below "example.com". */
static bool
is_below(struct str domain, struct str parent)
{
    if (!parent.n || domain.n < parent.n)
        return false;
    struct str tail = str_sub(domain, domain.n - parent.n, domain.n);
    return str_eq_nocase(tail, parent) &&
           (tail.p == domain.p || domain.p[domain.n - parent.n - 1] == '.');
}

static bool
is_domain_refused(const struct json *setting, const struct json *list, struct str domain)
{
    struct str type = json_str(json_get(setting, "listType"));
    if (!type.n)
        type = json_str(json_get(setting, "type"));
    bool allow = str_eq(type, STR("ALLOW")), listed = false;
    for (const struct json *e = json_first(items_of(list)); e; e = json_next(e)) {
        struct str entry = json_str(json_get(e, "domain"));
        if (is_of(e, "type", type))
            listed = listed || (allow ? str_eq_nocase(domain, entry) : is_below(domain, entry));
    }
    return is_true(setting, "active") && listed != allow;
}

static void
why_domain(struct finding *f)
{
    const struct json *env = read_fact(f, WHY_FACT_domain_env);
    const struct json *own = read_fact(f, WHY_FACT_domain_tenant);
    struct str email = json_str(json_get(user_of(f), "email"));
    ptrdiff_t at = str_find_char(email, '@');
    struct str domain = at < 0 ? STR("") : str_sub(email, (size_t)at + 1, email.n);
    bool refused = is_domain_refused(env, read_fact(f, WHY_FACT_domain_env_list), domain);
    refused = is_domain_refused(own, read_fact(f, WHY_FACT_domain_list), domain) || refused;
    bool public = (is_true(env, "active") && is_true(env, "blockPublicDomains")) ||
                  (is_true(own, "active") && is_true(own, "blockPublicDomains"));
    if (!domain.n)
        say(f, WHY_OK, "There is no address to judge");
    else if (refused)
        say(f, WHY_NOTE, "%.*s is refused: no invitation, sign-up, mailed code or link",
            STR_ARG(domain));
    else if (public)
        say(f, WHY_UNKNOWN, "Public domains are refused; whether %.*s is one is not known here",
            STR_ARG(domain));
    else
        say(f, WHY_OK, "Addresses of this domain are not restricted");
}

/* ---- passwords ---- */

/* The lower of two numbers, of the policies that are switched on; 0: none is. */
static int64_t
strictest(struct finding *f, const enum why_fact facts[2], const char *active, const char *member)
{
    int64_t least = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct json *policy = read_fact(f, facts[i]);
        int64_t n = is_true(policy, active) ? number(policy, member) : 0;
        least = n > 0 && (!least || n < least) ? n : least;
    }
    (void)user_of(f);
    return least;
}

static void
why_lockout(struct finding *f)
{
    static const enum why_fact facts[] = {WHY_FACT_lockout_env, WHY_FACT_lockout_tenant};
    int64_t most = strictest(f, facts, "enabled", "maxAttempts");
    if (most)
        say(f, WHY_OK, "%lld wrong passwords in a row lock the account", (long long)most);
    else
        say(f, WHY_OK, "No policy locks after wrong passwords");
}

static void
why_rotation(struct finding *f)
{
    enum { DAY_MIN = 1440 };
    static const enum why_fact facts[] = {WHY_FACT_rotation_env, WHY_FACT_rotation_tenant};
    int64_t days = strictest(f, facts, "isActive", "rotationPeriod");
    days = (days + DAY_MIN - 1) / DAY_MIN;
    if (days)
        say(f, WHY_NOTE,
            "A password older than %lld day%s has to be changed first; how old theirs is "
            "cannot be read",
            (long long)days, days == 1 ? "" : "s");
    else
        say_unless_elsewhere(f, "Passwords do not age");
}

/* ---- all of them ---- */

void
why_conclude(struct why *w, enum why_check c)
{
    static void (*const concludes[WHY_CHECKS])(struct finding *) = {
#define WHY_CHECK(id, ...) why_##id,
#include "client/why.def"
#undef WHY_CHECK
    };
    struct finding f = {.w = w};
    struct why_row *row = &w->rows[c];
    buf_init(&f.text, (size_t)4 * WHY_TEXT);
    concludes[c](&f);
    if (w->nobody && c != WHY_CHECK_account)
        say(&f, WHY_UNKNOWN, "There is no such user");
    else if (f.unread && !w->nobody)
        say(&f, WHY_UNKNOWN, "%s", f.unread->failure);
    row->verdict = f.verdict;
    snprintf(row->text, sizeof row->text, "%.*s", STR_ARG(buf_str(&f.text)));
    buf_fini(&f.text);
}
