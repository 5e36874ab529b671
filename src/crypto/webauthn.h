#ifndef CRYPTO_WEBAUTHN_H
#define CRYPTO_WEBAUTHN_H
/*
 * WebAuthn for the relying party: is what a browser brings from a security key the answer to our
 * challenge? Everything that comes from outside is first held to its form here (strict base64url,
 * strict JSON, canonical CBOR, sizes, no byte too many); the signature is libfido2's business.
 *
 * Attestation is not asked for ("none"). What comes all the same has to be true: packed with the new
 * key itself or with a certificate, and fido-u2f, are verified; other statements are refused. No
 * certificate is followed to a root: a statement about the model is not what we trust.
 *
 * No state but the library that is loaded at first use (webauthn_ready). Any thread.
 */
#include "base/arena.h"
#include "base/err.h"

/* Bytes after decoding. 1023 is what the standard allows for an id. */
enum {
    WEBAUTHN_ID_MAX = 1023,
    WEBAUTHN_CLIENT_DATA_MAX = 4096,
    WEBAUTHN_AUTH_DATA_MAX = 4096,
    WEBAUTHN_ATTESTATION_MAX = 16 * 1024,
    WEBAUTHN_SIGNATURE_MAX = 512,
    WEBAUTHN_USER_MAX = 64
};

/* COSE numbers of what we take; WEBAUTHN_ALGORITHMS in the order of our preference. */
enum webauthn_algorithm { WEBAUTHN_ES256 = -7, WEBAUTHN_EDDSA = -8, WEBAUTHN_RS256 = -257 };
#define WEBAUTHN_ALGORITHMS WEBAUTHN_ES256, WEBAUTHN_EDDSA, WEBAUTHN_RS256

enum webauthn_fault {
    WEBAUTHN_OK,
    WEBAUTHN_ENCODING,    /* not strict base64url, or too long */
    WEBAUTHN_CLIENT_DATA, /* not the JSON object it has to be */
    WEBAUTHN_TYPE,        /* a registration for an assertion, or the other way round */
    WEBAUTHN_CHALLENGE,   /* the answer to another challenge */
    WEBAUTHN_ORIGIN,      /* made for another site, or inside of one */
    WEBAUTHN_ATTESTATION, /* the attestation object is malformed */
    WEBAUTHN_FORMAT,      /* a statement of a kind that is not accepted */
    WEBAUTHN_AUTH_DATA,   /* too short, too long, or malformed */
    WEBAUTHN_PARTY,       /* made for another relying party id */
    WEBAUTHN_PRESENCE,    /* nobody touched the key, or the person was not verified */
    WEBAUTHN_ID,          /* not the credential that it says it is */
    WEBAUTHN_KEY,         /* a public key of another algorithm, size or form, or a weak one */
    WEBAUTHN_USER,        /* belongs to another person */
    WEBAUTHN_SIGNATURE
};
const char *webauthn_fault_text(enum webauthn_fault fault);

/* Loads libfido2; slow the first time, so before a transaction. */
enum err_code webauthn_ready(struct err *err) MUST_USE;

struct webauthn_rules {
    struct str rp_id;     /* "login.example.com" */
    struct str origin;    /* "https://login.example.com" */
    struct str challenge; /* as it was handed out: base64url */
    bool verified;        /* the key must have verified its owner (PIN, finger), not only a touch */
};

struct webauthn_key {
    struct str id; /* base64url */
    enum webauthn_algorithm algorithm;
    /* ES256: x and y; EdDSA: 32 bytes; RS256: modulus (256 bytes) and exponent (3). */
    struct str public_key;
    uint32_t counter; /* 0: the authenticator does not count */
};

/* All texts are base64url, as they were sent. */
struct webauthn_registration {
    struct str id, client_data, attestation;
};
/* On WEBAUTHN_OK *out is the new credential, in the arena. */
enum webauthn_fault webauthn_register(const struct webauthn_rules *rules,
                                      const struct webauthn_registration *in, struct arena *a,
                                      struct webauthn_key *out);

struct webauthn_assertion {
    struct str id, client_data, auth_data, signature;
    struct str user_handle; /* absent or empty: the authenticator keeps none */
};
/*
 * `user` is what was handed out as user.id, before encoding. On WEBAUTHN_OK *counter is the new
 * count; comparing it with the one kept is for who keeps it, in one statement.
 */
enum webauthn_fault webauthn_assert(const struct webauthn_rules *rules,
                                    const struct webauthn_key *key, struct str user,
                                    const struct webauthn_assertion *in, struct arena *a,
                                    uint32_t *counter);
#endif
