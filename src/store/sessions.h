#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H
/*
 * Who is signed in. A session is one sign-in of one person with all tokens that came of it; it ends
 * by being deleted. What is kept of its refresh token are hashes: `family` stays the same for the
 * life of the session, `secret` is replaced at each refresh, by one conditional statement, so that
 * of any number of callers with the same token one succeeds, on any number of servers.
 *
 * Sessions in a tenant end with the tenant and with the person's place in it; those functions of the
 * store see to it. Expired sessions are as good as none; they are swept a few at a time whenever one is added.
 */
#include "store/store.h"

/* Per person; the oldest end when there are more. Keeps lists of one's own sessions short. */
enum { SESSIONS_OF_USER_MAX = 500 };

struct session {
    int64_t seq, user_seq, tenant_seq;
    struct str id; /* sid of access tokens */
    struct str user_id, tenant_id, user_email;
    struct str family_hash, secret_hash;
    int64_t rotations;
    int64_t rotated_at; /* ms, when secret_hash was written */
    unsigned methods;   /* how the person was identified; bits of enum signin_method */
    bool impersonated;
    struct str ip, user_agent;
    struct str client;           /* the user agent in few words, for lists and counts */
    int64_t mfa;                 /* how strong the second factor was, 0: there was none */
    int64_t created_at, auth_at; /* auth_at: last time that the person themselves did something */
    int64_t used_at;             /* last refresh */
    int64_t expires_at;
};

/*
 * Adds *in (user_seq and tenant_seq name user and tenant; created_at, auth_at, used_at and
 * rotated_at are the scope's now), then ends the person's oldest sessions beyond `most`. *ended
 * (may be NULL) is how many that were. Call store_user_signed_in first: it makes sign-ins of one
 * person follow one another, so that two at once cannot both leave `most`.
 */
enum err_code store_session_add(const struct scope *s, const struct session *in, int64_t most,
                                int64_t *ended, struct err *err) MUST_USE;
/* ERR_NOT_FOUND if it ended, ERR_GONE if its time is over. The scope's tenant is not looked at. */
enum err_code store_session_get(const struct scope *s, struct str id, struct session *out,
                                struct err *err) MUST_USE;

struct session_refresh {
    struct str secret_hash; /* the new one */
    int64_t tenant_seq;
    unsigned methods;
    int64_t mfa;
    int64_t rotated_at; /* of a clock read inside of the transaction */
    int64_t expires_at;
    bool is_sign_in; /* the person did something: sets auth_at */
    bool stays;      /* tenant_seq and mfa are what they were */
};
/*
 * Replaces the secret of `was` if it still is the one in `was`; ERR_NOT_FOUND if it is not, or the
 * session ended.
 */
enum err_code store_session_refresh(const struct scope *s, const struct session *was,
                                    const struct session_refresh *to, struct err *err) MUST_USE;

/* Ends one; with user_id given only if it is that person's. ERR_NOT_FOUND if there is none. */
enum err_code store_session_end(const struct scope *s, struct str user_id, struct str id,
                                struct err *err) MUST_USE;
/*
 * Ends all of a person (user_id absent: of everybody) but the one named (absent: all). With a tenant
 * in the scope only those that are in that tenant. *ended may be NULL.
 */
enum err_code store_sessions_end(const struct scope *s, struct str user_id, struct str except,
                                 int64_t *ended, struct err *err) MUST_USE;

/* The person's sessions go on in the scope's tenant; the caller knows that they are a member. */
enum err_code store_sessions_move(const struct scope *s, struct str user_id,
                                  struct err *err) MUST_USE;

/* Living ones, newest first: of the environment or the scope's tenant, of one person if given. */
struct session_query {
    struct str user_id; /* absent: everybody */
    int64_t offset, limit;
    int64_t before_at, before_seq; /* with before_at: only those older than that place */
};
struct session_list {
    struct session *items;
    size_t n;
};
enum err_code store_session_list(const struct scope *s, const struct session_query *q,
                                 struct session_list *out, struct err *err) MUST_USE;

/*
 * What an access token stands on, in one look: the session lives, and its person is a member of the
 * tenant in good standing. ERR_NOT_FOUND if not.
 */
struct session_check {
    struct str vendor, session_id, user_id, tenant_id;
    int64_t now;
    int64_t user_seq, tenant_seq; /* found */
    bool super_user;              /* found */
};
enum err_code store_session_check(struct db_conn *conn, struct session_check *c,
                                  struct err *err) MUST_USE;

/* What a person may do in a tenant, by the roles they hold there, themselves and by their groups. */
struct rights {
    const struct str *roles, *permissions; /* keys, each once */
    const struct str *role_ids;            /* of the roles */
    const int64_t *levels;                 /* of the roles */
    size_t n_roles, n_permissions;
};
enum err_code store_rights_get(struct db_conn *conn, struct arena *a, int64_t user_seq,
                               int64_t tenant_seq, struct rights *out, struct err *err) MUST_USE;
#endif
