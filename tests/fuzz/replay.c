/*
 * The main of a fuzz harness outside the fuzz variant: replays every file of
 * tests/fuzz/corpus/<what>/ (or those named on the command line) as one test case, in the order of
 * their names, and the empty input first.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, FOLDER_SIZE = 512, PATH_SIZE = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t input[INPUT_MAX];

static int
replay_file(const char *path, int number)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        printf("not ok %d - %s cannot be opened\n", number, path);
        return 1;
    }
    size_t size = fread(input, 1, sizeof input, f);
    fclose(f);
    /* Said beforehand, so that a crash names its input. */
    printf("# %s\n", path);
    fflush(stdout);
    (void)LLVMFuzzerTestOneInput(input, size);
    printf("ok %d - %s\n", number, path);
    return 0;
}

static int
is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int
replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int failed = 0;
    int n = scandir(folder, &entries, is_input, alphasort);
    if (n <= 0) {
        printf("not ok 2 - no corpus in %s\n", folder);
        return 1;
    }
    for (int i = 0; i < n; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%.*s/%s", FOLDER_SIZE, folder, entries[i]->d_name);
        failed |= replay_file(path, i + 2);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

int
main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)LLVMFuzzerTestOneInput(input, 0);
    printf("ok 1 - empty input\n");
    if (argc > 1) {
        int failed = 0;
        for (int i = 1; i < argc; i++)
            failed |= replay_file(argv[i], i + 1);
        return failed;
    }
    const char *base = strrchr(argv[0], '/');
    base = base ? base + 1 : argv[0];
    const char *what = strncmp(base, "fuzz_", 5) == 0 ? base + 5 : base;
    char folder[FOLDER_SIZE];
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", what);
    return replay_folder(folder);
}
