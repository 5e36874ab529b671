/*
 * Any bytes as a request: two bytes choose an operation, the rest up to a newline is its query,
 * what follows its body. The check must come to an end, keep within its limits, and write only
 * valid UTF-8.
 */
#include "api/check.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/utf8.h"

enum { PAIRS_MAX = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
split_query(struct str query, struct arena *a, struct check_pair *pairs)
{
    size_t n = 0;
    struct str part;
    while (n < PAIRS_MAX && str_next(&query, '&', &part)) {
        struct str name = STR("");
        str_next(&part, '=', &name);
        name = url_unescape(name, true, a);
        struct str value = str_given(part) ? url_unescape(part, true, a) : STR("");
        if (str_given(name) && str_given(value))
            pairs[n++] = (struct check_pair){name, value};
    }
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536)
        return 0;
    const struct op *op = op_get((enum op_id)((data[0] * 256u + data[1]) % OP_COUNT));
    struct str rest = {(const char *)data + 2, size - 2};
    struct str query = STR("");
    str_next(&rest, '\n', &query);
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct check check;
    check_init(&check, &arena);
    struct check_pair pairs[PAIRS_MAX];
    check_query(&check, op, pairs, split_query(query, &arena, pairs));
    struct json *body = str_given(rest) ? json_parse(rest, size, NULL) : NULL;
    check_body(&check, op, body);
    json_free(body);
    ASSERT(check.n <= CHECK_MESSAGES_MAX);
    ASSERT(!check.cut || check.n == CHECK_MESSAGES_MAX);
    for (size_t i = 0; i < check.n; i++)
        ASSERT(check.messages[i].n > 0 && utf8_valid(check.messages[i]));
    arena_fini(&arena);
    return 0;
}
