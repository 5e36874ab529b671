#include "server/scope.h"

enum err_code
call_scope(struct call *c, struct scope *out, struct err *err)
{
    struct db_conn *conn = call_tx(c, err);
    if (!conn)
        return err && err->code ? err->code : ERR_DB;
    enum err_code rc = scope_open(out, conn, c->arena, c->vendor_id, c->tenant_id, err);
    out->now = c->now;
    return rc;
}
