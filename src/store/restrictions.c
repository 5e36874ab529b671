#include "store/restrictions.h"

#include "store/rows.h"

static enum err_code
check_room(const struct scope *s, const char *count_sql, struct err *err)
{
    int64_t n = 0;
    enum err_code rc = store_writable(s, err);
    if (rc == ERR_OK)
        rc = db_query_int(s->conn, count_sql, DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &n, NULL,
                          err);
    if (rc == ERR_OK && n >= RESTRICTIONS_MAX)
        return err_set(err, ERR_LIMIT, "there are %d restrictions already, the most there may be",
                       RESTRICTIONS_MAX);
    return rc;
}

static enum err_code
delete_one(const struct scope *s, const char *sql, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn, sql, DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Restriction", err) : rc;
}

/* ---- address ranges ---- */

enum err_code
store_ip_restriction_create(const struct scope *s, struct ip_restriction *r, struct str low,
                            struct str high, struct err *err)
{
    enum err_code rc = check_room(
        s, "SELECT COUNT(*) FROM ip_restrictions WHERE env = $1 AND tenant_seq = $2", err);
    if (rc != ERR_OK)
        return rc;
    r->id = STR_ABSENT;
    store_new_id(s, &r->id);
    r->created_at = r->updated_at = s->now;
    struct str search = store_search_key(s->arena, (struct str[]){r->ip, r->description}, 2);
    int64_t added = 0;
    rc = db_exec(s->conn,
                 "INSERT INTO ip_restrictions (env, tenant_seq, id, ip, low, high, strategy, "
                 "is_active, description, search_key, created_at, updated_at) VALUES "
                 "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) ON CONFLICT DO NOTHING",
                 DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(r->id), DB_T(r->ip), DB_T(low),
                         DB_T(high), DB_T(r->strategy), DB_I(r->is_active), DB_T(r->description),
                         DB_T(search), DB_I(s->now)),
                 &added, err);
    if (rc == ERR_OK && added == 0)
        return err_set(err, ERR_CONFLICT, "Restriction already exists");
    return rc;
}

static enum err_code
read_ips(const struct scope *s, struct db_stmt *st, struct ip_restriction_list *out,
         struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct ip_restriction *r = STORE_PUSH(s->arena, out->items, out->n, size);
        *r = (struct ip_restriction){
            .id = store_text(st, 0, s->arena),
            .ip = store_text(st, 1, s->arena),
            .description = store_text(st, 2, s->arena),
            .strategy = store_text(st, 3, s->arena),
            .is_active = db_int(st, 4) != 0,
            .created_at = db_int(st, 5),
            .updated_at = db_int(st, 6),
        };
    }
    return db_finish(st);
}

/* The scope's ranges that hold `filter`. */
static void
add_ip_where(struct sql *q, const struct scope *s, struct str filter)
{
    sql_addv(q, " FROM ip_restrictions WHERE env = ? AND tenant_seq = ?",
             (const struct db_value[]){DB_I(s->env), DB_I(s->tenant_seq)}, 2);
    if (!filter.n)
        return;
    struct str like = store_like(s->arena, store_fold(s->arena, filter), true);
    sql_addv(q, " AND search_key LIKE ? ESCAPE '\\'", (const struct db_value[]){DB_T(like)}, 1);
}

enum err_code
store_ip_restriction_list(const struct scope *s, const struct store_page *page, struct str filter,
                          struct ip_restriction_list *out, struct err *err)
{
    struct sql count, q;
    struct db_stmt *st;
    *out = (struct ip_restriction_list){.n = 0};
    sql_init(&count, s->arena);
    sql_init(&q, s->arena);
    sql_add(&count, "SELECT COUNT(*)");
    add_ip_where(&count, s, filter);
    enum err_code rc = sql_query_int(&count, s->conn, &out->total, err);
    sql_add(&q, "SELECT id, ip, description, strategy, is_active, created_at, updated_at");
    add_ip_where(&q, s, filter);
    sql_addv(&q, " ORDER BY seq LIMIT ? OFFSET ?",
             (const struct db_value[]){DB_I(page->limit), DB_I(page->offset)}, 2);
    if (rc == ERR_OK)
        rc = sql_query(&q, s->conn, &st, err);
    if (rc == ERR_OK)
        rc = read_ips(s, st, out, err);
    sql_fini(&q);
    sql_fini(&count);
    return rc;
}

enum err_code
store_ip_restriction_delete(const struct scope *s, struct str id, struct err *err)
{
    return delete_one(
        s, "DELETE FROM ip_restrictions WHERE env = $1 AND tenant_seq = $2 AND id = $3", id, err);
}

enum err_code
store_ip_restriction_match(const struct scope *s, struct str strategy, struct str key, bool *match,
                           struct err *err)
{
    int64_t n = 0;
    enum err_code rc = db_query_int(
        s->conn,
        "SELECT COUNT(*) FROM ip_restrictions WHERE env = $1 AND tenant_seq = $2 AND "
        "strategy = $3 AND low <= $4 AND high >= $4 AND is_active = 1",
        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(strategy), DB_T(key)), &n, NULL, err);
    *match = rc == ERR_OK && n > 0;
    return rc;
}

/* ---- domains ---- */

static enum err_code
add_domain(const struct scope *s, struct domain_restriction *r, int64_t *added, struct err *err)
{
    r->id = STR_ABSENT;
    store_new_id(s, &r->id);
    return db_exec(s->conn,
                   "INSERT INTO domain_restrictions (env, tenant_seq, id, domain, type, "
                   "created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                   DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(r->id), DB_T(r->domain),
                           DB_T(r->type), DB_I(s->now)),
                   added, err);
}

enum err_code
store_domain_restriction_create(const struct scope *s, struct domain_restriction *r,
                                struct err *err)
{
    int64_t added = 0;
    enum err_code rc = check_room(
        s, "SELECT COUNT(*) FROM domain_restrictions WHERE env = $1 AND tenant_seq = $2", err);
    if (rc == ERR_OK)
        rc = add_domain(s, r, &added, err);
    if (rc == ERR_OK && added == 0)
        return err_set(err, ERR_CONFLICT, "Restriction already exists");
    return rc;
}

static enum err_code
read_domains(const struct scope *s, struct db_stmt *st, struct domain_restriction_list *out,
             struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct domain_restriction *r = STORE_PUSH(s->arena, out->items, out->n, size);
        *r = (struct domain_restriction){.id = store_text(st, 0, s->arena),
                                         .domain = store_text(st, 1, s->arena),
                                         .type = store_text(st, 2, s->arena)};
    }
    return db_finish(st);
}

/* Of both types when $3 is NULL. */
#define DOMAINS_OF                                                                                 \
    " FROM domain_restrictions WHERE env = $1 AND tenant_seq = $2 AND (type = $3 OR $4 = 1)"

enum err_code
store_domain_restriction_list(const struct scope *s, const struct store_page *page, struct str type,
                              struct domain_restriction_list *out, struct err *err)
{
    struct db_stmt *st;
    int64_t both = !str_given(type);
    struct str wanted = both ? STR("") : type;
    *out = (struct domain_restriction_list){.n = 0};
    enum err_code rc =
        db_query_int(s->conn, "SELECT COUNT(*)" DOMAINS_OF,
                     DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(wanted), DB_I(both)),
                     &out->total, NULL, err);
    if (rc == ERR_OK)
        rc = db_query(s->conn,
                      "SELECT id, domain, type" DOMAINS_OF " ORDER BY seq LIMIT $5 OFFSET $6",
                      DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(wanted), DB_I(both),
                              DB_I(page->limit), DB_I(page->offset)),
                      &st, err);
    return rc == ERR_OK ? read_domains(s, st, out, err) : rc;
}

enum err_code
store_domain_restriction_delete(const struct scope *s, struct str id, struct err *err)
{
    return delete_one(
        s, "DELETE FROM domain_restrictions WHERE env = $1 AND tenant_seq = $2 AND id = $3", id,
        err);
}

enum err_code
store_domain_restriction_replace(const struct scope *s, struct str type, const struct str *domains,
                                 size_t n, struct err *err)
{
    enum err_code rc = store_writable(s, err);
    if (rc == ERR_OK && n > RESTRICTIONS_MAX)
        return err_set(err, ERR_LIMIT, "there may be at most %d restrictions", RESTRICTIONS_MAX);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "DELETE FROM domain_restrictions WHERE env = $1 AND tenant_seq = $2 AND "
                     "type = $3",
                     DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(type)), NULL, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = add_domain(s, &(struct domain_restriction){.domain = domains[i], .type = type}, NULL,
                        err);
    return rc;
}

enum err_code
store_domain_restriction_match(const struct scope *s, struct str type, const struct str *domains,
                               size_t n, bool *match, struct err *err)
{
    struct sql q;
    int64_t found = 0;
    *match = false;
    if (n == 0)
        return ERR_OK;
    sql_init(&q, s->arena);
    sql_addv(&q,
             "SELECT COUNT(*) FROM domain_restrictions WHERE env = ? AND tenant_seq = ? AND "
             "type = ? AND domain IN ",
             (const struct db_value[]){DB_I(s->env), DB_I(s->tenant_seq), DB_T(type)}, 3);
    sql_in(&q, domains, n);
    enum err_code rc = sql_query_int(&q, s->conn, &found, err);
    sql_fini(&q);
    *match = rc == ERR_OK && found > 0;
    return rc;
}
