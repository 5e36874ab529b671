/* X-Forwarded-For counts only as far as trusted hops wrote it. */
#include "server/client_ip.h"
#include "tests/support/unit.h"

enum { HEADERS = 4 };

static const struct {
    const char *trusted, *peer;
    const char *forwarded[HEADERS]; /* header lines in their order */
    const char *client;
} rows[] = {
    {"", "198.51.100.1", {NULL}, "198.51.100.1"},
    {"", "198.51.100.1", {"203.0.113.9"}, "198.51.100.1"},
    {"", "unix", {"203.0.113.9"}, "unix"},
    {"10.0.0.0/8", "198.51.100.1", {"203.0.113.9"}, "198.51.100.1"},
    {"10.0.0.0/8", "10.0.0.1", {NULL}, "10.0.0.1"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/8", "::ffff:10.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
    /* What the client itself claims stands in front of the hop that saw it. */
    {"10.0.0.0/8", "10.0.0.1", {"127.0.0.1, 203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"10.9.9.9, 203.0.113.9,10.0.0.2"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"garbage, 203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"127.0.0.1", "203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9", "10.0.0.3", "10.0.0.2"}, "203.0.113.9"},
    {"10.0.0.0/8", "10.0.0.1", {"10.0.0.7, 10.0.0.3"}, "10.0.0.7"},
    {"10.0.0.0/8", "10.0.0.1", {"2001:db8::1"}, "2001:db8::1"},
    {"10.0.0.0/8 2001:db8::/32", "2001:db8::5", {"203.0.113.9, 2001:db8::6"}, "203.0.113.9"},
    {"unix", "unix", {"203.0.113.9"}, "203.0.113.9"},
    {"unix 10.0.0.0/8", "unix", {"203.0.113.9, 10.1.1.1"}, "203.0.113.9"},
    {"10.0.0.0/8", "unix", {"203.0.113.9"}, "unix"},
    /* What cannot be read is nobody's address. */
    {"10.0.0.0/8", "10.0.0.1", {"garbage"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {""}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9,"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9, , 10.0.0.2"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9", ""}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.9:4711"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"[2001:db8::1]"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"203.0.113.009"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"unix"}, "unknown"},
    {"10.0.0.0/8 unix", "10.0.0.1", {"203.0.113.9, unix"}, "unknown"},
    {"10.0.0.0/8", "10.0.0.1", {"for=203.0.113.9"}, "unknown"},
};

static void
trust(struct proxies *p, const char *list)
{
    struct str rest = str_of(list), one;
    *p = (struct proxies){.local_socket = false};
    while (rest.n && str_next(&rest, ' ', &one))
        assert_int_equal(proxies_add(p, one, NULL), ERR_OK);
}

static void
who_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proxies p;
        struct header headers[HEADERS + 2] = {{STR("Host"), STR("a")}};
        size_t n = 1;
        trust(&p, rows[i].trusted);
        for (size_t k = 0; k < HEADERS && rows[i].forwarded[k]; k++)
            headers[n++] = (struct header){STR("X-Forwarded-FOR"), str_of(rows[i].forwarded[k])};
        headers[n++] = (struct header){STR("x-real-ip"), STR("192.0.2.77")};
        struct str got = client_ip(&p, str_of(rows[i].peer), headers, n);
        if (!str_eq(got, str_of(rows[i].client)))
            fail_msg("row %zu: %.*s, not %s", i, STR_ARG(got), rows[i].client);
    }
}

static void
endless_hops(void **state)
{
    (void)state;
    char text[PROXY_HOPS_MAX * 10 + 20] = "203.0.113.9";
    for (int i = 0; i < PROXY_HOPS_MAX; i++)
        (void)strncat(text, ",10.0.0.1", sizeof text - strlen(text) - 1);
    struct header h = {STR("X-Forwarded-For"), str_of(text)};
    struct proxies p;
    trust(&p, "10.0.0.0/8");
    struct str got = client_ip(&p, STR("10.0.0.1"), &h, 1);
    assert_true(str_eq(got, STR(CLIENT_IP_UNKNOWN)));
}

static void
what_can_be_trusted(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "10.0.0.0/33", "proxy.example", "Unix", "10.0.0.1 "};
    struct proxies p = {.local_socket = false};
    struct err err = {.code = ERR_OK};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(proxies_add(&p, str_of(wrong[i]), &err), ERR_USAGE);
    for (int i = 0; i < PROXIES_MAX; i++)
        assert_int_equal(proxies_add(&p, STR("10.0.0.1"), &err), ERR_OK);
    assert_int_equal(proxies_add(&p, STR("10.0.0.1"), &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "at most"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_it_is),
        cmocka_unit_test(endless_hops),
        cmocka_unit_test(what_can_be_trusted),
    };
    return cmocka_run_group_tests_name("client address", tests, NULL, NULL);
}
