/*
 * Loaded in front of both programs while pages are made: the wall clock stands still at GATEHOUSE_DOC_TIME seconds, so
 * that the ages and times on a screen are the same every day. Timers go by the monotonic clock and go on.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The symbol that the dynamic linker finds first. */
int
clock_gettime(clockid_t id, struct timespec *out)
{
    const char *text = getenv("GATEHOUSE_DOC_TIME");
    if (id != CLOCK_REALTIME || !text)
        return (int)syscall(SYS_clock_gettime, id, out);
    *out = (struct timespec){.tv_sec = strtoll(text, NULL, 10)};
    return 0;
}
