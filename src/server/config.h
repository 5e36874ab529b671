#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H
/*
 * Options of gatehoused. One table of flags is parsed, shown by --help and put into the manual
 * page, so they cannot disagree. Values are views of argv. Main thread.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "server/client_ip.h"

enum { CONFIG_LISTEN_MAX = 8 };

struct config {
    struct str listen[CONFIG_LISTEN_MAX];
    size_t n_listen;
    struct proxies proxies;
    struct cidr_list allow_outbound;
    const char *data, *database, *client_id, *secret_file, *public_url, *outbox;
    const char *smtp, *smtp_user, *smtp_password_file, *smtp_from, *smtp_tls, *messages;
    const char *tls_cert, *tls_key, *log_format, *log_level, *rate_limit, *backup;
    const char *breached_passwords, *captcha_url;
    bool insecure_listen, demo, coverage, markdown, check, version, help;
};

struct config_flag {
    const char *name; /* "--listen" */
    const char *arg;  /* "FILE"; NULL for a switch */
    const char *help;
    size_t offset; /* of the const char * or bool in struct config */
};

/* The table, and how many rows it has. --listen, --trusted-proxy and --allow-outbound may be given several
 * times. */
const struct config_flag *config_flags(size_t *n);
/* argv[0] is skipped. ERR_USAGE names the argument that is wrong. */
enum err_code config_parse(struct config *out, int argc, char *const *argv,
                           struct err *err) MUST_USE;
/* Log format and level as the logger wants them. */
enum err_code config_log(const struct config *c, enum log_format *format, enum log_level *level,
                         struct err *err) MUST_USE;
void config_write_help(struct buf *out);
#endif
