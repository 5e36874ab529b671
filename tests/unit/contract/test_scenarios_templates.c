/* Texts of messages, and how accounts are activated and invitations accepted; see
 * tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define MAIL "/identity/resources/mail/v1/configs/templates"
#define MAIL_DEFAULT "/identity/resources/mail/v1/configs"
#define SMS "/identity/resources/configurations/v1/sms/templates"
#define STRATEGY "/identity/resources/configurations/v1"

static void
email_defaults(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " MAIL, NULL, "200; =[]"},
        {"GET " MAIL "?type=ResetPassword", NULL, "200; =[]"},
        {"GET " MAIL "?type=Nonsense", NULL, "400; ~type must be"},
        {"GET " MAIL_DEFAULT "/ResetPassword/default", NULL,
         "200; id=null; type='ResetPassword'; active=true; senderEmail=null; fromName=null; "
         "subject?;"
         "htmlTemplate?; redirectURLPattern='{{APP_URL}}/account/reset-password'; redirectURL?;"
         "successRedirectUrl=null; successRedirectUrlPattern!; ~{{link}}"},
        {"GET " MAIL_DEFAULT "/OTC/default", NULL,
         "200; redirectURL=null; redirectURLPattern!; ~{{code}}"},
        {"GET " MAIL_DEFAULT "/ApprovalFlowApprove/default", NULL, "200"},
        {"GET " MAIL_DEFAULT "/SignUpAttempt/default", NULL, "400"},
        {"GET " MAIL_DEFAULT "/Nonsense/default", NULL, "400; ~type must be"},
        {"GET " MAIL_DEFAULT "/OTC/default ~none", NULL, "401"},
        {"GET " MAIL " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
email_templates(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " MAIL,
         "{'type':'ResetPassword','senderEmail':'ids@acme.io','fromName':'Acme',"
         "'subject':'Hi {{user.name}}','htmlTemplate':'<p>{{REDIRECT_URL}} {{vendorThing}}</p>',"
         "'redirectURL':'{{APP_URL}}/reset?x=1','successRedirectUrl':'https://acme.io/ok',"
         "'active':true,'id':'','unknown':1}",
         "201"},
        {"GET " MAIL, NULL,
         "200; #1; 0.type='ResetPassword'; 0.id>id; 0.senderEmail='ids@acme.io';"
         "0.fromName='Acme'; 0.subject='Hi {{user.name}}'; 0.active=true;"
         "0.htmlTemplate='<p>{{REDIRECT_URL}} {{vendorThing}}</p>';"
         "0.redirectURLPattern='{{APP_URL}}/reset?x=1'; 0.successRedirectUrl='https://acme.io/ok';"
         "0.successRedirectUrlPattern='https://acme.io/ok'; ~/reset?x=1; !~userId"},
        /* A second POST changes what it names. */
        {"POST " MAIL, "{'type':'ResetPassword','active':false,'subject':'Bye'}", "201"},
        {"GET " MAIL "?type=ResetPassword", NULL,
         "200; #1; 0.id='$id'; 0.active=false; 0.subject='Bye'; 0.fromName='Acme'"},
        /* "" is the default again. */
        {"POST " MAIL,
         "{'type':'ResetPassword','subject':'','htmlTemplate':'','redirectURL':'','senderEmail':'',"
         "'fromName':null}",
         "201"},
        {"GET " MAIL "?type=ResetPassword", NULL,
         "200; 0.subject='Reset your {{app_name}} password'; 0.senderEmail=null;"
         "0.redirectURLPattern='{{APP_URL}}/account/reset-password'; 0.fromName='Acme'"},
        {"POST " MAIL, "{'type':'MagicLink'}", "201"},
        {"GET " MAIL, NULL, "200; *.type=['MagicLink','ResetPassword']"},
        {"POST " MAIL, "{'type':'Nonsense'}", "400; ~type must be"},
        {"POST " MAIL, "{'subject':'x'}", "400; ~type"},
        {"POST " MAIL, "{'type':'OTC','senderEmail':'a@b.io\\r\\nBcc: c@d.io'}",
         "400; ~senderEmail is no e-mail address"},
        {"POST " MAIL, "{'type':'OTC','redirectURL':'javascript:alert(1)'}",
         "400; ~redirectURL is no address for a link"},
        {"POST " MAIL, "{'type':'OTC','successRedirectUrl':'/x','redirectURL':'x y'}",
         "400; errors=['redirectURL is no address for a link',"
         "'successRedirectUrl is no address for a link']"},
        {"POST " MAIL, "{'type':'OTC','active':'yes'}", "400; ~active"},
        {"POST " MAIL, "{'type':'OTC','htmlTemplate':7}", "400; ~htmlTemplate"},
        {"POST " MAIL " ~none", "{'type':'OTC'}", "401"},
        {"GET " MAIL "?type=OTC", NULL, "200; =[]"},
        {"DELETE " MAIL "/$id", NULL, "200"},
        {"DELETE " MAIL "/$id", NULL, "404; errors=['Template not found']"},
        {"DELETE " MAIL "/MagicLink", NULL, "404"},
        {"GET " MAIL, NULL, "200; *.type=['MagicLink']"},
    };
    SCENE(&scene, steps);
}

static void
sms_templates(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " SMS "/default/all", NULL,
         "200; *.type=['OTC','MFAOTC','ResetPhoneNumber','VerifyPhoneNumber','ResetPassword'];"
         "0.isActive=true; 0.id!"},
        {"GET " SMS, NULL, "200; #5; 0.type='OTC'; 0.id!"},
        {"GET " SMS "/OTC/default", NULL, "200; type='OTC'; ~{{code}}"},
        {"GET " SMS "/Nonsense/default", NULL, "404"},
        {"GET " SMS "/OTC", NULL, "200; type='OTC'; id!"},
        {"GET " SMS "/Nonsense", NULL, "404; errors=['Template not found']"},
        {"POST " SMS "/OTC", "{'template':'Your code: {{code}}','isActive':false}",
         "201; id>id; type='OTC'; template='Your code: {{code}}'; isActive=false; createdAt?"},
        {"POST " SMS "/OTC", "{'isActive':true}", "201; id='$id'; template='Your code: {{code}}'"},
        {"POST " SMS "/OTC", NULL, "201; id='$id'; isActive=true"},
        {"GET " SMS "/OTC", NULL, "200; id='$id'; isActive=true; updatedAt?"},
        {"GET " SMS "/OTC/default", NULL, "200; id!; !~Your code:"},
        {"POST " SMS "/OTC", "{'template':''}", "201; id='$id'; !~Your code:"},
        /* Types that are not ours are kept, if there is a text. */
        {"POST " SMS "/Custom", "{'isActive':true}", "400; ~template should not be empty"},
        {"POST " SMS "/Custom", "{'template':'Hello {{name}}'}", "201; type='Custom'"},
        {"POST " SMS "/Custom", "{'isActive':false}", "201; template='Hello {{name}}'"},
        {"POST " SMS "/Custom", "{'template':''}", "400; ~template should not be empty"},
        {"POST " SMS "/CustomCustomCustomCustomCustomCustomCustomCustomCustomCustomCustom",
         "{'template':'x'}", "400; ~type must be shorter"},
        {"POST " SMS "/no_such", "{'template':'x'}", "400; ~type"},
        {"POST " SMS "/OTC", "{'template':7}", "400; ~template"},
        {"GET " SMS, NULL, "200; #6; 5.type='Custom'; 5.isActive=false"},
        {"DELETE " SMS "/Custom", NULL, "200"},
        {"DELETE " SMS "/Custom", NULL, "404"},
        {"DELETE " SMS "/OTC", NULL, "200"},
        {"GET " SMS "/OTC", NULL, "200; id!"},
        {"DELETE " SMS "/OTC ~none", NULL, "401"},
        {"POST " SMS "/OTC ~none", "{}", "401"},
    };
    SCENE(&scene, steps);
}

#define PAGES "/gatehouse/v1/templates"

static void
previews(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " PAGES, NULL, "200; types?; variables?; ~'channel':'email','type':'ResetPassword'"},
        {"GET " PAGES "?channel=sms", NULL,
         "200; types.0.channel='sms'; types.0.id?; types.0.templateId=null; !~email."},
        {"GET " PAGES "?channel=fax", NULL, "400"},
        {"GET " PAGES " ~none", NULL, "401"},
        {"POST " PAGES "/preview", "{'type':'ResetPassword'}",
         "200; channel='email'; active=true; unknown=[]; text?; html?; subject?; link?; from=null;"
         "!~{{; ~/account/reset-password?userId="},
        {"POST " PAGES "/preview",
         "{'type':'ResetPassword','subject':'Hi {{name}}\\r\\nBcc: x','htmlTemplate':"
         "'<p>{{name}} <a href=\\'{{link}}\\'>go</a> {{vendorThing}} {{code}}</p>',"
         "'fromName':'{{tenantName}}','redirectURL':'https://acme.io/{{vendor}}',"
         "'values':{'user_name':'<b>\u202e','tenant_name':'Acme','more':'x'}}",
         "200; subject='Hi <b> Bcc: x'; fromName='Acme';"
         "unknown=['vendorThing','code','vendor'];"
         "text='<b> go <https://acme.io/?userId=7d1f6c2e-58b4-4a07-9e5c-2f0a3c1b9d44"
         "&token=c2FtcGxl>\\n'; ~&lt"},
        {"POST " PAGES "/preview", "{'type':'OTC','channel':'sms','template':'{{code}} \u017b'}",
         "200; channel='sms'; text='123456 \u017b'; sms={'encoding':'UCS-2','units':8,'parts':1};"
         "html=null; link=null"},
        {"POST " PAGES "/preview", "{'type':'OTC','channel':'sms','values':{'code':'9'}}",
         "200; sms.encoding='GSM-7'; ~9 is your"},
        {"POST " MAIL, "{'type':'MFAOTC','subject':'Stored','active':false}", "201"},
        {"POST " PAGES "/preview", "{'type':'MFAOTC'}", "200; subject='Stored'; active=false"},
        {"POST " PAGES "/preview", "{'type':'Nonsense'}", "404"},
        {"POST " PAGES "/preview", "{}", "400; ~type"},
        {"POST " PAGES "/preview", "{'type':'OTC','channel':'fax'}", "400; ~channel"},
        {"POST " PAGES "/preview", "{'type':'OTC','values':{'code':7}}", "400; ~values.code"},
        {"POST " PAGES "/preview", "{'type':'OTC','redirectURL':'data:x'}", "400; ~redirectURL"},
        {"POST " PAGES "/preview ~none", "{'type':'OTC'}", "401"},
        {"GET " PAGES "/preview", NULL, "405"},
        {"GET " PAGES "/none", NULL, "404; errorCode='ER-00004'"},
    };
    SCENE(&scene, steps);
}

#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users/v2"
#define RESEND "/identity/resources/users/v1/activate/reset"

/* What goes out is what the templates say, whatever people and requests call themselves. */
static void
messages_that_go_out(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One <Ltd>'}", "201"},
        {"POST " USERS " @one", "{'email':'ada@x.io','name':'Ada <b>\\r\\nBcc: evil'}", "201"},
        {"OUTBOX ada@x.io", NULL,
         "200; channel='email'; template='ActivateUser'; subject='Activate your gatehouse account';"
         "token>token; ~Hello Ada &lt"},
        {"POST " MAIL,
         "{'type':'ActivateUser','senderEmail':'ids@acme.io','fromName':'{{name}} at Acme',"
         "'subject':'Welcome {{ user.name }}!','htmlTemplate':'<p title={{name}}>{{{name}}} "
         "<a href=\\'{{activationLink}}\\'>Go</a></p>{{nothing}}',"
         "'redirectURL':'https://app.acme.io/in?from={{tenantName}}'}",
         "201"},
        {"POST " RESEND " ~none +X-Forwarded-Host:evil.example +Forwarded:host=evil.example "
         "+frontegg-vendor-host:evil.example +Origin:https://evil.example",
         "{'email':'ada@x.io'}", "201"},
        {"OUTBOX ada@x.io", NULL,
         "200; subject='Welcome Ada <b> Bcc: evil!'; from='ids@acme.io'; token>token;"
         "link>link; ~https://app.acme.io/in?from=One%20%3CLtd%3E&userId=; ~&lt; !~evil.example; "
         "!~{{; !~<p>Ada <b>"},
        /* The default's link starts where the server says it lives. */
        {"POST " MAIL, "{'type':'ActivateUser','redirectURL':'','htmlTemplate':''}", "201"},
        {"POST " RESEND " ~none +X-Forwarded-Host:evil.example", "{'email':'ada@x.io'}", "201"},
        {"OUTBOX ada@x.io", NULL,
         "200; link>link; token>token; ~http://127.0.0.1:; ~/account/activate?userId=;"
         "!~evil.example"},
        {"POST " MAIL, "{'type':'ActivateUser','active':false}", "201"},
        {"POST " RESEND " ~none", "{'email':'ada@x.io'}", "201"},
        {"POST " MAIL, "{'type':'ActivateUser','active':true,'subject':'On again'}", "201"},
        {"POST " RESEND " ~none", "{'email':'ada@x.io'}", "201"},
        {"OUTBOX ada@x.io", NULL, "200; subject='On again'"},
    };
    SCENE(&scene, steps);
}

#define LOGIN "/identity/resources/auth/v1/user"
#define UNLOCK "/identity/resources/users/v3/me/unlock"

/* Whoever is locked by somebody's guesses gets a way back in. */
static void
an_account_that_was_locked(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS " @one",
         "{'email':'bob@x.io','password':'plum-Tractor-91-veil','skipInviteEmail':true}",
         "201; id>bob"},
        {"POST /identity/resources/users/v1/$bob/verify", NULL, "200"},
        {"POST " STRATEGY "/lockout-policy", "{'enabled':true,'maxAttempts':2}", "201"},
        {"POST " LOGIN " ~none", "{'email':'bob@x.io','password':'guess-one'}", "401"},
    };
    SCENE(&scene, steps);
    scene.audits++; /* the lock itself */
    static const struct step back[] = {
        {"POST " LOGIN " ~none", "{'email':'bob@x.io','password':'guess-two'}", "401"},
        {"OUTBOX bob@x.io", NULL, "200; template='UnlockUser'; token>token; ~/account/unlock?"},
        {"POST " LOGIN " ~none", "{'email':'bob@x.io','password':'plum-Tractor-91-veil'}", "401"},
        {"POST " UNLOCK " ~none", "{'token':'$token'}", "200"},
        {"OUTBOX bob@x.io", NULL, "200; template='UnlockUserSuccess'"},
        {"POST " LOGIN " ~none", "{'email':'bob@x.io','password':'plum-Tractor-91-veil'}",
         "200; accessToken?"},
        {"POST " UNLOCK " ~none", "{'token':'$token'}", "400"},
    };
    SCENE(&scene, back);
}

static void
strategies(void **state)
{
    (void)state;
    static const char *const paths[] = {"/activation/strategies", "/invitation/strategies"};
    for (size_t i = 0; i < 2; i++) {
        scene_keep(&scene, "path", str_of(paths[i]));
        static const struct step steps[] = {
            {"GET " STRATEGY "$path", NULL, "200; strategy='link'; codeExpiration?"},
            {"POST " STRATEGY "$path", "{'strategy':'code','codeExpiration':60}", "200"},
            {"GET " STRATEGY "$path", NULL, "200; ={'strategy':'code','codeExpiration':60}"},
            {"POST " STRATEGY "$path", "{'strategy':'link'}", "200"},
            {"GET " STRATEGY "$path", NULL, "200; ={'strategy':'link','codeExpiration':60}"},
            {"POST " STRATEGY "$path", "{'strategy':'Code'}", "400; ~strategy must be"},
            {"POST " STRATEGY "$path", "{'strategy':'code','codeExpiration':59}",
             "400; ~codeExpiration must not be less than 60"},
            {"POST " STRATEGY "$path", "{'strategy':'code','codeExpiration':'60'}",
             "400; ~codeExpiration"},
            {"GET " STRATEGY "$path ~none", NULL, "401"},
            {"POST " STRATEGY "$path ~none", "{'strategy':'code'}", "401"},
            {"GET " STRATEGY "$path", NULL, "200; strategy='link'"},
        };
        SCENE(&scene, steps);
    }
    static const struct step more[] = {
        {"POST " STRATEGY "/activation/strategies", "{'codeExpiration':60}", "400; ~strategy"},
        {"POST " STRATEGY "/invitation/strategies", "{'codeExpiration':90}", "200"},
        {"POST " STRATEGY "/invitation/strategies", NULL, "200"},
        {"GET " STRATEGY "/invitation/strategies", NULL, "200; codeExpiration=90"},
    };
    SCENE(&scene, more);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene,
                 (const char *const[]){"/identity/resources/mail/v1/configs",
                                       "/identity/resources/configurations/v1/sms/templates",
                                       STRATEGY "/activation", STRATEGY "/invitation", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(email_defaults),       cmocka_unit_test(email_templates),
        cmocka_unit_test(sms_templates),        cmocka_unit_test(previews),
        cmocka_unit_test(messages_that_go_out), cmocka_unit_test(an_account_that_was_locked),
        cmocka_unit_test(strategies),           cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("templates", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
