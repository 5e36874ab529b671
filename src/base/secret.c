#include "base/secret.h"

#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

/* The bytes live between guard pages, outside core dumps, and are read-only from birth to death. */
struct secret {
    char *bytes;
    size_t n;
};

struct secret *
secret_new(struct str bytes)
{
    ASSERT(sodium_init() >= 0);
    struct secret *s = mem_new(1, sizeof *s);
    s->n = bytes.n;
    s->bytes = sodium_malloc(mem_add(bytes.n, 1));
    ASSERT(s->bytes);
    if (bytes.n)
        memcpy(s->bytes, bytes.p, bytes.n);
    s->bytes[bytes.n] = '\0';
    ASSERT(sodium_mprotect_readonly(s->bytes) == 0);
    return s;
}

void
secret_free(struct secret *s)
{
    if (!s)
        return;
    sodium_free(s->bytes);
    mem_free(s);
}

struct secret *
secret_copy(const struct secret *s)
{
    return secret_new((struct str){s->bytes, s->n});
}

void
secret_with(const struct secret *s, void (*fn)(struct str bytes, void *arg), void *arg)
{
    fn((struct str){s->bytes, s->n}, arg);
}

void
secret_mac(const struct secret *key, struct str text, unsigned char *out, size_t n)
{
    size_t used =
        key->n < crypto_generichash_KEYBYTES_MAX ? key->n : crypto_generichash_KEYBYTES_MAX;
    ASSERT(crypto_generichash(out, n, (const unsigned char *)text.p, text.n,
                              (const unsigned char *)key->bytes, used) == 0);
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
    return a->n == b->n && sodium_memcmp(a->bytes, b->bytes, a->n) == 0;
}

void
secret_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

void
secret_wipe_str(struct str s)
{
    union {
        const char *in;
        void *out;
    } p = {.in = s.p};
    if (s.n)
        secret_wipe(p.out, s.n);
}

void
secret_buf_fini(struct buf *b)
{
    if (b->p)
        secret_wipe(b->p, b->size);
    buf_fini(b);
}

/* False if others could have put it there or can read it; says why. */
static bool
is_private(int fd, const char *path, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st)) {
        (void)err_set_errno(err, ERR_IO, errno, "cannot look at the secret in %s", path);
        return false;
    }
    const char *fault = NULL;
    if (!S_ISREG(st.st_mode))
        fault = "is not a regular file";
    else if (st.st_uid != geteuid())
        fault = "belongs to another user";
    else if (st.st_mode & 077)
        fault = "can be read by others; run chmod 600 on it";
    else if (st.st_size > FILE_MAX)
        fault = "is too large for a secret; the limit is 64 KiB";
    if (fault)
        (void)err_set(err, ERR_CONFIG, "%s %s", path, fault);
    return !fault;
}

static struct secret *
secret_from_fd(int fd, const char *path, struct err *err)
{
    struct secret *secret = NULL;
    char *bytes = mem_new(FILE_MAX, 1);
    size_t n = 0;
    ssize_t got;
    do {
        got = read(fd, bytes + n, FILE_MAX - n);
        if (got > 0)
            n += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0) {
        (void)err_set_errno(err, ERR_IO, errno, "cannot read the secret in %s", path);
        goto out;
    }
    if (n && bytes[n - 1] == '\n')
        n--;
    if (n && bytes[n - 1] == '\r')
        n--;
    if (!n) {
        (void)err_set(err, ERR_CONFIG, "%s is empty; it should hold the secret", path);
        goto out;
    }
    secret = secret_new((struct str){bytes, n});
out:
    secret_wipe(bytes, FILE_MAX);
    mem_free(bytes);
    return secret;
}

struct secret *
secret_from_file(const char *path, struct err *err)
{
    /* Without O_NONBLOCK, opening a pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ELOOP)
            (void)err_set(err, ERR_CONFIG, "%s is a symbolic link; name the file itself", path);
        else
            (void)err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno,
                                "cannot read the secret in %s", path);
        return NULL;
    }
    struct secret *secret = is_private(fd, path, err) ? secret_from_fd(fd, path, err) : NULL;
    (void)close(fd);
    return secret;
}

/* The leak checker of sanitizer builds attaches to the process, which needs it dumpable. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STAYS_DUMPABLE 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define STAYS_DUMPABLE 1
#endif

void
secret_harden_process(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
#ifndef STAYS_DUMPABLE
    (void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
#endif
}
