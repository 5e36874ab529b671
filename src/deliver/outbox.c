#include "deliver/outbox.h"

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 64, FILE_MAX_BYTES = 16 * 1024 * 1024 };

struct outbox {
    char *path;
    int dir;
    int64_t highest;
    struct buf text; /* of the file being written */
};

/* "00000042-email.json" is 42; 0 for any other name. */
static int64_t
number_of(const char *name)
{
    struct str whole = str_of(name);
    ptrdiff_t dash = str_find_char(whole, '-');
    int64_t n = 0;
    if (dash < 8 || !(str_ends(whole, STR("-email.json")) || str_ends(whole, STR("-sms.json"))) ||
        !str_to_i64(str_sub(whole, 0, (size_t)dash), &n))
        return 0;
    return n > 0 ? n : 0;
}

static enum err_code
look(struct outbox *o, struct err *err)
{
    int fd = openat(o->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        int number = errno;
        if (fd >= 0)
            (void)close(fd);
        return err_set_errno(err, ERR_IO, number, "cannot read the folder %s", o->path);
    }
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        int64_t n = number_of(e->d_name);
        if (n > o->highest)
            o->highest = n;
    }
    (void)closedir(dir);
    return ERR_OK;
}

enum err_code
outbox_open(struct outbox **out, const char *dir, struct err *err)
{
    *out = NULL;
    enum err_code rc = file_make_dirs(dir, err);
    if (rc)
        return rc;
    struct outbox *o = mem_new(1, sizeof *o);
    o->path = mem_copy_text(dir, strlen(dir));
    buf_init(&o->text, FILE_MAX_BYTES);
    o->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = o->dir < 0 ? err_set_errno(err, ERR_IO, errno, "cannot open the folder %s", dir)
                    : look(o, err);
    if (rc) {
        outbox_close(o);
        return rc;
    }
    *out = o;
    return ERR_OK;
}

void
outbox_close(struct outbox *take)
{
    if (!take)
        return;
    if (take->dir >= 0)
        (void)close(take->dir);
    buf_fini(&take->text);
    mem_free(take->path);
    mem_free(take);
}

int64_t
outbox_highest(struct outbox *o)
{
    return o->highest;
}

/* ---- one file ---- */

static void
write_json(struct buf *out, const struct letter *l)
{
    struct jw w;
    jw_init(&w, out);
    jw_open(&w, '{');
    jw_ktext(&w, "channel", letter_channel_name(l->channel));
    jw_kstr(&w, "to", l->to);
    jw_kgiven(&w, "from", l->from);
    jw_kgiven(&w, "subject", l->subject);
    jw_kgiven(&w, "text", l->text);
    jw_kgiven(&w, "html", l->html);
    jw_kgiven(&w, "template", l->template_type);
    jw_kgiven(&w, "code", l->code);
    jw_kgiven(&w, "link", l->link);
    jw_kgiven(&w, "token", l->token);
    jw_ktime(&w, "createdAt", l->created_at);
    jw_close(&w, '}');
    buf_add_char(out, '\n');
}

static int
write_all(int fd, struct str data)
{
    while (data.n) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno != EINTR)
            return errno;
        data = str_sub(data, n < 0 ? 0 : (size_t)n, data.n);
    }
    return 0;
}

/* 0 or errno. What a crash left under the same name is ours, and half: it goes. */
static int
write_aside(struct outbox *o, const char *aside, bool sync)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(o->dir, aside, flags, 0600);
    if (fd < 0 && errno == EEXIST && unlinkat(o->dir, aside, 0) == 0)
        fd = openat(o->dir, aside, flags, 0600);
    if (fd < 0)
        return errno;
    int number = write_all(fd, buf_str(&o->text));
    if (!number && sync && fdatasync(fd) != 0)
        number = errno;
    if (close(fd) != 0 && !number)
        number = errno;
    return number;
}

/* A rename that writes over nothing; ENOSYS where there is none. */
static int
rename_new(int dir, const char *from, const char *to)
{
#ifdef SYS_renameat2
    enum { NO_REPLACE = 1 };
    return syscall(SYS_renameat2, dir, from, dir, to, NO_REPLACE) == 0 ? 0 : errno;
#else
    (void)dir, (void)from, (void)to;
    return ENOSYS;
#endif
}

/* 0, EEXIST if the name is taken, or what else went wrong. */
static int
put_in_place(struct outbox *o, const char *aside, const char *name)
{
    int number = rename_new(o->dir, aside, name);
    if (number != ENOSYS && number != EINVAL)
        return number;
    number = linkat(o->dir, aside, o->dir, name, 0) == 0 ? 0 : errno;
    if (!number)
        (void)unlinkat(o->dir, aside, 0);
    return number;
}

/* Whether the file holds exactly the text: the letter that is to be written was written before. */
static bool
is_same(struct outbox *o, const char *name)
{
    int fd = openat(o->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct str want = buf_str(&o->text);
    char part[4096];
    ssize_t n;
    while ((n = read(fd, part, sizeof part)) > 0) {
        if (!str_starts(want, (struct str){part, (size_t)n}))
            break;
        want = str_sub(want, (size_t)n, want.n);
    }
    (void)close(fd);
    return n == 0 && want.n == 0;
}

static enum err_code
write_failed(struct outbox *o, int number, struct err *err)
{
    return err_set_errno(err, ERR_IO, number, "cannot write to the folder %s", o->path);
}

struct names {
    char name[NAME_MAX_BYTES], aside[NAME_MAX_BYTES + 8];
};

static struct names
names_of(const struct letter *l)
{
    struct names n;
    (void)snprintf(n.name, sizeof n.name, "%08lld-%s.json", (long long)l->number,
                   letter_channel_name(l->channel));
    (void)snprintf(n.aside, sizeof n.aside, ".%s.new", n.name);
    return n;
}

enum err_code
outbox_write(struct outbox *o, const struct letter *l, bool single, struct err *err)
{
    struct names n = names_of(l);
    buf_reset(&o->text);
    write_json(&o->text, l);
    if (o->text.failed)
        return err_set(err, ERR_LIMIT, "the message is too long");
    int number = write_aside(o, n.aside, single);
    if (!number)
        return ERR_OK;
    (void)unlinkat(o->dir, n.aside, 0);
    return write_failed(o, number, err);
}

enum err_code
outbox_publish(struct outbox *o, const struct letter *l, struct err *err)
{
    struct names n = names_of(l);
    int number = put_in_place(o, n.aside, n.name);
    if (number)
        (void)unlinkat(o->dir, n.aside, 0);
    if (number == EEXIST) {
        buf_reset(&o->text);
        write_json(&o->text, l);
        if (!is_same(o, n.name)) {
            enum err_code rc = look(o, err);
            return rc ? rc : err_set(err, ERR_CONFLICT, "%s is taken", n.name);
        }
    } else if (number) {
        return write_failed(o, number, err);
    }
    if (l->number > o->highest)
        o->highest = l->number;
    return ERR_OK;
}

/* Everything on the file system, which is quicker than many files one by one. */
static int
sync_all(int fd)
{
#ifdef SYS_syncfs
    return syscall(SYS_syncfs, fd) == 0 ? 0 : errno;
#else
    (void)fd;
    sync();
    return 0;
#endif
}

enum err_code
outbox_sync(struct outbox *o, bool files, struct err *err)
{
    int number = files ? sync_all(o->dir) : fsync(o->dir) == 0 ? 0 : errno;
    /* Some file systems cannot; then there is nothing to do. */
    return number && number != EINVAL ? write_failed(o, number, err) : ERR_OK;
}
