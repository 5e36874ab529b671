#ifndef UI_REREAD_H
#define UI_REREAD_H
/*
 * Reading one object again: by its detail operation, or out of a list without pages when the
 * service has none. Used by detail panes and by the check before an edit is written.
 */
#include "ui/bindings.h"

struct reread {
    struct client *client;
    const struct resource *res;
    const struct json *row; /* the object as it is known */
    struct str tenant;
    struct callset *calls;
};

bool reread_can(const struct resource *res);
/* False, and err says why, when there is nothing to ask with. */
bool reread_send(const struct reread *r, result_fn *done, void *ctx, struct err *err);
/* The object out of the answer; NULL if it is not there any more. The caller owns it. */
struct json *reread_take(const struct resource *res, const struct json *row, struct result *result);
#endif
