#include "server/migrate.h"

#include "crypto/foreign_hash.h"
#include "crypto/totp.h"
#include "server/fields.h"
#include "server/mfa.h"
#include "server/restrict.h"
#include "store/emails.h"
#include "store/factors.h"
#include "store/phones.h"

/* -- reading -- */

/* A hash without its type is bcrypt. */
static enum err_code
read_hash(struct call *c, struct user *u, struct err *err)
{
    struct err why = {.code = ERR_OK};
    struct str hash = call_str(c, "passwordHash"), type = call_str(c, "passwordHashType");
    if (!hash.n)
        return ERR_OK;
    enum err_code rc =
        foreign_hash_import(type.n ? type : STR("bcrypt"), hash, call_str(c, "passwordHashConfig"),
                            c->arena, &u->password_hash, &why);
    if (rc)
        return call_refuse(c, err, rc, NULL, "passwordHash: %s", why.msg);
    u->password_changed_at = c->now;
    return ERR_OK;
}

static enum err_code
read_seed(struct call *c, struct migrant *m, struct err *err)
{
    struct str text = call_str(c, "authenticatorAppMfaSecret");
    struct buf seed;
    if (!text.n)
        return ERR_OK;
    buf_init(&seed, TOTP_SEED_MAX);
    bool ok = totp_seed_read(text, &seed);
    m->seed = ok ? arena_str(c->arena, buf_str(&seed)) : STR_ABSENT;
    buf_fini(&seed);
    return ok ? ERR_OK
              : call_refuse(c, err, ERR_INVALID, NULL,
                            "authenticatorAppMfaSecret must be a base32 secret");
}

/* The primary one names the person; of several that claim to be it the first. */
static enum err_code
read_emails(struct call *c, struct migrant *m, struct err *err)
{
    const struct json *list = call_json(c, "emails");
    if (json_len(list) > MIGRANT_EMAILS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "emails must contain at most %d elements",
                           MIGRANT_EMAILS_MAX);
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        bool primary = false, verified = false;
        struct str email = json_str(json_get(it, "email"));
        (void)json_to_bool(json_get(it, "primary"), &primary);
        (void)json_to_bool(json_get(it, "verified"), &verified);
        if (primary && !m->user.email.n) {
            m->user.email = email;
            m->user.verified = verified;
        } else {
            m->further[m->n_further++] = (struct migrant_email){email, verified};
        }
    }
    if (!m->user.email.n && m->n_further > 0) { /* none is called primary: the first one is */
        m->user.email = m->further[0].email;
        m->user.verified = m->further[0].verified;
        memmove(m->further, m->further + 1, --m->n_further * sizeof *m->further);
    }
    return ERR_OK;
}

enum err_code
migrate_read(struct call *c, struct migrant *out, struct err *err)
{
    struct user *u = &out->user;
    *out = (struct migrant){.tenant_id = call_str(c, "tenantId")};
    fields_read(c, c->body, (struct field_table){user_fields, USER_FIELDS}, u);
    u->active_tenant_id = STR_ABSENT;
    u->verified = call_bool(c, "verifyUser", false);
    if (str_eq(call_str(c, "phoneNumberType"), STR("mfa"))) {
        out->mfa_phone = u->phone_number;
        u->phone_number = STR_ABSENT;
    }
    out->n_roles = call_list(c, "roleIds", out->roles, MIGRANT_ROLES_MAX);
    enum err_code rc = fields_check_metadata(c, err);
    if (!rc)
        rc = read_emails(c, out, err);
    if (!rc && !u->email.n && !u->username.n)
        rc = call_refuse(c, err, ERR_INVALID, "ER-000a64f544",
                         "Either email or username must be provided");
    if (!rc)
        rc = read_hash(c, u, err);
    return rc ? rc : read_seed(c, out, err);
}

/* -- adding -- */

static enum err_code
add_factors(struct call *c, const struct scope *s, struct migrant *m, struct err *err)
{
    struct authenticator app = {.seed = m->seed};
    struct factor_phone phone = {.phone_number = m->mfa_phone};
    enum err_code rc = ERR_OK;
    if (str_given(m->seed))
        rc = store_authenticator_add(s, m->user.id, &app, err);
    if (!rc && m->mfa_phone.n)
        rc = store_factor_phone_add(s, m->user.id, &phone, err);
    return rc || !(str_given(m->seed) || m->mfa_phone.n)
               ? rc
               : mfa_update_enrolled(c, s, m->user.id, err);
}

/* Whoever had it there may sign in with it here. */
static enum err_code
add_phone(struct call *c, const struct scope *s, struct migrant *m, struct err *err)
{
    struct user_phone phone;
    enum err_code rc = store_user_phone_add(s, m->user.id, m->user.phone_number, true, &phone, err);
    if (!rc && !phone.verified)
        rc = store_user_phone_verify(s, m->user.id, phone.id, err);
    return rc == ERR_CONFLICT ? call_refuse(c, err, rc, NULL, "Phone number already exists") : rc;
}

static enum err_code
add_addresses(struct call *c, const struct scope *s, struct migrant *m, struct err *err)
{
    struct user_email email;
    for (size_t i = 0; i < m->n_further; i++) {
        enum err_code rc = store_user_email_add(s, m->user.id, m->further[i].email,
                                                m->further[i].verified, &email, err);
        if (rc)
            return rc == ERR_CONFLICT ? call_refuse(c, err, rc, NULL, "Email already exists") : rc;
    }
    return m->user.phone_number.n ? add_phone(c, s, m, err) : ERR_OK;
}

static enum err_code
find_or_add(struct call *c, const struct scope *s, struct migrant *m, struct err *err)
{
    struct user there;
    struct user *u = &m->user;
    enum err_code rc = u->email.n ? store_user_get(s, USER_BY_EMAIL, u->email, &there, err)
                                  : store_user_get(s, USER_BY_USERNAME, u->username, &there, err);
    if (rc == ERR_OK)
        *u = there;
    if (rc != ERR_NOT_FOUND)
        return rc;
    u->active_tenant_id = m->tenant_id; /* where they become a member next */
    rc = store_user_create(s, u, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "User already exists");
    if (!rc)
        rc = add_addresses(c, s, m, err);
    return rc ? rc : add_factors(c, s, m, err);
}

static enum err_code
join(struct call *c, const struct scope *tenant, const struct migrant *m, struct err *err)
{
    unsigned flags = MEMBER_ACTIVATED | (m->n_roles ? MEMBER_NO_ROLES : 0);
    enum err_code rc = store_membership_add(tenant, m->user.id, flags, 0, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "User already exists");
    if (!rc && m->n_roles)
        rc = store_user_roles(tenant, m->user.id, ROLES_SET, m->roles, m->n_roles, err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Role not found") : rc;
}

enum err_code
migrate_add(struct call *c, const struct scope *s, struct migrant *m, struct err *err)
{
    struct scope everywhere, tenant;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = scope_tenant(s, m->tenant_id, &tenant, err);
    if (rc)
        return rc;
    if (tenant.tenant_seq <= 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    rc = restrict_email(c, &tenant, m->user.email, err);
    if (!rc)
        rc = find_or_add(c, &everywhere, m, err);
    if (!rc)
        rc = join(c, &tenant, m, err);
    if (!rc)
        call_audit(c, "user", m->user.id, "Medium", "Imported user %.*s",
                   STR_ARG(m->user.email.n ? m->user.email : m->user.username));
    return rc;
}
