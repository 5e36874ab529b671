#ifndef SERVER_TEMPLATE_MESSAGE_H
#define SERVER_TEMPLATE_MESSAGE_H
/*
 * A whole message out of a template: subject, name of the sender, HTML, text and link. What the
 * environment left out of its own template is as in our default. Used for messages that go out and
 * for looking at one beforehand, so that both are the same.
 */
#include "server/call.h"
#include "server/template_words.h"
#include "store/templates.h"

struct template_message {
    struct buf subject, from_name, html, text; /* html, subject, from_name: of e-mails only */
};

void template_message_init(struct template_message *m);
void template_message_fini(struct template_message *m);

/* What the environment has of this type; with nothing set if there is none. */
enum err_code template_own(const struct scope *s, const struct template_type *type,
                           struct message_template *out, struct err *err) MUST_USE;
/*
 * Sets the names of product, service and account (absent tenant: none), and *mfa_sender (may be
 * NULL) to the sender that the MFA configuration names.
 */
enum err_code template_set_names(struct call *c, const struct scope *s, struct str tenant_id,
                                 struct template_values *v, struct str *mfa_sender,
                                 struct err *err) MUST_USE;
/* The link of a type: the environment's pattern, else ours. Absent where there is none. */
struct str template_message_link(const struct template_values *v, struct arena *a,
                                 const struct template_type *type,
                                 const struct message_template *own);
/* Fills in all parts. ERR_LIMIT if they grow past what a message may hold. */
enum err_code template_message_write(struct template_message *m, const struct template_type *type,
                                     const struct message_template *own,
                                     const struct template_values *v, struct err *err) MUST_USE;
#endif
