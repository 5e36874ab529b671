#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
/* Time. Milliseconds everywhere. Tests can pin both clocks. Any thread. */
#include "base/str.h"
#include <time.h>

int64_t clock_now_ms(void);  /* wall clock since 1970-01-01 UTC */
int64_t clock_mono_ms(void); /* monotonic, for timers and time-outs */
int64_t clock_mono_us(void);

/* So long from now on CLOCK_MONOTONIC, for waiting on a condition. Never pinned. */
struct timespec clock_deadline(int64_t ms);

/* The shorter of two waits; -1 is for ever. */
int64_t clock_sooner(int64_t a, int64_t b);

/* Tests only: from now on both clocks stand still at these values; -1 undoes it. */
void clock_pin(int64_t wall_ms, int64_t mono_ms);

enum { CLOCK_TEXT_SIZE = 32 };
/* "2024-05-02T11:25:22.000Z" (RFC 3339, UTC). Returns out. */
char *clock_format(int64_t ms, char out[CLOCK_TEXT_SIZE]);
/* "Thu, 02 May 2024 11:25:22 GMT" (RFC 9110 IMF-fixdate). */
char *clock_format_http(int64_t ms, char out[CLOCK_TEXT_SIZE]);
/* RFC 3339 with any offset and fraction; also a plain date. False if it is not one. */
bool clock_parse(struct str s, int64_t *ms);
/* "10m", "2h" or "10": minutes, from 0 up. False if it is none of these, or more than a year. */
bool clock_parse_minutes(struct str s, int *minutes);
/* Local time "2024-05-02 13:25", for screens. */
char *clock_format_local(int64_t ms, char out[CLOCK_TEXT_SIZE]);
#endif
