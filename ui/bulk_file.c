#include "ui/bulk_file.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { FILE_CAP = 64 << 20, LINE_CAP = 256 * 1024, PATH_CAP = 4096, FILES_MAX = 256 };

struct bulk_file {
    int fd;
    bool failed;
    char path[PATH_CAP];
};

static bool
is_name(struct str s)
{
    return s.n > 4 && s.n < BULK_NAME && s.p[0] != '.' && str_ends(s, STR(".run")) &&
           str_find_char(s, '/') < 0;
}

static struct bulk_file *
file_at(const char *folder, const char *name, struct err *err)
{
    struct bulk_file *f = mem_new(1, sizeof *f);
    f->fd = -1;
    if (snprintf(f->path, sizeof f->path, "%s/%s", folder, name) < (int)sizeof f->path)
        return f;
    err_set(err, ERR_LIMIT, "the path of the folder of state is too long");
    mem_free(f);
    return NULL;
}

static bool
write_text(struct bulk_file *f, struct str text)
{
    while (text.n && !f->failed) {
        ssize_t n = write(f->fd, text.p, text.n);
        if (n > 0)
            text = str_sub(text, (size_t)n, text.n);
        else if (errno != EINTR)
            f->failed = true;
    }
    return !f->failed;
}

/* --- A new one --- */

static bool
write_start(struct bulk_file *f, const struct json *head, const struct json *rows)
{
    struct buf text;
    buf_init(&text, FILE_CAP / 2);
    json_write(head, &text);
    buf_add_char(&text, '\n');
    for (const struct json *it = json_first(rows); it; it = json_next(it)) {
        json_write(it, &text);
        buf_add_char(&text, '\n');
    }
    bool good = !text.failed && write_text(f, buf_str(&text));
    buf_fini(&text);
    return good;
}

struct bulk_file *
bulk_file_new(const char *folder, const struct json *head, const struct json *rows, struct err *err)
{
    char name[BULK_NAME];
    unsigned char unique[4];
    rand_bytes_system(unique, sizeof unique);
    snprintf(name, sizeof name, "%013lld-%02x%02x%02x%02x.run", (long long)clock_now_ms(),
             unique[0], unique[1], unique[2], unique[3]);
    if (json_len(rows) > BULK_ROWS_MAX) {
        err_set(err, ERR_LIMIT, "these are too many rows");
        return NULL;
    }
    struct bulk_file *f = file_make_dirs(folder, err) ? NULL : file_at(folder, name, err);
    if (!f)
        return NULL;
    f->fd = open(f->path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (f->fd >= 0 && !flock(f->fd, LOCK_EX | LOCK_NB) && write_start(f, head, rows))
        return f;
    err_set_errno(err, ERR_IO, errno, "%s cannot be written", f->path);
    bulk_file_close(f, f->fd >= 0);
    return NULL;
}

bool
bulk_file_note(struct bulk_file *f, size_t row, enum bulk_mark mark, struct str message)
{
    struct buf line;
    buf_init(&line, LINE_CAP);
    buf_printf(&line, "%zu %c", row, (char)mark);
    if (message.n) {
        buf_add_char(&line, ' ');
        json_write_str(&line, message);
    }
    buf_add_char(&line, '\n');
    bool good = write_text(f, buf_str(&line));
    buf_fini(&line);
    return good;
}

void
bulk_file_close(struct bulk_file *take, bool remove)
{
    if (!take)
        return;
    if (remove)
        (void)unlink(take->path);
    if (take->fd >= 0)
        (void)close(take->fd);
    mem_free(take);
}

/* --- Reading one --- */

/* "17 d ...": false unless it is such a line about one of n rows. */
static bool
read_mark(struct str line, size_t n, size_t *row, char *mark)
{
    struct str number, rest = line, letter;
    uint64_t at;
    if (!str_next(&rest, ' ', &number) || !str_given(rest) || !str_next(&rest, ' ', &letter))
        return false;
    if (!str_to_u64(number, &at) || at >= n || letter.n != 1 || !strchr("wsdfk", letter.p[0]))
        return false;
    *row = (size_t)at;
    *mark = letter.p[0];
    return true;
}

static size_t
rows_said(const struct json *head)
{
    int64_t n = 0;
    bool good = json_to_i64(json_get(head, "rows"), &n) && n > 0 && n <= BULK_ROWS_MAX;
    return good ? (size_t)n : 0;
}

/* A last line without its newline was torn off by whatever ended the program: not counted. */
static bool
next_line(struct str *rest, struct str *line)
{
    ptrdiff_t end = str_find_char(*rest, '\n');
    if (end < 0)
        return false;
    *line = str_sub(*rest, 0, (size_t)end);
    *rest = str_sub(*rest, (size_t)end + 1, rest->n);
    return true;
}

/* Marks of the lines after the rows, into marks[n]. */
static void
read_marks(struct str rest, char *marks, size_t n)
{
    struct str line;
    size_t row;
    char mark;
    memset(marks, BULK_MARK_WAITS, n);
    while (next_line(&rest, &line))
        if (read_mark(line, n, &row, &mark))
            marks[row] = mark;
}

static enum err_code
read_rows(struct str *rest, struct json *rows, size_t n, struct err *err)
{
    struct str line;
    for (size_t i = 0; i < n; i++) {
        struct json *row = next_line(rest, &line) ? json_parse(line, LINE_CAP, err) : NULL;
        if (!row)
            return err_set(err, ERR_CORRUPT, "the list of rows is not whole");
        json_push(rows, row);
    }
    return ERR_OK;
}

static enum err_code
read_saved(struct str text, struct bulk_saved *out, struct err *err)
{
    struct str line;
    out->head = next_line(&text, &line) ? json_parse(line, LINE_CAP, err) : NULL;
    size_t n = rows_said(out->head);
    if (!n)
        return err_set(err, ERR_CORRUPT, "it does not say what was asked");
    out->rows = json_new_array();
    out->marks = mem_new(n, 1);
    enum err_code code = read_rows(&text, out->rows, n, err);
    if (!code)
        read_marks(text, out->marks, n);
    return code;
}

void
bulk_saved_fini(struct bulk_saved *s)
{
    json_free(s->head);
    json_free(s->rows);
    mem_free(s->marks);
    *s = (struct bulk_saved){.head = NULL};
}

/* Opens and holds; NULL if it is not there, or somebody else's. */
static struct bulk_file *
hold(const char *folder, const char *name, struct err *err)
{
    struct bulk_file *f = is_name(str_of(name)) ? file_at(folder, name, err) : NULL;
    if (!f)
        return NULL;
    f->fd = open(f->path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (f->fd >= 0 && !flock(f->fd, LOCK_EX | LOCK_NB))
        return f;
    if (f->fd >= 0 && errno == EWOULDBLOCK)
        err_set(err, ERR_BUSY, "another console works on it");
    else
        err_set_errno(err, ERR_IO, errno, "%s cannot be opened", f->path);
    bulk_file_close(f, false);
    return NULL;
}

struct bulk_file *
bulk_file_resume(const char *folder, const char *name, struct bulk_saved *out, struct err *err)
{
    struct arena a;
    struct str text;
    *out = (struct bulk_saved){.head = NULL};
    struct bulk_file *f = hold(folder, name, err);
    if (!f)
        return NULL;
    arena_init(&a, FILE_CAP + (1 << 20));
    enum err_code code = file_read(f->path, FILE_CAP, &a, &text, err);
    if (!code)
        code = read_saved(text, out, err);
    bool torn = !code && !str_ends(text, STR("\n"));
    arena_fini(&a);
    if (torn && !write_text(f, STR("\n")))
        code = err_set_errno(err, ERR_IO, errno, "%s cannot be written", f->path);
    if (!code)
        return f;
    bulk_saved_fini(out);
    bulk_file_close(f, false);
    return NULL;
}

/* --- Looking for them --- */

struct names {
    char at[FILES_MAX][BULK_NAME];
    size_t n;
};

static int
compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
list_names(const char *folder, struct names *names)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *e; names->n < FILES_MAX && (e = readdir(dir)) != NULL;)
        if (is_name(str_of(e->d_name)))
            snprintf(names->at[names->n++], BULK_NAME, "%.*s", BULK_NAME - 1, e->d_name);
    closedir(dir);
    qsort(names->at, names->n, BULK_NAME, compare_names);
}

static size_t
count_left(struct str text, size_t n)
{
    struct str line;
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (!next_line(&text, &line))
            return n;
    char *marks = mem_new(n, 1);
    read_marks(text, marks, n);
    for (size_t i = 0; i < n; i++)
        left += marks[i] != BULK_MARK_DONE && marks[i] != BULK_MARK_SKIPPED;
    mem_free(marks);
    return left;
}

static void
look_at(const char *folder, const char *name, bulk_found_fn *fn, void *ctx)
{
    struct arena a;
    struct str text, line;
    struct bulk_file *f = hold(folder, name, NULL);
    if (!f)
        return;
    arena_init(&a, FILE_CAP + (1 << 20));
    if (!file_read(f->path, FILE_CAP, &a, &text, NULL) && next_line(&text, &line)) {
        struct json *head = json_parse(line, LINE_CAP, NULL);
        size_t n = rows_said(head);
        if (n)
            fn(ctx, name, head, count_left(text, n));
        json_free(head);
    }
    arena_fini(&a);
    bulk_file_close(f, false);
}

void
bulk_file_each(const char *folder, bulk_found_fn *fn, void *ctx)
{
    struct names *names = mem_new(1, sizeof *names);
    list_names(folder, names);
    for (size_t i = 0; i < names->n; i++)
        look_at(folder, names->at[i], fn, ctx);
    mem_free(names);
}
