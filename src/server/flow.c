#include "server/flow.h"

#include "base/mem.h"
#include "base/rand.h"
#include "crypto/token.h"
#include "server/state.h"

enum { TOKEN_TEXT_MAX = 256 };

/* Each digit is as likely as any other, also the first. */
static struct str
new_code(struct arena *a)
{
    uint32_t limit = 1;
    for (int i = 0; i < FLOW_CODE_DIGITS; i++)
        limit *= 10;
    return arena_printf(a, "%0*u", FLOW_CODE_DIGITS, (unsigned)rand_below(limit));
}

enum err_code
flow_start(struct call *c, const struct scope *s, struct flow *f, unsigned how, struct str *token,
           struct err *err)
{
    if (token) {
        *token = token_new(c->arena);
        f->token_hash = token_hash_hex(c->arena, *token);
    }
    if (how & FLOW_WITH_CODE)
        f->code = new_code(c->arena);
    return store_flow_add(s, f, (how & FLOW_ALONE) != 0, err);
}

/* A token as somebody sent it, as the hash it would be kept under. Nothing of that length exists. */
static struct str
hash_of(struct call *c, struct str token)
{
    return token.n > TOKEN_TEXT_MAX ? STR("-") : token_hash_hex(c->arena, token);
}

const struct flow_refusal flow_wrong_code = {
    .code = ERR_INVALID, .ref = "ER-01011", .text = "Invalid code"};

static enum err_code
refuse(struct call *c, enum err_code rc, const struct flow_refusal *refusal, struct err *err)
{
    if (rc == ERR_GONE && refusal->expired_text)
        return call_refuse(c, err, ERR_INVALID, refusal->expired_ref, "%s", refusal->expired_text);
    if (rc == ERR_GONE)
        return call_refuse(c, err, ERR_INVALID, "ER-01017", "Code has expired");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, refusal->code, refusal->ref, "%s", refusal->text);
    return rc;
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): kind and token name one flow */
flow_find(struct call *c, const struct scope *s, enum flow_kind kind, struct str token,
          const struct flow_refusal *refusal, struct flow *out, struct err *err)
{
    return refuse(c, store_flow_get(s, kind, hash_of(c, token), out, err), refusal, err);
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): kind and token name one flow */
flow_redeem(struct call *c, const struct scope *s, enum flow_kind kind, struct str token,
            const struct flow_refusal *refusal, struct flow *out, struct err *err)
{
    enum err_code rc = flow_find(c, s, kind, token, refusal, out, err);
    return rc ? rc : refuse(c, store_flow_take(s, kind, out->token_hash, err), refusal, err);
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): kind and token name one flow */
flow_redeem_code(struct call *c, const struct scope *s, enum flow_kind kind, struct str token,
                 struct str code, struct flow *out, struct err *err)
{
    call_keep(c);
    enum err_code rc = store_flow_try(s, kind, hash_of(c, token), FLOW_TRIES, out, err);
    if (rc == ERR_LIMIT)
        rc = ERR_NOT_FOUND;
    if (rc)
        return refuse(c, rc, &flow_wrong_code, err);
    bool right = out->code.n > 0 && str_eq_secret(code, out->code);
    return refuse(c, right ? store_flow_take(s, kind, out->token_hash, err) : ERR_NOT_FOUND,
                  &flow_wrong_code, err);
}

struct peek {
    struct call *c;
    enum flow_kind kind;
    struct str hash;
    struct flow *out;
};

static enum err_code
run_peek(struct db_conn *conn, void *arg, struct err *err)
{
    struct peek *p = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, p->c->arena, p->c->vendor_id, STR_ABSENT, err);
    s.now = p->c->now;
    return rc ? rc : store_flow_get(&s, p->kind, p->hash, p->out, err);
}

enum err_code
flow_peek(struct call *c, enum flow_kind kind, struct str token, struct flow *out, bool *found,
          struct err *err)
{
    struct peek p = {c, kind, hash_of(c, token), out};
    struct err own = {.code = ERR_OK};
    *out = (struct flow){.kind = kind};
    enum err_code rc = store_tx(c->server->store, DB_READ, run_peek, &p, &own);
    *found = rc == ERR_OK;
    if (rc == ERR_OK || rc == ERR_NOT_FOUND || rc == ERR_GONE)
        return ERR_OK;
    *err = own;
    return rc;
}

enum err_code
flow_void_mailed(const struct scope *s, struct str user_id, struct err *err)
{
    static const enum flow_kind mailed[] = {FLOW_ACTIVATION, FLOW_INVITATION, FLOW_PASSWORD_RESET,
                                            FLOW_MAGIC_LINK, FLOW_EMAIL_CODE, FLOW_MFA_EMAIL,
                                            FLOW_UNLOCK};
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < COUNT_OF(mailed); i++)
        rc = store_flow_void(s, mailed[i], user_id, err);
    return rc;
}
