#include "tests/support/world.h"

static void
must(struct world *w, enum err_code rc)
{
    if (rc != ERR_OK)
        fail_msg("%s: %s", err_name(rc), w->err.msg);
}

void
world_begin(struct world *w)
{
    must(w, db_begin(w->t.db, DB_WRITE, &w->conn, &w->err));
    must(w, scope_open(&w->s, w->conn, &w->t.arena, STR("env-1"), STR_ABSENT, &w->err));
    must(w, scope_open(&w->other, w->conn, &w->t.arena, STR("env-2"), STR_ABSENT, &w->err));
    w->s.now = w->other.now = NOW;
}

void
world_open(struct world *w)
{
    memset(w, 0, sizeof *w);
    testdb_open_store(&w->t);
    must(w, db_begin(w->t.db, DB_WRITE, &w->conn, &w->err));
    struct env one = {
        .id = STR("env-1"), .name = STR("One"), .secret_hash = STR("h"), .created_at = NOW};
    struct env two = {
        .id = STR("env-2"), .name = STR("Two"), .secret_hash = STR("h"), .created_at = NOW};
    must(w, store_env_create(w->conn, &one, &w->err));
    must(w, store_env_create(w->conn, &two, &w->err));
    must(w, db_commit(w->conn, &w->err));
    world_begin(w);
}

void
world_commit(struct world *w)
{
    must(w, db_commit(w->conn, &w->err));
    world_begin(w);
}

static void
say(void *arg, struct str line)
{
    (void)arg;
    print_error("%.*s\n", STR_ARG(line));
}

void
world_close(struct world *w)
{
    enum err_code rc = db_commit(w->conn, &w->err);
    if (rc == ERR_OK)
        rc = db_check(w->t.db, say, NULL, &w->err);
    testdb_close(&w->t);
    must(w, rc);
}

struct scope
world_tenant(struct world *w, const char *tenant_id)
{
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = t.name = str_of(tenant_id);
    must(w, store_tenant_create(&w->s, &t, NULL, &w->err));
    return world_in(w, tenant_id);
}

struct scope
world_in(struct world *w, const char *tenant_id)
{
    struct scope in;
    must(w, scope_tenant(&w->s, str_of(tenant_id), &in, &w->err));
    return in;
}

struct str
world_user(struct world *w, const char *email, const char *name)
{
    struct user u = {.email = str_of(email), .name = str_of(name)};
    must(w, store_user_create(&w->s, &u, &w->err));
    return u.id;
}

struct str
world_member(struct world *w, const struct scope *in, const char *email)
{
    struct str id = world_user(w, email, email);
    must(w, store_membership_add(in, id, MEMBER_ACTIVATED, 0, &w->err));
    return id;
}

struct str
world_role(struct world *w, const char *key)
{
    struct role r = {.key = str_of(key), .name = str_of(key)};
    must(w, store_role_create(&w->s, &r, &w->err));
    return r.id;
}

struct str
world_permission(struct world *w, const char *key)
{
    struct permission p = {.key = str_of(key), .name = str_of(key)};
    must(w, store_permission_create(&w->s, &p, &w->err));
    return p.id;
}
