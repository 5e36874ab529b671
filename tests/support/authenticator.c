#include "tests/support/authenticator.h"

#include "base/buf.h"
#include "tests/support/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

enum { MOST = 1 << 18, ID = 32, PRESENT = 1, ATTESTED = 0x40 };
enum {
    CBOR_INT = 0,
    CBOR_NEGATIVE = 1,
    CBOR_BYTES = 2,
    CBOR_TEXT = 3,
    CBOR_ARRAY = 4,
    CBOR_MAP = 5
};

static const struct authn_lie TRUTH;

static EVP_PKEY *
new_key(enum authn_alg alg)
{
    EVP_PKEY *key = alg == AUTHN_ES256   ? EVP_EC_gen("P-256")
                    : alg == AUTHN_EDDSA ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                         : EVP_RSA_gen(2048);
    assert_non_null(key);
    return key;
}

void
authn_init(struct authn *n, enum authn_alg alg, struct arena *a)
{
    unsigned char id[ID];
    assert_int_equal(RAND_bytes(id, sizeof id), 1);
    *n = (struct authn){.alg = alg,
                        .key = new_key(alg),
                        .id = arena_str(a, (struct str){(const char *)id, sizeof id}),
                        .counter = 1};
}

void
authn_fini(struct authn *n)
{
    EVP_PKEY_free(n->key);
    n->key = NULL;
}

static struct str
take(struct buf *b, struct arena *a)
{
    assert_false(b->failed);
    struct str s = arena_str(a, buf_str(b));
    buf_fini(b);
    return s;
}

static struct str
given(struct str lie, struct str truth)
{
    return str_given(lie) ? lie : truth;
}

/* ---- CBOR ---- */

static void
put_head(struct buf *b, int major, uint64_t v)
{
    int size = v < 24 ? 0 : v < 256 ? 1 : v < 65536 ? 2 : 4;
    int info = size == 0 ? (int)v : size == 1 ? 24 : size == 2 ? 25 : 26;
    buf_add_char(b, (char)(major << 5 | info));
    for (int i = size - 1; i >= 0; i--)
        buf_add_char(b, (char)(v >> (8 * i)));
}

static void
put_int(struct buf *b, int64_t v)
{
    put_head(b, v < 0 ? CBOR_NEGATIVE : CBOR_INT, (uint64_t)(v < 0 ? -1 - v : v));
}

static void
put_bytes(struct buf *b, struct str s)
{
    put_head(b, CBOR_BYTES, s.n);
    buf_add_str(b, s);
}

static void
put_text(struct buf *b, struct str s)
{
    put_head(b, CBOR_TEXT, s.n);
    buf_add_str(b, s);
}

/* ---- the key as COSE ---- */

static const int COSE_ALG[] = {-7, -8, -257}, COSE_KTY[] = {2, 1, 3}, COSE_CRV[] = {1, 6, 0};

static struct str
number(EVP_PKEY *key, const char *name, size_t size, struct arena *a)
{
    BIGNUM *v = NULL;
    unsigned char bytes[512];
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &v), 1);
    assert_int_equal(BN_bn2binpad(v, bytes, (int)size), (int)size);
    BN_free(v);
    return arena_str(a, (struct str){(const char *)bytes, size});
}

static struct str
resized(struct str s, size_t size_plus, struct arena *a)
{
    if (!size_plus)
        return s;
    struct buf b;
    buf_init(&b, MOST);
    for (size_t i = 0; i < size_plus - 1; i++)
        buf_add_char(&b, i < s.n ? s.p[i] : '\x5a');
    return take(&b, a);
}

static void
key_parts(const struct authn *n, struct str *x, struct str *y, struct arena *a)
{
    unsigned char raw[32];
    size_t size = sizeof raw;
    *y = STR_ABSENT;
    switch (n->alg) {
    case AUTHN_ES256:
        *x = number(n->key, OSSL_PKEY_PARAM_EC_PUB_X, 32, a);
        *y = number(n->key, OSSL_PKEY_PARAM_EC_PUB_Y, 32, a);
        break;
    case AUTHN_EDDSA:
        assert_int_equal(EVP_PKEY_get_raw_public_key(n->key, raw, &size), 1);
        *x = arena_str(a, (struct str){(const char *)raw, size});
        break;
    case AUTHN_RS256:
        *x = number(n->key, OSSL_PKEY_PARAM_RSA_N, 256, a);
        *y = number(n->key, OSSL_PKEY_PARAM_RSA_E, 3, a);
        break;
    }
}

static struct str
cose_key(const struct authn *n, const struct authn_lie *lie, struct arena *a)
{
    if (str_given(lie->key))
        return lie->key;
    struct buf b;
    struct str x, y;
    buf_init(&b, MOST);
    key_parts(n, &x, &y, a);
    x = resized(given(lie->x, x), lie->x_size, a);
    if (str_given(lie->key_head))
        buf_add_str(&b, lie->key_head);
    else
        put_head(&b, CBOR_MAP, n->alg == AUTHN_ES256 ? 5 : 4);
    put_int(&b, 1);
    put_int(&b, lie->kty ? lie->kty : COSE_KTY[n->alg]);
    put_int(&b, 3);
    put_int(&b, lie->alg ? lie->alg : COSE_ALG[n->alg]);
    int label = -1;
    if (COSE_CRV[n->alg]) {
        put_int(&b, label--);
        put_int(&b, lie->crv ? lie->crv : COSE_CRV[n->alg]);
    }
    put_int(&b, label--);
    put_bytes(&b, x);
    if (str_given(y)) {
        put_int(&b, label);
        put_bytes(&b, resized(y, lie->y_size, a));
    }
    buf_add_str(&b, lie->key_tail);
    return take(&b, a);
}

/* ---- client data, authenticator data ---- */

static struct str
client_data(const struct authn_site *site, const char *type, const struct authn_lie *lie,
            struct arena *a)
{
    if (str_given(lie->client))
        return lie->client;
    struct str t = given(lie->type, str_of(type)), c = given(lie->challenge, site->challenge),
               o = given(lie->origin, site->origin);
    return arena_printf(
        a, "%.*s{\"type\":\"%.*s\",\"challenge\":\"%.*s\",\"origin\":\"%.*s\"%.*s}%.*s",
        STR_ARG(lie->before), STR_ARG(t), STR_ARG(c), STR_ARG(o), STR_ARG(lie->members),
        STR_ARG(lie->after));
}

static void
put_credential(struct buf *b, const struct authn *n, const struct authn_lie *lie, struct arena *a)
{
    static const char aaguid[16];
    size_t says = lie->id_size ? lie->id_size - 1 : n->id.n;
    buf_add(b, aaguid, sizeof aaguid);
    buf_add_char(b, (char)(says >> 8));
    buf_add_char(b, (char)says);
    buf_add_str(b, n->id);
    buf_add_str(b, cose_key(n, lie, a));
}

static struct str
auth_data(struct authn *n, const struct authn_site *site, bool create, const struct authn_lie *lie,
          struct arena *a)
{
    struct buf b;
    unsigned char hash[32];
    struct str rp = given(lie->rp_id, site->rp_id);
    uint32_t counter = lie->no_counter ? 0 : lie->counter ? lie->counter : n->counter++;
    buf_init(&b, MOST);
    SHA256((const unsigned char *)rp.p, rp.n, hash);
    buf_add(&b, hash, sizeof hash);
    buf_add_char(&b, (char)(((PRESENT | (create ? ATTESTED : 0)) | lie->set) & ~lie->clear));
    for (int i = 24; i >= 0; i -= 8)
        buf_add_char(&b, (char)(counter >> i));
    if (create && !lie->no_credential)
        put_credential(&b, n, lie, a);
    buf_add_str(&b, lie->extensions);
    for (size_t i = 0; i < lie->tail; i++)
        buf_add_char(&b, 0);
    struct str all = take(&b, a);
    return str_sub(all, 0, all.n - lie->cut);
}

/* ---- signatures ---- */

static struct str
sign_with(EVP_PKEY *key, bool hashed, struct str what, struct arena *a)
{
    unsigned char out[512];
    size_t n = sizeof out;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, hashed ? EVP_sha256() : NULL, NULL, key), 1);
    assert_int_equal(EVP_DigestSign(ctx, out, &n, (const unsigned char *)what.p, what.n), 1);
    EVP_MD_CTX_free(ctx);
    return arena_str(a, (struct str){(const char *)out, n});
}

/* What keys sign: authenticator data and the hash of the client data. */
static struct str
signed_bytes(struct str auth, struct str client, struct arena *a)
{
    struct buf b;
    unsigned char hash[32];
    buf_init(&b, MOST);
    SHA256((const unsigned char *)client.p, client.n, hash);
    buf_add_str(&b, auth);
    buf_add(&b, hash, sizeof hash);
    return take(&b, a);
}

/* r and s side by side, as elsewhere, instead of DER. */
static struct str
raw_of(struct str der, struct arena *a)
{
    struct buf b;
    buf_init(&b, 128);
    const unsigned char *p = (const unsigned char *)der.p;
    for (size_t at = 2; at + 1 < der.n && b.n < 64; at += 2 + p[at + 1]) {
        size_t n = p[at + 1], skip = n > 32 ? n - 32 : 0;
        for (size_t i = n; i < 32; i++)
            buf_add_char(&b, 0);
        buf_add(&b, p + at + 2 + skip, n - skip);
    }
    return take(&b, a);
}

static struct str
bend(struct str signature, const struct authn_lie *lie, struct arena *a)
{
    if (str_given(lie->signature))
        return lie->signature;
    if (lie->empty_signature)
        return STR("");
    if (lie->raw_signature)
        return raw_of(signature, a);
    struct buf b;
    buf_init(&b, MOST);
    buf_add_str(&b, str_sub(signature, 0, signature.n - lie->signature_cut));
    for (size_t i = 0; i < lie->signature_tail; i++)
        buf_add_char(&b, 0);
    return take(&b, a);
}

static struct str
flipped(struct str s, const struct authn_lie *lie, int here, struct arena *a)
{
    if (!lie->flip || (int)lie->flip_in != here)
        return s;
    char *copy = arena_cstr(a, s);
    assert_true(lie->flip <= s.n);
    copy[lie->flip - 1] = (char)(copy[lie->flip - 1] ^ 1);
    return (struct str){copy, s.n};
}

/* ---- attestation ---- */

/* A certificate of the maker of the key, signed by itself. */
static struct str
certificate(EVP_PKEY *key, struct arena *a)
{
    X509 *cert = X509_new();
    unsigned char *der = NULL;
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"maker", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    int n = i2d_X509(cert, &der);
    assert_true(n > 0);
    struct str text = arena_str(a, (struct str){(const char *)der, (size_t)n});
    OPENSSL_free(der);
    X509_free(cert);
    return text;
}

static struct str
u2f_bytes(const struct authn *n, const struct authn_site *site, struct str client, struct arena *a)
{
    struct buf b;
    struct str x, y;
    unsigned char hash[32];
    buf_init(&b, MOST);
    buf_add_char(&b, 0);
    SHA256((const unsigned char *)site->rp_id.p, site->rp_id.n, hash);
    buf_add(&b, hash, sizeof hash);
    SHA256((const unsigned char *)client.p, client.n, hash);
    buf_add(&b, hash, sizeof hash);
    buf_add_str(&b, n->id);
    key_parts(n, &x, &y, a);
    buf_add_char(&b, 4);
    buf_add_str(&b, x);
    buf_add_str(&b, y);
    return take(&b, a);
}

static void
put_certificate(struct buf *b, EVP_PKEY *maker, struct arena *a)
{
    put_text(b, STR("x5c"));
    put_head(b, CBOR_ARRAY, 1);
    put_bytes(b, certificate(maker, a));
}

static struct str
statement(const struct authn *n, const struct authn_site *site, struct str auth, struct str client,
          const struct authn_lie *lie, struct arena *a)
{
    if (str_given(lie->statement))
        return lie->statement;
    if (lie->kind == AUTHN_NONE)
        return STR("\xa0");
    struct buf b;
    buf_init(&b, MOST);
    bool self = lie->kind == AUTHN_SELF, u2f = lie->kind == AUTHN_U2F;
    EVP_PKEY *maker = self && !lie->foreign_key ? NULL : new_key(self ? n->alg : AUTHN_ES256);
    EVP_PKEY *signer = maker ? maker : n->key;
    struct str what = u2f ? u2f_bytes(n, site, client, a) : signed_bytes(auth, client, a);
    EVP_PKEY *other = lie->foreign_key && !self ? new_key(AUTHN_ES256) : NULL;
    bool hashed = !(self && n->alg == AUTHN_EDDSA);
    struct str sig = bend(sign_with(other ? other : signer, hashed, what, a), lie, a);
    sig = flipped(sig, lie, AUTHN_FLIP_SIGNATURE, a);
    put_head(&b, CBOR_MAP, u2f || self ? 2 : 3);
    if (!u2f) {
        put_text(&b, STR("alg"));
        put_int(&b, lie->statement_alg ? lie->statement_alg : self ? COSE_ALG[n->alg] : -7);
    }
    put_text(&b, STR("sig"));
    put_bytes(&b, sig);
    if (!self)
        put_certificate(&b, maker, a);
    EVP_PKEY_free(maker);
    EVP_PKEY_free(other);
    return take(&b, a);
}

static struct str
attestation_object(struct str auth, struct str stmt, const struct authn_lie *lie, struct arena *a)
{
    static const char *const formats[] = {"none", "packed", "packed", "fido-u2f"};
    struct buf b;
    struct str format = given(lie->format, str_of(formats[lie->kind]));
    buf_init(&b, MOST);
    if (str_given(lie->object_head))
        buf_add_str(&b, lie->object_head);
    else
        put_head(&b, CBOR_MAP, 3 + lie->format_twice);
    if (lie->other_order) {
        put_text(&b, STR("authData"));
        put_bytes(&b, auth);
    }
    for (int i = 0; i <= lie->format_twice; i++) {
        put_text(&b, STR("fmt"));
        put_text(&b, format);
    }
    put_text(&b, STR("attStmt"));
    buf_add_str(&b, stmt);
    if (!lie->other_order) {
        put_text(&b, STR("authData"));
        put_bytes(&b, auth);
    }
    buf_add_str(&b, lie->object_tail);
    return take(&b, a);
}

/* ---- what is sent ---- */

static struct str
encoded(struct str bytes, struct str after, struct arena *a)
{
    struct buf b;
    buf_init(&b, 2 * MOST);
    buf_add_base64url(&b, bytes.p, bytes.n);
    buf_add_str(&b, after);
    return take(&b, a);
}

struct authn_reply
authn_register(struct authn *n, const struct authn_site *site, const struct authn_lie *lie,
               struct arena *a)
{
    lie = lie ? lie : &TRUTH;
    struct str own_id = n->id;
    if (lie->new_id_size)
        n->id = resized(n->id, lie->new_id_size, a);
    struct str client = client_data(site, "webauthn.create", lie, a);
    struct str auth = auth_data(n, site, true, lie, a);
    struct str stmt = statement(n, site, auth, client, lie, a);
    auth = flipped(auth, lie, AUTHN_FLIP_AUTH, a);
    client = flipped(client, lie, AUTHN_FLIP_CLIENT, a);
    struct authn_reply r = {
        .id = encoded(given(lie->sent_id, n->id), lie->id_text, a),
        .client_data = encoded(client, lie->client_text, a),
        .attestation = encoded(attestation_object(auth, stmt, lie, a), lie->object_text, a),
    };
    n->id = own_id;
    return r;
}

struct authn_reply
authn_assert(struct authn *n, const struct authn_site *site, const struct authn_lie *lie,
             struct arena *a)
{
    lie = lie ? lie : &TRUTH;
    struct str client = client_data(site, "webauthn.get", lie, a);
    struct str auth = auth_data(n, site, (lie->set & ATTESTED) != 0, lie, a);
    EVP_PKEY *other = lie->foreign_key ? new_key(n->alg) : NULL;
    struct str signature =
        sign_with(other ? other : n->key, n->alg != AUTHN_EDDSA, signed_bytes(auth, client, a), a);
    EVP_PKEY_free(other);
    signature = flipped(bend(signature, lie, a), lie, AUTHN_FLIP_SIGNATURE, a);
    struct str user = given(lie->user, site->user);
    return (struct authn_reply){
        .id = encoded(given(lie->sent_id, n->id), lie->id_text, a),
        .client_data = encoded(flipped(client, lie, AUTHN_FLIP_CLIENT, a), lie->client_text, a),
        .auth_data = encoded(flipped(auth, lie, AUTHN_FLIP_AUTH, a), lie->object_text, a),
        .signature = encoded(signature, lie->signature_text, a),
        .user_handle = str_given(user) ? encoded(user, lie->user_text, a) : STR_ABSENT,
    };
}
