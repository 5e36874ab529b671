#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H
/*
 * Messages to people. A handler says what happened; the template of that type (the environment's
 * own, else our default) is filled in, and the message is queued in the call's transaction: it goes
 * out if and only if the change is committed. Delivery is store/messages.h and server/deliver.h.
 *
 * Types and variables are the rows of the files in server/templates (doc/messages.md). Values are made safe
 * for where they stand: HTML-escaped in HTML, without line breaks in headers.
 */
#include "server/call.h"
#include "store/users.h"

enum { NOTICE_VARS_MAX = 16 };

struct notice_var {
    const char *name; /* as in {{name}} */
    struct str value;
};

struct notice {
    const char *type;        /* "ActivateUser"; a row of the template table */
    const struct user *user; /* recipient; NULL: only `to` */
    struct str to;           /* address or number; absent: the user's own */
    struct str tenant_id;    /* for {{tenant_name}}; absent: the user's active one */
    struct str code;         /* {{code}}, and the outbox's `code` */
    struct str token;        /* goes into the link, and the outbox's `token` */
    struct str link;         /* {{link}}; absent: made from the template's redirect pattern, user
                                id and token */
    int64_t expires_at;      /* end of code or link, for {{expires_in}}; 0: not said */
    struct notice_var vars[NOTICE_VARS_MAX];
    size_t n_vars;
    /* Nobody is to get it: everything is done as for a real one, then it is dropped. Makes answers
     * to unknown addresses take the same time. */
    bool decoy;
};

/*
 * A type that the environment has switched off sends nothing and is no failure; so is a user without
 * an address of that kind. The caller sees to it that an address is good (check_is_email) and that
 * the person may be written to.
 */
enum err_code notify_email(struct call *c, const struct scope *s, const struct notice *n,
                           struct err *err) MUST_USE;
enum err_code notify_sms(struct call *c, const struct scope *s, const struct notice *n,
                         struct err *err) MUST_USE;
/* The link that notify_email would write for the notice's type, user and token, e.g. for
 * links/generate-*. */
enum err_code notify_link(struct call *c, const struct scope *s, const struct notice *n,
                          struct str *out, struct err *err) MUST_USE;
#endif
