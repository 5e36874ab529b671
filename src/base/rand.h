#ifndef BASE_RAND_H
#define BASE_RAND_H
/*
 * Random bytes from the system (getrandom through libsodium); a failing source aborts. Small draws
 * are served from a pool per thread, wiped as it is used and dropped in a forked child. Any thread.
 */
#include "base/arena.h"

void rand_bytes(void *p, size_t n);
/* As rand_bytes, but always the system's source, also while pinned. */
void rand_bytes_system(void *p, size_t n);
uint32_t rand_below(uint32_t limit); /* uniform in [0, limit), limit > 0 */
enum { RAND_UUID_SIZE = 37 };
/* Version 4 UUID in lower case (RFC 9562). Returns out. */
char *rand_uuid(char out[RAND_UUID_SIZE]);
struct str rand_uuid_str(struct arena *a);
/* Lower-case hexadecimal of n random bytes. */
struct str rand_hex(struct arena *a, size_t n);
/* Tests and --demo only: a fixed sequence from now on; seed 0 returns to the system's source. */
void rand_pin(uint64_t seed);
#endif
