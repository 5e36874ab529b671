#include "tests/support/scene_jwt.h"

static struct json *
part_of(const struct scene *s, const char *name, int index)
{
    struct str rest = scene_value(s, name), part;
    for (int i = 0; i <= index; i++)
        assert_true(str_next(&rest, '.', &part));
    struct buf text;
    buf_init(&text, 64 * 1024);
    assert_true(buf_add_unbase64url(&text, part));
    struct json *j = json_parse(buf_str(&text), text.n, NULL);
    assert_non_null(j);
    buf_fini(&text);
    return j;
}

struct json *
scene_claims(const struct scene *s, const char *name)
{
    return part_of(s, name, 1);
}

struct json *
scene_jwt_header(const struct scene *s, const char *name)
{
    return part_of(s, name, 0);
}

void
scene_expect_claims(struct scene *s, const char *name, const char *members)
{
    struct str text = str_of(scene_text(s, members));
    struct json *claims = scene_claims(s, name), *wanted = json_parse(text, text.n, NULL);
    struct buf all;
    buf_init(&all, 64 * 1024);
    json_write(claims, &all);
    assert_non_null(wanted);
    for (const struct json *w = json_first(wanted); w; w = json_next(w)) {
        const struct json *got = json_get_str(claims, json_key(w));
        if (json_is_null(w) ? got != NULL : !json_equal(w, got))
            fail_msg("%s: claim %.*s is not as in %.*s but in %.*s", name, STR_ARG(json_key(w)),
                     STR_ARG(text), STR_ARG(buf_str(&all)));
    }
    buf_fini(&all);
    json_free(wanted);
    json_free(claims);
}
