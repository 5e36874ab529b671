#include "base/log.h"
#include "base/mem.h"
#include "db/driver.h"
#include "db/pgsql_api.h"

/*
 * Parameters: text and bytes go over in binary with their length, so that any byte may be in them;
 * integers go as decimal text, which every integer type takes. Results come as text. A reading
 * transaction is no transaction at all here: READ COMMITTED would give each statement its own
 * snapshot anyway, and it saves two round trips.
 */

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, STACK_PARAMS = 32, INT_TEXT = 24 };

static PGconn *
handle(const struct db_conn *c)
{
    return c->native;
}

static const struct pq_api *
pq(const struct db_conn *c)
{
    return c->db->client;
}

/* ---- errors ---- */

static enum err_code
classify(const char *state)
{
    static const struct {
        const char *prefix;
        enum err_code code;
    } table[] = {
        {"23505", ERR_CONFLICT}, {"23503", ERR_INVALID},   {"40001", ERR_BUSY},
        {"40P01", ERR_BUSY},     {"55P03", ERR_BUSY},      {"57014", ERR_BUSY},
        {"53100", ERR_DB_FULL},  {"53", ERR_BUSY},         {"57P", ERR_BUSY},
        {"25006", ERR_IO},       {"58", ERR_IO},           {"XX001", ERR_CORRUPT},
        {"XX002", ERR_CORRUPT},  {"22001", ERR_TOO_LARGE}, {"08", ERR_DB},
    };
    for (size_t i = 0; state && i < COUNT_OF(table); i++) {
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].code;
    }
    return ERR_DB;
}

/* First line of PostgreSQL's text, without its "ERROR:" and newline. */
static struct str
first_line(const char *text)
{
    struct str s = str_of(text ? text : "");
    struct str line = {0};
    str_next(&s, '\n', &line);
    ptrdiff_t colon = str_find(line, STR("ERROR:  "));
    return colon == 0 ? str_sub(line, strlen("ERROR:  "), SIZE_MAX) : line;
}

static enum err_code
lost(struct db_conn *c, struct err *err)
{
    c->broken = true;
    struct str why = first_line(pq(c)->error_message(handle(c)));
    return err_set(err, ERR_DB, "lost the connection to PostgreSQL (%.*s); it is opened anew",
                   STR_ARG(why));
}

static enum err_code
fail(struct db_conn *c, const PGresult *r, struct err *err)
{
    if (pq(c)->status(handle(c)) != CONNECTION_OK)
        return lost(c, err);
    const char *state = r ? pq(c)->result_error_field(r, PG_DIAG_SQLSTATE) : NULL;
    struct str text =
        first_line(r ? pq(c)->result_error_message(r) : pq(c)->error_message(handle(c)));
    enum err_code rc = classify(state);
    switch (rc) {
    case ERR_CONFLICT:
        return err_set(err, rc, "already exists");
    case ERR_INVALID:
        return err_set(err, rc, "refers to something that does not exist");
    case ERR_BUSY:
        return err_set(err, rc, "PostgreSQL is busy: %.*s", STR_ARG(text));
    case ERR_DB_FULL:
        return err_set(err, rc, "no space left for PostgreSQL; free some, nothing was lost");
    case ERR_CORRUPT:
        return err_set(err, rc, "PostgreSQL reports damaged data: %.*s", STR_ARG(text));
    default:
        return err_set(err, rc, "PostgreSQL failed: %.*s (%s)", STR_ARG(text),
                       state ? state : "no code");
    }
}

/* ---- connections ---- */

static enum err_code
pgsql_setup(struct db *db, struct err *err)
{
    db->one_writer = false;
    db->client = mem_new(1, sizeof(struct pq_api));
    return pq_api_load(db->client, err);
}

static void
pgsql_teardown(struct db *db)
{
    mem_free(db->client);
}

static void
drop_notice(void *arg, const char *message)
{
    (void)arg;
    LOG_DEBUG("db", "PostgreSQL says", KV_STR("notice", first_line(message)));
}

static void
pgsql_disconnect(struct db_conn *c)
{
    pq(c)->finish(handle(c));
    c->native = NULL;
    c->broken = false;
}

static enum err_code
pgsql_script(struct db_conn *c, const char *sql, struct err *err)
{
    PGresult *r = pq(c)->exec(handle(c), sql);
    ExecStatusType status = pq(c)->result_status(r);
    bool fine = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    enum err_code rc = fine ? ERR_OK : fail(c, r, err);
    pq(c)->clear(r);
    return rc;
}

static enum err_code
pgsql_connect(struct db_conn *c, struct err *err)
{
    static const char *const names[] = {"dbname", "client_encoding", "connect_timeout",
                                        "fallback_application_name", NULL};
    const char *const values[] = {c->db->url, "UTF8", "5", "gatehoused", NULL};
    c->native = pq(c)->connectdb_params(names, values, 1);
    if (!c->native)
        return err_set(err, ERR_DB, "cannot start a connection to PostgreSQL");
    if (pq(c)->status(handle(c)) != CONNECTION_OK) {
        struct str why = first_line(pq(c)->error_message(handle(c)));
        enum err_code rc = err_set(err, ERR_DB, "cannot reach PostgreSQL: %.*s", STR_ARG(why));
        pgsql_disconnect(c);
        return rc;
    }
    pq(c)->set_notice_processor(handle(c), drop_notice, NULL);
    struct buf sql;
    buf_init(&sql, 512);
    buf_printf(&sql,
               "SET synchronous_commit = on; SET standard_conforming_strings = on;"
               "SET lock_timeout = %u; SET statement_timeout = 60000;"
               "SET idle_in_transaction_session_timeout = 60000;"
               "SET default_transaction_isolation = 'read committed'",
               c->db->busy_ms);
    enum err_code rc = pgsql_script(c, buf_str(&sql).p, err);
    buf_fini(&sql);
    if (rc != ERR_OK)
        pgsql_disconnect(c);
    return rc;
}

static enum err_code
reconnect(struct db_conn *c, struct err *err)
{
    db_conn_forget(c);
    pgsql_disconnect(c);
    return pgsql_connect(c, err);
}

/* ---- transactions ---- */

static enum err_code
pgsql_begin(struct db_conn *c, struct err *err)
{
    /* A server that went away since the last use has closed its end: seen here, not in the middle
     * of work. */
    if (c->broken || pq(c)->consume_input(handle(c)) == 0 ||
        pq(c)->status(handle(c)) != CONNECTION_OK) {
        enum err_code rc = reconnect(c, err);
        if (rc != ERR_OK)
            return rc;
    }
    if (c->mode == DB_READ)
        return ERR_OK;
    enum err_code rc = pgsql_script(c, "BEGIN", err);
    if (rc != ERR_OK && c->broken) {
        rc = reconnect(c, err);
        if (rc == ERR_OK)
            rc = pgsql_script(c, "BEGIN", err);
    }
    return rc;
}

static void
pgsql_rollback(struct db_conn *c)
{
    if (c->mode == DB_READ || c->broken)
        return;
    if (pgsql_script(c, "ROLLBACK", NULL) != ERR_OK)
        c->broken = true;
}

static enum err_code
pgsql_commit(struct db_conn *c, struct err *err)
{
    if (c->mode == DB_READ)
        return ERR_OK;
    if (c->broken)
        return err_set(err, ERR_DB,
                       "the connection to PostgreSQL was lost before the end of the "
                       "transaction; nothing was changed");
    PGresult *r = pq(c)->exec(handle(c), "COMMIT");
    enum err_code rc = ERR_OK;
    if (pq(c)->status(handle(c)) != CONNECTION_OK) {
        c->broken = true;
        rc = err_set(err, ERR_OUTCOME_UNKNOWN,
                     "the connection to PostgreSQL was lost while committing: the change may or "
                     "may not have been made; look before trying again");
    } else if (pq(c)->result_status(r) != PGRES_COMMAND_OK) {
        rc = fail(c, r, err);
        pgsql_rollback(c);
    } else if (strcmp(pq(c)->cmd_status(r), "COMMIT") != 0) {
        rc = err_set(err, ERR_DB, "the transaction had failed and was rolled back");
    }
    pq(c)->clear(r);
    return rc;
}

/* ---- statements ---- */

static Oid
type_of(const struct db_value *v)
{
    switch (v->kind) {
    case DB_TEXT:
        return OID_TEXT;
    case DB_INT:
        return OID_INT8;
    case DB_BYTES:
        return OID_BYTEA;
    case DB_NULL:
        break;
    }
    return 0; /* PostgreSQL infers it */
}

static void
statement_name(const struct db_stmt *st, struct buf *name)
{
    buf_printf(name, "s%llu", (unsigned long long)st->number);
}

static enum err_code
pgsql_prepare(struct db_stmt *st, const struct db_value *args, size_t n, struct err *err)
{
    struct db_conn *c = st->conn;
    Oid *types = mem_new(n + 1, sizeof *types);
    for (size_t i = 0; i < n; i++)
        types[i] = type_of(&args[i]);
    st->number = ++c->numbers;
    struct buf name;
    buf_init(&name, 64);
    statement_name(st, &name);
    PGresult *r = pq(c)->prepare(handle(c), buf_str(&name).p, st->text, (int)n, types);
    enum err_code rc = pq(c)->result_status(r) == PGRES_COMMAND_OK ? ERR_OK : fail(c, r, err);
    if (rc != ERR_OK)
        st->number = 0;
    pq(c)->clear(r);
    buf_fini(&name);
    mem_free(types);
    return rc;
}

static void
pgsql_finalize(struct db_stmt *st)
{
    struct db_conn *c = st->conn;
    if (st->number == 0 || !c->native || c->broken || pq(c)->status(handle(c)) != CONNECTION_OK)
        return;
    /* In a failed transaction this is refused; the statement then lives on unused until the
     * connection ends. */
    struct buf sql;
    buf_init(&sql, 64);
    buf_add_text(&sql, "DEALLOCATE ");
    statement_name(st, &sql);
    if (pq(c)->transaction_status(handle(c)) != PQTRANS_INERROR)
        (void)!pgsql_script(c, buf_str(&sql).p, NULL);
    buf_fini(&sql);
}

struct params {
    const char **values;
    int *lengths, *formats;
    char (*numbers)[INT_TEXT];
};

static void
fill_params(struct params *p, const struct db_value *args, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p->values[i] = NULL;
        p->lengths[i] = 0;
        p->formats[i] = 1;
        if (args[i].kind == DB_INT) {
            struct buf number;
            buf_init(&number, INT_TEXT);
            buf_add_i64(&number, args[i].i);
            memcpy(p->numbers[i], buf_str(&number).p, buf_str(&number).n + 1);
            buf_fini(&number);
            p->values[i] = p->numbers[i];
            p->formats[i] = 0;
        } else if (args[i].kind != DB_NULL) {
            p->values[i] = args[i].s.p;
            p->lengths[i] = (int)args[i].s.n;
        }
    }
}

static enum err_code
pgsql_start(struct db_stmt *st, const struct db_value *args, size_t n, struct err *err)
{
    struct db_conn *c = st->conn;
    struct params p = {
        .values = mem_new(n + 1, sizeof *p.values),
        .lengths = mem_new(n + 1, sizeof *p.lengths),
        .formats = mem_new(n + 1, sizeof *p.formats),
        .numbers = mem_new(n + 1, sizeof *p.numbers),
    };
    fill_params(&p, args, n);
    struct buf name;
    buf_init(&name, 64);
    statement_name(st, &name);
    PGresult *r = pq(c)->exec_prepared(handle(c), buf_str(&name).p, (int)n, p.values, p.lengths,
                                       p.formats, 0);
    ExecStatusType status = pq(c)->result_status(r);
    enum err_code rc = ERR_OK;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        st->result = r;
        st->row = -1;
    } else {
        rc = fail(c, r, err);
        pq(c)->clear(r);
    }
    buf_fini(&name);
    mem_free(p.numbers);
    mem_free(p.formats);
    mem_free(p.lengths);
    mem_free(p.values);
    return rc;
}

static enum db_step
pgsql_next(struct db_stmt *st, struct err *err)
{
    (void)err; /* all rows are here already; failures showed at the start */
    return ++st->row < pq(st->conn)->ntuples(st->result) ? DB_ROW : DB_DONE;
}

static void
pgsql_reset(struct db_stmt *st)
{
    pq(st->conn)->clear(st->result);
    st->result = NULL;
}

static int64_t
pgsql_changes(struct db_stmt *st)
{
    int64_t n = 0;
    (void)str_to_i64(str_of(pq(st->conn)->cmd_tuples(st->result)), &n);
    return n;
}

static bool
pgsql_is_null(struct db_stmt *st, int col)
{
    return pq(st->conn)->getisnull(st->result, st->row, col) != 0;
}

static struct str
pgsql_text(struct db_stmt *st, int col)
{
    if (pgsql_is_null(st, col))
        return STR_ABSENT;
    return (struct str){pq(st->conn)->getvalue(st->result, st->row, col),
                        (size_t)pq(st->conn)->getlength(st->result, st->row, col)};
}

static struct str
pgsql_bytes(struct db_stmt *st, int col)
{
    if (pgsql_is_null(st, col))
        return STR_ABSENT;
    size_t n = 0;
    unsigned char *p = pq(st->conn)->unescape_bytea(
        (const unsigned char *)pq(st->conn)->getvalue(st->result, st->row, col), &n);
    buf_reset(&st->scratch);
    buf_add(&st->scratch, p ? p : (const unsigned char *)"", p ? n : 0);
    pq(st->conn)->freemem(p);
    return buf_str(&st->scratch);
}

static int64_t
pgsql_integer(struct db_stmt *st, int col)
{
    int64_t v = 0;
    (void)str_to_i64(pgsql_text(st, col), &v);
    return v;
}

/* ---- words and care ---- */

static const char *
pgsql_fragment(const char *name)
{
    static const struct {
        const char *name, *sql;
    } fragments[] = {
        {"users.search", "SELECT seq FROM users WHERE search_key LIKE ?"},
        {"text.contains", "strpos(us.search_key, ?) > 0"},
        {"ints", "(SELECT value::bigint FROM json_array_elements_text(CAST(? AS json)) value)"},
        {"rows.skip_locked", " FOR UPDATE SKIP LOCKED"},
        /* The index is PostgreSQL's own business. */
        {"users.search_add", ""},
        {"users.search_remove", ""},
        /* Below every transaction that may still write here; those of other databases do not count. */
        {"sessions.settled",
         "c.tx < COALESCE((SELECT MIN(CAST(CAST(x AS TEXT) AS BIGINT)) FROM "
         "pg_snapshot_xip(pg_current_snapshot()) x WHERE NOT EXISTS (SELECT 1 FROM "
         "pg_stat_activity a WHERE a.backend_xid = CAST(x AS xid) AND a.datname <> "
         "current_database())), CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS "
         "BIGINT))"},
        {"sessions.since", "(c.tx, c.seq) > (?, ?)"},
        {"address.lock", "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) l"},
    };
    for (size_t i = 0; i < COUNT_OF(fragments); i++) {
        if (strcmp(name, fragments[i].name) == 0)
            return fragments[i].sql;
    }
    return NULL;
}

static const char *
pgsql_schema_word(const char *token)
{
    if (strcmp(token, "{seq}") == 0)
        return "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    if (strcmp(token, "{key}") == 0)
        return "TEXT COLLATE \"C\"";
    if (strcmp(token, "{bytes}") == 0)
        return "BYTEA";
    return strcmp(token, "{clustered}") == 0 ? "" : NULL;
}

static enum err_code
pgsql_migration_lock(struct db_conn *c, struct err *err)
{
    return pgsql_script(c, "SELECT pg_advisory_xact_lock(7061746568)", err);
}

static enum err_code
pgsql_check(struct db_conn *c, void (*say)(void *arg, struct str line), void *arg, bool *sound,
            struct err *err)
{
    /* PostgreSQL looks after its own pages and foreign keys; being able to ask is what is checked.
     */
    (void)say, (void)arg;
    *sound = true;
    return pgsql_script(c, "SELECT 1", err);
}

static enum err_code
pgsql_backup(struct db_conn *c, const char *path, struct err *err)
{
    (void)c, (void)path;
    return err_set(err, ERR_UNIMPLEMENTED, "copies of a PostgreSQL database are made with pg_dump");
}

const struct db_driver db_pgsql = {
    .name = "postgresql",
    .setup = pgsql_setup,
    .teardown = pgsql_teardown,
    .connect = pgsql_connect,
    .disconnect = pgsql_disconnect,
    .begin = pgsql_begin,
    .commit = pgsql_commit,
    .rollback = pgsql_rollback,
    .prepare = pgsql_prepare,
    .finalize = pgsql_finalize,
    .start = pgsql_start,
    .next = pgsql_next,
    .reset = pgsql_reset,
    .changes = pgsql_changes,
    .text = pgsql_text,
    .bytes = pgsql_bytes,
    .integer = pgsql_integer,
    .is_null = pgsql_is_null,
    .script = pgsql_script,
    .fragment = pgsql_fragment,
    .schema_word = pgsql_schema_word,
    .migration_lock = pgsql_migration_lock,
    .check = pgsql_check,
    .backup = pgsql_backup,
};
