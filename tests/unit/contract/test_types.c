/*
 * What is not of the right kind is refused and named: a wrong JSON type in each field of each bound
 * operation, and a list of texts that are no good JSON, or too much of it. Generated from the
 * catalogue.
 */
#include "tests/support/sample.h"
#include "tests/support/scene.h"

#include <stdio.h>

enum { TEXT_MAX = 64 * 1024, HUGE_MAX = 3 * 1024 * 1024 };

static struct scene scene;
static size_t wrong, tried;

static const char *
text_of(struct buf *b)
{
    const char *text = arena_str(&scene.t.arena, buf_str(b)).p;
    buf_fini(b);
    return text;
}

static struct tserver_reply
send(const struct op *op, const struct sample *sample)
{
    struct buf target, body;
    buf_init(&target, TEXT_MAX);
    buf_init(&body, TEXT_MAX);
    sample_target(sample, op, &target);
    sample_body(sample, op, &body);
    struct str headers = arena_printf(
        &scene.t.arena, "%s%s", op->ctx & CTX_NEED_TENANT ? "frontegg-tenant-id: one\r\n" : "",
        op->ctx & CTX_NEED_USER ? "frontegg-user-id: nobody\r\n" : "");
    return tserver_request(&scene.t, method_name(op->method), text_of(&target), scene.t.token,
                           headers.p, text_of(&body));
}

/* One phone message does not hold the field's name, but what it is. */
static bool
names(struct str body, const struct field *f)
{
    return str_find(body, str_of(f->name)) >= 0 ||
           (f->kind == KIND_PHONE && str_find(body, STR("Phone number")) >= 0);
}

static void
try_field(const struct field *f, void *arg)
{
    union {
        void *in;
        const struct op *out;
    } op = {.in = arg};
    const char *const *misfits = f->flags & FIELD_READ_ONLY ? NULL : sample_misfits(f);
    for (; misfits && *misfits; misfits++) {
        struct tserver_reply r = send(op.out, &(struct sample){.spot = f, .value = *misfits});
        tried++;
        if (r.status == 400 && names(r.body, f))
            continue;
        print_error("%s with %s = %s: %d %.*s\n", op.out->name, f->name, *misfits, r.status,
                    STR_ARG(r.body));
        wrong++;
    }
}

static void
every_field_with_a_wrong_type(void **state)
{
    (void)state;
    for (int id = 0; id < OP_COUNT; id++) {
        union {
            const struct op *in;
            void *out;
        } op = {.in = op_get((enum op_id)id)};
        if (scene_is_bound(&scene, op.in))
            sample_each_field(op.in->body, try_field, op.out);
    }
    assert_true(tried > 400);
    assert_int_equal(wrong, 0);
}

/* The right types are let through, so that it is the type which the test above finds refused. */
static void
every_body_with_the_right_types(void **state)
{
    (void)state;
    for (int id = 0; id < OP_COUNT; id++) {
        const struct op *op = op_get((enum op_id)id);
        if (!scene_is_bound(&scene, op) || !op->body)
            continue;
        struct tserver_reply r = send(op, &(struct sample){.all = true});
        if (r.status == 400 && str_find(r.body, STR("must be a")) >= 0)
            fail_msg("%s: %.*s", op->name, STR_ARG(r.body));
        assert_true(r.status < 500);
    }
}

/* -- JSON -- */

static struct tserver_reply
post(const char *body)
{
    return tserver_request(&scene.t, "POST", "/tenants/resources/tenants/v1", scene.t.token, NULL,
                           body);
}

static void
texts_that_are_no_json(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"a\\u0000b\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"\\udc00\\ud800\"}",
        "{\"name\":\"\xff\"}",
        "{\"name\":\"\xc0\xaf\"}",
        "{\"name\":\"\xed\xa0\x80\"}",
        "\xef\xbb\xbf{\"name\":\"a\"}",
        "{\"name\":\"a\"}x",
        "{\"name\":\"a\"}{}",
        "{\"name\":\"a\",}",
        "{name:\"a\"}",
        "{'name':'a'}",
        "{\"name\":\"a\"",
        "{\"name\":01}",
        "{\"name\":1.}",
        "{\"name\":+1}",
        "{\"name\":NaN}",
        "{\"name\":1e400}",
        "{\"name\":\"a\nb\"}",
        "{\"name\":\"a\\x\"}",
        "null",
        "true",
        "7",
        "\"text\"",
        "[]",
        "[[]]",
        "{\"metadata\":12345678901234567890123}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "/**/{}",
        "{} //",
        "\x01",
        "{",
        "}",
        "[1,2",
        "{\"\":}",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct tserver_reply r = post(bodies[i]);
        if (r.status != 400)
            fail_msg("%s: %d %.*s", bodies[i], r.status, STR_ARG(r.body));
    }
}

static const char *
repeat(const char *before, const char *unit, size_t times, const char *after)
{
    struct buf b;
    buf_init(&b, HUGE_MAX);
    buf_add_text(&b, before);
    for (size_t i = 0; i < times; i++)
        buf_add_text(&b, unit);
    buf_add_text(&b, after);
    assert_false(b.failed);
    return text_of(&b);
}

static void
too_much_json(void **state)
{
    (void)state;
    assert_int_equal(post(repeat("{\"metadata\":", "[", 65, "")).status, 400);
    assert_int_equal(post(repeat("{\"metadata\":", "[", 100000, "")).status, 400);
    assert_int_equal(post(repeat("{\"metadata\":", "{\"a\":", 100000, "")).status, 400);
    /* Answered before the body is read; a client that is still sending may lose the answer, not always. */
    int status = -1;
    for (int tries = 0; status == -1 && tries < 20; tries++)
        status = post(repeat("{\"name\":\"", "a", 2 * 1024 * 1024, "\"}")).status;
    assert_int_equal(status, 413);
    struct buf keys;
    buf_init(&keys, HUGE_MAX);
    buf_add_char(&keys, '{');
    for (int i = 0; i < 90000; i++)
        buf_printf(&keys, "%s\"k%d\":1", i ? "," : "", i);
    buf_add_char(&keys, '}');
    assert_int_equal(post(text_of(&keys)).status, 400);
    /* Afterwards it serves as before. */
    assert_int_equal(post("{\"name\":\"after\"}").status, 201);
}

static int
start(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"}};
    scene_start(&scene);
    SCENE(&scene, steps);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_field_with_a_wrong_type, start),
        cmocka_unit_test(every_body_with_the_right_types),
        cmocka_unit_test(texts_that_are_no_json),
        cmocka_unit_test(too_much_json),
    };
    int failed = cmocka_run_group_tests_name("types", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
