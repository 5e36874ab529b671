#ifndef SERVER_FLOW_H
#define SERVER_FLOW_H
/*
 * Handlers' side of store/flows.h: making tokens and codes, and checking them with the service's
 * answers. In the call's transaction.
 */
#include "server/call.h"
#include "store/flows.h"

enum { FLOW_TRIES = 5, FLOW_CODE_DIGITS = 6 };

enum flow_start {
    FLOW_WITH_CODE = 1 << 0, /* draws a six-digit code into f->code */
    FLOW_ALONE = 1 << 1      /* older flows of the same kind and person are void */
};
/*
 * Draws a token, adds the flow, gives the token (in the call's arena). f->token_hash is filled in.
 * Without `token` (NULL) the flow goes by a name that is no secret, an id say, whose hash the caller
 * has put there: then the code alone is what a person has to show.
 */
enum err_code flow_start(struct call *c, const struct scope *s, struct flow *f, unsigned how,
                         struct str *token, struct err *err) MUST_USE;
/* What a token that is unknown or used is answered with, and one whose time is over (ref and text
 * NULL: ER-01017 "Code has expired", as 400). */
struct flow_refusal {
    enum err_code code;
    const char *ref, *text;
    const char *expired_ref, *expired_text;
};
/* As a wrong code: refuse_code (server/refusals.h), for flows whose token is redeemed without one. */
extern const struct flow_refusal flow_wrong_code;
/* The living flow of a token. */
enum err_code flow_find(struct call *c, const struct scope *s, enum flow_kind kind,
                        struct str token, const struct flow_refusal *refusal, struct flow *out,
                        struct err *err) MUST_USE;
/*
 * Counts a try, compares the code in constant time, and takes the flow when it is right. Wrong code:
 * 400 ER-01011 "Invalid code", expired: 400 ER-01017 "Code has expired"; after FLOW_TRIES wrong ones
 * the flow is void. The count is kept although the call is refused (call_keep).
 */
enum err_code flow_redeem_code(struct call *c, const struct scope *s, enum flow_kind kind,
                               struct str token, struct str code, struct flow *out,
                               struct err *err) MUST_USE;
/* Finds and takes a flow that needs no code. */
enum err_code flow_redeem(struct call *c, const struct scope *s, enum flow_kind kind,
                          struct str token, const struct flow_refusal *refusal, struct flow *out,
                          struct err *err) MUST_USE;
/*
 * Looks a token up before the call's transaction begins, for what has to be known for slow work.
 * *found false: unknown, used or expired; the answer comes from the redeeming later.
 */
enum err_code flow_peek(struct call *c, enum flow_kind kind, struct str token, struct flow *out,
                        bool *found, struct err *err) MUST_USE;
/* Voids everything that was mailed to the person and still lets somebody in: after the address changed. */
enum err_code flow_void_mailed(const struct scope *s, struct str user_id, struct err *err) MUST_USE;
#endif
