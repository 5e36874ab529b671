#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H
/* What store tests start from: an environment "env-1" (and "env-2" beside it) with tenants, and a
 * transaction to work in. */
#include "store/audits.h"
#include "store/configs.h"
#include "store/envs.h"
#include "store/permissions.h"
#include "store/roles.h"
#include "store/tenants.h"
#include "store/users.h"
#include "tests/support/testdb.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1700000000 };

struct world {
    struct testdb t;
    struct db_conn *conn;
    struct scope s;     /* env-1, no tenant */
    struct scope other; /* env-2, no tenant */
    struct err err;
};

void world_open(struct world *w);
/* Checks the database's own rules, then throws it away. */
void world_close(struct world *w);
/* Commits and begins anew. */
void world_commit(struct world *w);
void world_begin(struct world *w);

/* These fail the test when they fail. */
struct scope world_tenant(struct world *w, const char *tenant_id); /* creates it */
struct scope world_in(struct world *w, const char *tenant_id);     /* scope of one that is there */
struct str world_user(struct world *w, const char *email, const char *name); /* id */
struct str world_member(struct world *w, const struct scope *in, const char *email);
struct str world_role(struct world *w, const char *key);
struct str world_permission(struct world *w, const char *key);

#define OK(call)                                                                                   \
    do {                                                                                           \
        enum err_code ok_rc = (call);                                                              \
        if (ok_rc != ERR_OK)                                                                       \
            fail_msg("%s: %s (%s)", #call, err_name(ok_rc), w.err.msg);                            \
    } while (0)
#define assert_str(value, text)                                                                    \
    do {                                                                                           \
        struct str got = (value);                                                                  \
        if (!str_eq(got, str_of(text)))                                                            \
            fail_msg("%s is \"%.*s\", not \"%s\"", #value, STR_ARG(got), text);                    \
    } while (0)
#endif
