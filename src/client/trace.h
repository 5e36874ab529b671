#ifndef CLIENT_TRACE_H
#define CLIENT_TRACE_H
/*
 * The request log: the newest 200 exchanges, oldest first, without bodies and with secrets in the
 * query blanked out. Owner's thread.
 */
#include "client/client.h"

enum { TRACE_ENTRIES = 200 };

struct trace {
    struct trace_entry *entries;
    size_t n;
    uint64_t seq;
};

void trace_init(struct trace *t);
void trace_fini(struct trace *t);
/* Copies the entry's strings; seq is set here. */
void trace_add(struct trace *t, const struct trace_entry *entry);
/* Path and query fit to be shown: values of what may be secret become "***". */
char *trace_redact(const struct op *op, struct str target);
#endif
