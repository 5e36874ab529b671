#ifndef CLI_CLI_PRIV_H
#define CLI_CLI_PRIV_H
/*
 * What the commands share: the parsed command line, the profile, the client, and the way to
 * standard output. One struct cli lives on the stack of cli_main and owns all of it.
 */
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "client/client.h"

struct cli {
    struct arena arena; /* of the whole run */
    struct cli_args args;
    struct profile profile;
    struct client *client; /* made by cli_connect */
    enum cli_format format;
    struct out out;
    int signal_fd;
    int signal_number; /* the signal that asked us to end, 0 if none */
    bool notify;       /* stderr is a terminal: progress and countdowns are welcome */
    bool notified;     /* a progress line stands on the terminal */
};

typedef enum cli_exit cli_run(struct cli *cli);
cli_run cli_run_api, cli_run_call, cli_run_operations, cli_run_profiles, cli_run_list, cli_run_get,
    cli_run_export, cli_run_import, cli_run_journal, cli_run_doctor, cli_run_completion, cli_run_qr,
    cli_run_mfa_enroll, cli_run_enroll, cli_run_sessions_list, cli_run_sessions_watch,
    cli_run_sessions_revoke, cli_run_why, cli_run_effective, cli_run_settings_export, cli_run_plan,
    cli_run_apply, cli_run_compare, cli_run_find;

/* One line on stderr, "gatehouse: ..."; foreign text in it is made safe. */
void cli_say(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* As cli_say for a failure, with the exit code that belongs to it. */
enum cli_exit cli_fail(struct cli *cli, const struct err *err);
/* The failure of a call: message, code, trace id and hint. */
enum cli_exit cli_fail_result(struct cli *cli, const struct result *result);
/* A line that is replaced by the next one; nothing unless stderr is a terminal. */
void cli_progress(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cli_progress_end(struct cli *cli);

/* One answer that is under way. Lives on the stack of whoever waits for it. */
struct cli_fetch {
    struct callset set;
    struct result *result;
    bool done;
};

/* Profile and client, once. False after saying why not; *status is then the exit code. */
bool cli_connect(struct cli *cli, enum cli_exit *status);
/* Sends; set, done and ctx of the request are filled in here. */
void cli_start(struct cli *cli, struct cli_fetch *fetch, const struct client_request *request);
/* Runs the client until done(ctx), saying why it takes longer; false if a signal arrived meanwhile. */
typedef bool cli_done_fn(const void *ctx);
bool cli_wait(struct cli *cli, cli_done_fn *done, const void *ctx);
/* Waits; NULL if a signal arrived meanwhile. The caller frees the result. */
struct result *cli_await(struct cli *cli, struct cli_fetch *fetch);
/* True once a signal that ends the command has come. */
bool cli_interrupted(struct cli *cli);
/* Gives up waiting. */
void cli_drop(struct cli *cli, struct cli_fetch *fetch);
/* Both in one. */
struct result *cli_call(struct cli *cli, const struct op *op, struct values *take);
struct result *cli_raw(struct cli *cli, const struct raw_request *request);
/* Where it counts ("users_delete destroys"), --yes has to be said; false after saying so. */
bool cli_confirmed(struct cli *cli, const char *what);
/* Whole text of an argument: as it is, @FILE, or @- for standard input. */
enum err_code cli_text_argument(struct cli *cli, struct str argument, struct str *out,
                                struct err *err) MUST_USE;
/* Cells across the terminal that results go to; 0 if they go elsewhere. */
int cli_screen(const struct cli *cli);
/* An answer in the format asked for. */
enum cli_exit cli_write_answer(struct cli *cli, const struct json *json,
                               const struct field *fields);
/* Help on one command, or on all for CLI_CMD_NONE. */
void cli_help(struct out *out, enum cli_command command);
#endif
