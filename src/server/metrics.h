#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H
/* Counters for /metrics in Prometheus text. Atomic; any thread. */
#include "base/buf.h"
#include "server/call.h"

#include <stdatomic.h>

enum { METRICS_BUCKETS = 14, METRICS_OTHER = OP_COUNT, METRICS_ROWS = OP_COUNT + 1 };

struct metrics {
    /* By operation (METRICS_OTHER: no operation) and first digit of the status. */
    atomic_uint_fast64_t requests[METRICS_ROWS][6];
    atomic_uint_fast64_t buckets[METRICS_BUCKETS + 1], total_us;
};

void metrics_count(struct metrics *m, int row, int status, int64_t us);
void metrics_write(const struct metrics *m, struct buf *out);
#endif
