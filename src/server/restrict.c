#include "server/restrict.h"

#include "base/cidr.h"
#include "server/mail_domain.h"
#include "store/restrictions.h"

const struct document ip_settings = {.name = "ip-restrictions",
                                     .presets = "{\"isActive\":false,\"strategy\":\"BLOCK\"}",
                                     .what = "IP restriction setting"};
const struct document domain_settings = {
    .name = "domain-restrictions",
    .presets = "{\"active\":false,\"type\":\"BLOCK\",\"blockPublicDomains\":false}",
    .what = "e-mail domain restriction setting"};

/* Asks one list, that of exactly the scope. */
typedef enum err_code ask_fn(const struct scope *s, const void *arg, bool *yes, struct err *err);

/* The environment's list, then the tenant's; stops at the first that says `stop`. */
static enum err_code
ask_each(const struct scope *s, ask_fn *ask, const void *arg, bool stop, bool *yes, struct err *err)
{
    struct scope environment;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &environment, err);
    if (!rc)
        rc = ask(&environment, arg, yes, err);
    if (!rc && *yes != stop && s->tenant_seq > 0)
        rc = ask(s, arg, yes, err);
    return rc;
}

/* The setting of exactly this scope; NULL if it is off or was never made. */
static enum err_code
load_active(const struct scope *s, const struct document *d, const char *active, struct json **out,
            struct err *err)
{
    bool on = false;
    enum err_code rc = document_load(s, d, out, NULL, err);
    if (!rc && json_to_bool(json_get(*out, active), &on) && on)
        return ERR_OK;
    json_free(*out);
    *out = NULL;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- addresses ---- */

struct address {
    bool readable;
    char key[IP_KEY_SIZE];
};

static struct address
address_of(const struct call *c)
{
    struct ip ip;
    struct address a = {.readable = ip_parse(c->ip, &ip)};
    if (a.readable)
        (void)ip_key(&ip, a.key);
    return a;
}

static enum err_code
ask_ip(const struct scope *s, const void *arg, bool *yes, struct err *err)
{
    const struct address *a = arg;
    struct json *setting = NULL;
    bool listed = false;
    enum err_code rc = load_active(s, &ip_settings, "isActive", &setting, err);
    *yes = !setting;
    if (!rc && setting && a->readable) {
        struct str strategy = json_str(json_get(setting, "strategy"));
        rc = store_ip_restriction_match(s, strategy, str_of(a->key), &listed, err);
        *yes = !rc && listed == str_eq(strategy, STR("ALLOW"));
    }
    json_free(setting);
    return rc;
}

static enum err_code
ask_ip_listed(const struct scope *s, const void *arg, bool *yes, struct err *err)
{
    const struct address *a = arg;
    *yes = false;
    return a->readable ? store_ip_restriction_match(s, STR("ALLOW"), str_of(a->key), yes, err)
                       : ERR_OK;
}

enum err_code
restrict_ip_ask(struct call *c, const struct scope *s, bool *allowed, struct err *err)
{
    struct address a = address_of(c);
    return ask_each(s, ask_ip, &a, false, allowed, err);
}

enum err_code
restrict_ip_listed(struct call *c, const struct scope *s, bool *listed, struct err *err)
{
    struct address a = address_of(c);
    return ask_each(s, ask_ip_listed, &a, true, listed, err);
}

enum err_code
restrict_ip(struct call *c, const struct scope *s, struct err *err)
{
    bool allowed = false;
    enum err_code rc = restrict_ip_ask(c, s, &allowed, err);
    if (!rc && !allowed)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Your IP address is not allowed");
    return rc;
}

/* ---- domains ---- */

struct mail_address {
    struct str domain; /* absent: cannot be read */
};

static enum err_code
ask_list(const struct scope *s, struct str type, struct str domain, bool *yes, struct err *err)
{
    struct str parents[MAIL_DOMAIN_LABELS];
    bool listed = false, allow = str_eq(type, STR("ALLOW"));
    size_t n = mail_domain_parents(domain, parents);
    enum err_code rc =
        store_domain_restriction_match(s, type, parents, allow && n ? 1 : n, &listed, err);
    *yes = !rc && listed == allow;
    return rc;
}

static enum err_code
ask_domain(const struct scope *s, const void *arg, bool *yes, struct err *err)
{
    const struct mail_address *a = arg;
    struct json *setting = NULL;
    enum err_code rc = load_active(s, &domain_settings, "active", &setting, err);
    *yes = !setting;
    if (!rc && setting && str_given(a->domain)) {
        bool no_public = false;
        (void)json_to_bool(json_get(setting, "blockPublicDomains"), &no_public);
        if (!no_public || !mail_domain_is_public(a->domain))
            rc = ask_list(s, json_str(json_get(setting, "type")), a->domain, yes, err);
    }
    json_free(setting);
    return rc;
}

enum err_code
restrict_email(struct call *c, const struct scope *s, struct str email, struct err *err)
{
    struct mail_address a;
    bool allowed = false;
    if (!str_given(email))
        return ERR_OK;
    (void)mail_domain_of(email, c->arena, &a.domain);
    enum err_code rc = ask_each(s, ask_domain, &a, false, &allowed, err);
    if (!rc && !allowed)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "E-mail addresses of this domain are not allowed");
    return rc;
}
