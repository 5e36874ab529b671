#ifndef STORE_FLOWS_H
#define STORE_FLOWS_H
/*
 * What is begun in one request and ended in another: a reset link, an invitation, a code by SMS, the
 * second half of a sign-in. A flow is named by the hash of a token that left the server once; it
 * serves one purpose (its kind), for one person, for a while, and is taken at most once, also when
 * two servers try at the same moment. A token of one kind is unknown as any other kind.
 *
 * A flow may have a short code that reaches the person by another way than the token. Codes can be
 * guessed, so each try is counted before the code is looked at; the caller must see to it that the
 * count is committed (call_keep).
 *
 * Expired flows are swept a few at a time whenever a flow is added.
 */
#include "store/store.h"

enum flow_kind {
#define FLOW(name, text) FLOW_##name,
#include "store/flow_kinds.def"
#undef FLOW
    FLOW_KINDS
};

enum { FLOW_DATA_MAX = 16 * 1024 };

struct flow {
    enum flow_kind kind;
    struct str token_hash; /* token_hash_hex of the token */
    struct str user_id;    /* absent: of nobody, e.g. an answer to an unknown address */
    struct str tenant_id;  /* absent: none */
    struct str code;       /* absent: the token alone is enough */
    struct str data;       /* what the purpose needs to remember, often JSON; absent: nothing */
    int attempts;          /* codes tried so far */
    int64_t created_at, expires_at;
};

/*
 * Adds f; created_at is the scope's now. With `alone` all other flows of its kind and person are
 * dropped, so that a newer message makes the older one worthless. The scope's tenant is not looked
 * at: f->tenant_id counts. ERR_NOT_FOUND for a user or tenant that is not there.
 */
enum err_code store_flow_add(const struct scope *s, const struct flow *f, bool alone,
                             struct err *err) MUST_USE;
/* ERR_NOT_FOUND if unknown or used, ERR_GONE if its time is over. Changes nothing. */
enum err_code store_flow_get(const struct scope *s, enum flow_kind kind, struct str token_hash,
                             struct flow *out, struct err *err) MUST_USE;
/*
 * As store_flow_get, and counts one try in the same statement. After `most` tries the flow is over:
 * ERR_LIMIT, however right the code is.
 */
enum err_code store_flow_try(const struct scope *s, enum flow_kind kind, struct str token_hash,
                             int most, struct flow *out, struct err *err) MUST_USE;
/* Takes it: of any number of callers one gets ERR_OK, the others ERR_NOT_FOUND. */
enum err_code store_flow_take(const struct scope *s, enum flow_kind kind, struct str token_hash,
                              struct err *err) MUST_USE;
/* Drops the person's flows of that kind; none is fine. */
enum err_code store_flow_void(const struct scope *s, enum flow_kind kind, struct str user_id,
                              struct err *err) MUST_USE;
/* As store_flow_void, but only those that are about that tenant. */
enum err_code store_flow_void_in(const struct scope *s, enum flow_kind kind, struct str user_id,
                                 struct str tenant_id, struct err *err) MUST_USE;
/* The person's newest living flow of that kind; ERR_NOT_FOUND if there is none. */
enum err_code store_flow_of_user(const struct scope *s, enum flow_kind kind, struct str user_id,
                                 struct flow *out, struct err *err) MUST_USE;
const char *flow_kind_name(enum flow_kind kind);
#endif
