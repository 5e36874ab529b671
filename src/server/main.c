/* gatehoused: options, one server, signals, exit status. */
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/db.h"
#include "server/config.h"
#include "server/registry.h"
#include "server/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    OUTPUT_MAX = 1024 * 1024,
    KEEP_BYTES = 1024 * 1024 /* what a large answer needs, so that the next one has it at hand */
};

static int
fail(const struct err *err)
{
    (void)fprintf(stderr, "gatehoused: %s\n", err->msg);
    return err->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

/* Writes all of it to stdout at once; a closed pipe is a failure like any other. */
static int
print(const struct buf *text)
{
    size_t done = 0;
    while (done < text->n) {
        ssize_t n = write(STDOUT_FILENO, text->p + done, text->n - done);
        if (n < 0 && errno != EINTR) {
            struct err err;
            (void)err_set_errno(&err, ERR_IO, errno, "cannot write to standard output");
            return fail(&err);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return EXIT_DONE;
}

static int
print_with(void (*fill)(struct buf *out))
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    fill(&text);
    int status = print(&text);
    buf_fini(&text);
    return status;
}

static void
fill_version(struct buf *out)
{
    buf_add_text(out, "gatehoused " GATEHOUSE_VERSION "\n");
}

static int
show_coverage(bool markdown)
{
    struct registry registry;
    struct err err = {.code = ERR_OK};
    if (registry_init(&registry, &err) != ERR_OK)
        return fail(&err);
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    registry_write_coverage(&registry, &text, markdown);
    int status = print(&text);
    buf_fini(&text);
    return status;
}

/* -- --check and --backup -- */

static void
say(void *arg, struct str line)
{
    buf_add_str(arg, line);
    buf_add_char(arg, '\n');
}

static enum err_code
check_database(struct db *db, struct err *err)
{
    struct buf text;
    buf_init(&text, OUTPUT_MAX);
    enum err_code rc = db_check(db, say, &text, err);
    if (!rc && text.n == 0)
        buf_add_text(&text, "no faults found\n");
    (void)print(&text);
    buf_fini(&text);
    return rc;
}

static int
tend_database(const struct config *c, const struct server_options *options)
{
    struct err err = {.code = ERR_OK};
    struct db *db = NULL;
    enum err_code rc = server_open_database(&db, options, &err);
    if (rc)
        return fail(&err);
    if (c->backup)
        rc = db_backup(db, c->backup, &err);
    if (!rc && c->check)
        rc = check_database(db, &err);
    db_close(db);
    return rc ? fail(&err) : EXIT_DONE;
}

/* -- serving -- */

static void
wait_for_signal(const sigset_t *signals)
{
    int got = 0;
    while (sigwait(signals, &got) != 0 || got == SIGHUP)
        continue; /* a lost terminal is no reason to end */
    LOG_INFO("server", "stopping", KV_INT("signal", got));
}

static int
announce(const struct server *server)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_add_text(&text, "ready ");
    buf_add_str(&text, server_address(server, 0));
    buf_add_char(&text, '\n');
    int status = print(&text);
    buf_fini(&text);
    for (size_t i = 0; str_given(server_address(server, i)); i++)
        LOG_INFO("server", "listening", KV_STR("address", server_address(server, i)));
    return status;
}

/* Every connection is a descriptor, and the default limit of 1024 is soon used up. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= 8192)
        return;
    limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int
run_server(const struct server_options *options)
{
    /* Blocked before the first thread starts, so that all threads leave signals to sigwait. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    /* A file that may not grow is as a disk that is full: an error of the write, not the end. */
    (void)sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    raise_descriptor_limit();
    struct err err = {.code = ERR_OK};
    struct server *server = NULL;
    if (server_start(&server, options, &err) != ERR_OK)
        return fail(&err);
    int status = announce(server);
    if (status == EXIT_DONE)
        wait_for_signal(&signals);
    server_stop(server);
    return status;
}

static int
run(const struct config *c)
{
    struct arena a;
    arena_init(&a, 64 * 1024);
    static const struct str preset_listen = {"http://127.0.0.1:8088", 21};
    struct server_options options = {.listen = c->n_listen ? c->listen : &preset_listen,
                                     .n_listen = c->n_listen ? c->n_listen : 1,
                                     .data = c->data,
                                     .database = c->database,
                                     .client_id = c->client_id,
                                     .secret_file = c->secret_file,
                                     .public_url = c->public_url,
                                     .outbox = c->outbox,
                                     .breached_passwords = c->breached_passwords,
                                     .captcha_url = c->captcha_url,
                                     .smtp = c->smtp,
                                     .smtp_user = c->smtp_user,
                                     .smtp_password_file = c->smtp_password_file,
                                     .smtp_from = c->smtp_from,
                                     .smtp_tls = c->smtp_tls,
                                     .messages = c->messages,
                                     .tls_cert = c->tls_cert,
                                     .tls_key = c->tls_key,
                                     .rate_limit = c->rate_limit,
                                     .insecure_listen = c->insecure_listen,
                                     .allow_outbound = c->allow_outbound,
                                     .proxies = c->proxies,
                                     .demo = c->demo,
                                     .existing = c->check || c->backup};
    if (!options.data)
        options.data = file_xdg_dir("DATA", &a).p;
    int status = c->check || c->backup ? tend_database(c, &options) : run_server(&options);
    arena_fini(&a);
    return status;
}

int
main(int argc, char **argv)
{
    secret_harden_process();
    mem_keep_freed(KEEP_BYTES);
    (void)umask(077); /* database, credentials and outbox are ours alone */
    struct config c;
    struct err err = {.code = ERR_OK};
    if (config_parse(&c, argc, argv, &err) != ERR_OK)
        return fail(&err);
    if (c.help)
        return print_with(config_write_help);
    if (c.version)
        return print_with(fill_version);
    if (c.coverage)
        return show_coverage(c.markdown);
    enum log_format format;
    enum log_level level;
    if (config_log(&c, &format, &level, &err) != ERR_OK)
        return fail(&err);
    log_to(STDERR_FILENO, format, level);
    return run(&c);
}
