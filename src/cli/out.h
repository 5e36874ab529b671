#ifndef CLI_OUT_H
#define CLI_OUT_H
/*
 * Results on their way to standard output or a file: buffered, and every foreign byte made
 * harmless. JSON keeps its meaning (dangerous characters become \u escapes); tables and CSV show
 * marks. Owned by one thread; the descriptor stays the caller's.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum cli_format { CLI_TABLE, CLI_JSON, CLI_NDJSON, CLI_CSV };

struct out {
    int fd;
    struct buf buf;
    int error; /* errno of the first failed write; nothing is written after it */
};

void out_init(struct out *o, int fd);
/* Writes what is buffered; false after any failure. */
bool out_flush(struct out *o);
void out_fini(struct out *o);

void out_text(struct out *o, const char *z);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_bytes(struct out *o, struct str s);
/* Foreign text made visible. */
void out_safe(struct out *o, struct str s);
/* A JSON value, indented or on one line, with no byte a terminal would act upon. */
void out_json(struct out *o, const struct json *j, bool pretty);
/* One CSV field (RFC 4180). Unless `raw`, it is made visible and loses its power as a formula. */
void out_csv_field(struct out *o, struct str s, bool raw);

bool cli_format_parse(struct str name, enum cli_format *out);
#endif
