/*
 * Registrations and assertions of a security key in software: honest ones pass with every algorithm
 * and attestation, and each lie of the tables below is refused for the reason it has to be.
 */
#include "crypto/webauthn.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tests/support/authn_bench.h"
#include "tests/support/unit.h"

#include <stdio.h>

/* ---- what passes ---- */

static void
honest_keys_of_each_kind_pass(void **state)
{
    (void)state;
    static const enum webauthn_algorithm algorithms[] = {WEBAUTHN_ALGORITHMS};
    static const size_t sizes[] = {64, 32, 259};
    for (int alg = 0; alg < 3; alg++)
        for (int kind = AUTHN_NONE; kind <= AUTHN_U2F; kind++) {
            struct authn_lie lie = {.kind = (enum authn_kind)kind};
            struct webauthn_key known;
            if (kind == AUTHN_U2F && alg != AUTHN_ES256)
                continue;
            uint32_t counter = 0, count = authn_keys[alg].counter;
            assert_int_equal(authn_enroll(&authn_rules, &authn_keys[alg], &lie, &known),
                             WEBAUTHN_OK);
            assert_int_equal(known.algorithm, algorithms[alg]);
            assert_int_equal(known.public_key.n, sizes[alg]);
            assert_int_equal(known.counter, count);
            assert_int_equal(authn_use(&authn_rules, &authn_keys[alg], &known, NULL, &counter),
                             WEBAUTHN_OK);
            assert_int_equal(counter, count + 1);
        }
}

/* What differs between browsers and keys, and is no lie. */
static const struct {
    const char *name;
    struct authn_lie lie;
} fine[] = {
    {"a same-origin flag", {.members = B(",\"crossOrigin\":false")}},
    {"members of tomorrow", {.members = B(",\"other_keys_can_be_added_here\":\"x\",\"n\":{}")}},
    {"token binding not used", {.members = B(",\"tokenBinding\":{\"status\":\"supported\"}")}},
    {"a key that verified its owner", {.set = 4}},
    {"a passkey that is backed up", {.set = 0x18}},
    {"a key that does not count", {.no_counter = true}},
    {"extension outputs",
     {.set = 0x80,
      .extensions = B("\xa1\x6b"
                      "credProtect\x02")}},
    {"reserved flags", {.set = 0x22}},
};

static void
harmless_differences_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fine); i++) {
        struct webauthn_key known;
        uint32_t counter;
        enum webauthn_fault fault =
            authn_enroll(&authn_rules, &authn_keys[0], &fine[i].lie, &known);
        if (!fault && !fine[i].lie.extensions.n)
            fault = authn_use(&authn_rules, &authn_keys[0], &known, &fine[i].lie, &counter);
        if (fault)
            fail_msg("%s: %s", fine[i].name, webauthn_fault_text(fault));
    }
    struct authn_lie order = {.other_order = true}, longest = {.new_id_size = 1 + 1023};
    struct webauthn_key known;
    assert_int_equal(authn_enroll(&authn_rules, &authn_keys[0], &order, &known), WEBAUTHN_OK);
    assert_int_equal(authn_enroll(&authn_rules, &authn_keys[0], &longest, &known), WEBAUTHN_OK);
    assert_int_equal(known.id.n, 1364);
}

static void
the_owner_is_verified_when_asked(void **state)
{
    (void)state;
    struct authn_lie verified = {.set = 4};
    struct webauthn_key known;
    uint32_t counter;
    assert_int_equal(authn_enroll(&authn_verified_rules, &authn_keys[0], NULL, &known),
                     WEBAUTHN_PRESENCE);
    assert_int_equal(authn_enroll(&authn_verified_rules, &authn_keys[0], &verified, &known),
                     WEBAUTHN_OK);
    assert_int_equal(authn_use(&authn_verified_rules, &authn_keys[0], &known, NULL, &counter),
                     WEBAUTHN_PRESENCE);
    assert_int_equal(authn_use(&authn_verified_rules, &authn_keys[0], &known, &verified, &counter),
                     WEBAUTHN_OK);
}

static void
a_key_without_handle_passes(void **state)
{
    (void)state;
    struct webauthn_key known;
    uint32_t counter;
    struct authn_lie none = {.user = B("")};
    assert_int_equal(authn_enroll(&authn_rules, &authn_keys[1], NULL, &known), WEBAUTHN_OK);
    assert_int_equal(authn_use(&authn_rules, &authn_keys[1], &known, &none, &counter), WEBAUTHN_OK);
}

/* ---- what does not ---- */

struct lie_row {
    const char *name;
    enum webauthn_fault fault;
    enum authn_alg alg;
    struct authn_lie lie;
};

#define ES256 AUTHN_ES256
#define EDDSA AUTHN_EDDSA
#define RS256 AUTHN_RS256
#define SIZE(n) (1 + (n))
#define X4(s) s s s s
#define NONE_32 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Changes that need not know whether a credential is made or used. */
#define SHARED_LIES                                                                                \
    {"challenge of another sign-in",                                                               \
     WEBAUTHN_CHALLENGE,                                                                           \
     ES256,                                                                                        \
     {.challenge = B("q1MyJ9cOGgVYUaT8Y3ZtL0b7dWn5xKfR2hEeSiPoAuj")}},                             \
        {"challenge with one more letter",                                                         \
         WEBAUTHN_CHALLENGE,                                                                       \
         ES256,                                                                                    \
         {.challenge = B(CHALLENGE "A")}},                                                         \
        {"challenge empty", WEBAUTHN_CHALLENGE, ES256, {.challenge = B("")}},                      \
        {"challenge padded", WEBAUTHN_CHALLENGE, ES256, {.challenge = B(CHALLENGE "=")}},          \
        {"origin without TLS", WEBAUTHN_ORIGIN, ES256, {.origin = B("http://" RP)}},               \
        {"origin with a port", WEBAUTHN_ORIGIN, ES256, {.origin = B(ORIGIN ":8443")}},             \
        {"origin with a path", WEBAUTHN_ORIGIN, ES256, {.origin = B(ORIGIN "/")}},                 \
        {"origin of a sub-domain", WEBAUTHN_ORIGIN, ES256, {.origin = B("https://a." RP)}},        \
        {"origin of the parent domain",                                                            \
         WEBAUTHN_ORIGIN,                                                                          \
         ES256,                                                                                    \
         {.origin = B("https://example.com")}},                                                    \
        {"origin that only begins so", WEBAUTHN_ORIGIN, ES256, {.origin = B(ORIGIN ".evil.io")}},  \
        {"origin in capitals",                                                                     \
         WEBAUTHN_ORIGIN,                                                                          \
         ES256,                                                                                    \
         {.origin = B("https://LOGIN.example.com")}},                                              \
        {"origin empty", WEBAUTHN_ORIGIN, ES256, {.origin = B("")}},                               \
        {"inside of another site",                                                                 \
         WEBAUTHN_ORIGIN,                                                                          \
         ES256,                                                                                    \
         {.members = B(",\"crossOrigin\":true")}},                                                 \
        {"crossOrigin no boolean",                                                                 \
         WEBAUTHN_ORIGIN,                                                                          \
         ES256,                                                                                    \
         {.members = B(",\"crossOrigin\":\"no\"")}},                                               \
        {"top origin given",                                                                       \
         WEBAUTHN_ORIGIN,                                                                          \
         ES256,                                                                                    \
         {.members = B(",\"topOrigin\":\"" ORIGIN "\"")}},                                         \
        {"bound to another connection",                                                            \
         WEBAUTHN_CLIENT_DATA,                                                                     \
         ES256,                                                                                    \
         {.members = B(",\"tokenBinding\":{\"status\":\"present\",\"id\":\"x\"}")}},               \
        {"client data: member twice",                                                              \
         WEBAUTHN_CLIENT_DATA,                                                                     \
         ES256,                                                                                    \
         {.members = B(",\"origin\":\"" ORIGIN "\"")}},                                            \
        {"client data: bytes after", WEBAUTHN_CLIENT_DATA, ES256, {.after = B("x")}},              \
        {"client data: byte order mark",                                                           \
         WEBAUTHN_CLIENT_DATA,                                                                     \
         ES256,                                                                                    \
         {.before = B("\xef\xbb\xbf")}},                                                           \
        {"client data: an array", WEBAUTHN_CLIENT_DATA, ES256, {.client = B("[]")}},               \
        {"client data: no JSON", WEBAUTHN_CLIENT_DATA, ES256, {.client = B("\xa0")}},              \
        {"client data: empty object", WEBAUTHN_TYPE, ES256, {.client = B("{}")}},                  \
        {"client data: empty", WEBAUTHN_ENCODING, ES256, {.client = B("")}},                       \
        {"client data: padded", WEBAUTHN_ENCODING, ES256, {.client_text = B("=")}},                \
        {"client data: line end", WEBAUTHN_ENCODING, ES256, {.client_text = B("\n")}},             \
        {"client data: standard base64", WEBAUTHN_ENCODING, ES256, {.client_text = B("+/+/")}},    \
        {"another relying party", WEBAUTHN_PARTY, ES256, {.rp_id = B("evil.io")}},                 \
        {"the origin as relying party", WEBAUTHN_PARTY, ES256, {.rp_id = B(ORIGIN)}},              \
        {"nobody present", WEBAUTHN_PRESENCE, ES256, {.clear = 1}},                                \
        {"backed up but cannot be", WEBAUTHN_AUTH_DATA, ES256, {.set = 0x10}},                     \
        {"bytes after the authenticator data", WEBAUTHN_AUTH_DATA, ES256, {.tail = 1}},            \
        {"64 KiB after the authenticator data", WEBAUTHN_ENCODING, ES256, {.tail = 1 << 16}},      \
        {"extensions promised, none there", WEBAUTHN_AUTH_DATA, ES256, {.set = 0x80}},             \
        {"extensions no map", WEBAUTHN_AUTH_DATA, ES256, {.set = 0x80, .extensions = B("\x01")}},  \
        {"extensions of indefinite length",                                                        \
         WEBAUTHN_AUTH_DATA,                                                                       \
         ES256,                                                                                    \
         {.set = 0x80, .extensions = B("\xbf\xff")}},                                              \
        {"extensions: key twice",                                                                  \
         WEBAUTHN_AUTH_DATA,                                                                       \
         ES256,                                                                                    \
         {.set = 0x80,                                                                             \
          .extensions = B("\xa2\x61"                                                               \
                          "a\x01\x61"                                                              \
                          "a\x01")}},                                                              \
        {"extensions: 2^32 members",                                                               \
         WEBAUTHN_AUTH_DATA,                                                                       \
         ES256,                                                                                    \
         {.set = 0x80, .extensions = B("\xbb\0\0\0\1\0\0\0\0")}},                                  \
        {"extensions: nested too deep",                                                            \
         WEBAUTHN_AUTH_DATA,                                                                       \
         ES256,                                                                                    \
         {.set = 0x80,                                                                             \
          .extensions = B("\xa1\x61"                                                               \
                          "a\x81\x81\x81\x81\x81\x81\x01")}},                                      \
        {"id padded", WEBAUTHN_ID_FAULT, ES256, {.id_text = B("=")}},                              \
    {                                                                                              \
        "id of another credential", WEBAUTHN_ID, ES256,                                            \
        {                                                                                          \
            .sent_id = B("0123456789abcdef0123456789abcdef")                                       \
        }                                                                                          \
    }

/* A registration cannot decode such an id; an assertion just does not know it. */
#define WEBAUTHN_ID_FAULT WEBAUTHN_ENCODING
static const struct lie_row registrations[] = {
    SHARED_LIES,
    {"an assertion", WEBAUTHN_TYPE, ES256, {.type = B("webauthn.get")}},
    {"type of U2F", WEBAUTHN_TYPE, ES256, {.type = B("navigator.id.finishEnrollment")}},
    {"client data of 4 KiB and more",
     WEBAUTHN_ENCODING,
     ES256,
     {.after = B(X4(X4(X4(X4(X4(X4(" ")))))))}},
    {"id empty", WEBAUTHN_ENCODING, ES256, {.sent_id = B("")}},
    {"no credential although flagged", WEBAUTHN_AUTH_DATA, ES256, {.no_credential = true}},
    {"a credential without its flag", WEBAUTHN_AUTH_DATA, ES256, {.clear = 0x40}},
    {"no credential, no flag", WEBAUTHN_AUTH_DATA, ES256, {.no_credential = true, .clear = 0x40}},
    {"id length 0", WEBAUTHN_ID, ES256, {.id_size = SIZE(0)}},
    {"id length one less", WEBAUTHN_KEY, ES256, {.id_size = SIZE(31)}},
    {"id length one more", WEBAUTHN_KEY, ES256, {.id_size = SIZE(33)}},
    {"id length beyond the data", WEBAUTHN_AUTH_DATA, ES256, {.id_size = SIZE(1000)}},
    {"id length 1024", WEBAUTHN_ID, ES256, {.id_size = SIZE(1024)}},
    {"id length 65535", WEBAUTHN_ID, ES256, {.id_size = SIZE(65535)}},
    {"an id of 1024 bytes", WEBAUTHN_ENCODING, ES256, {.new_id_size = SIZE(1024)}},
    {"an id of 15 bytes", WEBAUTHN_ID, ES256, {.new_id_size = SIZE(15)}},
    {"authenticator data of 36 bytes",
     WEBAUTHN_AUTH_DATA,
     ES256,
     {.no_credential = true, .cut = 1}},
    {"key cut short", WEBAUTHN_KEY, ES256, {.cut = 1}},
    {"key missing", WEBAUTHN_KEY, ES256, {.key = B("")}},
    {"key an empty map", WEBAUTHN_KEY, ES256, {.key = B("\xa0")}},
    {"key a byte string", WEBAUTHN_KEY, ES256, {.key = B("\x41\x00")}},
    {"key of indefinite length",
     WEBAUTHN_KEY,
     ES256,
     {.key_head = B("\xbf"), .key_tail = B("\xff")}},
    {"key head longer than needed", WEBAUTHN_KEY, ES256, {.key_head = B("\xb8\x05")}},
    {"key with one more member",
     WEBAUTHN_KEY,
     ES256,
     {.key_head = B("\xa6"), .key_tail = B("\x20\x01")}},
    {"key: member not counted", WEBAUTHN_AUTH_DATA, ES256, {.key_tail = B("\x23\x01")}},
    {"key: 4 members said, 5 there", WEBAUTHN_KEY, ES256, {.key_head = B("\xa4")}},
    {"x of 0 bytes", WEBAUTHN_KEY, ES256, {.x_size = SIZE(0)}},
    {"x of 31 bytes", WEBAUTHN_KEY, ES256, {.x_size = SIZE(31)}},
    {"x of 33 bytes", WEBAUTHN_KEY, ES256, {.x_size = SIZE(33)}},
    {"x of 257 bytes", WEBAUTHN_KEY, ES256, {.x_size = SIZE(257)}},
    {"x of 64 KiB", WEBAUTHN_ENCODING, ES256, {.x_size = SIZE(65536)}},
    {"x of 3 KiB", WEBAUTHN_KEY, ES256, {.x_size = SIZE(3072)}},
    {"y of 0 bytes", WEBAUTHN_KEY, ES256, {.y_size = SIZE(0)}},
    {"y of 31 bytes", WEBAUTHN_KEY, ES256, {.y_size = SIZE(31)}},
    {"y of 257 bytes", WEBAUTHN_KEY, ES256, {.y_size = SIZE(257)}},
    {"y of 64 KiB", WEBAUTHN_ENCODING, ES256, {.y_size = SIZE(65536)}},
    {"a point not on the curve", WEBAUTHN_KEY, ES256, {.x = B(NONE_32)}},
    {"EC2 key said to be OKP", WEBAUTHN_KEY, ES256, {.kty = 1}},
    {"EC2 key on P-384", WEBAUTHN_KEY, ES256, {.crv = 2}},
    {"ES384", WEBAUTHN_KEY, ES256, {.alg = -35}},
    {"RS1", WEBAUTHN_KEY, RS256, {.alg = -65535}},
    {"RS512", WEBAUTHN_KEY, RS256, {.alg = -259}},
    {"an HMAC as algorithm", WEBAUTHN_KEY, ES256, {.alg = 5}},
    {"EC2 key said to be RS256", WEBAUTHN_KEY, ES256, {.alg = -257}},
    {"EdDSA x of 31 bytes", WEBAUTHN_KEY, EDDSA, {.x_size = SIZE(31)}},
    {"EdDSA x of 64 bytes", WEBAUTHN_KEY, EDDSA, {.x_size = SIZE(64)}},
    {"EdDSA key of small order", WEBAUTHN_KEY, EDDSA, {.x = B(NONE_32)}},
    {"EdDSA on X25519", WEBAUTHN_KEY, EDDSA, {.crv = 4}},
    {"RSA of 1024 bits", WEBAUTHN_KEY, RS256, {.x_size = SIZE(128)}},
    {"RSA of 4096 bits", WEBAUTHN_KEY, RS256, {.x_size = SIZE(512)}},
    {"RSA modulus of 0 bytes", WEBAUTHN_KEY, RS256, {.x_size = SIZE(0)}},
    {"RSA exponent of 1 byte", WEBAUTHN_KEY, RS256, {.y_size = SIZE(1)}},
    {"RSA exponent of 257 bytes", WEBAUTHN_KEY, RS256, {.y_size = SIZE(257)}},
    {"extensions: bytes after",
     WEBAUTHN_AUTH_DATA,
     ES256,
     {.set = 0x80, .extensions = B("\xa0\x00")}},
    {"attestation of Android", WEBAUTHN_FORMAT, ES256, {.format = B("android-key")}},
    {"attestation of a TPM", WEBAUTHN_FORMAT, ES256, {.format = B("tpm")}},
    {"attestation of Apple", WEBAUTHN_FORMAT, ES256, {.format = B("apple")}},
    {"attestation without a name", WEBAUTHN_FORMAT, ES256, {.format = B("")}},
    {"attestation None", WEBAUTHN_FORMAT, ES256, {.format = B("None")}},
    {"none with a statement",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.statement = B("\xa1\x63"
                     "sig\x41\x01")}},
    {"statement no map", WEBAUTHN_ATTESTATION, ES256, {.statement = B("\x80")}},
    {"statement of indefinite length", WEBAUTHN_ATTESTATION, ES256, {.statement = B("\xbf\xff")}},
    {"packed with an empty statement",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.format = B("packed"), .statement = B("\xa0")}},
    {"packed without algorithm",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.format = B("packed"),
      .statement = B("\xa1\x63"
                     "sig\x41\x01")}},
    {"packed with ECDAA",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.format = B("packed"),
      .statement = B("\xa3\x63"
                     "alg\x26\x63"
                     "sig\x41\x01\x6a"
                     "ecdaaKeyId\x41\x01")}},
    {"packed with no certificates",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.format = B("packed"),
      .statement = B("\xa3\x63"
                     "alg\x26\x63"
                     "sig\x41\x01\x63"
                     "x5c\x80")}},
    {"packed with a broken certificate",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.format = B("packed"),
      .statement = B("\xa3\x63"
                     "alg\x26\x63"
                     "sig\x41\x01\x63"
                     "x5c\x81\x42\x30\x00")}},
    {"object of 4 members", WEBAUTHN_ATTESTATION, ES256, {.object_head = B("\xa4")}},
    {"object of 2 members", WEBAUTHN_ATTESTATION, ES256, {.object_head = B("\xa2")}},
    {"object of indefinite length",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.object_head = B("\xbf"), .object_tail = B("\xff")}},
    {"object an array", WEBAUTHN_ATTESTATION, ES256, {.object_head = B("\x83")}},
    {"object tagged", WEBAUTHN_ATTESTATION, ES256, {.object_head = B("\xd9\xd9\xf7\xa3")}},
    {"object head longer than needed", WEBAUTHN_ATTESTATION, ES256, {.object_head = B("\xb8\x03")}},
    {"object: bytes after", WEBAUTHN_ATTESTATION, ES256, {.object_tail = B("\x00")}},
    {"object: format twice", WEBAUTHN_ATTESTATION, ES256, {.format_twice = true}},
    {"object: format twice, 3 said",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.format_twice = true, .object_head = B("\xa3")}},
    {"object padded", WEBAUTHN_ENCODING, ES256, {.object_text = B("==")}},
    {"object with a space", WEBAUTHN_ENCODING, ES256, {.object_text = B(" ")}},
    {"self: signed by another key",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_SELF, .foreign_key = true}},
    {"self: signature empty",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.kind = AUTHN_SELF, .empty_signature = true}},
    {"self: signature cut", WEBAUTHN_SIGNATURE, ES256, {.kind = AUTHN_SELF, .signature_cut = 1}},
    {"self: bytes after the signature",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_SELF, .signature_tail = 1}},
    {"self: signature of 513 bytes",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.kind = AUTHN_SELF, .signature_tail = 513}},
    {"self: r and s for DER",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_SELF, .raw_signature = true}},
    {"self: a bit of the signature", WEBAUTHN_SIGNATURE, ES256, {.kind = AUTHN_SELF, .flip = 20}},
    {"self: a bit of the counter",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_SELF, .flip = 37, .flip_in = AUTHN_FLIP_AUTH}},
    {"self: a bit of the model",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_SELF, .flip = 40, .flip_in = AUTHN_FLIP_AUTH}},
    {"self: another algorithm said",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.kind = AUTHN_SELF, .statement_alg = -257}},
    {"self: RS1 said", WEBAUTHN_ATTESTATION, RS256, {.kind = AUTHN_SELF, .statement_alg = -65535}},
    {"self: EdDSA by another key",
     WEBAUTHN_SIGNATURE,
     EDDSA,
     {.kind = AUTHN_SELF, .foreign_key = true}},
    {"self: EdDSA signature zero",
     WEBAUTHN_SIGNATURE,
     EDDSA,
     {.kind = AUTHN_SELF, .signature = B(NONE_32 NONE_32)}},
    {"self: RSA by another key",
     WEBAUTHN_SIGNATURE,
     RS256,
     {.kind = AUTHN_SELF, .foreign_key = true}},
    {"certificate: signed by another key",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_PACKED, .foreign_key = true}},
    {"certificate: a bit of the signature",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_PACKED, .flip = 20}},
    {"certificate: of another algorithm",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_PACKED, .statement_alg = -257}},
    {"certificate: signature empty",
     WEBAUTHN_ATTESTATION,
     ES256,
     {.kind = AUTHN_PACKED, .empty_signature = true}},
    {"U2F: signed by another key",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.kind = AUTHN_U2F, .foreign_key = true}},
    {"U2F: a bit of the signature", WEBAUTHN_SIGNATURE, ES256, {.kind = AUTHN_U2F, .flip = 20}},
    {"U2F: an EdDSA key", WEBAUTHN_ATTESTATION, EDDSA, {.kind = AUTHN_U2F}},
};

#undef WEBAUTHN_ID_FAULT
#define WEBAUTHN_ID_FAULT WEBAUTHN_ID
/* DER of r and s, of which one or both are zero. */
#define DER_ZERO_R "\x30\x06\x02\x01\x00\x02\x01\x01"
#define DER_ZERO_S "\x30\x06\x02\x01\x01\x02\x01\x00"
#define DER_ZEROS "\x30\x06\x02\x01\x00\x02\x01\x00"
static const struct lie_row assertions[] = {
    SHARED_LIES,
    {"a registration", WEBAUTHN_TYPE, ES256, {.type = B("webauthn.create")}},
    {"type of a payment", WEBAUTHN_TYPE, ES256, {.type = B("payment.get")}},
    {"id empty", WEBAUTHN_ID, ES256, {.sent_id = B("")}},
    {"a new credential inside", WEBAUTHN_AUTH_DATA, ES256, {.set = 0x40}},
    {"flagged as registration", WEBAUTHN_AUTH_DATA, ES256, {.set = 0x40, .no_credential = true}},
    {"authenticator data of 36 bytes", WEBAUTHN_AUTH_DATA, ES256, {.cut = 1}},
    {"authenticator data empty", WEBAUTHN_ENCODING, ES256, {.cut = 37}},
    {"authenticator data padded", WEBAUTHN_ENCODING, ES256, {.object_text = B("=")}},
    {"an extension that was not asked for",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.set = 0x80,
      .extensions = B("\xa1\x6b"
                      "hmac-secret\x41\x00")}},
    {"signed by another key", WEBAUTHN_SIGNATURE, ES256, {.foreign_key = true}},
    {"EdDSA by another key", WEBAUTHN_SIGNATURE, EDDSA, {.foreign_key = true}},
    {"RSA by another key", WEBAUTHN_SIGNATURE, RS256, {.foreign_key = true}},
    {"signature empty", WEBAUTHN_ENCODING, ES256, {.empty_signature = true}},
    {"signature of one byte", WEBAUTHN_SIGNATURE, ES256, {.signature = B("\x30")}},
    {"signature cut", WEBAUTHN_SIGNATURE, ES256, {.signature_cut = 1}},
    {"bytes after the signature", WEBAUTHN_SIGNATURE, ES256, {.signature_tail = 1}},
    {"signature of 513 bytes", WEBAUTHN_ENCODING, RS256, {.signature_tail = 257}},
    {"signature of 64 KiB", WEBAUTHN_ENCODING, ES256, {.signature_tail = 1 << 16}},
    {"r and s for DER", WEBAUTHN_SIGNATURE, ES256, {.raw_signature = true}},
    {"r zero", WEBAUTHN_SIGNATURE, ES256, {.signature = B(DER_ZERO_R)}},
    {"s zero", WEBAUTHN_SIGNATURE, ES256, {.signature = B(DER_ZERO_S)}},
    {"r and s zero", WEBAUTHN_SIGNATURE, ES256, {.signature = B(DER_ZEROS)}},
    {"EdDSA cut", WEBAUTHN_SIGNATURE, EDDSA, {.signature_cut = 1}},
    {"EdDSA bytes after", WEBAUTHN_SIGNATURE, EDDSA, {.signature_tail = 1}},
    {"EdDSA zero", WEBAUTHN_SIGNATURE, EDDSA, {.signature = B(NONE_32 NONE_32)}},
    {"RSA cut", WEBAUTHN_SIGNATURE, RS256, {.signature_cut = 1}},
    {"RSA bytes after", WEBAUTHN_SIGNATURE, RS256, {.signature_tail = 1}},
    {"a bit of the signature", WEBAUTHN_SIGNATURE, ES256, {.flip = 20}},
    {"a bit of the counter", WEBAUTHN_SIGNATURE, ES256, {.flip = 37, .flip_in = AUTHN_FLIP_AUTH}},
    {"a bit of the flags", WEBAUTHN_PRESENCE, ES256, {.flip = 33, .flip_in = AUTHN_FLIP_AUTH}},
    {"a bit of the hash", WEBAUTHN_PARTY, ES256, {.flip = 1, .flip_in = AUTHN_FLIP_AUTH}},
    {"a bit of the client data",
     WEBAUTHN_SIGNATURE,
     ES256,
     {.members = B(",\"x\":\"zzzz\""), .flip = 125, .flip_in = AUTHN_FLIP_CLIENT}},
    {"signature padded", WEBAUTHN_ENCODING, ES256, {.signature_text = B("=")}},
    {"signature with a line end", WEBAUTHN_ENCODING, ES256, {.signature_text = B("\r\n")}},
    {"handle of another user",
     WEBAUTHN_USER,
     ES256,
     {.user = B("5a3c9b0e-0f0d-4c57-8f3e-0c6f1f6a7b11")}},
    {"handle cut", WEBAUTHN_USER, ES256, {.user = B("5a3c9b0e")}},
    {"handle of 65 bytes", WEBAUTHN_ENCODING, ES256, {.user = B(NONE_32 NONE_32 "\0")}},
    {"handle padded", WEBAUTHN_ENCODING, ES256, {.user_text = B("=")}},
};

static void
registration_is_refused(void **state)
{
    const struct lie_row *row = *state;
    struct webauthn_key known;
    enum webauthn_fault fault =
        authn_enroll(&authn_rules, &authn_keys[row->alg], &row->lie, &known);
    assert_string_equal(webauthn_fault_text(fault), webauthn_fault_text(row->fault));
    assert_false(str_given(known.id));
}

static void
assertion_is_refused(void **state)
{
    const struct lie_row *row = *state;
    struct webauthn_key known;
    uint32_t counter = 7;
    assert_int_equal(authn_enroll(&authn_rules, &authn_keys[row->alg], NULL, &known), WEBAUTHN_OK);
    enum webauthn_fault fault =
        authn_use(&authn_rules, &authn_keys[row->alg], &known, &row->lie, &counter);
    assert_string_equal(webauthn_fault_text(fault), webauthn_fault_text(row->fault));
    assert_int_equal(counter, 0);
}

static struct CMUnitTest
named(const struct lie_row *row, const char *what, void (*test)(void **))
{
    char *name =
        arena_cstr(&authn_arena, arena_printf(&authn_arena, "%s refused: %s", what, row->name));
    return (struct CMUnitTest){name, test, NULL, NULL, (void *)(uintptr_t)row};
}

int
main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(honest_keys_of_each_kind_pass),
        cmocka_unit_test(harmless_differences_pass),
        cmocka_unit_test(the_owner_is_verified_when_asked),
        cmocka_unit_test(a_key_without_handle_passes),
    };
    static struct CMUnitTest
        tests[COUNT_OF(plain) + COUNT_OF(registrations) + COUNT_OF(assertions)];
    size_t n = 0;
    assert_int_equal(authn_bench_start(NULL), 0);
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        tests[n++] = plain[i];
    for (size_t i = 0; i < COUNT_OF(registrations); i++)
        tests[n++] = named(&registrations[i], "registration", registration_is_refused);
    for (size_t i = 0; i < COUNT_OF(assertions); i++)
        tests[n++] = named(&assertions[i], "assertion", assertion_is_refused);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    authn_bench_stop(NULL);
    return failed;
}
