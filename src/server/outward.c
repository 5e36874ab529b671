#include "server/outward.h"

#include "base/log.h"
#include "server/call_priv.h"
#include "server/state.h"

static bool
has_guessed(const struct call_private *p)
{
    for (size_t i = 0; i < CALL_GUESSES; i++)
        if (p->guesses[i].made)
            return true;
    return false;
}

enum err_code
outward_ready(struct call *c, struct err *err)
{
    struct call_private *p = c->priv;
    if (p->tx || (!p->outside && has_guessed(p))) {
        LOG_ERROR("server", "waiting for the network too late", KV_TEXT("op", c->op->name));
        return err_set(err, ERR_INTERNAL, "waiting for the network too late");
    }
    p->moves = !p->outside;
    return p->moves ? err_set(err, ERR_BUSY, "goes on elsewhere") : ERR_OK;
}

enum err_code
outward_send(struct call *c, const struct outbound_request *request, struct outbound_answer *out,
             struct err *err)
{
    enum err_code rc = outward_ready(c, err);
    return rc ? rc : outbound_send(c->server->outbound, request, c->arena, out, err);
}
