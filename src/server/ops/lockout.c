/* After how many wrong guesses in a row an account is locked; see server/lockout.c. */
#include "server/ops/ops.h"
#include "server/settings.h"

const struct document lockout_policy = {.name = "lockout-policy",
                                        .presets = "{\"enabled\":false,\"maxAttempts\":5}",
                                        .what = "Lockout policy"};

static enum err_code
answer(struct call *c, bool vendor, struct err *err)
{
    return document_answer(c, &lockout_policy, DOCUMENT_404, vendor, err);
}

static enum err_code
op_lockout_policy_create(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &lockout_policy, DOCUMENT_CREATE, err);
    return rc ? rc : answer(c, false, err);
}

static enum err_code
op_lockout_policy_update(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &lockout_policy, DOCUMENT_UPDATE, err);
    return rc ? rc : answer(c, false, err);
}

static enum err_code
op_lockout_policy_get(struct call *c, struct err *err)
{
    return answer(c, false, err);
}

static enum err_code
op_lockout_policy_get_vendor(struct call *c, struct err *err)
{
    return answer(c, true, err);
}

const struct op_binding lockout_ops[] = {
    BIND(lockout_policy_create),
    BIND(lockout_policy_update),
    BIND(lockout_policy_get),
    BIND(lockout_policy_get_vendor),
    BIND_END,
};
