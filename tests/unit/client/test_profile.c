#include "base/file.h"
#include "base/mem.h"
#include "client/address.h"
#include "client/profile.h"
#include "tests/support/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;

static int
set_up(void **state)
{
    (void)state;
    static const char *const names[] = {"GATEHOUSE_PROFILE",     "GATEHOUSE_URL",
                                        "GATEHOUSE_CLIENT_ID",   "GATEHOUSE_TENANT",
                                        "GATEHOUSE_SECRET_FILE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
    arena_init(&arena, 1 << 22);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct str
config(const char *text)
{
    struct str path = arena_text(&arena, unit_tmp_path("config.ini"));
    assert_int_equal(file_write(path.p, str_of(text), 0600, NULL), ERR_OK);
    return path;
}

static struct profile
load(const struct profile_flags *flags)
{
    struct profile p;
    struct err err;
    if (profile_load(flags, &arena, &p, &err))
        fail_msg("%s", err.msg);
    return p;
}

/* The message of a load that must fail, without the path of the file. */
static const char *
fault(const struct profile_flags *flags)
{
    static struct err err;
    struct profile p;
    assert_int_not_equal(profile_load(flags, &arena, &p, &err), ERR_OK);
    assert_true(err.code == ERR_CONFIG || err.code == ERR_USAGE);
    const char *name = strstr(err.msg, "config.ini:");
    return name ? name : err.msg;
}

static const char work[] = "theme = dusk\n"
                           "[profile work]\n"
                           "region = us\n"
                           "client-id = abc\n"
                           "secret-file = secrets/work\n"
                           "tenant = acme\n"
                           "read-only = true\n"
                           "production = true\n";

static void
a_section_is_read(void **state)
{
    (void)state;
    struct profile_flags flags = {.config = config(work)};
    struct profile p = load(&flags);
    assert_str(p.name, "work");
    assert_str(p.url, "https://api.us.frontegg.com");
    assert_str(p.client_id, "abc");
    assert_str(p.tenant, "acme");
    assert_str(p.theme, "dusk");
    assert_true(p.read_only && p.production && !p.local && !p.allow_http);
    assert_str(profile_host(&p), "api.us.frontegg.com");
    /* Relative to the file, so it means the same from every folder. */
    assert_true(str_ends(p.secret_file, STR("/secrets/work")) && p.secret_file.p[0] == '/');
}

static void
flags_beat_the_environment_beats_the_file(void **state)
{
    (void)state;
    struct profile_flags flags = {.config = config(work), .profile = STR("work")};
    setenv("GATEHOUSE_TENANT", "globex", 1);
    setenv("GATEHOUSE_URL", "http://localhost:1/x/", 1);
    struct profile p = load(&flags);
    assert_str(p.tenant, "globex");
    assert_str(p.url, "http://localhost:1/x");
    flags.tenant = STR("initech");
    flags.url = STR("unix:/run/x.sock");
    p = load(&flags);
    assert_str(p.tenant, "initech");
    assert_str(p.unix_socket, "/run/x.sock");
    assert_str(p.url, "http://localhost");
}

static void
an_address_alone_takes_no_secret_from_a_section(void **state)
{
    (void)state;
    struct profile_flags flags = {.config = config(work), .url = STR("https://example.org")};
    struct profile p = load(&flags);
    assert_str(p.name, "custom");
    assert_false(str_given(p.secret_file));
    assert_false(str_given(p.client_id));
}

static void
without_any_profile_it_is_the_local_one(void **state)
{
    (void)state;
    struct profile_flags flags = {.config = config("")};
    struct profile p = load(&flags);
    assert_true(p.local && !p.demo);
    flags.demo = true;
    p = load(&flags);
    assert_true(p.local && p.demo);
    assert_str(p.name, "demo");
}

static void
several_profiles_want_a_choice(void **state)
{
    (void)state;
    struct profile_flags flags = {
        .config = config("[profile a]\nregion = eu\n[profile b]\nregion = au\n")};
    assert_non_null(strstr(fault(&flags), "2 profiles"));
    flags.config = config("profile = b\n[profile a]\nregion = eu\n[profile b]\nregion = au\n");
    assert_str(load(&flags).name, "b");
    flags.profile = STR("a");
    assert_str(load(&flags).url, "https://api.frontegg.com");
    flags.profile = STR("c");
    assert_non_null(strstr(fault(&flags), "no profile c"));
    struct str *names;
    size_t n;
    assert_int_equal(profile_names(&flags, &arena, &names, &n, NULL), ERR_OK);
    assert_int_equal(n, 2);
    assert_str(names[1], "b");
}

static void
faults_name_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"[profile a]\nregion = mars\n", "config.ini:2:10:"},
        {"[profile a]\nurl = nonsense\n", "config.ini:2:7:"},
        {"[profile a]\nregion = eu\ncolor = x\n", "config.ini:3:9: there is no such setting"},
        {"[profile a]\nregion = eu\nread-only = maybe\n", "config.ini:3:13:"},
        {"[profile a]\nregion = eu\nurl = https://x\n", "config.ini:3:7: a profile has either"},
        {"[profil a]\nx = 1\n", "config.ini:2:5: the section"},
        {"port = 1\n", "config.ini:1:8: before the first"},
        {"colour = blue\n", "config.ini:1:10: colour is auto"},
        {"[profile a]\nurl = unix:/x\ncolour = no\n", "config.ini:3:10: colour is auto"},
        {"[profile a]\nurl = http://example.org\n", "config.ini:2:7: http:// to example.org"},
        {"[profile a]\ntenant = x\n", "neither url nor region"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile_flags flags = {.config = config(cases[i].text)};
        const char *message = fault(&flags);
        if (!strstr(message, cases[i].says))
            print_error("%zu: %s\n", i, message);
        assert_non_null(strstr(message, cases[i].says));
    }
    struct profile_flags gone = {.config = STR("/nonexistent/config.ini")};
    assert_non_null(strstr(fault(&gone), "No such file"));
}

static void
contradicting_flags_are_refused(void **state)
{
    (void)state;
    struct profile_flags flags = {.config = config(""), .local = true, .url = STR("https://x")};
    assert_non_null(strstr(fault(&flags), "only one of"));
    flags = (struct profile_flags){.config = config(""),
                                   .url = STR("https://x"),
                                   .secret_file = STR("f"),
                                   .secret_command = STR("c")};
    assert_non_null(strstr(fault(&flags), "not both"));
}

static void
clear_text_stays_on_this_machine(void **state)
{
    (void)state;
    static const char *const good[] = {"http://localhost:8088",   "http://127.0.0.1",
                                       "http://127.8.9.10:1/x",   "http://[::1]:80",
                                       "https://example.org/api", "https://[2001:db8::1]"};
    static const char *const bad[] = {"http://example.org",
                                      "http://127.0.0.1.example.org",
                                      "http://127.evil.example",
                                      "http://localhost.example.org",
                                      "http://localhost@evil.example",
                                      "https://user:pw@example.org",
                                      "https://",
                                      "https://exa mple.org",
                                      "https://example.org?x=1",
                                      "https://example.org/#x",
                                      "https://example.org:0",
                                      "https://example.org:99999",
                                      "https://example.org:12x",
                                      "https://example.org\\@evil.example",
                                      "http://127.0.0.999",
                                      "ftp://localhost",
                                      "localhost:8088",
                                      "unix:"};
    struct profile p = {.read_only = false};
    struct err err;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_int_equal(address_parse(str_of(good[i]), &p, &arena, &err), ERR_OK);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (!address_parse(str_of(bad[i]), &p, &arena, &err))
            fail_msg("accepted %s", bad[i]);
    }
    p.allow_http = true;
    assert_int_equal(address_parse(STR("http://example.org"), &p, &arena, &err), ERR_OK);
    assert_int_equal(address_parse(STR("http://localhost@evil.example"), &p, &arena, &err),
                     ERR_CONFIG);
}

static bool
secret_is(const struct profile *p, const char *want, struct err *err)
{
    struct secret *got = profile_secret(p, err);
    struct secret *expected = secret_new(str_of(want));
    bool same = got && secret_equal(got, expected);
    secret_free(got);
    secret_free(expected);
    return same;
}

static void
secrets_come_from_file_or_command(void **state)
{
    (void)state;
    struct err err;
    struct str path = arena_text(&arena, unit_tmp_path("secret"));
    assert_int_equal(file_write(path.p, STR("from file\n"), 0600, NULL), ERR_OK);
    struct profile p = {.secret_file = path};
    assert_true(secret_is(&p, "from file", &err));
    chmod(path.p, 0644);
    assert_null(profile_secret(&p, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    p = (struct profile){.secret_command = STR("printf 'a b\\n'")};
    assert_true(secret_is(&p, "a b", &err));
    p.secret_command = STR("exit 3");
    assert_null(profile_secret(&p, &err));
    assert_non_null(strstr(err.msg, "status 3"));
    p.secret_command = STR("true");
    assert_null(profile_secret(&p, &err));
    assert_non_null(strstr(err.msg, "nothing"));
    p.secret_command = STR("kill -9 $$");
    assert_null(profile_secret(&p, &err));
    p.secret_command = STR("head -c 100000 /dev/zero | tr '\\0' x");
    assert_null(profile_secret(&p, &err));
    assert_non_null(strstr(err.msg, "64 KiB"));
    p.secret_command = STR("cat"); /* its input is empty: nobody is asked */
    assert_null(profile_secret(&p, &err));
    p = (struct profile){.read_only = true};
    assert_null(profile_secret(&p, &err));
    assert_int_equal(err.code, ERR_UNAUTHENTICATED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_section_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_beat_the_environment_beats_the_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_address_alone_takes_no_secret_from_a_section, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_any_profile_it_is_the_local_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_profiles_want_a_choice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_name_line_and_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contradicting_flags_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clear_text_stays_on_this_machine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secrets_come_from_file_or_command, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
