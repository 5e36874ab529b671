/*
 * Any bytes into everything that measures, cuts, folds or shows text. What comes out of
 * utf8_make_safe is safe, stays as it is, and measures the same whole and in pieces.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include <stdint.h>

enum { OUT_MAX = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_clusters(struct str s)
{
    int total = 0;
    for (struct str rest = s; rest.n;) {
        int width = -1;
        size_t n = utf8_cluster(rest, &width);
        ASSERT(n > 0 && n <= rest.n && width >= 0 && width <= 2);
        total += width;
        rest = str_sub(rest, n, rest.n);
    }
    ASSERT(utf8_width(s) == total);
    for (int cells = 0; cells <= total && cells < 100; cells++) {
        int used = -1;
        struct str cut = utf8_cut(s, cells, &used);
        ASSERT(used <= cells && used >= cells - 1 && cut.n <= s.n);
        ASSERT(utf8_valid(cut) || !utf8_valid(s));
    }
}

static void
check_safe(struct str s)
{
    struct buf once, twice;
    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    utf8_make_safe(&once, s);
    ASSERT(!once.failed);
    struct str safe = buf_str(&once);
    ASSERT(utf8_valid(safe) && utf8_is_safe(safe));
    ASSERT(utf8_is_safe(s) == str_eq(s, safe));
    utf8_make_safe(&twice, safe);
    ASSERT(str_eq(buf_str(&twice), safe));
    for (size_t i = 0; i < safe.n; i++)
        ASSERT((unsigned char)safe.p[i] >= 0x20 && safe.p[i] != 0x7f);
    check_clusters(safe);
    buf_fini(&once);
    buf_fini(&twice);
}

static void
check_fold(struct str s)
{
    struct buf once, twice;
    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    bool folded = utf8_fold(&once, s);
    ASSERT(folded == utf8_valid(s));
    if (folded) {
        ASSERT(utf8_fold(&twice, buf_str(&once)));
        ASSERT(str_eq(buf_str(&once), buf_str(&twice)));
    }
    buf_fini(&once);
    buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    check_clusters(s);
    check_safe(s);
    check_fold(s);
    return 0;
}
