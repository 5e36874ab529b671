#ifndef SERVER_REGISTRY_H
#define SERVER_REGISTRY_H
/* Which handler serves which operation. Made once at start from the list of modules in registry.c.
 */
#include "base/buf.h"
#include "server/call.h"

struct registry {
    op_fn *fns[OP_COUNT]; /* NULL: not implemented, 501 */
    size_t bound;
};

/* Refuses an operation that is bound twice or that says nothing about who may call it. */
enum err_code registry_init(struct registry *r, struct err *err) MUST_USE;
/* The same for a list of modules, ended by NULL. */
enum err_code registry_bind(struct registry *r, const struct op_binding *const *modules,
                            struct err *err) MUST_USE;
/* What is bound and what not (see opdoc.h), as lines or as the page doc/operations.md. */
void registry_write_coverage(const struct registry *r, struct buf *out, bool markdown);
#endif
