/* Activation by code, invitations of one person, links that administrators hand out, unlocking; see
 * tests/support/scene.h. Activation by link is in test_scenarios_signup.c. */
#include "base/clock.h"
#include "crypto/token.h"
#include "store/flows.h"
#include "store/users.h"
#include "tests/support/scene.h"

static struct scene scene;

#define SIGN_UP "/identity/resources/users/v1/signUp"
#define ACTIVATE "/identity/resources/users/v1/activate"
#define INVITATION "/identity/resources/users/v1/invitation"
#define LOGIN "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define CONFIG "/identity/resources/configurations/v1"
#define STATUSES "/identity/resources/tenants/users/v1/statuses"
#define UNLOCK "/identity/resources/users/v3/me/unlock"

#define GOOD "'password':'plum-Tractor-91-veil'"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One Ltd'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two Ltd'}", "201"},
        {"POST " TENANTS, "{'tenantId':'three','name':'Three Ltd'}", "201"},
        {"POST " CREATE " @one", "{'email':'ada@one.example','skipInviteEmail':true}",
         "201; id>ada"},
        {"POST " USERS "/$ada/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
}

/* What the browser holds and what is mailed are both needed. */
static void
activation_by_code(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG "/activation/strategies", "{'strategy':'code','codeExpiration':120}",
         "200"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'bea@new.example','companyName':'Bea'}",
         "201; shouldActivate=true; userId>bea; activationToken>token"},
        {"OUTBOX bea@new.example", NULL,
         "200; template='ActivateUserWithCode'; code>code; token='$token'; link?"},
        {"GET " ACTIVATE "/strategy?userId=$bea&token=$token ~none", NULL,
         "200; shouldSetPassword=true"},
        /* The token alone opens nothing. */
        {"POST " ACTIVATE " ~none", "{'userId':'$bea','token':'$token'," GOOD "}", "400"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$bea','token':'$token','code':'$code'}",
         "400; ~password should not be empty"},
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$bea','token':'$token','code':'x$code'," GOOD "}",
         "400; errorCode='ER-01011'; errors=['Invalid code']"},
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$ada','token':'$token','code':'$code'," GOOD "}", "400"},
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$bea','token':'$token','code':'$code'," GOOD "}",
         "200; accessToken?; emailVerified=true"},
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$bea','token':'$token','code':'$code'," GOOD "}", "400"},
        {"POST " LOGIN " ~none", "{'email':'bea@new.example'," GOOD "}", "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

static void
five_wrong_codes_end_it(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'cai@new.example','companyName':'Cai'," GOOD "}",
         "201; userId>cai; activationToken>token"},
        {"OUTBOX cai@new.example", NULL, "200; code>code"},
    };
    static const struct step wrong[] = {
        {"POST " ACTIVATE "/code ~none", "{'userId':'$cai','token':'$token','code':'wrong'}",
         "400; errorCode='ER-01011'; errors=['Invalid code']"},
    };
    static const struct step after[] = {
        {"POST " ACTIVATE "/code ~none", "{'userId':'$cai','token':'$token','code':'$code'}",
         "400; errorCode='ER-01011'; errors=['Invalid code']"},
        {"POST " ACTIVATE "/reset ~none", "{'email':'cai@new.example'}", "201"},
        {"OUTBOX cai@new.example", NULL, "200; code>code; token>fresh"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$cai','token':'$token','code':'$code'}",
         "400"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$cai','token':'$fresh','code':'$code'}",
         "200; accessToken?"},
    };
    SCENE(&scene, before);
    for (int i = 0; i < 5; i++)
        SCENE(&scene, wrong);
    SCENE(&scene, after);
}

/* What is made up for an address that is taken behaves as a real one, to the last guess. */
static void
codes_of_nobody(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'bea@new.example','companyName':'Again'}",
         "201; shouldActivate=true; userId>nobody; activationToken>token"},
        {"GET " ACTIVATE "/strategy?userId=$nobody&token=$token ~none", NULL,
         "200; shouldSetPassword=true"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$nobody','token':'$token','code':'1'}",
         "400; ~password should not be empty"},
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$nobody','token':'$token','code':'1','password':'bea@new.example'}",
         "400; !~Invalid code"},
        {"POST " ACTIVATE " ~none", "{'userId':'$nobody','token':'$token'," GOOD "}", "400"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$bea','token':'$token','code':'1'," GOOD "}",
         "400; !~Invalid code"},
    };
    static const struct step wrong[] = {
        {"POST " ACTIVATE "/code ~none",
         "{'userId':'$nobody','token':'$token','code':'123456'," GOOD "}",
         "400; errorCode='ER-01011'; errors=['Invalid code']"},
    };
    static const struct step after[] = {
        {"POST " CONFIG "/activation/strategies", "{'strategy':'link'}", "200"},
    };
    SCENE(&scene, before);
    for (int i = 0; i < 7; i++)
        SCENE(&scene, wrong);
    SCENE(&scene, after);
}

static void
invitation_by_link(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/$ada/tenant", "{'tenantId':'two'}", "201"},
        {"GET " STATUSES "?userIds=$ada&userTenantStatuses=PendingInvitation", NULL,
         "200; 0.tenantsStatuses.*.tenantId=['two']"},
        {"OUTBOX ada@one.example", NULL,
         "200; template='InviteToTenant'; token>first; code!; ~Two Ltd; link?"},
        {"POST " INVITATION "/reset @two", "{'email':'ADA@one.example'}", "200"},
        {"POST " INVITATION "/reset @three", "{'email':'ada@one.example'}",
         "404; errors=['User not found']"},
        {"POST " INVITATION "/reset @two", "{'email':'nobody@one.example'}", "404"},
        {"POST " INVITATION "/reset @one", "{'email':'ada@one.example'}",
         "400; ~There is no invitation to accept"},
        {"POST " INVITATION "/reset", "{'email':'ada@one.example'}", "403"},
        {"OUTBOX ada@one.example", NULL, "200; template='InviteToTenant'; token>second"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$first'}",
         "400; errorCode='ER-01061'"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$bea','token':'$second'}",
         "400; errorCode='ER-01061'"},
        {"POST " INVITATION "/accept/code ~none",
         "{'userId':'$ada','token':'$second','code':'123456'}", "400; errorCode='ER-01061'"},
        {"POST " ACTIVATE " ~none", "{'userId':'$ada','token':'$second'," GOOD "}", "400"},
        {"PUT " TENANTS "/two", "{'status':'locked'}", "200"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$second'}",
         "400; errorCode='ER-01239'"},
        {"PUT " TENANTS "/two", "{'status':'active'}", "200"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$second'}", "200"},
        {"GET " STATUSES "?userIds=$ada&userTenantStatuses=PendingInvitation", NULL,
         "200; 0.tenantsStatuses=[]"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$second'}",
         "400; errorCode='ER-01061'"},
        {"POST " INVITATION "/reset @two", "{'email':'ada@one.example'}", "400"},
    };
    SCENE(&scene, steps);
}

/* Each invitation is for one tenant; one into another does not touch it. */
static void
several_invitations(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'four','name':'Four Ltd'}", "201"},
        {"POST " USERS "/$ada/tenant", "{'tenantId':'three'}", "201"},
        {"OUTBOX ada@one.example", NULL, "200; token>three; ~Three Ltd"},
        {"POST " USERS "/$ada/tenant", "{'tenantId':'four'}", "201"},
        {"OUTBOX ada@one.example", NULL, "200; token>four; ~Four Ltd"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$three'}", "200"},
        {"GET " STATUSES "?userIds=$ada&userTenantStatuses=PendingInvitation", NULL,
         "200; 0.tenantsStatuses.*.tenantId=['four']"},
        {"POST " USERS "/$ada/tenant", "{'tenantId':'five'}", "201"},
        {"OUTBOX ada@one.example", NULL, "200; token>five"},
        {"POST " INVITATION "/reset/all", "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>four_again; ~Four Ltd"},
        {"OUTBOX ada@one.example", NULL, "200; token>five_again"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$five'}", "400"},
        /* Who left may not come back by an old message. */
        {"DELETE " USERS "/$ada @five", NULL, "200"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$five_again'}",
         "400; errorCode='ER-01061'"},
        /* What went to the old address is worthless. */
        {"PUT " USERS "/$ada/email", "{'email':'ada@changed.example'}", "200"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$four_again'}", "400"},
        {"POST " INVITATION "/reset/all @four", "{'email':'ada@changed.example'}", "200"},
        {"OUTBOX ada@changed.example", NULL, "200; token>four_last"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$four_last'}", "200"},
        {"POST " INVITATION "/reset/all", "{'email':'ada@changed.example'}", "400"},
        {"POST " INVITATION "/reset/all", "{'email':'nobody@x.example'}", "404"},
    };
    SCENE(&scene, steps);
}

static void
invitation_by_code(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG "/invitation/strategies", "{'strategy':'code','codeExpiration':120}",
         "200"},
        {"POST " TENANTS, "{'tenantId':'six','name':'Six Ltd'}", "201"},
        {"POST " USERS "/$ada/tenant", "{'tenantId':'six'}", "201"},
        {"OUTBOX ada@changed.example", NULL,
         "200; template='InviteToTenantWithCode'; token>token; code>code; ~Six Ltd; link?"},
        {"POST " INVITATION "/accept ~none", "{'userId':'$ada','token':'$token'}",
         "400; errorCode='ER-01061'"},
        {"POST " INVITATION "/accept/code ~none", "{'userId':'$ada','token':'$token','code':'1'}",
         "400; errorCode='ER-01011'"},
        {"POST " INVITATION "/accept/code ~none",
         "{'userId':'$bea','token':'$token','code':'$code'}", "400"},
        {"POST " INVITATION "/accept/code ~none", "{'userId':'$ada','token':'x','code':'$code'}",
         "400; errorCode='ER-01061'"},
        {"POST " INVITATION "/accept/code ~none",
         "{'userId':'$ada','token':'$token','code':'$code'}", "200"},
        {"POST " INVITATION "/accept/code ~none",
         "{'userId':'$ada','token':'$token','code':'$code'}", "400"},
        {"POST " CONFIG "/invitation/strategies", "{'strategy':'link'}", "200"},
    };
    SCENE(&scene, steps);
}

/* Who was never active is sent one activation, and it accepts all that waits. */
static void
an_activation_accepts_what_waits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'dot@one.example'}", "201; id>dot"},
        {"OUTBOX dot@one.example", NULL, "200; template='ActivateUser'; token>first"},
        {"POST " USERS "/$dot/tenant", "{'tenantId':'two'}", "201"},
        {"OUTBOX dot@one.example", NULL, "200; template='ActivateUser'"},
        {"POST " INVITATION "/reset/all", "{'email':'dot@one.example'}", "200"},
        {"OUTBOX dot@one.example", NULL, "200; template='ActivateUser'; token>token"},
        {"POST " ACTIVATE " ~none", "{'userId':'$dot','token':'$first'," GOOD "}", "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$dot','token':'$token'," GOOD "}",
         "200; accessToken?"},
        {"GET " STATUSES "?userIds=$dot", NULL,
         "200; 0.tenantsStatuses.*.status=['Activated','Activated']"},
    };
    SCENE(&scene, steps);
}

static void
links_of_administrators(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'eli@one.example','skipInviteEmail':true}",
         "201; id>eli"},
        {"POST " USERS "/$eli/links/generate-activation-token", NULL,
         "201; token>old; userId='$eli'; link?; ~userId=$eli; ~token=$old"},
        {"POST " USERS "/$eli/links/generate-activation-token", "{}", "201; token>token"},
        {"POST " USERS "/nobody/links/generate-activation-token", NULL,
         "404; errors=['User not found']"},
        {"POST " ACTIVATE " ~none", "{'userId':'$eli','token':'$old'," GOOD "}", "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$eli','token':'$token'," GOOD "}",
         "200; accessToken?"},
        {"POST " ACTIVATE " ~none", "{'userId':'$eli','token':'$token'," GOOD "}", "400"},
        {"POST " USERS "/$eli/links/generate-password-reset-token", NULL,
         "201; token>reset; userId='$eli'; link?; ~token=$reset"},
        {"POST " USERS "/nobody/links/generate-password-reset-token", NULL, "404"},
        {"POST " ACTIVATE " ~none", "{'userId':'$eli','token':'$reset'," GOOD "}", "400"},
    };
    SCENE(&scene, steps);
}

static void
a_reset_link_sets_a_password(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/passwords/reset/verify ~none",
         "{'userId':'$eli','token':'$reset','password':'other-Velvet-44-harp'}", "201"},
        {"POST " USERS "/passwords/reset/verify ~none",
         "{'userId':'$eli','token':'$reset','password':'third-Velvet-44-harp'}", "400"},
        {"POST " LOGIN " ~none", "{'email':'eli@one.example','password':'other-Velvet-44-harp'}",
         "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

/* ---- unlocking ---- */

struct unlock {
    struct flow flow;
    bool lock;
};

static enum err_code
begin_unlock(struct db_conn *conn, void *arg, struct err *err)
{
    struct unlock *u = arg;
    struct scope s;
    struct user change = {.id = u->flow.user_id, .is_locked = true};
    enum err_code rc = scope_open(&s, conn, &scene.t.arena, scene.t.vendor, STR_ABSENT, err);
    s.now = clock_now_ms();
    if (!rc && u->lock)
        rc = store_user_update(&s, &change, USER_F(is_locked), err);
    return rc ? rc : store_flow_add(&s, &u->flow, true, err);
}

/* What happens after too many wrong guesses. */
static void
lock_by_guesses(const char *user, const char *name, int64_t life_ms)
{
    struct str token = token_new(&scene.t.arena);
    struct unlock u = {.flow = {.kind = FLOW_UNLOCK,
                                .token_hash = token_hash_hex(&scene.t.arena, token),
                                .user_id = scene_value(&scene, user),
                                .expires_at = clock_now_ms() + life_ms},
                       .lock = true};
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(scene.t.server), DB_WRITE, begin_unlock, &u, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    scene_keep(&scene, name, token);
}

/* The mail that tells of the lock undoes it, once; a lock by an administrator stays. */
static void
unlocking(void **state)
{
    (void)state;
    static const struct step locked[] = {
        {"POST " LOGIN " ~none", "{'email':'dot@one.example'," GOOD "}", "401"},
        {"POST " UNLOCK " ~none", "{'token':'nonsense'}", "400; ~Unlock token is invalid"},
        {"POST " UNLOCK " ~none", "{}", "400; ~token"},
        {"POST " UNLOCK " ~none", "{'token':'$unlock'}", "200"},
        {"OUTBOX dot@one.example", NULL, "200; template='UnlockUserSuccess'"},
        {"GET " VENDOR "/$dot", NULL, "200; isLocked=false"},
        {"POST " LOGIN " ~none", "{'email':'dot@one.example'," GOOD "}", "200"},
        {"POST " UNLOCK " ~none", "{'token':'$unlock'}", "400"},
    };
    static const struct step by_administrator[] = {
        {"POST " USERS "/$dot/lock", NULL, "200"},
        {"POST " UNLOCK " ~none", "{'token':'$unlock'}", "400"},
        {"GET " VENDOR "/$dot", NULL, "200; isLocked=true"},
    };
    static const struct step too_late[] = {
        {"POST " UNLOCK " ~none", "{'token':'$unlock'}", "400; ~Unlock token has expired"},
        {"POST " USERS "/$dot/unlock", NULL, "200"},
    };
    lock_by_guesses("dot", "unlock", 60000);
    SCENE(&scene, locked);
    lock_by_guesses("dot", "unlock", 60000);
    SCENE(&scene, by_administrator);
    lock_by_guesses("dot", "unlock", -1);
    SCENE(&scene, too_late);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){ACTIVATE, INVITATION, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(activation_by_code),
        cmocka_unit_test(five_wrong_codes_end_it),
        cmocka_unit_test(codes_of_nobody),
        cmocka_unit_test(invitation_by_link),
        cmocka_unit_test(several_invitations),
        cmocka_unit_test(invitation_by_code),
        cmocka_unit_test(an_activation_accepts_what_waits),
        cmocka_unit_test(links_of_administrators),
        cmocka_unit_test(a_reset_link_sets_a_password),
        cmocka_unit_test(unlocking),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("activation", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
