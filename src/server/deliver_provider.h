#ifndef SERVER_DELIVER_PROVIDER_H
#define SERVER_DELIVER_PROVIDER_H
/*
 * Which provider carries the messages of an environment: what it has configured itself, else the
 * server's mail server, else none. The configuration is a JSON document; its secret is sealed under
 * the same name. Each time it is set the document gets a new `revision`, so that two documents that
 * are the same have the same secret.
 */
#include "server/deliver_config.h"
#include "store/configs.h"

#define MAIL_PROVIDER STR("mail-provider")
#define SMS_PROVIDER STR("sms-provider")

/* The document in force; absent if the channel has none of its own. */
enum err_code deliver_document(const struct scope *s, enum letter_channel channel,
                               struct str *document, struct err *err) MUST_USE;
/*
 * The provider that the document describes, or the mail server. *out is NULL if there is none.
 * ERR_INVALID or ERR_CONFIG if it cannot work as it is.
 */
enum err_code deliver_provider(const struct scope *s, enum letter_channel channel,
                               struct str document, const struct deliver_config *c,
                               struct provider **out, struct err *err) MUST_USE;
#endif
