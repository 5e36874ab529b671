#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RING_SIZE = 500, LINE_MAX_BYTES = 8192, VALUE_MAX_BYTES = 1024 };
static const off_t ROTATE_BYTES = 5 * 1024 * 1024;

/* The sink: one per process, guarded by its lock. Until log_to is called there is only the ring. */
static struct {
    pthread_mutex_t lock;
    int fd;
    char *path; /* set if the descriptor is ours, NULL if it is the caller's */
    off_t size;
    char *ring[RING_SIZE];
    size_t written; /* lines ever; the next one goes to ring[written % RING_SIZE] */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

/* Read before the lock is taken: a line below the level costs one load. */
static _Atomic int least_level = LOG_LEVEL_INFO;
static _Atomic int line_format = LOG_TEXT;

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_OFF] = "off",
};

bool
log_level_parse(struct str name, enum log_level *out)
{
    for (unsigned i = 0; i < COUNT_OF(level_names); i++) {
        if (str_eq_nocase(name, str_of(level_names[i]))) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* A net below the rule that secrets are never passed here: values of these keys are not written. */
static bool
is_secret_key(const char *key)
{
    static const char *const names[] = {"password", "secret", "token", "authorization", "cookie"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq_nocase(str_of(key), str_of(names[i])))
            return true;
    }
    return false;
}

static struct str
shown(const struct log_kv *kv)
{
    if (is_secret_key(kv->key))
        return STR("[redacted]");
    return str_sub(kv->s, 0, VALUE_MAX_BYTES);
}

static bool
needs_quotes(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '=' || s.p[i] == '\\')
            return true;
    }
    return s.n == 0;
}

static void
add_text_value(struct buf *line, struct str s)
{
    if (!needs_quotes(s)) {
        utf8_make_safe(line, s);
        return;
    }
    struct buf quoted;
    buf_init(&quoted, mem_mul(s.n + 1, 2));
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_add_char(&quoted, '\\');
        buf_add_char(&quoted, s.p[i]);
    }
    buf_add_char(line, '"');
    utf8_make_safe(line, buf_str(&quoted));
    buf_add_char(line, '"');
    buf_fini(&quoted);
}

static void
add_text_pair(struct buf *line, const struct log_kv *kv)
{
    buf_add_char(line, ' ');
    buf_add_text(line, kv->key);
    buf_add_char(line, '=');
    if (kv->kind == LOG_KV_INT)
        buf_add_i64(line, kv->i);
    else
        add_text_value(line, shown(kv));
}

static void
add_json_pair(struct buf *line, const struct log_kv *kv)
{
    buf_add_char(line, ',');
    json_write_str(line, str_of(kv->key));
    buf_add_char(line, ':');
    if (kv->kind == LOG_KV_INT) {
        buf_add_i64(line, kv->i);
        return;
    }
    /* JSON escapes control bytes by itself, but a terminal also heeds C1 and bidi controls. */
    struct str s = shown(kv);
    if (utf8_is_safe(s)) {
        json_write_str(line, s);
        return;
    }
    struct buf safe;
    buf_init(&safe, LINE_MAX_BYTES);
    utf8_make_safe(&safe, s);
    json_write_str(line, buf_str(&safe));
    buf_fini(&safe);
}

/* Pairs that do not fit are left out whole. */
static void
add_pairs(struct buf *line, const struct log_kv *pairs, enum log_format format)
{
    for (const struct log_kv *kv = pairs; kv->key; kv++) {
        size_t before = line->n;
        if (format == LOG_JSON)
            add_json_pair(line, kv);
        else
            add_text_pair(line, kv);
        if (line->failed) {
            line->failed = false;
            line->n = before;
            line->p[before] = '\0';
        }
    }
}

static void
compose(struct buf *line, enum log_format format, const struct log_kv *head)
{
    char now[CLOCK_TEXT_SIZE];
    buf_add_text(line, format == LOG_JSON ? "{\"time\":\"" : "time=");
    buf_add_text(line, clock_format(clock_now_ms(), now));
    if (format == LOG_JSON)
        buf_add_char(line, '"');
    add_pairs(line, head, format);
}

static void
write_line(struct str line)
{
    while (line.n) {
        ssize_t n = write(sink.fd, line.p, line.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nobody to tell: the log is where it would be told */
        sink.size += (off_t)n;
        line = str_sub(line, (size_t)n, line.n);
    }
}

static int
open_log(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Keeps one older file. If that cannot be done, logging goes on in the present one. */
static void
rotate(void)
{
    struct buf older;
    buf_init(&older, mem_add(strlen(sink.path), 2));
    buf_add_text(&older, sink.path);
    buf_add_text(&older, ".1");
    sink.size = 0;
    if (rename(sink.path, older.p) == 0) {
        int fd = open_log(sink.path);
        if (fd >= 0) {
            (void)close(sink.fd);
            sink.fd = fd;
        }
    }
    buf_fini(&older);
}

/* `take` ends in a newline, which the ring does without. */
static void
publish(char *take, size_t n)
{
    (void)pthread_mutex_lock(&sink.lock);
    if (sink.fd >= 0) {
        if (sink.path && sink.size + (off_t)n > ROTATE_BYTES)
            rotate();
        write_line((struct str){take, n});
    }
    take[n - 1] = '\0';
    size_t slot = sink.written++ % RING_SIZE;
    mem_free(sink.ring[slot]);
    sink.ring[slot] = take;
    (void)pthread_mutex_unlock(&sink.lock);
}

void
log_line(enum log_level level, const char *module, const char *message, const struct log_kv *pairs)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed) ||
        level >= LOG_LEVEL_OFF)
        return;
    int number = errno;
    enum log_format format = (enum log_format)atomic_load(&line_format);
    const struct log_kv head[] = {
        KV_TEXT("level", level_names[level]),
        KV_TEXT("module", module),
        KV_TEXT("msg", message),
        KV_NONE,
    };
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    compose(&line, format, head);
    add_pairs(&line, pairs, format);
    line.cap += 2;
    buf_add_text(&line, format == LOG_JSON ? "}\n" : "\n");
    size_t n;
    char *text = buf_take(&line, &n);
    publish(text, n);
    errno = number;
}

/* With the lock held. */
static void
switch_to(int fd, char *take_path, enum log_format format, enum log_level least)
{
    if (sink.path)
        (void)close(sink.fd);
    mem_free(sink.path);
    sink.path = take_path;
    sink.fd = fd;
    sink.size = 0;
    struct stat st;
    if (take_path && fstat(fd, &st) == 0)
        sink.size = st.st_size;
    atomic_store(&line_format, (int)format);
    atomic_store(&least_level, (int)least);
}

void
log_to(int fd, enum log_format format, enum log_level least)
{
    (void)pthread_mutex_lock(&sink.lock);
    switch_to(fd, NULL, format, least);
    (void)pthread_mutex_unlock(&sink.lock);
}

enum err_code
log_to_file(const char *path, enum log_format format, enum log_level least, struct err *err)
{
    int fd = open_log(path);
    if (fd < 0)
        return err_set_errno(err, ERR_IO, errno, "cannot open the log %s", path);
    (void)pthread_mutex_lock(&sink.lock);
    switch_to(fd, mem_copy_text(path, strlen(path)), format, least);
    (void)pthread_mutex_unlock(&sink.lock);
    return ERR_OK;
}

size_t
log_recent(struct arena *a, struct str *lines, size_t max)
{
    (void)pthread_mutex_lock(&sink.lock);
    size_t n = sink.written < RING_SIZE ? sink.written : RING_SIZE;
    if (n > max)
        n = max;
    for (size_t i = 0; i < n; i++)
        lines[i] = arena_text(a, sink.ring[(sink.written - n + i) % RING_SIZE]);
    (void)pthread_mutex_unlock(&sink.lock);
    return n;
}
