#ifndef SERVER_ONBOARD_H
#define SERVER_ONBOARD_H
/*
 * The messages by which people come in. Who has not shown yet that their address is theirs gets an
 * activation, which makes the account usable and accepts whatever invitations wait; everybody else
 * gets an invitation into one more tenant, which is for that tenant alone.
 *
 * By the environment's strategy the message holds a link that is enough, or a code that is typed in
 * where the link leads (the link's token alone is worthless then). In the call's transaction; s
 * without tenant.
 */
#include "server/call.h"
#include "server/flow.h"
#include "store/users.h"

/* How the environment wants it: "link" or "code", and how long a message is good for. */
struct onboard_strategy {
    bool by_code;
    int64_t lifetime_ms;
};
enum err_code onboard_strategy_of(const struct scope *s, enum flow_kind kind,
                                  struct onboard_strategy *out, struct err *err) MUST_USE;

/*
 * Mails an activation; older ones are void. With a NULL person all is done for nobody (an address
 * that is unknown, or taken), so that it takes as long: `as` is the id and `to` the address that a
 * real one would have. *token (may be NULL) is what the activation needs beside the code; absent
 * where the mail alone has it.
 */
struct onboard_person {
    const struct user *user;
    struct str as, to;
    struct str tenant_id; /* they come into; absent: none in particular */
    bool has_password;
};
enum err_code onboard_activate(struct call *c, const struct scope *s,
                               const struct onboard_person *who, struct str *token,
                               struct err *err) MUST_USE;
/* An activation that an administrator hands over: no message, no code. */
enum err_code onboard_activation_token(struct call *c, const struct scope *s, const struct user *u,
                                       struct str *token, struct err *err) MUST_USE;
/* Mails an invitation into the tenant; the older one into it is void. */
enum err_code onboard_invite(struct call *c, const struct scope *s, const struct user *u,
                             struct str tenant_id, struct err *err) MUST_USE;
/* What a new member of the tenant needs: one or the other. Without an address nothing. */
enum err_code onboard_welcome(struct call *c, const struct scope *s, struct str user_id,
                              struct str tenant_id, struct err *err) MUST_USE;

/* Makes a tenant of that id, named after it; *out is s in it. For callers who name one that is not
 * there and may. */
enum err_code onboard_new_tenant(struct call *c, const struct scope *s, struct str id,
                                 struct scope *out, struct err *err) MUST_USE;

/* What an activation remembers: whose it is, or pretends to be. */
struct onboard_memory {
    struct str user_id, email;
    bool has_password;
};
enum err_code onboard_recall(struct call *c, const struct flow *f, struct onboard_memory *out,
                             struct err *err) MUST_USE;

/* The person has shown that the address is theirs: verified, and every waiting invitation is
 * accepted; with a tenant only the one into it, ERR_NOT_FOUND if there is none. */
enum err_code onboard_accept(struct call *c, const struct scope *s, struct str user_id,
                             struct str tenant_id, struct err *err) MUST_USE;
#endif
