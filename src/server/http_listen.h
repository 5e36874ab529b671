#ifndef SERVER_HTTP_LISTEN_H
#define SERVER_HTTP_LISTEN_H
/* Listening sockets from texts such as http://127.0.0.1:8088, http://[::1]:0 and unix:/run/x.sock.
 * Any thread. */
#include "base/err.h"

struct listener {
    int fd;         /* -1: closed */
    bool unix_path; /* remove the path when done */
    bool loopback;  /* only this host can connect */
    bool tls;
    char url[200]; /* as a client writes it; for unix sockets "unix:PATH" */
};

struct listen_rules {
    bool tls;      /* certificate and key are there: TCP listeners speak TLS */
    bool insecure; /* plain HTTP beyond loopback is allowed */
};

/* Binds and listens. A stale Unix socket file is replaced, one in use is not. */
enum err_code listener_open(struct listener *l, struct str text, const struct listen_rules *rules,
                            struct err *err) MUST_USE;
void listener_close(struct listener *l);
#endif
