/*
 * Any bytes as attestation object, authenticator data or client data: nothing is read past the end, what is taken
 * apart lies inside of the input, and nothing that was not signed passes. The first byte says which.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "crypto/cbor.h"
#include "crypto/webauthn_data.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct webauthn_rules RULES = {
    {"rp.example", 10}, {"https://rp.example", 18}, {"AAAAAAAAAAAAAAAAAAAAAA", 22}, false};
#define CLIENT_DATA                                                                                \
    "{\"type\":\"%s\",\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"origin\":\"https://rp.example\"}"

static void
check_inside(struct str part, struct str all)
{
    ASSERT(part.n == 0 || (part.p >= all.p && part.p + part.n <= all.p + all.n));
}

static void
check_auth_data(struct str bytes)
{
    struct webauthn_auth_data d;
    if (webauthn_read_auth_data(bytes, &d))
        return;
    check_inside(d.rp_hash, bytes);
    check_inside(d.id, bytes);
    bool attested = (d.flags & WEBAUTHN_ATTESTED) != 0;
    ASSERT(d.rp_hash.n == WEBAUTHN_RP_HASH_SIZE && bytes.n <= WEBAUTHN_AUTH_DATA_MAX);
    ASSERT(attested == (d.id.n > 0) && d.id.n <= WEBAUTHN_ID_MAX);
    ASSERT(attested ? d.key_n == 32 || d.key_n == 64 || d.key_n == 259 : d.key_n == 0);
    ASSERT(attested || bytes.n == 37 || d.flags & WEBAUTHN_EXTENDED);
}

static void
check_attestation(struct str bytes)
{
    struct webauthn_attestation at;
    if (webauthn_read_attestation(bytes, &at))
        return;
    check_inside(at.auth_data, bytes);
    check_inside(at.statement, bytes);
    check_auth_data(at.auth_data);
    struct str rest = at.statement;
    ASSERT(cbor_skip(&rest, NULL) && rest.n == 0);
}

static struct str
encoded(struct arena *a, struct str bytes)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_base64url(&b, bytes.p, bytes.n);
    struct str text = arena_str(a, buf_str(&b));
    buf_fini(&b);
    return text;
}

/* A registration may pass, with `none` for a statement; then it is the one that was asked for. */
static void
check_register(struct str object, struct arena *a)
{
    struct webauthn_attestation at;
    struct webauthn_auth_data d = {.key_n = 0};
    struct webauthn_key key;
    if (!webauthn_read_attestation(object, &at))
        (void)webauthn_read_auth_data(at.auth_data, &d);
    struct webauthn_registration in = {encoded(a, d.id.n ? d.id : STR("?")),
                                       encoded(a, arena_printf(a, CLIENT_DATA, "webauthn.create")),
                                       encoded(a, object)};
    if (!webauthn_register(&RULES, &in, a, &key))
        ASSERT(str_eq(key.id, in.id) && key.public_key.n == d.key_n && d.flags & WEBAUTHN_PRESENT);
}

/* A signature that fits by chance would be a find indeed. */
static void
check_assert(struct str auth_data, struct str client, struct arena *a)
{
    static const char generator[] =
        "\x58\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66"
        "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66";
    struct webauthn_key key = {{"AA", 2}, WEBAUTHN_EDDSA, {generator, 32}, 0};
    uint32_t counter = 1;
    struct webauthn_assertion in = {
        key.id, encoded(a, client), encoded(a, auth_data), encoded(a, auth_data), {NULL, 0}};
    ASSERT(webauthn_assert(&RULES, &key, STR("u"), &in, a, &counter) && counter == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena a;
    struct str rest = {(const char *)data + 1, size - 1};
    arena_init(&a, 1 << 22);
    switch (data[0] % 4) {
    case 0:
        check_attestation(rest);
        check_register(rest, &a);
        break;
    case 1:
        check_auth_data(rest);
        check_assert(rest, arena_printf(&a, CLIENT_DATA, "webauthn.get"), &a);
        break;
    case 2:
        check_assert(STR("0123456789012345678901234567890123456"), rest, &a);
        break;
    default:
        for (struct str at = rest, item; cbor_skip(&at, &item);)
            check_inside(item, rest);
        break;
    }
    arena_fini(&a);
    return 0;
}
