/*
 * The floor of creating users: nothing but the rows and indexes of one, each in its own durable
 * commit, by prepared statements.
 *   raw_rows DATABASE    for two seconds; a copy of one that gatehoused made
 * Prints commits per second.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { SECONDS = 2 };

/* ?1 a text of its own for each row, ?2 the number of its row, ?3 a text to search. */
static const char *const statements[] = {
    "BEGIN IMMEDIATE",
    "INSERT INTO users (seq, env, id, email, email_key, name, name_key, search_key, "
    "active_tenant_id, created_at, updated_at) SELECT ?2, env, ?1, ?1, ?1, ?3, ?3, ?3, "
    "active_tenant_id, ?2, ?2 FROM users WHERE seq = 1",
    "INSERT INTO user_search (rowid, search_key) VALUES (?2, ?3)",
    "INSERT INTO user_order (list, user_seq, created_at, name_key, email_key, id, "
    "active_tenant_id, provider, verified, is_locked) SELECT list, ?2, ?2, ?3, ?1, ?1, "
    "active_tenant_id, provider, verified, is_locked FROM user_order WHERE user_seq = 1",
    "INSERT INTO user_tenants (user_seq, tenant_seq, created_at) SELECT ?2, tenant_seq, ?2 FROM "
    "user_tenants WHERE user_seq = 1",
    "INSERT INTO user_roles (user_seq, tenant_seq, role_seq, created_at) SELECT ?2, tenant_seq, "
    "role_seq, ?2 FROM user_roles WHERE user_seq = 1",
    "COMMIT",
};
enum { STATEMENTS = sizeof statements / sizeof statements[0] };

static double
seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static bool
add_row(sqlite3_stmt *const *st, int64_t seq)
{
    char key[64], text[128];
    (void)snprintf(key, sizeof key, "raw%lld@bench.example", (long long)seq);
    (void)snprintf(text, sizeof text, "person %lld example\n%s", (long long)seq, key);
    for (int i = 0; i < STATEMENTS; i++) {
        int n = sqlite3_bind_parameter_count(st[i]);
        if (n >= 1)
            sqlite3_bind_text(st[i], 1, key, -1, SQLITE_STATIC);
        if (n >= 2)
            sqlite3_bind_int64(st[i], 2, seq);
        if (n >= 3)
            sqlite3_bind_text(st[i], 3, text, -1, SQLITE_STATIC);
        if (sqlite3_step(st[i]) != SQLITE_DONE)
            return false;
        sqlite3_reset(st[i]);
    }
    return true;
}

static int64_t
last_row(sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    int64_t seq = 0;
    if (sqlite3_prepare_v2(db, "SELECT MAX(seq) FROM users", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        seq = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return seq;
}

static bool
open_database(const char *path, sqlite3 **db, sqlite3_stmt **st)
{
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL) ||
        sqlite3_exec(*db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                     "PRAGMA cache_size=-65536; PRAGMA mmap_size=1099511627776",
                     NULL, NULL, NULL))
        return false;
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v2(*db, statements[i], -1, &st[i], NULL))
            return false;
    return true;
}

int
main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st[STATEMENTS] = {NULL};
    bool ok = argc > 1 && open_database(argv[1], &db, st);
    int64_t first = ok ? last_row(db) + 1 : 0, seq = first;
    double start = seconds();
    while (ok && seconds() - start < SECONDS)
        ok = add_row(st, seq++);
    double took = seconds() - start;
    if (ok)
        printf("%.0f\n", (double)(seq - first) / took);
    else
        fprintf(stderr, "raw_rows: %s\n", db ? sqlite3_errmsg(db) : "usage: raw_rows DATABASE");
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(st[i]);
    sqlite3_close(db);
    return !ok;
}
