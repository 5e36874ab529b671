#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H
/*
 * The identity server as a library: main.c and tests start it the same way, on any addresses and
 * any database. Start and stop from one thread; requests run on threads of their own.
 */
#include "base/arena.h"
#include "base/err.h"
#include "server/client_ip.h"

struct server;
struct store;

struct server_options {
    const struct str *listen; /* as --listen; none: no sockets, requests only through dispatch */
    size_t n_listen;
    const char *data; /* folder; made when missing. NULL: nothing is written beside the database */
    const char *database; /* NULL: sqlite:DATA/gatehouse.db */
    const char *client_id, *secret_file, *public_url, *outbox, *tls_cert, *tls_key;
    const char *smtp, *smtp_user, *smtp_password_file, *smtp_from, *smtp_tls;
    const char *messages;           /* file about delivery, see deliver_config.h */
    const char *captcha_url;        /* where captchas are checked; NULL: Google's reCAPTCHA */
    const char *breached_passwords; /* file of breached passwords; NULL: none */
    const char *rate_limit;         /* on, off, public; NULL: public */
    bool insecure_listen, demo;
    struct cidr_list allow_outbound; /* private networks that requests of ours may go to */
    struct proxies proxies;          /* whose X-Forwarded-For is believed */
    bool existing;                   /* the database must be there already, and is only looked at */
    unsigned threads, workers;       /* 0: as fits the machine */
};

enum err_code server_start(struct server **out, const struct server_options *options,
                           struct err *err) MUST_USE;
/* Drains for at most ten seconds, then closes. NULL is fine. */
void server_stop(struct server *take);
/* "http://127.0.0.1:PORT" or "unix:PATH" of listener i; absent past the last. */
struct str server_address(const struct server *s, size_t i);
struct store *server_store(const struct server *s);
/* The environment that answers when a request names none. */
struct str server_vendor(const struct server *s);

/* Opens the database of these options; with `existing` as it is, even beside a running server. */
struct db;
enum err_code server_open_database(struct db **out, const struct server_options *options,
                                   struct err *err) MUST_USE;
#endif
