/*
 * Runs a full-screen program on a pseudo-terminal and measures what a person would feel: time to
 * the first frame and to a row, bytes written, time from key to last byte, CPU, memory, wake-ups
 * when idle.
 *
 *   ptyperf ROWSxCOLS REGEX STEP... -- PROGRAM [ARG]...
 * REGEX (POSIX extended) marks the first complete list in the output. STEP is one of
 *   keys:NAME:N   send the key N times, one at a time, waiting for the answer each time
 *   skip:NAME:N   as keys, not reported
 *   burst:NAME:N  send N at once
 *   type:TEXT     send the text, not reported
 *   shows:KEYS:N:TEXT  N times: send the keys (joined by +) one after another, each once it is quiet, and take the
 *                 time from the last of them until TEXT, and what is drawn with it, is there
 *   idle:MS       send nothing
 *   wait:MS       as idle, not reported
 * Prints one line per figure: "name value". Times in microseconds.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    OUT_MAX = 1 << 22,
    KEYS_MAX = 2000,
    QUIET_MS = 60,
    MODES_MAX = 128 /* bytes that set the terminal's modes and draw nothing are fewer */
};

struct run {
    int fd;
    pid_t pid;
    char *out; /* everything written so far, for the regex */
    size_t n;
};

struct usage {
    int64_t cpu_us, wakeups;
    int64_t peak_kib;     /* of the biggest process */
    int64_t peak_own_kib; /* its memory that nothing shares */
    int64_t own_kib;      /* the same of all processes */
};

static int64_t
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const struct {
    const char *name, *bytes;
} keys[] = {{"down", "\033OB"}, {"up", "\033OA"}, {"pgdn", "\033[6~"}, {"pgup", "\033[5~"},
            {"j", "j"},         {"end", "G"},     {"esc", "\033"},     {"enter", "\r"}};

static const char *
key_bytes(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].name, name))
            return keys[i].bytes;
    return name;
}

/* Reads what is there; waits at most `wait_ms` for the first byte. Bytes read, -1 at the end. */
static ssize_t
take(struct run *r, int wait_ms, int64_t *last_us)
{
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    if (poll(&p, 1, wait_ms) <= 0)
        return 0;
    char buf[65536];
    ssize_t n = read(r->fd, buf, sizeof buf);
    if (n <= 0)
        return -1;
    *last_us = now_us();
    if (r->n + (size_t)n < OUT_MAX) {
        memcpy(r->out + r->n, buf, (size_t)n);
        r->n += (size_t)n;
        r->out[r->n] = 0;
    }
    return n;
}

/* Collects output until it has been silent for QUIET_MS. */
static size_t
settle(struct run *r, int64_t *last_us)
{
    size_t total = 0;
    ssize_t n;
    while ((n = take(r, QUIET_MS, last_us)) > 0)
        total += (size_t)n;
    return total;
}

static long
status_value(pid_t pid, const char *file, const char *key)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *f = fopen(path, "r");
    long sum = 0;
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key)))
            sum += strtol(line + strlen(key), NULL, 10);
    if (f)
        fclose(f);
    return sum;
}

/* What no other process shares. The detailed file is not for everybody to read; memory that belongs to no
 * file is then the nearest, and more. */
static int64_t
private_kib(pid_t pid)
{
    int64_t own = status_value(pid, "smaps_rollup", "Private_Clean:") +
                  status_value(pid, "smaps_rollup", "Private_Dirty:");
    return own ? own : status_value(pid, "status", "RssAnon:");
}

static void
add_process(pid_t pid, struct usage *u)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return;
    text[n] = 0;
    char *p = strrchr(text, ')');
    unsigned long user = 0, sys = 0;
    if (p)
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
    u->cpu_us += (int64_t)(user + sys) * 1000000 / sysconf(_SC_CLK_TCK);
    /* schedstat counts nanoseconds; it is finer than the ticks above where the kernel has it. */
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    int64_t ns = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char task[320];
        long long run_ns = 0;
        snprintf(task, sizeof task, "/proc/%d/task/%s/schedstat", (int)pid, e->d_name);
        FILE *f = e->d_name[0] == '.' ? NULL : fopen(task, "r");
        if (f && fscanf(f, "%lld", &run_ns) == 1)
            ns += run_ns;
        if (f)
            fclose(f);
        snprintf(task, sizeof task, "task/%s/status", e->d_name);
        if (e->d_name[0] != '.')
            u->wakeups += status_value(pid, task, "voluntary_ctxt_switches:");
    }
    if (d)
        closedir(d);
    if (ns)
        u->cpu_us += ns / 1000 - (int64_t)(user + sys) * 1000000 / sysconf(_SC_CLK_TCK);
    int64_t peak = status_value(pid, "status", "VmHWM:");
    int64_t own = private_kib(pid);
    if (peak > u->peak_kib) {
        u->peak_kib = peak;
        u->peak_own_kib = own;
    }
    u->own_kib += own;
}

/* Sums the program and its descendants of the same name: the supervised child counts, a server
 * that it started does not. (The link to the executable is not for everybody to read.) */
static void
add_tree(pid_t pid, const char *name, struct usage *u)
{
    char path[64], own[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *f = fopen(path, "r");
    bool known = f && fgets(own, sizeof own, f);
    if (f)
        fclose(f);
    if (!known || (name && strcmp(name, own)))
        return;
    add_process(pid, u);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    f = fopen(path, "r");
    for (int child; f && fscanf(f, "%d", &child) == 1;)
        add_tree(child, own, u);
    if (f)
        fclose(f);
}

static struct usage
usage_of(const struct run *r)
{
    struct usage u = {.cpu_us = 0};
    add_tree(r->pid, NULL, &u);
    return u;
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
step_keys(struct run *r, const char *name, int count, int report)
{
    static int64_t took[KEYS_MAX];
    size_t bytes = 0;
    const char *k = key_bytes(name);
    struct usage before = usage_of(r);
    int sent = count < KEYS_MAX ? count : KEYS_MAX;
    for (int i = 0; i < sent; i++) {
        int64_t start = now_us(), last = start;
        if (write(r->fd, k, strlen(k)) < 0)
            break;
        ssize_t n = take(r, 2000, &last);
        bytes += n > 0 ? (size_t)n : 0;
        /* Most answers come in one piece; a short look catches the rest without spoiling the
         * rhythm. */
        while ((n = take(r, 3, &last)) > 0)
            bytes += (size_t)n;
        took[i] = last - start;
    }
    struct usage after = usage_of(r);
    if (!report)
        return;
    qsort(took, (size_t)sent, sizeof *took, by_value);
    printf("%s.bytes %zu\n", name, bytes / (size_t)sent);
    printf("%s.latency %lld\n", name, (long long)took[sent / 2]);
    printf("%s.p99 %lld\n", name, (long long)took[sent * 99 / 100]);
    printf("%s.cpu_per_1000 %lld\n", name,
           (long long)((after.cpu_us - before.cpu_us) * 1000 / sent));
}

static void
step_burst(struct run *r, const char *name, int count)
{
    const char *k = key_bytes(name);
    size_t n = strlen(k);
    char *all = calloc((size_t)count, n + 1);
    for (int i = 0; all && i < count; i++)
        memcpy(all + (size_t)i * n, k, n);
    int64_t start = now_us(), last = start;
    if (all && write(r->fd, all, (size_t)count * n) < 0)
        exit(1);
    size_t bytes = settle(r, &last);
    printf("burst.%s.bytes %zu\nburst.%s.us %lld\n", name, bytes, name, (long long)(last - start));
    free(all);
}

/* Waits until the text was written after `from`, and for what comes right behind it. */
static void
await_text(struct run *r, const char *text, size_t from, int64_t *last_us)
{
    int64_t until = now_us() + 5000000;
    while (!strstr(r->out + from, text) && now_us() < until)
        if (take(r, 100, last_us) < 0)
            return;
    while (take(r, 3, last_us) > 0)
        continue;
}

static void
step_shows(struct run *r, char *names, int count, const char *text)
{
    static int64_t took[KEYS_MAX];
    size_t bytes = 0;
    int sent = count < KEYS_MAX ? count : KEYS_MAX;
    for (int i = 0; i < sent; i++) {
        char list[128], *rest = list, *name;
        int64_t start = 0, last = 0;
        size_t from = r->n;
        snprintf(list, sizeof list, "%s", names);
        while ((name = strsep(&rest, "+"))) {
            const char *k = key_bytes(name);
            settle(r, &last);
            from = r->n;
            start = last = now_us();
            if (write(r->fd, k, strlen(k)) < 0)
                return;
        }
        await_text(r, text, from, &last);
        took[i] = last - start;
        bytes += r->n - from;
    }
    if (sent <= 0)
        return;
    qsort(took, (size_t)sent, sizeof *took, by_value);
    printf("shows.latency %lld\n", (long long)took[sent / 2]);
    printf("shows.bytes %zu\n", bytes / (size_t)sent);
}

static void
step_idle(struct run *r, int ms, int report)
{
    struct usage before = usage_of(r);
    int64_t until = now_us() + (int64_t)ms * 1000, last = 0;
    size_t bytes = 0;
    while (now_us() < until) {
        ssize_t n = take(r, (int)((until - now_us()) / 1000) + 1, &last);
        bytes += n > 0 ? (size_t)n : 0;
        if (n < 0)
            break;
    }
    struct usage after = usage_of(r);
    if (report)
        printf("idle.cpu_us %lld\nidle.wakeups %lld\nidle.bytes %zu\n",
               (long long)(after.cpu_us - before.cpu_us),
               (long long)(after.wakeups - before.wakeups), bytes);
}

static void
step_type(struct run *r, const char *text)
{
    int64_t last = 0;
    if (write(r->fd, text, strlen(text)) < 0)
        exit(1);
    (void)settle(r, &last);
}

static void
step(struct run *r, char *spec)
{
    char *name = strchr(spec, ':'), *count = NULL, *text = NULL;
    if (!name)
        return;
    *name++ = 0;
    if (!strcmp(spec, "type")) {
        step_type(r, name);
        return;
    }
    count = strchr(name, ':');
    text = count ? strchr(count + 1, ':') : NULL;
    if (count)
        *count++ = 0;
    if (text)
        *text++ = 0;
    int n = count ? (int)strtol(count, NULL, 10) : 0;
    if (!strcmp(spec, "keys") || !strcmp(spec, "skip"))
        step_keys(r, name, n, !strcmp(spec, "keys"));
    else if (!strcmp(spec, "burst"))
        step_burst(r, name, n);
    else if (!strcmp(spec, "shows") && text)
        step_shows(r, name, n, text);
    else
        step_idle(r, (int)strtol(name, NULL, 10), !strcmp(spec, "idle"));
}

static int
start(struct run *r, const char *size, char **argv)
{
    struct winsize ws = {.ws_row = 24, .ws_col = 80};
    unsigned rows, cols;
    if (sscanf(size, "%ux%u", &rows, &cols) == 2) {
        ws.ws_row = (unsigned short)rows;
        ws.ws_col = (unsigned short)cols;
    }
    r->pid = forkpty(&r->fd, NULL, NULL, &ws);
    if (r->pid == 0) {
        execvp(argv[0], argv);
        _exit(127);
    }
    return r->pid < 0 ? -1 : 0;
}

/* Time to the first frame, to the row, and to the last byte before silence. */
static int
measure_start(struct run *r, const regex_t *row)
{
    int64_t begin = now_us(), last = begin, first = 0, found = 0;
    while (now_us() - begin < 20000000 && !found) {
        ssize_t n = take(r, 20000, &last);
        if (n <= 0)
            return -1;
        if (!first && r->n > MODES_MAX)
            first = last;
        if (!regexec(row, r->out, 0, NULL, 0))
            found = last;
    }
    settle(r, &last);
    printf("start.frame %lld\nstart.row %lld\nstart.settled %lld\nstart.bytes %zu\n",
           (long long)(first - begin), (long long)(found - begin), (long long)(last - begin), r->n);
    return found ? 0 : -1;
}

/*
 * Peak of the process that does the work, and what a process that supervises it has of its own: the
 * program and its libraries are in memory once, however many processes map them.
 */
static void
print_memory(const struct run *r)
{
    struct usage u = usage_of(r);
    if (u.peak_kib > 0)
        printf("rss_kib %lld\n", (long long)(u.peak_kib + u.own_kib - u.peak_own_kib));
}

int
main(int argc, char **argv)
{
    int dashes = 3;
    while (dashes < argc && strcmp(argv[dashes], "--"))
        dashes++;
    regex_t row;
    if (dashes + 1 >= argc || regcomp(&row, argv[2], REG_EXTENDED | REG_NOSUB)) {
        fprintf(stderr, "usage: ptyperf ROWSxCOLS REGEX STEP... -- PROGRAM [ARG]...\n");
        return 2;
    }
    struct run r = {.out = calloc(1, OUT_MAX + 1)};
    int bad = !r.out || start(&r, argv[1], argv + dashes + 1) || measure_start(&r, &row);
    for (int i = 3; !bad && i < dashes; i++)
        step(&r, argv[i]);
    if (!bad)
        print_memory(&r);
    else
        fprintf(stderr, "ptyperf: %s did not show its list\n", argv[dashes + 1]);
    kill(r.pid, SIGTERM);
    close(r.fd);
    int status, waited = 0;
    while (waitpid(r.pid, &status, WNOHANG) == 0 && waited++ < 200)
        usleep(10000);
    if (waited > 200)
        kill(r.pid, SIGKILL);
    regfree(&row);
    free(r.out);
    return bad;
}
