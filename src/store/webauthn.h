#ifndef STORE_WEBAUTHN_H
#define STORE_WEBAUTHN_H
/*
 * Security keys of people: public key, count of signatures, and what they are called. A key belongs
 * to one person of an environment, and goes with the other factors in store_factors_clear. Whether a
 * signature is right is decided in crypto/webauthn.h.
 */
#include "store/store.h"

/* Keys of one person. */
enum { WEBAUTHN_CREDENTIALS_MAX = 20 };

struct webauthn_credential {
    struct str id; /* ours */
    /* The key's own id in base64url, and its hash (token_hash_hex), by which it is known. */
    struct str credential_id, credential_hash;
    int64_t algorithm; /* COSE */
    struct str public_key;
    int64_t sign_count;
    bool platform; /* built into a device, else one that can be carried around */
    struct str name;
    int64_t created_at, last_used_at;
};
struct webauthn_list {
    struct webauthn_credential *items;
    size_t n;
};

/* Fills in id and created_at. ERR_CONFLICT if somebody in the environment has this key already,
 * ERR_LIMIT if the person has too many. */
enum err_code store_webauthn_add(const struct scope *s, struct str user_id,
                                 struct webauthn_credential *k, struct err *err) MUST_USE;
/* In the order in which they were added. */
enum err_code store_webauthn_list(const struct scope *s, struct str user_id,
                                  struct webauthn_list *out, struct err *err) MUST_USE;
enum err_code store_webauthn_get(const struct scope *s, struct str user_id, struct str id,
                                 struct webauthn_credential *out, struct err *err) MUST_USE;
/*
 * The key signed and counted so far: ERR_CONFLICT unless that is more than before. A key that never
 * counts says 0 each time.
 */
enum err_code store_webauthn_use(const struct scope *s, struct str user_id, struct str id,
                                 int64_t sign_count, struct err *err) MUST_USE;
#endif
