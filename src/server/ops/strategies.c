/* How accounts are activated and invitations accepted: by a link that is enough, or by a code that is
 * typed in. */
#include "server/ops/ops.h"
#include "server/settings.h"

const struct document activation_settings = {.name = "activation-strategy",
                                             .presets =
                                                 "{\"strategy\":\"link\",\"codeExpiration\":600}",
                                             .what = "activation strategy"};
/* People read invitations later than what they asked for themselves. */
const struct document invitation_settings = {.name = "invitation-strategy",
                                             .presets =
                                                 "{\"strategy\":\"link\",\"codeExpiration\":86400}",
                                             .what = "invitation strategy"};

static enum err_code
op_activation_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &activation_settings, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_activation_config_set(struct call *c, struct err *err)
{
    return document_write(c, &activation_settings, DOCUMENT_UPSERT, err);
}

static enum err_code
op_invitation_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &invitation_settings, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_invitation_config_set(struct call *c, struct err *err)
{
    return document_write(c, &invitation_settings, DOCUMENT_UPSERT, err);
}

const struct op_binding strategies_ops[] = {
    BIND(activation_config_get),
    BIND(activation_config_set),
    BIND(invitation_config_get),
    BIND(invitation_config_set),
    BIND_END,
};
