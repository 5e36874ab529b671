#ifndef SERVER_SHAPE_H
#define SERVER_SHAPE_H
/* How stored objects look on the wire; one writer per object, used by every operation that answers
 * it. Each writes one JSON value to the call's reply. */
#include "server/call.h"
#include "store/permissions.h"
#include "store/roles.h"
#include "store/tenants.h"

/* Array of strings. */
void shape_texts(struct jw *w, const struct str *items, size_t n);
void shape_role(struct call *c, const struct role *r);
/* Members of a role object that is already open: all, or without its permissions. */
void shape_role_members(struct call *c, const struct role *r);
void shape_role_brief(struct call *c, const struct role *r);
void shape_permission(struct call *c, const struct permission *p);
void shape_category(struct call *c, const struct category *category);
void shape_tenant(struct call *c, const struct tenant *t, bool v2);
/* A secret that somebody else gave: "SG.****last", enough to tell two apart, not enough to use one. */
struct str shape_mask(struct arena *a, struct str secret);
void shape_masked(struct call *c, const char *name, struct str secret);
#endif
