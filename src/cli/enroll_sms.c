/* A phone: a number, a code to it, and the code back. */
#include "cli/enroll.h"

#include "api/check.h"
#include "base/mem.h"

enum { RESENDS_MAX = 5 };

static enum err_code
ask_number(struct enroll *e, struct err *err)
{
    /* A typing mistake costs no message. */
    while (!str_given(e->phone) || !check_is_phone(e->phone)) {
        if (str_given(e->phone))
            dialog_say(&e->d, "A number begins with + and the country, such as +14155550100.");
        enum err_code rc = dialog_ask(&e->d, "Phone number:", 0, &e->phone, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* Sends a code; *otc names the attempt. */
static enum cli_exit
send_code(struct enroll *e, struct str *otc)
{
    const struct enroll_value value = {"phoneNumber", e->phone};
    bool login = e->as == ENROLL_LOGIN;
    struct result *r =
        enroll_send(e, login ? OP_mfa_login_sms_enroll : OP_mfa_sms_enroll, &value, 1);
    if (!r || r->err.code)
        return enroll_refused(e, ENROLL_SMS, r);
    *otc = arena_str(&e->cli->arena, json_str(json_get(r->json, "otcToken")));
    dialog_say(&e->d, "A code is on its way to %.*s.", STR_ARG(e->phone));
    result_free(r);
    return CLI_DONE;
}

enum verdict { RIGHT, WRONG, OVER };

static enum verdict
confirm(struct enroll *e, struct str otc, struct str code, enum cli_exit *status)
{
    const struct enroll_value values[] = {{"otcToken", otc}, {"code", code}};
    bool login = e->as == ENROLL_LOGIN;
    struct result *r = enroll_send(e, login ? OP_mfa_login_sms_confirm : OP_mfa_sms_confirm, values,
                                   COUNT_OF(values));
    if (r && !r->err.code) {
        enroll_take_tokens(e, r->json);
        result_free(r);
        return RIGHT;
    }
    if (r && r->status == 400) {
        dialog_say(&e->d, "The service says: %s", r->err.msg);
        result_free(r);
        return WRONG;
    }
    *status = r && (r->status == 0 || r->status >= 500) ? enroll_lost(e, r) : enroll_failed(e, r);
    return OVER;
}

enum cli_exit
enroll_sms(struct enroll *e)
{
    struct err err = {.code = ERR_OK};
    struct str otc, answer;
    if (ask_number(e, &err))
        return enroll_gave_up(e, &err);
    enum cli_exit status = send_code(e, &otc);
    for (int sends = 1; !status;) {
        if (dialog_ask(&e->d, "Code from the message (r: send another):", 0, &answer, &err))
            return enroll_gave_up(e, &err);
        if (str_eq(answer, STR("r")) && sends++ < RESENDS_MAX) {
            status = send_code(e, &otc);
            continue;
        }
        enum verdict verdict = confirm(e, otc, answer, &status);
        if (verdict == RIGHT)
            return enroll_finish(e, ENROLL_SMS);
    }
    return status;
}
