/*
 * The matrix of permissions and roles: changed in place, looked at, written role by role, read back,
 * taken back; what somebody else changed meanwhile, what is refused, what does nothing.
 */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROLES = 30, PERMISSIONS = 60 };

/* A service with roles that hold permissions; `hidden` is one that no list shows. */
struct service {
    size_t roles, permissions;
    bool held[ROLES][PERMISSIONS];
    bool deaf;      /* answers 200 and changes nothing */
    size_t refuses; /* this role; SIZE_MAX: none */
    bool hidden;
};

static void
role_json(const struct service *s, size_t r, struct buf *out)
{
    const char *gap = "";
    buf_printf(out, "{\"id\":\"r%zu\",\"key\":\"Role%zu\",\"level\":%zu,\"permissions\":[", r, r,
               r);
    for (size_t p = 0; p < s->permissions; p++) {
        if (!s->held[r][p])
            continue;
        buf_printf(out, "%s\"p%zu\"", gap, p);
        gap = ",";
    }
    if (s->hidden)
        buf_printf(out, "%s\"hidden\"", gap);
    buf_add_text(out, "]}");
}

static int
list_roles(void *ctx, const struct values *values, struct buf *body)
{
    const struct service *s = ctx;
    (void)values;
    buf_add_char(body, '[');
    for (size_t r = 0; r < s->roles; r++) {
        buf_add_text(body, r ? "," : "");
        role_json(s, r, body);
    }
    buf_add_char(body, ']');
    return 200;
}

static int
list_permissions(void *ctx, const struct values *values, struct buf *body)
{
    const struct service *s = ctx;
    (void)values;
    buf_add_char(body, '[');
    for (size_t p = 0; p < s->permissions; p++)
        buf_printf(body, "%s{\"id\":\"p%zu\",\"key\":\"perm.%zu\",\"name\":\"May do %zu\"}",
                   p ? "," : "", p, p, p);
    buf_add_char(body, ']');
    return 200;
}

static int
set_permissions(void *ctx, const struct values *values, struct buf *body)
{
    struct service *s = ctx;
    int64_t r = 0, p = 0;
    struct str id = json_str(json_get(values->path, "roleId"));
    assert_true(str_to_i64(str_sub(id, 1, id.n), &r));
    if ((size_t)r == s->refuses) {
        buf_add_text(body, "{\"errors\":[\"Not this one\"]}");
        return 403;
    }
    if (!s->deaf) {
        memset(s->held[r], 0, sizeof s->held[r]);
        const struct json *ids = json_get(values->body, "permissionIds");
        for (const struct json *j = json_first(ids); j; j = json_next(j))
            if (str_to_i64(str_sub(json_str(j), 1, json_str(j).n), &p))
                s->held[r][p] = true;
    }
    role_json(s, (size_t)r, body);
    return 200;
}

static void
open_matrix(struct bench *b, struct service *s, const struct bench_setup *setup)
{
    bench_open(b, setup);
    bench_standard(b);
    fake_answer_by(b->client, "roles_list_v1", list_roles, s);
    fake_answer_by(b->client, "permissions_list", list_permissions, s);
    fake_answer_by(b->client, "roles_permissions_set", set_permissions, s);
    bench_attach(b);
    bench_line(b, "matrix");
}

static const struct bench_setup usual = {.tenant = "acme"};

static struct service
service_of(size_t roles, size_t permissions)
{
    struct service s = {.roles = roles, .permissions = permissions, .refuses = SIZE_MAX};
    s.held[0][0] = s.held[0][1] = s.held[1][1] = true;
    return s;
}

static void
a_change_is_seen_written_and_read_back(void **state)
{
    struct bench b;
    struct service s = service_of(3, 4);
    (void)state;
    s.hidden = true;
    open_matrix(&b, &s, &usual);
    bench_shows(&b, "permission 1 of 4, role 1 of 3");
    bench_shows(&b, "Role0 holds perm.0");
    bench_keys(&b, "Space Right Space");
    bench_shows(&b, "2 not written");
    bench_shows(&b, "Role1 does not hold perm.0; will get it");
    bench_not_sent(&b, "roles_permissions_set");
    bench_keys(&b, "w");
    bench_shows(&b, "Role (level 0) Role0");
    bench_shows(&b, "- perm.0");
    bench_shows(&b, "+ perm.0");
    bench_not_sent(&b, "roles_permissions_set");
    bench_keys(&b, "Enter"); /* is no yes */
    bench_not_sent(&b, "roles_permissions_set");
    bench_keys(&b, "y");
    bench_sent(&b, "roles_permissions_set tenant=acme path={\"roleId\":\"r0\"} query={} "
                   "body={\"permissionIds\":[\"hidden\",\"p1\"]}");
    bench_sent(&b, "path={\"roleId\":\"r1\"} query={} "
                   "body={\"permissionIds\":[\"hidden\",\"p0\",\"p1\"]}");
    bench_not_sent(&b, "path={\"roleId\":\"r2\"}");
    bench_shows(&b, "Written and read back: 2 roles");
    bench_hides(&b, "not written");
    assert_false(s.held[0][0]);
    assert_true(s.held[1][0]);
    /* Taken back, one role at a time. */
    bench_keys(&b, "z");
    assert_false(s.held[1][0]);
    assert_false(s.held[0][0]);
    bench_shows(&b, "Role1 does not hold perm.0");
    bench_keys(&b, "z");
    assert_true(s.held[0][0]);
    bench_close(&b);
}

static void
what_somebody_else_changed_is_not_overwritten(void **state)
{
    struct bench b;
    struct service s = service_of(3, 4);
    (void)state;
    open_matrix(&b, &s, &usual);
    bench_keys(&b, "Space w");
    s.held[0][3] = true;
    bench_keys(&b, "y");
    bench_not_sent(&b, "roles_permissions_set");
    bench_shows(&b, "Somebody changed Role0 meanwhile. Nothing was written");
    bench_keys(&b, "Left");
    bench_shows(&b, "Role0 holds perm.0; will lose it");
    /* Looked at again, it goes with what is there now. */
    bench_keys(&b, "w y");
    bench_sent(&b, "body={\"permissionIds\":[\"p1\",\"p3\"]}");
    bench_shows(&b, "Written and read back: 1 role");
    bench_close(&b);
}

static void
a_role_that_is_refused_stays_changed_and_is_said(void **state)
{
    struct bench b;
    struct service s = service_of(3, 4);
    (void)state;
    s.refuses = 0;
    open_matrix(&b, &s, &usual);
    bench_keys(&b, "Space Right Space w y");
    bench_shows(&b, "1 written, 1 refused, 0 unchanged: Role0: Not this one");
    bench_keys(&b, "Left");
    bench_shows(&b, "Role0 holds perm.0; will lose it");
    assert_true(s.held[0][0]);
    assert_true(s.held[1][0]);
    bench_close(&b);
}

static void
a_service_that_does_nothing_is_found_out(void **state)
{
    struct bench b;
    struct service s = service_of(2, 2);
    (void)state;
    s.deaf = true;
    open_matrix(&b, &s, &usual);
    bench_keys(&b, "Space w y");
    bench_shows(&b, "The service answered, but 1 role did not become what was written");
    bench_keys(&b, "Left");
    bench_shows(&b, "Role0 holds perm.0; will lose it");
    bench_close(&b);
}

static void
leaving_asks_and_u_takes_back(void **state)
{
    struct bench b;
    struct service s = service_of(2, 2);
    (void)state;
    open_matrix(&b, &s, &usual);
    bench_keys(&b, "Space Esc");
    bench_shows(&b, "Leave 1 change unwritten?");
    bench_keys(&b, "n");
    bench_shows(&b, "1 not written");
    bench_keys(&b, "R"); /* reading again keeps it */
    bench_shows(&b, "1 not written");
    bench_keys(&b, "u");
    bench_shows(&b, "Taken back: 1 change");
    bench_keys(&b, "Esc");
    bench_hides(&b, "Matrix");
    bench_line(&b, "matrix");
    bench_keys(&b, "Space q y");
    bench_hides(&b, "Matrix");
    bench_not_sent(&b, "roles_permissions_set");
    bench_close(&b);
}

static void
it_scrolls_both_ways_under_frozen_heads(void **state)
{
    struct bench b;
    struct service s = service_of(ROLES, PERMISSIONS);
    (void)state;
    open_matrix(&b, &s, &(struct bench_setup){.rows = 12, .cols = 40, .tenant = "acme"});
    bench_shows(&b, "Permission");
    bench_shows(&b, "Role0");
    bench_hides(&b, "Role29");
    for (int i = 0; i < ROLES; i++)
        bench_keys(&b, "Right");
    bench_keys(&b, "G");
    bench_shows(&b, "Role29");
    bench_shows(&b, "perm.59");
    bench_hides(&b, "Role0 ");
    bench_shows(&b, "<");
    bench_shows(&b, "Role29 does not hold perm.59");
    bench_keys(&b, "g Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U Ctrl-U");
    bench_shows(&b, "Role0 ");
    bench_shows(&b, "perm.0");
    bench_close(&b);
}

static void
a_permission_is_found(void **state)
{
    struct bench b;
    struct service s = service_of(3, PERMISSIONS);
    (void)state;
    open_matrix(&b, &s, &usual);
    bench_keys(&b, "/");
    bench_type(&b, "PERM.5");
    bench_keys(&b, "Enter");
    bench_shows(&b, "permission 6 of 60");
    bench_keys(&b, "n");
    bench_shows(&b, "permission 51 of 60");
    bench_keys(&b, "N N");
    bench_shows(&b, "permission 60 of 60");
    bench_keys(&b, "/");
    bench_type(&b, "nothing");
    bench_keys(&b, "Enter");
    bench_shows(&b, "No permission matches \"nothing\"");
    bench_close(&b);
}

static void
a_read_only_profile_and_a_refusal_change_nothing(void **state)
{
    struct bench b;
    struct service s = service_of(3, 4);
    (void)state;
    open_matrix(&b, &s, &(struct bench_setup){.tenant = "acme", .read_only = true});
    bench_keys(&b, "Space w");
    bench_hides(&b, "not written");
    bench_not_sent(&b, "roles_permissions_set");
    bench_close(&b);
    open_matrix(&b, &s, &usual);
    fake_answer(b.client, "permissions_list", 403, "{\"errors\":[\"You may not\"]}");
    bench_keys(&b, "Space w y"); /* what is there cannot be read again */
    bench_shows(&b, "Cannot read it again before writing; nothing was sent");
    bench_not_sent(&b, "roles_permissions_set");
    bench_keys(&b, "Left");
    bench_shows(&b, "Role0 holds perm.0; will lose it");
    bench_keys(&b, "Esc y");
    bench_line(&b, "matrix");
    bench_shows(&b, "permissions_list: You may not");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_seen_written_and_read_back),
        cmocka_unit_test(what_somebody_else_changed_is_not_overwritten),
        cmocka_unit_test(a_role_that_is_refused_stays_changed_and_is_said),
        cmocka_unit_test(a_service_that_does_nothing_is_found_out),
        cmocka_unit_test(leaving_asks_and_u_takes_back),
        cmocka_unit_test(it_scrolls_both_ways_under_frozen_heads),
        cmocka_unit_test(a_permission_is_found),
        cmocka_unit_test(a_read_only_profile_and_a_refusal_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
