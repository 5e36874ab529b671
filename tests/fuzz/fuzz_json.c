/*
 * Any bytes into the JSON reader. What it accepts is valid UTF-8, is written in a form that it
 * accepts again, and means the same then; what it refuses is explained in text that is safe to
 * show.
 */
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <stdint.h>

enum { TEXT_MAX = 1 << 20, WRITTEN_MAX = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_written(const struct json *j, void (*write)(const struct json *, struct buf *))
{
    struct buf first, second;
    struct err err = {0};
    buf_init(&first, WRITTEN_MAX);
    buf_init(&second, WRITTEN_MAX);
    write(j, &first);
    ASSERT(!first.failed && utf8_valid(buf_str(&first)));
    struct json *back = json_parse(buf_str(&first), WRITTEN_MAX, &err);
    ASSERT(back && json_equal(j, back) && json_equal(back, j));
    write(back, &second);
    ASSERT(str_eq(buf_str(&first), buf_str(&second)));
    json_free(back);
    buf_fini(&first);
    buf_fini(&second);
}

static void
check_copy(const struct json *j)
{
    struct json *copy = json_copy(j);
    ASSERT(json_equal(j, copy));
    struct str name = json_type(j) == JSON_OBJECT ? json_key(json_first(j)) : STR("");
    struct json *member = json_detach(copy, name);
    ASSERT(!member || !json_get_str(copy, name));
    json_free(member);
    json_free(copy);
}

/* As a string, the input need not be valid: what is written always is. */
static void
check_string(struct str text)
{
    struct buf out;
    buf_init(&out, WRITTEN_MAX);
    json_write_str(&out, text);
    ASSERT(!out.failed && utf8_valid(buf_str(&out)));
    struct json *j = json_parse(buf_str(&out), WRITTEN_MAX, NULL);
    /* NUL is written as an escape, which our own reader refuses. */
    ASSERT(j || str_find_char(text, '\0') >= 0);
    ASSERT(!j || !utf8_valid(text) || str_eq(json_str(j), text));
    json_free(j);
    buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct err err = {0};
    struct json *j = json_parse(text, TEXT_MAX, &err);
    if (j) {
        ASSERT(utf8_valid(text));
        check_written(j, json_write);
        check_written(j, json_write_pretty);
        check_copy(j);
    } else {
        ASSERT(err.code && utf8_is_safe(str_of(err.msg)));
    }
    json_free(j);
    check_string(text);
    return 0;
}
