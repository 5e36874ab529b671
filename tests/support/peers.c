#include "tests/support/peers.h"

#include "base/clock.h"
#include "tests/support/testdb.h"
#include "tests/support/unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    WRITES_BETWEEN = 3, /* acknowledged by one life of the server that is killed */
    REQUESTS_DOWN = 9,
    SETTLED_MS = 1000
};
#define NAME "peers"

size_t
peers_wanted(void)
{
    int n = unit_setting("TEST_SERVERS", 1);
    if (n < 1 || n > PEERS_MAX || (n > 1 && !testdb_is_pg()))
        fail_msg("TEST_SERVERS is 1 to %d, on SQLite 1", PEERS_MAX);
    return (size_t)n;
}

const char *
peers_data(void)
{
    static char path[600];
    const char *tmp = getenv("TEST_TMP");
    snprintf(path, sizeof path, "%s/" NAME, tmp ? tmp : "/tmp");
    return path;
}

void
peers_init(struct peers *p, int port)
{
    *p = (struct peers){.n = 1, .kills_left = unit_setting("TEST_KILLS", 0), .due = WRITES_BETWEEN};
    p->of[0] = (struct peer){.port = port, .fd = -1};
}

static void
start(struct peers *p, size_t i)
{
    if (!process_launch(&p->process[i], NAME, p->arguments))
        fail_msg("server %zu did not start", i);
    p->of[i] = (struct peer){.port = p->process[i].port, .fd = -1};
}

void
peers_start(struct peers *p, const char *const *arguments)
{
    p->arguments = arguments;
    for (size_t wanted = peers_wanted(); p->n < wanted; p->n++)
        start(p, p->n);
}

void
peers_hang_up(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
}

/* Where a test has set the clock, only the server that lives in it goes by that. */
static bool
is_time_apart(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t apart = clock_now_ms() - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    return apart > SETTLED_MS || apart < -SETTLED_MS;
}

void
peers_step(struct peers *p)
{
    p->step = (p->step + 1) % p->n;
    p->turn = p->step + p->n - 1;
}

struct peer *
peers_next(struct peers *p)
{
    size_t last = p->n - 1;
    if (p->is_down && --p->due <= 0) {
        start(p, last);
        p->is_down = false;
        p->due = WRITES_BETWEEN;
    }
    p->turn = is_time_apart() ? 0 : (p->turn + 1) % p->n;
    if (p->is_down && p->turn == last)
        p->turn = 0;
    p->asked[p->turn]++;
    return &p->of[p->turn];
}

void
peers_answered(struct peers *p, const struct peer *peer, bool wrote)
{
    size_t last = p->n - 1;
    if (!wrote)
        return;
    p->changed_ms = clock_mono_ms();
    if (last == 0 || peer != &p->of[last] || p->kills_left == 0 || --p->due > 0)
        return;
    process_kill(&p->process[last]);
    peers_hang_up(&p->of[last]);
    p->is_down = true;
    p->due = REQUESTS_DOWN;
    p->kills_left--;
    p->killed++;
}

bool
peers_settle(const struct peers *p)
{
    int64_t wait = p->changed_ms + SETTLED_MS - clock_mono_ms();
    if (p->n == 1 || wait <= 0 || wait > SETTLED_MS)
        return false;
    (void)poll(NULL, 0, (int)wait);
    return true;
}

void
peers_stop(struct peers *p)
{
    size_t last = p->n - 1;
    for (size_t i = 0; i < p->n; i++)
        peers_hang_up(&p->of[i]);
    if (last == 0)
        return;
    for (size_t i = 1; i < p->n; i++)
        if (i < last || !p->is_down)
            assert_int_equal(process_stop(&p->process[i]), 0);
    print_message("#");
    for (size_t i = 0; i < p->n; i++)
        print_message(" %ld", p->asked[i]);
    print_message(
        " requests to %zu servers on one database, of which the last was killed %ld times\n", p->n,
        p->killed);
}
