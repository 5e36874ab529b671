#include "store/connections.h"

#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/user_rows.h"

enum { SEALED_MAX = CONNECTION_CONFIG_MAX + 256 };

#define COLUMNS "seq, id, kind, name, description, place, config_sealed, created_at, updated_at"
#define SOCIAL "custom"

/* ---- the configuration ---- */

/* It opens only where it was written. */
static struct str
aad_of(const struct scope *s, struct str id)
{
    return arena_printf(s->arena, "connections/%.*s/%.*s", STR_ARG(s->vendor), STR_ARG(id));
}

static enum err_code
seal(const struct scope *s, const struct connection *c, struct buf *out, struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    buf_init(out, SEALED_MAX);
    if (c->config.n > CONNECTION_CONFIG_MAX)
        return err_set(err, ERR_LIMIT, "the configuration is too large");
    return sealer->seal(sealer->ctx, c->config, aad_of(s, c->id), out, err);
}

static enum err_code
read_row(const struct scope *s, struct db_stmt *st, struct connection *out, struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf plain;
    *out = (struct connection){.seq = db_int(st, 0),
                               .id = store_text(st, 1, s->arena),
                               .kind = store_text(st, 2, s->arena),
                               .name = store_text(st, 3, s->arena),
                               .description = store_text(st, 4, s->arena),
                               .place = db_int(st, 5),
                               .created_at = db_int(st, 7),
                               .updated_at = db_int(st, 8)};
    buf_init(&plain, SEALED_MAX);
    enum err_code rc = sealer->open(sealer->ctx, db_bytes(st, 6), aad_of(s, out->id), &plain, err);
    if (!rc)
        out->config = arena_str(s->arena, buf_str(&plain));
    secret_buf_fini(&plain);
    return rc;
}

/* ---- reading ---- */

static enum err_code
load_apps(const struct scope *s, struct connection *c, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    enum err_code rc = db_query(
        s->conn, "SELECT app_id FROM connection_apps WHERE connection_seq = $1 ORDER BY app_id",
        DB_ARGS(DB_I(c->seq)), &st, err);
    while (!rc && db_next(st, err) == DB_ROW) {
        struct str *app = STORE_PUSH(s->arena, c->apps, c->n_apps, size);
        *app = store_text(st, 0, s->arena);
    }
    if (!rc)
        rc = db_finish(st);
    return rc ? rc
              : db_query_int(s->conn,
                             "SELECT COUNT(*) FROM connection_users WHERE connection_seq = $1",
                             DB_ARGS(DB_I(c->seq)), &c->n_users, NULL, err);
}

enum err_code
store_connection_list(const struct scope *s, bool pools, struct connection_list *out,
                      struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct connection_list){.n = 0};
    enum err_code rc =
        db_query(s->conn,
                 "SELECT " COLUMNS " FROM connections WHERE env = $1 AND (kind <> '" SOCIAL
                 "') = ($2 = 1) ORDER BY place, seq",
                 DB_ARGS(DB_I(s->env), DB_I(pools)), &st, err);
    if (rc)
        return rc;
    while (!rc && db_next(st, err) == DB_ROW) {
        struct connection *c = STORE_PUSH(s->arena, out->items, out->n, size);
        rc = read_row(s, st, c, err);
    }
    enum err_code end = db_finish(st);
    rc = rc ? rc : end;
    for (size_t i = 0; !rc && i < out->n; i++)
        rc = load_apps(s, &out->items[i], err);
    return rc;
}

enum err_code
store_connection_get(const struct scope *s, struct str kind, struct str id, struct connection *out,
                     struct err *err)
{
    struct db_stmt *st;
    *out = (struct connection){.seq = 0};
    enum err_code rc =
        db_query(s->conn,
                 "SELECT " COLUMNS " FROM connections WHERE env = $1 AND id = $2 AND "
                 "(kind = $3 OR ($3 = '' AND kind <> '" SOCIAL "'))",
                 DB_ARGS(DB_I(s->env), DB_T(id), DB_T(str_given(kind) ? kind : STR(""))), &st, err);
    if (rc)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        rc = read_row(s, st, out, err);
    enum err_code end = db_finish(st);
    rc = rc ? rc : end;
    if (!rc && !found)
        return store_missing("Connection", err);
    return rc ? rc : load_apps(s, out, err);
}

/* ---- changing ---- */

enum err_code
store_connection_add(const struct scope *s, struct connection *c, struct err *err)
{
    int64_t n = 0;
    struct buf sealed;
    store_new_id(s, &c->id);
    c->created_at = c->updated_at = s->now;
    enum err_code rc = db_query_int(s->conn, "SELECT COUNT(*) FROM connections WHERE env = $1",
                                    DB_ARGS(DB_I(s->env)), &n, NULL, err);
    if (!rc && n >= CONNECTIONS_MAX)
        rc = err_set(err, ERR_LIMIT, "an environment has at most %d of them", CONNECTIONS_MAX);
    if (rc)
        return rc;
    rc = seal(s, c, &sealed, err);
    if (!rc)
        rc = db_query_int(
            s->conn,
            "INSERT INTO connections (env, id, kind, name, description, place, config_sealed, "
            "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING seq",
            DB_ARGS(DB_I(s->env), DB_T(c->id), DB_T(c->kind), DB_T(c->name), DB_T(c->description),
                    DB_I(c->place), DB_B(buf_str(&sealed)), DB_I(s->now)),
            &c->seq, NULL, err);
    buf_fini(&sealed);
    return rc ? rc : store_connection_apps(s, c, true, c->apps, c->n_apps, err);
}

enum err_code
store_connection_update(const struct scope *s, const struct connection *c, struct err *err)
{
    struct buf sealed;
    enum err_code rc = seal(s, c, &sealed, err);
    if (!rc)
        rc = db_exec(
            s->conn,
            "UPDATE connections SET name = $3, description = $4, place = $5, config_sealed = $6, "
            "updated_at = $7 WHERE env = $1 AND seq = $2",
            DB_ARGS(DB_I(s->env), DB_I(c->seq), DB_T(c->name), DB_T(c->description), DB_I(c->place),
                    DB_B(buf_str(&sealed)), DB_I(s->now)),
            NULL, err);
    buf_fini(&sealed);
    return rc;
}

enum err_code
store_connection_delete(const struct scope *s, struct str kind, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(
        s->conn,
        "DELETE FROM connections WHERE env = $1 AND id = $2 AND (kind = $3 OR "
        "($3 = '' AND kind <> '" SOCIAL "'))",
        DB_ARGS(DB_I(s->env), DB_T(id), DB_T(str_given(kind) ? kind : STR(""))), &changes, err);
    return !rc && !changes ? store_missing("Connection", err) : rc;
}

enum err_code
store_connection_apps(const struct scope *s, const struct connection *c, bool add,
                      const struct str *apps, size_t n, struct err *err)
{
    enum err_code rc =
        n > CONNECTION_APPS_MAX
            ? err_set(err, ERR_LIMIT, "a pool serves at most %d applications", CONNECTION_APPS_MAX)
            : ERR_OK;
    for (size_t i = 0; !rc && i < n; i++)
        rc = db_exec(s->conn,
                     add ? "INSERT INTO connection_apps (connection_seq, app_id) VALUES ($1, $2) "
                           "ON CONFLICT DO NOTHING"
                         : "DELETE FROM connection_apps WHERE connection_seq = $1 AND app_id = $2",
                     DB_ARGS(DB_I(c->seq), DB_T(apps[i])), NULL, err);
    return rc;
}

/* ---- who came from it ---- */

enum err_code
store_connection_saw(const struct scope *s, int64_t connection_seq, struct str user_id,
                     struct err *err)
{
    int64_t user;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    return rc ? rc
              : db_exec(s->conn,
                        "INSERT INTO connection_users (connection_seq, user_seq, last_login) "
                        "SELECT seq, $3, $4 "
                        "FROM connections WHERE env = $1 AND seq = $2 ON CONFLICT (connection_seq, "
                        "user_seq) "
                        "DO UPDATE SET last_login = excluded.last_login",
                        DB_ARGS(DB_I(s->env), DB_I(connection_seq), DB_I(user), DB_I(s->now)), NULL,
                        err);
}

enum err_code
store_connection_knows(const struct scope *s, int64_t connection_seq, struct str user_id, bool *out,
                       struct err *err)
{
    int64_t user, n = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_query_int(s->conn,
                          "SELECT COUNT(*) FROM connection_users u JOIN connections c ON c.seq = "
                          "u.connection_seq "
                          "WHERE c.env = $1 AND c.seq = $2 AND u.user_seq = $3",
                          DB_ARGS(DB_I(s->env), DB_I(connection_seq), DB_I(user)), &n, NULL, err);
    *out = n > 0;
    return rc;
}

enum err_code
store_connection_users(const struct scope *s, const struct connection *c,
                       const struct store_page *page, struct connection_user_list *out,
                       struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct connection_user_list){.total = c->n_users};
    enum err_code rc = db_query(
        s->conn,
        "SELECT u.email, p.last_login FROM connection_users p JOIN users u ON u.seq = p.user_seq "
        "JOIN connections c ON c.seq = p.connection_seq WHERE c.env = $1 AND c.seq = $2 "
        "ORDER BY u.email, u.seq LIMIT $3 OFFSET $4",
        DB_ARGS(DB_I(s->env), DB_I(c->seq), DB_I(page->limit), DB_I(page->offset)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct connection_user *u = STORE_PUSH(s->arena, out->items, out->n, size);
        *u = (struct connection_user){.email = store_text(st, 0, s->arena),
                                      .last_login = db_int(st, 1)};
    }
    return db_finish(st);
}
