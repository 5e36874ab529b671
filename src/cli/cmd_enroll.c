/*
 * gatehouse enroll: a person enrols a second factor for their own account on this host, with their
 * password and, if they have one already, a factor. Good as a forced command of sshd: it asks, it
 * answers, and there is no way out of it into a shell.
 */
#include "base/mem.h"
#include "cli/enroll.h"

enum { PASSWORDS_MAX = 3, CODES_MAX = 5 };

/* ---- a factor that is there already ---- */

struct factor {
    const char *title;
    enum op_id start, verify; /* start OP_COUNT: nothing to send first */
    struct str id;
    const char *member; /* of the code in the verification */
};

static size_t
list_factors(struct enroll *e, const struct json *devices, struct factor *out, size_t most)
{
    static const struct {
        const char *list, *title;
        enum op_id start, verify;
        const char *member;
    } kinds[] = {
        {"authenticators", "The code of the authenticator app", OP_COUNT,
         OP_mfa_login_authenticator_verify, "value"},
        {"phones", "A code by SMS to", OP_mfa_login_sms_start, OP_mfa_login_sms_verify, "code"},
        {"emails", "A code by e-mail to", OP_mfa_login_email_start, OP_mfa_login_email_verify,
         "code"},
    };
    size_t n = 0;
    struct arena *a = &e->cli->arena;
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (const struct json *d = json_first(json_get(devices, kinds[k].list)); d && n < most;
             d = json_next(d)) {
            struct str phone = json_str(json_get(d, "phoneNumber"));
            struct str shown = phone.n ? phone : json_str(json_get(d, "email"));
            out[n++] = (struct factor){
                .title = arena_printf(a, "%s %.*s", kinds[k].title, STR_ARG(shown)).p,
                .start = kinds[k].start,
                .verify = kinds[k].verify,
                .id = arena_str(a, json_str(json_get(d, "id"))),
                .member = kinds[k].member};
        }
    return n;
}

/* Sends the code of a factor that needs one. */
static enum cli_exit
start_factor(struct enroll *e, const struct factor *f, struct str *otc)
{
    const struct enroll_value id = {"deviceId", f->id};
    *otc = STR_ABSENT;
    if (f->start == OP_COUNT)
        return CLI_DONE;
    struct result *r = enroll_send(e, f->start, &id, f->id.n ? 1 : 0);
    if (!r || r->err.code)
        return enroll_failed(e, r);
    *otc = arena_str(&e->cli->arena, json_str(json_get(r->json, "otcToken")));
    result_free(r);
    return CLI_DONE;
}

static struct result *
verify_factor(struct enroll *e, const struct factor *f, struct str otc, struct str code)
{
    struct enroll_value values[3] = {{f->member, code}};
    size_t n = 1;
    if (f->id.n)
        values[n++] = (struct enroll_value){"deviceId", f->id};
    if (str_given(otc))
        values[n++] = (struct enroll_value){"otcToken", otc};
    return enroll_send(e, f->verify, values, n);
}

static enum cli_exit
pick_factor(struct enroll *e, const struct json *devices, struct factor *out)
{
    struct factor factors[DIALOG_CHOICES_MAX];
    const char *titles[DIALOG_CHOICES_MAX];
    struct err err = {.code = ERR_OK};
    size_t pick, n = list_factors(e, devices, factors, COUNT_OF(factors));
    for (size_t i = 0; i < n; i++)
        titles[i] = factors[i].title;
    if (n == 0) {
        cli_say(e->cli, "the account needs a second factor that a terminal cannot show");
        return CLI_REFUSED;
    }
    if (dialog_choose(&e->d, "Show a factor that you have.", titles, n, &pick, &err))
        return enroll_gave_up(e, &err);
    *out = factors[pick];
    return CLI_DONE;
}

/* One code; the tokens are in `e` once it was right. */
static enum cli_exit
try_code(struct enroll *e, const struct factor *f, struct str otc)
{
    struct err err = {.code = ERR_OK};
    struct str answer;
    dialog_say(&e->d, "%s", f->title);
    if (dialog_ask(&e->d, "Code:", 0, &answer, &err))
        return enroll_gave_up(e, &err);
    struct result *r = verify_factor(e, f, otc, answer);
    if (!r || (r->err.code && r->status != 400))
        return enroll_failed(e, r);
    if (r->err.code)
        dialog_say(&e->d, "The service says: %s", r->err.msg);
    else
        enroll_take_tokens(e, r->json);
    result_free(r);
    return CLI_DONE;
}

static enum cli_exit
show_factor(struct enroll *e, const struct json *devices)
{
    struct factor f = {.title = ""};
    struct str otc = {NULL, 0};
    enum cli_exit status = pick_factor(e, devices, &f);
    if (!status)
        status = start_factor(e, &f, &otc);
    for (int i = 0; i < CODES_MAX && !status && !str_given(e->access_token); i++)
        status = try_code(e, &f, otc);
    if (!status && !str_given(e->access_token)) {
        cli_say(e->cli, "no code was right; begin again");
        return CLI_SIGN_IN;
    }
    return status;
}

/* ---- password ---- */

static struct result *
sign_in(struct enroll *e, struct str password)
{
    const struct enroll_value values[] = {{"email", e->who}, {"password", password}};
    return enroll_send(e, OP_auth_login, values, COUNT_OF(values));
}

/* The first answer that is not "wrong password"; NULL after saying why there is none. */
static struct result *
ask_password(struct enroll *e, enum cli_exit *status)
{
    struct err err = {.code = ERR_OK};
    struct str password;
    for (int i = 0; i < PASSWORDS_MAX; i++) {
        if (dialog_ask(&e->d, "Password:", DIALOG_HIDDEN, &password, &err)) {
            *status = enroll_gave_up(e, &err);
            return NULL;
        }
        struct result *r = sign_in(e, password);
        if (r && !r->err.code)
            return r;
        if (!r || r->status != 401) {
            *status = enroll_failed(e, r);
            return NULL;
        }
        result_free(r);
        dialog_say(&e->d, "That did not work: the address or the password is wrong, or the account "
                          "may not sign in.");
    }
    cli_say(e->cli, "not signed in; ask an administrator if the password is right");
    *status = CLI_SIGN_IN;
    return NULL;
}

static unsigned
allowed_methods(const struct json *answer)
{
    const struct json *list = json_get(answer, "mfaStrategies");
    unsigned allowed = 0;
    if (json_type(list) != JSON_ARRAY)
        return 1u << ENROLL_APP | 1u << ENROLL_SMS;
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        if (str_eq(json_str(s), STR("AuthenticatorApp")))
            allowed |= 1u << ENROLL_APP;
        if (str_eq(json_str(s), STR("SMS")))
            allowed |= 1u << ENROLL_SMS;
    }
    return allowed;
}

/* What the sign-in's answer asks for next, done. */
static enum cli_exit
go_on(struct enroll *e, const struct json *answer, unsigned *allowed)
{
    bool required = false, enrolled = true;
    (void)json_to_bool(json_get(answer, "mfaRequired"), &required);
    (void)json_to_bool(json_get(answer, "mfaEnrolled"), &enrolled);
    *allowed = 1u << ENROLL_APP | 1u << ENROLL_SMS;
    enroll_take_tokens(e, answer);
    if (!required) {
        e->as = ENROLL_SELF;
        return CLI_DONE;
    }
    e->as = ENROLL_LOGIN;
    e->mfa_token = arena_str(&e->cli->arena, json_str(json_get(answer, "mfaToken")));
    if (!enrolled) {
        *allowed = allowed_methods(answer);
        dialog_say(&e->d, "Your account needs a second factor.");
        return CLI_DONE;
    }
    enum cli_exit status = show_factor(e, json_get(answer, "mfaDevices"));
    e->as = ENROLL_SELF;
    return status;
}

/* The session served the enrolment only; it ends with it. */
static void
end_session(struct enroll *e)
{
    if (!str_given(e->access_token) || e->cli->signal_number)
        return;
    e->as = ENROLL_SELF;
    struct result *r = enroll_send(e, OP_sessions_get_current, NULL, 0);
    struct str id = r && r->json ? json_str(json_get(r->json, "id")) : STR_ABSENT;
    const struct enroll_value value = {"id", id};
    if (id.n)
        result_free(enroll_send(e, OP_sessions_delete, &value, 1));
    result_free(r);
}

static enum cli_exit
enrol(struct enroll *e)
{
    enum cli_exit status = CLI_FAILED;
    enum enroll_method method;
    unsigned allowed;
    struct result *r = ask_password(e, &status);
    if (!r)
        return status;
    status = go_on(e, r->json, &allowed);
    result_free(r);
    if (!status && enroll_pick(e, allowed, &method, &status))
        status = enroll_run(e, method);
    end_session(e);
    return status;
}

enum cli_exit
cli_run_enroll(struct cli *cli)
{
    enum cli_exit status;
    struct enroll e;
    struct str email = cli->args.opt[CLI_OPT_email];
    if (email.n == 0) {
        cli_say(cli, "say who you are: --email ADDRESS");
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status) || !enroll_open(&e, cli, &status))
        return status;
    e.as = ENROLL_LOGIN;
    e.who = email;
    dialog_say(&e.d, "Second factor for %.*s at %.*s", STR_ARG(email),
               STR_ARG(profile_host(&cli->profile)));
    status = enrol(&e);
    enroll_close(&e);
    return status;
}
