/*
 * Any bytes into the framing guard. The verdict, the number of requests and the end of the good bytes do not depend
 * on how the bytes are cut; a fault stays; what it calls good is accepted again, alone, and ends between requests.
 */
#include "base/mem.h"
#include "server/http_guard.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct verdict {
    enum guard_fault fault;
    uint64_t requests;
    size_t good; /* all bytes up to the last complete request */
};

/* Feeds pieces of `step` bytes. */
static struct verdict
feed(struct str text, size_t step)
{
    struct http_guard g;
    struct verdict v = {.fault = GUARD_OK};
    http_guard_init(&g);
    for (size_t at = 0; at < text.n && !v.fault; at += step) {
        struct str piece = str_sub(text, at, at + step);
        size_t good = 0;
        v.fault = http_guard_feed(&g, piece, &good);
        ASSERT(good <= piece.n);
        ASSERT(v.fault || good == piece.n);
        if (v.fault ? good > 0 : !http_guard_mid_request(&g))
            v.good = at + good;
    }
    v.requests = g.requests;
    if (v.fault) {
        size_t good = 1;
        ASSERT(http_guard_feed(&g, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), &good) == v.fault);
        ASSERT(good == 0);
        ASSERT(http_guard_status(v.fault) >= 400);
    }
    return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct verdict whole = feed(text, size ? size : 1);
    static const size_t steps[] = {1, 2, 7, 64};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct verdict cut = feed(text, steps[i]);
        ASSERT(cut.fault == whole.fault && cut.requests == whole.requests);
    }
    struct verdict bytes = feed(text, 1);
    struct verdict again = feed(str_sub(text, 0, bytes.good), 1);
    ASSERT(again.fault == GUARD_OK && again.good == bytes.good);
    return 0;
}
