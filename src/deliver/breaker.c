#include "deliver/breaker.h"

#include "base/rand.h"

enum breaker_state
breaker_state(const struct breaker *b, int64_t now)
{
    if (b->until > now)
        return BREAKER_OPEN;
    return b->pause_ms ? BREAKER_HALF_OPEN : BREAKER_CLOSED;
}

size_t
breaker_window(const struct breaker *b, int64_t now, size_t window)
{
    switch (breaker_state(b, now)) {
    case BREAKER_OPEN:
        return 0;
    case BREAKER_HALF_OPEN:
        return 1;
    case BREAKER_CLOSED:
        break;
    }
    return window;
}

void
breaker_good(struct breaker *b)
{
    b->failures = 0;
    b->pause_ms = 0;
}

void
breaker_bad(struct breaker *b, int64_t now)
{
    /* Those that were under way when it opened say nothing new. */
    if (b->until > now)
        return;
    b->failures++;
    if (!b->pause_ms && b->failures < BREAKER_FAILURES)
        return;
    b->pause_ms = b->pause_ms ? b->pause_ms * 2 : BREAKER_FIRST_MS;
    if (b->pause_ms > BREAKER_MOST_MS)
        b->pause_ms = BREAKER_MOST_MS;
    b->until = now + b->pause_ms;
}

void
breaker_wait(struct breaker *b, int64_t until)
{
    if (until > b->until)
        b->until = until;
}

int64_t
backoff_ms(const struct backoff *b, int attempt)
{
    int64_t ms = b->first_ms;
    for (int i = 1; i < attempt && ms < b->most_ms; i++)
        ms *= 2;
    if (ms > b->most_ms)
        ms = b->most_ms;
    int64_t half = ms / 2;
    return ms - half + (half > 0 ? (int64_t)rand_below((uint32_t)half + 1) : 0);
}
