#ifndef TESTS_SUPPORT_AUTHENTICATOR_H
#define TESTS_SUPPORT_AUTHENTICATOR_H
/*
 * A security key and the browser in front of it, in software: makes credentials and signs
 * challenges with OpenSSL, writes its CBOR by hand, and lies about any single thing when asked to.
 * Memory comes from the arena given; failures of the set-up fail the test. For tests; one thread.
 */
#include "base/arena.h"
#include "base/str.h"

enum authn_alg { AUTHN_ES256, AUTHN_EDDSA, AUTHN_RS256 };
enum authn_kind { AUTHN_NONE, AUTHN_SELF, AUTHN_PACKED, AUTHN_U2F };

struct authn {
    enum authn_alg alg;
    void *key;        /* EVP_PKEY of the credential */
    struct str id;    /* raw */
    uint32_t counter; /* of the next message; goes up by one with each */
};
void authn_init(struct authn *n, enum authn_alg alg, struct arena *a);
void authn_fini(struct authn *n);

/* What the honest browser was told. */
struct authn_site {
    struct str rp_id, origin, challenge;
    struct str user; /* user.id, not encoded; absent: the key returns no handle */
};

/*
 * One lie, or several. Zero members are the truth. Sizes are "one more than", so that 0 bytes can be
 * asked for: x_size = 1 writes an x of 0 bytes.
 */
struct authn_lie {
    /* client data */
    struct str type, challenge, origin;
    struct str members;       /* further members, with a comma in front */
    struct str client;        /* instead of the whole text */
    struct str before, after; /* around the text */
    /* authenticator data */
    struct str rp_id;
    unsigned set, clear; /* flags */
    uint32_t counter;
    bool no_counter;       /* 0, as keys that do not count say */
    size_t id_size;        /* length that is claimed */
    size_t new_id_size;    /* an id of so many bytes, claimed and there */
    size_t cut;            /* bytes missing at the end, before it is signed */
    struct str extensions; /* after the key; set the flag yourself */
    size_t tail;           /* zero bytes at the end, before it is signed */
    bool no_credential;    /* leave id and key out */
    /* COSE key */
    int kty, alg, crv;
    size_t x_size, y_size; /* modulus and exponent for RSA */
    struct str x;          /* instead of the bytes, see x_size for another length */
    struct str key;        /* instead of the whole map */
    struct str key_head;   /* instead of the first byte */
    struct str key_tail;   /* further members */
    /* attestation */
    enum authn_kind kind;
    struct str format, statement; /* the statement as CBOR */
    int statement_alg;
    struct str object_head, object_tail;
    bool format_twice, other_order;
    bool foreign_key; /* signed with a key of somebody else */
    /* signature */
    bool empty_signature, raw_signature;
    size_t signature_cut, signature_tail;
    struct str signature;
    unsigned flip; /* 1 + offset of a byte to turn over in what is sent: */
    enum { AUTHN_FLIP_SIGNATURE, AUTHN_FLIP_AUTH, AUTHN_FLIP_CLIENT } flip_in;
    /* encoding of the texts sent; appended */
    struct str id_text, client_text, object_text, signature_text, user_text;
    struct str sent_id; /* instead of the id */
    struct str user;    /* instead of the user */
};

struct authn_reply {
    struct str id, client_data, attestation;      /* registration */
    struct str auth_data, signature, user_handle; /* assertion */
};
/* lie may be NULL. */
struct authn_reply authn_register(struct authn *n, const struct authn_site *site,
                                  const struct authn_lie *lie, struct arena *a);
struct authn_reply authn_assert(struct authn *n, const struct authn_site *site,
                                const struct authn_lie *lie, struct arena *a);
#endif
