/*
 * The HTTP floor: the smallest server on libmicrohttpd, epoll and a pool of two threads. No check
 * of who asks, no scope, no roles: one table of 20 columns (see floor.sql), JSON by hand.
 *   floor_mhd PORT             any path   1 KiB, made anew for each request
 *   floor_mhd PORT DATABASE    /get?ID    one user by id
 *                              /page?N    50 users from position N of created_at order, plain OFFSET
 */
#include <microhttpd.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 20, REPLY_MAX = 1 << 18 };

static const char *database;
static _Thread_local sqlite3 *db;
static _Thread_local sqlite3_stmt *get, *page;

static const char SQL_GET[] = "SELECT * FROM users WHERE id = ?1";
static const char SQL_PAGE[] = "SELECT * FROM users ORDER BY created_at LIMIT 50 OFFSET ?1";

static int
open_here(void)
{
    if (db)
        return 1;
    if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READONLY, NULL))
        return 0;
    sqlite3_exec(db, "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-65536", NULL, NULL, NULL);
    return !sqlite3_prepare_v2(db, SQL_GET, -1, &get, NULL) &&
           !sqlite3_prepare_v2(db, SQL_PAGE, -1, &page, NULL);
}

static size_t
put_text(char *out, size_t n, const char *text)
{
    out[n++] = '"';
    for (; text && *text && n < REPLY_MAX - 64; text++) {
        if (*text == '"' || *text == '\\')
            out[n++] = '\\';
        out[n++] = *text;
    }
    out[n++] = '"';
    return n;
}

static size_t
put_row(char *out, size_t n, sqlite3_stmt *st)
{
    out[n++] = '{';
    int columns = sqlite3_column_count(st);
    for (int i = 0; i < columns && i < COLUMNS; i++) {
        n = put_text(out, n, sqlite3_column_name(st, i));
        out[n++] = ':';
        n = put_text(out, n, (const char *)sqlite3_column_text(st, i));
        out[n++] = ',';
    }
    out[n - 1] = '}';
    return n;
}

static size_t
answer_sql(char *out, const char *url, const char *arg)
{
    if (!open_here())
        return 0;
    sqlite3_stmt *st = !strcmp(url, "/get") ? get : page;
    sqlite3_bind_text(st, 1, arg ? arg : "0", -1, SQLITE_STATIC);
    size_t n = 0;
    out[n++] = '[';
    while (sqlite3_step(st) == SQLITE_ROW && n < REPLY_MAX - 8192) {
        n = put_row(out, n, st);
        out[n++] = ',';
    }
    sqlite3_reset(st);
    out[n > 1 ? n - 1 : n++] = ']';
    return n;
}

static enum MHD_Result
first_key(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    (void)value;
    *(const char **)cls = key;
    return MHD_NO;
}

static enum MHD_Result
handle(void *cls, struct MHD_Connection *c, const char *url, const char *method,
       const char *version, const char *body, size_t *n, void **state)
{
    (void)cls, (void)method, (void)version, (void)body, (void)n;
    static int seen;
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    static _Thread_local char out[REPLY_MAX];
    size_t size = 1024;
    if (database) {
        const char *arg = NULL;
        MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, first_key, &arg);
        size = answer_sql(out, url, arg);
    } else {
        memset(out, 'x', size);
    }
    struct MHD_Response *r = MHD_create_response_from_buffer(size, out, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(r, "Content-Type", "application/json");
    enum MHD_Result ok = MHD_queue_response(c, 200, r);
    MHD_destroy_response(r);
    return ok;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    database = argc > 2 ? argv[2] : NULL;
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short)strtol(argv[1], NULL, 10),
                         NULL, NULL, handle, NULL, MHD_OPTION_THREAD_POOL_SIZE, 2U, MHD_OPTION_END);
    if (!d)
        return 1;
    puts("ready");
    fflush(stdout);
    pause();
    MHD_stop_daemon(d);
    return 0;
}
