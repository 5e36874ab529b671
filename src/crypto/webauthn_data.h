#ifndef CRYPTO_WEBAUTHN_DATA_H
#define CRYPTO_WEBAUTHN_DATA_H
/* The two binary forms of WebAuthn, taken apart: attestation object and authenticator data. For
 * webauthn.c and the fuzz harness. Results are views into the input but for the public key. */
#include "crypto/webauthn.h"

enum webauthn_flag {
    WEBAUTHN_PRESENT = 1 << 0,
    WEBAUTHN_VERIFIED = 1 << 2,
    WEBAUTHN_MAY_BACK_UP = 1 << 3,
    WEBAUTHN_BACKED_UP = 1 << 4,
    WEBAUTHN_ATTESTED = 1 << 6, /* a new credential follows */
    WEBAUTHN_EXTENDED = 1 << 7  /* a map of extension outputs follows */
};

enum { WEBAUTHN_RP_HASH_SIZE = 32, WEBAUTHN_KEY_MAX = 259 };

struct webauthn_auth_data {
    struct str rp_hash;
    unsigned flags;
    uint32_t counter;
    /* Only with WEBAUTHN_ATTESTED. */
    struct str id;
    enum webauthn_algorithm algorithm;
    size_t key_n;
    unsigned char key[WEBAUTHN_KEY_MAX];
};
/* To the last byte; any other length is a fault. */
enum webauthn_fault webauthn_read_auth_data(struct str bytes, struct webauthn_auth_data *out);

enum webauthn_format { WEBAUTHN_NONE, WEBAUTHN_SELF, WEBAUTHN_PACKED, WEBAUTHN_U2F };

struct webauthn_attestation {
    enum webauthn_format format;
    struct str auth_data;
    struct str statement; /* CBOR */
    int64_t algorithm;    /* of the statement; 0 if it names none */
};
enum webauthn_fault webauthn_read_attestation(struct str bytes, struct webauthn_attestation *out);
#endif
