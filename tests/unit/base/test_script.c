/* Letters of two alphabets in one word. */
#include "base/script.h"

#include "base/mem.h"
#include "tests/support/unit.h"

static void
words_of_two_alphabets_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *one, *other;
    } cases[] = {
        {"\xd0\xb0"
         "dmin",
         "Cyrillic", "Latin"},
        {"p\xd0\xb0ypal", "Latin", "Cyrillic"},
        {"Bob \xce\x9fscar", "Greek", "Latin"},
        {"ada@\xd0\xb0"
         "cme.example",
         "Cyrillic", "Latin"},
        {"x1_\xd1\x83", "Latin", "Cyrillic"},
        {"a\xcc\x81\xd0\xb5", "Latin", "Cyrillic"},
        {"\xd5\xb8no", "Armenian", "Latin"},
        {"\xff\xd0\xb0z", "Cyrillic", "Latin"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *one = NULL, *other = NULL;
        assert_true(script_mixes(str_of(cases[i].text), &one, &other));
        assert_string_equal(one, cases[i].one);
        assert_string_equal(other, cases[i].other);
        assert_true(script_mixes(str_of(cases[i].text), NULL, NULL));
    }
}

static void
a_word_of_each_is_nobodys_fault(void **state)
{
    (void)state;
    static const char *const fine[] = {
        "",
        "Ada Okafor",
        "L\xc3\xa9"
        "a O'Neill-Garc\xc3\xad"
        "a",
        "\xd0\x94\xd0\xbc\xd0\xb8\xd1\x82\xd1\x80\xd0\xb8\xd0\xb9 Volkov",
        "\xd0\xb8\xd0\xb2\xd0\xbe@acme.example",
        "\xe4\xbd\x90\xe8\x97\xa4 Emi",
        "x\xe4\xbd\x90y",
        "\xd0\xb0\xff"
        "b",
        "\xd0\xb0\xc2\xa0"
        "b",
        "\xd0\xb0\xe2\x80\x8b"
        "b",
    };
    for (size_t i = 0; i < COUNT_OF(fine); i++)
        assert_false(script_mixes(str_of(fine[i]), NULL, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_two_alphabets_are_found),
        cmocka_unit_test(a_word_of_each_is_nobodys_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
