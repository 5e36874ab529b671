#include "tests/support/outbox.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEP_MS = 5, NUMBERS_MAX = 100000, FILE_MAX = 16 << 20 };

static int
by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int64_t
number_of(const char *name)
{
    int64_t n = 0;
    struct str whole = str_of(name);
    if (name[0] == '.' || !str_ends(whole, STR(".json")) ||
        !str_to_i64(str_sub(whole, 0, (size_t)str_find_char(whole, '-')), &n))
        return 0;
    return n;
}

/* Numbers above `seen`, in order. */
static size_t
list(const char *dir, int64_t seen, int64_t *out, size_t max)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    for (const struct dirent *e = d ? readdir(d) : NULL; e && n < max; e = readdir(d))
        if (number_of(e->d_name) > seen)
            out[n++] = number_of(e->d_name);
    if (d)
        closedir(d);
    if (n > 1)
        qsort(out, n, sizeof *out, by_number);
    return n;
}

static struct json *
read_one(const char *dir, int64_t number, struct arena *a, struct str *text)
{
    static const char *const channels[] = {"email", "sms"};
    for (int i = 0; i < 2; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%08lld-%s.json", dir, (long long)number, channels[i]);
        if (file_read(path, FILE_MAX, a, text, NULL) == ERR_OK)
            return json_parse(str_trim(*text), text->n, NULL);
    }
    return NULL;
}

/* The message if it is one to `to`; only then its text goes into the arena. */
static struct json *
read_if_to(const char *dir, int64_t number, const char *to, struct arena *a, struct str *text)
{
    struct arena scratch;
    struct str all = {NULL, 0};
    arena_init(&scratch, 2 * FILE_MAX);
    struct json *j = read_one(dir, number, &scratch, &all);
    bool wanted = j && str_eq(json_str(json_get(j, "to")), str_of(to));
    if (wanted && text)
        *text = arena_str(a, all);
    if (!wanted)
        json_free(j);
    arena_fini(&scratch);
    return wanted ? j : NULL;
}

static struct json *
find(const char *dir, const char *to, int64_t *seen, struct arena *a, struct str *text)
{
    static int64_t numbers[NUMBERS_MAX];
    /* Files appear in the order of their numbers, but a folder that is being read may show a later
     * one and hide an earlier one: what is below the last of the first look is whole in the second. */
    size_t n = list(dir, *seen, numbers, NUMBERS_MAX);
    int64_t last = n ? numbers[n - 1] : 0;
    n = list(dir, *seen, numbers, NUMBERS_MAX);
    while (n && numbers[n - 1] > last)
        n--;
    for (size_t i = 0; i < n; i++) {
        struct json *j = read_if_to(dir, numbers[i], to, a, text);
        if (j) {
            *seen = numbers[i];
            return j;
        }
    }
    return NULL;
}

struct json *
outbox_next(const char *dir, const char *to, int64_t *seen, struct arena *a, struct str *text)
{
    int64_t end = clock_mono_ms() + OUTBOX_PATIENCE_MS;
    struct json *j = find(dir, to, seen, a, text);
    while (!j && clock_mono_ms() < end) {
        (void)poll(NULL, 0, STEP_MS);
        j = find(dir, to, seen, a, text);
    }
    return j;
}

size_t
outbox_count(const char *dir)
{
    static int64_t numbers[NUMBERS_MAX];
    return list(dir, 0, numbers, NUMBERS_MAX);
}
