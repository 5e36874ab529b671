/* Start of gatehouse: a command of the command line, or the console. */
#include "base/secret.h"
#include "cli/cli.h"
#include <locale.h>

int
main(int argc, char **argv)
{
    secret_harden_process();
    setlocale(LC_ALL, "");
    return cli_main(argc, argv);
}
