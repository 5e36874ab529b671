#include "tests/support/testdb.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_CAP = 64 * 1024 * 1024 };

static enum err_code
pretend_seal(void *ctx, struct str plain, struct str aad, struct buf *out, struct err *err)
{
    (void)ctx, (void)err;
    buf_printf(out, "[%.*s]", STR_ARG(aad));
    for (size_t i = 0; i < plain.n; i++)
        buf_add_char(out, (char)(plain.p[i] ^ 0x55));
    return ERR_OK;
}

static enum err_code
pretend_open(void *ctx, struct str sealed, struct str aad, struct buf *out, struct err *err)
{
    (void)ctx;
    if (sealed.n < aad.n + 2 || !str_eq(str_sub(sealed, 1, aad.n + 1), aad))
        return err_set(err, ERR_CORRUPT, "sealed for another row");
    for (size_t i = aad.n + 2; i < sealed.n; i++)
        buf_add_char(out, (char)(sealed.p[i] ^ 0x55));
    return ERR_OK;
}

const struct sealer testdb_sealer = {.seal = pretend_seal, .open = pretend_open};

bool
testdb_is_pg(void)
{
    const char *url = getenv("GATEHOUSE_TEST_PG");
    return url && *url;
}

void
testdb_make_dir(char out[static 200])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(out, 200, "%s/testdb.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(out))
        fail_msg("cannot make a temporary folder %s", out);
}

void
testdb_remove_dir(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        (void)!unlink(path);
    }
    if (d)
        closedir(d);
    (void)!rmdir(dir);
}

void
testdb_run(struct db *db, const char *sql)
{
    struct err err = {0};
    struct db_conn *c;
    if (db_begin(db, DB_WRITE, &c, &err) != ERR_OK ||
        db_exec(c, sql, DB_NO_ARGS, NULL, &err) != ERR_OK || db_commit(c, &err) != ERR_OK)
        fail_msg("%s: %s", sql, err.msg);
}

int64_t
testdb_int(struct db *db, const char *sql)
{
    struct err err = {0};
    struct db_conn *c;
    int64_t v = 0;
    if (db_begin(db, DB_READ, &c, &err) != ERR_OK ||
        db_query_int(c, sql, DB_NO_ARGS, &v, NULL, &err) != ERR_OK)
        fail_msg("%s: %s", sql, err.msg);
    db_rollback(c);
    return v;
}

static void
open_url(struct testdb *t, const struct db_options *options)
{
    struct err err = {0};
    static const struct db_options preset = {.create = true};
    if (db_open(&t->db, str_of(t->url), options ? options : &preset, &err) != ERR_OK)
        fail_msg("cannot open %s: %s", t->url, err.msg);
}

void
testdb_open_empty(struct testdb *t, const struct db_options *options)
{
    memset(t, 0, sizeof *t);
    arena_init(&t->arena, ARENA_CAP);
    if (testdb_is_pg()) {
        snprintf(t->url, sizeof t->url, "%s", getenv("GATEHOUSE_TEST_PG"));
        open_url(t, options);
        testdb_run(t->db, "DROP SCHEMA public CASCADE");
        testdb_run(t->db, "CREATE SCHEMA public");
        return;
    }
    testdb_make_dir(t->dir);
    snprintf(t->url, sizeof t->url, "sqlite:%s/test.db", t->dir);
    open_url(t, options);
}

void
testdb_open(struct testdb *t)
{
    testdb_open_empty(t, NULL);
    struct err err = {0};
    if (db_migrate(t->db, &err) != ERR_OK)
        fail_msg("cannot migrate: %s", err.msg);
}

static void
open_store(struct testdb *t)
{
    struct err err = {0};
    if (store_open(&t->store, t->db, &testdb_sealer, &err) != ERR_OK)
        fail_msg("cannot open the store: %s", err.msg);
}

void
testdb_open_store(struct testdb *t)
{
    testdb_open(t);
    open_store(t);
}

static void
close_handles(struct testdb *t)
{
    if (t->store)
        store_close(t->store);
    else
        db_close(t->db);
    t->db = NULL;
}

void
testdb_reopen(struct testdb *t)
{
    bool with_store = t->store != NULL;
    close_handles(t);
    t->store = NULL;
    open_url(t, NULL);
    if (with_store)
        open_store(t);
}

void
testdb_close(struct testdb *t)
{
    close_handles(t);
    arena_fini(&t->arena);
    if (t->dir[0])
        testdb_remove_dir(t->dir);
    memset(t, 0, sizeof *t);
}
