/*
 * What may happen once happens once, however many ask at the same moment: a reset token sets one
 * password, an address or a number becomes one person's. See tests/support/race.h.
 */
#include "tests/support/outbox.h"
#include "tests/support/race.h"

#include <stdio.h>

enum { TEXT_MAX = 4096, ID_MAX = 64, TOKEN_MAX = 128, PEOPLE = 6, SENDING_ROUNDS_MAX = 150 };

#define USERS "/identity/resources/users/v1"

static void
add_person(const char *what, int round, int i, char id[ID_MAX])
{
    char body[TEXT_MAX], path[TEXT_MAX];
    snprintf(body, sizeof body,
             "{\"email\":\"%s-%d-%d@race.example\",\"tenantId\":\"race\",\"name\":\"R\"}", what,
             round, i);
    race_must("POST", "/identity/resources/vendor-only/users/v1", NULL, body, 201, "id", id,
              ID_MAX);
    snprintf(path, sizeof path, USERS "/%s/verify", id);
    race_must("POST", path, NULL, "", 200, NULL, NULL, 0);
}

static void
a_token_sets_one_password(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        char id[ID_MAX], token[TOKEN_MAX], path[TEXT_MAX];
        add_person("reset", round, 0, id);
        snprintf(path, sizeof path, USERS "/%s/links/generate-password-reset-token", id);
        race_must("POST", path, NULL, "", 201, "token", token, sizeof token);
        int n = race_callers(10);
        for (int i = 0; i < n; i++) {
            race_caller[i].path = USERS "/passwords/reset/verify";
            race_caller[i].headers[0] = '\0';
            snprintf(race_caller[i].body, sizeof race_caller[i].body,
                     "{\"userId\":\"%s\",\"token\":\"%s\",\"password\":\"harbour-lantern-%d\"}", id,
                     token, i);
        }
        assert_int_equal(race_run(n, 201), 1);
    }
}

/* People of one tenant are sent 2,000 messages in ten minutes, and each round sends PEOPLE. */
static int
sending_rounds(void)
{
    int n = race_rounds(RACE_ROUNDS);
    return n > SENDING_ROUNDS_MAX ? SENDING_ROUNDS_MAX : n;
}

/* What was sent to `to` next. */
static void
next_code(const char *to, int64_t *seen, char out[ID_MAX])
{
    struct arena a;
    arena_init(&a, 16 << 20);
    struct json *message = outbox_next(race_outbox(), to, seen, &a, NULL);
    assert_non_null(message);
    snprintf(out, ID_MAX, "%.*s", STR_ARG(json_str(json_get(message, "code"))));
    json_free(message);
    arena_fini(&a);
}

/* Several people write one address down and get a code there; all show it at once. */
static void
an_address_becomes_one_persons(void **state)
{
    (void)state;
    for (int round = 0; round < sending_rounds(); round++) {
        char id[ID_MAX], code[ID_MAX], to[ID_MAX], body[TEXT_MAX];
        int64_t seen = 0;
        snprintf(to, sizeof to, "wanted-%d@race.example", round);
        for (int i = 0; i < PEOPLE; i++) {
            struct race_caller *caller = &race_caller[i];
            add_person("mail", round, i, id);
            snprintf(caller->headers, sizeof caller->headers, "frontegg-user-id: %s\r\n", id);
            snprintf(body, sizeof body, "{\"email\":\"%s\"}", to);
            race_must("POST", "/identity/resources/users/emails/v1", caller->headers, body, 201,
                      NULL, NULL, 0);
            next_code(to, &seen, code);
            caller->path = "/identity/resources/users/emails/v1/verify";
            snprintf(caller->body, sizeof caller->body, "{\"email\":\"%s\",\"code\":\"%s\"}", to,
                     code);
        }
        assert_int_equal(race_run(PEOPLE, 200), 1);
    }
}

static void
a_number_becomes_one_persons(void **state)
{
    (void)state;
    for (int round = 0; round < sending_rounds(); round++) {
        char id[ID_MAX], code[ID_MAX], to[ID_MAX], token[TOKEN_MAX], body[TEXT_MAX];
        int64_t seen = 0;
        snprintf(to, sizeof to, "+49155501%05d", round);
        for (int i = 0; i < PEOPLE; i++) {
            struct race_caller *caller = &race_caller[i];
            add_person("phone", round, i, id);
            snprintf(caller->headers, sizeof caller->headers, "frontegg-user-id: %s\r\n", id);
            snprintf(body, sizeof body, "{\"phoneNumber\":\"%s\"}", to);
            race_must("POST", "/identity/resources/users/phone-numbers/v1", caller->headers, body,
                      201, "otcToken", token, sizeof token);
            next_code(to, &seen, code);
            caller->path = "/identity/resources/users/phone-numbers/v1/verify";
            snprintf(caller->body, sizeof caller->body, "{\"otcToken\":\"%s\",\"code\":\"%s\"}",
                     token, code);
        }
        assert_int_equal(race_run(PEOPLE, 200), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_sets_one_password),
        cmocka_unit_test(an_address_becomes_one_persons),
        cmocka_unit_test(a_number_becomes_one_persons),
    };
    if (!race_start())
        return 1;
    int failed = cmocka_run_group_tests_name("race passwords", tests, NULL, NULL);
    race_stop();
    return failed;
}
