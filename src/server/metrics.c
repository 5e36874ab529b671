#include "server/metrics.h"

#include <inttypes.h>

/* Upper ends, microseconds. */
static const int64_t BUCKETS[METRICS_BUCKETS] = {
    50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 250000, 500000, 1000000, 5000000};

void
metrics_count(struct metrics *m, int row, int status, int64_t us)
{
    int class = status / 100;
    atomic_fetch_add_explicit(&m->requests[row][class > 0 && class < 6 ? class : 0], 1,
                              memory_order_relaxed);
    size_t b = 0;
    while (b < METRICS_BUCKETS && us > BUCKETS[b])
        b++;
    atomic_fetch_add_explicit(&m->buckets[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->total_us, (uint64_t)us, memory_order_relaxed);
}

static void
write_requests(const struct metrics *m, struct buf *out)
{
    buf_add_text(
        out, "# HELP gatehouse_requests_total Requests answered, by operation and status class.\n"
             "# TYPE gatehouse_requests_total counter\n");
    for (int row = 0; row < METRICS_ROWS; row++)
        for (int class = 0; class < 6; class ++) {
            uint64_t n = atomic_load_explicit(&m->requests[row][class], memory_order_relaxed);
            if (n)
                buf_printf(out, "gatehouse_requests_total{op=\"%s\",status=\"%dxx\"} %" PRIu64 "\n",
                           row < OP_COUNT ? op_get((enum op_id)row)->name : "none", class, n);
        }
}

static void
write_durations(const struct metrics *m, struct buf *out)
{
    buf_add_text(out, "# HELP gatehouse_request_seconds Time from a whole request to its answer.\n"
                      "# TYPE gatehouse_request_seconds histogram\n");
    uint64_t sum = 0;
    for (size_t b = 0; b < METRICS_BUCKETS; b++) {
        sum += atomic_load_explicit(&m->buckets[b], memory_order_relaxed);
        buf_printf(out, "gatehouse_request_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                   (double)BUCKETS[b] / 1e6, sum);
    }
    sum += atomic_load_explicit(&m->buckets[METRICS_BUCKETS], memory_order_relaxed);
    buf_printf(out, "gatehouse_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
    buf_printf(out, "gatehouse_request_seconds_sum %g\n",
               (double)atomic_load_explicit(&m->total_us, memory_order_relaxed) / 1e6);
    buf_printf(out, "gatehouse_request_seconds_count %" PRIu64 "\n", sum);
}

void
metrics_write(const struct metrics *m, struct buf *out)
{
    write_requests(m, out);
    write_durations(m, out);
}
