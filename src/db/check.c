#include "db/driver.h"

/* Each query counts rows that break a rule of ours; the rules follow from the schema's comments. */
/* What table address_order should hold. */
#define ADDRESSES                                                                                  \
    "SELECT * FROM (SELECT o.list, 1 AS kind, u.seq AS user_seq, 0 AS ref, u.id, u.email_key AS "  \
    "address_key FROM user_order o JOIN users u ON u.seq = o.user_seq WHERE u.email_key IS NOT "   \
    "NULL UNION ALL SELECT o.list, 1, o.user_seq, e.seq, o.id, e.email_key FROM user_order o "     \
    "JOIN user_emails e ON e.user_seq = o.user_seq UNION ALL SELECT o.list, 2, o.user_seq, "       \
    "p.seq, o.id, p.phone_key FROM user_order o JOIN user_phones p ON p.user_seq = o.user_seq "    \
    "UNION ALL SELECT o.list, 3, u.seq, 0, u.id, u.username_key FROM user_order o JOIN users u "   \
    "ON u.seq = o.user_seq WHERE u.username_key IS NOT NULL) derived"

static const struct {
    const char *rule, *sql;
} rules[] = {
    {"users missing from the list of their environment",
     "SELECT COUNT(*) FROM users u WHERE NOT EXISTS "
     "(SELECT 1 FROM user_order o WHERE o.user_seq = u.seq AND o.list = -u.env)"},
    {"memberships missing from the list of their tenant",
     "SELECT COUNT(*) FROM user_tenants m WHERE NOT EXISTS "
     "(SELECT 1 FROM user_order o WHERE o.user_seq = m.user_seq AND o.list = m.tenant_seq)"},
    {"list rows of tenants that the user is not in",
     "SELECT COUNT(*) FROM user_order o WHERE o.list > 0 AND NOT EXISTS "
     "(SELECT 1 FROM user_tenants m WHERE m.user_seq = o.user_seq AND m.tenant_seq = o.list)"},
    {"list rows that differ from their user",
     "SELECT COUNT(*) FROM user_order o JOIN users u ON u.seq = o.user_seq "
     "WHERE o.name_key <> u.name_key OR o.email_key <> COALESCE(u.email_key, '') OR o.id <> u.id "
     "OR o.verified <> u.verified OR o.is_locked <> u.is_locked OR o.provider <> u.provider "
     "OR o.active_tenant_id <> COALESCE(u.active_tenant_id, '') OR o.created_at <> u.created_at"},
    {"kept totals of users that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind = 'users' AND t.total <> "
     "(SELECT COUNT(*) FROM user_order o WHERE o.list = t.list)"},
    {"addresses and user names that are missing from a list",
     "SELECT COUNT(*) FROM (" ADDRESSES " EXCEPT SELECT list, kind, user_seq, ref, id, address_key "
     "FROM address_order) missing"},
    {"addresses and user names in a list that are nobody's there",
     "SELECT COUNT(*) FROM (SELECT list, kind, user_seq, ref, id, address_key FROM address_order "
     "EXCEPT " ADDRESSES ") left_over"},
    {"kept totals of addresses and user names that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind IN ('emails', 'phones', 'usernames') AND t.total "
     "<> "
     "(SELECT COUNT(*) FROM address_order a WHERE a.list = t.list AND a.kind = "
     "CASE t.kind WHEN 'emails' THEN 1 WHEN 'phones' THEN 2 ELSE 3 END)"},
    {"kept totals of groups that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind = 'groups' AND t.total <> "
     "(SELECT COUNT(*) FROM user_groups g WHERE g.tenant_seq = t.list)"},
    {"kept totals of roles that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind = 'roles' AND t.total <> "
     "(SELECT COUNT(*) FROM roles r WHERE COALESCE(r.tenant_seq, -r.env) = t.list)"},
    {"kept totals of messages that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind = 'messages' AND t.total <> "
     "(SELECT COUNT(*) FROM messages m WHERE m.env = -t.list AND m.decoy = 0)"},
    {"kept totals of audits that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind LIKE 'audits of %' AND t.total <> "
     "(SELECT COUNT(*) FROM audits a WHERE a.env = -t.list AND a.tenant_id = "
     "SUBSTR(t.kind, 11))"},
    {"kept totals of tenants that are wrong",
     "SELECT COUNT(*) FROM totals t WHERE t.kind = 'tenants' AND t.total <> "
     "(SELECT COUNT(*) FROM tenants x WHERE x.env = -t.list AND x.deleted_at IS NULL)"},
    {"roles given outside a membership",
     "SELECT COUNT(*) FROM user_roles r WHERE NOT EXISTS (SELECT 1 FROM user_tenants m "
     "WHERE m.user_seq = r.user_seq AND m.tenant_seq = r.tenant_seq)"},
    {"people in groups of tenants that they are not in",
     "SELECT COUNT(*) FROM group_users h JOIN user_groups g ON g.seq = h.group_seq WHERE NOT "
     "EXISTS "
     "(SELECT 1 FROM user_tenants m WHERE m.user_seq = h.user_seq AND "
     "m.tenant_seq = g.tenant_seq)"},
    {"members of removed tenants",
     "SELECT COUNT(*) FROM user_tenants m JOIN tenants t ON t.seq = m.tenant_seq "
     "WHERE t.deleted_at IS NOT NULL"},
};

static enum err_code
check_rules(struct db_conn *c, void (*say)(void *arg, struct str line), void *arg, bool *sound,
            struct err *err)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        int64_t broken = 0;
        enum err_code rc = db_query_int(c, rules[i].sql, DB_NO_ARGS, &broken, NULL, err);
        if (rc != ERR_OK)
            return rc;
        if (broken == 0)
            continue;
        *sound = false;
        struct buf line;
        buf_init(&line, 512);
        buf_printf(&line, "%s: %lld", rules[i].rule, (long long)broken);
        say(arg, buf_str(&line));
        buf_fini(&line);
    }
    return ERR_OK;
}

enum err_code
db_check(struct db *db, void (*say)(void *arg, struct str line), void *arg, struct err *err)
{
    struct db_conn *c;
    enum err_code rc = db_begin(db, DB_READ, &c, err);
    if (rc != ERR_OK)
        return rc;
    bool sound = true;
    rc = db->driver->check(c, say, arg, &sound, err);
    if (rc == ERR_OK)
        rc = check_rules(c, say, arg, &sound, err);
    db_rollback(c);
    if (rc == ERR_OK && !sound)
        rc = err_set(err, ERR_CORRUPT,
                     "the database is not sound; stop the server, keep a copy, "
                     "and restore a backup");
    return rc;
}

enum err_code
db_backup(struct db *db, const char *path, struct err *err)
{
    struct db_conn *c;
    enum err_code rc = db_begin(db, DB_READ, &c, err);
    if (rc != ERR_OK)
        return rc;
    rc = db->driver->backup(c, path, err);
    db_rollback(c);
    return rc;
}
