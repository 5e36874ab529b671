#ifndef SERVER_PAGES_H
#define SERVER_PAGES_H
/*
 * Operations that are ours alone, below /gatehouse/v1: what the console needs and the public API does
 * not have. A page is a row like one of the catalogue, with its handler beside it, and runs through
 * the same pipeline: routing, token, validation, transaction, audit. It is no operation of the
 * catalogue, has no id, and is not counted as one. Constant data; any thread.
 *
 *   const struct page_row message_pages[] = {
 *       {.op = PAGE(GET, "/gatehouse/v1/messages", "message_list"), ...}, PAGES_END};
 */
#include "api/route.h"
#include "server/call.h"

struct page_row {
    struct op op; /* the first member: pages_handler goes from it to the page */
    op_fn *fn;
};

/* Modules of pages, one line each. */
#define PAGES_MODULES(X)                                                                           \
    X(message_pages)                                                                               \
    X(template_pages)

/* The members of a page's op that every page gives; others may follow. */
#define PAGE(page_method, page_path, page_name)                                                    \
    .id = OP_COUNT, .method = METHOD_##page_method, .path = (page_path), .name = (page_name),      \
    .group = "gatehouse"
#define PAGES_END                                                                                  \
    {                                                                                              \
        .fn = NULL                                                                                 \
    }

/* Adds every page to the table of routes. */
void pages_route(struct route_table *t);
/* The handler of a page's op; op->id is OP_COUNT. */
op_fn *pages_handler(const struct op *op);
#endif
