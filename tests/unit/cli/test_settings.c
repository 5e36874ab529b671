/* The table of settings against the catalogue, and settings from answers to files and back. */
#include "cli/settings.h"
#include "tests/support/unit.h"
#include <stdio.h>

static struct json *
parse(const char *text)
{
    struct err err;
    struct json *j = json_parse(str_of(text), 65536, &err);
    assert_non_null(j);
    return j;
}

static void
shows(struct json *take, const char *want)
{
    struct buf b;
    buf_init(&b, 65536);
    json_write(take, &b);
    assert_string_equal(b.p, want);
    buf_fini(&b);
    json_free(take);
}

static const struct field *
fields_of(const struct setting *s)
{
    const struct field *reply = op_get(s->get)->reply;
    for (const struct field *f = reply; setting_is_list(s) && f && f->name; f++)
        if (!field_find(reply, str_of(s->key)) && f->kind == KIND_ARRAY)
            return f->fields;
    return reply;
}

static void
rows_fit_the_catalogue(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        size_t members = 0;
        assert_true(op_get(s->get)->flags & OPF_SAFE);
        if (op_get(s->get)->params)
            fail_msg("%s: reading it needs a parameter nobody gives", s->name);
        if (s->set != SETTING_NONE && op_get(s->set)->flags & (OPF_SAFE | OPF_DESTRUCTIVE))
            fail_msg("%s: %s does not write", s->name, op_get(s->set)->name);
        if (s->set != SETTING_NONE && field_count(op_get(s->set)->params) > 1)
            fail_msg("%s: %s has more parameters than one", s->name, op_get(s->set)->name);
        if (s->skip[0] && !field_find(fields_of(s), str_of(s->skip)))
            fail_msg("%s: no answer has %s", s->name, s->skip);
        if (setting_is_list(s) && !setting_field(s, str_of(s->key)))
            fail_msg("%s: nothing is called %s", s->name, s->key);
        for (const struct field *f = fields_of(s); f && f->name; f++)
            members += setting_field(s, str_of(f->name)) != NULL;
        if (!members)
            fail_msg("%s: none of its members can be written", s->name);
        assert_ptr_equal(setting_find(str_of(s->name)), s);
    }
}

/* What must be there to write a setting is in the answer, or the setting is only compared. */
static void
what_is_needed_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        enum op_id ids[] = {s->set, s->create};
        for (size_t k = 0; k < 2; k++) {
            const struct field *f = ids[k] == SETTING_NONE ? NULL : op_get(ids[k])->body;
            for (; f && f->name; f++)
                if (f->flags & FIELD_REQUIRED && !setting_field(s, str_of(f->name)))
                    fail_msg("%s: %s needs %s, which no answer has", s->name, op_get(ids[k])->name,
                             f->name);
        }
    }
}

static void
parts_and_references_exist(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        for (const struct setting_part *p = NULL; (p = setting_part_next(s, p)) != NULL; n++) {
            assert_non_null(setting_field(s, str_of(p->member)));
            assert_non_null(field_find(op_get(p->op)->body, str_of(p->value)));
            if (p->id[0])
                assert_non_null(field_find(op_get(p->op)->body, str_of(p->id)));
            else
                assert_int_equal(field_count(op_get(p->op)->params), 1);
        }
    }
    assert_true(n >= 2);
    assert_ptr_equal(setting_ref(setting_find(STR("roles")), STR("permissions")),
                     setting_find(STR("permissions")));
    assert_null(setting_ref(setting_find(STR("roles")), STR("name")));
}

/* Nothing that a file holds is secret, an id or a time, whatever the answer holds. */
static void
files_hold_no_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        for (const struct field *f = fields_of(s); f && f->name; f++) {
            const struct field *rule = setting_field(s, str_of(f->name));
            if (rule && (f->flags & FIELD_SECRET || f->kind == KIND_TIME || !strcmp(f->name, "id")))
                fail_msg("%s: %s would be in the file", s->name, f->name);
        }
    }
}

static void
one_object_is_read(void **state)
{
    (void)state;
    const struct setting *s = setting_find(STR("captcha"));
    struct json *ids,
        *answer = parse("{\"id\":\"1\",\"siteKey\":\"k\",\"secretKey\":\"s\",\"enabled\":true,"
                        "\"createdAt\":\"2026-01-01T00:00:00.000Z\",\"unknown\":1}");
    shows(setting_read(s, answer, &ids), "{\"siteKey\":\"k\",\"enabled\":true}");
    assert_null(ids);
    json_free(answer);
    answer = parse("{\"email\":{\"active\":true,\"tokenLifetimeSeconds\":300,\"sender\":\"\"}}");
    struct json *value = setting_read(setting_find(STR("mfa")), answer, &ids);
    shows(setting_body(op_get(OP_mfa_config_set), value), "{}"); /* it lacks its sender */
    shows(value, "{\"email\":{\"active\":true,\"tokenLifetimeSeconds\":300}}");
    json_free(answer);
    assert_null(setting_read(s, NULL, &ids));
}

static void
a_list_is_read_in_order(void **state)
{
    (void)state;
    struct json *ids,
        *answer = parse(
            "[{\"id\":\"2\",\"key\":\"b\",\"name\":\"B\",\"level\":1,\"permissions\":[\"p2\","
            "\"p1\",\"gone\"]},"
            "{\"id\":\"1\",\"key\":\"a\",\"name\":\"A\",\"level\":0,\"description\":null},"
            "{\"id\":\"3\",\"key\":\"c\",\"name\":\"C\",\"tenantId\":\"acme\"},{\"id\":\"4\"}]");
    struct json *list = setting_read(setting_find(STR("roles")), answer, &ids);
    struct json *keys = parse("{\"one\":\"p1\",\"two\":\"p2\"}");
    for (struct json *it = json_first(list); it; it = json_next(it))
        if (json_get(it, "permissions"))
            setting_name_refs(it, STR("permissions"), keys);
    shows(list, "[{\"key\":\"a\",\"name\":\"A\",\"level\":0},"
                "{\"key\":\"b\",\"name\":\"B\",\"level\":1,\"permissions\":[\"one\",\"two\"]}]");
    shows(ids, "{\"b\":\"2\",\"a\":\"1\",\"c\":\"3\"}");
    struct str missing;
    struct json *names = parse("[\"two\",\"one\"]");
    shows(setting_ids(names, keys, &missing), "[\"p2\",\"p1\"]");
    json_free(names);
    names = parse("[\"two\",\"three\"]");
    assert_null(setting_ids(names, keys, &missing));
    assert_str(missing, "three");
    json_free(names);
    json_free(keys);
    json_free(answer);
}

static void
answers_that_call_it_otherwise(void **state)
{
    (void)state;
    struct json *ids,
        *answer = parse("{\"active\":true,\"listType\":\"BLOCK\",\"blockPublicDomains\":false}");
    shows(setting_read(setting_find(STR("domain_restriction")), answer, &ids),
          "{\"active\":true,\"blockPublicDomains\":false,\"type\":\"BLOCK\"}");
    json_free(answer);
    answer = parse("[{\"id\":null,\"type\":\"ResetPassword\",\"subject\":\"default\"},"
                   "{\"id\":\"7\",\"type\":\"MagicLink\",\"subject\":\"s\",\"redirectURL\":\"https:"
                   "//rendered\","
                   "\"redirectURLPattern\":\"{{host}}\"}]");
    shows(setting_read(setting_find(STR("email_templates")), answer, &ids),
          "[{\"type\":\"MagicLink\",\"subject\":\"s\",\"redirectURL\":\"{{host}}\"}]");
    json_free(ids);
    json_free(answer);
}

static void
note(void *ctx, const struct setting_change *c)
{
    struct buf *b = ctx;
    buf_printf(b, "%.*s/%.*s ", STR_ARG(c->item), STR_ARG(c->field));
    if (c->before)
        json_write(c->before, b);
    buf_add_text(b, "->");
    if (c->after)
        json_write(c->after, b);
    buf_add_char(b, ';');
}

static void
differs(const char *name, const char *now, const char *wanted, bool both, const char *want)
{
    struct buf b;
    struct json *x = now ? parse(now) : NULL, *y = wanted ? parse(wanted) : NULL;
    buf_init(&b, 4096);
    buf_add_text(&b, "");
    setting_diff(setting_find(str_of(name)), x, y, both, note, &b);
    assert_string_equal(b.p ? b.p : "", want);
    buf_fini(&b);
    json_free(x);
    json_free(y);
}

static void
differences_are_told_by_field(void **state)
{
    (void)state;
    differs("lockout", "{\"enabled\":true,\"maxAttempts\":3}", "{\"maxAttempts\":3}", false, "");
    differs("lockout", "{\"enabled\":true,\"maxAttempts\":3}", "{\"maxAttempts\":5}", false,
            "/maxAttempts 3->5;");
    differs("lockout", "{\"enabled\":true,\"maxAttempts\":3}", "{\"maxAttempts\":5}", true,
            "/maxAttempts 3->5;/enabled true->;");
    differs("lockout", NULL, "{\"maxAttempts\":5}", false, "/maxAttempts ->5;");
    differs("password", "{\"optionalTests\":{\"requireNumbers\":false,\"requireUppercase\":true}}",
            "{\"optionalTests\":{\"requireNumbers\":true}}", false,
            "/optionalTests.requireNumbers false->true;");
    differs("categories", "[{\"name\":\"a\",\"description\":\"x\"},{\"name\":\"b\"}]",
            "[{\"name\":\"a\"},{\"name\":\"c\"}]", false, "c/ ->{\"name\":\"c\"};");
    differs("categories", "[{\"name\":\"a\",\"description\":\"x\"},{\"name\":\"b\"}]",
            "[{\"name\":\"a\"},{\"name\":\"c\"}]", true,
            "a/description \"x\"->;c/ ->{\"name\":\"c\"};b/ {\"name\":\"b\"}->;");
    differs("categories", "[{\"name\":\"a\",\"description\":null}]", "[{\"name\":\"a\"}]", true,
            "");
}

static void
parts_of_objects_are_merged(void **state)
{
    (void)state;
    struct json *now = parse("{\"a\":1,\"o\":{\"x\":1,\"y\":2},\"l\":[1]}"),
                *wanted = parse("{\"o\":{\"y\":3},\"l\":[2],\"b\":{\"c\":1}}");
    shows(setting_merge(now, wanted),
          "{\"a\":1,\"o\":{\"x\":1,\"y\":3},\"l\":[2],\"b\":{\"c\":1}}");
    shows(setting_merge(NULL, wanted), "{\"o\":{\"y\":3},\"l\":[2],\"b\":{\"c\":1}}");
    json_free(now);
    json_free(wanted);
}

static void
a_bad_file_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *json, *message;
    } cases[] = {
        {"lockout", "[]", "lockout: an object is wanted here"},
        {"roles", "{}", "roles: a list is wanted here"},
        {"roles", "[1]", "roles: an object is wanted here"},
        {"roles", "[{\"key\":\"\"}]", "roles: an item lacks its key"},
        {"roles", "[{\"key\":\"a\",\"id\":\"1\"}]", "roles: there is no member \"id\""},
        {"sms", "{\"token\":\"x\"}",
         "sms.token: a secret does not belong in this file; set it by hand"},
        {"mfa_policy", "{\"enforceMFAType\":\"Sometimes\"}", "mfa_policy: enforceMFAType must be"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        struct json *value = parse(cases[i].json);
        assert_int_not_equal(setting_check(setting_find(str_of(cases[i].setting)), value, &err),
                             ERR_OK);
        if (strncmp(err.msg, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("%s: %s", cases[i].json, err.msg);
        json_free(value);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_fit_the_catalogue),
        cmocka_unit_test(what_is_needed_is_there),
        cmocka_unit_test(parts_and_references_exist),
        cmocka_unit_test(files_hold_no_secrets),
        cmocka_unit_test(one_object_is_read),
        cmocka_unit_test(a_list_is_read_in_order),
        cmocka_unit_test(answers_that_call_it_otherwise),
        cmocka_unit_test(differences_are_told_by_field),
        cmocka_unit_test(parts_of_objects_are_merged),
        cmocka_unit_test(a_bad_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
