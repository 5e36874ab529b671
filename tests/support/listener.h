#ifndef TESTS_SUPPORT_LISTENER_H
#define TESTS_SUPPORT_LISTENER_H
/*
 * The socket of a small server in a test: loopback only, one thread a connection. What is said there
 * is the server's business. Everything stays, descriptors included, until listener_stop, so that no
 * number is used twice meanwhile.
 */
#include <stdbool.h>

struct listener;
struct listener_connection {
    struct listener *listener;
    void *server;    /* as given to listener_start */
    int fd;          /* of the listener: the function neither closes nor keeps it */
    unsigned number; /* counts from 1 */
};
/* Runs on the connection's thread; when it returns the connection ends. */
typedef void listener_fn(struct listener_connection *c);

/* port 0: a free one. */
struct listener *listener_start(int port, listener_fn *fn, void *server);
/* Ends all connections and their threads. */
void listener_stop(struct listener *take);
int listener_port(const struct listener *l);
unsigned listener_connections(struct listener *l);
/* Waits until there are bytes on the descriptor; false when the listener is to stop. */
bool listener_readable(struct listener *l, int fd);
#endif
