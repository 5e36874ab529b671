/* gatehouse mfa enroll: an administrator enrols a second factor for somebody who sits beside them. */
#include "base/mem.h"
#include "cli/enroll.h"

static bool
is_address(struct str s)
{
    return str_find_char(s, '@') >= 0;
}

/* The user by id or address, and the tenant to act in. */
static enum cli_exit
find_user(struct enroll *e, struct str wanted)
{
    const struct enroll_value by_id = {"userId", wanted}, by_email = {"email", wanted};
    struct result *r = is_address(wanted) ? enroll_send(e, OP_users_get_by_email, &by_email, 1)
                                          : enroll_send(e, OP_users_get_vendor, &by_id, 1);
    if (!r || r->err.code)
        return enroll_failed(e, r);
    struct arena *a = &e->cli->arena;
    struct str email = json_str(json_get(r->json, "email"));
    struct str tenant = e->cli->args.opt[CLI_OPT_tenant];
    if (!str_given(tenant))
        tenant = json_str(json_get(r->json, "tenantId"));
    e->user_id = arena_str(a, json_str(json_get(r->json, "id")));
    e->tenant_id = arena_str(a, tenant);
    e->who = email.n ? arena_str(a, email) : e->user_id;
    result_free(r);
    if (e->user_id.n && e->tenant_id.n)
        return CLI_DONE;
    cli_say(e->cli, e->user_id.n ? "the user is in no tenant: add them to one first, or name one "
                                   "with --tenant"
                                 : "the service's answer has no user id");
    return CLI_FAILED;
}

enum cli_exit
cli_run_mfa_enroll(struct cli *cli)
{
    enum cli_exit status;
    enum enroll_method method;
    struct enroll e;
    struct str wanted = cli->args.opt[CLI_OPT_user];
    if (!str_given(wanted)) {
        cli_say(cli, "say for whom: --user ID or --user EMAIL");
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    if (cli->profile.read_only) {
        cli_say(cli, "the profile is read-only, and an enrolment changes something");
        return CLI_REFUSED;
    }
    if (!enroll_open(&e, cli, &status))
        return status;
    e.as = ENROLL_ADMIN;
    status = find_user(&e, wanted);
    if (!status && enroll_pick(&e, 1u << ENROLL_APP | 1u << ENROLL_SMS, &method, &status))
        status = enroll_run(&e, method);
    enroll_close(&e);
    return status;
}
