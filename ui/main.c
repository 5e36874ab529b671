/* Start of gatehouse: a command of the command line, or the console. */
#include "base/secret.h"
#include "cli/cli.h"
#include "ui/console.h"
#include <locale.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
    struct profile_flags flags;
    struct err err = {0};
    secret_harden_process();
    setlocale(LC_ALL, "");
    if (!cli_console_wanted(argc, argv, &flags))
        return cli_main(argc, argv);
    int status = console_run(&flags, &err);
    if (!err.code)
        return status;
    fprintf(stderr, "gatehouse: %s\n", err.msg);
    return (int)cli_exit_code(err.code);
}
