#ifndef SERVER_JWT_TARGETS_H
#define SERVER_JWT_TARGETS_H
/*
 * Which JWT template a token is made by. The environment's targeting is a list of rules; the first
 * whose conditions all hold names a template by its key. No rule, or a template that is not there:
 * the plain token. What is loaded lives in the scope's arena; picking needs no database.
 */
#include "base/json.h"
#include "crypto/jwt.h"
#include "store/jwt_templates.h"
#include "store/sessions.h"
#include "store/users.h"

enum {
    JWT_RULES_MAX = 50,
    JWT_CONDITIONS_MAX = 20, /* of a rule */
    JWT_VALUES_MAX = 500,    /* of a condition */
    JWT_RULES_BYTES_MAX = 64 * 1024
};

struct jwt_targets {
    struct str targeting; /* JSON; absent: none */
    const struct jwt_template *templates;
    size_t n;
    struct str tenant_name,
        tenant_metadata; /* of the scope's tenant, when a template asks for them */
};
/* What is in force in the scope's environment; tenant texts are those of its tenant. */
enum err_code jwt_targets_load(const struct scope *s, struct jwt_targets *out,
                               struct err *err) MUST_USE;

/* Whom a token is about. */
struct jwt_facts {
    struct str type; /* "userToken" */
    struct str user_id, email, tenant_id, app_id;
    const struct rights *rights;
};
/* NULL: the plain token. */
const struct jwt_template *jwt_targets_pick(const struct jwt_targets *r,
                                            const struct jwt_facts *facts);
/* What a token is signed with: as the template says, `preset` without one. */
enum jwt_alg jwt_targets_algorithm(const struct jwt_template *t, enum jwt_alg preset);

/* What is wrong with rules that somebody wants, in the arena; absent: nothing. */
struct str jwt_targets_fault(struct arena *a, const struct json *rules);

/* What templates may name beside the members of the plain token: "user", "tenant", "account". */
void jwt_targets_write(struct jw *w, const struct jwt_targets *r, const struct jwt_facts *facts,
                       const struct user *u);
#endif
