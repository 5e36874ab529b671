/* What is asked of each service, and how its answers are read. */
#include "deliver/provider.h"

#include "base/clock.h"
#include "base/json.h"
#include "deliver/sigv4.h"
#include "tests/support/carry.h"
#include "tests/support/httpd.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdio.h>

static struct arena arena;

/* One service that answers what the test says, and keeps what it was sent. */
struct service {
    pthread_mutex_t lock;
    int status;
    const char *headers, *body;
    int hang;
    char head[HTTPD_HEAD_MAX], got[HTTPD_BODY_MAX];
    int n;
};
static struct service service;
static struct httpd *httpd;

static bool
serve(const struct httpd_request *r, void *ctx)
{
    struct service *s = ctx;
    pthread_mutex_lock(&s->lock);
    snprintf(s->head, sizeof s->head, "%s", r->head);
    memcpy(s->got, r->body, r->n_body + 1);
    s->n++;
    int hang = s->hang, status = s->status;
    const char *headers = s->headers, *body = s->body;
    pthread_mutex_unlock(&s->lock);
    if (hang)
        httpd_stall(r);
    else
        httpd_reply(r, status, headers, body);
    return !hang;
}

static void
answers(int status, const char *headers, const char *body)
{
    pthread_mutex_lock(&service.lock);
    service.status = status;
    service.headers = headers;
    service.body = body;
    service.hang = 0;
    service.n = 0;
    pthread_mutex_unlock(&service.lock);
}

static struct provider_settings
settings_of(enum provider_kind kind)
{
    return carry_settings(kind, httpd_url(httpd));
}

static void
sends(enum provider_kind kind, struct letter l, const char *ref)
{
    struct provider_settings set = settings_of(kind);
    struct outcome o = carry(&set, &l, 0, &arena);
    if (o.verdict != VERDICT_SENT)
        fail_msg("verdict %d, status %d: %s", (int)o.verdict, o.status, o.why);
    assert_string_equal(o.ref, ref);
    assert_int_equal(service.n, 1);
}

static struct str
at(const struct json *j, const char *path)
{
    struct str rest = str_of(path), part;
    while (j && str_next(&rest, '.', &part)) {
        int64_t i;
        j = str_to_i64(part, &i) ? json_at(j, (size_t)i) : json_get_str(j, part);
    }
    return json_str(j);
}

static void
asks_sendgrid(void **state)
{
    (void)state;
    answers(202, "X-Message-Id: SG-17\r\n", "");
    sends(PROVIDER_SENDGRID, carry_email(), "SG-17");
    assert_non_null(strstr(service.head, "POST /v3/mail/send HTTP/1.1\r\n"));
    assert_non_null(strstr(service.head, "Authorization: Bearer SECRET-k3y\r\n"));
    assert_non_null(strstr(service.head, "Content-Type: application/json\r\n"));
    struct json *j = json_parse(str_of(service.got), sizeof service.got, NULL);
    assert_str(at(j, "personalizations.0.to.0.email"), "ada@example.com");
    assert_str(at(j, "personalizations.0.custom_args.message_id"),
               "11111111-2222-4333-8444-555555555555");
    assert_str(at(j, "from.email"), "no-reply@shop.example");
    assert_str(at(j, "from.name"), "The \"Shop\"");
    assert_str(at(j, "subject"), "Your code, \xc3\x84"
                                 "da");
    assert_str(at(j, "content.0.type"), "text/plain");
    assert_str(at(j, "content.0.value"), "Your code is 123456\n.\nBye\n");
    assert_str(at(j, "content.1.type"), "text/html");
    json_free(j);
}

static void
asks_mailgun(void **state)
{
    (void)state;
    answers(200, "", "{\"id\":\"<20240502.1@mg.shop.example>\",\"message\":\"Queued.\"}");
    sends(PROVIDER_MAILGUN, carry_email(), "<20240502.1@mg.shop.example>");
    assert_non_null(strstr(service.head, "POST /v3/mg.shop.example/messages HTTP/1.1\r\n"));
    /* api:SECRET-k3y */
    assert_non_null(strstr(service.head, "Authorization: Basic YXBpOlNFQ1JFVC1rM3k=\r\n"));
    static const char *const parts[] = {
        "name=\"from\"\r\n\r\n\"The \\\"Shop\\\"\" <no-reply@shop.example>\r\n",
        "name=\"to\"\r\n\r\nada@example.com\r\n",
        "name=\"subject\"\r\n\r\nYour code, \xc3\x84"
        "da\r\n",
        "name=\"text\"\r\n\r\nYour code is 123456\n.\nBye\n\r\n",
        "name=\"html\"\r\n\r\n<p>Your code is <b>123456</b></p>\r\n",
        "name=\"h:Message-Id\"\r\n\r\n<11111111-2222-4333-8444-555555555555@mg.shop.example>\r\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(service.got, parts[i]))
            fail_msg("no %s in\n%s", parts[i], service.got);
}

/* The signature is worked out anew from what arrived. */
static void
check_signature(const char *secret, const char *token, const char *service_name)
{
    struct sigv4 s = {.key_id = STR("AKIDEXAMPLE"),
                      .secret = str_of(secret),
                      .token = str_of(token),
                      .region = STR("us-east-1"),
                      .service = str_of(service_name),
                      .method = "POST",
                      .path = strcmp(service_name, "ses") == 0 ? "/v2/email/outbound-emails" : "/",
                      .headers = {{"host", str_of(httpd_url(httpd) + 7)},
                                  {"content-type", strcmp(service_name, "ses") == 0
                                                       ? STR("application/json")
                                                       : STR("application/x-www-form-urlencoded")}},
                      .n_headers = 2,
                      .body = str_of(service.got)};
    const char *date = strstr(service.head, "X-Amz-Date: ");
    assert_non_null(date);
    char text[32];
    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", date + 12, date + 16, date + 18,
             date + 21, date + 23, date + 25);
    assert_true(clock_parse(str_of(text), &s.now));
    struct buf lines;
    buf_init(&lines, 64 * 1024);
    assert_int_equal(sigv4_sign(&s, &lines, NULL), ERR_OK);
    for (size_t i = 0; i < lines.n; i += strlen(lines.p + i) + 1)
        if (!strstr(service.head, lines.p + i))
            fail_msg("no %s in\n%s", lines.p + i, service.head);
    buf_fini(&lines);
}

static void
asks_ses(void **state)
{
    (void)state;
    answers(200, "", "{\"MessageId\":\"0100-abc\"}");
    sends(PROVIDER_SES, carry_email(), "0100-abc");
    assert_non_null(strstr(service.head, "POST /v2/email/outbound-emails HTTP/1.1\r\n"));
    check_signature("SECRET-k3y", NULL, "ses");
    struct json *j = json_parse(str_of(service.got), sizeof service.got, NULL);
    assert_str(at(j, "FromEmailAddress"), "\"The \\\"Shop\\\"\" <no-reply@shop.example>");
    assert_str(at(j, "Destination.ToAddresses.0"), "ada@example.com");
    assert_str(at(j, "Content.Simple.Subject.Data"), "Your code, \xc3\x84"
                                                     "da");
    assert_str(at(j, "Content.Simple.Body.Text.Data"), "Your code is 123456\n.\nBye\n");
    assert_str(at(j, "Content.Simple.Body.Html.Charset"), "UTF-8");
    json_free(j);
}

static void
asks_twilio(void **state)
{
    (void)state;
    answers(201, "", "{\"sid\":\"SM17\",\"status\":\"queued\",\"error_code\":null}");
    sends(PROVIDER_TWILIO, carry_sms(), "SM17");
    assert_non_null(
        strstr(service.head, "POST /2010-04-01/Accounts/AKIDEXAMPLE/Messages.json HTTP/1.1\r\n"));
    /* AKIDEXAMPLE:SECRET-k3y */
    assert_non_null(strstr(service.head, "Basic QUtJREVYQU1QTEU6U0VDUkVULWszeQ==\r\n"));
    assert_string_equal(service.got, "To=%2B4915112345678&MessagingServiceSid=MG123&"
                                     "Body=Your%20code%20is%20123456%20%26%20more%20%E2%82%AC");
    /* Accepted, and failed already. */
    answers(201, "", "{\"sid\":\"SM18\",\"status\":\"failed\",\"error_code\":21610}");
    struct provider_settings set = settings_of(PROVIDER_TWILIO);
    set.service = STR_ABSENT;
    set.sender = STR("Shop");
    struct letter l = carry_sms();
    assert_int_equal(carry(&set, &l, 0, &arena).verdict, VERDICT_REFUSED);
    assert_non_null(strstr(service.got, "&From=Shop&"));
}

/* ---- the role ---- */

struct sts {
    pthread_mutex_t lock;
    int lent, mails, refuse;
    const char *expiration;
};

static const char LENT[] =
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDEXAMPLE</AccessKeyId>"
    "<SecretAccessKey>lent-secret</SecretAccessKey><SessionToken>lent-token</SessionToken>"
    "<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

static bool
serve_aws(const struct httpd_request *r, void *ctx)
{
    struct sts *s = ctx;
    char text[1024] = "{\"MessageId\":\"m\"}";
    pthread_mutex_lock(&s->lock);
    snprintf(service.head, sizeof service.head, "%s", r->head);
    memcpy(service.got, r->body, r->n_body + 1);
    int status = 200;
    if (httpd_is(r, "POST /")) {
        s->lent++;
        snprintf(text, sizeof text, LENT, s->expiration);
    } else if (s->refuse) {
        s->refuse = 0;
        status = 403;
        snprintf(text, sizeof text, "{\"message\":\"The security token is Expired\"}");
    } else {
        s->mails++;
    }
    pthread_mutex_unlock(&s->lock);
    httpd_reply(r, status, "", text);
    return true;
}

static struct outcome
send_with(struct courier *c, struct provider *p)
{
    struct letter l = carry_email();
    courier_send(c, p, &l, p);
    return carry_next(c);
}

static void
borrows_a_role(void **state)
{
    (void)state;
    struct sts sts = {.expiration = "2099-01-01T00:00:00Z"};
    pthread_mutex_init(&sts.lock, NULL);
    struct httpd *plain = httpd;
    httpd = httpd_start(serve_aws, &sts);
    struct provider_settings set = settings_of(PROVIDER_SES_ROLE);
    set.secret = STR("arn:aws:iam::123456789012:role/mail er");
    struct courier *c = NULL;
    assert_int_equal(courier_new(&c, &(struct courier_options){.timeout_ms = 0}, NULL), ERR_OK);
    struct provider *p = carry_provider(&set);
    /* Without a key of the server's own the messages wait. */
    struct outcome o = send_with(c, p);
    assert_int_equal(o.verdict, VERDICT_TROUBLE);
    assert_non_null(strstr(o.why, "[aws]"));
    provider_free(p);
    set.aws_id = STR("AKIDEXAMPLE");
    set.aws_secret = STR("own-secret");
    p = carry_provider(&set);
    assert_int_equal(provider_window(p, clock_now_ms()), 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(send_with(c, p).verdict, VERDICT_SENT);
    assert_int_equal(sts.lent, 1);
    assert_int_equal(sts.mails, 3);
    assert_true(provider_window(p, clock_now_ms()) > 1);
    check_signature("lent-secret", "lent-token", "ses");
    /* What was lent is called back, and borrowed again. */
    sts.refuse = 1;
    assert_int_equal(send_with(c, p).verdict, VERDICT_TROUBLE);
    assert_int_equal(send_with(c, p).verdict, VERDICT_SENT);
    assert_int_equal(sts.lent, 2);
    provider_free(p);
    /* Nonsense in place of credentials. */
    static const char *const lies[] = {"2001-01-01T00:00:00Z", "soon", "",
                                       "2099-01-01T00:00:00Z</Expiration><Expiration>"};
    for (int i = 0; i < 3; i++) {
        p = carry_provider(&set);
        sts.expiration = lies[i];
        o = send_with(c, p);
        assert_int_equal(o.verdict, VERDICT_TROUBLE);
        check_signature("own-secret", NULL, "sts");
        assert_non_null(strstr(service.got, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws"
                                            "%3Aiam%3A%3A123456789012%3Arole%2Fmail%20er&"));
        provider_free(p);
    }
    courier_free(c);
    httpd_stop(httpd);
    httpd = plain;
    pthread_mutex_destroy(&sts.lock);
}

/* ---- what goes wrong ---- */

static void
judges_answers(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *headers, *body;
        enum verdict verdict;
        int64_t wait_least, wait_most;
        const char *why;
    } rows[] = {
        {400, "", "{\"errors\":[{\"message\":\"bad from\"}]}", VERDICT_REFUSED, 0, 0, "bad from"},
        {401, "", "{\"message\":\"no\"}", VERDICT_REFUSED, 0, 0, "answered 401: no"},
        {403, "", "<ErrorResponse><Error><Message>x</Message></Error></ErrorResponse>",
         VERDICT_REFUSED, 0, 0, "answered 403: x"},
        {404, "", "not json", VERDICT_REFUSED, 0, 0, "answered 404"},
        {413, "", "", VERDICT_REFUSED, 0, 0, "413"},
        {408, "", "", VERDICT_TROUBLE, 0, 0, "408"},
        {429, "Retry-After: 7\r\n", "", VERDICT_TROUBLE, 7000, 7000, "429"},
        {429, "Retry-After: 99999999\r\n", "", VERDICT_TROUBLE, 3600000, 3600000, "429"},
        {429, "Retry-After: -5\r\n", "", VERDICT_TROUBLE, 0, 0, "429"},
        {429, "Retry-After: soon\r\n", "", VERDICT_TROUBLE, 0, 0, "429"},
        {503, "Retry-After: Fri, 31 Dec 2099 23:59:59 GMT\r\n", "", VERDICT_TROUBLE, 3600000,
         3600000, "503"},
        {500, "", "", VERDICT_TROUBLE, 0, 0, "500"},
        {301, "Location: http://127.0.0.1:1/\r\n", "", VERDICT_REFUSED, 0, 0, "301"},
        {302, "Location: https://example.com/\r\n", "", VERDICT_REFUSED, 0, 0, "302"},
        {200, "", "<html>Welcome to this hotel</html>", VERDICT_TROUBLE, 0, 0, "not its own"},
        {200, "", "{\"id\":7}", VERDICT_TROUBLE, 0, 0, "not its own"},
        {200, "", "", VERDICT_TROUBLE, 0, 0, "not its own"},
        {400, "", "{\"message\":\"\\u001b[2Jwiped\\u202e\"}", VERDICT_REFUSED, 0, 0,
         "\\e[2Jwiped<U+202E>"},
    };
    struct provider_settings set = settings_of(PROVIDER_MAILGUN);
    struct letter l = carry_email();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answers(rows[i].status, rows[i].headers, rows[i].body);
        struct outcome o = carry(&set, &l, 0, &arena);
        if (o.verdict != rows[i].verdict || o.status != rows[i].status ||
            o.wait_ms < rows[i].wait_least || o.wait_ms > rows[i].wait_most ||
            !strstr(o.why, rows[i].why))
            fail_msg("row %zu: verdict %d, status %d, wait %lld: %s", i, (int)o.verdict, o.status,
                     (long long)o.wait_ms, o.why);
        assert_int_equal(service.n, 1);
    }
}

static void
bounds_answers(void **state)
{
    (void)state;
    struct provider_settings set = settings_of(PROVIDER_MAILGUN);
    struct letter l = carry_email();
    static char large[COURIER_ANSWER_MAX + 100];
    memset(large, 'x', sizeof large - 1);
    answers(200, "", large);
    struct outcome o = carry(&set, &l, 0, &arena);
    assert_int_equal(o.verdict, VERDICT_TROUBLE);
    assert_non_null(strstr(o.why, "too large"));
    /* Hangs. */
    answers(200, "", "");
    service.hang = 1;
    int64_t start = clock_mono_ms();
    o = carry(&set, &l, 300, &arena);
    assert_int_equal(o.verdict, VERDICT_TROUBLE);
    assert_true(clock_mono_ms() - start < 5000);
}

static bool
break_off(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    if (r->number > 1)
        return false;
    httpd_reply(r, 202, "X-Message-Id: x\r\n", "");
    return true;
}

/* ---- what is no answer at all ---- */

enum lie { HEADERS_WITHOUT_END, BODY_WITHOUT_END, CUT, SILENT, RESET, OTHER, SLOW, PACKED, LIES };

static void
send_many(const struct httpd_request *r, const char *line, int times)
{
    for (int i = 0; i < times; i++)
        httpd_text(r, line);
}

static bool
tell_lies(const struct httpd_request *r, void *ctx)
{
    static const char LINE[] = "X-Filler: 0123456789012345678901234567890123456789\r\n";
    switch (*(const enum lie *)ctx) {
    case HEADERS_WITHOUT_END:
        httpd_text(r, "HTTP/1.1 200 OK\r\n");
        send_many(r, LINE, 4000);
        break;
    case BODY_WITHOUT_END:
        httpd_text(r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        send_many(r, "10\r\n0123456789abcdef\r\n", 40000);
        break;
    case CUT:
        httpd_text(r, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"<1@x>\"}");
        break;
    case RESET:
        httpd_reset(r);
        break;
    case OTHER:
        httpd_text(r, "SSH-2.0-OpenSSH_9.2\r\n");
        break;
    case SLOW:
        httpd_text(r, "HTTP/1.1 200 OK\r\nContent-Len");
        httpd_stall(r);
        break;
    case PACKED:
        httpd_reply(r, 200, "Content-Encoding: gzip\r\n", "\x1f\x8b\x08 not unpacked");
        break;
    default:
        break;
    }
    return false;
}

/* None is taken for a delivery, none is asked again, all may pass. */
static void
lies_are_no_answers(void **state)
{
    (void)state;
    struct letter l = carry_email();
    for (int i = 0; i < LIES; i++) {
        enum lie lie = (enum lie)i;
        struct httpd *plain = httpd;
        httpd = httpd_start(tell_lies, &lie);
        struct provider_settings set = settings_of(PROVIDER_MAILGUN);
        set.url = set.sts_url = arena_str(&arena, set.url);
        struct outcome o = carry(&set, &l, lie == SLOW ? 300 : 0, &arena);
        unsigned asked = httpd_count(httpd, "");
        httpd_stop(httpd);
        if (o.verdict != VERDICT_TROUBLE || asked != 1 || o.why[0] == '\0')
            fail_msg("lie %d: verdict %d, asked %u times: %s", i, (int)o.verdict, asked, o.why);
        /* Nobody is there any more. */
        o = carry(&set, &l, 0, &arena);
        assert_int_equal(o.verdict, VERDICT_TROUBLE);
        httpd = plain;
    }
}

/* What was to be sent, and the key for it, go nowhere else. */
static void
redirects_lead_nowhere(void **state)
{
    (void)state;
    char header[200];
    struct letter l = carry_email();
    struct httpd *elsewhere = httpd_start(break_off, NULL);
    snprintf(header, sizeof header, "Location: %s/v3/mail/send\r\n", httpd_url(elsewhere));
    static const int statuses[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        answers(statuses[i], header, "");
        struct provider_settings set = settings_of(PROVIDER_SENDGRID);
        assert_int_equal(carry(&set, &l, 0, &arena).verdict, VERDICT_REFUSED);
        assert_int_equal(service.n, 1);
    }
    assert_int_equal(httpd_connections(elsewhere), 0);
    httpd_stop(elsewhere);
}

/* A kept connection dies under a letter: curl would send it again by itself. */
static void
sends_nothing_twice(void **state)
{
    (void)state;
    struct httpd *plain = httpd;
    httpd = httpd_start(break_off, NULL);
    struct provider_settings set = settings_of(PROVIDER_SENDGRID);
    struct courier *c = NULL;
    assert_int_equal(courier_new(&c, &(struct courier_options){.timeout_ms = 0}, NULL), ERR_OK);
    struct provider *p = carry_provider(&set);
    assert_int_equal(send_with(c, p).verdict, VERDICT_SENT);
    assert_int_equal(send_with(c, p).verdict, VERDICT_TROUBLE);
    assert_int_equal(httpd_count(httpd, ""), 2);
    courier_free(c);
    provider_free(p);
    httpd_stop(httpd);
    httpd = plain;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_sendgrid),
        cmocka_unit_test(asks_mailgun),
        cmocka_unit_test(asks_ses),
        cmocka_unit_test(asks_twilio),
        cmocka_unit_test(borrows_a_role),
        cmocka_unit_test(judges_answers),
        cmocka_unit_test(bounds_answers),
        cmocka_unit_test(sends_nothing_twice),
        cmocka_unit_test(lies_are_no_answers),
        cmocka_unit_test(redirects_lead_nowhere),
    };
    pthread_mutex_init(&service.lock, NULL);
    arena_init(&arena, 8 << 20);
    httpd = httpd_start(serve, &service);
    int failed = cmocka_run_group_tests_name("deliver/provider", tests, NULL, NULL);
    httpd_stop(httpd);
    arena_fini(&arena);
    return failed;
}
