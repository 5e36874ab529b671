#ifndef SERVER_DELIVER_CONFIG_H
#define SERVER_DELIVER_CONFIG_H
/*
 * How the operator wants messages to go out: options and the file of --messages, which may say the
 * same and more. Read once at the start; read-only after that. What an environment configures for
 * itself (mail/v2/configurations, configurations/v1/sms) comes before the mail server named here.
 *
 *   [smtp]      url, user, password-file, from, tls (required or none), ca-file
 *   [sendgrid]  url        the same for mailgun, ses, sts, twilio: another base address
 *   [aws]       key-id, secret-file        who assumes the role of ses-role
 *   [delivery]  timeout, lease, first-retry, last-retry, attempts
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "deliver/provider.h"

struct server_options;
struct deliver_config {
    struct str smtp_url, smtp_user, smtp_from, smtp_tls, ca_file; /* from is never absent */
    struct str smtp_password_file, aws_secret_file;
    struct secret *smtp_password, *aws_secret;
    struct str aws_id;
    struct str sendgrid_url, mailgun_url, ses_url, sts_url, twilio_url;
    struct str host; /* of the public address: for a sender when none is configured */
    int64_t timeout_ms, lease_ms, first_retry_ms, last_retry_ms, attempts;
};

/* Texts live in the arena. Faults name the option, or file, line and column. */
enum err_code deliver_config_read(struct deliver_config *out, const struct server_options *o,
                                  struct str public_url, struct arena *a, struct err *err) MUST_USE;
void deliver_config_fini(struct deliver_config *c);
#endif
