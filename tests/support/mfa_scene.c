#include "tests/support/mfa_scene.h"

#include "db/db.h"
#include "server/state.h"
#include "store/store.h"

#define OWN "/identity/resources/users/v1/mfa"

static void
run(struct scene *s, struct str request, struct str body, struct str expect)
{
    const struct step step = {request.p, body.p, expect.p};
    scene_run(s, &step, 1);
}

void
mfa_scene_person(struct scene *s, const char *name, const char *tenant)
{
    struct arena *a = &s->t.arena;
    run(s, arena_printf(a, "POST /identity/resources/users/v2 @%s", tenant),
        arena_printf(a,
                     "{'email':'%s@mfa.example','name':'%s','password':'" MFA_PASSWORD
                     "','skipInviteEmail':true}",
                     name, name),
        arena_printf(a, "201; id>%s", name));
    run(s, arena_printf(a, "POST /identity/resources/users/v1/$%s/verify", name), STR_ABSENT,
        STR("200"));
}

void
mfa_scene_sign_in(struct scene *s, const char *name, const char *options, const char *expect)
{
    struct arena *a = &s->t.arena;
    run(s,
        arena_printf(a, "POST /identity/resources/auth/v1/user ~none %s", options ? options : ""),
        arena_printf(a, "{'email':'%s@mfa.example','password':'" MFA_PASSWORD "'}", name),
        str_of(expect));
}

void
mfa_scene_scan(struct scene *s, struct totp_app *app)
{
    totp_app_scan(app, &s->t.arena, scene_value(s, "qr"));
}

void
mfa_scene_code(struct scene *s, const struct totp_app *app)
{
    scene_keep(s, "code", totp_app_code(app, &s->t.arena, 0));
    scene_keep(s, "next", totp_app_code(app, &s->t.arena, 1));
}

void
mfa_scene_sql(struct scene *s, const char *sql, const char *value)
{
    struct db_conn *conn;
    struct err err = {.code = ERR_OK};
    struct str v = value ? str_of(scene_text(s, value)) : STR_ABSENT;
    const struct db_value args[] = {DB_T(v)};
    int64_t changes = 0;
    assert_int_equal(db_begin(store_db(s->t.server->store), DB_WRITE, &conn, &err), ERR_OK);
    if (db_exec(conn, sql, args, value ? 1 : 0, &changes, &err) != ERR_OK || changes == 0)
        fail_msg("%s: %lld rows, %s", sql, (long long)changes, err.msg);
    assert_int_equal(db_commit(conn, &err), ERR_OK);
}

void
mfa_scene_enrol(struct scene *s, struct totp_app *app, const char *name)
{
    struct arena *a = &s->t.arena;
    run(s, arena_printf(a, "POST " OWN "/authenticator/enroll +frontegg-user-id:$%s", name),
        STR_ABSENT, STR("200; qrCode>qr"));
    mfa_scene_scan(s, app);
    mfa_scene_code(s, app);
    run(s, arena_printf(a, "POST " OWN "/authenticator/enroll/verify +frontegg-user-id:$%s", name),
        STR("{'token':'$code'}"), STR("200; recoveryCode>recovery"));
    /* As if half a minute had passed. */
    mfa_scene_sql(s, "UPDATE authenticators SET last_step = 0", NULL);
    mfa_scene_code(s, app);
}
