#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H
/*
 * Libraries that are loaded when they are needed, because linking them would cost every start time
 * and memory. A header lists the functions it wants once, as rows of a macro that makes both the
 * record of pointers and the table below; see net/curl_api.h. Any thread.
 */
#include "base/err.h"

#include <stddef.h>

struct library_symbol {
    const char *name;
    size_t offset; /* of the function pointer in the record */
};

struct library {
    const char *file;      /* "libcurl.so.4" */
    const char *package;   /* what to install when it is not there: "libcurl4" */
    enum err_code failure; /* given when it cannot be used */
    const struct library_symbol *symbols;
    size_t n;
};

/* Fills the record. The library stays loaded for the life of the process. */
enum err_code library_load(const struct library *l, void *record, struct err *err) MUST_USE;
#endif
