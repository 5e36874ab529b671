/*
 * The floor of creating users: nothing but the rows and indexes of one, in durable commits, by
 * prepared statements.
 *   raw_rows DATABASE [USERS]    for two seconds; a copy of one that gatehoused made. With USERS so
 *                                many to a commit, and an audit of each; else one, and none.
 * Prints users per second; with USERS also microseconds of CPU for each.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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
    "INSERT INTO audits (env, tenant_id, id, created_at, severity, action, description, resource, "
    "resource_id, user_id, ip, user_agent, trace_id, search_key) SELECT env, active_tenant_id, ?1, "
    "?2, 'Medium', 'migrations_bulk', ?3, 'user', ?1, id, '127.0.0.1', '', id, ?3 FROM users WHERE "
    "seq = 1",
    "COMMIT",
};
enum { STATEMENTS = sizeof statements / sizeof statements[0], BEGIN = 0, COMMIT = STATEMENTS - 1 };

static double
seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static bool
run(sqlite3_stmt *st)
{
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    sqlite3_reset(st);
    return ok;
}

static bool
add_row(sqlite3_stmt *const *st, bool audited, int64_t seq)
{
    char key[64], text[128];
    (void)snprintf(key, sizeof key, "raw%lld@bench.example", (long long)seq);
    (void)snprintf(text, sizeof text, "person %lld example\n%s", (long long)seq, key);
    for (int i = BEGIN + 1; i < COMMIT - !audited; i++) {
        int n = sqlite3_bind_parameter_count(st[i]);
        if (n >= 1)
            sqlite3_bind_text(st[i], 1, key, -1, SQLITE_STATIC);
        if (n >= 2)
            sqlite3_bind_int64(st[i], 2, seq);
        if (n >= 3)
            sqlite3_bind_text(st[i], 3, text, -1, SQLITE_STATIC);
        if (!run(st[i]))
            return false;
    }
    return true;
}

/* A commit of n users. */
static bool
add_rows(sqlite3_stmt *const *st, int64_t seq, int n, bool audited)
{
    bool ok = run(st[BEGIN]);
    for (int i = 0; i < n && ok; i++)
        ok = add_row(st, audited, seq + i);
    return ok && run(st[COMMIT]);
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
    int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1;
    bool ok = argc > 1 && n > 0 && open_database(argv[1], &db, st);
    int64_t first = ok ? last_row(db) + 1 : 0, seq = first;
    double start = seconds();
    for (; ok && seconds() - start < SECONDS; seq += n)
        ok = add_rows(st, seq, n, argc > 2);
    double took = seconds() - start;
    double each = (double)(seq - first);
    if (ok && argc > 2)
        printf("%.0f %.1f\n", each / took, (double)clock() / CLOCKS_PER_SEC * 1e6 / each);
    else if (ok)
        printf("%.0f\n", each / took);
    else
        fprintf(stderr, "raw_rows: %s\n",
                db ? sqlite3_errmsg(db) : "usage: raw_rows DATABASE [USERS]");
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(st[i]);
    sqlite3_close(db);
    return !ok;
}
