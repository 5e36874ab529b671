#include "tests/unit/ui/fake/golden.h"
#include "base/file.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

enum { GOLDEN_BYTES = 1 << 20, PATH_SIZE = 200, TESTS_MAX = 200 };

static void
play(struct bench *b, const struct golden_scene *s)
{
    bench_standard(b);
    if (s->script)
        s->script(b);
    bench_attach(b);
    for (size_t i = 0; !s->pending && i < COUNT_OF(s->keys) && s->keys[i]; i++) {
        if (i % 2)
            bench_type(b, s->keys[i]);
        else
            bench_keys(b, s->keys[i]);
    }
}

void
golden_compare(struct str got, const char *name)
{
    char path[PATH_SIZE];
    struct arena a;
    struct str want;
    struct err err = {0};
    snprintf(path, sizeof path, "tests/golden/%s.txt", name);
    if (getenv("GATEHOUSE_GOLDEN_UPDATE")) {
        assert_int_equal(file_write(path, got, 0644, &err), ERR_OK);
        return;
    }
    arena_init(&a, GOLDEN_BYTES);
    if (file_read(path, GOLDEN_BYTES, &a, &want, &err))
        fail_msg("%s; make golden-update writes it", err.msg);
    if (!str_eq(got, want))
        fail_msg("%s differs. Now it is:\n%.*s", path, STR_ARG(got));
    arena_fini(&a);
}

static void
look_at(const struct golden_scene *s, int rows, int cols)
{
    struct bench b;
    char name[PATH_SIZE];
    bench_open(&b, &(struct bench_setup){.rows = rows, .cols = cols, .tenant = "acme"});
    play(&b, s);
    snprintf(name, sizeof name, "%s-%dx%d", s->name, cols, rows);
    golden_compare(bench_screen(&b, true), name);
    bench_close(&b);
}

static void
scene_test(void **state)
{
    const struct golden_scene *s = *state;
    look_at(s, 24, 80);
    if (!s->sizes)
        return;
    look_at(s, 12, 40);
    look_at(s, 15, 60);
    look_at(s, 50, 200);
}

int
golden_main(const struct golden_scene *scenes, size_t n, const struct CMUnitTest *more,
            size_t n_more)
{
    struct CMUnitTest tests[TESTS_MAX];
    ASSERT(n + n_more <= TESTS_MAX);
    for (size_t i = 0; i < n; i++) {
        union {
            const struct golden_scene *in;
            void *out;
        } scene = {&scenes[i]};
        tests[i] = (struct CMUnitTest){
            .name = scenes[i].name, .test_func = scene_test, .initial_state = scene.out};
    }
    for (size_t i = 0; i < n_more; i++)
        tests[n + i] = more[i];
    /* The macro takes an array and counts it. */
    return _cmocka_run_group_tests("scenes", tests, n + n_more, NULL, NULL);
}
