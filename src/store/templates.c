#include "store/templates.h"

#include "store/rows.h"

#define COLUMNS                                                                                    \
    "id, type, subject, body, sender_email, from_name, redirect_url, success_redirect_url, "       \
    "active, created_at, updated_at"

static struct message_template
read_row(const struct scope *s, struct db_stmt *st, enum message_channel channel)
{
    return (struct message_template){
        .channel = channel,
        .id = store_text(st, 0, s->arena),
        .type = store_text(st, 1, s->arena),
        .subject = store_text(st, 2, s->arena),
        .body = store_text(st, 3, s->arena),
        .sender_email = store_text(st, 4, s->arena),
        .from_name = store_text(st, 5, s->arena),
        .redirect_url = store_text(st, 6, s->arena),
        .success_redirect_url = store_text(st, 7, s->arena),
        .active = db_int(st, 8) ? TEMPLATE_ACTIVE : TEMPLATE_INACTIVE,
        .created_at = db_int(st, 9),
        .updated_at = db_int(st, 10),
    };
}

enum err_code
store_template_get(const struct scope *s, enum message_channel channel, struct str type,
                   struct message_template *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT " COLUMNS " FROM message_templates WHERE env = $1 AND "
                                "channel = $2 AND type = $3",
                                DB_ARGS(DB_I(s->env), DB_I(channel), DB_T(type)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        *out = read_row(s, st, channel);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Template", err) : rc;
}

enum err_code
store_template_list(const struct scope *s, enum message_channel channel,
                    struct message_template_list *out, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct message_template_list){.n = 0};
    enum err_code rc = db_query(s->conn,
                                "SELECT " COLUMNS " FROM message_templates WHERE env = $1 AND "
                                "channel = $2 ORDER BY type",
                                DB_ARGS(DB_I(s->env), DB_I(channel)), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct message_template *t = STORE_PUSH(s->arena, out->items, out->n, size);
        *t = read_row(s, st, channel);
    }
    return db_finish(st);
}

enum err_code
store_template_put(const struct scope *s, const struct message_template *t, struct err *err)
{
    struct str id = {NULL, 0};
    store_new_id(s, &id);
    struct db_value active = t->active == TEMPLATE_ACTIVE_KEEP ? DB_N : DB_I(t->active);
    return db_exec(
        s->conn,
        "INSERT INTO message_templates (env, id, channel, type, subject, body, sender_email, "
        "from_name, redirect_url, success_redirect_url, active, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, COALESCE($11, 1), $12, $12) "
        "ON CONFLICT (env, channel, type) DO UPDATE SET "
        "subject = COALESCE(excluded.subject, message_templates.subject), "
        "body = COALESCE(excluded.body, message_templates.body), "
        "sender_email = COALESCE(excluded.sender_email, message_templates.sender_email), "
        "from_name = COALESCE(excluded.from_name, message_templates.from_name), "
        "redirect_url = COALESCE(excluded.redirect_url, message_templates.redirect_url), "
        "success_redirect_url = COALESCE(excluded.success_redirect_url, "
        "message_templates.success_redirect_url), "
        "active = COALESCE($11, message_templates.active), updated_at = excluded.updated_at",
        DB_ARGS(DB_I(s->env), DB_T(id), DB_I(t->channel), DB_T(t->type), DB_T(t->subject),
                DB_T(t->body), DB_T(t->sender_email), DB_T(t->from_name), DB_T(t->redirect_url),
                DB_T(t->success_redirect_url), active, DB_I(s->now)),
        NULL, err);
}

enum err_code
store_template_delete(const struct scope *s, enum message_channel channel, struct str id,
                      struct str type, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        str_given(id)
            ? db_exec(s->conn,
                      "DELETE FROM message_templates WHERE env = $1 AND channel = $2 AND id = $3",
                      DB_ARGS(DB_I(s->env), DB_I(channel), DB_T(id)), &changes, err)
            : db_exec(s->conn,
                      "DELETE FROM message_templates WHERE env = $1 AND channel = $2 AND type = $3",
                      DB_ARGS(DB_I(s->env), DB_I(channel), DB_T(type)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Template", err) : rc;
}
