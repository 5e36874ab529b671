/* Templates: what a value may do where it stands, every default text, and the text part. */
#include "base/agent.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "server/template_text.h"
#include "server/template_words.h"
#include "tests/support/unit.h"

static struct arena arena;
static struct buf out;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    buf_init(&out, TEMPLATE_BODY_MAX);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    buf_fini(&out);
    arena_fini(&arena);
    return 0;
}

static const char *
rendered(const char *text, enum template_form form, const struct template_values *v)
{
    buf_reset(&out);
    template_render(&out, str_of(text), form, v);
    assert_false(out.failed);
    return out.n ? out.p : "";
}

/* user_name and code hold the value, link as well. */
static struct template_values
with(const char *value)
{
    struct template_values v = {.n_more = 0};
    template_value_set(&v, &arena, TEMPLATE_VAR_email, str_of(value));
    template_value_set(&v, &arena, TEMPLATE_VAR_user_name, str_of(value));
    template_value_set(&v, &arena, TEMPLATE_VAR_link, str_of(value));
    template_value_set(&v, &arena, TEMPLATE_VAR_app_url, STR("https://id.example.com"));
    return v;
}

static void
values_are_safe_where_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value, *want;
    } cases[] = {
        {"<p>{{email}}</p>", "<script>alert('x')&\"</script>",
         "<p>&lt;script&gt;alert(&#39;x&#39;)&amp;&quot;&lt;/script&gt;</p>"},
        {"<p title=\"{{email}}\">", "\" onload=\"x", "<p title=\"&quot; onload=&quot;x\">"},
        {"<p title='{{email}}'>", "' x='", "<p title='&#39; x=&#39;'>"},
        {"<p title={{email}}>", "a b=c`", "<p title=a&#32;b&#61;c&#96;>"},
        {"<p title={{email}} x>{{email}}", "a b", "<p title=a&#32;b x>a b"},
        {"<a href=\"{{link}}\">", "https://x/?a=1&b=\"2\"",
         "<a href=\"https://x/?a=1&amp;b=%222%22\">"},
        {"<a href=\"{{link}}\">", "javascript:alert(1)", "<a href=\"javascript%3Aalert%281%29\">"},
        {"<a href=\"{{link}}\">", "JaVaScRiPt:alert(1)", "<a href=\"JaVaScRiPt%3Aalert%281%29\">"},
        {"<a href=\" {{email}}\">", "javascript:x", "<a href=\" javascript%3Ax\">"},
        {"<a HREF='{{APP_URL}}/x?u={{email}}'>", "a&b='c d",
         "<a HREF='https://id.example.com/x?u=a%26b%3D%27c%20d'>"},
        {"<a href={{link}}>", "https://x/y", "<a href=https&#58;&#47;&#47;x&#47;y>"},
        {"<a href=\"https://y/?next={{link}}\">", "https://x/y",
         "<a href=\"https://y/?next=https%3A%2F%2Fx%2Fy\">"},
        {"<img src='{{email}}'>", "x' onerror='y", "<img src='x%27%20onerror%3D%27y'>"},
        {"<p onclick=\"f('{{email}}')\">", "'); evil(\\'", "<p onclick=\"f(' evil')\">"},
        {"<p style=\"color:{{email}}\">", "red;background:url(//x)",
         "<p style=\"color:redbackground:url//x\">"},
        {"<p onclick={{email}}>", "x onload=y", "<p onclick=xonloady>"},
        {"<script>var a='{{email}}';</script>{{email}}", "'</script><b>",
         "<script>var a='/scriptb';</script>&#39;&lt;/script&gt;&lt;b&gt;"},
        {"<style>{{email}}</style >{{email}}", "}", "<style></style >}"},
        {"<p{{email}} {{email}}=\"1\" x{{email}}><{{email}}b>", "b", "<p =\"1\" x><b>"},
        {"<!-- {{email}} -->{{email}}", "--><b>", "<!--  -->--&gt;&lt;b&gt;"},
        {"<!--[if mso]><a href=\"{{link}}\"><![endif]-->", "https://x/",
         "<!--[if mso]><a href=\"https://x/\"><![endif]-->"},
        {"<!--[if {{email}}]>{{email}}", "a", "<!--[if ]>a"},
        {"<p title=\"{{email}}", "<", "<p title=\"&lt;"},
        {"<title>{{email}}</title>", "</title>", "<title>&lt;/title&gt;</title>"},
        {"a < b {{email}}", "<", "a < b &lt;"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template_values v = with(cases[i].value);
        assert_string_equal(rendered(cases[i].text, TEMPLATE_HTML, &v), cases[i].want);
    }
}

static void
values_are_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"a\r\nBcc: b@c.d", "a  Bcc: b@c.d"},
        {"x\x01\x1b[31m\x7f", "x[31m"},
        {"\xe2\x80\xae"
         "abc\xe2\x80\x8b\xe2\x81\xa6",
         "abc"},
        {"\xf0\x9f\x98\x80 ok", "\xf0\x9f\x98\x80 ok"},
        {"bad \xff\xc3 utf", "bad \xef\xbf\xbd\xef\xbf\xbd utf"},
        {"{{code}}", "{{code}}"},
        {"a\xc2\x85"
         "b\xe2\x80\xa8"
         "c",
         "ab c"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct template_values v = with(cases[i].value);
        template_value_set(&v, &arena, TEMPLATE_VAR_code, STR("123456"));
        assert_string_equal(rendered("{{email}}", TEMPLATE_PLAIN, &v), cases[i].want);
    }
}

static void
a_name_cannot_become_a_link(void **state)
{
    (void)state;
    struct template_values v = with("Win at https://evil.example now");
    assert_string_equal(rendered("{{name}}", TEMPLATE_PLAIN, &v),
                        "Win at https\xe2\x81\xa0://evil\xe2\x81\xa0.example now");
    v = with("J.R.R. Tolkien");
    assert_string_equal(rendered("{{name}}", TEMPLATE_PLAIN, &v), "J.R.R. Tolkien");
    v = with("ada@example.com");
    assert_string_equal(rendered("{{name}}", TEMPLATE_PLAIN, &v), "ada@example.com");
    char longer[1000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    v = with(longer);
    assert_int_equal(strlen(rendered("{{name}}", TEMPLATE_PLAIN, &v)), TEMPLATE_NAME_VALUE_MAX + 3);
}

static void
placeholders_have_several_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{{email}}|{{ email }}|{{{email}}}|{{{ email }}}", "<|<|<|<"},
        {"{{user.email}}|{{userEmail}}|{{USER_EMAIL}}|{{user-email}}", "<|<|<|<"},
        {"{{nothing}}|{{}}|{{#if email}}|{{/if}}", "|||"},
        {"{{email", "{{email"},
        {"{{email}", "{{email}"},
        {"{email}", "{email}"},
        {"{", "{"},
        {"{{{", "{{{"},
        {"{{a{{email}}", "{{a<"},
        {"{{email\n}}", "{{email\n}}"},
        {"}}{{email}}}", "}}<}"},
        {"{{{email}}", "<"},
        {"", ""},
    };
    struct template_values v = with("<");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(rendered(cases[i].text, TEMPLATE_PLAIN, &v), cases[i].want);
    assert_string_equal(rendered("{{{email}}}", TEMPLATE_HTML, &v), "&lt;");
}

static void
lines_stay_lines(void **state)
{
    (void)state;
    struct template_values v = with("Ann\r\nBcc: x@y.z");
    assert_string_equal(rendered(" Hi\r\n {{email}}\t! ", TEMPLATE_LINE, &v),
                        "Hi Ann Bcc: x@y.z !");
    char longer[5000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(strlen(rendered(longer, TEMPLATE_LINE, &v)), TEMPLATE_LINE_MAX);
}

static void
output_is_bounded(void **state)
{
    (void)state;
    struct template_values v = with("");
    struct buf text;
    char value[1000];
    memset(value, 'v', sizeof value);
    template_value_set(&v, &arena, TEMPLATE_VAR_email, (struct str){value, sizeof value});
    buf_init(&text, 1000000);
    for (int i = 0; i < 100000; i++)
        buf_add_text(&text, "{{email}}");
    buf_reset(&out);
    template_render(&out, buf_str(&text), TEMPLATE_HTML, &v);
    assert_true(out.failed);
    buf_reset(&out);
    template_render(&out, buf_str(&text), TEMPLATE_LINE, &v);
    assert_true(out.failed);
    buf_fini(&text);
}

/* ---- links ---- */

static void
links_are_made_of_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *want;
    } cases[] = {
        {"{{APP_URL}}/account/activate",
         "https://id.example.com/account/activate?userId=u%201&token=t%2F1"},
        {"https://app.io/x?a=1", "https://app.io/x?a=1&userId=u%201&token=t%2F1"},
        {"https://app.io/#/x", "https://app.io/#/x?userId=u%201&token=t%2F1"},
        {"https://app.io/{{token}}", "https://app.io/t%2F1"},
        {"https://app.io/?x={{ TOKEN }}", "https://app.io/?x=t%2F1"},
        {"https://app.io/{{user_name}}/", "https://app.io/A%2Fn/?userId=u%201&token=t%2F1"},
        {"https://app.io/?b={{APP_URL}}",
         "https://app.io/?b=https%3A%2F%2Fid.example.com&userId=u%201&token=t%2F1"},
        {"https://app.io/a b", "https://app.io/a%20b?userId=u%201&token=t%2F1"},
        {"myapp://open", "myapp://open?userId=u%201&token=t%2F1"},
        {"{{user_name}}/x", NULL},
        {"{{nobody_knows}}/x", NULL},
        {"{{link}}", NULL},
        {"/only/a/path", NULL},
    };
    struct template_values v = with("");
    template_value_set(&v, &arena, TEMPLATE_VAR_user_name, STR("A/n"));
    template_value_set(&v, &arena, TEMPLATE_VAR_user_id, STR("u 1"));
    template_value_set(&v, &arena, TEMPLATE_VAR_token, STR("t/1"));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str link = template_words_link(&v, &arena, str_of(cases[i].pattern));
        if (cases[i].want)
            assert_string_equal(link.p, cases[i].want);
        else
            assert_false(str_given(link));
    }
}

static void
patterns_are_judged(void **state)
{
    (void)state;
    static const char *const good[] = {"https://x", "http://x/{{ name }}?a#b", "{{APP_URL}}/x",
                                       "my-app.x+y://z", "{{ vendor thing }}/x"};
    static const char *const bad[] = {
        "",    "javascript:x",  " https://x",  "DATA:x",    "x",
        "//x", "https://x\r\n", "https://<x",  "vbscript:", "file:///etc",
        ":x",  "1a:b",          "https://\xff"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(template_redirect_ok(str_of(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(template_redirect_ok(str_of(bad[i])));
}

/* ---- words ---- */

static void
durations_are_said_in_words(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *want;
    } cases[] = {{1, "1 minute"},    {60, "1 minute"},     {61, "2 minutes"},   {600, "10 minutes"},
                 {3600, "1 hour"},   {5400, "90 minutes"}, {86400, "24 hours"}, {172800, "2 days"},
                 {604800, "7 days"}, {604801, "8 days"},   {18001, "6 hours"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(template_words_duration(&arena, cases[i].seconds * 1000).p,
                            cases[i].want);
    assert_string_equal(template_words_time(&arena, 1780652460000).p, "5 June 2026, 09:41 UTC");
}

static void
devices_are_named_by_us(void **state)
{
    (void)state;
    static const struct {
        const char *header, *want;
    } cases[] = {
        {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "Firefox on Linux"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
         "Edge on Windows"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 "
         "Mobile/15E148 Safari/604.1",
         "Safari on iOS"},
        {"curl/8.1", "curl"},
        {"Visit http://evil.example to win", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str got = agent_words(&arena, str_of(cases[i].header));
        if (cases[i].want)
            assert_string_equal(got.p, cases[i].want);
        else
            assert_false(str_given(got));
    }
}

/* ---- our own texts ---- */

static struct template_values
samples(void)
{
    struct template_values v = {.n_more = 0};
    for (int i = 0; i < TEMPLATE_VARS; i++)
        template_value_set(&v, &arena, (enum template_var_id)i, str_of(template_vars[i].sample));
    return v;
}

static void
check_default(const struct template_type *t, const struct template_values *v)
{
    struct template_unknown unknown = {.n = 0};
    template_find_unknown(str_of(t->body), t->vars, &unknown);
    if (t->subject)
        template_find_unknown(str_of(t->subject), t->vars, &unknown);
    if (unknown.n)
        fail_msg("%s: %.*s is not one of its variables", t->name, STR_ARG(unknown.names[0]));
    if (t->subject) {
        const char *subject = rendered(t->subject, TEMPLATE_LINE, v);
        assert_true(*subject && !strstr(subject, "{{") && strlen(subject) < 100);
    }
    bool html = t->channel == MESSAGE_EMAIL;
    const char *body = rendered(t->body, html ? TEMPLATE_HTML : TEMPLATE_PLAIN, v);
    assert_true(*body && !strstr(body, "{{") && !strstr(body, "}}"));
    if (!html)
        return;
    struct buf text;
    buf_init(&text, TEMPLATE_BODY_MAX);
    template_text_of_html(&text, buf_str(&out));
    assert_true(text.n > 50 && text.n < 3000 && !strstr(text.p, "<") && !strstr(text.p, "{{"));
    assert_false(strstr(out.p, "src=") || strstr(out.p, "url("));
    if (t->vars & TEMPLATE_V(code) && strstr(t->body, "{{code}}"))
        assert_non_null(strstr(text.p, "\n\n123456\n\n"));
    if (strstr(t->body, "{{link}}"))
        assert_non_null(
            strstr(text.p, ":\nhttps://id.example.com/account/page?userId=1&token=2\n"));
    buf_fini(&text);
}

static void
every_type_has_a_default(void **state)
{
    (void)state;
    struct template_values v = samples(), nothing = {.n_more = 0};
    size_t mails = 0, texts = 0;
    template_words_sentences(&nothing, &arena);
    for (const struct template_type *t = template_type_all(MESSAGE_EMAIL); t->name; t++) {
        mails += !(t->flags & TEMPLATE_OURS);
        check_default(t, &v);
        (void)rendered(t->body, TEMPLATE_HTML, &nothing);
        assert_ptr_equal(template_type_find(MESSAGE_EMAIL, str_of(t->name)), t);
    }
    for (const struct template_type *t = template_type_all(MESSAGE_SMS); t->name; t++, texts++) {
        check_default(t, &v);
        struct template_sms_size size = template_sms_size(buf_str(&out));
        assert_true(size.gsm && size.parts == 1);
    }
    assert_int_equal(mails, 29);
    assert_true(texts >= 4);
}

static void
names_of_variables_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < TEMPLATE_VARS; i++) {
        struct str one, rest = str_of(template_vars[i].others);
        assert_int_equal(template_var_find(str_of(template_vars[i].name)), i);
        while (rest.n && str_next(&rest, ' ', &one))
            assert_int_equal(template_var_find(one), i);
    }
    assert_int_equal(template_var_find(STR("")), -1);
    assert_int_equal(template_var_find(STR("_.-")), -1);
}

/* ---- text of HTML ---- */

static void
html_becomes_text(void **state)
{
    (void)state;
    static const struct {
        const char *html, *want;
    } cases[] = {
        {"<p>One\n two</p><p>Three<br>four</p>", "One two\n\nThree\nfour\n"},
        {"<ul><li>a</li><li>b</li></ul>after", "- a\n- b\n\nafter\n"},
        {"<head><title>t</title></head><style>x{}</style><body>b</body>", "b\n"},
        {"<p>See <a href=\"https://x/?a=1&amp;b=2\">here</a> now</p>",
         "See here <https://x/?a=1&b=2> now\n"},
        {"<p><a href='https://x'>Go</a></p><p>z</p>", "Go:\nhttps://x\n\nz\n"},
        {"<a href=https://x>https://x</a>", "https://x\n"},
        {"<a href='mailto:a@b.c'>a@b.c</a>", "a@b.c\n"},
        {"<a href='#top'>up</a>", "up\n"},
        {"<a href='https://x'></a>y", "y\n"},
        {"a <b>b</b> c&nbsp;d &lt;x&gt; &#65;&#x42; &bogus; & &#0; &#xD800;",
         "a b c d <x> AB &bogus; & &#0; &#xD800;\n"},
        {"<p class='html-only'>no<p>x</p></p>yes", "yes\n"},
        {"<div style='color:red;display : none'>no</div>yes", "yes\n"},
        {"<!-- no --><!DOCTYPE html>yes<![endif]-->", "yes\n"},
        {"<img alt=\"logo\" src=x><img>", "logo\n"},
        {"<td>a</td><td>b</td>", "a b\n"},
        {"<pre>a\n  b</pre>c", "a\n  b\n\nc\n"},
        {"a <b", "a\n"},
        {"1 < 2 and <3", "1 < 2 and <3\n"},
        {"<script>if (a < b) '<p>'</script>x", "x\n"},
        {"", ""},
        {"<p> </p>", ""},
        {"\xff\x01"
         "ok",
         "\xef\xbf\xbdok\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_reset(&out);
        template_text_of_html(&out, str_of(cases[i].html));
        assert_string_equal(out.n ? out.p : "", cases[i].want);
    }
}

static void
sms_are_counted_in_parts(void **state)
{
    (void)state;
    char text[400];
    static const struct {
        const char *of;
        size_t n, units, parts;
        bool gsm;
    } cases[] = {
        {"a", 0, 0, 0, true},           {"a", 160, 160, 1, true},
        {"a", 161, 161, 2, true},       {"a", 306, 306, 2, true},
        {"a", 307, 307, 3, true},       {"[", 80, 160, 1, true},
        {"[", 153, 306, 3, true},       {"\xd0\x96", 70, 70, 1, false},
        {"\xd0\x96", 71, 71, 2, false}, {"\xf0\x9f\x98\x80", 35, 70, 1, false},
        {"`", 70, 70, 1, false},        {"\xf0\x9f\x98\x80", 67, 134, 3, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = strlen(cases[i].of) * cases[i].n;
        for (size_t k = 0; k < n; k++)
            text[k] = cases[i].of[k % strlen(cases[i].of)];
        struct template_sms_size size = template_sms_size((struct str){text, n});
        assert_int_equal(size.units, cases[i].units);
        assert_int_equal(size.parts, cases[i].parts);
        assert_int_equal(size.gsm, cases[i].gsm);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_safe_where_they_stand),
        cmocka_unit_test(values_are_cleaned),
        cmocka_unit_test(a_name_cannot_become_a_link),
        cmocka_unit_test(placeholders_have_several_forms),
        cmocka_unit_test(lines_stay_lines),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(links_are_made_of_patterns),
        cmocka_unit_test(patterns_are_judged),
        cmocka_unit_test(durations_are_said_in_words),
        cmocka_unit_test(devices_are_named_by_us),
        cmocka_unit_test(every_type_has_a_default),
        cmocka_unit_test(names_of_variables_are_unique),
        cmocka_unit_test(html_becomes_text),
        cmocka_unit_test(sms_are_counted_in_parts),
    };
    return cmocka_run_group_tests_name("template", tests, set_up, tear_down);
}
