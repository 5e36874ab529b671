/* Authenticator apps: seeds, and the picture that carries one to a phone. */
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/totp.h"
#include "qr/code.h"
#include "qr/otpauth.h"
#include "qr/png_write.h"
#include "server/mfa_priv.h"

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
    secret_wipe(text.p, text.n);
    buf_fini(&text);
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
    secret_wipe(uri.p, uri.n);
    secret_wipe(png.p, png.n);
    secret_wipe(text.p, text.n);
    buf_fini(&uri);
    buf_fini(&png);
    buf_fini(&text);
    return rc;
}
