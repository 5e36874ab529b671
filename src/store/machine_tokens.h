#ifndef STORE_MACHINE_TOKENS_H
#define STORE_MACHINE_TOKENS_H
/*
 * Tokens of machines, each in one tenant and of one of four kinds: API tokens, which are exchanged
 * for sessions, and access tokens, which are used as they are; of a tenant or of a person. A tenant's
 * token has roles and permissions of its own, a person's has what the person has.
 *
 * A token is alive while its time is not over, its tenant is there, and its owner (the person, or who
 * made the tenant's token) is a member of the tenant in good standing. With the owner's membership
 * the token is gone.
 */
#include "store/sessions.h"
#include "store/store.h"

enum machine_kind {
    MACHINE_TENANT_API,
    MACHINE_USER_API,
    MACHINE_TENANT_ACCESS,
    MACHINE_USER_ACCESS,
    MACHINE_KINDS
};
const char *machine_kind_name(enum machine_kind kind); /* "tenantApiToken", as the JWT's type */
bool machine_kind_parse(struct str name, enum machine_kind *out);
static inline bool
machine_kind_is_user(enum machine_kind kind)
{
    return kind == MACHINE_USER_API || kind == MACHINE_USER_ACCESS;
}
static inline bool
machine_kind_is_api(enum machine_kind kind)
{
    return kind == MACHINE_TENANT_API || kind == MACHINE_USER_API;
}

/* Of one tenant, or of one person in it, of one kind; and refresh tokens of one API token. */
enum {
    MACHINE_TOKENS_OF_TENANT_MAX = 1000,
    MACHINE_TOKENS_OF_USER_MAX = 100,
    MACHINE_SESSIONS_MAX = 100
};

struct machine_token {
    int64_t seq, tenant_seq, owner_seq; /* owner_seq 0: none */
    enum machine_kind kind;
    struct str id, tenant_id, owner_id, description, metadata, secret_hash;
    bool owner_is_super;                         /* of a person's token */
    int64_t created_at, expires_at;              /* expires_at 0: never */
    const struct str *role_ids, *permission_ids; /* filled by get and list */
    size_t n_role_ids, n_permission_ids;
};
struct machine_token_list {
    struct machine_token *items;
    size_t n;
};

/*
 * Adds *t to the scope's tenant with its roles and permissions; fills id (when absent), seq and
 * created_at. ERR_NOT_FOUND "User", "Role", "Permission" or "Tenant not found"; ERR_LIMIT when there
 * are too many.
 */
enum err_code store_machine_token_add(const struct scope *s, struct machine_token *t,
                                      struct err *err) MUST_USE;
/* Those of the scope's tenant, expired ones too, oldest first; of a person's kinds only owner_id's. */
enum err_code store_machine_token_list(const struct scope *s, enum machine_kind kind,
                                       struct str owner_id, struct machine_token_list *out,
                                       struct err *err) MUST_USE;
enum err_code store_machine_token_get(const struct scope *s, enum machine_kind kind,
                                      struct str owner_id, struct str id, struct machine_token *out,
                                      struct err *err) MUST_USE;
enum {
    MACHINE_F_DESCRIPTION = 1 << 0,
    MACHINE_F_METADATA = 1 << 1,
    MACHINE_F_ROLES = 1 << 2,
    MACHINE_F_PERMISSIONS = 1 << 3
};
/* Writes the members named by `given` of *t to the token t->seq, which `get` gave. */
enum err_code store_machine_token_update(const struct scope *s, const struct machine_token *t,
                                         unsigned given, struct err *err) MUST_USE;
enum err_code store_machine_token_delete(const struct scope *s, enum machine_kind kind,
                                         struct str owner_id, struct str id,
                                         struct err *err) MUST_USE;

/* ---- using one ---- */

struct machine_query {
    struct str vendor, id;
    int64_t now;
    /* An owner whom wrong guesses locked counts as locked: for signing in. Else that does not end
     * what is there already, or guessing would be a way to do so. */
    bool strict;
};
/* The living token of that id, without its lists; ERR_NOT_FOUND else. */
enum err_code store_machine_token_find(struct db_conn *conn, struct arena *a,
                                       const struct machine_query *q, struct machine_token *out,
                                       struct err *err) MUST_USE;
/* What it may do at the moment. */
enum err_code store_machine_token_rights(struct db_conn *conn, struct arena *a,
                                         const struct machine_token *t, struct rights *out,
                                         struct err *err) MUST_USE;
/* Ids of all living ones of the kind in the scope. */
enum err_code store_machine_token_active(const struct scope *s, enum machine_kind kind,
                                         struct str **out, size_t *n, struct err *err) MUST_USE;

/* ---- sessions of API tokens ---- */

struct machine_session {
    struct str id, family_hash, secret_hash; /* see server/session_token.h */
    struct str token_id;                     /* filled by get */
    int64_t expires_at;
};
/*
 * Adds one to the token t, if that still is there with that secret (ERR_NOT_FOUND else), and drops
 * the oldest beyond MACHINE_SESSIONS_MAX: of many at once no two can both leave that many.
 */
enum err_code store_machine_session_add(const struct scope *s, const struct machine_token *t,
                                        const struct machine_session *in, struct err *err) MUST_USE;
/* ERR_NOT_FOUND if it ended or its time is over. */
enum err_code store_machine_session_get(const struct scope *s, struct str id,
                                        struct machine_session *out, struct err *err) MUST_USE;
/* Replaces the secret if it still is the one of `was`; ERR_NOT_FOUND else. */
enum err_code store_machine_session_refresh(const struct scope *s,
                                            const struct machine_session *was,
                                            const struct machine_session *to,
                                            struct err *err) MUST_USE;
/* Ends it; none is fine. */
enum err_code store_machine_session_end(const struct scope *s, struct str id,
                                        struct err *err) MUST_USE;
#endif
