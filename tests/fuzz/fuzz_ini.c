/*
 * Any bytes into the INI reader. It stays within the arena that its header promises to be enough;
 * faults name a line that exists; items can be found and, written out in quotes, are read back the
 * same.
 */
#include "base/buf.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <stdint.h>

enum { ARENA_CAP = 2 << 20, OUT_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
add_quoted(struct buf *out, struct str s)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, s.p[i]);
    }
    buf_add_char(out, '"');
}

static void
check_item(const struct ini *ini, const struct ini_item *item)
{
    struct arena a;
    struct ini again;
    struct buf out;
    buf_init(&out, OUT_MAX);
    if (item->section.n)
        buf_printf(&out, "[%.*s]\n", STR_ARG(item->section));
    buf_printf(&out, "%.*s = ", STR_ARG(item->key));
    add_quoted(&out, item->value);
    arena_init(&a, ARENA_CAP);
    /* Quoting may make a line that was just short enough too long. */
    if (ini_parse(&again, buf_str(&out), "again", &a, NULL) == ERR_OK) {
        ASSERT(again.n == 1);
        ASSERT(str_eq(ini_get(&again, item->section, item->key), item->value));
    } else {
        ASSERT(item->value.n > 1024);
    }
    ASSERT(str_given(ini_get(ini, item->section, item->key)));
    arena_fini(&a);
    buf_fini(&out);
}

static void
check_fault(struct str text, const struct err *err)
{
    unsigned line = 0, column = 0, lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    ASSERT(err->code == ERR_CONFIG && utf8_is_safe(str_of(err->msg)));
    struct str rest = str_of(err->msg), part;
    int64_t number = 0;
    ASSERT(str_next(&rest, ':', &part) && str_eq(part, STR("fuzz")));
    if (text.n > (size_t)256 * 1024)
        return;
    ASSERT(str_next(&rest, ':', &part) && str_to_i64(part, &number));
    line = (unsigned)number;
    ASSERT(str_next(&rest, ':', &part) && str_to_i64(part, &number));
    column = (unsigned)number;
    ASSERT(line >= 1 && line <= lines && column >= 1 && column <= text.n + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct arena a;
    struct ini ini;
    struct err err = {0};
    arena_init(&a, ARENA_CAP);
    if (ini_parse(&ini, text, "fuzz", &a, &err)) {
        check_fault(text, &err);
        ASSERT(ini.n == 0);
    }
    for (size_t i = 0; i < ini.n && i < 50; i++)
        check_item(&ini, &ini.items[i]);
    arena_fini(&a);
    return 0;
}
