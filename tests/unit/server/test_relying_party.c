/* Public URLs as security keys see them. */
#include "base/mem.h"
#include "server/relying_party.h"
#include "tests/support/unit.h"

static void
urls_become_ids_and_origins(void **state)
{
    (void)state;
    static const struct {
        const char *url, *id, *origin;
    } rows[] = {
        {"https://login.example.com", "login.example.com", "https://login.example.com"},
        {"https://login.example.com/", "login.example.com", "https://login.example.com"},
        {"HTTPS://Login.Example.COM/a?b#c", "login.example.com", "https://login.example.com"},
        {"https://x.io:443", "x.io", "https://x.io"},
        {"https://x.io:8443/", "x.io", "https://x.io:8443"},
        {"https://x.io:", "x.io", "https://x.io"},
        {"http://localhost:80", "localhost", "http://localhost"},
        {"http://localhost:443", "localhost", "http://localhost:443"},
        {"http://127.0.0.1:8088", "127.0.0.1", "http://127.0.0.1:8088"},
        {"http://[::1]:8088", "[::1]", "http://[::1]:8088"},
        {"http://[::1]", "[::1]", "http://[::1]"},
        {"https://x.io?y", "x.io", "https://x.io"},
    };
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct relying_party p;
        if (!relying_party_parse(&a, str_of(rows[i].url), &p) ||
            !str_eq(p.id, str_of(rows[i].id)) || !str_eq(p.origin, str_of(rows[i].origin)))
            fail_msg("%s", rows[i].url);
    }
    arena_fini(&a);
}

static void
others_have_none(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",          "x.io",          "ftp://x.io",     "https://",
        "https:///", "https://:8443", "https://a@x.io", "unix:/run/s"};
    struct arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct relying_party p;
        if (relying_party_parse(&a, str_of(urls[i]), &p))
            fail_msg("%s", urls[i]);
    }
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_become_ids_and_origins),
        cmocka_unit_test(others_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
