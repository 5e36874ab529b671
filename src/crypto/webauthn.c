#include "crypto/webauthn.h"

#include "base/json.h"
#include "base/mem.h"
#include "crypto/fido_api.h"
#include "crypto/token.h"
#include "crypto/webauthn_data.h"

#include <openssl/err.h>

static const char *const TEXTS[] = {
    [WEBAUTHN_OK] = "valid",
    [WEBAUTHN_ENCODING] = "not base64url, or too long",
    [WEBAUTHN_CLIENT_DATA] = "client data malformed",
    [WEBAUTHN_TYPE] = "client data of another ceremony",
    [WEBAUTHN_CHALLENGE] = "answer to another challenge",
    [WEBAUTHN_ORIGIN] = "made for another origin",
    [WEBAUTHN_ATTESTATION] = "attestation malformed",
    [WEBAUTHN_FORMAT] = "attestation of a kind that is not accepted",
    [WEBAUTHN_AUTH_DATA] = "authenticator data malformed",
    [WEBAUTHN_PARTY] = "made for another relying party",
    [WEBAUTHN_PRESENCE] = "user not present or not verified",
    [WEBAUTHN_ID] = "credential id wrong",
    [WEBAUTHN_KEY] = "public key not accepted",
    [WEBAUTHN_USER] = "belongs to another user",
    [WEBAUTHN_SIGNATURE] = "signature wrong",
};

const char *
webauthn_fault_text(enum webauthn_fault fault)
{
    return (size_t)fault < COUNT_OF(TEXTS) ? TEXTS[fault] : "refused";
}

enum err_code
webauthn_ready(struct err *err)
{
    struct fido_api api;
    return fido_api_load(&api, err);
}

static bool
decode(struct arena *a, struct str text, size_t most, struct str *out)
{
    struct buf b;
    buf_init(&b, most + 4);
    bool ok = text.n > 0 && buf_add_unbase64url(&b, text) && b.n <= most;
    *out = ok ? arena_str(a, buf_str(&b)) : STR_ABSENT;
    buf_fini(&b);
    return ok;
}

/* ---- what the browser says ---- */

/* Token binding never came to be; a browser that claims it speaks of a connection that is not ours. */
static bool
is_bound_elsewhere(const struct json *client)
{
    const struct json *binding = json_get(client, "tokenBinding");
    return binding && (json_type(binding) != JSON_OBJECT ||
                       str_eq(json_str(json_get(binding, "status")), STR("present")));
}

static bool
is_embedded(const struct json *client)
{
    const struct json *cross = json_get(client, "crossOrigin");
    bool crosses = false;
    return json_get(client, "topOrigin") || (cross && (!json_to_bool(cross, &crosses) || crosses));
}

static enum webauthn_fault
check_client(const struct json *client, const struct webauthn_rules *rules, struct str type)
{
    if (json_type(client) != JSON_OBJECT || is_bound_elsewhere(client))
        return WEBAUTHN_CLIENT_DATA;
    if (!str_eq(json_str(json_get(client, "type")), type))
        return WEBAUTHN_TYPE;
    struct str challenge = json_str(json_get(client, "challenge"));
    if (!rules->challenge.n || !str_eq_secret(challenge, rules->challenge))
        return WEBAUTHN_CHALLENGE;
    if (!str_eq(json_str(json_get(client, "origin")), rules->origin) || is_embedded(client))
        return WEBAUTHN_ORIGIN;
    return WEBAUTHN_OK;
}

/* *hash: what is signed in place of the client data. */
static enum webauthn_fault
read_client(const struct webauthn_rules *rules, struct str text, struct str type, struct arena *a,
            unsigned char hash[TOKEN_HASH_SIZE])
{
    struct str bytes;
    if (!decode(a, text, WEBAUTHN_CLIENT_DATA_MAX, &bytes))
        return WEBAUTHN_ENCODING;
    token_hash(bytes, hash);
    struct json *client = json_parse(bytes, WEBAUTHN_CLIENT_DATA_MAX, NULL);
    enum webauthn_fault fault = client ? check_client(client, rules, type) : WEBAUTHN_CLIENT_DATA;
    json_free(client);
    return fault;
}

static enum webauthn_fault
check_auth_data(const struct webauthn_rules *rules, const struct webauthn_auth_data *data)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    token_hash(rules->rp_id, hash);
    if (!str_eq(data->rp_hash, (struct str){(const char *)hash, sizeof hash}))
        return WEBAUTHN_PARTY;
    unsigned needed = WEBAUTHN_PRESENT | (rules->verified ? WEBAUTHN_VERIFIED : 0);
    return (data->flags & needed) == needed ? WEBAUTHN_OK : WEBAUTHN_PRESENCE;
}

/* ---- signatures, by libfido2 ---- */

static const unsigned char *
bytes_of(struct str s)
{
    return (const unsigned char *)s.p;
}

static bool
verify_statement(const struct fido_api *api, const struct webauthn_rules *rules,
                 const struct webauthn_attestation *at, const struct webauthn_auth_data *data,
                 const unsigned char hash[TOKEN_HASH_SIZE], struct arena *a)
{
    fido_cred_t *cred = api->cred_new();
    bool ok =
        cred && api->cred_set_type(cred, (int)data->algorithm) == FIDO_OK &&
        api->cred_set_rp(cred, arena_cstr(a, rules->rp_id), NULL) == FIDO_OK &&
        api->cred_set_clientdata_hash(cred, hash, TOKEN_HASH_SIZE) == FIDO_OK &&
        api->cred_set_authdata_raw(cred, bytes_of(at->auth_data), at->auth_data.n) == FIDO_OK &&
        api->cred_set_fmt(cred, at->format == WEBAUTHN_U2F ? "fido-u2f" : "packed") == FIDO_OK &&
        api->cred_set_attstmt(cred, bytes_of(at->statement), at->statement.n) == FIDO_OK &&
        (at->format == WEBAUTHN_SELF ? api->cred_verify_self(cred) : api->cred_verify(cred)) ==
            FIDO_OK;
    api->cred_free(&cred);
    return ok;
}

static enum webauthn_fault
check_statement(const struct webauthn_rules *rules, const struct webauthn_attestation *at,
                const struct webauthn_auth_data *data, const unsigned char hash[TOKEN_HASH_SIZE],
                struct arena *a)
{
    if (at->format == WEBAUTHN_NONE)
        return WEBAUTHN_OK;
    if (at->format == WEBAUTHN_SELF && at->algorithm != (int64_t)data->algorithm)
        return WEBAUTHN_ATTESTATION;
    if (at->format == WEBAUTHN_U2F && data->algorithm != WEBAUTHN_ES256)
        return WEBAUTHN_ATTESTATION;
    struct fido_api api;
    if (fido_api_load(&api, NULL))
        return WEBAUTHN_SIGNATURE;
    api.init(0);
    bool ok = verify_statement(&api, rules, at, data, hash, a);
    ERR_clear_error();
    return ok ? WEBAUTHN_OK : WEBAUTHN_SIGNATURE;
}

/* A public key as the library's own object; the three kinds differ in name only. */
union fido_key {
    es256_pk_t *es256;
    eddsa_pk_t *eddsa;
    rs256_pk_t *rs256;
    const void *any;
};

static bool
key_open(const struct fido_api *api, const struct webauthn_key *k, union fido_key *out)
{
    out->any = NULL;
    switch (k->algorithm) {
    case WEBAUTHN_ES256:
        out->es256 = api->es256_new();
        return out->any && api->es256_from_ptr(out->es256, k->public_key.p, k->public_key.n) == 0;
    case WEBAUTHN_EDDSA:
        out->eddsa = api->eddsa_new();
        return out->any && api->eddsa_from_ptr(out->eddsa, k->public_key.p, k->public_key.n) == 0;
    case WEBAUTHN_RS256:
        out->rs256 = api->rs256_new();
        return out->any && api->rs256_from_ptr(out->rs256, k->public_key.p, k->public_key.n) == 0;
    }
    return false;
}

static void
key_close(const struct fido_api *api, const struct webauthn_key *k, union fido_key *key)
{
    switch (k->algorithm) {
    case WEBAUTHN_ES256:
        api->es256_free(&key->es256);
        break;
    case WEBAUTHN_EDDSA:
        api->eddsa_free(&key->eddsa);
        break;
    case WEBAUTHN_RS256:
        api->rs256_free(&key->rs256);
        break;
    }
}

struct signed_data {
    struct str auth_data, signature;
    const unsigned char *hash;
};

static bool
verify_assertion(const struct fido_api *api, const struct webauthn_rules *rules,
                 const struct webauthn_key *k, const struct signed_data *in, struct arena *a)
{
    union fido_key key;
    fido_assert_t *as = api->assert_new();
    bool ok =
        key_open(api, k, &key) && as &&
        api->assert_set_rp(as, arena_cstr(a, rules->rp_id)) == FIDO_OK &&
        api->assert_set_clientdata_hash(as, in->hash, TOKEN_HASH_SIZE) == FIDO_OK &&
        api->assert_set_count(as, 1) == FIDO_OK &&
        api->assert_set_authdata_raw(as, 0, bytes_of(in->auth_data), in->auth_data.n) == FIDO_OK &&
        api->assert_set_sig(as, 0, bytes_of(in->signature), in->signature.n) == FIDO_OK &&
        api->assert_verify(as, 0, (int)k->algorithm, key.any) == FIDO_OK;
    key_close(api, k, &key);
    api->assert_free(&as);
    return ok;
}

/* ---- the two ceremonies ---- */

/* The new credential as the authenticator describes it, and whether that may be said of it. */
static enum webauthn_fault
read_registration(const struct webauthn_rules *rules, const struct webauthn_registration *in,
                  struct arena *a, struct webauthn_attestation *at, struct webauthn_auth_data *data)
{
    struct str id, object;
    if (!decode(a, in->id, WEBAUTHN_ID_MAX, &id) ||
        !decode(a, in->attestation, WEBAUTHN_ATTESTATION_MAX, &object))
        return WEBAUTHN_ENCODING;
    enum webauthn_fault fault = webauthn_read_attestation(object, at);
    if (!fault)
        fault = webauthn_read_auth_data(at->auth_data, data);
    if (!fault)
        fault = check_auth_data(rules, data);
    if (fault)
        return fault;
    if (!(data->flags & WEBAUTHN_ATTESTED))
        return WEBAUTHN_AUTH_DATA;
    return str_eq(id, data->id) ? WEBAUTHN_OK : WEBAUTHN_ID;
}

enum webauthn_fault
webauthn_register(const struct webauthn_rules *rules, const struct webauthn_registration *in,
                  struct arena *a, struct webauthn_key *out)
{
    *out = (struct webauthn_key){.algorithm = WEBAUTHN_ES256};
    unsigned char hash[TOKEN_HASH_SIZE];
    struct webauthn_attestation at;
    struct webauthn_auth_data data;
    enum webauthn_fault fault =
        read_client(rules, in->client_data, STR("webauthn.create"), a, hash);
    if (!fault)
        fault = read_registration(rules, in, a, &at, &data);
    if (!fault)
        fault = check_statement(rules, &at, &data, hash, a);
    if (fault)
        return fault;
    *out = (struct webauthn_key){.id = in->id,
                                 .algorithm = data.algorithm,
                                 .public_key =
                                     arena_str(a, (struct str){(const char *)data.key, data.key_n}),
                                 .counter = data.counter};
    return WEBAUTHN_OK;
}

static enum webauthn_fault
check_user(struct str handle, struct str user, struct arena *a)
{
    struct str bytes;
    if (!handle.n)
        return WEBAUTHN_OK;
    if (!decode(a, handle, WEBAUTHN_USER_MAX, &bytes))
        return WEBAUTHN_ENCODING;
    return str_eq(bytes, user) ? WEBAUTHN_OK : WEBAUTHN_USER;
}

/* As far as it goes without the signature. */
static enum webauthn_fault
read_assertion(const struct webauthn_rules *rules, const struct webauthn_assertion *in,
               struct arena *a, struct webauthn_auth_data *data, struct str *bytes,
               struct str *signature)
{
    if (!decode(a, in->auth_data, WEBAUTHN_AUTH_DATA_MAX, bytes) ||
        !decode(a, in->signature, WEBAUTHN_SIGNATURE_MAX, signature))
        return WEBAUTHN_ENCODING;
    enum webauthn_fault fault = webauthn_read_auth_data(*bytes, data);
    if (!fault)
        fault = check_auth_data(rules, data);
    return !fault && data->flags & WEBAUTHN_ATTESTED ? WEBAUTHN_AUTH_DATA : fault;
}

enum webauthn_fault
webauthn_assert(const struct webauthn_rules *rules, const struct webauthn_key *key, struct str user,
                const struct webauthn_assertion *in, struct arena *a, uint32_t *counter)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    struct webauthn_auth_data data;
    struct signed_data what = {.hash = hash};
    *counter = 0;
    if (!str_eq(in->id, key->id))
        return WEBAUTHN_ID;
    enum webauthn_fault fault = read_client(rules, in->client_data, STR("webauthn.get"), a, hash);
    if (!fault)
        fault = check_user(in->user_handle, user, a);
    if (!fault)
        fault = read_assertion(rules, in, a, &data, &what.auth_data, &what.signature);
    struct fido_api api;
    if (!fault && fido_api_load(&api, NULL))
        fault = WEBAUTHN_SIGNATURE;
    if (fault)
        return fault;
    api.init(0);
    bool ok = verify_assertion(&api, rules, key, &what, a);
    ERR_clear_error();
    *counter = ok ? data.counter : 0;
    return ok ? WEBAUTHN_OK : WEBAUTHN_SIGNATURE;
}
