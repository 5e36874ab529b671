/* Signature version 4. The inputs are those of AWS's published test suite; the signatures were worked out anew. */
#include "deliver/sigv4.h"
#include "tests/support/unit.h"

static struct sigv4
sample(const char *method)
{
    return (struct sigv4){.key_id = STR("AKIDEXAMPLE"),
                          .secret = STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                          .region = STR("us-east-1"),
                          .service = STR("service"),
                          .method = method,
                          .path = "/",
                          .headers = {{"host", STR("example.amazonaws.com")}},
                          .n_headers = 1,
                          .now = 1440938160000};
}

static void
signs_as(const struct sigv4 *s, const char *names, const char *signature)
{
    struct buf out, want;
    struct err err = {.code = ERR_OK};
    buf_init(&out, 64 * 1024);
    buf_init(&want, 64 * 1024);
    assert_int_equal(sigv4_sign(s, &out, &err), ERR_OK);
    buf_add_text(&want, "X-Amz-Date: 20150830T123600Z");
    buf_add_char(&want, '\0');
    if (str_given(s->token)) {
        buf_printf(&want, "X-Amz-Security-Token: %.*s", STR_ARG(s->token));
        buf_add_char(&want, '\0');
    }
    buf_printf(&want,
               "Authorization: AWS4-HMAC-SHA256 "
               "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
               "SignedHeaders=%s, Signature=%s",
               names, signature);
    buf_add_char(&want, '\0');
    assert_true(str_eq(buf_str(&out), buf_str(&want)));
    buf_fini(&want);
    buf_fini(&out);
}

static void
signs_the_suite(void **state)
{
    (void)state;
    struct sigv4 get = sample("GET"), post = sample("POST");
    signs_as(&get, "host;x-amz-date",
             "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    signs_as(&post, "host;x-amz-date",
             "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    struct sigv4 form = post;
    form.headers[form.n_headers++] =
        (struct sigv4_header){"content-type", STR("application/x-www-form-urlencoded")};
    form.body = STR("Param1=value1");
    signs_as(&form, "content-type;host;x-amz-date",
             "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    struct sigv4 trim = get;
    trim.headers[trim.n_headers++] = (struct sigv4_header){"my-header2", STR(" \"a   b   c\"")};
    trim.headers[trim.n_headers++] = (struct sigv4_header){"my-header1", STR(" value1")};
    signs_as(&trim, "host;my-header1;my-header2;x-amz-date",
             "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
    struct sigv4 lent = post;
    lent.token = STR("AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBu"
                     "FqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBm"
                     "Upp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk"
                     "iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KS"
                     "YvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==");
    signs_as(&lent, "host;x-amz-date;x-amz-security-token",
             "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

static void
refuses_what_is_too_long(void **state)
{
    (void)state;
    struct sigv4 s = sample("POST");
    static char region[1024];
    memset(region, 'a', sizeof region);
    s.region = (struct str){region, sizeof region};
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(sigv4_sign(&s, &out, NULL), ERR_LIMIT);
    assert_int_equal(out.n, 0);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_suite),
        cmocka_unit_test(refuses_what_is_too_long),
    };
    return cmocka_run_group_tests_name("deliver/sigv4", tests, NULL, NULL);
}
