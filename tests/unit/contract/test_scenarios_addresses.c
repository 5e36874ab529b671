/* E-mail addresses, phone numbers and user names of people; see tests/support/scene.h. */
#include "tests/support/scene.h"

#include "base/clock.h"

static struct scene scene;

#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define TENANTS "/tenants/resources/tenants/v1"
#define LOGIN "/identity/resources/auth/v1/user"
#define SIGN_IN "POST " LOGIN " ~none +User-Agent:test"
#define CONFIG "/identity/resources/configurations/v1"
#define EMAILS "/identity/resources/users/emails/v1"
#define PHONES "/identity/resources/users/phone-numbers/v1"
#define NAMES "/identity/resources/usernames/v1"
#define RESET "/identity/resources/users/v1/passwords/reset"
#define ME "+frontegg-user-id:$ada"
#define PASSWORD "violet-thursday-13"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " CREATE " @one",
         "{'email':'ada@one.example','name':'Ada','password':'" PASSWORD
         "','skipInviteEmail':true}",
         "201; id>ada"},
        {"POST " USERS "/$ada/verify", NULL, "200"},
        {"POST " CREATE " @two",
         "{'email':'bob@two.example','phoneNumber':'+4915550111','skipInviteEmail':true}",
         "201; id>bob"},
        {"POST " CREATE " @one",
         "{'username':'cleo','password':'" PASSWORD "','skipInviteEmail':true}", "201; id>cleo"},
    };
    SCENE(&scene, steps);
    scene_keep_token(&scene, "in", "ada", "one");
    scene_keep_token(&scene, "bobs", "bob", "two");
}

/* ---- e-mail ---- */

static void
a_further_address(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " EMAILS "/me ~in", NULL,
         "200; #1; 0.email='ada@one.example'; 0.isPrimary=true; 0.verified=true; 0.id='$ada';"
         "0.userId='$ada'"},
        {"POST " EMAILS " ~in", "{'email':'ada@home.example'}",
         "201; id>home; email='ada@home.example'; verified=false; isPrimary=false; userId='$ada'"},
        {"OUTBOX ada@home.example", NULL,
         "200; template='VerifyNewEmail'; code>code; token!; ~ada@home.example"},
        {"POST " EMAILS " ~in", "{'email':'ADA@home.example'}",
         "409; errors=['Email already exists']"},
        {"POST " EMAILS " ~in", "{'email':'ada@one.example'}", "409"},
        {"POST " EMAILS " ~in", "{'email':'nonsense'}", "400; errors=['email must be an email']"},
        {"POST " EMAILS " ~in", "{}", "400"},
        {"POST " EMAILS " ~none", "{'email':'x@home.example'}", "401"},
        {"POST " EMAILS, "{'email':'x@home.example'}", "403"},
        {"POST " EMAILS " +frontegg-user-id:nobody", "{'email':'x@home.example'}", "404"},
        /* It names nobody yet. */
        {SIGN_IN, "{'email':'ada@home.example','password':'" PASSWORD "'}", "401"},
        {"GET " USERS "/email?email=ada@home.example", NULL, "404"},
        {"POST " EMAILS "/me/primary ~in", "{'email':'ada@home.example'}",
         "400; errors=['The email is not verified']"},
        {"POST " EMAILS "/verify ~in", "{'email':'ada@home.example','code':'000'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " EMAILS "/verify ~in", "{'email':'other@home.example','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " EMAILS "/verify ~in", "{'email':'ada@one.example','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " EMAILS "/verify ~bobs", "{'email':'ada@home.example','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " EMAILS "/verify ~in", "{'email':'Ada@Home.example','code':'$code'}", "200"},
        {"POST " EMAILS "/verify ~in", "{'email':'ada@home.example','code':'$code'}", "400"},
        {SIGN_IN, "{'email':'ADA@home.example','password':'" PASSWORD "'}",
         "200; userEmail='ada@one.example'"},
        {"GET " USERS "/email?email=ada@home.example", NULL, "200; id='$ada'"},
        {"GET " EMAILS "/me " ME, NULL, "200; #2; *.verified=[true,true]; 1.id='$home'"},
        /* It is hers now. */
        {"POST " CREATE " @two", "{'email':'new@two.example'}", "201"},
        {"PUT " USERS "/$bob/email", "{'email':'ada@home.example'}", "409"},
        {"POST " EMAILS "/vendor/$bob", "{'email':'ada@home.example','isVerified':true}", "409"},
        /* Somebody else may write it down, which shows nothing, and prove it, which shows it. */
        {"POST " EMAILS " ~bobs", "{'email':'ada@home.example'}", "201; id>claim; verified=false"},
        {"OUTBOX ada@home.example", NULL, "200; template='VerifyNewEmail'; code>code"},
        {"POST " EMAILS "/verify ~bobs", "{'email':'ada@home.example','code':'$code'}",
         "409; errors=['Email already exists']"},
        {"POST " EMAILS "/verify ~bobs", "{'email':'ada@home.example','code':'$code'}", "400"},
        {"DELETE " EMAILS "/$claim ~in", NULL, "404; errors=['Email not found']"},
        {"DELETE " EMAILS "/$claim ~bobs", NULL, "200"},
        {"DELETE " EMAILS "/$ada ~in", NULL, "400; errors=['The primary email cannot be deleted']"},
    };
    SCENE(&scene, steps);
}

static void
a_reset_by_a_further_address(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " RESET " ~none", "{'email':'ada@home.example'}", "201"},
        {"OUTBOX ada@home.example", NULL, "200; template='ResetPassword'; token>token"},
        {"POST " RESET "/validate ~none", "{'userId':'$ada','token':'$token'}", "200"},
        {"DELETE " EMAILS "/$home ~in", NULL, "200"},
        {"POST " RESET "/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"DELETE " EMAILS "/$home ~in", NULL, "404"},
        {SIGN_IN, "{'email':'ada@home.example','password':'" PASSWORD "'}", "401"},
    };
    SCENE(&scene, steps);
}

static void
another_primary_address(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " EMAILS "/vendor/$ada", "{'email':'ada@work.example','isVerified':true}",
         "201; id>work; verified=true; isPrimary=false"},
        {"POST " EMAILS "/vendor/nobody", "{'email':'x@work.example'}",
         "404; errors=['User not found']"},
        {"POST " RESET " ~none", "{'email':'ada@one.example'}", "201"},
        {"OUTBOX ada@one.example", NULL, "200; token>token"},
        {"POST " EMAILS "/me/primary ~in", "{'email':'unknown@work.example'}",
         "404; errors=['Email not found']"},
        {"POST " EMAILS "/me/primary ~in", "{'email':'ADA@work.example'}", "200"},
        {"OUTBOX ada@one.example", NULL,
         "200; template='EmailAddressChanged'; ~ada@work.example; code!"},
        {"POST " RESET "/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"GET " CREATE "/me ~in", NULL, "200; email='ada@work.example'; verified=true"},
        {"GET " EMAILS "/me ~in", NULL,
         "200; #2; 0.email='ada@work.example'; 0.isPrimary=true; 1.email='ada@one.example';"
         "1.verified=true; 1.id>old"},
        {SIGN_IN, "{'email':'ada@one.example','password':'" PASSWORD "'}", "200"},
        {"POST " EMAILS "/me/primary ~in", "{'email':'ada@work.example'}", "200"}, /* it is */
        /* Where the environment does not want it. */
        {"GET " CONFIG "/user-emails-policy", NULL, "200; allowEmailChange=true"},
        {"POST " CONFIG "/user-emails-policy", "{'allowEmailChange':'no'}",
         "400; errors=['allowEmailChange must be a boolean value']"},
        {"POST " CONFIG "/user-emails-policy", "{'allowEmailChange':false}", "200"},
        {"GET " CONFIG "/user-emails-policy", NULL, "200; allowEmailChange=false"},
        {"POST " EMAILS "/me/primary ~in", "{'email':'ada@one.example'}", "403"},
        {"POST " USERS "/email/me ~in", "{'email':'ada@far.example'}", "403"},
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@far.example','code':'1'}", "403"},
        {"POST " EMAILS "/vendor/$ada/primary", "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@work.example", NULL, "200; template='EmailAddressChanged'"},
        {"POST " CONFIG "/user-emails-policy", "{'allowEmailChange':true}", "200"},
        {"GET " EMAILS "/me ~in", NULL, "200; 0.email='ada@one.example'; 1.id>work"},
        {"DELETE " EMAILS "/vendor/$bob/$work", NULL, "404"},
        {"DELETE " EMAILS "/vendor/$ada/$work", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
a_new_address(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/email/me ~in", "{'email':'ada@far.example'}", "200"},
        {"OUTBOX ada@far.example", NULL, "200; template='VerifyNewEmail'; code>first"},
        {"POST " USERS "/email/me ~in", "{'email':'ada@near.example'}", "200"},
        {"OUTBOX ada@near.example", NULL, "200; template='VerifyNewEmail'; code>code"},
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@far.example','code':'$first'}",
         "400; errors=['Invalid code']"},
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@near.example','code':'x'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " USERS "/email/me/verify ~bobs", "{'email':'ada@near.example','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@near.example','code':'$code'}",
         "200"},
        {"OUTBOX ada@one.example", NULL, "200; template='EmailAddressChanged'; ~ada@near.example"},
        {"GET " CREATE "/me ~in", NULL, "200; email='ada@near.example'"},
        {"GET " EMAILS "/me ~in", NULL, "200; #1"}, /* the old one was replaced */
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@near.example','code':'$code'}",
         "400"},
        /* Somebody else's: the answer is the same, and the code does not help. */
        {"POST " USERS "/email/me ~in", "{'email':'bob@two.example'}", "200"},
        {"OUTBOX bob@two.example", NULL, "200; template='VerifyNewEmail'; code>code"},
        {"POST " USERS "/email/me/verify ~in", "{'email':'bob@two.example','code':'$code'}",
         "409; errors=['Email already exists']"},
        {"POST " USERS "/email/me " ME, "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; template='VerifyNewEmail'; code>code"},
        {"POST " USERS "/email/me/verify " ME, "{'email':'ada@one.example','code':'$code'}", "200"},
        {"OUTBOX ada@near.example", NULL, "200; template='EmailAddressChanged'"},
    };
    SCENE(&scene, steps);
}

static void
codes_expire(void **state)
{
    (void)state;
    static const struct step begin[] = {
        {"POST " USERS "/email/me ~in", "{'email':'ada@late.example'}", "200"},
        {"OUTBOX ada@late.example", NULL, "200; code>code"},
        {"POST " PHONES " ~in", "{'phoneNumber':'+4915550133'}", "201; otcToken>otc"},
        {"OUTBOX +4915550133", NULL, "200; code>sms"},
    };
    SCENE(&scene, begin);
    clock_pin(clock_now_ms() + 10 * 60 * 1000 + 1000, clock_mono_ms());
    static const struct step late[] = {
        {"POST " USERS "/email/me/verify ~in", "{'email':'ada@late.example','code':'$code'}",
         "400; errors=['Code has expired']; errorCode='ER-01017'"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'$sms'}",
         "400; errors=['Code has expired']"},
    };
    SCENE(&scene, late);
    clock_pin(-1, -1);
    static const struct step end[] = {
        {"GET " PHONES "/me ~in", NULL, "200; #1; 0.id>late; 0.verified=false"},
        {"DELETE " PHONES "/$late ~in", NULL, "200; phoneId='$late'; otcToken!"},
    };
    SCENE(&scene, end);
}

static void
lists_of_addresses(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " EMAILS "/vendor/$ada", "{'email':'zoe@one.example'}", "201; id>zoe"},
        {"GET " EMAILS " @one", NULL, "200; items#2; _metadata.totalItems=2"},
        {"GET " EMAILS "?_sortBy=email&_order=DESC @one", NULL,
         "200; items.*.email=['zoe@one.example','ada@one.example'];"
         "items.*.isPrimary=[false,true]"},
        {"GET " EMAILS "?_sortBy=email&_limit=1&_offset=1 @one", NULL,
         "200; items.*.email=['zoe@one.example']; _metadata.totalPages=2; _links.prev?"},
        {"GET " EMAILS "?_email=ZOE@one.example @one", NULL, "200; items#1; items.0.id='$zoe'"},
        {"GET " EMAILS "?_email=bob@two.example @one", NULL, "200; items=[]"},
        {"GET " EMAILS "?userIds=$bob,$ada @one", NULL, "200; items#2"},
        {"GET " EMAILS "?userIds=$bob @one", NULL, "200; items=[]"},
        {"GET " EMAILS "?_sortBy=password @one", NULL, "400; ~_sortBy"},
        {"GET " EMAILS "?_limit=201 @one", NULL, "400; ~_limit"},
        {"GET " EMAILS, NULL, "403"},
        {"GET " EMAILS " @nobody", NULL, "200; items=[]"},
        {"GET " EMAILS " ~in", NULL, "200; items#2"},
        {"GET " EMAILS " ~bobs", NULL, "200; items#2; !~ada@"},
        {"DELETE " EMAILS "/vendor/$ada/$zoe", NULL, "200"},
    };
    SCENE(&scene, steps);
}

/* ---- phones ---- */

static void
a_phone_number(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " PHONES "/me ~in", NULL, "200; =[]"},
        {"POST " PHONES " ~in", "{'phoneNumber':'12'}", "400; ~Phone number must be valid"},
        {"POST " PHONES " ~in", "{'phoneNumber':'+4915550122'}", "201; otcToken>otc"},
        {"OUTBOX +4915550122", NULL, "200; template='VerifyPhoneNumber'; code>code; token!"},
        {"GET " PHONES "/me ~in", NULL,
         "200; #1; 0.phoneNumber='+4915550122'; 0.verified=false; 0.userId='$ada'; 0.id>phone"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'x'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " PHONES "/verify ~bobs", "{'otcToken':'$otc','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " PHONES "/$phone/delete/verify ~in", "{'otcToken':'$otc','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'$code'}", "200"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'$code'}", "400"},
        {"GET " PHONES "/me " ME, NULL, "200; 0.verified=true"},
        {"GET " CREATE "/me ~in", NULL, "200; phoneNumber='+4915550122'"},
        {"POST " PHONES " ~in", "{'phoneNumber':'+49-1555-0122'}",
         "409; errors=['Phone number already exists']"},
        {"POST " PHONES "/preverify ~in", "{'phoneNumber':'+4915550122'}",
         "400; errors=['Phone number is already verified']"},
        {"POST " PHONES "/preverify ~in", "{'phoneNumber':'+4915550199'}",
         "404; errors=['Phone number not found']"},
        /* Written down now, shown later. */
        {"POST " PHONES " ~in", "{'phoneNumber':'+4915550144','verify':false}", "201; ={}"},
        {"POST " PHONES "/preverify ~in", "{'phoneNumber':'+4915550144'}", "200; otcToken>first"},
        {"OUTBOX +4915550144", NULL, "200; code>old"},
        {"POST " PHONES "/preverify ~in", "{'phoneNumber':'+4915550144'}", "200; otcToken>otc"},
        {"OUTBOX +4915550144", NULL, "200; code>code"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$first','code':'$old'}",
         "400; errors=['Invalid code']"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'$code'}", "200"},
        /* Somebody else's verified number can be written down, and not become one's own. */
        {"POST " PHONES " ~bobs", "{'phoneNumber':'+4915550122'}", "201; otcToken>otc"},
        {"OUTBOX +4915550122", NULL, "200; code>code"},
        {"POST " PHONES "/verify ~bobs", "{'otcToken':'$otc','code':'$code'}",
         "409; errors=['Phone number already exists']"},
        {"POST " PHONES "/vendor/$bob", "{'phoneNumber':'+4915550122'}", "409"},
        /* Removing one needs a code that goes there. */
        {"DELETE " PHONES "/$phone ~bobs", NULL, "404"},
        {"DELETE " PHONES "/$phone ~in", NULL, "200; phoneId='$phone'; otcToken>otc"},
        {"OUTBOX +4915550122", NULL, "200; template='VerifyPhoneNumber'; code>code"},
        {"POST " PHONES "/verify ~in", "{'otcToken':'$otc','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " PHONES "/$bob/delete/verify ~in", "{'otcToken':'$otc','code':'$code'}",
         "400; errors=['Invalid code']"},
        {"DELETE " PHONES "/$phone ~in", NULL, "200; otcToken>otc"},
        {"OUTBOX +4915550122", NULL, "200; code>code"},
        {"POST " PHONES "/$phone/delete/verify ~in", "{'otcToken':'$otc','code':'$code'}", "200"},
        {"GET " CREATE "/me ~in", NULL, "200; phoneNumber='+4915550144'"},
        {"DELETE " PHONES "/$phone ~in", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
numbers_by_the_environment(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " PHONES "/vendor/$cleo", "{'phoneNumber':'+4915550155'}", "201"},
        {"POST " PHONES "/vendor/$cleo", "{'phoneNumber':'+4915550155'}", "409"},
        {"POST " PHONES "/vendor/nobody", "{'phoneNumber':'+4915550155'}", "404"},
        {"GET " PHONES "?_phoneNumber=%2B49-1555-0155", NULL,
         "200; items#1; items.0.verified=true; items.0.userId='$cleo'; items.0.id>phone"},
        {"GET " PHONES " @two", NULL,
         "200; items.*.phoneNumber=['+4915550111','+4915550122'];"
         "items.*.verified=[false,false]"},
        {"GET /identity/resources/users/phone-numbers/v2?userIds=$cleo,$ada&_sortBy=phoneNumber",
         NULL, "200; items.*.phoneNumber=['+4915550144','+4915550155']; _metadata.totalItems=2"},
        {"GET /identity/resources/users/phone-numbers/v2?_limit=250 ~in", NULL, "200; items#2"},
        {"GET /identity/resources/users/phone-numbers/v2?_limit=251", NULL, "400; ~_limit"},
        {"GET " PHONES "?_sortBy=phoneNumber&_order=DESC&_limit=1", NULL,
         "200; items.0.phoneNumber='+4915550155'; _metadata.totalItems=4"},
        {"DELETE " PHONES "/vendor/$ada/$phone", NULL, "404"},
        {"DELETE " PHONES "/vendor/$cleo/$phone", NULL, "200"},
        {"GET " USERS "/$cleo @one", NULL, "200; phoneNumber=null"},
        /* A number given with the person is one of theirs, in place of one that is unverified. */
        {"PUT " USERS "/$bob", "{'phoneNumber':'+4915550166'}", "200; phoneNumber='+4915550166'"},
        {"GET " PHONES "?userIds=$bob&_sortBy=phoneNumber", NULL,
         "200; items.*.phoneNumber=['+4915550122','+4915550166']"},
    };
    SCENE(&scene, steps);
}

/* ---- user names ---- */

static void
user_names(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " NAMES "/me ~in", NULL, "200; username=null; userId='$ada'"},
        {"POST " NAMES " ~in", "{'username':'no space'}", "400; ~username must match"},
        {"POST " NAMES " ~in", "{'username':''}", "400; ~username should not be empty"},
        {"POST " NAMES, "{'username':'ada'}", "400; errors=['userId should not be empty']"},
        {"POST " NAMES " ~in", "{'username':'CLEO'}", "409; errors=['Username already exists']"},
        {"POST " NAMES " ~in", "{'username':'Ada.L'}", "201"},
        {"GET " NAMES "/me ~in", NULL, "200; username='Ada.L'; userId='$ada'"},
        {"POST " NAMES " ~in", "{'username':'other'}",
         "409; errors=['The user already has a username']"},
        {"POST " NAMES " ~in", "{'username':'bobby','userId':'$bob'}", "404"},
        {"POST " NAMES, "{'username':'bobby','userId':'$bob'}", "201"},
        {SIGN_IN, "{'username':'ada.l','password':'" PASSWORD "'}", "200"},
        {"GET " NAMES "?_sortBy=username", NULL,
         "200; items.*.username=['Ada.L','bobby','cleo']; _metadata.totalItems=3"},
        {"GET " NAMES "?_sortBy=username&_order=DESC&_limit=1", NULL,
         "200; items.*.username=['cleo']; _metadata.totalPages=3"},
        {"GET " NAMES "?_usernamePrefix=AD", NULL, "200; items.*.userId=['$ada']"},
        {"GET " NAMES "?_usernamePrefix=%25", NULL, "200; items=[]"},
        {"GET " NAMES "?usernames=BOBBY,nobody", NULL, "200; items.*.userId=['$bob']"},
        {"GET " NAMES "?userIds=$bob,$ada @one", NULL, "200; items.*.username=['Ada.L']"},
        {"DELETE " NAMES "/bobby ~in", NULL, "404; errors=['Username not found']"},
        {"DELETE " NAMES "/BOBBY", NULL, "200"},
        {"DELETE " NAMES "/bobby", NULL, "404"},
        {"DELETE " NAMES "/cleo", NULL, "400; ~nothing else to sign in with"},
        {"DELETE " NAMES "/ada.l ~in", NULL, "200"},
        {SIGN_IN, "{'username':'ada.l','password':'" PASSWORD "'}", "401"},
        {"POST " CREATE " @two", "{'username':'ada.l'}", "201"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(
        &scene, (const struct op_binding *const[]){emails_ops, phones_ops, usernames_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(a_further_address),
        cmocka_unit_test(a_reset_by_a_further_address),
        cmocka_unit_test(another_primary_address),
        cmocka_unit_test(a_new_address),
        cmocka_unit_test(codes_expire),
        cmocka_unit_test(lists_of_addresses),
        cmocka_unit_test(a_phone_number),
        cmocka_unit_test(numbers_by_the_environment),
        cmocka_unit_test(user_names),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
