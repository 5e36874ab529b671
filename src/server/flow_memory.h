#ifndef SERVER_FLOW_MEMORY_H
#define SERVER_FLOW_MEMORY_H
/*
 * What a flow keeps from the request that began it for the one that ends it: members of a struct as
 * members of one JSON object in its `data`, which the store seals. A table of the members serves
 * both directions, so they cannot differ. No state.
 */
#include "server/call.h"
#include <stddef.h>

/* Types in C: struct str (absent: null), bool, unsigned. */
enum flow_member_kind { FLOW_TEXT, FLOW_BOOL, FLOW_UNSIGNED };
struct flow_member {
    const char *name; /* NULL ends a table */
    enum flow_member_kind kind;
    size_t offset;
};

/* In the call's arena; bounded by FLOW_DATA_MAX, beyond which store_flow_add refuses it. */
struct str flow_remember(struct call *c, const struct flow_member *members, const void *from);
/* Sets the members of *out, texts in the call's arena; what is not there is absent, false or 0.
 * ERR_CORRUPT if the data are none of ours. */
enum err_code flow_recall(struct call *c, const struct flow_member *members, struct str data,
                          void *out, struct err *err) MUST_USE;
#endif
