#ifndef CLI_CLI_H
#define CLI_CLI_H
/*
 * The command line of gatehouse: everything but the full-screen console. Commands and options are
 * the rows of cli.def; parsing, --help, completion and the manual page come from there. Results go
 * to stdout, everything else to stderr; exit codes are the rows of exit.def. Main thread only.
 */
#include "client/profile.h"

enum cli_exit {
#define CLI_EXIT(name, number, when) CLI_##name = (number),
#include "cli/exit.def"
#undef CLI_EXIT
};

/*
 * True if the command line names no command and has no fault, so that the console is wanted;
 * `flags` then holds the profile options (views into argv). Otherwise call cli_main.
 */
bool cli_console_wanted(int argc, char *const *argv, struct profile_flags *flags);
/* Parses and runs one command; returns the exit code, or ends the process by the signal it got. */
int cli_main(int argc, char *const *argv);
/* Exit code for a failure that happened outside a command, as at the start of the console. */
enum cli_exit cli_exit_code(enum err_code code);
#endif
