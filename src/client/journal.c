#include "client/journal.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEPT_MAX = 1024 * 1024,
    CODE_TEXT = JOURNAL_CODE_BYTES * 2,
    FILE_MAX = 64 * 1024 * 1024,
    WHO_SIZE = 192
};

struct journal {
    int fd;
    struct secret *key;
    struct buf kept;    /* lines without a code yet, each with its newline */
    char who[WHO_SIZE]; /* "uid 1000 on /dev/pts/3" */
};

/* `,"code":"..."}` after a line that lost its brace. */
static const char tail_start[] = ",\"code\":\"";
enum { TAIL = sizeof tail_start - 1 + CODE_TEXT + 2 };

static void
make_code(const struct secret *key, struct str before, struct str line, char out[CODE_TEXT + 1])
{
    unsigned char code[JOURNAL_CODE_BYTES];
    struct buf text, hex;
    buf_init(&text, JOURNAL_LINE_MAX + CODE_TEXT);
    buf_init(&hex, CODE_TEXT);
    buf_add_str(&text, before);
    buf_add_str(&text, line);
    secret_mac(key, buf_str(&text), code, sizeof code);
    buf_add_hex(&hex, code, sizeof code);
    memcpy(out, hex.p, CODE_TEXT + 1);
    buf_fini(&hex);
    buf_fini(&text);
}

/* The line without its code, and the code; false if it has none. */
static bool
split(struct str line, struct str *text, struct str *code)
{
    if (line.n <= TAIL || !str_ends(line, STR("\"}")))
        return false;
    *text = str_sub(line, 0, line.n - TAIL);
    *code = str_sub(line, line.n - 2 - CODE_TEXT, line.n - 2);
    return str_starts(str_sub(line, text->n, line.n), STR(tail_start));
}

/* ---- opening ---- */

static struct secret *
read_key(const char *folder, struct arena *a, struct err *err)
{
    const char *path = arena_cstr(a, arena_printf(a, "%s/journal.key", folder));
    if (access(path, F_OK) != 0) {
        struct str hex = rand_hex(a, JOURNAL_CODE_BYTES);
        enum err_code code = file_write_new(path, hex, 0600, err);
        secret_wipe_str(hex);
        if (code && code != ERR_CONFLICT)
            return NULL;
    }
    return secret_from_file(path, err);
}

/* By number: the name may have to be asked for over a network, and the thread that draws is here. */
static void
set_who(struct journal *j)
{
    const char *terminal = ttyname(STDERR_FILENO);
    snprintf(j->who, sizeof j->who, "uid %u on %s", (unsigned)getuid(),
             terminal ? terminal : "no terminal");
}

struct journal *
journal_open(const char *folder, struct err *err)
{
    struct arena a;
    arena_init(&a, 64 * 1024);
    struct journal *j = mem_new(1, sizeof *j);
    j->fd = -1;
    buf_init(&j->kept, KEPT_MAX);
    const char *path = arena_cstr(&a, arena_printf(&a, "%s/journal", folder));
    if (!file_make_dirs(folder, err))
        j->key = read_key(folder, &a, err);
    if (j->key)
        j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (j->key && j->fd < 0)
        err_set_errno(err, ERR_IO, errno, "%s cannot be opened", path);
    set_who(j);
    arena_fini(&a);
    if (j->fd >= 0)
        return j;
    journal_close(j);
    return NULL;
}

/* ---- writing ---- */

/* The code of the last line of the file; "" in an empty one. A torn last line gets its newline. */
static void
last_code(int fd, char out[CODE_TEXT + 1])
{
    char end[TAIL + 1];
    struct stat st;
    out[0] = '\0';
    if (fstat(fd, &st) || st.st_size < (off_t)sizeof end)
        return;
    if (pread(fd, end, sizeof end, st.st_size - (off_t)sizeof end) != (ssize_t)sizeof end)
        return;
    if (end[TAIL] == '\n')
        snprintf(out, CODE_TEXT + 1, "%.*s", CODE_TEXT, end + sizeof tail_start - 1);
    else if (write(fd, "\n", 1) != 1)
        out[0] = '\0';
}

static bool
write_all(int fd, struct str text)
{
    return write(fd, text.p, text.n) == (ssize_t)text.n;
}

/* Gives the kept lines their codes and writes them. The file is ours meanwhile. */
static bool
write_kept(struct journal *j)
{
    char code[CODE_TEXT + 1];
    struct buf out;
    struct str rest = buf_str(&j->kept), line;
    buf_init(&out, KEPT_MAX * 2);
    last_code(j->fd, code);
    while (rest.n && str_next(&rest, '\n', &line)) {
        make_code(j->key, str_of(code), line, code);
        buf_add_str(&out, line);
        buf_printf(&out, "%s%s\"}\n", tail_start, code);
    }
    bool good = !out.failed && write_all(j->fd, buf_str(&out));
    buf_fini(&out);
    if (good)
        buf_reset(&j->kept);
    return good;
}

static bool
flush(struct journal *j)
{
    if (!j->kept.n)
        return true;
    if (flock(j->fd, LOCK_EX | LOCK_NB))
        return false;
    bool good = write_kept(j);
    flock(j->fd, LOCK_UN);
    return good;
}

static void
add_member(struct buf *b, const char *name, struct str value)
{
    if (!value.n)
        return;
    buf_printf(b, ",\"%s\":", name);
    json_write_str(b, str_sub(value, 0, JOURNAL_LINE_MAX / 8));
}

bool
journal_add(struct journal *j, const struct journal_entry *e)
{
    char when[CLOCK_TEXT_SIZE];
    struct buf *b = &j->kept;
    size_t before = b->n;
    buf_printf(b, "{\"at\":\"%s\"", clock_format(e->at_ms, when));
    add_member(b, "who", str_of(j->who));
    add_member(b, "profile", e->profile);
    add_member(b, "host", e->host);
    add_member(b, "tenant", e->tenant);
    add_member(b, "operation", e->op);
    add_member(b, "method", e->method);
    add_member(b, "path", e->path);
    buf_printf(b, ",\"status\":%d", e->status);
    add_member(b, "outcome", e->outcome);
    add_member(b, "trace", e->trace_id);
    buf_add_char(b, '\n');
    if (b->failed) { /* as much as fits is kept, whole lines of it */
        b->failed = false;
        b->n = before;
    }
    return flush(j);
}

void
journal_close(struct journal *take)
{
    if (!take)
        return;
    if (take->fd >= 0) {
        flush(take);
        close(take->fd);
    }
    secret_free(take->key);
    buf_fini(&take->kept);
    mem_free(take);
}

/* ---- checking ---- */

static enum err_code
check_lines(const struct secret *key, struct str text, journal_line_fn *fn, void *ctx,
            size_t *lines, struct err *err)
{
    char expected[CODE_TEXT + 1] = "";
    struct str line, body, code;
    while (text.n && str_next(&text, '\n', &line)) {
        if (line.n > JOURNAL_LINE_MAX || !split(line, &body, &code))
            return err_set(err, ERR_CORRUPT, "line %zu of the journal is not whole", *lines + 1);
        make_code(key, str_of(expected), body, expected);
        if (!str_eq(code, str_of(expected)))
            return err_set(err, ERR_CORRUPT,
                           "line %zu of the journal does not follow from the one before: it or "
                           "that one was changed, taken out or put in",
                           *lines + 1);
        ++*lines;
        struct json *json = fn ? json_parse(line, JOURNAL_LINE_MAX, err) : NULL;
        if (json)
            fn(ctx, json);
        json_free(json);
    }
    return ERR_OK;
}

enum err_code
journal_check(const char *folder, journal_line_fn *fn, void *ctx, size_t *lines, struct err *err)
{
    struct arena a;
    struct str text;
    arena_init(&a, FILE_MAX + 64 * 1024);
    *lines = 0;
    const char *path = arena_cstr(&a, arena_printf(&a, "%s/journal", folder));
    enum err_code code = file_read(path, FILE_MAX, &a, &text, err);
    if (!code) {
        struct secret *key =
            secret_from_file(arena_cstr(&a, arena_printf(&a, "%s/journal.key", folder)), err);
        code = key ? check_lines(key, text, fn, ctx, lines, err) : err_failed(err);
        secret_free(key);
    }
    arena_fini(&a);
    return code;
}
