#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/driver.h"

/*
 * Migrations are numbered files, applied in order, each in its own transaction with the row that
 * records it, so that a kill leaves the older or the newer schema and the next start goes on. What
 * was applied must still be what is compiled in: the recorded checksum of each file is compared.
 */

const struct db_migration db_migrations[] = {
#include "gen/schema.inc"
    {NULL, NULL},
};

#define SQL_TABLE                                                                                  \
    "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT "     \
    "NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"

enum { CHECKSUM_TEXT = 17, WORD_MAX = 16 };

/* FNV-1a, 64 bits: against accidents, not against enemies. */
static void
checksum(const char *text, char out[CHECKSUM_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t h = UINT64_C(14695981039346656037);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        h = (h ^ *p) * UINT64_C(1099511628211);
    for (int i = CHECKSUM_TEXT - 2; i >= 0; i--, h >>= 4)
        out[i] = digits[h & 15];
    out[CHECKSUM_TEXT - 1] = '\0';
}

static int64_t
version_of(const struct db_migration *m)
{
    int64_t version = 0;
    bool numbered = str_to_i64(str_sub(str_of(m->name), 0, 4), &version);
    ASSERT(numbered && version > 0);
    return version;
}

/* ---- from the file to what this engine understands ---- */

static void
add_line(const struct db *db, struct str line, struct buf *out)
{
    while (line.n) {
        ptrdiff_t open = str_find_char(line, '{');
        struct str rest = str_sub(line, open < 0 ? line.n : (size_t)open, SIZE_MAX);
        ptrdiff_t close = str_find_char(rest, '}');
        char word[WORD_MAX] = "";
        if (rest.p && close > 0 && close < WORD_MAX - 1)
            memcpy(word, rest.p, (size_t)close + 1);
        const char *replacement = word[0] ? db->driver->schema_word(word) : NULL;
        if (!replacement) {
            size_t keep = open < 0 ? line.n : (size_t)open + 1;
            buf_add_str(out, str_sub(line, 0, keep));
            line = str_sub(line, keep, SIZE_MAX);
            continue;
        }
        buf_add_str(out, str_sub(line, 0, (size_t)open));
        buf_add_text(out, replacement);
        line = str_sub(rest, (size_t)close + 1, SIZE_MAX);
    }
    buf_add_char(out, '\n');
}

static void
translate(const struct db *db, const char *sql, struct buf *out)
{
    static const char mark[] = "-- only: ";
    struct str rest = str_of(sql), line;
    bool ours = true;
    while (str_next(&rest, '\n', &line)) {
        if (str_starts(line, STR(mark))) {
            struct str engine = str_sub(line, sizeof mark - 1, SIZE_MAX);
            ours = str_eq(engine, STR("all")) || str_eq(engine, str_of(db->driver->name));
        } else if (ours) {
            add_line(db, line, out);
        }
    }
}

/* ---- applying ---- */

static enum err_code
altered(const struct db_migration *m, struct err *err)
{
    return err_set(err, ERR_CORRUPT,
                   "migration %s in the database is not the one of this program; use the program "
                   "version that made it, or restore a backup",
                   m->name);
}

static enum err_code
is_applied(struct db_conn *c, const struct db_migration *m, bool *applied, struct err *err)
{
    char sum[CHECKSUM_TEXT];
    checksum(m->sql, sum);
    struct db_stmt *st;
    enum err_code rc = db_query(c, "SELECT checksum FROM schema_migrations WHERE version = $1",
                                DB_ARGS(DB_I(version_of(m))), &st, err);
    if (rc != ERR_OK)
        return rc;
    *applied = db_next(st, err) == DB_ROW;
    bool same = *applied && str_eq(db_text(st, 0), str_of(sum));
    rc = db_finish(st);
    return rc == ERR_OK && *applied && !same ? altered(m, err) : rc;
}

static enum err_code
apply(struct db_conn *c, const struct db_migration *m, struct err *err)
{
    char sum[CHECKSUM_TEXT];
    checksum(m->sql, sum);
    struct buf sql;
    buf_init(&sql, SIZE_MAX / 2);
    translate(db_of(c), m->sql, &sql);
    enum err_code rc = db_of(c)->driver->script(c, buf_str(&sql).p, err);
    buf_fini(&sql);
    if (rc != ERR_OK) {
        err_prefix(err, "migration %s", m->name);
        return rc;
    }
    return db_exec(c,
                   "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                   "VALUES ($1, $2, $3, $4)",
                   DB_ARGS(DB_I(version_of(m)), DB_T(str_of(m->name)), DB_T(str_of(sum)),
                           DB_I(clock_now_ms())),
                   NULL, err);
}

/* One step in one transaction: does nothing if another server was quicker. */
static enum err_code
step(struct db *db, const struct db_migration *m, struct err *err)
{
    struct db_conn *c;
    enum err_code rc = db_begin(db, DB_WRITE, &c, err);
    if (rc != ERR_OK)
        return rc;
    bool applied = false;
    rc = db->driver->migration_lock(c, err);
    if (rc == ERR_OK)
        rc = db->driver->script(c, SQL_TABLE, err);
    if (rc == ERR_OK)
        rc = is_applied(c, m, &applied, err);
    if (rc == ERR_OK && !applied)
        rc = apply(c, m, err);
    if (rc != ERR_OK || applied) {
        db_rollback(c);
        return rc;
    }
    rc = db_commit(c, err);
    if (rc == ERR_OK)
        LOG_INFO("db", "schema migrated", KV_TEXT("to", m->name));
    return rc;
}

static enum err_code
refuse_newer(struct db *db, int64_t newest, struct err *err)
{
    struct db_conn *c;
    enum err_code rc = db_begin(db, DB_READ, &c, err);
    if (rc != ERR_OK)
        return rc;
    int64_t there = 0;
    rc = db_query_int(c, "SELECT COALESCE(MAX(version), 0) FROM schema_migrations", DB_NO_ARGS,
                      &there, NULL, err);
    if (rc == ERR_OK && there > newest)
        rc = err_set(err, ERR_CONFIG,
                     "the database has schema %lld, this program knows only %lld; use a newer "
                     "gatehoused",
                     (long long)there, (long long)newest);
    db_rollback(c);
    return rc;
}

enum err_code
db_migrate_with(struct db *db, const struct db_migration *list, struct err *err)
{
    int64_t newest = 0;
    for (const struct db_migration *m = list; m->name; m++) {
        ASSERT(version_of(m) > newest);
        newest = version_of(m);
        enum err_code rc = step(db, m, err);
        if (rc != ERR_OK)
            return rc;
    }
    return refuse_newer(db, newest, err);
}

enum err_code
db_migrate(struct db *db, struct err *err)
{
    return db_migrate_with(db, db_migrations, err);
}
