#include "base/log.h"
#include "base/mem.h"
#include "db/driver.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHECKPOINT_PAGES = 4000, /* 16 MiB of log */
    WAL_LARGE_PAGES = 65536, /* 256 MiB: a reader keeps the log from being folded back */
    WRITER_CACHE_KIB = 8192,
    READER_CACHE_KIB = 2048
};
#define MMAP_BYTES "1099511627776"

static sqlite3 *
handle(const struct db_conn *c)
{
    return c->native;
}

/* ---- errors ---- */

static enum err_code
classify(int code, int sys)
{
    switch (code & 0xff) {
    case SQLITE_OK:
        return ERR_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CONSTRAINT:
        if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
            code == SQLITE_CONSTRAINT_ROWID)
            return ERR_CONFLICT;
        return code == SQLITE_CONSTRAINT_FOREIGNKEY ? ERR_INVALID : ERR_DB;
    case SQLITE_FULL:
        return ERR_DB_FULL;
    case SQLITE_IOERR:
        return sys == ENOSPC || sys == EDQUOT || sys == EFBIG ? ERR_DB_FULL : ERR_IO;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    default:
        return ERR_DB;
    }
}

/* What a person reads: what failed, where, what to do. */
static enum err_code
say(const struct db *db, struct err *err, int code, int sys, const char *detail)
{
    enum err_code rc = classify(code, sys);
    const char *path = db->path;
    switch (rc) {
    case ERR_BUSY:
        err_set(err, rc, "the database %s is locked by another program", path);
        break;
    case ERR_DB_FULL:
        err_set(err, rc, "no space left for the database %s; free some, nothing was lost", path);
        break;
    case ERR_CORRUPT:
        err_set(err, rc,
                (code & 0xff) == SQLITE_NOTADB
                    ? "%s is not a gatehouse database; choose another file or restore a backup"
                    : "the database %s is damaged; stop the server and restore a backup",
                path);
        break;
    case ERR_IO:
        if ((code & 0xff) == SQLITE_READONLY)
            err_set(err, rc, "the database %s or its folder is not writable; check its owner",
                    path);
        else if (sys)
            err_set_errno(err, rc, sys, "cannot read or write the database %s", path);
        else
            err_set(err, rc, "cannot read or write the database %s: %s", path, detail);
        break;
    case ERR_CONFLICT:
        err_set(err, rc, "already exists");
        break;
    case ERR_INVALID:
        err_set(err, rc, "refers to something that does not exist");
        break;
    default:
        err_set(err, rc, "the database failed: %s", detail);
    }
    if (err)
        err->native = code;
    return rc;
}

static enum err_code
fail(struct db_conn *c, struct err *err)
{
    int last = errno; /* SQLite does not pass it on from a failing COMMIT */
    sqlite3 *h = handle(c);
    int sys = sqlite3_system_errno(h);
    return say(c->db, err, sqlite3_extended_errcode(h), sys ? sys : last, sqlite3_errmsg(h));
}

/* After this nobody knows what reached the disk: a later success would be a guess. */
static void
stop_writes(struct db *db, const char *what, int code)
{
    if (!atomic_exchange(&db->writes_stopped, true))
        LOG_ERROR("db", "writing has stopped until restart", KV_TEXT("failed", what),
                  KV_INT("sqlite", code), KV_TEXT("path", db->path));
}

/* ---- opening ---- */

static enum err_code
use_file(struct db *db, struct err *err)
{
    struct stat st;
    if (lstat(db->path, &st) != 0) {
        if (errno == ENOENT && db->create && !db->read_only) {
            int fd = open(db->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
            if (fd >= 0) {
                close(fd);
                return ERR_OK;
            }
        }
        return err_set_errno(err, ERR_IO, errno, "cannot open the database %s", db->path);
    }
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_IO, "the database %s is not a regular file", db->path);
    if (access(db->path, R_OK | (db->read_only ? 0 : W_OK)) != 0)
        return err_set_errno(err, ERR_IO, errno, "cannot write the database %s", db->path);
    return ERR_OK;
}

static enum err_code
lock_beside(struct db *db, struct err *err)
{
    const char *slash = strrchr(db->path, '/');
    struct buf name;
    buf_init(&name, 8192);
    if (db->lock_path)
        buf_printf(&name, "%s/%s.lock", db->lock_path, slash ? slash + 1 : db->path);
    else
        buf_printf(&name, "%s.lock", db->path);
    enum err_code rc = db_lock_take(db, buf_str(&name).p, err);
    buf_fini(&name);
    return rc;
}

static enum err_code
sqlite_setup(struct db *db, struct err *err)
{
    /* Nobody reads SQLite's memory statistics, and counting takes a lock at each allocation. Refused, harmlessly, when
     * SQLite is in use already. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct str path = str_sub(str_of(db->url), strlen("sqlite:"), SIZE_MAX);
    if (path.n == 0)
        return err_set(err, ERR_CONFIG, "the database URL sqlite: needs a path");
    db->path = mem_copy_text(path.p, path.n);
    db->memory = str_eq(path, STR(":memory:"));
    db->one_writer = !db->read_only;
    if (db->memory) {
        db->n_conns = 1;
        return ERR_OK;
    }
    if (!db->read_only) {
        enum err_code rc = lock_beside(db, err);
        if (rc != ERR_OK)
            return rc;
    }
    return use_file(db, err);
}

static void
sqlite_teardown(struct db *db)
{
    db_lock_drop(db);
}

/* Only the writer folds the log back into the file, and a failure to do so durably ends writing. */
static int
on_commit_logged(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct db_conn *c = arg;
    if (pages < CHECKPOINT_PAGES)
        return SQLITE_OK;
    int in_log = 0, done = 0;
    int code = sqlite3_wal_checkpoint_v2(h, name, SQLITE_CHECKPOINT_PASSIVE, &in_log, &done);
    if ((code & 0xff) == SQLITE_IOERR && classify(code, sqlite3_system_errno(h)) == ERR_IO)
        stop_writes(c->db, "checkpoint", code);
    bool large = in_log > WAL_LARGE_PAGES;
    if (large && !c->log_is_large)
        LOG_WARN("db", "the write-ahead log grows: a reader stays open", KV_INT("pages", in_log));
    c->log_is_large = large;
    return SQLITE_OK;
}

static int
configure(struct db_conn *c)
{
    const struct db *db = c->db;
    sqlite3 *h = handle(c);
    struct buf sql;
    buf_init(&sql, 4096);
    buf_printf(&sql, "PRAGMA cache_size=-%d;", c->writer ? WRITER_CACHE_KIB : READER_CACHE_KIB);
    buf_add_text(&sql, "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                       "PRAGMA trusted_schema=OFF;");
    /* Damage found by whoever writes cannot spread. To readers it costs a look at every cell of
     * every page at each visit, as mapped pages are not kept. */
    if (c->writer)
        buf_add_text(&sql, "PRAGMA cell_size_check=ON;");
    if (!db->memory)
        buf_add_text(&sql, "PRAGMA mmap_size=" MMAP_BYTES ";");
    bool writes = c->writer && !db->read_only;
    if (writes && !db->memory)
        buf_add_text(&sql, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    buf_add_text(&sql, writes ? "PRAGMA secure_delete=ON;" : "PRAGMA query_only=ON;");
    buf_add_text(&sql, "PRAGMA wal_autocheckpoint=0;");
    int code = sqlite3_exec(h, buf_str(&sql).p, NULL, NULL, NULL);
    buf_fini(&sql);
    if (code == SQLITE_OK && writes && !db->memory)
        sqlite3_wal_hook(h, on_commit_logged, c);
    return code;
}

static void
sqlite_disconnect(struct db_conn *c)
{
    sqlite3_close(handle(c));
    c->native = NULL;
}

static enum err_code
sqlite_connect(struct db_conn *c, struct err *err)
{
    sqlite3 *h = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (c->db->memory)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(c->db->path, &h, flags, NULL);
    c->native = h;
    if (code == SQLITE_OK) {
        bool checkpoints = c->writer && !c->db->read_only;
        sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !checkpoints, NULL);
        sqlite3_busy_timeout(h, (int)c->db->busy_ms);
        code = configure(c);
    }
    if (code == SQLITE_OK)
        return ERR_OK;
    enum err_code rc = h ? fail(c, err) : say(c->db, err, code, 0, sqlite3_errstr(code));
    sqlite_disconnect(c);
    return rc;
}

/* ---- statements ---- */

static enum err_code
sqlite_prepare(struct db_stmt *st, const struct db_value *args, size_t n, struct err *err)
{
    (void)args, (void)n;
    sqlite3_stmt *p = NULL;
    int code =
        sqlite3_prepare_v3(handle(st->conn), st->text, -1, SQLITE_PREPARE_PERSISTENT, &p, NULL);
    if (code != SQLITE_OK)
        return fail(st->conn, err);
    ASSERT(p);
    st->native = p;
    st->n_order = sqlite3_bind_parameter_count(p);
    if (st->n_order == 0)
        return ERR_OK;
    /* To SQLite "$2" is a name, and places are numbered by first appearance. */
    st->order = mem_new((size_t)st->n_order, sizeof *st->order);
    for (int i = 0; i < st->n_order; i++) {
        const char *name = sqlite3_bind_parameter_name(p, i + 1);
        int64_t number = 0;
        ASSERT(name && name[0] == '$' && str_to_i64(str_of(name + 1), &number));
        ASSERT(number >= 1 && number <= DB_PARAMS_MAX);
        st->order[i] = (uint16_t)number;
    }
    return ERR_OK;
}

static void
sqlite_finalize(struct db_stmt *st)
{
    sqlite3_finalize(st->native);
}

static int
bind(sqlite3_stmt *p, int at, const struct db_value *v)
{
    switch (v->kind) {
    case DB_NULL:
        return sqlite3_bind_null(p, at);
    case DB_INT:
        return sqlite3_bind_int64(p, at, v->i);
    case DB_TEXT:
        if (!v->s.p)
            return sqlite3_bind_null(p, at);
        return sqlite3_bind_text64(p, at, v->s.p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
    case DB_BYTES:
        if (!v->s.p)
            return sqlite3_bind_null(p, at);
        return sqlite3_bind_blob64(p, at, v->s.p, v->s.n, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static enum err_code
sqlite_start(struct db_stmt *st, const struct db_value *args, size_t n, struct err *err)
{
    for (int i = 0; i < st->n_order; i++) {
        ASSERT(st->order[i] <= n);
        if (bind(st->native, i + 1, &args[st->order[i] - 1]) != SQLITE_OK)
            return fail(st->conn, err);
    }
    return ERR_OK;
}

static enum db_step
sqlite_next(struct db_stmt *st, struct err *err)
{
    errno = 0;
    int code = sqlite3_step(st->native);
    if (code == SQLITE_ROW)
        return DB_ROW;
    if (code == SQLITE_DONE)
        return DB_DONE;
    fail(st->conn, err);
    /* A full disk, for one, ends the transaction; what follows would stand alone. */
    st->conn->spoiled |= st->conn->in_tx && sqlite3_get_autocommit(handle(st->conn));
    return DB_FAIL;
}

static void
sqlite_reset(struct db_stmt *st)
{
    /* The code repeats the failure of the last step, which was reported. */
    (void)sqlite3_reset(st->native);
    if (st->n_order)
        (void)sqlite3_clear_bindings(st->native);
}

static int64_t
sqlite_changes(struct db_stmt *st)
{
    return sqlite3_changes64(handle(st->conn));
}

static int64_t
sqlite_touched(const struct db_conn *c)
{
    return sqlite3_total_changes64(handle(c));
}

static struct str
sqlite_text(struct db_stmt *st, int col)
{
    const unsigned char *p = sqlite3_column_text(st->native, col);
    return (struct str){(const char *)p, p ? (size_t)sqlite3_column_bytes(st->native, col) : 0};
}

static struct str
sqlite_bytes(struct db_stmt *st, int col)
{
    if (sqlite3_column_type(st->native, col) == SQLITE_NULL)
        return STR_ABSENT;
    const void *p = sqlite3_column_blob(st->native, col);
    return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(st->native, col)};
}

static int64_t
sqlite_integer(struct db_stmt *st, int col)
{
    return sqlite3_column_int64(st->native, col);
}

static bool
sqlite_is_null(struct db_stmt *st, int col)
{
    return sqlite3_column_type(st->native, col) == SQLITE_NULL;
}

/* ---- transactions ---- */

/* BEGIN and its like go through the statement cache; err->native keeps SQLite's code. */
static enum err_code
control(struct db_conn *c, const char *sql, struct err *err)
{
    bool in_tx = c->in_tx, spoiled = c->spoiled;
    c->in_tx = true;
    c->spoiled = false;
    struct db_stmt *st;
    struct err local = {0};
    enum err_code rc = db_query(c, sql, DB_NO_ARGS, &st, &local);
    if (rc == ERR_OK && db_next(st, &local) == DB_FAIL)
        rc = local.code;
    db_done(st);
    c->in_tx = in_tx;
    c->spoiled = spoiled;
    if (rc != ERR_OK && err)
        *err = local;
    return rc;
}

static enum err_code
sqlite_begin(struct db_conn *c, struct err *err)
{
    return control(c, c->mode == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

static void
sqlite_rollback(struct db_conn *c)
{
    if (!sqlite3_get_autocommit(handle(c)) && control(c, "ROLLBACK", NULL) != ERR_OK)
        LOG_WARN("db", "a transaction could not be rolled back", KV_TEXT("path", c->db->path));
}

static enum err_code
sqlite_commit(struct db_conn *c, struct err *err)
{
    struct err local = {0};
    enum err_code rc = control(c, "COMMIT", &local);
    if (rc == ERR_OK)
        return ERR_OK;
    sqlite_rollback(c);
    if (rc == ERR_IO && c->mode == DB_WRITE)
        stop_writes(c->db, "commit", local.native);
    if (err)
        *err = local;
    return rc;
}

static enum err_code
sqlite_script(struct db_conn *c, const char *sql, struct err *err)
{
    return sqlite3_exec(handle(c), sql, NULL, NULL, NULL) == SQLITE_OK ? ERR_OK : fail(c, err);
}

/* ---- looking after the file ---- */

struct check_run {
    void (*say)(void *arg, struct str line);
    void *arg;
    bool sound;
};

static int
on_check_row(void *arg, int n, char **values, char **names)
{
    (void)names;
    struct check_run *run = arg;
    if (n > 0 && values[0] && strcmp(values[0], "ok") == 0)
        return 0;
    run->sound = false;
    struct buf line;
    buf_init(&line, 8192);
    for (int i = 0; i < n; i++)
        buf_printf(&line, "%s%s", i ? " " : "", values[i] ? values[i] : "-");
    run->say(run->arg, buf_str(&line));
    buf_fini(&line);
    return 0;
}

static enum err_code
sqlite_check(struct db_conn *c, void (*say_line)(void *arg, struct str line), void *arg,
             bool *sound, struct err *err)
{
    struct check_run run = {.say = say_line, .arg = arg, .sound = true};
    if (sqlite3_exec(handle(c), "PRAGMA integrity_check(20)", on_check_row, &run, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(handle(c), "PRAGMA foreign_key_check", on_check_row, &run, NULL) != SQLITE_OK)
        return fail(c, err);
    *sound = run.sound;
    return ERR_OK;
}

static enum err_code
copy_pages(struct db_conn *c, sqlite3 *to, struct err *err)
{
    sqlite3_backup *job = sqlite3_backup_init(to, "main", handle(c), "main");
    int code = job ? sqlite3_backup_step(job, -1) : sqlite3_errcode(to);
    if (job)
        sqlite3_backup_finish(job);
    /* The copy stands alone: no log beside it. */
    if (code == SQLITE_DONE)
        code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return ERR_OK;
    return err_set(err, classify(code, sqlite3_system_errno(to)), "the backup failed: %s",
                   sqlite3_errmsg(to));
}

static enum err_code
sqlite_backup(struct db_conn *c, const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set_errno(err, ERR_IO, errno, "cannot make the backup file %s", path);
    close(fd);
    sqlite3 *to = NULL;
    enum err_code rc;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK)
        rc = copy_pages(c, to, err);
    else
        rc = err_set(err, ERR_IO, "cannot open the backup file %s: %s", path, sqlite3_errstr(code));
    if (sqlite3_close(to) != SQLITE_OK && rc == ERR_OK)
        rc = err_set(err, ERR_IO, "cannot finish the backup file %s", path);
    if (rc != ERR_OK)
        unlink(path);
    return rc;
}

/* ---- words ---- */

static const char *
sqlite_fragment(const char *name)
{
    static const struct {
        const char *name, *sql;
    } fragments[] = {
        {"users.search", "SELECT rowid FROM user_search WHERE user_search MATCH ?"},
        {"text.contains", "instr(us.search_key, ?) > 0"},
        {"ints", "(SELECT value FROM json_each(?))"},
        {"rows.skip_locked", ""}, /* there is one writer */
        {"users.search_add", "INSERT INTO user_search (rowid, search_key) VALUES ($1, $2)"},
        {"users.search_remove", "INSERT INTO user_search (user_search, rowid, search_key) "
                                "VALUES ('delete', $1, $2)"},
        {"sessions.settled", "c.tx = 0"}, /* one transaction writes at a time */
        {"sessions.since", "c.tx = 0 AND c.tx >= ? AND c.seq > ?"},
        {"address.lock", ""}, /* one transaction writes at a time */
    };
    for (size_t i = 0; i < COUNT_OF(fragments); i++) {
        if (strcmp(name, fragments[i].name) == 0)
            return fragments[i].sql;
    }
    return NULL;
}

static const char *
sqlite_schema_word(const char *token)
{
    if (strcmp(token, "{seq}") == 0)
        return "INTEGER PRIMARY KEY";
    if (strcmp(token, "{key}") == 0)
        return "TEXT";
    if (strcmp(token, "{bytes}") == 0)
        return "BLOB";
    return strcmp(token, "{clustered}") == 0 ? " WITHOUT ROWID" : NULL;
}

static enum err_code
sqlite_migration_lock(struct db_conn *c, struct err *err)
{
    /* BEGIN IMMEDIATE holds it already. */
    (void)c, (void)err;
    return ERR_OK;
}

const struct db_driver db_sqlite = {
    .name = "sqlite",
    .setup = sqlite_setup,
    .teardown = sqlite_teardown,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .start = sqlite_start,
    .next = sqlite_next,
    .reset = sqlite_reset,
    .changes = sqlite_changes,
    .touched = sqlite_touched,
    .text = sqlite_text,
    .bytes = sqlite_bytes,
    .integer = sqlite_integer,
    .is_null = sqlite_is_null,
    .script = sqlite_script,
    .fragment = sqlite_fragment,
    .schema_word = sqlite_schema_word,
    .migration_lock = sqlite_migration_lock,
    .check = sqlite_check,
    .backup = sqlite_backup,
};
