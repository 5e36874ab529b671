/*
 * Whether the time of an answer tells something about an account: what a stranger can measure who is on
 * the same host. Samples of the kinds of a group are interleaved in random order; each kind is compared
 * with the group's first.
 *   timing [SAMPLES [GROUP]]       (2000, all groups); needs GATEHOUSED_BIN and TEST_TMP
 * Prints for each kind: how far its AUC is from 0.5 beyond its 95 % interval (0: not to be told apart),
 * then samples, tenth percentile and median in microseconds, AUC (Mann-Whitney) with the interval, and
 * the advantage of the best threshold (the distance of Kolmogorov and Smirnov) with what is chance.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "tests/support/process.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLES = 2000,
    SAMPLES_MAX = 20000,
    SIGNING_IN = 100,
    KINDS_MAX = 8,
    DIGITS = 7,
    TEXT_MAX = 8192
};

#define ID "/identity/resources/"
#define AUTH ID "auth/v1/user"
#define USERS ID "users/v1"
#define PASSWORDLESS ID "auth/v1/passwordless"
#define RIGHT "a horse, a battery"

/* A body has the number of a person in its middle; there are `people` of them (0: one for each sample). */
struct kind {
    const char *group, *name, *path, *before, *after;
    int status, people;
    const char *strategy;
};
static const struct kind kinds[] = {
    {"sign-in", "unknown", AUTH, "{\"email\":\"none-", "@t.example\",\"password\":\"wrong horse\"}",
     401, SIGNING_IN, "EmailAndPassword"},
    {"sign-in", "wrong", AUTH, "{\"email\":\"good-", "@t.example\",\"password\":\"wrong horse\"}",
     401, SIGNING_IN, NULL},
    {"sign-in", "locked", AUTH, "{\"email\":\"lock-", "@t.example\",\"password\":\"" RIGHT "\"}",
     401, SIGNING_IN, NULL},
    {"sign-in", "unverified", AUTH, "{\"email\":\"new-", "@t.example\",\"password\":\"" RIGHT "\"}",
     401, SIGNING_IN, NULL},
    {"reset-mail", "unknown", USERS "/passwords/reset", "{\"email\":\"none-", "@t.example\"}", 201,
     0, "EmailAndPassword"},
    {"reset-mail", "known", USERS "/passwords/reset", "{\"email\":\"here-", "@t.example\"}", 201, 0,
     NULL},
    {"reset-sms", "unknown", ID "users/v2/passwords/reset/sms",
     "{\"identifierType\":\"phoneNumber\",\"identifier\":\"+49166", "\"}", 200, 0,
     "EmailAndPassword"},
    {"reset-sms", "known", ID "users/v2/passwords/reset/sms",
     "{\"identifierType\":\"phoneNumber\",\"identifier\":\"+49155", "\"}", 200, 0, NULL},
    {"link", "unknown", PASSWORDLESS "/magiclink/prelogin", "{\"email\":\"none-", "@t.example\"}",
     200, 0, "MagicLink"},
    {"link", "known", PASSWORDLESS "/magiclink/prelogin", "{\"email\":\"here-", "@t.example\"}",
     200, 0, NULL},
    {"sms-code", "unknown", PASSWORDLESS "/smscode/prelogin", "{\"phoneNumber\":\"+49166", "\"}",
     201, 0, "SmsCode"},
    {"sms-code", "known", PASSWORDLESS "/smscode/prelogin", "{\"phoneNumber\":\"+49155", "\"}", 201,
     0, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct process server;

static void
die(const char *what, const char *detail)
{
    (void)fprintf(stderr, "timing: %s: %s\n", what, detail);
    exit(1);
}

/* ---- preparing ---- */

static void
must(const char *path, const char *body, char *answer)
{
    int status = process_call(&server, "POST", path, body, answer, TEXT_MAX);
    if (status < 200 || status > 299)
        die(path, answer);
}

static void
add_person(const char *what, int i, const char *more, const char *then)
{
    char body[TEXT_MAX], path[TEXT_MAX], answer[TEXT_MAX];
    (void)snprintf(body, sizeof body,
                   "{\"email\":\"%s-%0*d@t.example\",\"name\":\"T\",\"tenantId\":\"t\"%s}", what,
                   DIGITS, i, more);
    must(ID "vendor-only/users/v1", body, answer);
    char *id = strstr(answer, "\"id\":\"");
    if (!id)
        die("no id", answer);
    id += strlen("\"id\":\"");
    id[strcspn(id, "\"")] = 0;
    static const char *const steps[] = {"verify", "lock"};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
        if (strstr(then, steps[k])) {
            char ignored[TEXT_MAX];
            (void)snprintf(path, sizeof path, USERS "/%s/%s", id, steps[k]);
            must(path, "", ignored);
        }
}

static void
prepare(int samples)
{
    static const char *const quiet[] = {"--log-level", "error", NULL};
    static const char password[] = ",\"password\":\"" RIGHT "\"";
    char answer[TEXT_MAX], phone[64];
    if (!process_start(&server, "timing", quiet))
        exit(1);
    must("/tenants/resources/tenants/v1", "{\"tenantId\":\"t\",\"name\":\"T\"}", answer);
    for (int i = 0; i < SIGNING_IN; i++) {
        add_person("good", i, password, "verify");
        add_person("lock", i, password, "verify lock");
        add_person("new", i, password, "");
    }
    for (int i = 0; i < samples; i++) {
        (void)snprintf(phone, sizeof phone, ",\"phoneNumber\":\"+49155%0*d\"", DIGITS, i);
        add_person("here", i, phone, "verify");
    }
}

/* ---- samples ---- */

static double
sample(const struct kind *k, int i, int *fd)
{
    char body[512], request[1024], answer[TEXT_MAX];
    (void)snprintf(body, sizeof body, "%s%0*d%s", k->before, DIGITS, k->people ? i % k->people : i,
                   k->after);
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     k->path, strlen(body), body);
    if (*fd < 0)
        *fd = raw_connect(server.port);
    int64_t begin = clock_mono_us();
    int status = raw_exchange(*fd, (struct str){request, (size_t)n}, answer, sizeof answer);
    int64_t us = clock_mono_us() - begin;
    if (status != k->status)
        die(k->name, answer);
    (void)poll(NULL, 0, 2); /* what an answer leaves to be done is done then */
    return (double)us;
}

/* One of each kind in random order, again and again. */
static void
take_samples(const struct kind *first, int n_kinds, int n, double *us[])
{
    int order[KINDS_MAX], fd = -1;
    for (int k = 0; k < n_kinds; k++)
        order[k] = k;
    for (int i = 0; i < n; i++) {
        for (int k = n_kinds - 1; k > 0; k--) {
            int other = (int)rand_below((uint32_t)k + 1), kept = order[k];
            order[k] = order[other];
            order[other] = kept;
        }
        for (int k = 0; k < n_kinds; k++)
            us[order[k]][i] = sample(&first[order[k]], i, &fd);
    }
}

/* ---- what they say ---- */

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* How many of the sorted values are less than x, or not more than x. */
static int
count_less(const double *v, int n, double x, bool or_equal)
{
    int low = 0, high = n;
    while (low < high) {
        int mid = (low + high) / 2;
        if (v[mid] < x || (or_equal && v[mid] <= x))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Of sorted samples: how likely one of b is larger than one of a, and the largest distance of the two
 * distributions. */
static void
compare(const double *a, const double *b, int n, double *auc, double *distance)
{
    double larger = 0;
    *distance = 0;
    for (int i = 0; i < n; i++) {
        int below = count_less(a, n, b[i], false), upto = count_less(a, n, b[i], true);
        larger += (below + upto) / 2.0;
        *distance = fmax(*distance, abs(upto - count_less(b, n, b[i], true)) / (double)n);
        *distance = fmax(*distance, abs(below - count_less(b, n, b[i], false)) / (double)n);
    }
    *auc = larger / n / n;
}

static void
report(const struct kind *k, const double *base, const double *us, int n)
{
    double auc, distance;
    compare(base, us, n, &auc, &distance);
    double half = 1.96 * sqrt((2.0 * n + 1) / (12.0 * n * n)), chance = 1.36 * sqrt(2.0 / n);
    printf("%s.%s %.4f %d %.0f %.0f AUC %.4f [%.4f, %.4f] advantage %.4f (chance %.4f)\n", k->group,
           k->name, fmax(0, fabs(auc - 0.5) - half), n, us[n / 10], us[n / 2], auc, auc - half,
           auc + half, distance, chance);
    (void)fflush(stdout);
}

static void
measure(const struct kind *first, int n_kinds, int n)
{
    double *us[KINDS_MAX];
    char body[100], answer[TEXT_MAX];
    (void)snprintf(body, sizeof body, "{\"authStrategy\":\"%s\"}", first->strategy);
    must(ID "configurations/v1", body, answer);
    for (int k = 0; k < n_kinds; k++)
        us[k] = mem_new((size_t)n, sizeof **us);
    take_samples(first, n_kinds, n, us);
    for (int k = 0; k < n_kinds; k++)
        qsort(us[k], (size_t)n, sizeof **us, by_value);
    for (int k = 0; k < n_kinds; k++)
        report(&first[k], us[0], us[k], n);
    for (int k = 0; k < n_kinds; k++)
        mem_free(us[k]);
}

int
main(int argc, char **argv)
{
    int64_t n = SAMPLES;
    const char *only = argc > 2 ? argv[2] : NULL;
    if (argc > 1 && (!str_to_i64(str_of(argv[1]), &n) || n < 2 || n > SAMPLES_MAX))
        die("usage", "timing [SAMPLES [GROUP]]");
    prepare((int)n);
    for (int first = 0, end; first < KINDS; first = end) {
        for (end = first; end < KINDS && !strcmp(kinds[end].group, kinds[first].group);)
            end++;
        if (!only || !strcmp(only, kinds[first].group))
            measure(&kinds[first], end - first, (int)n);
    }
    return process_stop(&server) != 0;
}
