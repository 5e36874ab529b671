#include "server/http_listen.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 511 };

static enum err_code
open_socket(struct listener *l, int family, const struct sockaddr *address, socklen_t size,
            struct err *err)
{
    /* Not inherited by children; nonblocking because several polling threads race to accept. */
    l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return err_set_errno(err, ERR_IO, errno, "cannot make a socket for %s", l->url);
    int on = 1;
    if (family != AF_UNIX)
        (void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(l->fd, address, size) != 0 || listen(l->fd, BACKLOG) != 0) {
        int number = errno;
        close(l->fd);
        l->fd = -1;
        return err_set_errno(err, ERR_IO, number, "cannot listen on %s", l->url);
    }
    return ERR_OK;
}

/* True if somebody answers on the socket file. */
static bool
unix_in_use(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    bool used = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    close(fd);
    return used;
}

static enum err_code
open_unix(struct listener *l, struct str path, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path.n == 0 || path.n >= sizeof address.sun_path || path.n + 6 > sizeof l->url)
        return err_set(err, ERR_USAGE, "the socket path must have 1 to %zu bytes",
                       sizeof address.sun_path - 1);
    memcpy(address.sun_path, path.p, path.n);
    struct stat st;
    if (lstat(address.sun_path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode))
            return err_set(err, ERR_IO, "%s exists and is not a socket", address.sun_path);
        if (unix_in_use(&address))
            return err_set(err, ERR_CONFLICT, "another server is listening on %s",
                           address.sun_path);
        (void)unlink(address.sun_path);
    }
    l->unix_path = l->loopback = true;
    mode_t old = umask(0177);
    enum err_code rc =
        open_socket(l, AF_UNIX, (const struct sockaddr *)&address, sizeof address, err);
    (void)umask(old);
    return rc;
}

static bool
is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

/* Writes the URL again with the port that the system picked. */
static void
name_listener(struct listener *l, const char *host, bool bracket)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char port[16] = "0";
    if (getsockname(l->fd, (struct sockaddr *)&bound, &size) == 0)
        (void)getnameinfo((const struct sockaddr *)&bound, size, NULL, 0, port, sizeof port,
                          NI_NUMERICSERV);
    (void)snprintf(l->url, sizeof l->url, "%s://%s%s%s:%s", l->tls ? "https" : "http",
                   bracket ? "[" : "", host, bracket ? "]" : "", port);
}

static enum err_code
open_tcp(struct listener *l, const char *host, const char *port, const struct listen_rules *rules,
         struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int rc = getaddrinfo(host, port, &hints, &found);
    if (rc != 0)
        return err_set(err, ERR_USAGE, "cannot listen on %s: %s", l->url, gai_strerror(rc));
    enum err_code code = ERR_OK;
    l->loopback = is_loopback(found->ai_addr);
    if (!l->loopback && !l->tls && !rules->insecure)
        code = err_set(err, ERR_USAGE,
                       "%s is reachable from other hosts without TLS: give --tls-cert and "
                       "--tls-key, or --insecure-listen behind a proxy that adds TLS",
                       l->url);
    else
        code = open_socket(l, found->ai_family, found->ai_addr, found->ai_addrlen, err);
    if (!code)
        name_listener(l, host, strchr(host, ':') != NULL);
    freeaddrinfo(found);
    return code;
}

/* NUL-terminated copy; false if it is empty or does not fit. */
static bool
copy_text(struct str s, char *out, size_t size)
{
    if (s.n == 0 || s.n >= size)
        return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

/* Splits "HOST:PORT" or "[HOST]:PORT" into two NUL-terminated texts. */
static bool
split_host(struct str s, char host[static 128], char port[static 8])
{
    if (str_ends(s, STR("/")))
        s.n--;
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    struct str h = str_sub(s, 0, colon - 1), p = str_sub(s, colon, s.n);
    if (str_starts(h, STR("[")) && str_ends(h, STR("]")))
        h = str_sub(h, 1, h.n - 1);
    uint64_t number;
    return str_to_u64(p, &number) && number <= 65535 && copy_text(h, host, 128) &&
           copy_text(p, port, 8);
}

enum err_code
listener_open(struct listener *l, struct str text, const struct listen_rules *rules,
              struct err *err)
{
    *l = (struct listener){.fd = -1};
    (void)snprintf(l->url, sizeof l->url, "%.*s", STR_ARG(text));
    if (str_starts(text, STR("unix:")))
        return open_unix(l, str_sub(text, 5, text.n), err);
    char host[128], port[8];
    size_t skip = 0;
    if (str_starts(text, STR("http://")))
        skip = 7;
    else if (str_starts(text, STR("https://")))
        skip = 8;
    if (skip == 0 || !split_host(str_sub(text, skip, text.n), host, port))
        return err_set(err, ERR_USAGE,
                       "--listen wants http://HOST:PORT, https://HOST:PORT or unix:PATH, not '%s'",
                       l->url);
    /* With a certificate every TCP address speaks TLS, whichever way it was written. */
    l->tls = skip == 8 || rules->tls;
    if (l->tls && !rules->tls)
        return err_set(err, ERR_USAGE, "%s needs --tls-cert and --tls-key", l->url);
    return open_tcp(l, host, port, rules, err);
}

void
listener_close(struct listener *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    if (l->unix_path)
        (void)unlink(l->url + sizeof "unix:" - 1);
    l->unix_path = false;
}
