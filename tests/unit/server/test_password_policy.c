/* Password rules without a server: policies put together, passwords judged, dictionary asked. */
#include "server/known_passwords.h"
#include "server/password_policy.h"
#include "tests/support/unit.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdio.h>

enum { TEXT_MAX = 1024 };

struct lines {
    char text[TEXT_MAX];
    size_t n;
};

static void
add_line(void *arg, struct str line)
{
    struct lines *l = arg;
    int n = snprintf(l->text + l->n, TEXT_MAX - l->n, "%.*s|", STR_ARG(line));
    assert_true(n > 0 && (size_t)n < TEXT_MAX - l->n);
    l->n += (size_t)n;
}

/* ' stands for ". */
static struct json *
document(const char *text)
{
    char copy[TEXT_MAX];
    size_t n = strlen(text);
    assert_true(n < sizeof copy);
    for (size_t i = 0; i <= n; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    struct json *j = json_parse((struct str){copy, n}, n, NULL);
    assert_non_null(j);
    return j;
}

#define CLASSES                                                                                    \
    "'optionalTests':{'requireLowercase':true,'requireUppercase':true,'requireNumbers':true,"      \
    "'requireSpecialChars':true}"
#define LONGER "password must be longer than or equal to "
#define SHORTER "password must be shorter than or equal to "
#define NEEDS "password must contain at least one "
#define SIXTY_FOUR "pass word nr 64 pass word nr 64 pass word nr 64 pass word nr 64!"

/* What the environment and one tenant have stored, a password, and the lines it earns. */
static const struct {
    const char *environment, *tenant, *password, *lines;
} cases[] = {
    /* Nothing set: length alone, in characters; spaces and any script are as good as others. */
    {NULL, NULL, "", LONGER "8 characters|"},
    {NULL, NULL, "1234567", LONGER "8 characters|"},
    {NULL, NULL, "12345678", ""},
    {NULL, NULL, "        ", ""},
    {NULL, NULL, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc",
     LONGER "8 characters|"},
    {NULL, NULL, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", ""},
    {NULL, NULL, SIXTY_FOUR, ""},
    {NULL, NULL, SIXTY_FOUR SIXTY_FOUR, ""},
    {NULL, NULL, SIXTY_FOUR SIXTY_FOUR "x", SHORTER "128 characters|"},
    /* The environment's figures count as they are. */
    {"{'minLength':6}", NULL, "12345", LONGER "6 characters|"},
    {"{'minLength':6}", NULL, "123456", ""},
    {"{'minLength':12}", NULL, "12345678901", LONGER "12 characters|"},
    {"{'maxLength':80}", NULL, SIXTY_FOUR SIXTY_FOUR, SHORTER "80 characters|"},
    /* 64 characters are allowed whatever it says, and the lengths cannot cross. */
    {"{'maxLength':10}", NULL, SIXTY_FOUR, ""},
    {"{'maxLength':10}", NULL, SIXTY_FOUR "x", SHORTER "64 characters|"},
    {"{'minLength':100,'maxLength':90}", NULL, SIXTY_FOUR, LONGER "100 characters|"},
    /* Classes: none by default, then so many of those that are on. */
    {"{'minOptionalTestsToPass':4}", NULL, "aaaaaaaa", ""},
    {"{" CLASSES "}", NULL, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", ""},
    {"{" CLASSES ",'minOptionalTestsToPass':3}", NULL, "abcdefg1",
     "password must pass at least 3 of the tests for kinds of characters|"},
    {"{" CLASSES ",'minOptionalTestsToPass':3}", NULL, "Abcdefg1", ""},
    {"{" CLASSES ",'minOptionalTestsToPass':4}", NULL, "abcdefgh",
     NEEDS "uppercase letter|" NEEDS "number|" NEEDS "special character|"},
    {"{" CLASSES ",'minOptionalTestsToPass':4}", NULL, "Abcdef1 ", ""},
    {"{'optionalTests':{'requireNumbers':true}}", NULL, "abcdefgh", NEEDS "number|"},
    {"{'requiredTests':{'checkThreeRepeatedChars':true}}", NULL, "abccc123",
     "password must not contain the same character three times in a row|"},
    {"{'requiredTests':{'checkThreeRepeatedChars':true}}", NULL, "abcc1123", ""},
    {"{'requiredTests':{'checkThreeRepeatedChars':true}}", NULL, "ab\xc3\xa4\xc3\xa4\xc3\xa4xyz",
     "password must not contain the same character three times in a row|"},
    /* Passphrases: classes do not matter for long ones, where that is allowed. */
    {"{" CLASSES ",'minOptionalTestsToPass':2,'allowPassphrases':true}", NULL,
     "only lower case letters", ""},
    {"{'allowPassphrases':true,'optionalTests':{'requireNumbers':true}}", NULL,
     "only lower case let", NEEDS "number|"},
    {"{'allowPassphrases':true,'minPhraseLength':24,'optionalTests':{'requireNumbers':true}}", NULL,
     "only lower case letters", NEEDS "number|"},
    /* A tenant makes it stricter, never looser. */
    {"{'minLength':6}", "{'minLength':10}", "123456789", LONGER "10 characters|"},
    {"{'minLength':12}", "{'minLength':10}", "12345678901", LONGER "12 characters|"},
    {NULL, "{'minLength':4}", "1234567", LONGER "8 characters|"},
    {"{'maxLength':80}", "{'maxLength':100}", SIXTY_FOUR SIXTY_FOUR, SHORTER "80 characters|"},
    {NULL, "{'optionalTests':{'requireNumbers':true}}", "abcdefgh", NEEDS "number|"},
    {"{'optionalTests':{'requireNumbers':true}}", "{'optionalTests':{'requireNumbers':false}}",
     "abcdefgh", NEEDS "number|"},
    {"{'optionalTests':{'requireNumbers':true}}",
     "{'optionalTests':{'requireUppercase':true},'minOptionalTestsToPass':2}", "abcdefgh",
     NEEDS "uppercase letter|" NEEDS "number|"},
    {"{'allowPassphrases':true,'optionalTests':{'requireNumbers':true}}",
     "{'allowPassphrases':false}", "only lower case letters", NEEDS "number|"},
    {NULL, "{'requiredTests':{'checkThreeRepeatedChars':true}}", "abccc123",
     "password must not contain the same character three times in a row|"},
    /* Members of a wrong kind are as good as not there. */
    {"{'minLength':'x','optionalTests':7,'requiredTests':[],'maxLength':null}", NULL, "1234567",
     LONGER "8 characters|"},
};

static void
policies_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct password_policy p;
        struct lines got = {.n = 0};
        password_policy_init(&p);
        struct json *j = cases[i].environment ? document(cases[i].environment) : NULL;
        if (j)
            password_policy_environment(&p, j);
        json_free(j);
        j = cases[i].tenant ? document(cases[i].tenant) : NULL;
        if (j)
            password_policy_tenant(&p, j);
        json_free(j);
        (void)password_policy_check(&p, str_of(cases[i].password), add_line, &got);
        got.text[got.n] = '\0';
        if (strcmp(got.text, cases[i].lines) != 0)
            fail_msg("case %zu, \"%s\": %s", i, cases[i].password, got.text);
    }
}

static const struct {
    const char *password, *word;
    bool made;
} words[] = {
    {"ada.lovelace", "ada.lovelace", true},
    {"Ada.Lovelace1815", "ada.lovelace", true},
    {"lovelace!", "ada.lovelace", true},
    {"LOVELACElovelace", "Ada Lovelace", true},
    {"lovelace likes trains", "Ada Lovelace", false},
    {"adaadaada", "ada", false}, /* too short to count */
    {"acme2024", "acme", true},
    {"acme inc. forever", "Acme Inc.", false},
    {"m\xc3\xbcller99", "M\xc3\x9cLLER", true},
    {"unrelated", "acme", false},
    {"anything", "", false},
};

static void
words_of_the_person_do_not_make_a_password(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_of(words[i].word);
        if (password_is_made_of(str_of(words[i].password), &word, 1) != words[i].made)
            fail_msg("%s of %s", words[i].password, words[i].word);
    }
    assert_false(password_is_made_of(STR("anything"), NULL, 0));
}

static const struct {
    const char *password;
    bool common, guessable;
} known[] = {
    {"password", true, true},
    {"PASSWORD", true, true},
    {"password1", false, true},
    {"Passw0rd", false, true},
    {"drowssap", false, true},
    {"12345678", false, true},
    {"qwertyuiop", false, true},
    {"hellokitty", false, true},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, true},
    {"abababababab", false, true},
    {"correct horse battery", false, false},
    {"Tr0ub4dor&3-xK", false, false},
    {"Gatehouse-Fixture-77", false, false},
    {"vnq7-krw2", false, false},
    {SIXTY_FOUR, false, false},
    {SIXTY_FOUR SIXTY_FOUR, false, false},
};

static void
common_ones_are_known(void **state)
{
    (void)state;
    struct known_passwords *k = NULL;
    struct err err;
    assert_int_equal(known_passwords_open(&k, NULL, &err), ERR_OK);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct str password = str_of(known[i].password);
        if (known_passwords_common(k, password) != known[i].common ||
            known_passwords_guessable(k, password) != known[i].guessable)
            fail_msg("%s", known[i].password);
        assert_false(known_passwords_breached(k, password));
    }
    known_passwords_close(k);
    known_passwords_close(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_hold),
        cmocka_unit_test(words_of_the_person_do_not_make_a_password),
        cmocka_unit_test(common_ones_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
