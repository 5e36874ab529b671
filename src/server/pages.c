#include "server/pages.h"

#define PAGES_DECLARE(module) extern const struct page_row module[];
PAGES_MODULES(PAGES_DECLARE)
#undef PAGES_DECLARE

#define MODULE(module) module,
static const struct page_row *const MODULES[] = {PAGES_MODULES(MODULE) NULL};
#undef MODULE

void
pages_route(struct route_table *t)
{
    for (size_t m = 0; MODULES[m]; m++)
        for (const struct page_row *p = MODULES[m]; p->fn; p++)
            route_add(t, &p->op);
}

op_fn *
pages_handler(const struct op *op)
{
    return ((const struct page_row *)(const void *)op)->fn;
}
