/*
 * Second factors in the console: the queue of a help desk with somebody refused in the middle, an app
 * that is replaced, policies changed in place, and what is said when something cannot be done.
 */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/mfa_service.h"

#include <stdio.h>
#include <stdlib.h>

static void
open_console(struct bench *b, struct mfa_service *s, const char *tenant)
{
    bench_open(b, &(struct bench_setup){.tenant = tenant});
    mfa_service_script(b, s);
    bench_attach(b);
    bench_keys(b, "");
}

static void
open_queue(struct bench *b, struct mfa_service *s, const char *tenant)
{
    open_console(b, s, tenant);
    bench_keys(b, "3");
    bench_line(b, "mfa");
}

static void
open_user(struct bench *b, struct mfa_service *s, const char *tenant)
{
    open_console(b, s, tenant);
    bench_keys(b, "m");
}

/* From the QR code to the recovery code typed back. */
static void
type_codes(struct bench *b)
{
    bench_type(b, "123456");
    bench_keys(b, "Enter");
    bench_shows(b, "Recovery code, shown once");
    bench_type(b, "cdef");
    bench_keys(b, "Enter Enter");
}

static void
enrol_here(struct bench *b)
{
    bench_keys(b, "Enter");
    bench_shows(b, "Secret JBSW Y3DP");
    type_codes(b);
}

/* ---- the queue ---- */

static void
a_queue_of_fifty_goes_on_past_a_refusal_and_is_resumed(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 50, .refuse_at = 25};
    (void)state;
    open_queue(&b, &s, "fifty");
    bench_shows(&b, "0 of 50 enrolled");
    for (int i = 1; i < 25; i++)
        enrol_here(&b);
    bench_shows(&b, "24 of 50 enrolled");
    bench_keys(&b, "Enter");
    bench_shows(&b, "User not found");
    bench_keys(&b, "Esc");
    /* It has gone on to the next. */
    bench_shows(&b, "24 of 50 enrolled, 1 failed");
    enrol_here(&b);
    bench_shows(&b, "25 of 50 enrolled, 1 failed");
    assert_false(s.enrolled[25]);
    assert_true(s.enrolled[26]);
    bench_keys(&b, "S i");
    bench_type(&b, "on holiday");
    bench_keys(&b, "Enter");
    bench_close(&b);

    /* Left in the middle, and taken up again. */
    s.refuse_at = 0;
    open_queue(&b, &s, "fifty");
    bench_shows(&b, "25 of 50 enrolled, 1 skipped, 1 failed");
    bench_keys(&b, "Down Down"); /* past the one who failed and the one skipped */
    bench_shows(&b, "on holiday");
    for (int i = 28; i <= 50; i++)
        enrol_here(&b);
    bench_shows(&b, "That was everybody. Not done: user25@example.com (User not found)");
    bench_shows(&b, "48 of 50 enrolled, 1 skipped, 1 failed");

    /* The one who failed is a key away. */
    bench_keys(&b, "F");
    enrol_here(&b);
    bench_shows(&b, "That was everybody.");
    bench_hides(&b, "Not done");
    bench_shows(&b, "49 of 50 enrolled, 1 skipped");
    assert_true(s.enrolled[25]);
    bench_close(&b);
}

static void
something_is_sent_instead(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 3};
    (void)state;
    open_queue(&b, &s, "sent");
    bench_keys(&b, "L Enter");
    bench_sent(&b, "passwordless_link_start");
    bench_shows(&b, "sign-in link sent");
    fake_answer(b.client, "passwordless_link_start", 400,
                "{\"errors\":[\"Invalid authentication type\"],\"errorCode\":\"ER-01012\"}");
    bench_keys(&b, "L Enter");
    bench_shows(&b, "nothing was sent: Invalid");
    bench_keys(&b, "L Down Down Enter");
    assert_string_equal(b.copied, "gatehouse --url 'https://api.example.com' enroll --email "
                                  "'user3@example.com'");
    bench_shows(&b, "0 of 3 enrolled, 2 sent, 1 failed");
    bench_keys(&b, "F L Down Enter");
    bench_sent(&b, "passwords_reset");
    bench_shows(&b, "3 sent");
    bench_close(&b);
}

static void
a_page_that_cannot_be_read_is_read_again(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 3};
    (void)state;
    open_console(&b, &s, "again");
    bench_keys(&b, "3");
    fake_fail(b.client, "users_list", ERR_NETWORK, "cannot reach api.example.com");
    bench_line(&b, "mfa");
    bench_shows(&b, "cannot reach api.example.com. R reads again.");
    mfa_service_script(&b, &s);
    bench_keys(&b, "R");
    bench_shows(&b, "0 of 3 enrolled");
    bench_close(&b);
}

/* ---- replacing ---- */

static void
an_app_is_replaced_after_saying_what_it_means(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .enrolled = {[1] = true}, .app = true};
    (void)state;
    open_user(&b, &s, "replace");
    bench_shows(&b, "Authenticator app");
    bench_keys(&b, "r Enter");
    bench_shows(&b, "there is no second factor.");
    bench_not_sent(&b, "mfa_authenticator_disable");
    bench_keys(&b, "D");
    bench_sent(&b, "mfa_authenticator_disable");
    bench_shows(&b, "Secret JBSW Y3DP");
    /* Broken off: said, kept, and gone on with. */
    bench_keys(&b, "Esc");
    bench_shows(&b, "Replacing the app was broken off");
    bench_close(&b);
    open_user(&b, &s, "replace");
    bench_shows(&b, "Replacing the app was broken off");
    bench_keys(&b, "r");
    bench_shows(&b, "Secret JBSW Y3DP");
    type_codes(&b);
    bench_hides(&b, "broken off");
    bench_shows(&b, "Authenticator app");
    bench_close(&b);
    open_user(&b, &s, "replace");
    bench_hides(&b, "broken off");
    bench_close(&b);
}

static void
a_phone_takes_the_place_of_an_app_before_it_goes(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .enrolled = {[1] = true}, .app = true, .sms_on = true};
    (void)state;
    open_user(&b, &s, "phone");
    bench_keys(&b, "r Down Enter");
    bench_type(&b, "+14155550100");
    bench_keys(&b, "Enter");
    bench_not_sent(&b, "mfa_authenticator_disable");
    bench_type(&b, "123456");
    bench_keys(&b, "Enter");
    bench_sent(&b, "mfa_authenticator_disable");
    bench_keys(&b, "Enter");
    bench_shows(&b, "+1*******00");
    bench_hides(&b, "Authenticator app");
    bench_close(&b);
}

static void
a_service_that_does_nothing_is_found_out(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .enrolled = {[1] = true}, .app = true, .deaf = true};
    (void)state;
    open_user(&b, &s, "deaf");
    bench_keys(&b, "d D");
    bench_sent(&b, "mfa_authenticator_disable");
    bench_shows(&b, "nothing changed");
    bench_shows(&b, "Authenticator app");
    bench_close(&b);
}

/* ---- what cannot be done ---- */

static void
nothing_to_reset_is_said(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    open_user(&b, &s, "none");
    bench_keys(&b, "x");
    bench_shows(&b, "user1@example.com is not enrolled");
    bench_keys(&b, "d");
    bench_shows(&b, "has no factor");
    bench_not_sent(&b, "users_mfa_unenroll");
    bench_close(&b);
}

static void
a_forbidden_factor_is_said_before_it_is_asked_for(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .sms_on = false};
    (void)state;
    open_user(&b, &s, "forbidden");
    bench_keys(&b, "a");
    bench_shows(&b, "off in the strategies");
    bench_shows(&b, "off in the configuration");
    bench_keys(&b, "Down Enter");
    bench_shows(&b, "may not be enrolled: the strategies switch it off");
    bench_shows(&b, ":policies");
    bench_not_sent(&b, "mfa_sms_enroll");
    bench_close(&b);
}

static void
a_service_that_refuses_the_kind_is_explained(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    open_user(&b, &s, "refused");
    fake_answer(b.client, "mfa_authenticator_enroll", 400,
                "{\"errors\":[\"Invalid authentication type\"],\"errorCode\":\"ER-01012\"}");
    bench_keys(&b, "a Enter");
    bench_shows(&b, "An authenticator app may not be enrolled here");
    bench_shows(&b, ":policies");
    bench_close(&b);
}

static void
a_user_in_no_tenant_is_said(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    mfa_service_script(&b, &s);
    fake_answer(b.client, "users_list", 200,
                "{\"items\":[{\"id\":\"u\",\"name\":\"U\",\"email\":\"u@x.y\",\"tenantIds\":[]}],"
                "\"_metadata\":{\"totalItems\":1}}");
    bench_attach(&b);
    bench_keys(&b, "2 m");
    bench_shows(&b, "u@x.y is in no tenant");
    bench_shows(&b, "A adds them to");
    bench_close(&b);
}

static void
no_number_is_said_before_it_is_sent(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .sms_on = true};
    (void)state;
    open_user(&b, &s, "number");
    bench_keys(&b, "a Down Enter");
    bench_type(&b, "555-0100");
    bench_keys(&b, "Enter");
    bench_shows(&b, "That is no phone number: it begins with +");
    bench_not_sent(&b, "mfa_sms_enroll");
    bench_close(&b);
}

static void
a_secret_that_ran_out_is_no_wrong_code(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    open_user(&b, &s, "expired");
    fake_answer(b.client, "mfa_authenticator_confirm", 400,
                "{\"errors\":[\"Code has expired\"],\"errorCode\":\"ER-01017\"}");
    bench_keys(&b, "a Enter");
    bench_type(&b, "123456");
    bench_keys(&b, "Enter");
    bench_shows(&b, "Code has expired, or was tried");
    bench_shows(&b, "n makes a new one");
    mfa_service_script(&b, &s);
    bench_keys(&b, "n");
    type_codes(&b);
    assert_true(s.enrolled[1]);
    bench_close(&b);
}

static void
an_answer_that_is_lost_is_asked_for(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    open_user(&b, &s, "lost");
    fake_fail(b.client, "mfa_authenticator_confirm", ERR_NETWORK, "connection reset");
    bench_keys(&b, "a Enter");
    bench_type(&b, "123456");
    bench_keys(&b, "Enter");
    bench_shows(&b, "The answer was lost, and nothing");
    s.confirmed = true; /* this time it was done, and the answer lost */
    bench_type(&b, "123456");
    bench_keys(&b, "Enter");
    bench_shows(&b, "Enrolled, but the answer with");
    bench_close(&b);
}

/* ---- policies ---- */

static const char FORCE[] = "{\"enforceMFAType\":\"Force\",\"allowRememberMyDevice\":true,"
                            "\"mfaDeviceExpiration\":86400}";
static const char DONT[] = "{\"enforceMFAType\":\"DontForce\",\"allowRememberMyDevice\":true,"
                           "\"mfaDeviceExpiration\":1209600}";

static void
set_policies(struct mfa_service *s, const char *tenant, const char *environment)
{
    snprintf(s->policy, sizeof s->policy, "%s", tenant);
    snprintf(s->environment, sizeof s->environment, "%s", environment);
}

static void
policy_says_what_holds_and_from_where(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1};
    (void)state;
    set_policies(&s, DONT, FORCE);
    open_console(&b, &s, "holds");
    bench_line(&b, "policies");
    bench_shows(&b, "Second factor            voluntary    required     required     environment");
    bench_shows(&b, "Remembered for           14 days      1 day        1 day        the stricter");
    bench_shows(&b, "off          strategies");
    bench_shows(&b, "off          configuration");
    bench_close(&b);
}

static void
a_policy_is_changed_after_counting(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 40, .enrolled = {[1] = true, [2] = true, [3] = true}};
    (void)state;
    set_policies(&s, DONT, "");
    open_console(&b, &s, "count");
    bench_line(&b, "policies");
    bench_keys(&b, "e Down Down Enter");
    bench_shows(&b, "Second factor: voluntary -> required, in tenant count");
    bench_shows(&b, "37 of 40 people have no second factor");
    bench_not_sent(&b, "mfa_policy_set");
    bench_keys(&b, "n");
    bench_not_sent(&b, "mfa_policy_set");
    bench_keys(&b, "e Down Down Enter y");
    bench_sent(&b, "mfa_policy_set tenant=count");
    bench_sent(&b, "\"mfaDeviceExpiration\":1209600");
    bench_shows(&b, "Second factor: changed");
    bench_shows(&b, "required     not set      required     tenant");
    bench_keys(&b, "Down Down e Ctrl-U");
    bench_type(&b, "7");
    bench_keys(&b, "Enter");
    bench_shows(&b, "14 days -> 7 days");
    bench_shows(&b, "3 of 40 people have a factor");
    bench_keys(&b, "y");
    bench_shows(&b, "Remembered for           7 days");
    bench_close(&b);
}

static void
a_policy_that_the_environment_overrules_touches_nobody(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 4};
    (void)state;
    set_policies(&s, FORCE, FORCE);
    open_console(&b, &s, "overruled");
    bench_line(&b, "policies");
    bench_keys(&b, "e Enter");
    bench_shows(&b, "required -> voluntary");
    bench_shows(&b, "Nobody is touched");
    bench_close(&b);
}

static void
a_policy_changed_by_somebody_else_is_not_overwritten(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 4};
    (void)state;
    set_policies(&s, DONT, "");
    open_console(&b, &s, "conflict");
    bench_line(&b, "policies");
    bench_keys(&b, "e Down Down Enter");
    set_policies(&s, FORCE, "");
    bench_keys(&b, "y");
    bench_shows(&b, "Somebody changed this meanwhile");
    bench_not_sent(&b, "mfa_policy_set");
    bench_close(&b);
}

static void
a_policy_that_does_not_change_is_found_out(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 4, .deaf = true};
    (void)state;
    set_policies(&s, DONT, "");
    open_console(&b, &s, "deaf-policy");
    bench_line(&b, "policies");
    bench_keys(&b, "e Down Down Enter y");
    bench_sent(&b, "mfa_policy_set");
    bench_shows(&b, "The service answered 200, but Second factor did not change");
    bench_close(&b);
}

static void
a_strategy_is_switched_for_the_environment(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 10, .enrolled = {[1] = true}};
    (void)state;
    open_console(&b, &s, "strategy");
    bench_line(&b, "policies");
    bench_keys(&b, "G Up e Down Enter");
    bench_shows(&b, "Codes by SMS: off -> on, in the whole environment");
    bench_shows(&b, "9 of 10 people have no second factor and may enrol this one");
    bench_keys(&b, "y");
    bench_sent(&b, "mfa_strategies_set");
    bench_shows(&b, "Codes by SMS: changed");
    bench_keys(&b, "e Up Enter");
    bench_shows(&b, "At most 1 of 10 people use it");
    bench_close(&b);
}

static void
read_only_changes_nothing(void **state)
{
    struct bench b;
    struct mfa_service s = {.people = 1, .app = true, .enrolled = {[1] = true}};
    (void)state;
    bench_open(&b, &(struct bench_setup){.tenant = "ro", .read_only = true});
    mfa_service_script(&b, &s);
    bench_attach(&b);
    bench_keys(&b, "m");
    static const char *const keys[] = {"a", "r", "d", "x", "b", "P e"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bench_keys(&b, keys[i]);
        bench_shows(&b, "Refused: this profile is read-only");
        bench_keys(&b, "Down");
    }
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_of_fifty_goes_on_past_a_refusal_and_is_resumed),
        cmocka_unit_test(something_is_sent_instead),
        cmocka_unit_test(a_page_that_cannot_be_read_is_read_again),
        cmocka_unit_test(an_app_is_replaced_after_saying_what_it_means),
        cmocka_unit_test(a_phone_takes_the_place_of_an_app_before_it_goes),
        cmocka_unit_test(a_service_that_does_nothing_is_found_out),
        cmocka_unit_test(nothing_to_reset_is_said),
        cmocka_unit_test(a_forbidden_factor_is_said_before_it_is_asked_for),
        cmocka_unit_test(a_service_that_refuses_the_kind_is_explained),
        cmocka_unit_test(a_user_in_no_tenant_is_said),
        cmocka_unit_test(no_number_is_said_before_it_is_sent),
        cmocka_unit_test(a_secret_that_ran_out_is_no_wrong_code),
        cmocka_unit_test(an_answer_that_is_lost_is_asked_for),
        cmocka_unit_test(policy_says_what_holds_and_from_where),
        cmocka_unit_test(a_policy_is_changed_after_counting),
        cmocka_unit_test(a_policy_that_the_environment_overrules_touches_nobody),
        cmocka_unit_test(a_policy_changed_by_somebody_else_is_not_overwritten),
        cmocka_unit_test(a_policy_that_does_not_change_is_found_out),
        cmocka_unit_test(a_strategy_is_switched_for_the_environment),
        cmocka_unit_test(read_only_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
