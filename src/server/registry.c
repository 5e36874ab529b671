#include "server/registry.h"

#include "api/opdoc.h"
#include "server/ops/ops.h"

#define MODULE(module) module,
static const struct op_binding *const MODULES[] = {OPS_MODULES(MODULE) NULL};
#undef MODULE

enum err_code
registry_bind(struct registry *r, const struct op_binding *const *modules, struct err *err)
{
    for (size_t m = 0; modules[m]; m++) {
        for (const struct op_binding *b = modules[m]; b->op != OP_COUNT; b++) {
            const struct op *op = op_get(b->op);
            if (op->auth == AUTH_UNSET)
                return err_set(err, ERR_INTERNAL, "operation %s does not say who may call it",
                               op->name);
            if (r->fns[b->op])
                return err_set(err, ERR_INTERNAL, "operation %s has two handlers", op->name);
            r->fns[b->op] = b->fn;
            r->bound++;
        }
    }
    return ERR_OK;
}

enum err_code
registry_init(struct registry *r, struct err *err)
{
    *r = (struct registry){.bound = 0};
    return registry_bind(r, MODULES, err);
}

void
registry_write_coverage(const struct registry *r, struct buf *out, bool markdown)
{
    bool bound[OP_COUNT];
    for (size_t i = 0; i < OP_COUNT; i++)
        bound[i] = r->fns[i] != NULL;
    if (markdown)
        opdoc_markdown(out, bound);
    else
        opdoc_coverage(out, bound);
}
