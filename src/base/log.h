#ifndef BASE_LOG_H
#define BASE_LOG_H
/*
 * Structured log lines: level, module, constant message, typed pairs. Values are escaped (no line
 * or terminal injection). Sinks: stderr or a file, as logfmt text or one JSON object a line. The
 * last 500 lines are kept in a ring for the console's log pane. Thread-safe; never call from a
 * signal handler. LOG_INFO("client", "refreshed token", KV_INT("ms", ms));
 */
#include "base/arena.h"
#include "base/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVEL_OFF };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_kv {
    const char *key;
    enum { LOG_KV_STR, LOG_KV_INT } kind;
    struct str s;
    int64_t i;
};
#define KV_STR(k, v) ((struct log_kv){.key = (k), .kind = LOG_KV_STR, .s = (v)})
#define KV_TEXT(k, v) ((struct log_kv){.key = (k), .kind = LOG_KV_STR, .s = str_of(v)})
#define KV_INT(k, v) ((struct log_kv){.key = (k), .kind = LOG_KV_INT, .i = (int64_t)(v)})

/* For lines without pairs: LOG_INFO("server", "ready", KV_NONE). C17 wants at least one argument.
 */
#define KV_NONE ((struct log_kv){.key = NULL})

#define LOG_AT(level, module, message, ...)                                                        \
    log_line((level), (module), (message), (const struct log_kv[]){__VA_ARGS__, KV_NONE})
#define LOG_DEBUG(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define LOG_INFO(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define LOG_WARN(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define LOG_ERROR(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)

void log_line(enum log_level level, const char *module, const char *message,
              const struct log_kv *pairs);
/* fd < 0: keep only the ring. The descriptor stays the caller's. */
void log_to(int fd, enum log_format format, enum log_level least);
/* Opens path (0600, append, rotated at 5 MiB) and logs there. */
enum err_code log_to_file(const char *path, enum log_format format, enum log_level least,
                          struct err *err);
bool log_level_parse(struct str name, enum log_level *out);
/* Copies the newest lines, oldest first, into arena strings; returns how many. */
size_t log_recent(struct arena *a, struct str *lines, size_t max);
#endif
