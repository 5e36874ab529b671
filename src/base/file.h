#ifndef BASE_FILE_H
#define BASE_FILE_H
/* Files and folders, careful ones: no symlinks followed where secrets are, private modes, atomic
 * writes. */
#include "base/arena.h"
#include "base/err.h"

/* Whole file into the arena, at most max bytes. */
enum err_code file_read(const char *path, size_t max, struct arena *a, struct str *out,
                        struct err *err) MUST_USE;
/* Writes temp file, fsync, rename; mode as given. */
enum err_code file_write(const char *path, struct str data, unsigned mode,
                         struct err *err) MUST_USE;
/* Writes a file that must not be there yet; ERR_CONFLICT if it is. Nothing is left on failure. */
enum err_code file_write_new(const char *path, struct str data, unsigned mode,
                             struct err *err) MUST_USE;
/* mkdir -p with mode 0700 for what it makes. */
enum err_code file_make_dirs(const char *path, struct err *err) MUST_USE;
/*
 * $XDG_.../gatehouse or HOME/fallback/gatehouse: XDG base directories. kind: "CONFIG", "DATA",
 * "STATE", "CACHE", "RUNTIME". Without a home, and for RUNTIME without its variable, a private
 * folder under $TMPDIR or /tmp, which is made; absent if that cannot be had. The others are not
 * made here.
 */
struct str file_xdg_dir(const char *kind, struct arena *a);
#endif
