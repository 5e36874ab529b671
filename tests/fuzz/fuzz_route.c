/*
 * Any bytes as method and path: the router must answer, and what it hands on must be clean: valid
 * UTF-8 without separators or controls, one value for each parameter of the row.
 */
#include "api/route.h"
#include "base/mem.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_value(struct str value)
{
    ASSERT(value.n > 0 && utf8_valid(value));
    ASSERT(!str_eq(value, STR(".")) && !str_eq(value, STR("..")));
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        ASSERT(c >= 0x20 && c != 0x7f && c != '/' && c != '\\');
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 8192)
        return 0;
    struct route_table *table = route_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct route_match match;
    enum method m = (enum method)(data[0] % METHOD_COUNT);
    struct str path = {(const char *)data + 1, size - 1};
    enum route_outcome outcome = route_find(table, m, path, &arena, &match);
    ASSERT((outcome == ROUTE_FOUND) == (match.op != NULL));
    ASSERT((outcome == ROUTE_METHOD) == (match.allow != 0));
    if (match.op) {
        ASSERT(match.op->method == m);
        ASSERT(match.n_params == field_count(match.op->params));
    }
    for (size_t i = 0; i < match.n_params; i++)
        check_value(match.params[i]);
    arena_fini(&arena);
    route_free(table);
    return 0;
}
