#ifndef CLIENT_LOCAL_FILES_H
#define CLIENT_LOCAL_FILES_H
/* Where the local server keeps its things, and reading what it left there. Any thread. */
#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

struct local_files {
    const char *data;   /* folder of the database */
    const char *socket; /* where it listens */
    const char *log;    /* its standard error */
};

struct local_credentials {
    struct str client_id;
    struct secret *secret; /* the caller's */
};

/* Makes the folders, private; `demo` in a new throw-away folder. Strings live in the arena. */
enum err_code local_files_make(struct local_files *out, bool demo, struct arena *a,
                               struct err *err) MUST_USE;
/* Path of gatehoused beside our own program, else in PATH; NULL if there is none. */
const char *local_files_server(struct arena *a);
enum err_code local_files_credentials(const struct local_files *files, struct arena *a,
                                      struct local_credentials *out, struct err *err) MUST_USE;
/* The last line a log file holds, absent if none. */
struct str local_files_last_line(const char *path, struct arena *a);
/* Removes a throw-away folder made by local_files_make; refuses any other. */
void local_files_remove(const char *folder);
/* Removes the throw-away folders of our user whose makers are dead. */
void local_files_sweep(void);
#endif
