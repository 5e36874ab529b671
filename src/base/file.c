#include "base/file.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/rand.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads to the end or until `max` bytes; the number read, or -1 with errno. */
static ssize_t
read_some(int fd, char *p, size_t max)
{
    size_t n = 0;
    while (n < max) {
        ssize_t got = read(fd, p + n, max - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static enum err_code
not_readable(const char *path, int number, struct err *err)
{
    enum err_code code = number == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    return err_set_errno(err, code, number, "cannot read %s", path);
}

/* Of unknown size (a pipe, /proc): grows as it reads. */
static enum err_code
read_all(int fd, const char *path, size_t max, struct buf *text, struct err *err)
{
    enum { STEP = 16 * 1024 };
    for (;;) {
        size_t step = max + 1 - text->n < STEP ? max + 1 - text->n : STEP;
        ASSERT(buf_reserve(text, step));
        ssize_t n = read_some(fd, text->p + text->n, step);
        if (n < 0)
            return not_readable(path, errno, err);
        text->n += (size_t)n;
        text->p[text->n] = '\0';
        if (text->n > max)
            return err_set(err, ERR_TOO_LARGE, "%s is too large; the limit is %zu bytes", path,
                           max);
        if ((size_t)n < step)
            return ERR_OK;
    }
}

enum err_code
file_read(const char *path, size_t max, struct arena *a, struct str *out, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return not_readable(path, errno, err);
    ASSERT(max < SIZE_MAX / 2);
    struct buf text;
    buf_init(&text, max + 1);
    enum err_code code = read_all(fd, path, max, &text, err);
    (void)close(fd);
    if (!code)
        *out = arena_str(a, buf_str(&text));
    buf_fini(&text);
    return code;
}

static bool
write_all(int fd, struct str data)
{
    while (data.n) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data = str_sub(data, (size_t)n, data.n);
    }
    return true;
}

/* A rename is only safe on disk once the folder is. Some file systems cannot; then there is nothing
 * to do. */
static void
sync_folder_of(const char *path)
{
    ptrdiff_t slash = -1;
    for (size_t i = 0; path[i]; i++)
        slash = path[i] == '/' ? (ptrdiff_t)i : slash;
    char *folder = slash < 0    ? mem_copy_text(".", 1)
                   : slash == 0 ? mem_copy_text("/", 1)
                                : mem_copy_text(path, (size_t)slash);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    mem_free(folder);
}

/* A fresh name that is never followed, so nobody can plant a link in its place. errno, or 0. */
static int
write_fresh(const char *path, struct str data, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    bool good = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, data) && fsync(fd) == 0;
    int number = good ? 0 : errno;
    if (close(fd) && !number)
        number = errno;
    return number;
}

enum err_code
file_write(const char *path, struct str data, unsigned mode, struct err *err)
{
    struct buf aside;
    unsigned char unique[8];
    rand_bytes_system(unique, sizeof unique);
    buf_init(&aside, mem_add(strlen(path), 32));
    buf_add_text(&aside, path);
    buf_add_text(&aside, ".new-");
    buf_add_hex(&aside, unique, sizeof unique);
    int number = write_fresh(buf_str(&aside).p, data, mode);
    if (!number && rename(aside.p, path))
        number = errno;
    if (number && number != EEXIST)
        (void)unlink(aside.p);
    buf_fini(&aside);
    if (number)
        return err_set_errno(err, ERR_IO, number, "cannot write %s", path);
    sync_folder_of(path);
    return ERR_OK;
}

enum err_code
file_write_new(const char *path, struct str data, unsigned mode, struct err *err)
{
    int number = write_fresh(path, data, mode);
    if (number == EEXIST)
        return err_set(err, ERR_CONFLICT, "%s is there already", path);
    if (number) {
        (void)unlink(path);
        return err_set_errno(err, ERR_IO, number, "cannot write %s", path);
    }
    sync_folder_of(path);
    return ERR_OK;
}

/* Makes one folder unless there is one. */
static int
make_dir(const char *path)
{
    if (mkdir(path, 0700) == 0)
        return 0;
    int number = errno;
    struct stat st;
    if (stat(path, &st))
        return number;
    return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

enum err_code
file_make_dirs(const char *path, struct err *err)
{
    char *upto = mem_copy_text(path, strlen(path));
    int number = *path ? 0 : ENOENT;
    for (size_t i = 1; *path && !number; i++) {
        bool end = path[i] == '\0';
        if (path[i] == '/' || end) {
            upto[i] = '\0';
            number = make_dir(upto);
            upto[i] = path[i];
        }
        if (end)
            break;
    }
    mem_free(upto);
    if (number)
        return err_set_errno(err, ERR_IO, number, "cannot make the folder %s", path);
    return ERR_OK;
}

static const char *
home_dir(struct arena *a)
{
    const char *home = getenv("HOME");
    if (home && *home == '/')
        return home;
    char space[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(geteuid(), &entry, space, sizeof space, &found) || !found || !found->pw_dir)
        return NULL;
    return arena_text(a, found->pw_dir).p;
}

/* A folder of ours in a place where everyone writes: only if it is really ours and closed to
 * others. */
static struct str
private_tmp(struct arena *a)
{
    const char *tmp = getenv("TMPDIR");
    struct str path = arena_printf(a, "%s/gatehouse-%lu", tmp && *tmp == '/' ? tmp : "/tmp",
                                   (unsigned long)geteuid());
    struct stat st;
    (void)mkdir(path.p, 0700);
    if (lstat(path.p, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return STR_ABSENT;
    return path;
}

struct str
file_xdg_dir(const char *kind, struct arena *a)
{
    static const struct {
        const char *kind, *variable, *fallback;
    } kinds[] = {
        {"CONFIG", "XDG_CONFIG_HOME", ".config"},    {"DATA", "XDG_DATA_HOME", ".local/share"},
        {"STATE", "XDG_STATE_HOME", ".local/state"}, {"CACHE", "XDG_CACHE_HOME", ".cache"},
        {"RUNTIME", "XDG_RUNTIME_DIR", NULL},
    };
    size_t i = 0;
    while (i < COUNT_OF(kinds) && strcmp(kinds[i].kind, kind) != 0)
        i++;
    ASSERT(i < COUNT_OF(kinds));
    /* The specification says to ignore a path that is not absolute. */
    const char *base = getenv(kinds[i].variable);
    if (base && *base == '/')
        return arena_printf(a, "%s/gatehouse", base);
    const char *home = kinds[i].fallback ? home_dir(a) : NULL;
    return home ? arena_printf(a, "%s/%s/gatehouse", home, kinds[i].fallback) : private_tmp(a);
}
