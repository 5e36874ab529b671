#include "ui/export.h"
#include "base/csv_write.h"
#include "base/file.h"
#include "base/mem.h"
#include "ui/cell.h"
#include "ui/walk.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, CHUNK = 1 << 16, ROW_MAX = 1 << 22 };

struct export
{
    const struct resource *res;
    char path[PATH_SIZE], part[PATH_SIZE + 8];
    int fd;
    bool json, any;
    struct buf out;
    struct err err;
};

void
export_csv(const struct resource *res, const struct json *row, struct buf *out)
{
    struct buf cell;
    buf_init(&cell, ROW_MAX);
    for (const struct column *c = res->columns; c->title; c++) {
        enum role role = ROLE_TEXT;
        buf_reset(&cell);
        if (row)
            cell_format(res, c, row, CELL_PLAIN, &cell, &role);
        else
            buf_add_text(&cell, c->title);
        if (c != res->columns)
            buf_add_char(out, ',');
        csv_add_cell(out, buf_str(&cell), false);
    }
    buf_add_text(out, "\r\n");
    buf_fini(&cell);
}

static bool
flush(struct export *x)
{
    const char *p = x->out.p;
    size_t left = x->out.n;
    while (left) {
        ssize_t n = write(x->fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            err_set_errno(&x->err, ERR_IO, errno, "Cannot write %s", x->path);
            return false;
        }
        p += n;
        left -= (size_t)n;
    }
    buf_reset(&x->out);
    return true;
}

static bool
export_row(struct pane *owner, void *ctx, const struct json *row)
{
    struct export *x = ctx;
    (void)owner;
    if (x->json) {
        buf_add_text(&x->out, x->any ? ",\n  " : "[\n  ");
        json_write(row, &x->out);
    } else {
        export_csv(x->res, row, &x->out);
    }
    x->any = true;
    return x->out.n < CHUNK || flush(x);
}

/* Puts the finished file in place; never over one that is there. */
static bool
publish(struct export *x)
{
    if (x->json)
        buf_add_text(&x->out, x->any ? "\n]\n" : "[]\n");
    if (!flush(x))
        return false;
    if (fsync(x->fd) || link(x->part, x->path)) {
        err_set_errno(&x->err, ERR_IO, errno, "Cannot write %s", x->path);
        return false;
    }
    return true;
}

static void
export_finished(struct app *app, struct pane *owner, void *ctx, size_t rows, const struct err *err)
{
    struct export *x = ctx;
    (void)owner;
    if (!x->err.code && err->code)
        x->err = *err;
    bool done = !x->err.code && publish(x);
    close(x->fd);
    unlink(x->part);
    if (done)
        app_note(app, TOAST_GOOD, "Wrote %zu rows to %s", rows, x->path);
    else if (x->err.code == ERR_CANCELLED)
        app_note(app, TOAST_WARN, "Export stopped after %zu rows; no file was written", rows);
    else
        app_note(app, TOAST_BAD, "Export broke off after %zu rows: %s", rows, x->err.msg);
    buf_fini(&x->out);
    mem_free(x);
}

static bool
export_open(struct export *x, struct app *app)
{
    struct stat st;
    if (!lstat(x->path, &st)) {
        app_note(app, TOAST_WARN, "%s exists already; choose another name", x->path);
        return false;
    }
    snprintf(x->part, sizeof x->part, "%s.part", x->path);
    x->fd = open(x->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (x->fd >= 0)
        return true;
    struct err err = {0};
    err_set_errno(&err, ERR_IO, errno, "Cannot write %s", x->part);
    app_note(app, TOAST_BAD, "%s", err.msg);
    return false;
}

void
export_start(struct app *app, const struct listquery *query, unsigned owner, struct str path)
{
    if (path.n >= PATH_SIZE) {
        app_note(app, TOAST_WARN, "That file name is too long");
        return;
    }
    struct export *x = mem_new(1, sizeof *x);
    x->res = query->res;
    snprintf(x->path, sizeof x->path, "%.*s", STR_ARG(path));
    x->json = str_ends(path, STR(".json"));
    if (!export_open(x, app)) {
        mem_free(x);
        return;
    }
    buf_init(&x->out, (size_t)ROW_MAX * 2);
    if (!x->json)
        export_csv(x->res, NULL, &x->out);
    walk_open(app, &(struct walk_setup){.title = "Exporting",
                                        .query = query,
                                        .owner = owner,
                                        .ctx = x,
                                        .row = export_row,
                                        .finished = export_finished});
}
