/*
 * Sample data, the same every time: ids come from a pinned random sequence, times from a fixed day.
 * Three shapes: a small tenant with every state a user can be in, one with sub-accounts, one with
 * 5,000 users.
 */
#include "server/demo.h"

#include "base/mem.h"
#include "base/rand.h"
#include "crypto/totp.h"
#include "store/audits.h"
#include "store/factors.h"
#include "store/groups.h"
#include "store/permissions.h"
#include "store/tenants.h"
#include "store/users.h"

enum { CROWD = 5000, BATCH = 250, SEED = 2026, ARENA_MAX = 64 << 20, ROLES = 4 };
static const int64_t EPOCH_MS = INT64_C(1780305600000); /* 2026-06-01T09:20:00Z */
static const int64_t HOUR_MS = 60 * 60 * 1000;

static const struct {
    const char *id, *name, *parent, *type;
} tenants[] = {
    {"acme", "Acme Robotics", NULL, "customer"},
    {"globex", "Globex Group", NULL, "headquarter"},
    {"globex-emea", "Globex EMEA", "globex", "reseller"},
    {"globex-de", "Globex Deutschland GmbH", "globex-emea", "customer"},
    {"globex-fr", "Globex France, société", "globex-emea", "customer"},
    {"globex-apac", "Globex Asia Pacific", "globex", "reseller"},
    {"globex-jp", "グローベックス株式会社", "globex-apac", "customer"},
    {"initech", "Initech", NULL, "customer"},
};

static const struct {
    const char *key, *name, *category;
} permissions[] = {
    {"fe.secure.read.users", "Read users", "Security"},
    {"fe.secure.write.users", "Change users", "Security"},
    {"fe.secure.delete.users", "Remove users", "Security"},
    {"fe.secure.read.roles", "Read roles", "Security"},
    {"fe.secure.write.roles", "Change roles", "Security"},
    {"fe.secure.read.audits", "Read the audit log", "Security"},
    {"billing.invoices.read", "See invoices", "Billing"},
    {"billing.invoices.pay", "Pay invoices", "Billing"},
    {"reports.read", "See reports", "Reports"},
    {"reports.export", "Export reports", "Reports"},
    {"robots.start", "Start robots", "Fleet"},
    {"robots.stop", "Stop robots", "Fleet"},
};

/* `from` and `to`: the range of `permissions` the role holds. */
static const struct {
    const char *key, *name, *description, *tenant;
    int64_t level;
    size_t from, to;
    bool is_default, first_user;
} roles[ROLES] = {
    {"Admin", "Admin", "May do everything in an account", NULL, 0, 0, 12, false, true},
    {"Billing", "Billing", "Sees and pays invoices", NULL, 10, 6, 8, false, false},
    {"ReadOnly", "Read Only", "Looks, never touches", NULL, 20, 8, 9, true, false},
    {"Dispatcher", "Dispatcher", "Starts and stops robots", "acme", 15, 10, 12, false, false},
};

enum { VERIFIED = 1, LOCKED = 2, MFA = 4, DISABLED = 8, PENDING = 16, SUPER = 32, NO_PHONE = 64 };
static const struct {
    const char *email, *name, *role;
    unsigned state;
} people[] = {
    {"ada@acme.example", "Ada Okafor", "Admin", VERIFIED | MFA},
    {"ben@acme.example", "Ben Sørensen", "Billing", VERIFIED},
    {"chloe@acme.example", "Chloé Dubois", "Dispatcher", VERIFIED | MFA},
    {"dmitri@acme.example", "Дмитрий Волков", "ReadOnly", VERIFIED | LOCKED},
    {"emi@acme.example", "佐藤 恵美", "Dispatcher", VERIFIED | MFA},
    {"fatima@acme.example", "فاطمة الزهراء", "ReadOnly", VERIFIED},
    {"gus@acme.example", "Gus Łukasiewicz", "ReadOnly", PENDING | NO_PHONE},
    {"hana@acme.example", "Hana Nováková", "Billing", VERIFIED | DISABLED},
    {"ivo@acme.example", "Ivo Петров", "ReadOnly", 0},
    {"jun@acme.example", "전지훈", "Dispatcher", VERIFIED},
    {"kai@acme.example", "Kai 🚀 Ohana", "ReadOnly", VERIFIED | NO_PHONE},
    {"lea@acme.example", "Léa O'Neill-García", "Admin", VERIFIED | MFA | SUPER},
};

static const char *const first_names[] = {"Amara", "Björn",  "Carlos", "Dana",  "Elif",  "Farid",
                                          "Grace", "Hiro",   "Ines",   "Jonas", "Kemal", "Lucía",
                                          "Mei",   "Nikhil", "Olga",   "Peter", "Quinn", "Rosa",
                                          "Sven",  "Tomáš",  "Uma",    "Vera",  "Wei",   "Yara"};
static const char *const last_names[] = {"Abbott",   "Bianchi", "Chen",   "Díaz",   "Eriksen",
                                         "Fischer",  "Gupta",   "Haddad", "Ivanov", "Jensen",
                                         "Kowalski", "López",   "Müller", "Novak",  "Ødegård",
                                         "Popescu",  "Quispe",  "Rossi",  "Schmidt"};

/* Of DEMO_PASSWORD. */
#define PASSWORD_HASH                                                                              \
    "$argon2id$v=19$m=19456,t=2,p=1$6QmMKVisL1a4QiRKXYYIuQ$9Qrg5vZV8L+yt8IZvd59HTnNVWG4y9sK3Kjh3/" \
    "c6yWY"

struct demo {
    struct store *store;
    struct arena arena;
    struct str vendor;
    struct str role_ids[ROLES];
    size_t from; /* first of the crowd in this batch */
};

static enum err_code
add_tenants(const struct scope *s, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < COUNT_OF(tenants); i++) {
        struct tenant t;
        tenant_init(&t);
        t.tenant_id = str_of(tenants[i].id);
        t.name = str_of(tenants[i].name);
        t.parent_id = str_of(tenants[i].parent);
        t.tenant_type = str_of(tenants[i].type);
        t.creator_email = STR("ada@acme.example");
        t.is_reseller = str_eq(t.tenant_type, STR("reseller"));
        t.metadata = i == 0 ? STR("{\"plan\":\"pro\",\"maximumUsers\":50}") : STR("{}");
        rc = store_tenant_create(s, &t, NULL, err);
    }
    return rc;
}

static enum err_code
category_id(const struct scope *s, struct category_list *known, struct str name, struct str *out,
            struct err *err)
{
    for (size_t i = 0; i < known->n; i++)
        if (str_eq(known->items[i].name, name)) {
            *out = known->items[i].id;
            return ERR_OK;
        }
    struct category *c = &known->items[known->n++];
    *c = (struct category){.name = name, .fe_category = str_eq(name, STR("Security"))};
    enum err_code rc = store_category_create(s, c, err);
    *out = c->id;
    return rc;
}

static enum err_code
add_permissions(const struct scope *s, struct str *ids, struct err *err)
{
    struct category made[COUNT_OF(permissions)];
    struct category_list known = {made, 0};
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < COUNT_OF(permissions); i++) {
        struct permission p = {.key = str_of(permissions[i].key),
                               .name = str_of(permissions[i].name),
                               .assignment_type = STR("ASSIGNABLE")};
        p.fe_permission = str_starts(p.key, STR("fe."));
        rc = category_id(s, &known, str_of(permissions[i].category), &p.category_id, err);
        if (!rc)
            rc = store_permission_create(s, &p, err);
        ids[i] = p.id;
    }
    return rc;
}

static enum err_code
add_roles(struct demo *d, const struct scope *s, struct err *err)
{
    struct str ids[COUNT_OF(permissions)];
    enum err_code rc = add_permissions(s, ids, err);
    for (size_t i = 0; !rc && i < ROLES; i++) {
        struct role r = {.key = str_of(roles[i].key),
                         .name = str_of(roles[i].name),
                         .description = str_of(roles[i].description),
                         .tenant_id = str_of(roles[i].tenant),
                         .level = roles[i].level,
                         .is_default = roles[i].is_default,
                         .first_user_role = roles[i].first_user};
        rc = store_role_create(s, &r, err);
        if (!rc)
            rc = store_role_set_permissions(s, r.id, ids + roles[i].from,
                                            roles[i].to - roles[i].from, err);
        d->role_ids[i] = r.id;
    }
    return rc;
}

static struct str
role_id(const struct demo *d, const char *key)
{
    for (size_t i = 0; i < ROLES; i++)
        if (key && !strcmp(roles[i].key, key))
            return d->role_ids[i];
    return STR_ABSENT;
}

/* What the people with MFA have in their phones. The id is made of the user's, for one that is drawn would change
 * all ids after it. */
static enum err_code
add_authenticator(const struct scope *s, const struct user *u, struct err *err)
{
    if (!u->mfa_enrolled)
        return ERR_OK;
    struct buf seed;
    buf_init(&seed, TOTP_SEED_MAX);
    struct authenticator app = {
        .id = arena_printf(s->arena, "5eed0000%.*s", STR_ARG(str_sub(u->id, 8, u->id.n)))};
    enum err_code rc = totp_seed_read(STR(DEMO_SEED), &seed)
                           ? ERR_OK
                           : err_set(err, ERR_INTERNAL, "the seed of the sample data is wrong");
    app.seed = buf_str(&seed);
    if (!rc)
        rc = store_authenticator_add(s, u->id, &app, err);
    buf_fini(&seed);
    return rc;
}

static enum err_code
add_user(const struct demo *d, const struct scope *tenant, struct user *u, const char *role,
         unsigned state, struct err *err)
{
    struct scope everywhere;
    struct str id = role_id(d, role);
    u->verified = state & VERIFIED;
    u->is_locked = state & LOCKED;
    u->mfa_enrolled = state & MFA;
    u->super_user = state & SUPER;
    u->last_login = state & PENDING || !(state & VERIFIED) ? 0 : tenant->now + 30 * HOUR_MS;
    enum err_code rc = scope_tenant(tenant, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = store_user_create(&everywhere, u, err);
    if (!rc)
        rc = add_authenticator(&everywhere, u, err);
    if (!rc)
        rc = store_membership_add(tenant, u->id,
                                  (state & PENDING ? MEMBER_INVITED : MEMBER_ACTIVATED) |
                                      (id.n ? MEMBER_NO_ROLES : 0),
                                  0, err);
    if (!rc && id.n)
        rc = store_user_roles(tenant, u->id, ROLES_SET, &id, 1, err);
    if (!rc && state & DISABLED)
        rc = store_membership_update(tenant, u->id, &(struct membership){.is_disabled = true},
                                     MEMBERSHIP_DISABLED, err);
    return rc;
}

static enum err_code
add_people(const struct demo *d, const struct scope *s, struct err *err)
{
    struct scope acme;
    enum err_code rc = scope_tenant(s, STR("acme"), &acme, err);
    for (size_t i = 0; !rc && i < COUNT_OF(people); i++) {
        struct user u = {.email = str_of(people[i].email),
                         .name = str_of(people[i].name),
                         .password_hash = STR(PASSWORD_HASH)};
        if (!(people[i].state & NO_PHONE))
            u.phone_number = arena_printf(s->arena, "+4915112345%02zu", i);
        acme.now = EPOCH_MS + (int64_t)i * 7 * HOUR_MS;
        rc = add_user(d, &acme, &u, people[i].role, people[i].state, err);
    }
    return rc;
}

/* A few in each company of the tree; Ada is in the top one too, so that one person is in two
 * tenants. */
static enum err_code
add_globex(const struct demo *d, const struct scope *s, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 1; !rc && i < COUNT_OF(tenants) - 1; i++) {
        struct scope tenant;
        rc = scope_tenant(s, str_of(tenants[i].id), &tenant, err);
        for (size_t k = 0; !rc && k < 3; k++) {
            struct user u = {
                .name = arena_printf(s->arena, "%s %s",
                                     first_names[(i * 5 + k) % COUNT_OF(first_names)],
                                     last_names[(i * 3 + k) % COUNT_OF(last_names)]),
                .email = arena_printf(s->arena, "person%zu@%s.example", k + 1, tenants[i].id)};
            tenant.now = EPOCH_MS + (int64_t)(i * 24 + k) * HOUR_MS;
            rc = add_user(d, &tenant, &u, k ? "ReadOnly" : "Admin", VERIFIED | (k == 1 ? MFA : 0),
                          err);
        }
    }
    struct scope globex;
    struct user ada = {0};
    if (!rc)
        rc = store_user_get(s, USER_BY_EMAIL, STR("ada@acme.example"), &ada, err);
    if (!rc)
        rc = scope_tenant(s, STR("globex"), &globex, err);
    return rc ? rc : store_membership_add(&globex, ada.id, MEMBER_ACTIVATED, 0, err);
}

/*
 * A batch of the crowd in a transaction of its own: PostgreSQL keeps every version of a kept total until the
 * transaction ends, so one for all of them would take a time that grows with the square.
 */
static enum err_code
add_crowd(struct db_conn *conn, void *arg, struct err *err)
{
    static const unsigned states[] = {
        VERIFIED, VERIFIED | MFA,    VERIFIED, VERIFIED | MFA, VERIFIED,
        0,        VERIFIED | LOCKED, VERIFIED, PENDING,        VERIFIED | DISABLED};
    struct demo *d = arg;
    struct scope initech;
    rand_pin(SEED + 1 + d->from);
    enum err_code rc = scope_open(&initech, conn, &d->arena, d->vendor, STR("initech"), err);
    for (size_t i = d->from; !rc && i < d->from + BATCH; i++) {
        const char *first = first_names[i % COUNT_OF(first_names)];
        const char *last = last_names[(i / COUNT_OF(first_names)) % COUNT_OF(last_names)];
        struct user u = {.name = arena_printf(&d->arena, "%s %s", first, last),
                         .email = arena_printf(&d->arena, "user%04zu@initech.example", i + 1)};
        initech.now = EPOCH_MS + (int64_t)i * 17 * 60 * 1000;
        unsigned state = states[i % COUNT_OF(states)];
        rc = add_user(d, &initech, &u, i % 50 ? NULL : "Admin", state, err);
    }
    return rc;
}

static enum err_code
add_audits(const struct scope *s, struct err *err)
{
    static const struct {
        const char *severity, *action, *description;
    } rows[] = {{"Info", "users_create", "Created user ada@acme.example"},
                {"Medium", "roles_create", "Created role Dispatcher"},
                {"High", "users_lock", "Locked user dmitri@acme.example"},
                {"Info", "users_verify", "Verified user jun@acme.example"},
                {"Medium", "tenants_create", "Created tenant Globex France, société"}};
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < COUNT_OF(rows); i++) {
        struct audit a = {.severity = str_of(rows[i].severity),
                          .action = str_of(rows[i].action),
                          .description = str_of(rows[i].description),
                          .tenant_id = STR("acme"),
                          .created_at = EPOCH_MS + (int64_t)i * HOUR_MS,
                          .user_name = STR("sample data"),
                          .ip = STR("192.0.2.7")};
        rc = store_audit_add(s, &a, err);
    }
    return rc;
}

/* After everything else, so that no other id depends on them. */
static enum err_code
add_groups(const struct demo *d, const struct scope *s, struct err *err)
{
    static const struct {
        const char *name, *description, *color, *role;
        size_t first, last; /* of the people */
    } rows[] = {{"On call", "Who is woken at night", "#d9480f", "Dispatcher", 1, 4},
                {"Books", "Sees invoices, for the auditors", "#2b8a3e", "Billing", 4, 5},
                {"Book club", NULL, NULL, NULL, 8, 11}};
    struct scope acme;
    enum err_code rc = scope_tenant(s, STR("acme"), &acme, err);
    for (size_t i = 0; !rc && i < COUNT_OF(rows); i++) {
        struct group g = {.name = str_of(rows[i].name),
                          .description = str_of(rows[i].description),
                          .color = str_of(rows[i].color)};
        struct str role = role_id(d, rows[i].role);
        int64_t seq = 0;
        rc = store_group_create(&acme, &g, err);
        if (!rc && role.n)
            rc = store_group_resolve(&acme, GROUP_ROLES, &role, 1, &seq, err);
        if (!rc && role.n)
            rc = store_group_link(&acme, &g, GROUP_ROLES, true, &seq, 1, err);
        for (size_t k = rows[i].first; !rc && k <= rows[i].last; k++) {
            struct user u;
            rc = store_user_get(&acme, USER_BY_EMAIL, str_of(people[k].email), &u, err);
            if (!rc)
                rc = store_group_link(&acme, &g, GROUP_USERS, true, &u.seq, 1, err);
        }
    }
    return rc;
}

static enum err_code
fill(struct db_conn *conn, void *arg, struct err *err)
{
    struct demo *d = arg;
    struct scope s;
    int64_t there = 0;
    rand_pin(SEED);
    enum err_code rc = scope_open(&s, conn, &d->arena, d->vendor, STR_ABSENT, err);
    if (!rc)
        rc = store_tenant_count(&s, &there, err);
    if (!rc && there)
        return err_set(err, ERR_CONFLICT,
                       "--demo needs an empty database; this one has %lld tenant(s)",
                       (long long)there);
    s.now = EPOCH_MS;
    if (!rc)
        rc = add_tenants(&s, err);
    if (!rc)
        rc = add_roles(d, &s, err);
    if (!rc)
        rc = add_people(d, &s, err);
    if (!rc)
        rc = add_globex(d, &s, err);
    if (!rc)
        rc = add_audits(&s, err);
    return rc ? rc : add_groups(d, &s, err);
}

enum err_code
demo_fill(struct store *store, struct str vendor, struct err *err)
{
    struct demo d = {.store = store, .vendor = vendor};
    arena_init(&d.arena, ARENA_MAX);
    enum err_code rc = store_tx(store, DB_WRITE, fill, &d, err);
    for (; !rc && d.from < CROWD; d.from += BATCH)
        rc = store_tx(store, DB_WRITE, add_crowd, &d, err);
    rand_pin(0);
    arena_fini(&d.arena);
    return rc;
}
