#include "server/breached_file.h"

#include "base/mem.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "server/sorted_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLES = 2000, LOWERED_MAX = 256 };

struct breached_file {
    int fd;
    struct sorted_lines lines;
};

static bool
read_file(void *ctx, int64_t at, char *out, size_t n)
{
    const struct breached_file *f = ctx;
    while (n > 0) {
        ssize_t got = pread(f->fd, out, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* Forty digits at the beginning, then a colon or the end of the line. */
static bool
begins_with_hash(struct breached_file *f)
{
    char head[SHA1_DIGITS + 1];
    if (f->lines.size < SHA1_DIGITS || !read_file(f, 0, head, SHA1_DIGITS))
        return false;
    for (int i = 0; i < SHA1_DIGITS; i++)
        if (!strchr("0123456789abcdefABCDEF", head[i]) || !head[i])
            return false;
    if (f->lines.size == SHA1_DIGITS)
        return true;
    return read_file(f, SHA1_DIGITS, head, 1) && strchr(":\r\n", head[0]) && head[0];
}

static enum err_code
open_file(struct breached_file *f, const char *path, struct err *err)
{
    struct stat st;
    int64_t at;
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return err_set_errno(err, ERR_CONFIG, errno, "cannot read %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFIG, "%s is not a file", path);
    f->lines = (struct sorted_lines){.ctx = f, .size = st.st_size, .read = read_file};
    f->lines.hashes = begins_with_hash(f);
    if (sorted_lines_check(&f->lines, SHA1_DIGITS, SAMPLES, &at))
        return ERR_OK;
    return err_set(err, ERR_CONFIG,
                   "%s is no sorted list of %s near byte %lld; sort it with LC_ALL=C sort", path,
                   f->lines.hashes ? "SHA-1 digests" : "passwords", (long long)at);
}

enum err_code
breached_file_open(struct breached_file **out, const char *path, struct err *err)
{
    struct breached_file *f = mem_new(1, sizeof *f);
    enum err_code rc = open_file(f, path, err);
    *out = rc ? NULL : f;
    if (rc)
        breached_file_close(f);
    return rc;
}

void
breached_file_close(struct breached_file *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        (void)close(f->fd);
    mem_free(f);
}

static bool
has_lowered(const struct breached_file *f, struct str password)
{
    char lowered[LOWERED_MAX];
    bool changed = false;
    if (password.n > sizeof lowered)
        return false;
    for (size_t i = 0; i < password.n; i++) {
        char c = password.p[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        lowered[i] = is_upper ? (char)(c - 'A' + 'a') : c;
        changed |= is_upper;
    }
    bool found = changed && sorted_lines_has(&f->lines, (struct str){lowered, password.n});
    secret_wipe(lowered, sizeof lowered);
    return found;
}

bool
breached_file_has(const struct breached_file *f, struct str password)
{
    if (!f->lines.hashes)
        return sorted_lines_has(&f->lines, password) || has_lowered(f, password);
    char hash[SHA1_DIGITS + 1];
    sha1_hex(password, hash);
    bool found = sorted_lines_has(&f->lines, (struct str){hash, SHA1_DIGITS});
    secret_wipe(hash, sizeof hash);
    return found;
}
