/*
 * Settings about passwords: complexity, history, rotation. What they mean is in
 * server/password_rules.c. A tenant can only be stricter than the environment, and its own people
 * may set something only where the environment lets them.
 */
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/settings.h"

const struct document password_settings = {
    .name = "password",
    .presets = "{\"allowPassphrases\":false,\"maxLength\":128,\"minLength\":6,"
               "\"minPhraseLength\":20,\"minOptionalTestsToPass\":1,\"blockPwnedPasswords\":true,"
               "\"optionalTests\":{\"requireLowercase\":false,\"requireUppercase\":false,"
               "\"requireNumbers\":false,\"requireSpecialChars\":false},"
               "\"requiredTests\":{\"checkThreeRepeatedChars\":false}}",
    .what = "Password policy",
};
const struct document password_history_settings = {
    .name = "password-history",
    .presets = "{\"enabled\":false,\"historySize\":1}",
    .what = "Password history policy",
};
const struct document password_rotation_settings = {
    .name = "password-rotation",
    .presets = "{\"isActive\":false,\"rotationPeriod\":129600,\"notificationPeriod\":10080}",
    .what = "Password rotation",
};

static enum err_code
check_override(struct call *c, const char *setting, struct err *err)
{
    bool allowed = false;
    struct json *core = NULL;
    if (c->who.kind == PRINCIPAL_VENDOR)
        return ERR_OK;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? document_environment(s, &core_settings, &core, err) : err_failed(err);
    if (!rc)
        (void)json_to_bool(json_get(core, setting), &allowed);
    json_free(core);
    if (rc || allowed)
        return rc;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Accounts may not change this setting");
}

static enum err_code
write_document(struct call *c, const struct document *d, enum document_write how,
               const char *setting, struct err *err)
{
    enum err_code rc = check_override(c, setting, err);
    return rc ? rc : document_write(c, d, how, err);
}

/* ---- complexity ---- */

/* A tenant that has set something still has everything else from the environment. */
static enum err_code
answer_config(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *all = NULL;
    enum err_code rc = s ? document_inherited(s, &password_settings, &all, err) : err_failed(err);
    if (!rc) {
        jw_open(&c->out, '{');
        document_members(c, c->op->reply, all);
        jw_close(&c->out, '}');
    }
    json_free(all);
    return rc;
}

static enum err_code
check_lengths(struct call *c, struct err *err)
{
    int64_t least = call_int(c, "minLength", 1), most = call_int(c, "maxLength", INT64_MAX);
    if (least <= most)
        return ERR_OK;
    return call_refuse(c, err, ERR_INVALID, NULL, "minLength must not be greater than maxLength");
}

static enum err_code
op_password_config_set(struct call *c, struct err *err)
{
    enum err_code rc = check_lengths(c, err);
    if (!rc)
        rc = write_document(c, &password_settings, DOCUMENT_UPSERT,
                            "allowOverridePasswordComplexity", err);
    return rc ? rc : answer_config(c, err);
}

static enum err_code
op_password_config_get(struct call *c, struct err *err)
{
    return answer_config(c, err);
}

/* ---- history ---- */

static enum err_code
write_history(struct call *c, enum document_write how, struct err *err)
{
    enum err_code rc = write_document(c, &password_history_settings, how,
                                      "allowOverrideEnforcePasswordHistory", err);
    return rc ? rc : document_answer(c, &password_history_settings, DOCUMENT_404, false, err);
}

static enum err_code
op_password_history_create(struct call *c, struct err *err)
{
    return write_history(c, DOCUMENT_CREATE, err);
}

static enum err_code
op_password_history_update(struct call *c, struct err *err)
{
    return write_history(c, DOCUMENT_UPDATE, err);
}

static enum err_code
op_password_history_get(struct call *c, struct err *err)
{
    return document_answer(c, &password_history_settings, DOCUMENT_404, false, err);
}

/* ---- rotation ---- */

static enum err_code
op_password_rotation_set(struct call *c, struct err *err)
{
    return write_document(c, &password_rotation_settings, DOCUMENT_UPSERT,
                          "allowOverridePasswordExpiration", err);
}

static enum err_code
op_password_rotation_get(struct call *c, struct err *err)
{
    return document_answer(c, &password_rotation_settings, DOCUMENT_404, false, err);
}

static enum err_code
op_password_rotation_get_vendor(struct call *c, struct err *err)
{
    return document_answer(c, &password_rotation_settings, DOCUMENT_404, true, err);
}

/* ---- recovery ---- */

/* Both ways are always open; a message that no provider takes is in the outbox. */
static enum err_code
op_password_recovery_strategies(struct call *c, struct err *err)
{
    static const char *const ways[] = {"email", "sms"};
    (void)err;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        jw_open(&c->out, '{');
        jw_ktext(&c->out, "strategy", ways[i]);
        jw_kbool(&c->out, "isActive", true);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return ERR_OK;
}

const struct op_binding password_settings_ops[] = {
    BIND(password_config_set),          BIND(password_config_get),
    BIND(password_history_create),      BIND(password_history_update),
    BIND(password_history_get),         BIND(password_rotation_set),
    BIND(password_rotation_get),        BIND(password_rotation_get_vendor),
    BIND(password_recovery_strategies), BIND_END,
};
