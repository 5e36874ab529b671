#ifndef SERVER_CALL_H
#define SERVER_CALL_H
/*
 * One request on its way through the pipeline
 *     route > scope > auth > body > validate > handler (transaction) > encode > audit > commit
 * A handler gets typed, validated input and a reply writer; it knows neither libmicrohttpd nor JSON
 * syntax, and tests call it directly. A call lives in one server thread; everything in `arena` goes
 * with it.
 *
 *   enum err_code op_users_get(struct call *c, struct err *err);
 *
 * Returning ERR_OK sends op->status with what was written to the reply; anything else sends the
 * error in the service's shape and rolls back.
 */
#include "api/op.h"
#include "base/arena.h"
#include "base/json.h"

struct server;
struct store;
struct scope;
struct store_page;
struct db_conn;

enum principal_kind {
    PRINCIPAL_NONE,
    PRINCIPAL_VENDOR,       /* environment token */
    PRINCIPAL_USER,         /* userToken */
    PRINCIPAL_TENANT_TOKEN, /* tenantApiToken, tenantAccessToken */
    PRINCIPAL_USER_TOKEN    /* userApiToken, userAccessToken */
};

struct principal {
    enum principal_kind kind;
    struct str token_id;  /* sub of the token */
    struct str tenant_id; /* of a user or tenant token */
    struct str user_id;
    struct str session_id;
    const struct str *permissions; /* keys; "fe.secure.*" matches by prefix */
    size_t n_permissions;
    bool super_user;
    struct str actor_id, actor_email; /* of a delegated token: who acts for them; absent else */
};

struct header {
    struct str name, value;
};

struct call {
    struct server *server;
    const struct op *op;
    struct arena *arena;
    struct principal who;
    struct str vendor_id; /* the environment */
    struct str tenant_id; /* scope: from the token, or from the header; absent if none */
    struct str user_id;   /* acting or target user of self-service routes; absent if none */
    struct str app_id;
    struct str trace_id;       /* UUID, header frontegg-trace-id */
    struct str ip, user_agent; /* user_agent: short and safe to show, see dispatch.c */
    struct str raw_path, raw_query;
    const struct header *headers; /* of the request, names as sent */
    size_t n_headers;
    struct json *body; /* parsed and validated; NULL if none */
    int64_t now;       /* one clock reading for the whole request, ms */
    int64_t received;  /* when its first line was there: it may have waited for a thread since */
    int status;        /* of success; preset from op->status */
    struct buf reply;
    struct jw out;            /* writes to reply */
    struct str reply_type;    /* default application/json; charset=utf-8 */
    struct buf reply_headers; /* extra "Name: value\r\n" lines, e.g. Set-Cookie */
    struct call_private
        *priv; /* pipeline state: path and query values, transaction, audit, errors */
};

/* Path or query value, percent-decoded and validated; absent if not given. */
struct str call_param(const struct call *c, const char *name);
struct str call_query(const struct call *c, const char *name);
bool call_query_bool(const struct call *c, const char *name, bool preset);
int64_t call_query_int(const struct call *c, const char *name, int64_t preset);
/* All values of a list parameter: repeated, name[], or comma separated. Returns how many. */
size_t call_query_list(const struct call *c, const char *name, struct str *out, size_t max);
struct str call_header(const struct call *c, const char *name); /* any case */

/* Members of the body object. null counts as not given. */
bool call_has(const struct call *c, const char *name);
struct str call_str(const struct call *c, const char *name); /* absent if not given */
bool call_bool(const struct call *c, const char *name, bool preset);
int64_t call_int(const struct call *c, const char *name, int64_t preset);
const struct json *call_json(const struct call *c, const char *name);
/* Strings of an array member. */
size_t call_list(const struct call *c, const char *name, struct str *out, size_t max);

/*
 * The call's transaction, begun at first use: DB_READ for OPF_SAFE operations, else DB_WRITE. Do
 * slow work (password hashing) before the first use. The pipeline commits after the handler, or
 * rolls back. NULL with err set if the database is busy or broken.
 */
struct db_conn *call_tx(struct call *c, struct err *err);

/*
 * Before slow work or a transaction apart from the call's, where call_tx was not used yet: commits what
 * the calls before this one wrote, if it shares a transaction with them (server/jobs.h). Hashing
 * passwords does so itself. Return the error if there is one.
 */
enum err_code call_let_go(struct call *c, struct err *err) MUST_USE;

/*
 * The store's scope of this call in that transaction: environment, tenant (if any), arena, time.
 * Made once; NULL with err set if the transaction cannot begin. A tenant that does not exist gives
 * tenant_seq -1.
 */
const struct scope *call_scope(struct call *c, struct err *err);

/* The same without a tenant: for who acts for a person, whatever token was sent along. */
const struct scope *call_environment(struct call *c, struct err *err);

/* Adds one line to the `errors` list of the answer; return what it returns. */
enum err_code call_refuse(struct call *c, struct err *err, enum err_code code, const char *ref,
                          const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Takes back what was refused so far: the handler answers otherwise. */
void call_forgive(struct call *c);

/*
 * What the audit row of this call says. Every successful call that is not OPF_SAFE writes exactly
 * one row in the same transaction, with operation name, actor, tenant, ip and user agent; these add
 * the object and text.
 */
void call_audit(struct call *c, const char *resource, struct str resource_id, const char *severity,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Whose doing it was and in which tenant, where the caller's token does not say: a sign-in. */
void call_audit_actor(struct call *c, struct str user_id, struct str tenant_id);
/* The handler has written the row itself: the call is what an application wants recorded. */
void call_audited(struct call *c);
/*
 * What was written so far is committed even if the handler then refuses: a counted failure, a
 * session family that a stolen token ended. If call_audit was used, that row is written as well. An
 * answer that is our own failure (5xx) still rolls back.
 */
void call_keep(struct call *c);

/* Paging of the request: _offset is a page number, _limit the page size. */
struct page {
    int64_t number, limit;
    struct str sort_by;
    bool descending;
    struct str filter;
};
/* Reads _offset, _limit, _sortBy, _order, _filter with the row's limits. A preset of 0 means that
 * everything is one page (limit 0) unless the caller sets a limit. */
void call_page(const struct call *c, int64_t limit_preset, struct page *out);
/* The rows of the store that are on it, in its order (store/store.h). */
struct store_page page_rows(const struct page *page);
/*
 * {"items":[ ... ],"_metadata":{totalItems,totalPages},"_links":{next,prev,first,last}}: open,
 * write the items, close with the total. _links are relative paths with the full query.
 */
void call_page_open(struct call *c);
void call_page_close(struct call *c, const struct page *page, int64_t total);

/* Hashing passwords; slow, so before the transaction. At most a few at a time: ERR_BUSY when
 * overloaded. */
enum err_code call_password_hash(struct call *c, struct str password, struct str *out,
                                 struct err *err);
/* Compares with an encoded hash; *match false also for hashes that cannot be read. An absent hash
 * costs the same time as a wrong password. */
enum err_code call_password_verify(struct call *c, struct str password, struct str hash,
                                   bool *match, struct err *err);
/* The environment's signing key as PEM ("BEGIN PUBLIC KEY"). */
struct str call_public_key(const struct call *c);
/* A principal or its tenant changed (disabled, locked, removed, roles): cached tokens are checked
 * anew. */
void call_forget_principals(struct call *c);

typedef enum err_code op_fn(struct call *c, struct err *err);
struct op_binding {
    enum op_id op;
    op_fn *fn;
};
/* const struct op_binding users_ops[] = {BIND(users_get), BIND(users_delete), {OP_COUNT, NULL}}; */
#define BIND(name)                                                                                 \
    {                                                                                              \
        OP_##name, op_##name                                                                       \
    }
#define BIND_END                                                                                   \
    {                                                                                              \
        OP_COUNT, NULL                                                                             \
    }
#endif
