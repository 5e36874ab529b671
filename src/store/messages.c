#include "store/messages.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"

/* A sealed text opens only in the message it was made for. */
static struct str
aad_of(struct arena *a, struct str vendor, struct str id)
{
    return arena_printf(a, "messages/%.*s/%.*s", STR_ARG(vendor), STR_ARG(id));
}

/* The members that are sealed, in the order of their array. */
static const size_t SEALED[] = {offsetof(struct message, subject), offsetof(struct message, text),
                                offsetof(struct message, html),    offsetof(struct message, code),
                                offsetof(struct message, link),    offsetof(struct message, token)};

static struct str *
sealed_member(struct message *m, size_t i)
{
    return (struct str *)(void *)((char *)m + SEALED[i]);
}

static enum err_code
seal(const struct scope *s, const struct message *m, struct str id, struct buf *out,
     struct err *err)
{
    struct message copy = *m;
    struct buf plain;
    struct jw w;
    buf_init(&plain, MESSAGE_MAX);
    jw_init(&w, &plain);
    jw_open(&w, '[');
    for (size_t i = 0; i < COUNT_OF(SEALED); i++)
        jw_str(&w, *sealed_member(&copy, i));
    jw_close(&w, ']');
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    enum err_code rc = plain.failed ? err_set(err, ERR_LIMIT, "the message is too long")
                                    : sealer->seal(sealer->ctx, buf_str(&plain),
                                                   aad_of(s->arena, s->vendor, id), out, err);
    if (plain.n)
        secret_wipe(plain.p, plain.n);
    buf_fini(&plain);
    return rc;
}

enum err_code
store_message_add(const struct scope *s, const struct message *m, struct str *id, struct err *err)
{
    struct str own = {0};
    store_new_id(s, &own);
    struct buf sealed;
    buf_init(&sealed, MESSAGE_MAX + 1024);
    enum err_code rc = seal(s, m, own, &sealed, err);
    if (rc == ERR_OK)
        rc = db_exec(
            s->conn,
            "INSERT INTO messages (env, lane, id, state, recipient, sender, sender_name, "
            "template_type, user_id, tenant_id, decoy, sealed, due_at, created_at, updated_at) "
            "VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12)",
            DB_ARGS(DB_I(s->env), DB_I(s->env * 2 + m->channel), DB_T(own), DB_T(m->to),
                    DB_T(m->from), DB_T(m->from_name), DB_T(m->template_type), DB_T(m->user_id),
                    DB_T(m->tenant_id), DB_I(m->decoy), DB_B(buf_str(&sealed)), DB_I(s->now)),
            NULL, err);
    buf_fini(&sealed);
    if (rc == ERR_OK && id)
        *id = own;
    return rc;
}
