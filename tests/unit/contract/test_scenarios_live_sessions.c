/* Everybody's sessions at a look: pages in every order, counts, what changed since, ending many. */
#include "tests/support/scene.h"

#include <stdio.h>

#define LIVE "/gatehouse/v1/sessions"
#define LOGIN "/identity/resources/auth/v1/user"
#define MINE "/identity/resources/users/sessions/v1/me"
#define USERS "/identity/resources/users"
#define PASSWORD "'password':'correct horse battery 9'"

static struct scene scene;

static void
add_person(const char *name, const char *tenant)
{
    scene_keep(&scene, "email", arena_printf(&scene.t.arena, "%s@x.io", name));
    scene_keep(&scene, "tenant", str_of(tenant));
    static const struct step steps[] = {
        {"POST " USERS "/v2 @$tenant", "{'email':'$email'," PASSWORD "}", "201; id>id"},
        {"POST " USERS "/v1/$id/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
    scene_keep(&scene, name, scene_value(&scene, "id"));
}

/* Signs in from `agent`; the session's id is kept as `kept`. */
static void
sign_in(const char *name, const char *agent, const char *kept)
{
    scene_keep(&scene, "email", arena_printf(&scene.t.arena, "%s@x.io", name));
    scene_keep(&scene, "agent", str_of(agent));
    scene_keep(&scene, "who", scene_value(&scene, name));
    static const struct step steps[] = {
        {"POST " LOGIN " ~none +User-Agent:$agent", "{'email':'$email'," PASSWORD "}",
         "200; accessToken>at"},
        {"GET " MINE "/current ~at", NULL, "200; id>sid"},
    };
    SCENE(&scene, steps);
    scene_keep(&scene, kept, scene_value(&scene, "sid"));
    scene_keep(&scene, arena_cstr(&scene.t.arena, arena_printf(&scene.t.arena, "%s_at", kept)),
               scene_value(&scene, "at"));
}

static int
start(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'two','name':'Two'}", "201"},
    };
    scene_start(&scene);
    SCENE(&scene, steps);
    add_person("ann", "one");
    add_person("bob", "one");
    add_person("cyd", "two");
    return 0;
}

static void
a_tenant_at_a_look(void **state)
{
    (void)state;
    static const struct step empty[] = {
        {"GET " LIVE " @one", NULL, "200; items=[]; next=null; total=null; cursor>before"},
        {"GET " LIVE "?total=true @one", NULL, "200; total=0; totalIsMore=false"},
        {"GET " LIVE "/changes?cursor=$before @one", NULL,
         "200; items=[]; more=false; reset=false"},
    };
    SCENE(&scene, empty);
    sign_in("ann", "curl/8.1", "a1");
    sign_in("bob", "Mozilla/5.0_(X11;_Linux_x86_64)_Firefox/128.0", "b1");
    sign_in("ann", "zz-tool/2", "a2");
    sign_in("cyd", "curl/8.1", "c1");
    static const struct step steps[] = {
        {"GET " LIVE "?total=true @one", NULL,
         "200; items.*.id=['$a2','$b1','$a1']; total=3; next=null;"
         "items.0.email='ann@x.io'; items.0.userId='$ann'; items.0.tenantId='one';"
         "items.0.ip='127.0.0.1'; items.*.client=['zz-tool/2','Firefox on Linux','curl'];"
         "items.2.userAgent='curl/8.1'; items.*.mfa=['none','none','none'];"
         "items.*.current=[false,false,false]"},
        {"GET " LIVE " @two", NULL, "200; items.*.id=['$c1']"},
        {"GET " LIVE " @nowhere", NULL, "200; items=[]"},
        {"GET " LIVE "?_order=ASC @one", NULL, "200; items.*.id=['$a1','$b1','$a2']"},
        {"GET " LIVE "?_sortBy=client&_order=ASC @one", NULL,
         "200; items.*.client=['Firefox on Linux','curl','zz-tool/2']"},
        {"GET " LIVE "?_sortBy=ip @one", NULL, "200; items#3"},
        {"GET " LIVE "?_sortBy=mfa @one", NULL, "200; items#3"},
        {"GET " LIVE "?_sortBy=usedAt @one", NULL, "200; items.*.id=['$a2','$b1','$a1']"},
        {"GET " LIVE "?client=curl @one", NULL, "200; items.*.id=['$a1']"},
        {"GET " LIVE "?ip=127.0.0.1&user=BOB@x.io @one", NULL, "200; items.*.id=['$b1']"},
        {"GET " LIVE "?ip=127.0.0.2 @one", NULL, "200; items=[]"},
        {"GET " LIVE "?userIds=$ann,$bob&_limit=2 @one", NULL, "200; items.*.id=['$a2','$b1']"},
        {"GET " LIVE "?userIds=$ann,$cyd", NULL, "200; items.*.id=['$c1','$a2','$a1']"},
        {"GET " LIVE "?ids=$a1,$c1 @one", NULL, "200; items.*.id=['$a1']"},
        {"GET " LIVE "?ids=$a1,$c1", NULL, "200; items.*.id=['$c1','$a1']"},
        /* Page by page, in every order. */
        {"GET " LIVE "?_limit=2 @one", NULL, "200; items.*.id=['$a2','$b1']; next>next"},
        {"GET " LIVE "?_limit=2&_after=$next @one", NULL, "200; items.*.id=['$a1']; next=null"},
        {"GET " LIVE "?_sortBy=client&_limit=1 @one", NULL,
         "200; items.*.client=['zz-tool/2']; next>next"},
        {"GET " LIVE "?_sortBy=client&_limit=1&_after=$next @one", NULL,
         "200; items.*.client=['curl']; next>next"},
        {"GET " LIVE "?_sortBy=client&_limit=1&_after=$next @one", NULL,
         "200; items.*.client=['Firefox on Linux']; next=null"},
        {"GET " LIVE "?_sortBy=mfa&_limit=2 @one", NULL,
         "200; items.*.id=['$a2','$b1']; next>next"},
        {"GET " LIVE "?_sortBy=mfa&_limit=2&_after=$next @one", NULL, "200; items.*.id=['$a1']"},
        {"GET " LIVE "?_sortBy=ip&_limit=2 @one", NULL, "200; items.*.id=['$a2','$b1']; next>next"},
        {"GET " LIVE "?_sortBy=ip&_limit=2&_after=$next @one", NULL, "200; items.*.id=['$a1']"},
    };
    SCENE(&scene, steps);
}

static void
what_is_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " LIVE, NULL, "400; ~Tenant ID is not specified"},
        {"GET " LIVE "/groups?by=ip", NULL, "400; ~Tenant ID is not specified"},
        {"GET " LIVE "/changes?cursor=0.0.0", NULL, "400; ~Tenant ID is not specified"},
        {"POST " LIVE "/revoke", "{'all':true}", "400; ~Tenant ID is not specified"},
        {"POST " LIVE "/revoke", "{'ip':'127.0.0.1'}", "400; ~Tenant ID is not specified"},
        {"GET " LIVE " ~none", NULL, "401"},
        {"GET " LIVE " ~a1_at", NULL, "403"},
        {"POST " LIVE "/revoke ~a1_at", "{'all':true}", "403"},
        {"GET " LIVE "?_after=x @one", NULL, "400; ~_after"},
        {"GET " LIVE "?_after=-1.2.3.x @one", NULL, "400; ~_after"},
        {"GET " LIVE "?_limit=1001 @one", NULL, "400; ~_limit"},
        {"GET " LIVE "?_sortBy=email @one", NULL, "400; ~_sortBy"},
        {"GET " LIVE "/groups?by=country @one", NULL, "400; ~by"},
        {"GET " LIVE "/groups @one", NULL, "400; ~by"},
        {"GET " LIVE "/changes @one", NULL, "400; ~cursor"},
        {"GET " LIVE "/changes?cursor=1.2 @one", NULL, "400; ~cursor"},
        {"GET " LIVE "/changes?cursor=1.2.x @one", NULL, "400; ~cursor"},
        {"POST " LIVE "/revoke @one", "{}", "400; ~say which sessions end"},
        {"POST " LIVE "/revoke @one", "{'all':false}", "400; ~say which sessions end"},
        {"POST " LIVE "/revoke @one", "{'ids':[]}", "400; ~say which sessions end"},
        {"POST " LIVE "/revoke @one", "{'ids':'x'}", "400; ~ids"},
        {"GET " LIVE "?total=true @one", NULL, "200; total=3"},
    };
    SCENE(&scene, steps);
}

static void
counts_by_group(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " LIVE "/groups?by=user @one", NULL,
         "200; items.*.name=['ann@x.io','bob@x.io']; items.*.sessions=[2,1]; items.0.key='$ann'"},
        {"GET " LIVE "/groups?by=ip @one", NULL,
         "200; items=[{'key':'127.0.0.1','name':null,'sessions':3}]"},
        {"GET " LIVE "/groups?by=client&user=ann@x.io @one", NULL,
         "200; items.*.key=['curl','zz-tool/2']; items.*.sessions=[1,1]"},
        {"GET " LIVE "/groups?by=client&_limit=1 @one", NULL, "200; items#1"},
        {"GET " LIVE "/groups?by=user&userIds=$ann,$cyd", NULL, "200; items.*.sessions=[2,1]"},
        {"GET " LIVE "/groups?by=ip @nowhere", NULL, "200; items=[]"},
    };
    SCENE(&scene, steps);
}

static void
what_changed_since(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " LIVE "/changes?cursor=$before @one", NULL,
         "200; items.*.id=['$a1','$b1','$a2']; items.*.event=['started','started','started'];"
         "items.0.session.client='curl'; items.0.email='ann@x.io'; more=false; reset=false;"
         "cursor>cursor"},
        {"GET " LIVE "/changes?cursor=$cursor @one", NULL, "200; items=[]"},
        {"GET " LIVE "/changes?cursor=$before&userIds=$bob @one", NULL, "200; items.*.id=['$b1']"},
        {"GET " LIVE "/changes?cursor=$before&user=bob@x.io @one", NULL, "200; items.*.id=['$b1']"},
        {"GET " LIVE "/changes?cursor=$before @two", NULL, "200; items.*.id=['$c1']"},
        {"DELETE " MINE "/$b1 @one +frontegg-user-id:$bob", NULL, "200"},
        {"GET " LIVE "/changes?cursor=$cursor @one", NULL,
         "200; "
         "items=[{'id':'$b1','event':'ended','userId':'$bob','email':'bob@x.io','session':null}]"},
        /* Whoever came and went in between only went. */
        {"GET " LIVE "/changes?cursor=$before @one", NULL,
         "200; items.*.id=['$a1','$a2','$b1']; items.*.event=['started','started','ended']"},
        {"GET " LIVE "/changes?cursor=9999999.9999999.1 @one", NULL, "200; reset=true; items=[]"},
    };
    SCENE(&scene, steps);
}

/* However a session leaves a tenant, it is told. */
static void
every_way_out_is_told(void **state)
{
    (void)state;
    add_person("dan", "one");
    sign_in("dan", "curl/8.1", "d1");
    static const struct step moves[] = {
        {"POST " USERS "/v1/$dan/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        {"GET " LIVE " @one", NULL, "200; cursor>cursor"},
        {"PUT " USERS "/v1/$dan/tenant", "{'tenantId':'two'}", "200"},
        {"GET " LIVE "/changes?cursor=$cursor @one", NULL,
         "200; items.*.event=['ended']; items.*.id=['$d1']"},
        {"GET " LIVE "/changes?cursor=$cursor @two", NULL,
         "200; items.*.event=['started']; items.*.id=['$d1']; cursor>cursor"},
        {"DELETE " USERS "/v1/$dan", NULL, "200"},
        {"GET " LIVE "/changes?cursor=$cursor @two", NULL,
         "200; items=[{'id':'$d1','event':'ended','userId':null,'email':null,'session':null}]"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'gone','name':'G'}", "201"},
    };
    SCENE(&scene, moves);
    add_person("eve", "gone");
    sign_in("eve", "curl/8.1", "e1");
    static const struct step steps[] = {
        {"GET " LIVE " @gone", NULL, "200; items#1; cursor>cursor"},
        {"DELETE /tenants/resources/tenants/v1/gone", NULL, "200"},
        {"GET " LIVE "/changes?cursor=$cursor&userIds=$eve", NULL,
         "200; items.*.event=['ended']; items.*.id=['$e1']"},
    };
    SCENE(&scene, steps);
}

static void
ending_many(void **state)
{
    (void)state;
    sign_in("bob", "curl/8.1", "b2");
    static const struct step steps[] = {
        /* Another tenant's sessions stay. */
        {"POST " LIVE "/revoke @two", "{'ids':['$a1','$b2']}",
         "200; ended=0; more=false; tokensUntil=null"},
        {"POST " LIVE "/revoke @one", "{'ids':['$a1','nothing']}",
         "200; ended=1; tokensUntil?; now?"},
        {"GET " USERS "/v3 ~a1_at", NULL, "401"},
        {"POST " LIVE "/revoke @one", "{'ids':['$a1']}", "200; ended=0; tokensUntil=null"},
        {"POST " LIVE "/revoke @one", "{'client':'curl','user':'bob@x.io'}", "200; ended=1"},
        {"GET " LIVE " @one", NULL, "200; items.*.id=['$a2']"},
        {"GET " LIVE " @two", NULL, "200; items.*.id=['$c1']"},
    };
    SCENE(&scene, steps);
    sign_in("bob", "curl/8.1", "b3");
    sign_in("bob", "curl/8.1", "b4");
    static const struct step more[] = {
        {"POST " LIVE "/revoke @one", "{'userIds':['$bob'],'except':'$b4'}", "200; ended=1"},
        {"GET " LIVE " @one", NULL, "200; items.*.id=['$b4','$a2']"},
        {"POST " LIVE "/revoke @one", "{'ip':'127.0.0.2'}", "200; ended=0"},
        {"POST " LIVE "/revoke @one", "{'all':true,'except':'$a2'}", "200; ended=1"},
        {"POST " LIVE "/revoke @one", "{'all':true}", "200; ended=1; more=false"},
        {"GET " LIVE "?total=true @one", NULL, "200; items=[]; total=0"},
        {"GET " LIVE " @two", NULL, "200; items.*.id=['$c1']"},
        {"POST " LIVE "/revoke", "{'ids':['$c1']}", "200; ended=1"},
    };
    SCENE(&scene, more);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){LIVE, NULL});
}

static int
stop(void **state)
{
    (void)state;
    scene_stop(&scene);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenant_at_a_look),       cmocka_unit_test(what_is_refused),
        cmocka_unit_test(counts_by_group),          cmocka_unit_test(what_changed_since),
        cmocka_unit_test(every_way_out_is_told),    cmocka_unit_test(ending_many),
        cmocka_unit_test(every_operation_was_used),
    };
    return cmocka_run_group_tests_name("live sessions", tests, start, stop);
}
