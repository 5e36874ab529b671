/*
 * The rest of what may happen once, and of what may not be tried too often: refresh tokens, reset
 * tokens, passwords, security keys. Codes of apps are in test_race_mfa.c, mailed tokens in
 * test_race_flows.c; see tests/support/race.h. The long form is
 *
 *     TEST_RACE_ROUNDS=200 TEST_RACE_CALLERS=100 tests/support/with-pg.sh make test-run SELECT='*test_race*'
 */
#include "tests/support/authenticator.h"
#include "tests/support/race.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>

enum { ID_MAX = 64, TOKEN_MAX = 256, EMAIL_MAX = 80, LIMIT = 5, ARENA_BYTES = 4 << 20 };

#define AUTH "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users/v1"
#define CONFIG "/identity/resources/configurations/v1"
#define PASSWORD "a horse, a battery"

struct person {
    char id[ID_MAX], email[EMAIL_MAX], body[RACE_TEXT_MAX]; /* body: a sign-in */
};

static void
sign_in_body(const struct person *p, const char *password, char *out, size_t size)
{
    snprintf(out, size, "{\"email\":\"%s\",\"password\":\"%s\"}", p->email, password);
}

static void
add_person(struct person *p, const char *what, int round)
{
    char body[RACE_TEXT_MAX], path[RACE_TEXT_MAX];
    snprintf(p->email, sizeof p->email, "%s-%d@race.example", what, round);
    snprintf(body, sizeof body,
             "{\"email\":\"%s\",\"password\":\"" PASSWORD "\",\"skipInviteEmail\":true}", p->email);
    race_must("POST", "/identity/resources/users/v2", "frontegg-tenant-id: race\r\n", body, 201,
              "id", p->id, sizeof p->id);
    snprintf(path, sizeof path, USERS "/%s/verify", p->id);
    race_must("POST", path, NULL, "", 200, NULL, NULL, 0);
    sign_in_body(p, PASSWORD, p->body, sizeof p->body);
}

/* ---- sessions ---- */

static void
a_refresh_token_works_once(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char cookie[600];
        add_person(&p, "refresh", round);
        struct race_reply r = race_ask(0, "POST", AUTH, NULL, p.body);
        assert_int_equal(r.status, 200);
        json_free(r.json);
        snprintf(cookie, sizeof cookie, "Cookie: %s\r\n", r.cookie);
        assert_int_equal(race_same(race_callers(12), AUTH "/token/refresh", cookie, "{}", 200), 1);
    }
}

/* ---- passwords ---- */

/* The password is the one of whoever won: neither the old one nor two. */
static void
one_password_was_set(const struct person *p, int n)
{
    int right = 0;
    for (int i = -1; i < n; i++) {
        char password[64], body[RACE_TEXT_MAX];
        snprintf(password, sizeof password, "number %d of the race", i);
        sign_in_body(p, password, body, sizeof body);
        struct race_reply r = race_ask(i + 1, "POST", AUTH, NULL, i < 0 ? p->body : body);
        right += r.status == 200;
        assert_false(i < 0 && r.status != 401);
        json_free(r.json);
    }
    assert_int_equal(right, 1);
}

static void
a_reset_token_works_once(void **state)
{
    (void)state;
    int n = race_callers(6);
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char path[RACE_TEXT_MAX], token[TOKEN_MAX];
        add_person(&p, "reset", round);
        snprintf(path, sizeof path, USERS "/%s/links/generate-password-reset-token", p.id);
        race_must("POST", path, NULL, "", 201, "token", token, sizeof token);
        for (int i = 0; i < n; i++) {
            race_caller[i].path = USERS "/passwords/reset/verify";
            race_caller[i].headers[0] = '\0';
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"userId\":\"%s\",\"token\":\"%s\",\"password\":\"number %d of the race\"}",
                     p.id, token, i);
        }
        assert_int_equal(race_run(n, 201), 1);
        if (round % 50 == 0)
            one_password_was_set(&p, n);
    }
}

static bool
is_locked(const struct person *p)
{
    char path[RACE_TEXT_MAX];
    bool locked = false;
    snprintf(path, sizeof path, "/identity/resources/vendor-only/users/v1/%s", p->id);
    struct race_reply r = race_ask(1, "GET", path, NULL, "");
    assert_int_equal(r.status, 200);
    (void)json_to_bool(json_get(r.json, "isLocked"), &locked);
    json_free(r.json);
    return locked;
}

static void
expect_sign_in(const struct person *p, int status)
{
    for (int which = 0; which < 2; which++) {
        struct race_reply r = race_ask(which, "POST", AUTH, NULL, p->body);
        assert_int_equal(r.status, status);
        json_free(r.json);
    }
}

static void
set_limit(int limit)
{
    char body[100];
    snprintf(body, sizeof body, "{\"enabled\":true,\"maxAttempts\":%d}", limit);
    struct race_reply r = race_ask(0, "POST", CONFIG "/lockout-policy", NULL, body);
    json_free(r.json);
    if (r.status == 409)
        race_must("PATCH", CONFIG "/lockout-policy", NULL, body, 200, NULL, NULL, 0);
    else
        assert_int_equal(r.status, 201);
}

/* Many wrong ones lock the account; then the right one is not looked at, on either server. */
static void
parallel_guesses_lock_the_account(void **state)
{
    (void)state;
    set_limit(LIMIT);
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct person p;
        char body[RACE_TEXT_MAX], path[RACE_TEXT_MAX];
        add_person(&p, "locked", round);
        sign_in_body(&p, "another horse", body, sizeof body);
        assert_int_equal(race_same(race_callers(8), AUTH, "", body, 200), 0);
        assert_true(is_locked(&p));
        expect_sign_in(&p, 401);
        snprintf(path, sizeof path, USERS "/%s/unlock", p.id);
        race_must("POST", path, NULL, "", 200, NULL, NULL, 0);
        expect_sign_in(&p, 200);
    }
}

/* The most that so many rounds, each won with this probability, win except once in a million times. */
static int
most_won(int rounds, double share)
{
    double exactly = pow(1 - share, rounds), so_far = exactly;
    int k = 0;
    while (k < rounds && so_far < 1 - 1e-6) {
        exactly *= (double)(rounds - k) / (k + 1) * share / (1 - share);
        so_far += exactly;
        k++;
    }
    return k;
}

/*
 * How many are looked at cannot be seen from outside, but the right one among n can: it gets in if it
 * is one of those. With FEW of n looked at that is FEW / n of the rounds; were more of them looked at,
 * it would be more rounds, and all of them if nothing held anybody back. Where the right one stands
 * goes through the callers, because they do not come in at random.
 */
static void
no_more_guesses_are_looked_at_than_allowed(void **state)
{
    (void)state;
    enum { FEW = 2, ROUNDS_LEAST = 12, CALLERS_LEAST = 24 };
    int rounds = race_rounds(ROUNDS_LEAST), n = race_callers(CALLERS_LEAST), won = 0;
    set_limit(FEW);
    for (int round = 0; round < rounds; round++) {
        struct person p;
        add_person(&p, "guessed", round);
        int at = (2 * round + 1) * n / (2 * rounds) % n;
        for (int i = 0; i < n; i++) {
            char password[64];
            snprintf(password, sizeof password, i == at ? PASSWORD : "guess %d", i);
            race_caller[i].path = AUTH;
            race_caller[i].headers[0] = '\0';
            sign_in_body(&p, password, race_caller[i].body, sizeof race_caller[i].body);
        }
        won += race_run(n, 200);
    }
    double share = (double)FEW / n;
    int most = most_won(rounds, share);
    print_message("# right one in: %d of %d rounds, %.1f expected, at most %d\n", won, rounds,
                  rounds * share, most);
    assert_true(most < rounds);
    assert_true(won <= most);
}

/* ---- security keys ---- */

struct key_login {
    struct arena arena;
    struct authn key;
    char mfa[TOKEN_MAX], wt[TOKEN_MAX], device[ID_MAX];
    struct authn_site site;
};

static struct str
text_at(struct key_login *k, const struct json *j, const char *a, const char *b)
{
    const struct json *v = json_get(j, a);
    return arena_str(&k->arena, json_str(b ? json_get(v, b) : v));
}

static void
copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, "%.*s", STR_ARG(s));
}

/* Password, then what the key is asked: `path` is enroll or the id of the device. */
static void
begin(struct key_login *k, const struct person *p, const char *path)
{
    char url[RACE_TEXT_MAX], body[RACE_TEXT_MAX];
    struct race_reply r = race_ask(0, "POST", AUTH, NULL, p->body);
    assert_int_equal(r.status, 200);
    copy(k->mfa, sizeof k->mfa, text_at(k, r.json, "mfaToken", NULL));
    struct json *device = json_at(json_get(json_get(r.json, "mfaDevices"), "webauthn"), 0);
    copy(k->device, sizeof k->device, json_str(json_get(device, "id")));
    json_free(r.json);
    snprintf(url, sizeof url, AUTH "/mfa/webauthn/%s", path ? path : k->device);
    snprintf(body, sizeof body, "{\"mfaToken\":\"%s\"}", k->mfa);
    r = race_ask(0, "POST", url, NULL, body);
    assert_int_equal(r.status, 201);
    copy(k->wt, sizeof k->wt, text_at(k, r.json, "webauthnToken", NULL));
    k->site = (struct authn_site){.rp_id = STR(RACE_HOST),
                                  .origin = STR("https://" RACE_HOST),
                                  .challenge = text_at(k, r.json, "options", "challenge"),
                                  .user = str_of(p->id)};
    json_free(r.json);
}

static void
registration_body(struct key_login *k, char out[RACE_TEXT_MAX])
{
    struct authn_reply a = authn_register(&k->key, &k->site, NULL, &k->arena);
    snprintf(out, RACE_TEXT_MAX,
             "{\"deviceType\":\"CrossPlatform\",\"webauthnToken\":\"%s\",\"mfaToken\":\"%s\","
             "\"options\":{\"id\":\"%.*s\",\"response\":{\"clientDataJSON\":\"%.*s\","
             "\"attestationObject\":\"%.*s\"}}}",
             k->wt, k->mfa, STR_ARG(a.id), STR_ARG(a.client_data), STR_ARG(a.attestation));
}

static void
assertion_body(struct key_login *k, char out[RACE_TEXT_MAX])
{
    struct authn_reply a = authn_assert(&k->key, &k->site, NULL, &k->arena);
    snprintf(out, RACE_TEXT_MAX,
             "{\"webauthnToken\":\"%s\",\"mfaToken\":\"%s\",\"options\":{\"id\":\"%.*s\","
             "\"response\":{\"clientDataJSON\":\"%.*s\",\"authenticatorData\":\"%.*s\","
             "\"signature\":\"%.*s\",\"userHandle\":\"%.*s\"}}}",
             k->wt, k->mfa, STR_ARG(a.id), STR_ARG(a.client_data), STR_ARG(a.auth_data),
             STR_ARG(a.signature), STR_ARG(a.user_handle));
}

static void
force_mfa(const char *type)
{
    char body[100];
    snprintf(body, sizeof body, "{\"enforceMFAType\":\"%s\"}", type);
    race_must("PUT", CONFIG "/mfa-policy", NULL, body, 200, NULL, NULL, 0);
}

/* One challenge, one answer, many times: it enrols once, and signs in once. */
static void
a_challenge_is_answered_once(void **state)
{
    (void)state;
    force_mfa("Force");
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct key_login k;
        struct person p;
        char body[RACE_TEXT_MAX], path[RACE_TEXT_MAX];
        arena_init(&k.arena, ARENA_BYTES);
        authn_init(&k.key, round % 2 ? AUTHN_EDDSA : AUTHN_ES256, &k.arena);
        add_person(&p, "key", round);
        begin(&k, &p, "enroll");
        registration_body(&k, body);
        assert_int_equal(
            race_same(race_callers(12), AUTH "/mfa/webauthn/enroll/verify", "", body, 201), 1);
        begin(&k, &p, NULL);
        assertion_body(&k, body);
        snprintf(path, sizeof path, AUTH "/mfa/webauthn/%s/verify", k.device);
        assert_int_equal(race_same(race_callers(12), path, "", body, 201), 1);
        authn_fini(&k.key);
        arena_fini(&k.arena);
    }
    force_mfa("DontForce");
}

/* Two people bring the same key at the same moment: one of them has it then. */
static void
a_key_gets_one_owner(void **state)
{
    (void)state;
    enum { PEOPLE = 4 };
    force_mfa("Force");
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct key_login k;
        arena_init(&k.arena, ARENA_BYTES);
        authn_init(&k.key, AUTHN_EDDSA, &k.arena);
        for (int i = 0; i < PEOPLE; i++) {
            struct person p;
            add_person(&p, "owner", round * PEOPLE + i);
            begin(&k, &p, "enroll");
            registration_body(&k, race_caller[i].body);
            race_caller[i].path = AUTH "/mfa/webauthn/enroll/verify";
            race_caller[i].headers[0] = '\0';
        }
        assert_int_equal(race_run(PEOPLE, 201), 1);
        authn_fini(&k.key);
        arena_fini(&k.arena);
    }
    force_mfa("DontForce");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refresh_token_works_once),
        cmocka_unit_test(a_reset_token_works_once),
        cmocka_unit_test(a_challenge_is_answered_once),
        cmocka_unit_test(a_key_gets_one_owner),
        cmocka_unit_test(parallel_guesses_lock_the_account),
        cmocka_unit_test(no_more_guesses_are_looked_at_than_allowed),
    };
    if (!race_start())
        return 1;
    int failed = cmocka_run_group_tests_name("races", tests, NULL, NULL);
    race_stop();
    return failed;
}
