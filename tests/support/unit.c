#include "tests/support/unit.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void
unit_assert_str(struct str got, struct str want, const char *file, int line)
{
    if (str_given(got) && str_eq(got, want))
        return;
    print_error("got  \"%.*s\" (%zu bytes%s)\nwant \"%.*s\" (%zu bytes)\n", STR_ARG(got), got.n,
                str_given(got) ? "" : ", absent", STR_ARG(want), want.n);
    _fail(file, line);
}

void
unit_assert_aborts(void (*fn)(void *arg), void *arg, const char *file, int line)
{
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        fn(arg);
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
        WTERMSIG(status) != SIGABRT) {
        print_error("expected an abort, got status %d\n", status);
        _fail(file, line);
    }
}

const char *
unit_tmp_path(const char *name)
{
    static char path[1024];
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(path, sizeof path, "%s/unit-XXXXXX", tmp ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path || !mkdtemp(path))
        fail_msg("no temporary folder under %s", tmp ? tmp : "/tmp");
    (void)snprintf(path + n, sizeof path - (size_t)n, "/%s", name);
    return path;
}

int
unit_setting(const char *name, int preset)
{
    const char *text = getenv(name);
    int64_t v = preset;
    if (text && (!str_to_i64(str_of(text), &v) || v < INT_MIN || v > INT_MAX))
        fail_msg("%s=%s is not a number", name, text);
    return (int)v;
}
