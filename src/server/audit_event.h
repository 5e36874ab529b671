#ifndef SERVER_AUDIT_EVENT_H
#define SERVER_AUDIT_EVENT_H
/*
 * An audit as clients see it: the columns that we keep under their names on the wire, and whatever
 * members an application added. Lists, exports and events of applications are made of the same
 * table. No state; any thread.
 */
#include "server/call.h"
#include "store/audits.h"

/* The texts of an event. With `is_given` an application may set it, the rest only we say. */
struct audit_text {
    const char *name;
    size_t offset; /* of the struct str in struct audit */
    bool is_given;
};
extern const struct audit_text audit_texts[]; /* a NULL name ends them */

static inline struct str *
audit_text_of(struct audit *a, const struct audit_text *t)
{
    return (struct str *)(void *)((char *)a + t->offset);
}

/* The event as an object; what is not known of it is left out. */
void audit_event_write(struct call *c, struct audit *a);
/* The text of one member into `out`, nothing if the event has none of that name. `extra` is the
 * event's parsed object of further members, or NULL. */
void audit_event_text(const struct call *c, struct audit *a, const struct json *extra,
                      struct str name, struct buf *out);
/* The further members, to be freed; NULL if there are none. */
struct json *audit_event_extra(const struct audit *a);

/*
 * What the query of a list or export asks for, as the current operations say it and as the old ones
 * do. ERR_FORBIDDEN if the old form names a tenant that is not the caller's.
 */
void audit_query_read(struct call *c, struct audit_query *out);
enum err_code audit_query_read_v1(struct call *c, struct audit_query *out,
                                  struct err *err) MUST_USE;
#endif
