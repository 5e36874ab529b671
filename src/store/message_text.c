#include "store/message_text.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "store/internal.h"

static struct str
aad_of(struct arena *a, struct str vendor, struct str id)
{
    return arena_printf(a, "messages/%.*s/%.*s", STR_ARG(vendor), STR_ARG(id));
}

/* The members that are sealed, in the order of their array. */
static const size_t SEALED[] = {offsetof(struct message, subject), offsetof(struct message, text),
                                offsetof(struct message, html),    offsetof(struct message, code),
                                offsetof(struct message, link),    offsetof(struct message, token)};

enum err_code
message_seal(const struct scope *s, const struct message *m, struct str id, struct buf *out,
             struct err *err)
{
    struct buf plain;
    struct jw w;
    buf_init(&plain, MESSAGE_MAX);
    jw_init(&w, &plain);
    jw_open(&w, '[');
    for (size_t i = 0; i < COUNT_OF(SEALED); i++)
        jw_str(&w, *(const struct str *)(const void *)((const char *)m + SEALED[i]));
    jw_close(&w, ']');
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    enum err_code rc = plain.failed ? err_set(err, ERR_LIMIT, "the message is too long")
                                    : sealer->seal(sealer->ctx, buf_str(&plain),
                                                   aad_of(s->arena, s->vendor, id), out, err);
    secret_buf_fini(&plain);
    return rc;
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): vendor and id seal it */
message_open(struct db_conn *conn, struct arena *a, struct str vendor, struct str id,
             struct str sealed, struct message *m, struct err *err)
{
    const struct sealer *sealer = &store_of(conn)->sealer;
    struct buf plain;
    buf_init(&plain, MESSAGE_MAX);
    enum err_code rc = sealer->open(sealer->ctx, sealed, aad_of(a, vendor, id), &plain, err);
    struct json *all = rc ? NULL : json_parse(buf_str(&plain), plain.n, err);
    if (!rc && !all)
        rc = err_set(err, ERR_CORRUPT, "a stored message cannot be read");
    for (size_t i = 0; !rc && i < COUNT_OF(SEALED); i++)
        *(struct str *)(void *)((char *)m + SEALED[i]) = arena_str(a, json_str(json_at(all, i)));
    json_free(all);
    secret_buf_fini(&plain);
    return rc;
}
