/* Signing up, and what becomes of it; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define SIGN_UP "/identity/resources/users/v1/signUp"
#define ACTIVATE "/identity/resources/users/v1/activate"
#define LOGIN "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define INVITES "/identity/resources/tenants/invites/v1"
#define CONFIG "/identity/resources/configurations/v1"

#define GOOD "'password':'plum-Tractor-91-veil'"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One Ltd'}", "201"},
        {"POST " ROLES,
         "[{'key':'top','name':'Top','level':0},"
         "{'key':'first','name':'First','level':1,'firstUserRole':true},"
         "{'key':'all','name':'All','level':9,'isDefault':true},"
         "{'key':'low','name':'Low','level':20}]",
         "201; 0.id>top; 3.id>low"},
        {"POST " CREATE " @one",
         "{'email':'boss@one.example','roleIds':['$top'],'skipInviteEmail':true}", "201; id>boss"},
        {"GET " CONFIG "/sign-up/strategies ~none", NULL,
         "200; allowSignUp=true; emailVerificationRequired=true"},
    };
    SCENE(&scene, steps);
}

static void
with_a_password(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'Ada@new.example','name':'Ada','companyName':'Ada Ltd'," GOOD
         ",'roleIds':['$top'],'skipInviteEmail':true,'verified':true,'superUser':true,"
         "'tenantId':'one','mfaBypass':true,'id':'x','metadata':'{\\'plan\\':\\'free\\'}'}",
         "201; shouldActivate=true; userId>ada; tenantId>tenant; authResponse!; activationToken!;"
         "!~plum"},
        /* Nothing of what strangers may not say was taken over. */
        {"GET " VENDOR "/$ada", NULL,
         "200; email='Ada@new.example'; name='Ada'; verified=false; superUser=false;"
         "mfaBypass=false; provider='local'; tenantId='$tenant'; tenantIds=['$tenant'];"
         "roles.*.key=['first','all']; metadata='{\\'plan\\':\\'free\\'}';"
         "activatedForTenant=false"},
        {"GET " TENANTS "/$tenant", NULL,
         "200; 0.name='Ada Ltd'; 0.creatorEmail='Ada@new.example'"},
        {"POST " LOGIN " ~none", "{'email':'ada@new.example'," GOOD "}",
         "401; errorCode='ER-01013'"},
        {"OUTBOX Ada@new.example", NULL,
         "200; template='ActivateUser'; token>token; code!; link?; ~userId=$ada"},
        {"GET " ACTIVATE "/strategy?userId=$ada&token=$token ~none", NULL,
         "200; shouldSetPassword=false"},
        {"GET " ACTIVATE "/strategy?userId=$boss&token=$token ~none", NULL, "400"},
        {"GET " ACTIVATE "/strategy?userId=$ada&token=x ~none", NULL, "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$boss','token':'$token'}", "400"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$ada','token':'$token','code':''}", "400"},
        {"POST " ACTIVATE "/code ~none", "{'userId':'$ada','token':'$token','code':'000000'}",
         "400; errorCode='ER-01011'"},
        {"POST " ACTIVATE " ~none", "{'userId':'$ada','token':'$token'}",
         "200; accessToken>access; refreshToken?; mfaRequired=false; userId='$ada';"
         "emailVerified=true"},
        {"POST " ACTIVATE " ~none", "{'userId':'$ada','token':'$token'}",
         "400; ~Activation token is invalid or was used"},
        {"GET " INVITES "/user ~access", NULL, "404; ~Invitation not found"},
        {"GET " VENDOR "/$ada", NULL, "200; verified=true; activatedForTenant=true"},
        {"POST " LOGIN " ~none", "{'email':'ADA@new.example'," GOOD "}", "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

static void
without_a_password(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'bob@new.example','companyName':'Bob Ltd'}",
         "201; shouldActivate=true; userId>bob"},
        {"OUTBOX bob@new.example", NULL, "200; token>token"},
        {"GET " ACTIVATE "/strategy?userId=$bob&token=$token ~none", NULL,
         "200; shouldSetPassword=true"},
        {"POST " ACTIVATE " ~none", "{'userId':'$bob','token':'$token'}",
         "400; ~password should not be empty"},
        {"POST " ACTIVATE " ~none", "{'userId':'$bob','token':'$token','password':'short'}",
         "400; !~short"},
        {"POST " ACTIVATE " ~none",
         "{'userId':'$bob','token':'$token','password':'bob@new.example'}", "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$bob','token':'$token'," GOOD "}",
         "200; accessToken?; userId='$bob'"},
        {"POST " LOGIN " ~none", "{'email':'bob@new.example'," GOOD "}", "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

/* Same status, same members, ids of nobody; the owner hears of it, and nothing else changes. */
static void
an_address_that_is_taken(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " USERS, NULL, "200; _metadata.totalItems>users"},
        {"GET /tenants/resources/tenants/v2", NULL, "200; _metadata.totalItems>tenants"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'ADA@NEW.example','companyName':'Again'," GOOD "}",
         "201; shouldActivate=true; userId>nobody; tenantId>nowhere; authResponse!;"
         "activationToken!; !~$ada"},
        {"GET " VENDOR "/$nobody", NULL, "404"},
        {"GET " TENANTS "/$nowhere", NULL, "200; =[]"},
        {"GET " USERS, NULL, "200; _metadata.totalItems=$users"},
        {"GET /tenants/resources/tenants/v2", NULL, "200; _metadata.totalItems=$tenants"},
        {"GET " VENDOR "/$ada", NULL, "200; name='Ada'; tenantIds=['$tenant']"},
        /* At the address as its owner wrote it. */
        {"OUTBOX Ada@new.example", NULL, "200; template='SignUpAttempt'; token!; code!"},
        {"POST " LOGIN " ~none", "{'email':'ada@new.example'," GOOD "}", "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

/* Who never activated gets the activation again; the older one is void. */
static void
an_address_that_waits(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'cy@new.example','companyName':'Cy'," GOOD "}",
         "201; userId>cy"},
        {"OUTBOX cy@new.example", NULL, "200; template='ActivateUser'; token>first"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'cy@new.example','companyName':'Cy',"
         "'password':'thief-Of-Accounts-7'}",
         "201; shouldActivate=true; userId>fresh; !~$cy"},
        {"OUTBOX cy@new.example", NULL, "200; template='ActivateUser'; token>second"},
        {"POST " ACTIVATE " ~none", "{'userId':'$cy','token':'$first'}", "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$fresh','token':'$second'}", "400"},
        {"POST " ACTIVATE "/reset ~none", "{'email':'cy@new.example'}", "201"},
        {"POST " ACTIVATE "/reset ~none", "{'email':'never@new.example'}", "201"},
        {"POST " ACTIVATE "/reset ~none", "{'email':'ada@new.example','emailMetadata':{}}", "201"},
        {"POST " ACTIVATE "/reset ~none", "{'email':'x'}", "400; ~email must be an email"},
        {"OUTBOX cy@new.example", NULL, "200; template='ActivateUser'; token>third"},
        {"POST " ACTIVATE " ~none", "{'userId':'$cy','token':'$second'}", "400"},
        {"POST " ACTIVATE " ~none", "{'userId':'$cy','token':'$third'}", "200; accessToken?"},
        {"POST " LOGIN " ~none", "{'email':'cy@new.example','password':'thief-Of-Accounts-7'}",
         "401"},
        {"POST " LOGIN " ~none", "{'email':'cy@new.example'," GOOD "}", "200"},
    };
    SCENE(&scene, steps);
}

static void
what_is_refused(void **state)
{
    (void)state;
    static char long_name[400];
    memset(long_name, 'n', sizeof long_name - 1);
    scene_keep(&scene, "long_name", str_of(long_name));
    static const struct step steps[] = {
        {"POST " SIGN_UP " ~none",
         "{'provider':'google','email':'d@new.example','companyName':'D'}", "400; ~provider"},
        {"POST " SIGN_UP " ~none", "{'provider':'local','email':'d@new.example'}",
         "400; ~companyName"},
        {"POST " SIGN_UP " ~none", "{'provider':'local','companyName':'D'}", "400; ~email"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'d@new.example','companyName':'$long_name'}",
         "400; ~companyName must be shorter"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'d@new.example','companyName':'D','metadata':'no json'}",
         "400; ~metadata"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'d@new.example','companyName':'D','username':'a b'}",
         "400; ~username"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'d@new.example','companyName':'D','password':'123456'}",
         "400"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'d@new.example','companyName':'D','invitationToken':'no'}",
         "400; errorCode='ER-01061'"},
        {"GET " USERS "/email?email=d@new.example", NULL, "404"},
        {"POST " CONFIG, "{'authStrategy':'NoLocalAuthentication'}", "201"},
        {"POST " SIGN_UP " ~none", "{'provider':'local','email':'d@new.example','companyName':'D'}",
         "400; errorCode='ER-01012'"},
        {"POST " CONFIG, "{'authStrategy':'EmailAndPassword'}", "201"},
        {"POST " CONFIG, "{'allowSignups':false}", "201"},
        {"GET " CONFIG "/sign-up/strategies ~none", NULL, "200; allowSignUp=false"},
        {"POST " SIGN_UP " ~none", "{'provider':'local','email':'d@new.example','companyName':'D'}",
         "403; errors=['Sign up is not allowed']"},
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'dee','companyName':'D'," GOOD "}",
         "403; errors=['Sign up is not allowed']"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'ada@new.example','companyName':'D'}", "403"},
    };
    SCENE(&scene, steps);
}

/* With allowSignups still off: who was invited may. */
static void
by_invitation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITES,
         "{'tenantId':'one','userId':'$boss','shouldSendEmail':true,"
         "'roleIds':['$low']}",
         "201; token>invite"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'eve@new.example','companyName':'Ignored'," GOOD
         ",'invitationToken':'$invite','roleIds':['$top']}",
         "201; shouldActivate=true; userId>eve; tenantId='one'"},
        {"GET " VENDOR "/$eve", NULL, "200; tenantIds=['one']; roles.*.key=['low']"},
        {"OUTBOX boss@one.example", NULL,
         "200; template='UserUsedInvitation'; ~eve@new.example; ~One Ltd"},
        {"OUTBOX eve@new.example", NULL, "200; template='ActivateUser'; token>token"},
        {"POST " ACTIVATE " ~none", "{'userId':'$eve','token':'$token'}", "200; accessToken?"},
        {"GET " VENDOR "/$eve", NULL, "200; activatedForTenant=true; tenantId='one'"},
        /* Somebody known: the same answer, and they do not move by it. */
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'ada@new.example','companyName':'x'," GOOD
         ",'invitationToken':'$invite'}",
         "201; shouldActivate=true; tenantId='one'; !~$ada"},
        {"GET " VENDOR "/$ada", NULL, "200; tenantIds=['$tenant']"},
        {"OUTBOX Ada@new.example", NULL, "200; template='SignUpAttempt'"},
        {"POST " INVITES, "{'tenantId':'one'}", "201; token>plain"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'fay@new.example','companyName':'x'," GOOD
         ",'invitationToken':'$plain'}",
         "201; userId>fay; tenantId='one'"},
        {"GET " VENDOR "/$fay", NULL, "200; roles.*.key=['all']"},
        {"PUT " TENANTS "/one", "{'status':'locked'}", "200"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'gil@new.example','companyName':'x','invitationToken':"
         "'$plain'}",
         "400; errorCode='ER-01239'"},
        {"PUT " TENANTS "/one", "{'status':'active'}", "200"},
        {"POST " CONFIG, "{'allowSignups':true}", "201"},
    };
    SCENE(&scene, steps);
}

/* Who has an account signs in by the link: with the right password, and if they may at all. */
static void
signing_in_by_invitation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none",
         "{'email':'ada@new.example','password':'wrong-Guess-12','invitationToken':'$invite'}",
         "401; errorCode='ER-01013'"},
        {"POST " LOGIN " ~none",
         "{'email':'ada@new.example'," GOOD ",'invitationToken':'nonsense'}",
         "400; errorCode='ER-01061'"},
        {"POST " USERS "/$ada/lock", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'ada@new.example'," GOOD ",'invitationToken':'$invite'}",
         "401; errorCode='ER-01013'"},
        {"POST " USERS "/$ada/unlock", NULL, "200"},
        {"GET " VENDOR "/$ada", NULL, "200; tenantIds=['$tenant']"},
        {"POST " LOGIN " ~none", "{'email':'ada@new.example'," GOOD ",'invitationToken':'$invite'}",
         "200; accessToken?"},
        {"GET " VENDOR "/$ada", NULL, "200; tenantIds=['$tenant','one']"},
        {"OUTBOX boss@one.example", NULL, "200; template='UserUsedInvitation'; ~Ada@new.example"},
        {"POST " LOGIN " ~none", "{'email':'ada@new.example'," GOOD ",'invitationToken':'$invite'}",
         "200; accessToken?"},
    };
    SCENE(&scene, steps);
}

static void
by_user_name(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'hal.9','companyName':'Hal'," GOOD "}",
         "201; shouldActivate=false; userId>hal; tenantId>hals; authResponse.accessToken>access;"
         "authResponse.userId='$hal'; activationToken!"},
        {"GET " INVITES "/user ~access", NULL, "404; ~Invitation not found"},
        {"GET " VENDOR "/$hal", NULL,
         "200; email=null; activatedForTenant=true; roles.*.key=['first','all']"},
        {"POST " LOGIN " ~none", "{'username':'HAL.9'," GOOD "}", "200; accessToken?"},
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'Hal.9','companyName':'Hal'," GOOD "}",
         "409; errors=['User already exists']"},
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'ida','companyName':'Ida'}",
         "400; ~password should not be empty"},
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'no space','companyName':'x'," GOOD "}", "400; ~username"},
        /* With an address it is the address that has to be shown. */
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'ida','email':'ida@new.example','companyName':'Ida'," GOOD
         "}",
         "201; shouldActivate=true; userId>ida; authResponse!"},
        {"POST " LOGIN " ~none", "{'username':'ida'," GOOD "}", "401"},
        {"OUTBOX ida@new.example", NULL, "200; template='ActivateUser'; token>token"},
        {"POST " ACTIVATE " ~none", "{'userId':'$ida','token':'$token'}", "200"},
        {"POST " LOGIN " ~none", "{'username':'ida'," GOOD "}", "200"},
        /* A user name that is taken tells nothing about the address: the mailbox hears of it. */
        {"POST " SIGN_UP "/username ~none",
         "{'provider':'local','username':'ida','email':'joy@new.example','companyName':'Joy'," GOOD
         "}",
         "201; shouldActivate=true; userId>nobody; !~$ida"},
        {"GET " VENDOR "/$nobody", NULL, "404"},
        {"GET " USERS "/email?email=joy@new.example", NULL, "404"},
        {"OUTBOX joy@new.example", NULL, "200; template='SignUpAttempt'"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','username':'ida','email':'kim@new.example','companyName':'Kim'," GOOD
         "}",
         "201; shouldActivate=true"},
        {"OUTBOX kim@new.example", NULL, "200; template='SignUpAttempt'"},
        {"GET " USERS "/email?email=kim@new.example", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
where_the_unverified_may_sign_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG, "{'allowNotVerifiedUsersLogin':true}", "201"},
        {"GET " CONFIG "/sign-up/strategies ~none", NULL, "200; emailVerificationRequired=false"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'lee@new.example','companyName':'Lee'," GOOD "}",
         "201; shouldActivate=false; userId>lee; authResponse.accessToken>access;"
         "authResponse.emailVerified=false"},
        {"GET " INVITES "/user ~access", NULL, "404; ~Invitation not found"},
        {"GET " VENDOR "/$lee", NULL, "200; verified=false; activatedForTenant=false"},
        {"OUTBOX lee@new.example", NULL, "200; template='ActivateUser'; token>token"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'max@new.example','companyName':'Max'}",
         "201; shouldActivate=true; authResponse!"},
        {"POST " ACTIVATE " ~none", "{'userId':'$lee','token':'$token'}",
         "200; emailVerified=true"},
        {"POST " CONFIG, "{'allowNotVerifiedUsersLogin':false}", "201"},
    };
    SCENE(&scene, steps);
}

static void
where_domains_are_restricted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /identity/resources/configurations/restrictions/v1/email-domain",
         "{'domain':'evil.example','type':'BLOCK'}", "201"},
        {"POST /identity/resources/configurations/restrictions/v1/email-domain/config",
         "{'active':true,'type':'BLOCK'}", "201"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'a@EVIL.example','companyName':'x'," GOOD "}", "403"},
        {"POST " SIGN_UP " ~none",
         "{'provider':'local','email':'a@good.example','companyName':'x'," GOOD "}", "201"},
        {"POST /identity/resources/configurations/restrictions/v1/email-domain/config",
         "{'active':false,'type':'BLOCK'}", "201"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){SIGN_UP, CONFIG "/sign-up/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(with_a_password),
        cmocka_unit_test(without_a_password),
        cmocka_unit_test(an_address_that_is_taken),
        cmocka_unit_test(an_address_that_waits),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(by_invitation),
        cmocka_unit_test(signing_in_by_invitation),
        cmocka_unit_test(by_user_name),
        cmocka_unit_test(where_the_unverified_may_sign_in),
        cmocka_unit_test(where_domains_are_restricted),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("sign-up", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
