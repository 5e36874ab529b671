#ifndef UI_BINDINGS_H
#define UI_BINDINGS_H
/*
 * From descriptors to the values of a call: what `struct bind` names in rows, parent rows, the
 * context and constants, plus what a form collected, put where the operation wants it. Also the
 * one place where a pane's tenant is handed to the client. UI thread only.
 */
#include "api/values.h"
#include "client/client.h"
#include "ui/resource.h"

/* Bound like a parameter, this names the tenant of the pane or call instead. */
#define BIND_TENANT "frontegg-tenant-id"
/* The same for the person that operations on oneself are about. */
#define BIND_USER "frontegg-user-id"

struct bind_scope {
    const struct json *row, *parent; /* NULL: none */
    struct str tenant;               /* "" or absent: the whole environment */
    const struct json *input;        /* object of form values by field name, or NULL */
};

/* NULL, and err says what is missing. */
struct values *bind_values(const struct op *op, const struct bind *binds,
                           const struct bind_scope *scope, struct err *err);
/* The bind of a parameter, NULL if there is none. */
const struct bind *bind_find(const struct bind *binds, const char *param);
/* Parameter or member of the body by name; "payload.secret" is a member of a member. NULL if there is
 * none. */
const struct field *bind_field(const struct op *op, const char *name);
/* What a bind stands for; absent if there is nothing. Lives as long as the scope. */
struct str bind_text(const struct bind *b, const struct bind_scope *scope);
/*
 * The tenant a call runs in: a bound one (BIND_TENANT; "" means none), else the pane's. Empty when
 * the operation does not know tenants.
 */
struct str bind_tenant(const struct op *op, const struct bind *binds,
                       const struct bind_scope *scope);

/* The person it is about (BIND_USER); absent if none is bound. */
struct str bind_user(const struct bind *binds, const struct bind_scope *scope);

struct bind_call {
    struct client *client;
    const struct op *op;
    struct str tenant, user;
    struct callset *calls;
    bool ahead; /* background work */
};
/* client_call in a tenant, about a person; takes the values. */
call_id bind_send(const struct bind_call *call, struct values *take, result_fn *done, void *ctx);
#endif
