/* What all enrolments share: requests with the right authority, the choice of factor, the end. */
#include "cli/enroll.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/secret.h"
#include "qr/otpauth.h"

#include <unistd.h>

static const struct {
    const char *word, *title, *strategy;
} METHODS[] = {
    [ENROLL_APP] = {"app", "An authenticator app", "AuthenticatorApp"},
    [ENROLL_SMS] = {"sms", "Codes by SMS", "SMS"},
};

bool
enroll_open(struct enroll *e, struct cli *cli, enum cli_exit *status)
{
    struct err err;
    *e = (struct enroll){.cli = cli, .phone = cli->args.opt[CLI_OPT_phone], .d = {.fd = -1}};
    if (!cli_qr_init(cli, &e->qr, &err) && !dialog_open(&e->d, cli, &err))
        return true;
    *status = cli_fail(cli, &err);
    return false;
}

static void
wipe(struct str *s)
{
    secret_wipe_str(*s);
    *s = STR_ABSENT;
}

void
enroll_close(struct enroll *e)
{
    wipe(&e->access_token);
    wipe(&e->mfa_token);
    wipe(&e->recovery_code);
    dialog_close(&e->d);
}

/* ---- requests ---- */

struct result *
enroll_send(struct enroll *e, enum op_id id, const struct enroll_value *values, size_t n)
{
    const struct op *op = op_get(id);
    struct client_request r = {.op = op, .values = values_new(op)};
    struct str header = {NULL, 0};
    for (size_t i = 0; i < n; i++)
        (void)!values_set(r.values, str_of(values[i].name), json_new_str(values[i].value), NULL);
    if (e->as == ENROLL_LOGIN && field_find(op->body, STR("mfaToken")))
        (void)!values_set(r.values, STR("mfaToken"), json_new_str(e->mfa_token), NULL);
    if (e->as == ENROLL_ADMIN) {
        r.scope.user_id = e->user_id;
        r.scope.tenant_id = e->tenant_id;
    } else if (str_given(e->access_token)) {
        header =
            arena_printf(&e->cli->arena, "Authorization: Bearer %.*s", STR_ARG(e->access_token));
        r.headers = &header;
        r.n_headers = 1;
        r.scope.own_token = true;
    }
    struct cli_fetch fetch;
    cli_start(e->cli, &fetch, &r);
    struct result *result = cli_await(e->cli, &fetch);
    wipe(&header);
    return result;
}

void
enroll_take_tokens(struct enroll *e, const struct json *answer)
{
    struct str access = json_str(json_get(answer, "accessToken"));
    struct str recovery = json_str(json_get(answer, "recoveryCode"));
    if (access.n)
        e->access_token = arena_str(&e->cli->arena, access);
    if (recovery.n)
        e->recovery_code = arena_str(&e->cli->arena, recovery);
}

enum cli_exit
enroll_gave_up(struct enroll *e, const struct err *err)
{
    dialog_wipe(&e->d);
    if (e->cli->signal_number)
        return CLI_CANCELLED;
    cli_say(e->cli, "%s", err->msg);
    return err->code == ERR_CANCELLED || err->code == ERR_TIMEOUT ? CLI_CANCELLED : CLI_FAILED;
}

enum cli_exit
enroll_failed(struct enroll *e, struct result *r)
{
    dialog_wipe(&e->d);
    enum cli_exit status = r ? cli_fail_result(e->cli, r) : CLI_CANCELLED;
    result_free(r);
    return status;
}

/* ER-01012 is the service's word for a kind that is switched off. */
enum cli_exit
enroll_refused(struct enroll *e, enum enroll_method method, struct result *r)
{
    if (!r || strcmp(r->error_code, "ER-01012") != 0)
        return enroll_failed(e, r);
    dialog_wipe(&e->d);
    cli_say(e->cli,
            "%s may not be enrolled here (%s): choose another with --method, or ask for it to be "
            "allowed in the MFA strategies",
            method == ENROLL_APP ? "an authenticator app" : "a phone", r->err.msg);
    result_free(r);
    return CLI_REFUSED;
}

/* ---- which factor ---- */

bool
enroll_pick(struct enroll *e, unsigned allowed, enum enroll_method *out, enum cli_exit *status)
{
    struct str wanted = e->cli->args.opt[CLI_OPT_method];
    const char *titles[ENROLL_METHODS];
    enum enroll_method methods[ENROLL_METHODS];
    size_t n = 0, pick = 0;
    for (int m = 0; m < ENROLL_METHODS; m++) {
        bool is_wanted = !str_given(wanted) || str_eq(wanted, str_of(METHODS[m].word));
        if (!(allowed & 1u << m) || !is_wanted)
            continue;
        titles[n] = METHODS[m].title;
        methods[n++] = (enum enroll_method)m;
    }
    struct err err = {.code = ERR_OK};
    *status = CLI_REFUSED;
    if (n == 0 && str_eq(wanted, STR("email"))) {
        cli_say(e->cli, "codes by e-mail need no enrolment, and the service has none: the verified "
                        "address is enough; what can be enrolled is --method app or --method sms");
        return false;
    }
    if (n == 0) {
        cli_say(e->cli, "%s",
                str_given(wanted) ? "this factor may not be enrolled here: choose another with "
                                    "--method app or --method sms, or ask for it to be allowed"
                                  : "no factor may be enrolled from a terminal: the MFA strategies "
                                    "allow neither an authenticator app nor SMS");
        return false;
    }
    if (dialog_choose(&e->d, "Which factor?", titles, n, &pick, &err)) {
        *status = enroll_gave_up(e, &err);
        return false;
    }
    *out = methods[pick];
    return true;
}

enum cli_exit
enroll_run(struct enroll *e, enum enroll_method method)
{
    return method == ENROLL_SMS ? enroll_sms(e) : enroll_app(e);
}

/* ---- reading back ---- */

bool
enroll_is_there(struct enroll *e, bool *known)
{
    const struct enroll_value user = {"userId", e->user_id};
    bool admin = e->as == ENROLL_ADMIN, there = false;
    *known = false;
    if (!admin && !str_given(e->access_token))
        return false;
    struct result *r =
        admin ? enroll_send(e, OP_users_get_vendor, &user, 1) : enroll_send(e, OP_me_get, NULL, 0);
    if (r && !r->err.code && r->json)
        *known = json_to_bool(json_get(r->json, "mfaEnrolled"), &there);
    result_free(r);
    return there;
}

enum cli_exit
enroll_lost(struct enroll *e, struct result *r)
{
    bool known = false, there = enroll_is_there(e, &known);
    if (known && there) {
        result_free(r);
        dialog_wipe(&e->d);
        cli_say(e->cli, "the factor is enrolled, but the answer with the recovery code was lost: "
                        "to get one, reset the factor and enrol again");
        return CLI_PARTIAL;
    }
    enum cli_exit status = enroll_failed(e, r);
    cli_say(e->cli, known ? "nothing is enrolled; run this again"
                          : "whether the factor is enrolled is not known; run this again, it "
                            "says so if it is");
    return status;
}

/* ---- the recovery code ---- */

/* True once the last characters were typed as they are. */
static enum err_code
type_back(struct enroll *e, struct err *err)
{
    enum { LAST = 4 };
    struct str code = e->recovery_code, answer;
    struct str last = str_sub(code, code.n > LAST ? code.n - LAST : 0, code.n);
    for (;;) {
        enum err_code rc =
            dialog_ask(&e->d, "Type the last four characters of the code:", 0, &answer, err);
        if (rc || str_eq_nocase(answer, last))
            return rc;
        dialog_lift(&e->d);
        dialog_say(&e->d, "That is not how it ends. Look at the code again.");
        dialog_lower(&e->d);
    }
}

static void
say_recovery(void *arg)
{
    struct enroll *e = arg;
    struct str groups = otpauth_groups(&e->cli->arena, e->recovery_code);
    dialog_say(&e->d, "Recovery code, shown once:");
    dialog_say(&e->d, "  %.*s", STR_ARG(groups));
    dialog_say(&e->d, "It removes the second factor when the phone is lost. Write it down.");
    wipe(&groups);
}

static enum cli_exit
show_recovery(struct enroll *e)
{
    struct err err;
    dialog_mark(&e->d);
    e->d.again = say_recovery;
    e->d.again_arg = e;
    say_recovery(e);
    enum err_code rc = type_back(e, &err);
    e->d.again = NULL;
    dialog_wipe(&e->d);
    if (rc)
        cli_say(e->cli, "the factor is enrolled, but the recovery code was not confirmed");
    return rc ? CLI_CANCELLED : CLI_DONE;
}

static enum cli_exit
hand_over_recovery(struct enroll *e)
{
    struct str path = e->cli->args.opt[CLI_OPT_recovery_file];
    struct err err;
    if (!str_given(e->recovery_code))
        return CLI_DONE;
    if (!str_given(path))
        return show_recovery(e);
    if (str_eq(path, STR("-")))
        return CLI_DONE;
    struct str line = arena_printf(&e->cli->arena, "%.*s\n", STR_ARG(e->recovery_code));
    enum err_code rc = file_write_new(arena_cstr(&e->cli->arena, path), line, 0600, &err);
    wipe(&line);
    if (!rc) {
        dialog_say(&e->d, "The recovery code is in %.*s.", STR_ARG(path));
        return CLI_DONE;
    }
    cli_say(e->cli, "%s: the recovery code is shown instead", err.msg);
    return show_recovery(e);
}

static void
write_result(struct enroll *e, enum enroll_method method)
{
    struct json *j = json_new_object();
    bool to_stdout = str_eq(e->cli->args.opt[CLI_OPT_recovery_file], STR("-"));
    json_set(j, STR("user"), json_new_str(e->who));
    json_set(j, STR("method"), json_new_str(str_of(METHODS[method].word)));
    json_set(j, STR("enrolled"), json_new_bool(true));
    if (to_stdout && str_given(e->recovery_code))
        json_set(j, STR("recoveryCode"), json_new_str(e->recovery_code));
    (void)cli_write_answer(e->cli, j, NULL);
    json_free(j);
}

enum cli_exit
enroll_finish(struct enroll *e, enum enroll_method method)
{
    bool known = false, there = enroll_is_there(e, &known);
    dialog_wipe(&e->d);
    if (known && !there) {
        cli_say(e->cli,
                "the service accepted the code but does not show %.*s as enrolled: nothing "
                "is enrolled; look at the MFA settings of the environment",
                STR_ARG(e->who));
        return CLI_FAILED;
    }
    enum cli_exit status = hand_over_recovery(e);
    if (e->cli->signal_number)
        return CLI_CANCELLED;
    dialog_say(&e->d, "%s: enrolled for %.*s.", METHODS[method].title, STR_ARG(e->who));
    write_result(e, method);
    return status;
}
