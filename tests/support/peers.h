#ifndef TESTS_SUPPORT_PEERS_H
#define TESTS_SUPPORT_PEERS_H
/*
 * Several servers on one PostgreSQL for the same requests. TEST_SERVERS=N puts N - 1 real gatehoused
 * beside the server inside a test, and each request goes to the next of the N. With TEST_KILLS=K the last of
 * them is killed (SIGKILL) up to K times, at once after it has acknowledged a write, and started
 * again some requests later.
 *
 * There is one client, which waits for each answer, so no request is under way when a server dies and
 * none has an unknown outcome: what was in flight is what test_kill.c and test_kill_jobs.c are for. What dies with the
 * server is what it does in the background, jobs and messages. While it is down its turns go to the next, as a
 * balancer in front would have it; its port is not tried, it may be somebody else's by then. One thread.
 */
#include "tests/support/process.h"

enum { PEERS_MAX = 4 };

struct peer {
    int port;
    int fd; /* connection kept open between requests, -1 none */
};
struct peers {
    struct peer of[PEERS_MAX]; /* the first is the server inside the test */
    struct process process[PEERS_MAX];
    const char *const *arguments; /* of the processes; borrowed */
    size_t n, turn, step;         /* whose turn it was, and where the last step began */
    bool is_down;                 /* the last one */
    int kills_left, due;          /* writes until it is killed, or requests until it is back */
    int64_t changed_ms;           /* when the last change was acknowledged */
    long asked[PEERS_MAX], killed;
};

/* So many servers as TEST_SERVERS says; more than one need PostgreSQL. */
size_t peers_wanted(void);
/* What processes of peers_start keep their data in; valid for a moment. */
const char *peers_data(void);
void peers_init(struct peers *p, int port);
/* Starts the others, see process_launch; the arguments are used again after each kill. */
void peers_start(struct peers *p, const char *const *arguments);
/* The next step of a scenario begins one server further, however many requests the last one took. */
void peers_step(struct peers *p);
/* Who is asked next. */
struct peer *peers_next(struct peers *p);
void peers_hang_up(struct peer *peer);
/* That one has answered; `wrote`: it acknowledged a change. This is when it may die. */
void peers_answered(struct peers *p, const struct peer *peer, bool wrote);
/*
 * Waits until every server has seen what the last change did to people's rights, which takes the others up to a
 * second (doc/decisions/0025). False if that was so already.
 */
bool peers_settle(const struct peers *p);
/* Ends the others, which have to end well, and says how much each was asked. */
void peers_stop(struct peers *p);
#endif
