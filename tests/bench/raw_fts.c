/*
 * The floor of substring search: nothing but the full text index.
 *   raw_fts DATABASE TEXT    all rows of user_search with TEXT, over and over for a second
 * Prints microseconds of CPU per search, how many rows it found, and the first of them.
 */
#include "tests/support/measure.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    static const char SQL[] =
        "SELECT rowid FROM user_search WHERE user_search MATCH ?1 ORDER BY rowid";
    if (argc < 3 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) ||
        sqlite3_exec(db, "PRAGMA mmap_size=1099511627776", NULL, NULL, NULL) ||
        sqlite3_prepare_v2(db, SQL, -1, &st, NULL)) {
        fprintf(stderr, "raw_fts: %s\n", db ? sqlite3_errmsg(db) : "usage: raw_fts DATABASE TEXT");
        return 1;
    }
    char phrase[256];
    snprintf(phrase, sizeof phrase, "\"%s\"", argv[2]);
    sqlite3_bind_text(st, 1, phrase, -1, SQLITE_STATIC);
    double start = measure_cpu_us();
    int64_t runs = 0, first = 0;
    int found = 0;
    for (; measure_cpu_us() - start < 1e6; runs++) {
        found = 0;
        while (sqlite3_step(st) == SQLITE_ROW)
            if (found++ == 0)
                first = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    printf("%.1f %d %lld\n", (measure_cpu_us() - start) / (double)runs, found, (long long)first);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return 0;
}
