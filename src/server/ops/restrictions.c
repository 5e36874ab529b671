/*
 * Lists of address ranges and e-mail domains, and whether they hold. A person may not shut out the
 * address that they are calling from: that would be found out at the next sign-in, when it is too
 * late. An environment token may, as it is not restricted itself and can undo it.
 */
#include "store/restrictions.h"
#include "base/cidr.h"
#include "server/mail_domain.h"
#include "server/ops/ops.h"
#include "server/restrict.h"

enum { PAGE_ROWS = 50 };

static enum err_code
refuse_restriction(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Restriction already exists");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    return rc;
}

/* ---- addresses ---- */

/* Changes lists or setting; the caller's address must not be shut out by it. */
static enum err_code
change_guarded(struct call *c, op_fn *change, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    bool before = true, after = true, guarded = c->who.kind != PRINCIPAL_VENDOR;
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && guarded)
        rc = restrict_ip_ask(c, s, &before, err);
    if (!rc)
        rc = change(c, err);
    if (!rc && guarded)
        rc = restrict_ip_ask(c, s, &after, err);
    if (!rc && before && !after)
        return call_refuse(c, err, ERR_INVALID, NULL, "This would lock out your own address, %.*s",
                           STR_ARG(c->ip));
    return rc;
}

static void
write_ip(struct jw *w, const struct ip_restriction *r)
{
    jw_open(w, '{');
    jw_kstr(w, "id", r->id);
    jw_kstr(w, "ip", r->ip);
    jw_kstr(w, "description", str_given(r->description) ? r->description : STR(""));
    jw_kstr(w, "strategy", r->strategy);
    jw_kbool(w, "isActive", r->is_active);
    jw_ktime(w, "createdAt", r->created_at);
    jw_ktime(w, "updatedAt", r->updated_at);
    jw_close(w, '}');
}

static enum err_code
create_ip(struct call *c, struct err *err)
{
    struct ip_restriction r = {.ip = call_str(c, "ip"),
                               .description = call_str(c, "description"),
                               .strategy = call_str(c, "strategy"),
                               .is_active = call_bool(c, "isActive", true)};
    struct cidr range;
    char low[IP_KEY_SIZE], high[IP_KEY_SIZE];
    if (!cidr_parse(r.ip, &range))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "ip is neither an IP address nor a range such as 10.0.0.0/8");
    cidr_keys(&range, low, high);
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_ip_restriction_create(s, &r, str_of(low), str_of(high), err) : err_failed(err);
    if (rc)
        return refuse_restriction(c, err, rc);
    call_audit(c, "ip restriction", r.id, "High", "Added %.*s to the %.*s list%s", STR_ARG(r.ip),
               STR_ARG(r.strategy), r.is_active ? "" : ", not active");
    write_ip(&c->out, &r);
    return ERR_OK;
}

static enum err_code
op_ip_restrictions_create(struct call *c, struct err *err)
{
    return change_guarded(c, create_ip, err);
}

static enum err_code
delete_ip(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str id = call_param(c, "id");
    enum err_code rc = s ? store_ip_restriction_delete(s, id, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Restriction not found");
    if (!rc)
        call_audit(c, "ip restriction", id, "High", "Deleted an IP restriction");
    return rc;
}

static enum err_code
op_ip_restrictions_delete(struct call *c, struct err *err)
{
    return change_guarded(c, delete_ip, err);
}

static enum err_code
op_ip_restrictions_list(struct call *c, struct err *err)
{
    struct page page;
    struct ip_restriction_list list;
    call_page(c, PAGE_ROWS, &page);
    struct store_page rows = page_rows(&page);
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_ip_restriction_list(s, &rows, page.filter, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_ip(&c->out, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

static enum err_code
set_ip_config(struct call *c, struct err *err)
{
    return document_write(c, &ip_settings, DOCUMENT_UPSERT, err);
}

static enum err_code
op_ip_restrictions_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &ip_settings, DOCUMENT_PRESETS, false, err);
}

static enum err_code
op_ip_restrictions_config_set(struct call *c, struct err *err)
{
    enum err_code rc = change_guarded(c, set_ip_config, err);
    return rc ? rc : op_ip_restrictions_config_get(c, err);
}

static enum err_code
answer_valid(struct call *c,
             enum err_code ask(struct call *, const struct scope *, bool *, struct err *),
             struct err *err)
{
    bool valid = false;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ask(c, s, &valid, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "valid", valid);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_ip_restrictions_verify(struct call *c, struct err *err)
{
    return answer_valid(c, restrict_ip_ask, err);
}

static enum err_code
op_ip_restrictions_verify_allow(struct call *c, struct err *err)
{
    return answer_valid(c, restrict_ip_listed, err);
}

/* ---- domains ---- */

static void
write_domain(struct jw *w, const struct domain_restriction *r)
{
    jw_open(w, '{');
    jw_kstr(w, "id", r->id);
    jw_kstr(w, "domain", r->domain);
    jw_kstr(w, "type", r->type);
    jw_close(w, '}');
}

static enum err_code
op_domain_restrictions_create(struct call *c, struct err *err)
{
    struct domain_restriction r = {.type = call_str(c, "type")};
    if (!mail_domain_parse(call_str(c, "domain"), c->arena, &r.domain))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "domain is not a domain name such as acme.io");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_domain_restriction_create(s, &r, err) : err_failed(err);
    if (rc)
        return refuse_restriction(c, err, rc);
    call_audit(c, "e-mail domain restriction", r.id, "High", "Added %.*s to the %.*s list",
               STR_ARG(r.domain), STR_ARG(r.type));
    write_domain(&c->out, &r);
    return ERR_OK;
}

static enum err_code
op_domain_restrictions_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str id = call_param(c, "id");
    enum err_code rc = s ? store_domain_restriction_delete(s, id, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Restriction not found");
    if (!rc)
        call_audit(c, "e-mail domain restriction", id, "High",
                   "Deleted an e-mail domain restriction");
    return rc;
}

static enum err_code
op_domain_restrictions_list(struct call *c, struct err *err)
{
    struct page page;
    struct domain_restriction_list list;
    call_page(c, PAGE_ROWS, &page);
    struct store_page rows = page_rows(&page);
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_domain_restriction_list(s, &rows, STR_ABSENT, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_domain(&c->out, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

/* The domains of the body in their one spelling. */
static enum err_code
read_domains(struct call *c, struct str **out, size_t *n, struct err *err)
{
    const struct json *list = call_json(c, "domains");
    *n = json_len(list);
    if (*n > RESTRICTIONS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "domains must contain no more than %d elements", RESTRICTIONS_MAX);
    struct str *domains = *out = ARENA_ARRAY(c->arena, *n + 1, struct str);
    size_t i = 0;
    for (const struct json *it = json_first(list); it; it = json_next(it), i++)
        if (!mail_domain_parse(json_str(it), c->arena, &domains[i]))
            return call_refuse(c, err, ERR_INVALID, NULL,
                               "domains.%zu is not a domain name such as acme.io", i);
    return ERR_OK;
}

static enum err_code
answer_domains(struct call *c, const struct scope *s, struct str type, struct err *err)
{
    struct domain_restriction_list list;
    struct store_page all = {.limit = RESTRICTIONS_MAX};
    enum err_code rc = store_domain_restriction_list(s, &all, type, &list, err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_domain(&c->out, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_domain_restrictions_replace(struct call *c, struct err *err)
{
    struct str type = call_str(c, "type"), *domains = NULL;
    size_t n = 0;
    enum err_code rc = read_domains(c, &domains, &n, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_domain_restriction_replace(s, type, domains, n, err) : err_failed(err);
    if (rc)
        return refuse_restriction(c, err, rc);
    call_audit(c, "e-mail domain restriction", STR_ABSENT, "High",
               "Replaced the %.*s list by %zu domains", STR_ARG(type), n);
    return answer_domains(c, s, type, err);
}

/* What is written as `type` is answered as `listType`. */
static enum err_code
op_domain_restrictions_config_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *setting = NULL;
    struct config stored;
    enum err_code rc =
        s ? document_load(s, &domain_settings, &setting, &stored, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND) {
        struct str presets = str_of(domain_settings.presets);
        setting = json_parse(presets, presets.n, err);
        rc = setting ? ERR_OK : err_failed(err);
    }
    if (rc)
        return rc;
    json_set(setting, STR("listType"), json_copy(json_get(setting, "type")));
    jw_open(&c->out, '{');
    document_members(c, c->op->reply, setting);
    jw_close(&c->out, '}');
    json_free(setting);
    return ERR_OK;
}

static enum err_code
op_domain_restrictions_config_set(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &domain_settings, DOCUMENT_UPSERT, err);
    return rc ? rc : op_domain_restrictions_config_get(c, err);
}

const struct op_binding restrictions_ops[] = {
    BIND(domain_restrictions_config_get), BIND(domain_restrictions_config_set),
    BIND(domain_restrictions_create),     BIND(domain_restrictions_delete),
    BIND(domain_restrictions_list),       BIND(domain_restrictions_replace),
    BIND(ip_restrictions_config_get),     BIND(ip_restrictions_config_set),
    BIND(ip_restrictions_create),         BIND(ip_restrictions_delete),
    BIND(ip_restrictions_list),           BIND(ip_restrictions_verify),
    BIND(ip_restrictions_verify_allow),   BIND_END,
};
