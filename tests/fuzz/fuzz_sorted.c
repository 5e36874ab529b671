/*
 * Any bytes as a list of breached passwords: first a line that is looked for, then the file. Lines
 * that are in order are found exactly when they are there; whatever else it is, looking ends and
 * stays inside.
 */
#include "base/mem.h"
#include "server/sorted_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
read_memory(void *ctx, int64_t at, char *out, size_t n)
{
    const struct str *text = ctx;
    ASSERT(at >= 0 && (uint64_t)at <= text->n && n <= text->n - (size_t)at);
    memcpy(out, text->p + at, n);
    return true;
}

/* One after the other. Out of order or too long: *orderly false. */
static bool
scan(struct str text, struct str wanted, bool *orderly)
{
    struct str rest = text, line, before = {NULL, 0};
    bool found = false;
    *orderly = true;
    while (rest.n > 0 && str_next(&rest, '\n', &line)) {
        if (str_ends(line, STR("\r")))
            line.n--;
        if (line.n > SORTED_LINE_MAX || (str_given(before) && str_cmp(before, line) > 0))
            *orderly = false;
        found |= str_eq(line, wanted);
        before = line;
    }
    return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = {size ? (const char *)data : "", size}, wanted;
    (void)str_next(&all, '\n', &wanted);
    if (!str_given(all))
        all = STR("");
    struct sorted_lines lines = {.ctx = &all, .size = (int64_t)all.n, .read = read_memory};
    int64_t at;
    bool orderly, there = scan(all, wanted, &orderly);
    bool found = sorted_lines_has(&lines, wanted);
    ASSERT(there || !found);
    ASSERT(!orderly || found == there);
    ASSERT(!orderly || sorted_lines_check(&lines, 40, 16, &at));
    lines.hashes = true;
    (void)sorted_lines_has(&lines, wanted);
    (void)sorted_lines_check(&lines, 40, 16, &at);
    return 0;
}
