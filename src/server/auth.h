#ifndef SERVER_AUTH_H
#define SERVER_AUTH_H
/*
 * Who is calling. Tokens come as `Authorization: Bearer` or `x-access-token`, are JWTs signed by
 * one of the environments' keys, and are checked in full once; then the verdict is remembered under
 * the hash of the token until it expires, in a bounded table. What a user or tenant may lose at
 * any time (account, membership) is asked of the database again when the verdict is older than a
 * second or somebody changed a principal.
 *
 * The table locks by shard; verdicts are counted references. Any thread.
 */
#include "crypto/jwt.h"
#include "server/call.h"

struct authority;
struct jwt_template;
struct store;

enum { AUTH_VENDOR_TOKEN_S = 3600 };

struct auth_environment {
    struct str id;                    /* client id */
    const struct jwt_key *key;        /* signs new tokens: RS256, as the service does */
    const struct jwt_key *shared_key; /* the same for HS256; NULL: there is none */
    struct jwt_key **keys;            /* verify; the signing one among them */
    size_t n_keys;
};

/* Reads environments and their keys from the store; makes nothing. */
enum err_code auth_new(struct authority **out, struct store *store, struct err *err) MUST_USE;
void auth_free(struct authority *take);

size_t auth_environments(const struct authority *a);
const struct auth_environment *auth_environment(const struct authority *a, size_t i);
/* NULL if there is none of that id. */
const struct auth_environment *auth_find_environment(const struct authority *a, struct str id);

/* A remembered verdict; give it back with auth_release. */
struct auth_verdict;
const struct principal *auth_principal(const struct auth_verdict *v);
struct str auth_vendor(const struct auth_verdict *v);
void auth_release(struct auth_verdict *take); /* NULL is fine */

/*
 * Checks a token. ERR_UNAUTHENTICATED with a text for the caller if it is not good; other codes if
 * the database could not be asked: then nobody gets in.
 */
enum err_code auth_check(struct authority *a, struct str token, int64_t now,
                         struct auth_verdict **out, struct err *err) MUST_USE;
/* From now on every remembered user and tenant is looked up again. */
void auth_forget(struct authority *a);

/*
 * Appends a token of the environment; `claims` writes members of the payload after iss, aud, iat
 * and exp. With a template the payload is what the template makes of it, see jwt_claims.h; `claims`
 * then also writes what templates may name.
 */
struct auth_grant {
    struct str vendor;
    struct str issuer;
    enum jwt_alg algorithm;
    const struct jwt_template *template; /* NULL: none */
    struct str app_id;                   /* for templates; absent: none */
    int64_t now, lifetime_s;             /* lifetime 0: no exp */
    void (*claims)(struct jw *w, void *arg);
    void *arg;
};
enum err_code auth_issue(const struct authority *a, const struct auth_grant *grant, struct buf *out,
                         struct err *err) MUST_USE;

/* The permission key is held, directly or by a pattern that ends in '*'. */
bool auth_may(const struct principal *p, struct str permission);

/* For /metrics. */
struct auth_counts {
    uint64_t hits, misses, entries;
};
void auth_count(struct authority *a, struct auth_counts *out);
#endif
