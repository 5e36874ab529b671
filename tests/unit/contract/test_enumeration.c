/*
 * Nothing that anybody may ask tells whether an address has an account: the whole answer, status line,
 * headers and body, is the same but for what is drawn anew each time, and so is the time it takes
 * (security case 5). GATEHOUSE_TIMING_SAMPLES makes the second part longer; it prints medians, which
 * from a thousand samples on have to be within a millisecond.
 */
#include "base/clock.h"
#include "server/state.h"
#include "tests/support/scene.h"

#include <stdio.h>
#include <stdlib.h>

static struct scene scene;

enum { DRAWN_LEAST = 20, SAMPLES = 40, STRICT_FROM = 1000, SAMPLES_MAX = 5000 };

#define SIGN_UP "/identity/resources/users/v1/signUp"
#define ACTIVATE "/identity/resources/users/v1/activate"
#define PASSWORDLESS "/identity/resources/auth/v1/passwordless"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define CONFIG "/identity/resources/configurations/v1"

/* ---- answers without what is drawn anew ---- */

static bool
is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Long words become their length, digits become zeros: ids, tokens, times, the end of a number. */
static void
add_plain(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        while (end < text.n && is_token_char(text.p[end]))
            end++;
        if (end - i >= DRAWN_LEAST) {
            buf_printf(out, "<%zu>", end - i);
            i = end;
            continue;
        }
        char c = text.p[i++];
        buf_add_char(out, c >= '0' && c <= '9' ? '0' : c);
    }
}

/* Days and months differ at midnight only; their names are left out. */
static struct str
plain(const struct tserver_reply *r)
{
    struct buf out;
    struct str rest = r->head, line;
    buf_init(&out, 1 << 20);
    while (rest.n && str_next(&rest, '\n', &line)) {
        ptrdiff_t expires = str_find(line, STR("Expires="));
        bool is_date = str_starts(line, STR("Date:"));
        add_plain(&out, is_date       ? STR("Date:")
                        : expires < 0 ? line
                                      : str_sub(line, 0, (size_t)expires));
        buf_add_char(&out, '\n');
    }
    add_plain(&out, r->body);
    struct str copy = arena_str(&scene.t.arena, buf_str(&out));
    buf_fini(&out);
    return copy;
}

static struct str
ask(const char *path, const char *headers, const char *body, int status)
{
    const char *text = scene_text(&scene, body);
    struct tserver_reply r = tserver_request(&scene.t, "POST", path, STR_ABSENT, headers, text);
    if (r.status != status)
        fail_msg("%s %s: %d, wanted %d\n%.*s", path, text, r.status, status, STR_ARG(r.body));
    return plain(&r);
}

/* The same request for each person; `who` are addresses without a domain. */
static void
alike(const char *path, const char *body, int status, const char *const *who)
{
    struct str first = {NULL, 0};
    for (size_t i = 0; who[i]; i++) {
        scene_keep(&scene, "who", str_of(who[i]));
        struct str mine = ask(path, NULL, body, status);
        if (i == 0)
            first = mine;
        else if (!str_eq(first, mine))
            fail_msg("%s: %s is answered otherwise than %s\n%.*s\n--\n%.*s", path, who[i], who[0],
                     STR_ARG(mine), STR_ARG(first));
    }
}

static const char *const everybody[] = {"nobody", "known", "fresh", "locked", "off", "far", NULL};

/* Verified, not yet, locked, disabled in their tenant, of another tenant. */
static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One Ltd'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'two','name':'Two Ltd'}", "201"},
        {"POST " CREATE " @one",
         "{'email':'known@x.example','phoneNumber':'+4315550142','skipInviteEmail':true}",
         "201; id>known"},
        {"POST " CREATE " @one",
         "{'email':'fresh@x.example','phoneNumber':'+4315550143','skipInviteEmail':true}", "201"},
        {"POST " CREATE " @one",
         "{'email':'locked@x.example','phoneNumber':'+4315550144','skipInviteEmail':true}",
         "201; id>locked"},
        {"POST " CREATE " @one", "{'email':'off@x.example','skipInviteEmail':true}", "201; id>off"},
        {"POST " CREATE " @two", "{'email':'far@x.example','skipInviteEmail':true}", "201; id>far"},
        {"POST " CREATE " @one", "{'email':'new@x.example','skipInviteEmail':true}", "201"},
        {"POST " CREATE " @one", "{'email':'shut@x.example','skipInviteEmail':true}",
         "201; id>shut"},
        {"POST " USERS "/$shut/lock", NULL, "200"},
        {"POST " USERS "/$known/verify", NULL, "200"},
        {"POST " USERS "/$locked/verify", NULL, "200"},
        {"POST " USERS "/$off/verify", NULL, "200"},
        {"POST " USERS "/$far/verify", NULL, "200"},
        {"POST " USERS "/$locked/lock", NULL, "200"},
        {"POST /identity/resources/tenants/users/v1/$off/disable @one", NULL, "200"},
    };
    SCENE(&scene, steps);
}

/* Settings of the environment. */
static void
set(const char *path, const char *body, int status)
{
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", path, scene.t.token, NULL, scene_text(&scene, body));
    assert_int_equal(r.status, status);
}

static void
sign_up(void **state)
{
    (void)state;
    const char *body = "{'provider':'local','email':'$who@x.example','companyName':'C',"
                       "'password':'plum-Tractor-91-veil'}";
    const char *bare = "{'provider':'local','email':'$who@x.example','companyName':'C'}";
    const char *const others[] = {"known", "locked", "off", "far", "nobody-1", "nobody-2", NULL};
    alike(SIGN_UP, body, 201, others);
    set(CONFIG "/activation/strategies", "{'strategy':'code'}", 200);
    const char *const again[] = {"known", "locked", "off", "far", "nobody-3", "fresh", NULL};
    alike(SIGN_UP, bare, 201, again);
    /* One that the first time made becomes one that is taken. */
    const char *const twice[] = {"nobody-4", "nobody-4", NULL};
    alike(SIGN_UP, bare, 201, twice);
    set(CONFIG "/activation/strategies", "{'strategy':'link'}", 200);
}

static void
resend(void **state)
{
    (void)state;
    alike(ACTIVATE "/reset", "{'email':'$who@x.example'}", 201, everybody);
}

static void
passwordless(void **state)
{
    (void)state;
    set(CONFIG, "{'authStrategy':'MagicLink'}", 201);
    alike(PASSWORDLESS "/magiclink/prelogin", "{'email':'$who@x.example'}", 200, everybody);
    set(CONFIG, "{'forceSameDeviceOnAuth':true}", 201);
    alike(PASSWORDLESS "/magiclink/prelogin", "{'email':'$who@x.example'}", 200, everybody);
    set(CONFIG, "{'authStrategy':'Code'}", 201);
    alike(PASSWORDLESS "/code/prelogin", "{'email':'$who@x.example'}", 201, everybody);
    alike(PASSWORDLESS "/code/prelogin", "{'userId':'$who'}", 201, everybody);
    set(CONFIG, "{'authStrategy':'SmsCode'}", 201);
    alike(PASSWORDLESS "/smscode/prelogin", "{'email':'$who@x.example'}", 201, everybody);
    const char *const numbers[] = {"42", "43", "44", "99", NULL};
    alike(PASSWORDLESS "/smscode/prelogin", "{'phoneNumber':'+43155501$who'}", 201, numbers);
}

/* ---- resets ---- */

struct rows {
    const char *sql;
    int64_t n;
};

static enum err_code
count_rows(struct db_conn *conn, void *arg, struct err *err)
{
    struct rows *q = arg;
    return db_query_int(conn, q->sql, DB_NO_ARGS, &q->n, NULL, err);
}

static int64_t
rows(const char *sql)
{
    struct rows q = {.sql = sql};
    struct err err = {.code = ERR_OK};
    if (store_tx(scene.t.server->store, DB_READ, count_rows, &q, &err) != ERR_OK)
        fail_msg("%s: %s", sql, err.msg);
    return q.n;
}

struct reset_way {
    const char *path, *body;
    int status;
};
static const struct reset_way reset_ways[] = {
    {USERS "/passwords/reset", "{'email':'$who@x.example'}", 201},
    {CREATE "/passwords/reset/email", "{'identifier':'$who@x.example','identifierType':'email'}",
     200},
    {CREATE "/passwords/reset/sms", "{'identifier':'$who@x.example','identifierType':'email'}",
     200},
};

static void
add_known(const char *what, size_t i)
{
    char text[200];
    snprintf(text, sizeof text, "{\"email\":\"%s-%zu-known@x.example\",\"skipInviteEmail\":true}",
             what, i);
    struct tserver_reply r = tserver_request(&scene.t, "POST", CREATE, scene.t.token,
                                             "frontegg-tenant-id: one\r\n", text);
    assert_int_equal(r.status, 201);
    snprintf(text, sizeof text, USERS "/%.*s/verify", STR_ARG(json_str(json_get(r.json, "id"))));
    (void)tserver_request(&scene.t, "POST", text, scene.t.token, NULL, NULL);
}

static void
resets(void **state)
{
    (void)state;
    /* Others than before: each may be written to so often. */
    static const char *const who[] = {"reset-0-none", "reset-0-known", "new", "shut", NULL};
    add_known("reset", 0);
    for (size_t i = 0; i < COUNT_OF(reset_ways); i++)
        alike(reset_ways[i].path, reset_ways[i].body, reset_ways[i].status, who);
}

/* One flow and one count are left by each, whether there is such a person or not. */
static void
resets_leave_as_much(void **state)
{
    (void)state;
    static const char *const kinds[] = {"known", "none"};
    for (size_t i = 0; i < COUNT_OF(reset_ways); i++) {
        add_known("rows", i);
        for (size_t k = 0; k < 2; k++) {
            char who[40];
            snprintf(who, sizeof who, "rows-%zu-%s", i, kinds[k]);
            const char *const one[] = {who, NULL};
            int64_t flows = rows("SELECT COUNT(*) FROM flows"),
                    counts = rows("SELECT COUNT(*) FROM send_counts");
            alike(reset_ways[i].path, reset_ways[i].body, reset_ways[i].status, one);
            assert_int_equal(rows("SELECT COUNT(*) FROM flows"), flows + 1);
            assert_int_equal(rows("SELECT COUNT(*) FROM send_counts"), counts + 1);
        }
    }
}

/* The attempt of `who`, guessed at once, as a cookie header. */
static const char *
attempt_of(const char *who)
{
    scene_keep(&scene, "who", str_of(who));
    const char *body = scene_text(&scene, "{'email':'$who@x.example'}");
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", PASSWORDLESS "/code/prelogin", STR_ABSENT, NULL, body);
    struct str set_cookie = tserver_header(&r, "set-cookie"), pair;
    assert_true(str_next(&set_cookie, ';', &pair));
    return arena_printf(&scene.t.arena, "Cookie: %.*s\r\n", STR_ARG(pair)).p;
}

static void
wrong_codes(void **state)
{
    (void)state;
    set(CONFIG, "{'authStrategy':'Code'}", 201);
    struct str first = {NULL, 0};
    for (size_t i = 0; everybody[i]; i++) {
        const char *cookie = attempt_of(everybody[i]);
        for (int n = 0; n < 7; n++) {
            struct str mine = ask(PASSWORDLESS "/code/postlogin", cookie, "{'token':'wrong'}", 400);
            if (!str_given(first))
                first = mine;
            else if (!str_eq(first, mine))
                fail_msg("%s, guess %d: %.*s", everybody[i], n, STR_ARG(mine));
        }
    }
    set(CONFIG, "{'authStrategy':'EmailAndPassword'}", 201);
}

/* ---- time ---- */

static int
by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int64_t
median(int64_t *us, size_t n)
{
    qsort(us, n, sizeof *us, by_size);
    return us[n / 2];
}

static int64_t
time_of(const char *path, const char *body, int status)
{
    int64_t begin = clock_mono_us();
    (void)ask(path, NULL, body, status);
    return clock_mono_us() - begin;
}

static size_t
n_samples(void)
{
    const char *text = getenv("GATEHOUSE_TIMING_SAMPLES");
    int64_t n = SAMPLES;
    if (text)
        (void)str_to_i64(str_of(text), &n);
    return n < 2 ? 2 : n > SAMPLES_MAX ? SAMPLES_MAX : (size_t)n;
}

/* Each address is used once; those of `known` have accounts. They take turns in who is first, since
 * each message that goes out takes time from what comes next. */
static void
as_long(const char *what, const char *path, const char *body, int status)
{
    static int64_t us[2][SAMPLES_MAX];
    static const char *const kinds[] = {"known", "none"};
    size_t n = n_samples();
    for (size_t i = 0; i < n; i++)
        add_known(what, i);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 2; k++) {
            size_t kind = (i + k) % 2;
            char address[80];
            snprintf(address, sizeof address, "%s-%zu-%s", what, i, kinds[kind]);
            scene_keep(&scene, "who", str_of(address));
            us[kind][i] = time_of(path, body, status);
        }
    }
    int64_t known = median(us[0], n), none = median(us[1], n);
    print_message("# %s: known %lld us, unknown %lld us, %zu samples\n", what, (long long)known,
                  (long long)none, n);
    int64_t apart = known > none ? known - none : none - known;
    /* A few samples beside other tests only show that no work is left out. */
    assert_true(apart < (n < STRICT_FROM ? 5000 + none / 2 : 1000));
}

static void
time_tells_nothing(void **state)
{
    (void)state;
    as_long("sign-up", SIGN_UP, "{'provider':'local','email':'$who@x.example','companyName':'C'}",
            201);
    as_long("reset-mail", USERS "/passwords/reset", "{'email':'$who@x.example'}", 201);
    as_long("reset-sms", CREATE "/passwords/reset/sms",
            "{'identifier':'$who@x.example','identifierType':'email'}", 200);
    as_long("resend", ACTIVATE "/reset", "{'email':'$who@x.example'}", 201);
    set(CONFIG, "{'authStrategy':'MagicLink'}", 201);
    as_long("link", PASSWORDLESS "/magiclink/prelogin", "{'email':'$who@x.example'}", 200);
    set(CONFIG, "{'authStrategy':'SmsCode'}", 201);
    as_long("sms", PASSWORDLESS "/smscode/prelogin", "{'email':'$who@x.example'}", 201);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),     cmocka_unit_test(sign_up),
        cmocka_unit_test(resend),      cmocka_unit_test(passwordless),
        cmocka_unit_test(resets),      cmocka_unit_test(resets_leave_as_much),
        cmocka_unit_test(wrong_codes), cmocka_unit_test(time_tells_nothing),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("enumeration", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
