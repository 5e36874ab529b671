#include "ui/reread.h"
#include "ui/cell.h"

bool
reread_can(const struct resource *res)
{
    return res->detail != OP_NONE || res->again != OP_NONE;
}

bool
reread_send(const struct reread *r, result_fn *done, void *ctx, struct err *err)
{
    bool own = r->res->detail != OP_NONE;
    if (!reread_can(r->res)) {
        err_set(err, ERR_UNIMPLEMENTED, "This cannot be read again");
        return false;
    }
    const struct op *op = op_get(own ? r->res->detail : r->res->again);
    const struct bind *binds = own ? r->res->detail_binds : NULL;
    struct bind_scope scope = {r->row, NULL, r->tenant, NULL};
    struct values *values = bind_values(op, binds, &scope, err);
    if (!values)
        return false;
    struct bind_call call = {.client = r->client,
                             .op = op,
                             .tenant = bind_tenant(op, binds, &scope),
                             .user = bind_user(binds, &scope),
                             .calls = r->calls};
    bind_send(&call, values, done, ctx);
    return true;
}

struct json *
reread_take(const struct resource *res, const struct json *row, struct result *result)
{
    struct json *answer = result->json;
    if (result->err.code == ERR_NOT_FOUND && res->absent) {
        result->err.code = ERR_OK;
        return json_new_object();
    }
    if (result->err.code)
        return NULL;
    if (res->detail != OP_NONE) {
        if (json_type(answer) != JSON_OBJECT)
            return NULL; /* some routes answer an empty list for what is not there */
        result->json = NULL;
        return answer;
    }
    struct str id = cell_str(row, res->row_id);
    for (const struct json *it = json_first(answer); it; it = json_next(it))
        if (id.n && str_eq(cell_str(it, res->row_id), id))
            return json_copy(it);
    return NULL;
}
