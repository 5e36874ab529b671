#ifndef STORE_TEMPLATES_H
#define STORE_TEMPLATES_H
/*
 * Texts of messages as an environment wants them, by channel and type. What is kept is what somebody
 * wrote; a member that is absent or empty is as in our default (server/template_types.h). Tenants
 * have none: the scope's tenant is not looked at.
 */
#include "store/messages.h"
#include "store/store.h"

enum template_active { TEMPLATE_ACTIVE_KEEP = -1, TEMPLATE_INACTIVE, TEMPLATE_ACTIVE };

struct message_template {
    struct str id, type;
    enum message_channel channel;
    struct str subject, body; /* body: HTML of an e-mail, text of an SMS */
    struct str sender_email, from_name;
    struct str redirect_url, success_redirect_url; /* patterns with {{variables}} */
    int active;                                    /* enum template_active */
    int64_t created_at, updated_at;
};
struct message_template_list {
    struct message_template *items;
    size_t n;
};

enum err_code store_template_get(const struct scope *s, enum message_channel channel,
                                 struct str type, struct message_template *out,
                                 struct err *err) MUST_USE;
/* In the order of their types. */
enum err_code store_template_list(const struct scope *s, enum message_channel channel,
                                  struct message_template_list *out, struct err *err) MUST_USE;
/* Creates it, or changes the members that are given. New ones are active unless t says otherwise. */
enum err_code store_template_put(const struct scope *s, const struct message_template *t,
                                 struct err *err) MUST_USE;
/* By id or by type, whichever is given; ERR_NOT_FOUND. */
enum err_code store_template_delete(const struct scope *s, enum message_channel channel,
                                    struct str id, struct str type, struct err *err) MUST_USE;
#endif
