#include "tests/support/listener.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, BACKLOG = 128, STEP_MS = 20 };

struct entry {
    struct listener_connection connection;
    pthread_t thread;
};

struct listener {
    listener_fn *fn;
    void *server;
    int fd, port;
    pthread_t acceptor;
    atomic_bool stopping;
    pthread_mutex_t lock;
    struct entry *entries[CONNECTIONS_MAX]; /* under lock, as is their number */
    unsigned n;
};

bool
listener_readable(struct listener *l, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&l->stopping))
        if (poll(&p, 1, STEP_MS) > 0)
            return true;
    return false;
}

static void *
serve(void *arg)
{
    struct entry *e = arg;
    e->connection.listener->fn(&e->connection);
    shutdown(e->connection.fd, SHUT_RDWR);
    return NULL;
}

static void
add_connection(struct listener *l, int fd)
{
    pthread_mutex_lock(&l->lock);
    ASSERT(l->n < CONNECTIONS_MAX);
    struct entry *e = mem_new(1, sizeof *e);
    e->connection = (struct listener_connection){
        .listener = l, .server = l->server, .fd = fd, .number = l->n + 1};
    l->entries[l->n++] = e;
    ASSERT(pthread_create(&e->thread, NULL, serve, e) == 0);
    pthread_mutex_unlock(&l->lock);
}

static void *
accept_all(void *arg)
{
    struct listener *l = arg;
    while (listener_readable(l, l->fd)) {
        int fd = accept(l->fd, NULL, NULL), on = 1;
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        add_connection(l, fd);
    }
    return NULL;
}

struct listener *
listener_start(int port, listener_fn *fn, void *server)
{
    struct listener *l = mem_new(1, sizeof *l);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->fn = fn;
    l->server = server;
    atomic_init(&l->stopping, false);
    pthread_mutex_init(&l->lock, NULL);
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ASSERT(bind(l->fd, (struct sockaddr *)&address, size) == 0);
    ASSERT(listen(l->fd, BACKLOG) == 0);
    ASSERT(getsockname(l->fd, (struct sockaddr *)&address, &size) == 0);
    l->port = ntohs(address.sin_port);
    ASSERT(pthread_create(&l->acceptor, NULL, accept_all, l) == 0);
    return l;
}

void
listener_stop(struct listener *take)
{
    atomic_store(&take->stopping, true);
    pthread_join(take->acceptor, NULL);
    for (unsigned i = 0; i < take->n; i++) {
        struct entry *e = take->entries[i];
        shutdown(e->connection.fd, SHUT_RDWR);
        pthread_join(e->thread, NULL);
        close(e->connection.fd);
        mem_free(e);
    }
    close(take->fd);
    pthread_mutex_destroy(&take->lock);
    mem_free(take);
}

int
listener_port(const struct listener *l)
{
    return l->port;
}

unsigned
listener_connections(struct listener *l)
{
    pthread_mutex_lock(&l->lock);
    unsigned n = l->n;
    pthread_mutex_unlock(&l->lock);
    return n;
}
