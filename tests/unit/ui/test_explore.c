/* Any operation of the catalogue by a form: all of them have one, nothing unsafe is sent unasked, secrets stay hidden. */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/explore.h"
#include "ui/form.h"
#include <stdio.h>
#include <string.h>

static void
open_bench(struct bench *b, const struct bench_setup *setup)
{
    bench_open(b, setup);
    bench_standard(b);
    bench_attach(b);
    bench_keys(b, "");
    fake_log_clear(b->client);
}

static const struct form *
form_on_top(struct bench *b)
{
    struct pane *top = app_top(&b->app);
    return !strcmp(top->ops->name, "form") ? (const struct form *)top : NULL;
}

static size_t
fields_to_ask(const struct op *op)
{
    size_t n = field_count(op->params) + (op->ctx & CTX_USER ? 1 : 0);
    const struct field *tables[] = {op->query, op->body};
    for (size_t i = 0; i < 2; i++)
        for (const struct field *f = tables[i]; f && f->name; f++)
            n += !(f->flags & FIELD_READ_ONLY);
    return n;
}

static void
check_names(const struct op *op, const struct form *form)
{
    for (size_t i = 0; i < form->n; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(form->fields[i].name, form->fields[k].name))
                fail_msg("%s: %s is there twice", op->name, form->fields[i].name);
}

static void
every_operation_has_its_form(void **state)
{
    (void)state;
    size_t forms = 0;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.rows = 60, .cols = 100, .tenant = "acme"});
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        size_t panes = b.app.n;
        explore_open(&b.app, op);
        const struct form *form = form_on_top(&b);
        size_t want = fields_to_ask(op);
        if (!!want != !!form || (form && form->n != want))
            fail_msg("%s: %zu fields in the form, not %zu", op->name, form ? form->n : 0, want);
        if (form) {
            check_names(op, form);
            bench_shows(&b, op->title);
        }
        if (!(op->flags & OPF_SAFE))
            bench_not_sent(&b, op->name);
        forms += form != NULL;
        bench_keys(&b, "");
        while (b.app.n > panes)
            app_close(&b.app, app_top(&b.app));
        fake_log_clear(b.client);
    }
    assert_true(forms > 250);
    bench_close(&b);
}

static void
the_menu_narrows_and_opens(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme"});
    bench_line(&b, "api");
    bench_shows(&b, "Operations");
    bench_type(&b, "tenants_metadata");
    bench_shows(&b, "narrowed by: tenants_metadata");
    bench_keys(&b, "Down Enter");
    bench_shows(&b, "tenantId");
    bench_shows(&b, "key");
    bench_keys(&b, "Esc");
    bench_line(&b, "api nonsense");
    bench_shows(&b, "There is no operation nonsense");
    bench_close(&b);
}

static void
what_is_safe_is_sent_and_shown(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme"});
    fake_answer(b.client, "roles_levels", 200, "[0,10]");
    bench_line(&b, "api roles_levels");
    bench_sent(&b, "roles_levels tenant=acme");
    bench_shows(&b, "GET /identity/resources/roles/v2/distinct-levels");
    bench_shows(&b, "10");
    bench_keys(&b, "Y");
    assert_string_equal(
        b.copied,
        "curl -X GET 'https://api.example.com/identity/resources/roles/v2/distinct-levels' "
        "-H \"Authorization: Bearer $TOKEN\" -H 'frontegg-tenant-id: acme'");
    bench_close(&b);
}

static void
what_is_not_safe_asks_with_the_whole_request(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme"});
    bench_line(&b, "api users_delete");
    bench_type(&b, "user-7/../x");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "DELETE /identity/resources/users/v1/user-7%2F..%2Fx");
    bench_keys(&b, "y");
    bench_not_sent(&b, "users_delete");
    bench_keys(&b, "Enter D");
    bench_sent(&b, "users_delete tenant=acme path={\"userId\":\"user-7/../x\"}");
    bench_close(&b);
}

static void
a_required_field_is_asked_for(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme"});
    bench_line(&b, "api users_lock");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "userId");
    bench_not_sent(&b, "users_lock");
    bench_close(&b);
}

static void
read_only_is_refused(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme", .read_only = true});
    bench_line(&b, "api users_lock");
    bench_shows(&b, "Refused");
    bench_hides(&b, "[ Save ]");
    bench_close(&b);
}

static void
secrets_are_hidden_on_both_ways(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.rows = 40, .tenant = "acme"});
    fake_answer(
        b.client, "tenant_api_tokens_create", 201,
        "{\"clientId\":\"id-1\",\"secret\":\"the-secret\",\"other\":{\"refreshToken\":\"more\"}}");
    fake_answer(b.client, "mail_config_set", 201, "");
    bench_line(&b, "api tenant_api_tokens_create");
    bench_keys(&b, "PgDn Enter y");
    bench_shows(&b, "id-1");
    bench_shows(&b, "2 hidden");
    bench_hides(&b, "the-secret");
    bench_hides(&b, "more");
    bench_keys(&b, "y");
    assert_null(strstr(b.copied, "the-secret"));
    bench_keys(&b, "q");
    bench_line(&b, "api mail_config_set");
    bench_type(&b, "{\"provider\":\"mailgun\",\"secret\":\"typed-secret\"}");
    bench_keys(&b, "PgDn Enter y");
    bench_sent(&b, "typed-secret");
    bench_shows(&b, "status");
    bench_keys(&b, "Y");
    assert_non_null(strstr(b.copied, "\"secret\":\"***\""));
    assert_null(strstr(b.copied, "typed-secret"));
    bench_close(&b);
}

static void
whose_things_it_is_about_can_be_said(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, &(struct bench_setup){.tenant = "acme"});
    fake_answer(b.client, "sessions_list", 200, "[]");
    bench_line(&b, "api sessions_list");
    bench_shows(&b, "frontegg-user-id");
    bench_type(&b, "user-0001");
    bench_keys(&b, "PgDn Enter");
    bench_sent(&b, "sessions_list tenant=acme user=user-0001");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_its_form),
        cmocka_unit_test(the_menu_narrows_and_opens),
        cmocka_unit_test(what_is_safe_is_sent_and_shown),
        cmocka_unit_test(what_is_not_safe_asks_with_the_whole_request),
        cmocka_unit_test(a_required_field_is_asked_for),
        cmocka_unit_test(read_only_is_refused),
        cmocka_unit_test(secrets_are_hidden_on_both_ways),
        cmocka_unit_test(whose_things_it_is_about_can_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
