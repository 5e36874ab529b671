#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

/* A message that was cut may end inside a character; drop that part. */
static void
cut_at_character(char *msg, size_t size)
{
    size_t n = strlen(msg);
    if (n + 1 < size)
        return;
    size_t start = n;
    while (start && ((unsigned char)msg[start - 1] & 0xc0) == 0x80)
        start--;
    if (!start || (unsigned char)msg[start - 1] < 0xc0)
        return;
    unsigned char lead = (unsigned char)msg[start - 1];
    size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (n - start < want)
        msg[start - 1] = '\0';
}

static void __attribute__((format(printf, 3, 0)))
fill(struct err *err, enum err_code code, const char *fmt, va_list ap)
{
    *err = (struct err){.code = code};
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    cut_at_character(err->msg, sizeof err->msg);
}

enum err_code
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        fill(err, code, fmt, ap);
        va_end(ap);
    }
    return code;
}

enum err_code
err_set_ref(struct err *err, enum err_code code, const char *ref, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        fill(err, code, fmt, ap);
        va_end(ap);
        (void)snprintf(err->ref, sizeof err->ref, "%s", ref);
    }
    return code;
}

enum err_code
err_set_errno(struct err *err, enum err_code code, int number, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    err->native = number;
    char reason[128];
    if (strerror_r(number, reason, sizeof reason))
        (void)snprintf(reason, sizeof reason, "error %d", number);
    size_t n = strlen(err->msg);
    (void)snprintf(err->msg + n, sizeof err->msg - n, ": %s", reason);
    cut_at_character(err->msg, sizeof err->msg);
    return code;
}

void
err_prefix(struct err *err, const char *fmt, ...)
{
    if (!err)
        return;
    char before[sizeof err->msg];
    memcpy(before, err->msg, sizeof before);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    size_t n = strlen(err->msg);
    (void)snprintf(err->msg + n, sizeof err->msg - n, ": %s", before);
    cut_at_character(err->msg, sizeof err->msg);
}

static const struct {
    const char *name, *text;
    int http;
} table[ERR_COUNT] = {
#define ERR(name, http, text) [ERR_##name] = {#name, text, http},
#include "base/err.def"
#undef ERR
};

static enum err_code
known(enum err_code code)
{
    return (unsigned)code < ERR_COUNT ? code : ERR_INTERNAL;
}

const char *
err_name(enum err_code code)
{
    return table[known(code)].name;
}

const char *
err_text(enum err_code code)
{
    return table[known(code)].text;
}

int
err_http(enum err_code code)
{
    return table[known(code)].http;
}
