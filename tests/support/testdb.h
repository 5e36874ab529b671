#ifndef TESTS_SUPPORT_TESTDB_H
#define TESTS_SUPPORT_TESTDB_H
/*
 * A fresh database for a test: PostgreSQL when GATEHOUSE_TEST_PG holds a URL (its public schema is
 * emptied), else an SQLite file in a folder of its own. Failing to get one fails the test.
 */
#include "base/arena.h"
#include "db/db.h"
#include "store/store.h"

struct testdb {
    char dir[200]; /* temporary folder, "" on PostgreSQL */
    char url[600];
    struct db *db;
    struct store *store; /* owns db when set */
    struct arena arena;
};

/* Empty: no schema. options may be NULL. */
void testdb_open_empty(struct testdb *t, const struct db_options *options);
/* With the schema. */
void testdb_open(struct testdb *t);
/* With schema and a store whose sealer only pretends. */
void testdb_open_store(struct testdb *t);
void testdb_close(struct testdb *t);
/* Closes and opens the same database again, as a restart does. */
void testdb_reopen(struct testdb *t);
bool testdb_is_pg(void);
/* A folder that is gone after testdb_remove_dir. */
void testdb_make_dir(char out[static 200]);
void testdb_remove_dir(const char *dir);
/* Not secret, but notices a wrong aad. */
extern const struct sealer testdb_sealer;
/* One statement in a transaction of its own; fails the test if it fails. */
void testdb_run(struct db *db, const char *sql);
int64_t testdb_int(struct db *db, const char *sql);
#endif
