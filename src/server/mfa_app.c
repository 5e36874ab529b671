/* Authenticator apps: seeds, the picture that carries one to a phone, codes. */
#include "base/log.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/token.h"
#include "crypto/totp.h"
#include "qr/code.h"
#include "qr/otpauth.h"
#include "qr/png_write.h"
#include "server/mfa_priv.h"
#include "server/refusals.h"

enum { SCALE = 6, PICTURE_MAX = 256 * 1024, ACCOUNT_MAX = 254 };

struct str
mfa_seed_new(struct arena *a)
{
    unsigned char seed[TOTP_SEED_SIZE];
    struct buf text;
    rand_bytes_system(seed, sizeof seed);
    buf_init(&text, 256);
    totp_seed_write((struct str){(const char *)seed, sizeof seed}, &text);
    struct str out = arena_str(a, buf_str(&text));
    secret_wipe(seed, sizeof seed);
    secret_buf_fini(&text);
    return out;
}

/* A name as the label of a key URI can hold it: no colons, which part issuer and account there, and
 * at most `most` bytes, cut between characters. */
static struct str
label_of(struct arena *a, struct str name, size_t most)
{
    size_t n = name.n < most ? name.n : most;
    while (n < name.n && n > 0 && ((unsigned char)name.p[n] & 0xc0) == 0x80)
        n--;
    char *p = ARENA_ARRAY(a, n + 1, char);
    for (size_t i = 0; i < n; i++)
        p[i] = name.p[i] == ':' ? ' ' : name.p[i];
    return str_trim((struct str){p, n});
}

static struct str
account_of(const struct user *u)
{
    if (u->email.n)
        return u->email;
    if (u->username.n)
        return u->username;
    return u->phone_number.n ? u->phone_number : u->id;
}

static enum err_code
draw(struct call *c, struct str uri, struct buf *png, struct err *err)
{
    struct qr_code code;
    enum err_code rc = qr_encode(&code, c->arena, uri, QR_LEVEL_L, err);
    return rc ? rc : qr_png_write(&code, SCALE, QR_QUIET, png, err);
}

enum err_code
mfa_qr_code(struct call *c, const struct user *u, struct str issuer, struct str seed,
            struct str *out, struct err *err)
{
    struct otpauth key = {.issuer = label_of(c->arena, issuer, MFA_SERVICE_NAME_MAX),
                          .account = label_of(c->arena, account_of(u), ACCOUNT_MAX),
                          .secret = seed,
                          .algorithm = STR("SHA1"),
                          .digits = TOTP_DIGITS,
                          .period = TOTP_PERIOD_MS / 1000};
    struct buf uri, png, text;
    buf_init(&uri, OTPAUTH_MAX);
    buf_init(&png, PICTURE_MAX);
    buf_init(&text, 2 * PICTURE_MAX);
    otpauth_write(&key, &uri);
    enum err_code rc = uri.failed ? err_set(err, ERR_INTERNAL, "the key URI is too long")
                                  : draw(c, buf_str(&uri), &png, err);
    if (!rc) {
        buf_add_text(&text, "data:image/png;base64,");
        buf_add_base64(&text, png.p, png.n);
        *out = arena_str(c->arena, buf_str(&text));
    }
    secret_buf_fini(&uri);
    secret_buf_fini(&png);
    secret_buf_fini(&text);
    return rc;
}

/* ---- codes ---- */

static enum err_code
wrong_code(struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "not a code of this app");
}

/* The row was tampered with, or the storage key is another: for the person it is a wrong code, for
 * us an alarm. */
static enum err_code
report_corrupt(struct call *c, struct str user_id, struct err *err)
{
    LOG_ERROR("mfa", "the seed of an authenticator does not open", KV_STR("user", user_id));
    call_keep(c);
    call_audit(c, "user", user_id, "Critical",
               "The authenticator of user %.*s cannot be read: its sealed seed is not its own",
               STR_ARG(user_id));
    return wrong_code(err);
}

enum err_code
mfa_app_check(struct call *c, const struct scope *s, struct str user_id, struct str device_id,
              struct str code, struct err *err)
{
    struct authenticator app;
    enum err_code rc = store_authenticator_get(s, user_id, device_id, &app, err);
    if (rc == ERR_CORRUPT)
        return report_corrupt(c, user_id, err);
    if (rc)
        return rc;
    int64_t step = totp_find(app.seed, code, s->now, app.last_step);
    if (step < 0)
        return wrong_code(err);
    rc = store_authenticator_use(s, user_id, app.id, step, err);
    return rc == ERR_CONFLICT ? wrong_code(err) : rc;
}

static enum err_code
add_app(struct call *c, const struct scope *s, const struct user *u, struct authenticator *app,
        struct err *err)
{
    struct factors there;
    enum err_code rc = store_factors_list(s, u->id, &there, err);
    if (!rc && there.n_authenticators == 0)
        rc = store_authenticator_add(s, u->id, app, err);
    else if (!rc)
        rc = ERR_CONFLICT;
    return rc == ERR_CONFLICT
               ? call_refuse(c, err, ERR_INVALID, NULL, "Authenticator app is already enrolled")
               : rc;
}

enum err_code
mfa_app_confirm(struct call *c, const struct scope *s, const struct user *u, struct str seed,
                struct str code, struct err *err)
{
    struct buf bytes;
    buf_init(&bytes, TOTP_SEED_MAX);
    struct authenticator app = {.last_step = -1};
    if (totp_seed_read(seed, &bytes))
        app.last_step = totp_find(buf_str(&bytes), code, s->now, -1);
    app.seed = buf_str(&bytes);
    enum err_code rc = app.last_step < 0 ? refuse_code(c, err) : add_app(c, s, u, &app, err);
    if (!rc)
        rc = mfa_device_added(c, s, u, MFA_APP, app.id, err);
    secret_buf_fini(&bytes);
    return rc;
}

/* ---- the way back in ---- */

struct str
mfa_recovery_hash(struct call *c, struct str code)
{
    char *p = ARENA_ARRAY(c->arena, code.n + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char b = code.p[i];
        if (b == ' ' || b == '-')
            continue;
        p[n++] = b >= 'A' && b <= 'F' ? (char)(b - 'A' + 'a') : b;
    }
    return token_hash_hex(c->arena, (struct str){p, n});
}

enum err_code
mfa_recovery_new(struct call *c, const struct scope *s, const struct user *u, struct str *code,
                 struct err *err)
{
    *code = rand_hex(c->arena, 16);
    return store_recovery_set(s, u->id, mfa_recovery_hash(c, *code), err);
}
