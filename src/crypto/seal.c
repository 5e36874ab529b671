#include "crypto/seal.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

enum {
    KEY_SIZE = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    VERSION = 1,
    PLAIN_MAX = 1024 * 1024
};

struct seal {
    unsigned char key[KEY_SIZE];
    bool ready;
};

static void
read_key(struct str text, void *arg)
{
    struct seal *s = arg;
    size_t n = 0;
    s->ready = text.n == 2 * sizeof s->key &&
               sodium_hex2bin(s->key, sizeof s->key, text.p, text.n, NULL, &n, NULL) == 0 &&
               n == sizeof s->key;
}

static enum err_code
load_key(struct seal *s, const char *path, struct err *err)
{
    struct secret *secret = secret_from_file(path, err);
    if (!secret)
        return err && err->code ? err->code : ERR_CONFIG;
    secret_with(secret, read_key, s);
    secret_free(secret);
    if (!s->ready)
        return err_set(err, ERR_CORRUPT, "%s does not hold a storage key (64 hex digits)", path);
    return ERR_OK;
}

static enum err_code
make_key(struct seal *s, const char *path, struct err *err)
{
    rand_bytes(s->key, sizeof s->key);
    if (!path)
        return ERR_OK;
    char text[2 * KEY_SIZE + 2];
    (void)sodium_bin2hex(text, sizeof text, s->key, sizeof s->key);
    text[2 * KEY_SIZE] = '\n';
    enum err_code rc = file_write(path, (struct str){text, 2 * KEY_SIZE + 1}, 0600, err);
    secret_wipe(text, sizeof text);
    return rc;
}

enum err_code
seal_open(struct seal **out, const char *path, struct err *err)
{
    struct seal *s = mem_new(1, sizeof *s);
    bool missing = !path || (access(path, F_OK) != 0 && errno == ENOENT);
    enum err_code rc = missing ? make_key(s, path, err) : load_key(s, path, err);
    if (rc) {
        seal_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void
seal_close(struct seal *s)
{
    if (!s)
        return;
    secret_wipe(s, sizeof *s);
    mem_free(s);
}

static const unsigned char *
bytes_of(struct str s)
{
    return (const unsigned char *)(s.p ? s.p : "");
}

enum err_code
seal_encrypt(void *ctx, struct str plain, struct str aad, struct buf *out, struct err *err)
{
    const struct seal *s = ctx;
    size_t start = out->n, n = 1 + NONCE_SIZE + plain.n + TAG_SIZE;
    if (plain.n > PLAIN_MAX || !buf_reserve(out, n))
        return err_set(err, ERR_TOO_LARGE, "the secret is too large to be stored");
    unsigned char *p = mem_new(n, 1);
    p[0] = VERSION;
    /* Never from a pinned sequence: a nonce that comes twice would give both texts away. */
    rand_bytes_system(p + 1, NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(p + 1 + NONCE_SIZE, NULL, bytes_of(plain),
                                                     plain.n, bytes_of(aad), aad.n, NULL, p + 1,
                                                     s->key);
    buf_add(out, p, n);
    mem_free(p);
    return out->n == start + n ? ERR_OK : ERR_TOO_LARGE;
}

enum err_code
seal_decrypt(void *ctx, struct str sealed, struct str aad, struct buf *out, struct err *err)
{
    const struct seal *s = ctx;
    if (sealed.n < 1 + NONCE_SIZE + TAG_SIZE || sealed.n > PLAIN_MAX + 1 + NONCE_SIZE + TAG_SIZE ||
        sealed.p[0] != VERSION)
        return err_set(err, ERR_CORRUPT, "a stored secret is damaged");
    const unsigned char *p = bytes_of(sealed);
    size_t n = sealed.n - 1 - NONCE_SIZE - TAG_SIZE;
    unsigned char *plain = mem_new(n + 1, 1);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, NULL, NULL, p + 1 + NONCE_SIZE, n + TAG_SIZE, bytes_of(aad), aad.n, p + 1, s->key);
    if (!bad)
        buf_add(out, plain, n);
    secret_wipe(plain, n + 1);
    mem_free(plain);
    if (bad)
        return err_set(
            err, ERR_CORRUPT,
            "a stored secret does not open: it is damaged, or the storage key is another");
    return out->failed ? err_set(err, ERR_TOO_LARGE, "a stored secret is too large") : ERR_OK;
}
