/*
 * What may happen once happens once, however many ask at the same moment: a code of an authenticator,
 * a recovery code, a waiting sign-in. See tests/support/race.h.
 */
#include "tests/support/race.h"
#include "tests/support/totp_app.h"

#include <stdio.h>

enum { ANSWER_MAX = 1 << 16, TEXT_MAX = 4096, ID_MAX = 64, TOKEN_MAX = 128, SIGN_INS = 12 };

#define PASSWORD "a horse, a battery"
#define AUTH "/identity/resources/auth/v1/user"
#define OWN "/identity/resources/users/v1/mfa"

/* ---- a person with an app ---- */

struct person {
    char id[ID_MAX], email[ID_MAX], recovery[ID_MAX];
    struct totp_app app;
};

static void
add_person(struct person *p, struct arena *a, const char *what, int round)
{
    static char qr[ANSWER_MAX];
    char body[TEXT_MAX], path[TEXT_MAX], user[TEXT_MAX];
    snprintf(p->email, sizeof p->email, "%s-%d@race.example", what, round);
    snprintf(body, sizeof body,
             "{\"email\":\"%s\",\"password\":\"" PASSWORD
             "\",\"tenantId\":\"race\",\"name\":\"R\"}",
             p->email);
    race_must("POST", "/identity/resources/vendor-only/users/v1", NULL, body, 201, "id", p->id,
              sizeof p->id);
    snprintf(path, sizeof path, "/identity/resources/users/v1/%s/verify", p->id);
    race_must("POST", path, NULL, "", 200, NULL, NULL, 0);
    snprintf(user, sizeof user, "frontegg-user-id: %s\r\n", p->id);
    race_must("POST", OWN "/authenticator/enroll", user, "", 200, "qrCode", qr, sizeof qr);
    totp_app_scan(&p->app, a, str_of(qr));
    snprintf(body, sizeof body, "{\"token\":\"%.*s\"}", STR_ARG(totp_app_code(&p->app, a, 0)));
    race_must("POST", OWN "/authenticator/enroll/verify", user, body, 200, "recoveryCode",
              p->recovery, sizeof p->recovery);
}

static void
half_sign_in(const struct person *p, char *mfa_token, size_t size)
{
    char body[TEXT_MAX];
    snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" PASSWORD "\"}", p->email);
    race_must("POST", AUTH, NULL, body, 200, "mfaToken", mfa_token, size);
}

/* Each caller has a sign-in of its own; the code is the same. */
static void
a_code_lets_in_one(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct arena a;
        struct person p;
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "code", round);
        int n = race_callers(6) > SIGN_INS ? SIGN_INS : race_callers(6); /* each costs a password */
        static char token[SIGN_INS][TOKEN_MAX];
        for (int i = 0; i < n; i++)
            half_sign_in(&p, token[i], sizeof token[i]);
        struct str code = totp_app_code(&p.app, &a, 1); /* one, whatever time passes meanwhile */
        for (int i = 0; i < n; i++) {
            race_caller[i].path = AUTH "/mfa/verify";
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"mfaToken\":\"%s\",\"value\":\"%.*s\"}", token[i], STR_ARG(code));
        }
        assert_int_equal(race_run(n, 201), 1);
        arena_fini(&a);
    }
}

static void
a_waiting_sign_in_ends_once(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct arena a;
        struct person p;
        char token[TOKEN_MAX];
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "token", round);
        half_sign_in(&p, token, sizeof token);
        int n = race_callers(12);
        for (int i = 0; i < n; i++) {
            race_caller[i].path = AUTH "/mfa/verify";
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"mfaToken\":\"%s\",\"value\":\"%.*s\"}", token,
                     STR_ARG(totp_app_code(&p.app, &a, 1)));
        }
        assert_int_equal(race_run(n, 201), 1);
        arena_fini(&a);
    }
}

static void
a_recovery_code_works_once(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct arena a;
        struct person p;
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "recovery", round);
        int n = race_callers(12);
        for (int i = 0; i < n; i++) {
            race_caller[i].path = AUTH "/mfa/recover";
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"email\":\"%s\",\"recoveryCode\":\"%s\"}", p.email, p.recovery);
        }
        assert_int_equal(race_run(n, 200), 1);
        arena_fini(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_lets_in_one),
        cmocka_unit_test(a_waiting_sign_in_ends_once),
        cmocka_unit_test(a_recovery_code_works_once),
    };
    if (!race_start())
        return 1;
    int failed = cmocka_run_group_tests_name("race mfa", tests, NULL, NULL);
    race_stop();
    return failed;
}
