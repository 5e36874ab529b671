#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H
/* The store itself, for the store's own files. Constant after store_open, but for what `hints` guards itself. */
#include "store/hints.h"
#include "store/store.h"

struct store {
    struct db *db;
    struct sealer sealer;
    struct hints *hints;
    void (*on_message)(void *arg); /* see store_on_message */
    void *on_message_arg;
    void (*on_job)(void *arg); /* see store_on_job */
    void *on_job_arg;
};
#endif
