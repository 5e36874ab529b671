#include "ui/template_file.h"

#include "tests/support/unit.h"

static struct json *
parsed(const char *text)
{
    struct json *j = json_parse(str_of(text), TEMPLATE_FILE_MAX, NULL);
    assert_non_null(j);
    return j;
}

/* What a template becomes when it is written and read back with `from` replaced by `to`. */
static void
check_edit(bool sms, const char *base_text, const char *from, const char *to, const char *want)
{
    struct json *base = parsed(base_text);
    struct buf file, edited, out;
    buf_init(&file, TEMPLATE_FILE_MAX);
    buf_init(&edited, TEMPLATE_FILE_MAX);
    buf_init(&out, TEMPLATE_FILE_MAX);
    struct json *row = parsed("{\"type\":\"T\",\"when\":\"now\",\"variables\":[\"a\",\"b\"]}");
    template_file_write(sms, row, base, &file);
    assert_true(str_find(buf_str(&file), STR("# Variables: {{a}} {{b}}\n")) > 0);
    ptrdiff_t at = str_find(buf_str(&file), str_of(from));
    assert_true(at >= 0);
    buf_add_str(&edited, str_sub(buf_str(&file), 0, (size_t)at));
    buf_add_text(&edited, to);
    buf_add_str(&edited, str_sub(buf_str(&file), (size_t)at + strlen(from), file.n));
    struct json *back = template_file_read(sms, buf_str(&edited), NULL);
    assert_non_null(back);
    struct json *changes = template_file_changes(sms, base, back);
    json_write(changes, &out);
    assert_string_equal(out.p, want);
    json_free(changes);
    json_free(back);
    json_free(row);
    json_free(base);
    buf_fini(&file);
    buf_fini(&edited);
    buf_fini(&out);
}

#define EMAIL                                                                                      \
    "{\"type\":\"T\",\"subject\":\"Hi\",\"fromName\":null,\"senderEmail\":\"a@b.c\","              \
    "\"redirectURL\":\"https://x/in\",\"redirectURLPattern\":\"{{APP_URL}}/in\","                  \
    "\"htmlTemplate\":\"<p>1</p>\\n\\n<p>2</p>\",\"active\":true}"
#define SMS "{\"type\":\"T\",\"template\":\"Code {{code}}\",\"isActive\":false}"

static void
only_what_was_changed_is_written(void **state)
{
    (void)state;
    check_edit(false, EMAIL, "Hi", "Hi", "{}");
    check_edit(false, EMAIL, "Subject: Hi", "subject :  Hello: you ",
               "{\"subject\":\"Hello: you\"}");
    check_edit(false, EMAIL, "Active: yes", "Active: NO", "{\"active\":false}");
    check_edit(false, EMAIL, "<p>1</p>", "<p>one</p>",
               "{\"htmlTemplate\":\"<p>one</p>\\n\\n<p>2</p>\"}");
    check_edit(false, EMAIL, "Sender: a@b.c", "Sender:", "{\"senderEmail\":\"\"}");
    check_edit(false, EMAIL, "Sender: a@b.c\n", "", "{}"); /* a line that is gone says nothing */
    check_edit(false, EMAIL, "{{APP_URL}}/in", "{{APP_URL}}/go",
               "{\"redirectURL\":\"{{APP_URL}}/go\"}");
    check_edit(false, EMAIL, "<p>2</p>\n", "<p>2</p>\n\n\n", "{}");
    check_edit(true, SMS, "Code", "Your code", "{\"template\":\"Your code {{code}}\"}");
    check_edit(true, SMS, "Active: no", "Active: yes", "{\"isActive\":true}");
}

static void
check_fault(const char *text, const char *want)
{
    struct err err = {0};
    assert_null(template_file_read(false, str_of(text), &err));
    assert_string_equal(err.msg, want);
}

static void
faults_name_the_line(void **state)
{
    (void)state;
    check_fault("", "there is no message below an empty line");
    check_fault("Subject: x\n\n \n", "there is no message below an empty line");
    check_fault("Subject: x\n<p>", "line 2: \"Name: value\" is wanted, or an empty line above the "
                                   "message");
    check_fault("# a\nSubjekt: x\n\nm", "line 2: there is no \"Subjekt\"");
    check_fault("Active: maybe\n\nm", "line 1: Active must be yes or no");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_changed_is_written),
        cmocka_unit_test(faults_name_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
