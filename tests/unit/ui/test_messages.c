/* Providers, templates, the outbox, invitations and tokens, as a person uses them. */
#include "base/file.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include <string.h>

static struct bench b;

static void
begin(const char *tenant)
{
    bench_open(&b, &(struct bench_setup){.tenant = tenant});
    bench_standard(&b);
}

static void
no_provider(void)
{
    fake_answer(b.client, "mail_config_get", 404, "{\"errors\":[\"E-mail provider not found\"]}");
    fake_answer(b.client, "mail_config_set", 201, "");
}

static void
a_provider_is_set_where_there_is_none(void **state)
{
    (void)state;
    begin("");
    no_provider();
    bench_attach(&b);
    bench_line(&b, "email");
    bench_shows(&b, "No provider is set");
    bench_keys(&b, "S");
    bench_type(&b, "SG.abc");
    bench_hides(&b, "SG.abc");
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "This will be written:");
    bench_hides(&b, "SG.abc");
    bench_not_sent(&b, "mail_config_set");
    bench_keys(&b, "y");
    bench_sent(&b, "body={\"payload\":{\"provider\":\"sendgrid\",\"secret\":\"SG.abc\"}}");
    bench_close(&b);
}

static void
a_kept_provider_is_changed_with_its_secret_typed_anew(void **state)
{
    (void)state;
    begin("");
    fake_answer(b.client, "mail_config_get", 200,
                "{\"provider\":\"ses\",\"secret\":\"****wxyz\",\"extension\":[{\"extensionName\":"
                "\"region\",\"extensionValue\":\"eu-west-1\"},{\"extensionName\":\"id\","
                "\"extensionValue\":\"AKIA1\"}]}");
    fake_answer(b.client, "mail_config_set", 201, "");
    bench_attach(&b);
    bench_line(&b, "email");
    bench_shows(&b, "****wxyz");
    bench_keys(&b, "A PgDn Enter");
    bench_shows(&b, "secret should not be empty");
    bench_type(&b, "k");
    bench_keys(&b, "Tab End Backspace");
    bench_type(&b, "2");
    bench_keys(&b, "PgDn Enter y");
    bench_sent(&b,
               "\"provider\":\"ses\",\"id\":\"AKIA1\",\"secret\":\"k\",\"region\":\"eu-west-2\"");
    /* Another provider does not begin with what this one had. */
    bench_keys(&b, "M");
    bench_shows(&b, "Send by Mailgun");
    bench_hides(&b, "eu-west");
    bench_close(&b);
}

static void
a_test_shows_what_the_provider_said(void **state)
{
    (void)state;
    begin("");
    fake_answer(b.client, "sms_config_get", 404, "{\"errors\":[\"SMS provider not found\"]}");
    fake_answer(b.client, "messages_test", 200,
                "{\"sent\":false,\"channel\":\"sms\",\"to\":\"+49151\",\"provider\":\"twilio\","
                "\"status\":400,\"error\":\"no\",\"answer\":\"{\\\"code\\\":21211}\\n\\u001b[2J\","
                "\"milliseconds\":3}");
    bench_attach(&b);
    bench_line(&b, "sms");
    bench_keys(&b, "T");
    bench_type(&b, "+49151");
    bench_keys(&b, "PgDn Enter");
    bench_sent(&b, "body={\"channel\":\"sms\",\"to\":\"+49151\"}");
    bench_shows(&b, "{\"code\":21211}");
    bench_hides(&b, "\x1b");
    bench_keys(&b, "q");
    bench_shows(&b, "No provider is set");
    bench_close(&b);
}

/* ---- templates ---- */

#define ROW(own)                                                                                   \
    "{\"types\":[{\"id\":\"email.Welcome\",\"channel\":\"email\",\"type\":\"ActivateUser\","       \
    "\"when\":\"now\",\"own\":" own ",\"active\":true,\"templateId\":\"t1\",\"variables\":"        \
    "[\"link\"]}],\"variables\":[]}"

/* What the editor on the bench does: replaces the first text by the second. */
static struct {
    const char *from, *to;
    int runs;
    bool fails;
    char seen[4096];
} editor;

static bool
bench_edit(void *ctx, const char *path, struct err *err)
{
    (void)ctx;
    struct arena a;
    struct str text;
    struct buf out;
    editor.runs++;
    if (editor.fails) {
        (void)err_set(err, ERR_CANCELLED, "the editor ended with status 1");
        return false;
    }
    arena_init(&a, 1 << 22);
    buf_init(&out, 1 << 20);
    assert_int_equal(file_read(path, 1 << 20, &a, &text, NULL), ERR_OK);
    assert_true(text.n < sizeof editor.seen);
    memcpy(editor.seen, text.p, text.n);
    editor.seen[text.n] = '\0';
    ptrdiff_t at = str_find(text, str_of(editor.from));
    assert_true(at >= 0);
    buf_add_str(&out, str_sub(text, 0, (size_t)at));
    buf_add_text(&out, editor.to);
    buf_add_str(&out, str_sub(text, (size_t)at + strlen(editor.from), text.n));
    assert_int_equal(file_write(path, buf_str(&out), 0600, NULL), ERR_OK);
    buf_fini(&out);
    arena_fini(&a);
    return true;
}

static void
begin_templates(const char *from, const char *to)
{
    begin("");
    b.host.edit = bench_edit;
    memset(&editor, 0, sizeof editor);
    editor.from = from;
    editor.to = to;
    fake_answer(b.client, "templates_list", 200, ROW("false"));
    fake_answer(b.client, "mail_templates_list", 200, "[]");
    fake_answer(b.client, "mail_templates_default", 200,
                "{\"id\":null,\"type\":\"ActivateUser\",\"subject\":\"Activate\",\"htmlTemplate\":"
                "\"<p>{{link}}</p>\",\"active\":true}");
    fake_answer(b.client, "mail_templates_set", 201, "");
    fake_answer(b.client, "templates_preview", 200, "{\"unknown\":[],\"text\":\"x\"}");
    bench_attach(&b);
    bench_line(&b, "templates");
}

static void
an_edited_template_is_reviewed_and_written(void **state)
{
    (void)state;
    begin_templates("Activate\n", "Welcome\n");
    bench_keys(&b, "e");
    assert_int_equal(editor.runs, 1);
    assert_non_null(strstr(editor.seen, "# Variables: {{link}}\n"));
    bench_shows(&b, "This will be written:");
    bench_shows(&b, "- Subject: Activate");
    bench_shows(&b, "+ Subject: Welcome");
    bench_sent(&b, "templates_preview");
    bench_not_sent(&b, "mail_templates_set");
    bench_keys(&b, "y");
    bench_sent(&b, "body={\"subject\":\"Welcome\",\"type\":\"ActivateUser\"}");
    bench_shows(&b, "Edit template: done");
    bench_close(&b);
}

static void
variables_are_checked_before_writing(void **state)
{
    (void)state;
    begin_templates("<p>{{link}}", "<p>{{lnik}}");
    fake_answer(b.client, "templates_preview", 200, "{\"unknown\":[\"lnik\"],\"text\":\"x\"}");
    bench_keys(&b, "e");
    bench_shows(&b, "Not variables of this message, so they stay empty: {{lnik}}");
    editor.from = "{{lnik}}";
    editor.to = "<b>{{link}}</b>";
    fake_answer(b.client, "templates_preview", 200, "{\"unknown\":[],\"text\":\"x\"}");
    bench_keys(&b, "e");
    assert_int_equal(editor.runs, 2);
    bench_shows(&b, "This will be written:");
    bench_keys(&b, "q");
    bench_not_sent(&b, "mail_templates_set");
    bench_close(&b);
}

static void
a_bad_file_is_told_and_kept(void **state)
{
    (void)state;
    begin_templates("Active: yes", "Active: perhaps");
    bench_keys(&b, "e");
    bench_shows(&b, "Active must be yes or no");
    bench_keys(&b, "y");
    bench_not_sent(&b, "mail_templates_set");
    editor.from = "perhaps";
    editor.to = "no";
    bench_keys(&b, "e y");
    bench_sent(&b, "\"active\":false");
    bench_close(&b);
}

static void
nothing_is_written_without_a_change(void **state)
{
    (void)state;
    begin_templates("Activate", "Activate");
    bench_keys(&b, "e");
    bench_shows(&b, "Nothing was changed.");
    bench_keys(&b, "q");
    editor.fails = true;
    bench_keys(&b, "e");
    bench_shows(&b, "Not edited: the editor ended with status 1");
    bench_not_sent(&b, "mail_templates_set");
    bench_close(&b);
}

static void
own_templates_can_be_compared_and_restored(void **state)
{
    (void)state;
    begin_templates("", "");
    bench_keys(&b, "c d");
    bench_not_sent(&b, "mail_templates_default");
    fake_answer(b.client, "templates_list", 200, ROW("true"));
    fake_answer(b.client, "mail_templates_list", 200,
                "[{\"id\":\"t1\",\"type\":\"ActivateUser\",\"subject\":\"Ours\",\"htmlTemplate\":"
                "\"<p>{{link}}</p>\",\"active\":true}]");
    fake_answer(b.client, "mail_templates_delete", 200, "");
    bench_keys(&b, "R c");
    bench_shows(&b, "- Subject: Activate");
    bench_shows(&b, "+ Subject: Ours");
    bench_keys(&b, "q d D");
    bench_sent(&b, "mail_templates_delete tenant= path={\"templateId\":\"t1\"}");
    bench_close(&b);
}

/* ---- the rest ---- */

static void
only_failed_messages_are_sent_again(void **state)
{
    (void)state;
    begin("");
    fake_answer(b.client, "messages_list", 200,
                "{\"items\":[{\"id\":\"m1\",\"state\":\"sent\",\"to\":\"a@x.y\"},{\"id\":\"m2\","
                "\"state\":\"failed\",\"to\":\"b@x.y\"}],\"_metadata\":{\"totalItems\":2}}");
    fake_answer(b.client, "messages_retry", 200, "{\"id\":\"m2\"}");
    bench_attach(&b);
    bench_line(&b, "outbox");
    bench_keys(&b, "r y");
    bench_not_sent(&b, "messages_retry");
    bench_keys(&b, "Down r y");
    bench_sent(&b, "messages_retry tenant= path={\"id\":\"m2\"}");
    bench_close(&b);
}

static void
secrets_are_shown_once_and_copied(void **state)
{
    (void)state;
    begin("acme");
    fake_answer(b.client, "tenant_api_tokens_list", 200, "[]");
    fake_answer(b.client, "tenant_api_tokens_create", 201,
                "{\"clientId\":\"c1\",\"secret\":\"s3cret\"}");
    bench_attach(&b);
    bench_line(&b, "tokens");
    bench_shows(&b, "No API tokens in this tenant");
    bench_keys(&b, "a PgDn Enter");
    bench_sent(&b, "tenant_api_tokens_create tenant=acme");
    bench_shows(&b, "s3cret");
    bench_keys(&b, "y");
    assert_string_equal(b.copied, "s3cret");
    bench_keys(&b, "q");
    bench_hides(&b, "s3cret");
    bench_close(&b);
}

static void
a_link_is_made_and_cancelled(void **state)
{
    (void)state;
    begin("");
    fake_answer(b.client, "invites_list", 200, "[{\"id\":\"i1\",\"tenantId\":\"t9\"}]");
    fake_answer(b.client, "invites_delete", 200, "");
    fake_answer(b.client, "invitation_resend_all", 200, "");
    bench_attach(&b);
    bench_line(&b, "invites");
    bench_keys(&b, "d D");
    bench_sent(&b, "invites_delete tenant=t9 path={\"id\":\"i1\"}");
    bench_keys(&b, "r");
    bench_type(&b, "ada@acme.example");
    bench_keys(&b, "PgDn Enter");
    bench_sent(&b, "body={\"email\":\"ada@acme.example\"}");
    bench_close(&b);
}

static void
personal_tokens_are_of_the_user_that_was_chosen(void **state)
{
    (void)state;
    begin("acme");
    fake_answer(b.client, "user_api_tokens_list", 200, "[{\"clientId\":\"u1\"}]");
    fake_answer(b.client, "user_api_tokens_delete", 200, "");
    bench_attach(&b);
    bench_keys(&b, "K");
    bench_sent(&b, "user_api_tokens_list tenant=acme user=user-0001");
    bench_keys(&b, "d D");
    bench_sent(&b, "user_api_tokens_delete tenant=acme user=user-0001 path={\"id\":\"u1\"}");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provider_is_set_where_there_is_none),
        cmocka_unit_test(a_kept_provider_is_changed_with_its_secret_typed_anew),
        cmocka_unit_test(a_test_shows_what_the_provider_said),
        cmocka_unit_test(an_edited_template_is_reviewed_and_written),
        cmocka_unit_test(variables_are_checked_before_writing),
        cmocka_unit_test(a_bad_file_is_told_and_kept),
        cmocka_unit_test(nothing_is_written_without_a_change),
        cmocka_unit_test(own_templates_can_be_compared_and_restored),
        cmocka_unit_test(only_failed_messages_are_sent_again),
        cmocka_unit_test(secrets_are_shown_once_and_copied),
        cmocka_unit_test(a_link_is_made_and_cancelled),
        cmocka_unit_test(personal_tokens_are_of_the_user_that_was_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
