#include "crypto/foreign_hash.h"

#include "base/json.h"
#include "base/library.h"
#include "base/mem.h"
#include "base/secret.h"
#include "crypto/password.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

enum {
    BYTES_MAX = 128, /* of hash, salt and key */
    HASH_MIN = 16,
    BCRYPT_SIZE = 60,
    BCRYPT_COST_MAX = 14,
    SCRYPT_BYTES_MAX = 128 * 1024 * 1024,
    SCRYPT_P_MAX = 10,
    SCRYPT_LN_MAX = 17,
    ITERATIONS_MAX = 2 * 1000 * 1000,
    FIREBASE_KEY = 32,
    CONFIG_MAX = 4095
};

/* ---- what is stored: "$gh$KIND$N,R,P$salt$hash", all bytes in base64 ---- */

enum kind {
    KIND_SCRYPT,
    KIND_FIREBASE, /* salt includes the separator; `key` is encrypted with what scrypt gives */
    KIND_PBKDF2_SHA1,
    KIND_PBKDF2_SHA256,
    KIND_PBKDF2_SHA512,
    KIND_SHA1,
    KIND_SHA256,
    KIND_COUNT
};
static const char *const KIND_NAMES[KIND_COUNT] = {
    "scrypt", "firebase", "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512", "sha1", "sha256"};

struct bytes {
    unsigned char p[BYTES_MAX];
    size_t n;
};
struct foreign {
    enum kind kind;
    /* scrypt: N, r, p; PBKDF2: iterations; digests: 1 if the salt comes after the password */
    uint64_t cost, r, p;
    struct bytes salt, hash, key;
};

static size_t
digest_size(enum kind kind)
{
    switch (kind) {
    case KIND_SHA1:
    case KIND_PBKDF2_SHA1:
        return 20;
    case KIND_PBKDF2_SHA512:
        return 64;
    default:
        return 32;
    }
}

static bool
is_scrypt(enum kind kind)
{
    return kind == KIND_SCRYPT || kind == KIND_FIREBASE;
}

static bool
scrypt_is_bounded(const struct foreign *f)
{
    bool ok = f->cost >= 2 && f->cost <= UINT64_C(1) << SCRYPT_LN_MAX &&
              (f->cost & (f->cost - 1)) == 0 && f->r >= 1 && f->r <= 64 && f->p >= 1 &&
              f->p <= SCRYPT_P_MAX;
    return ok && 128 * f->cost * f->r <= SCRYPT_BYTES_MAX &&
           128 * f->cost * f->r * f->p <= UINT64_C(4) * SCRYPT_BYTES_MAX;
}

/* Empty if it may be compared with; else why not. */
static const char *
fault_of(const struct foreign *f)
{
    if (f->hash.n < HASH_MIN)
        return "the hash is too short";
    if (is_scrypt(f->kind))
        return !scrypt_is_bounded(f) ? "the cost of scrypt is out of bounds"
               : f->kind == KIND_FIREBASE && (!f->key.n || f->key.n != f->hash.n)
                   ? "signerKey and hash do not fit together"
                   : "";
    if (f->kind >= KIND_SHA1)
        return f->hash.n != digest_size(f->kind) ? "the digest has the wrong length" : "";
    return f->cost < 1 || f->cost > ITERATIONS_MAX ? "the number of iterations is out of bounds"
                                                   : "";
}

static void
encode(const struct foreign *f, struct arena *a, struct str *out)
{
    struct buf text;
    buf_init(&text, FOREIGN_HASH_MAX);
    buf_printf(&text, "$gh$%s$%llu,%llu,%llu$", KIND_NAMES[f->kind], (unsigned long long)f->cost,
               (unsigned long long)f->r, (unsigned long long)f->p);
    buf_add_base64(&text, f->salt.p, f->salt.n);
    buf_add_char(&text, '$');
    buf_add_base64(&text, f->hash.p, f->hash.n);
    buf_add_char(&text, '$');
    buf_add_base64(&text, f->key.p, f->key.n);
    *out = arena_str(a, buf_str(&text));
    buf_fini(&text);
}

static bool
decode_bytes(struct str text, struct bytes *out)
{
    struct buf raw;
    buf_init(&raw, BYTES_MAX);
    bool ok = buf_add_unbase64(&raw, text) && !raw.failed;
    out->n = ok ? raw.n : 0;
    if (out->n)
        memcpy(out->p, raw.p, raw.n);
    buf_fini(&raw);
    return ok;
}

static bool
find_kind(struct str name, enum kind *out)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (str_eq(name, str_of(KIND_NAMES[i]))) {
            *out = (enum kind)i;
            return true;
        }
    return false;
}

/* Takes exactly n parts; false if there are more or fewer. */
static bool
split(struct str text, char at, struct str *out, size_t n)
{
    size_t got = 0;
    while (got < n && str_next(&text, at, &out[got]))
        got++;
    return got == n && !str_given(text);
}

static bool
decode_costs(struct str text, struct foreign *out)
{
    struct str costs[3];
    return split(text, ',', costs, COUNT_OF(costs)) && str_to_u64(costs[0], &out->cost) &&
           str_to_u64(costs[1], &out->r) && str_to_u64(costs[2], &out->p);
}

static bool
decode(struct str text, struct foreign *out)
{
    struct str part[7];
    *out = (struct foreign){.cost = 0};
    if (text.n > FOREIGN_HASH_MAX || !split(text, '$', part, COUNT_OF(part)) || part[0].n ||
        !str_eq(part[1], STR("gh")) || !find_kind(part[2], &out->kind))
        return false;
    return decode_costs(part[3], out) && decode_bytes(part[4], &out->salt) &&
           decode_bytes(part[5], &out->hash) && decode_bytes(part[6], &out->key) &&
           !fault_of(out)[0];
}

/* ---- reading what customers have ---- */

static bool
is_hex(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789abcdefABCDEF", text.p[i], 22))
            return false;
    return text.n > 0 && text.n % 2 == 0;
}

static int
digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool
read_hex(struct str text, struct bytes *out)
{
    if (!is_hex(text) || text.n > 2 * (size_t)BYTES_MAX)
        return false;
    out->n = text.n / 2;
    for (size_t i = 0; i < out->n; i++)
        out->p[i] = (unsigned char)(digit(text.p[2 * i]) << 4 | digit(text.p[2 * i + 1]));
    return true;
}

/* Base64 in the dialects there are: with or without padding, '-' '_' for '+' '/', and passlib's '.'. */
static bool
read_base64(struct str text, struct bytes *out)
{
    char copy[4 * BYTES_MAX];
    size_t n = text.n;
    while (n > 0 && text.p[n - 1] == '=')
        n--;
    if (n + 4 > sizeof copy)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[i];
        copy[i] = (char)(c == '-' || c == '.' ? '+' : c == '_' ? '/' : c);
    }
    while (n % 4)
        copy[n++] = '=';
    return decode_bytes((struct str){copy, n}, out);
}

/* A digest of `size` bytes (0: any) in hexadecimal or base64. */
static bool
read_hash(struct str text, size_t size, struct bytes *out)
{
    if (is_hex(text) && (!size || text.n == 2 * size))
        return read_hex(text, out);
    return read_base64(text, out) && (!size || out->n == size);
}

static bool
read_salt(const struct json *config, struct bytes *out)
{
    struct str salt = json_str(json_get(config, "salt"));
    struct str encoding = json_str(json_get(config, "saltEncoding"));
    if (str_eq_nocase(encoding, STR("hex")))
        return read_hex(salt, out);
    if (str_eq_nocase(encoding, STR("base64")))
        return read_base64(salt, out);
    if ((encoding.n && !str_eq_nocase(encoding, STR("utf8"))) || salt.n > BYTES_MAX)
        return false;
    out->n = salt.n;
    if (salt.n)
        memcpy(out->p, salt.p, salt.n);
    return true;
}

static uint64_t
number(const struct json *config, const char *name, int64_t preset)
{
    int64_t v;
    if (!json_get(config, name))
        return (uint64_t)preset;
    return json_to_i64(json_get(config, name), &v) && v > 0 ? (uint64_t)v : 0;
}

/* "name=number" */
static bool
read_named(struct str *rest, struct str name, uint64_t *out)
{
    struct str part;
    return str_next(rest, ',', &part) && str_starts(part, name) &&
           str_to_u64(str_sub(part, name.n, part.n), out);
}

/* $scrypt$ln=15,r=8,p=1$salt$hash */
static bool
read_scrypt_text(struct str text, struct foreign *out)
{
    struct str rest = str_sub(text, sizeof "$scrypt$" - 1, text.n), costs, salt, hash;
    uint64_t ln;
    if (!str_next(&rest, '$', &costs) || !str_next(&rest, '$', &salt) ||
        !str_next(&rest, '$', &hash) || str_given(rest))
        return false;
    if (!read_named(&costs, STR("ln="), &ln) || ln < 1 || ln > 63)
        return false;
    out->cost = UINT64_C(1) << ln;
    return read_named(&costs, STR("r="), &out->r) && read_named(&costs, STR("p="), &out->p) &&
           read_base64(salt, &out->salt) && read_base64(hash, &out->hash);
}

static bool
read_scrypt(struct str text, const struct json *config, struct foreign *out)
{
    out->kind = KIND_SCRYPT;
    if (str_starts(text, STR("$scrypt$")))
        return read_scrypt_text(text, out);
    out->cost = number(config, "N", 16384);
    out->r = number(config, "r", 8);
    out->p = number(config, "p", 1);
    return read_salt(config, &out->salt) && read_hash(text, 0, &out->hash);
}

static bool
read_firebase(struct str text, const struct json *config, struct foreign *out)
{
    struct bytes separator = {.n = 0};
    uint64_t ln = number(config, "memCost", 14);
    out->kind = KIND_FIREBASE;
    if (ln < 1 || ln > 63 || !read_base64(json_str(json_get(config, "salt")), &out->salt) ||
        !read_base64(json_str(json_get(config, "saltSeparator")), &separator))
        return false;
    if (out->salt.n + separator.n > BYTES_MAX)
        return false;
    memcpy(out->salt.p + out->salt.n, separator.p, separator.n);
    out->salt.n += separator.n;
    out->cost = UINT64_C(1) << ln;
    out->r = number(config, "rounds", 8);
    out->p = 1;
    return read_base64(json_str(json_get(config, "signerKey")), &out->key) &&
           read_base64(text, &out->hash);
}

static bool
pbkdf2_kind(struct str digest, enum kind *out)
{
    static const struct {
        const char *name;
        enum kind kind;
    } names[] = {{"sha1", KIND_PBKDF2_SHA1},      {"sha256", KIND_PBKDF2_SHA256},
                 {"sha512", KIND_PBKDF2_SHA512},  {"sha-1", KIND_PBKDF2_SHA1},
                 {"sha-256", KIND_PBKDF2_SHA256}, {"sha-512", KIND_PBKDF2_SHA512}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq_nocase(digest, str_of(names[i].name))) {
            *out = names[i].kind;
            return true;
        }
    return false;
}

/* $pbkdf2-sha256$iterations$salt$hash (bare $pbkdf2$ is SHA-1), pbkdf2_sha256$iterations$salt$hash */
static bool
read_pbkdf2_text(struct str text, struct foreign *out)
{
    bool modular = str_starts(text, STR("$"));
    struct str rest = str_sub(text, modular, text.n), name, count, salt, hash;
    if (!str_next(&rest, '$', &name) || !str_next(&rest, '$', &count) ||
        !str_next(&rest, '$', &salt) || !str_next(&rest, '$', &hash) || str_given(rest) ||
        !str_to_u64(count, &out->cost))
        return false;
    struct str digest = name.n > 7 ? str_sub(name, 7, name.n) : STR("sha1");
    if (!pbkdf2_kind(digest, &out->kind) || !read_base64(hash, &out->hash))
        return false;
    if (modular)
        return read_base64(salt, &out->salt);
    if (salt.n > BYTES_MAX)
        return false;
    memcpy(out->salt.p, salt.p, salt.n); /* this form salts with the text itself */
    out->salt.n = salt.n;
    return true;
}

static bool
read_pbkdf2(struct str text, const struct json *config, struct foreign *out)
{
    if (str_starts(text, STR("$pbkdf2")) || str_starts(text, STR("pbkdf2_")))
        return read_pbkdf2_text(text, out);
    struct str digest = json_str(json_get(config, "digest"));
    out->cost = number(config, "iterations", 0);
    return pbkdf2_kind(digest.n ? digest : STR("sha256"), &out->kind) &&
           read_salt(config, &out->salt) && read_hash(text, 0, &out->hash);
}

static bool
read_digest(enum kind kind, struct str text, const struct json *config, struct foreign *out)
{
    struct str position = json_str(json_get(config, "saltPosition"));
    out->kind = kind;
    out->cost = str_eq(position, STR("suffix"));
    if (position.n && !out->cost && !str_eq(position, STR("prefix")))
        return false;
    return read_salt(config, &out->salt) && read_hash(text, digest_size(kind), &out->hash);
}

static bool
read_foreign(struct str type, struct str hash, const struct json *config, struct foreign *out)
{
    if (str_eq(type, STR("scrypt")))
        return read_scrypt(hash, config, out);
    if (str_eq(type, STR("firebase-scrypt")))
        return read_firebase(hash, config, out);
    if (str_eq(type, STR("pbkdf2")))
        return read_pbkdf2(hash, config, out);
    if (str_eq(type, STR("sha256")))
        return read_digest(KIND_SHA256, hash, config, out);
    return str_eq(type, STR("sha1")) && read_digest(KIND_SHA1, hash, config, out);
}

/* $2b$10$ and 53 more letters */
static bool
is_bcrypt(struct str text)
{
    if (text.n != BCRYPT_SIZE || text.p[0] != '$' || text.p[1] != '2' ||
        !memchr("abxy", text.p[2], 4) || text.p[3] != '$' || text.p[6] != '$')
        return false;
    for (size_t i = 7; i < text.n; i++)
        if (!memchr("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", text.p[i],
                    64))
            return false;
    uint64_t cost;
    return str_to_u64(str_sub(text, 4, 6), &cost) && cost >= 4 && cost <= BCRYPT_COST_MAX;
}

enum err_code
foreign_hash_import(struct str type, struct str hash, struct str config, struct arena *a,
                    struct str *out, struct err *err)
{
    struct foreign f = {.cost = 0};
    *out = (struct str){NULL, 0};
    if (str_eq(type, STR("bcrypt")) || str_eq(type, STR("argon2"))) {
        if (str_eq(type, STR("bcrypt"))
                ? !is_bcrypt(hash)
                : !(str_starts(hash, STR("$argon2")) && password_hash_ok(hash)))
            return err_set(err, ERR_INVALID, "it is no hash of this type, or too costly");
        *out = arena_str(a, hash);
        return ERR_OK;
    }
    struct json *options = config.n ? json_parse(config, CONFIG_MAX, NULL) : NULL;
    if (config.n && json_type(options) != JSON_OBJECT) {
        json_free(options);
        return err_set(err, ERR_INVALID, "its configuration must be a JSON object");
    }
    bool ok = read_foreign(type, hash, options, &f);
    json_free(options);
    if (!ok)
        return err_set(err, ERR_INVALID, "hash and configuration cannot be read as this type");
    if (fault_of(&f)[0])
        return err_set(err, ERR_INVALID, "%s", fault_of(&f));
    encode(&f, a, out);
    return ERR_OK;
}

/* ---- comparing ---- */

static struct {
    pthread_once_t once;
    struct err err;
    struct {
        __typeof__(crypt_r) *crypt_r;
    } api;
} library = {.once = PTHREAD_ONCE_INIT};

static void
load(void)
{
    static const struct library_symbol symbols[] = {{"crypt_r", 0}};
    static const struct library crypt = {"libcrypt.so.1", "libcrypt1", ERR_CONFIG, symbols, 1};
    (void)!library_load(&crypt, &library.api, &library.err);
}

static bool
bcrypt_matches(struct str password, struct str encoded)
{
    char text[BCRYPT_SIZE + 1], key[PASSWORD_MAX + 1];
    (void)pthread_once(&library.once, load);
    if (library.err.code || password.n > PASSWORD_MAX || memchr(password.p, '\0', password.n))
        return false;
    memcpy(text, encoded.p, BCRYPT_SIZE);
    text[BCRYPT_SIZE] = '\0';
    memcpy(key, password.p, password.n);
    key[password.n] = '\0';
    struct crypt_data *data = mem_new(1, sizeof *data);
    const char *made = library.api.crypt_r(key, text, data);
    bool match = made && str_eq_secret(str_of(made), encoded);
    secret_wipe(data, sizeof *data);
    secret_wipe(key, sizeof key);
    mem_free(data);
    return match;
}

static const EVP_MD *
digest_of(enum kind kind)
{
    switch (digest_size(kind)) {
    case 20:
        return EVP_sha1();
    case 64:
        return EVP_sha512();
    default:
        return EVP_sha256();
    }
}

static bool
make_scrypt(const struct foreign *f, struct str password, unsigned char *out, size_t n)
{
    return EVP_PBE_scrypt(password.p, password.n, f->salt.p, f->salt.n, f->cost, f->r, f->p,
                          2 * (uint64_t)SCRYPT_BYTES_MAX, out, n) == 1;
}

/* The key of the project, encrypted with what scrypt makes of the password. */
static bool
make_firebase(const struct foreign *f, struct str password, unsigned char *out)
{
    unsigned char key[2 * FIREBASE_KEY];
    static const unsigned char zero[16];
    int n = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx && make_scrypt(f, password, key, sizeof key) &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, key, zero) == 1 &&
              EVP_EncryptUpdate(ctx, out, &n, f->key.p, (int)f->key.n) == 1 &&
              (size_t)n == f->hash.n;
    EVP_CIPHER_CTX_free(ctx);
    secret_wipe(key, sizeof key);
    return ok;
}

static bool
make_digest(const struct foreign *f, struct str password, unsigned char *out)
{
    struct str salt = {(const char *)f->salt.p, f->salt.n};
    struct str first = f->cost ? password : salt, second = f->cost ? salt : password;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, digest_of(f->kind), NULL) == 1 &&
              EVP_DigestUpdate(ctx, first.p, first.n) == 1 &&
              EVP_DigestUpdate(ctx, second.p, second.n) == 1 &&
              EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

static bool
make(const struct foreign *f, struct str password, unsigned char out[BYTES_MAX])
{
    if (f->kind == KIND_SCRYPT)
        return make_scrypt(f, password, out, f->hash.n);
    if (f->kind == KIND_FIREBASE)
        return make_firebase(f, password, out);
    if (f->kind >= KIND_SHA1)
        return make_digest(f, password, out);
    return PKCS5_PBKDF2_HMAC(password.p, (int)password.n, f->salt.p, (int)f->salt.n, (int)f->cost,
                             digest_of(f->kind), (int)f->hash.n, out) == 1;
}

bool
foreign_hash_ok(struct str encoded)
{
    struct foreign f;
    return is_bcrypt(encoded) || decode(encoded, &f);
}

bool
foreign_hash_matches(struct str password, struct str encoded)
{
    struct foreign f;
    unsigned char made[BYTES_MAX];
    if (is_bcrypt(encoded))
        return bcrypt_matches(password, encoded);
    if (password.n > PASSWORD_MAX || !decode(encoded, &f))
        return false;
    bool match =
        make(&f, password, made) && str_eq_secret((struct str){(char *)made, f.hash.n},
                                                  (struct str){(char *)f.hash.p, f.hash.n});
    secret_wipe(made, sizeof made);
    return match;
}
