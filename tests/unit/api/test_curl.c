/* Requests as lines for a shell. */
#include "api/curl.h"
#include "base/file.h"
#include "tests/support/unit.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct encode_request
request(enum method method, const char *target, const char *body)
{
    return (struct encode_request){
        .method = method, .target = str_of(target), .body = str_of(body)};
}

static void
writes(const struct curl_line *line, const char *want)
{
    struct buf out;
    buf_init(&out, 4096);
    curl_write(line, &out);
    assert_string_equal(out.p, want);
    buf_fini(&out);
}

static void
a_request_is_one_line(void **state)
{
    (void)state;
    struct encode_request r = request(METHOD_GET, "/x?_limit=5", NULL);
    writes(&(struct curl_line){STR("https://api.example.com"), STR_ABSENT, &r, true},
           "curl -X GET 'https://api.example.com/x?_limit=5' -H \"Authorization: Bearer $TOKEN\"");
    r = request(METHOD_POST, "/x", "{\"a\":1}");
    r.headers[r.n_headers++] = (struct encode_header){"frontegg-tenant-id", STR("acme")};
    writes(&(struct curl_line){STR("http://localhost"), STR("/run/s"), &r, false},
           "curl -X POST --unix-socket '/run/s' 'http://localhost/x' -H 'frontegg-tenant-id: acme' "
           "-H 'Content-Type: application/json' --data-binary '{\"a\":1}'");
}

/* What the shell prints for a command; into the arena. */
static struct str
shell_says(char *command, struct arena *a)
{
    char sh[] = "sh", option[] = "-c";
    char *argv[] = {sh, option, command, NULL};
    const char *path = unit_tmp_path("said");
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = -1;
    struct str out;
    struct err err;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(posix_spawnp(&pid, sh, &files, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    posix_spawn_file_actions_destroy(&files);
    assert_int_equal(file_read(path, 4096, a, &out, &err), ERR_OK);
    return out;
}

/* What sh makes of the line is what went in. */
static void
a_shell_cannot_be_misled(void **state)
{
    (void)state;
    static const char hostile[] = "'; touch x; echo '$(id)`id`\\\" $HOME\n!\xc3\xa9";
    struct encode_request r = request(METHOD_POST, "/x", hostile);
    struct buf out, command;
    struct arena a;
    arena_init(&a, 65536);
    buf_init(&out, 4096);
    buf_init(&command, 8192);
    curl_write(&(struct curl_line){STR("http://h"), STR_ABSENT, &r, false}, &out);
    /* a function of that name prints its last argument */
    buf_printf(&command, "curl() { for a; do last=$a; done; printf %%s \"$last\"; }; %s", out.p);
    assert_true(str_eq(shell_says(command.p, &a), str_of(hostile)));
    buf_fini(&out);
    buf_fini(&command);
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_one_line),
        cmocka_unit_test(a_shell_cannot_be_misled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
