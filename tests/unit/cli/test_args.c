#include "base/mem.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "tests/support/unit.h"

enum { ARGUMENTS_MAX = 12 };

static struct arena arena;
static struct err err;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* Splits at blanks. */
static int
split(const char *line, char **argv)
{
    struct str rest = str_of(line), word;
    int argc = 0;
    argv[argc++] = arena_cstr(&arena, STR("gatehouse"));
    while (str_next(&rest, ' ', &word)) {
        if (word.n && argc < ARGUMENTS_MAX)
            argv[argc++] = arena_cstr(&arena, word);
    }
    return argc;
}

static enum err_code
parse(struct cli_args *out, const char *line)
{
    char *argv[ARGUMENTS_MAX];
    int argc = split(line, argv);
    return cli_args_parse(out, argc, argv, &arena, &err);
}

static bool
wants_console(const char *line, struct profile_flags *flags)
{
    char *argv[ARGUMENTS_MAX];
    int argc = split(line, argv);
    return cli_console_wanted(argc, argv, flags);
}

static void
options_stand_before_and_after_the_command(void **state)
{
    (void)state;
    struct cli_args a;
    assert_int_equal(parse(&a, "--profile work -ojson call users_get --tenant=t id=1 -o x"),
                     ERR_USAGE); /* -o twice */
    assert_int_equal(parse(&a, "--profile work -ojson call users_get --tenant=t id=1"), ERR_OK);
    assert_int_equal(a.command, CLI_CMD_call);
    assert_str(a.opt[CLI_OPT_profile], "work");
    assert_str(a.opt[CLI_OPT_output], "json");
    assert_str(a.opt[CLI_OPT_tenant], "t");
    assert_int_equal(a.n_rest, 2);
    assert_str(a.rest[1], "id=1");
}

static void
two_words_make_a_command(void **state)
{
    (void)state;
    struct cli_args a;
    assert_int_equal(parse(&a, "users list --limit 3"), ERR_OK);
    assert_int_equal(a.command, CLI_CMD_users_list);
    assert_int_equal(parse(&a, "users get -- -x"), ERR_OK);
    assert_str(a.rest[0], "-x");
}

static void
headers_add_up(void **state)
{
    (void)state;
    struct cli_args a;
    assert_int_equal(parse(&a, "api GET /x --header a:1 --header b:2"), ERR_OK);
    assert_int_equal(a.n_headers, 2);
    assert_str(a.headers[1], "b:2");
}

static void
faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"--bogus", "--bogus"},
        {"-z", "-z"},
        {"frobnicate", "frobnicate"},
        {"users", "users needs one of its own"},
        {"users frobnicate", "users needs one of its own"},
        {"call", "use: gatehouse call OPERATION"},
        {"api GET", "use: gatehouse api METHOD PATH"},
        {"api GET /a /b", "use: gatehouse api"},
        {"doctor --body x", "does not take --body"},
        {"--body x", "belongs to a command"},
        {"call x --limit 3", "does not take --limit"},
        {"--url", "--url needs a value"},
        {"--local=yes", "takes no value"},
        {"--tenant a --tenant b users list", "twice"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cli_args a;
        assert_int_equal(parse(&a, cases[i].line), ERR_USAGE);
        if (!strstr(err.msg, cases[i].says))
            print_error("%s: %s\n", cases[i].line, err.msg);
        assert_non_null(strstr(err.msg, cases[i].says));
    }
}

static void
the_console_is_wanted_only_without_a_command(void **state)
{
    (void)state;
    struct profile_flags flags;
    assert_true(wants_console("--demo --theme mono", &flags));
    assert_true(flags.demo);
    assert_str(flags.theme, "mono");
    assert_true(wants_console("", &flags));
    assert_false(wants_console("doctor", &flags));
    assert_false(wants_console("--help", &flags));
    assert_false(wants_console("--bogus", &flags));
}

static void
no_option_carries_a_secret(void **state)
{
    (void)state;
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *info = cli_option_info((enum cli_option)i);
        assert_non_null(info->name);
        assert_true(info->groups != 0);
        assert_string_not_equal(info->name, "secret");
        assert_string_not_equal(info->name, "password");
        assert_string_not_equal(info->name, "token");
    }
}

static void
exit_codes_are_the_documented_ones(void **state)
{
    (void)state;
    static const struct {
        enum err_code code;
        int exit;
    } cases[] = {
        {ERR_OK, 0},        {ERR_INTERNAL, 1},        {ERR_INVALID, 1},        {ERR_USAGE, 2},
        {ERR_CONFIG, 2},    {ERR_NOT_FOUND, 3},       {ERR_FORBIDDEN, 5},      {ERR_NETWORK, 7},
        {ERR_TLS, 7},       {ERR_TIMEOUT, 7},         {ERR_RATE, 7},           {ERR_CONFLICT, 8},
        {ERR_CANCELLED, 9}, {ERR_UNAUTHENTICATED, 4}, {ERR_OUTCOME_UNKNOWN, 7}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(cli_exit_code(cases[i].code), cases[i].exit);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_after_the_command),
        cmocka_unit_test(two_words_make_a_command),
        cmocka_unit_test(headers_add_up),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(the_console_is_wanted_only_without_a_command),
        cmocka_unit_test(no_option_carries_a_secret),
        cmocka_unit_test(exit_codes_are_the_documented_ones),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
