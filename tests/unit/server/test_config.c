#include "server/config.h"

#include "tests/support/unit.h"

static enum err_code
parse(struct config *c, struct err *err, const char *const *args)
{
    char *argv[64] = {NULL};
    static char texts[64][128];
    int argc = 1;
    argv[0] = texts[0];
    for (; args[argc - 1]; argc++) {
        argv[argc] = texts[argc];
        (void)strncat(memset(texts[argc], 0, sizeof *texts), args[argc - 1], sizeof *texts - 1);
    }
    *err = (struct err){.code = ERR_OK};
    return config_parse(c, argc, argv, err);
}
#define PARSE(c, err, ...) parse((c), (err), (const char *const[]){__VA_ARGS__, NULL})

static void
nothing_given_is_fine(void **state)
{
    (void)state;
    struct config c;
    struct err err;
    static const char *const none[] = {NULL};
    assert_int_equal(parse(&c, &err, none), ERR_OK);
    assert_int_equal(c.n_listen, 0);
    assert_false(c.demo);
}

static void
both_forms_of_a_value_work(void **state)
{
    (void)state;
    struct config c;
    struct err err;
    assert_int_equal(PARSE(&c, &err, "--listen", "unix:/a", "--listen=http://a:1", "--data=/d",
                           "--demo", "--log-format", "json", "--log-level=debug"),
                     ERR_OK);
    assert_int_equal(c.n_listen, 2);
    assert_str(c.listen[0], "unix:/a");
    assert_str(c.listen[1], "http://a:1");
    assert_string_equal(c.data, "/d");
    assert_true(c.demo);
    enum log_format format;
    enum log_level level;
    assert_int_equal(config_log(&c, &format, &level, &err), ERR_OK);
    assert_int_equal(format, LOG_JSON);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
}

static void
every_fault_is_usage_and_named(void **state)
{
    (void)state;
    static const char *const faults[][4] = {{"--nonsense"},
                                            {"stray"},
                                            {"--data"},
                                            {"--data="},
                                            {"--demo=yes"},
                                            {"--data=a", "--data=b"},
                                            {"--client-id", "x"},
                                            {"--secret-file", "x"},
                                            {"--tls-cert", "x"},
                                            {"--tls-key", "x"},
                                            {"--log-level", "loud"},
                                            {"--log-format", "xml"},
                                            {"--check", "--demo"},
                                            {"--public-url", "ftp://x"},
                                            {"--allow-outbound", "10.0.0.0/33"},
                                            {"--allow-outbound=localhost"},
                                            {"--"},
                                            {""},
                                            {"-h"}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct config c;
        struct err err;
        assert_int_equal(parse(&c, &err, faults[i]), ERR_USAGE);
        assert_true(err.msg[0] != '\0');
    }
}

static void
addresses_are_counted(void **state)
{
    (void)state;
    struct config c;
    struct err err;
    assert_int_equal(PARSE(&c, &err, "--listen=1", "--listen=2", "--listen=3", "--listen=4",
                           "--listen=5", "--listen=6", "--listen=7", "--listen=8"),
                     ERR_OK);
    assert_int_equal(PARSE(&c, &err, "--listen=1", "--listen=2", "--listen=3", "--listen=4",
                           "--listen=5", "--listen=6", "--listen=7", "--listen=8", "--listen=9"),
                     ERR_USAGE);
    const char *networks[CIDR_LIST_MAX + 2] = {NULL};
    for (size_t i = 0; i < CIDR_LIST_MAX; i++)
        networks[i] = "--allow-outbound=10.0.0.0/8";
    assert_int_equal(parse(&c, &err, networks), ERR_OK);
    assert_int_equal(c.allow_outbound.n, CIDR_LIST_MAX);
    networks[CIDR_LIST_MAX] = "--allow-outbound=::1";
    assert_int_equal(parse(&c, &err, networks), ERR_USAGE);
}

static void
help_names_every_flag(void **state)
{
    (void)state;
    struct buf help;
    buf_init(&help, 1 << 16);
    config_write_help(&help);
    size_t n;
    const struct config_flag *flags = config_flags(&n);
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++)
        assert_true(str_find(buf_str(&help), str_of(flags[i].name)) >= 0);
    buf_fini(&help);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_fine),
        cmocka_unit_test(both_forms_of_a_value_work),
        cmocka_unit_test(every_fault_is_usage_and_named),
        cmocka_unit_test(addresses_are_counted),
        cmocka_unit_test(help_names_every_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
