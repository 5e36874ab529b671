#ifndef BASE_ERR_H
#define BASE_ERR_H
/*
 * Errors as values. A fallible function returns enum err_code (ERR_OK is 0) and takes `struct err
 * *` last, which may be NULL. Messages are written for people: what failed and what to do; never a
 * secret. Idiom: return err_set(err, ERR_INVALID, "name should not be empty");
 */
#include "base/str.h"

#define MUST_USE __attribute__((warn_unused_result))

enum err_code {
#define ERR(name, http, text) ERR_##name,
#include "base/err.def"
#undef ERR
    ERR_COUNT
};

struct err {
    enum err_code code;
    int native;     /* errno, CURLcode, SQLite or HTTP status; 0 if none */
    char field[64]; /* which input, "" if none */
    char ref[20];   /* the service's code such as ER-01034, "" if none */
    char msg[256];  /* one sentence, UTF-8 */
};

enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set, with the service's error code (ER-...). */
enum err_code err_set_ref(struct err *err, enum err_code code, const char *ref, const char *fmt,
                          ...) __attribute__((format(printf, 4, 5)));
/* Adds the text of errno after the message: "cannot open x: No such file or directory". */
enum err_code err_set_errno(struct err *err, enum err_code code, int number, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts "prefix: " before the present message, cutting at the end if it does not fit. */
void err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The code of what went wrong, for functions that say so by NULL. Never ERR_OK: no reason is a
 * fault of ours. */
static inline enum err_code
err_failed(const struct err *err)
{
    return err && err->code != ERR_OK ? err->code : ERR_INTERNAL;
}

const char *err_name(enum err_code code); /* "NOT_FOUND" */
const char *err_text(enum err_code code); /* "not found" */
int err_http(enum err_code code);         /* 404 */
#endif
