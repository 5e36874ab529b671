#include "base/buf.h"

#include "base/mem.h"
#include "tests/support/unit.h"

static void
an_empty_buffer_is_an_empty_string(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    assert_str(buf_str(&b), "");
    buf_add(&b, NULL, 0);
    buf_add_str(&b, STR_ABSENT);
    buf_add_text(&b, NULL);
    assert_false(b.failed);
    size_t n = 7;
    char *taken = buf_take(&b, &n);
    assert_string_equal(taken, "");
    assert_int_equal(n, 0);
    mem_free(taken);
    buf_fini(&b);
}

static void
writes_append(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_add(&b, "a\0b", 3);
    buf_add_char(&b, '-');
    buf_add_text(&b, "text");
    buf_add_i64(&b, INT64_MIN);
    buf_add_char(&b, ' ');
    buf_add_i64(&b, INT64_MAX);
    buf_add_i64(&b, 0);
    assert_str(buf_str(&b), "a\0b-text-9223372036854775808 92233720368547758070");
    assert_int_equal(b.p[b.n], 0);
    buf_reset(&b);
    assert_str(buf_str(&b), "");
    buf_add_text(&b, "again");
    char *taken = buf_take(&b, NULL);
    assert_string_equal(taken, "again");
    mem_free(taken);
    assert_null(b.p);
    buf_add_text(&b, "after");
    assert_str(buf_str(&b), "after");
    buf_fini(&b);
}

static void
printf_grows(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_printf(&b, "%s", "");
    assert_str(buf_str(&b), "");
    for (int i = 0; i < 50; i++)
        buf_printf(&b, "%0*d", i, 0);
    assert_false(b.failed);
    assert_int_equal(b.n, 1 + 49 * 50 / 2);
    assert_int_equal(strlen(b.p), b.n);
    buf_fini(&b);
}

static void
the_cap_holds(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_add_text(&b, "12345678");
    assert_false(b.failed);
    assert_true(b.size <= 9);
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    assert_str(buf_str(&b), "12345678");
    buf_add(&b, NULL, 0);
    buf_reset(&b);
    assert_false(b.failed);
    buf_add_text(&b, "1234");
    buf_printf(&b, "%s", "56789");
    assert_true(b.failed);
    assert_str(buf_str(&b), "1234");
    assert_int_equal(b.p[4], 0);
    buf_add_text(&b, "5");
    assert_str(buf_str(&b), "1234");
    assert_false(buf_reserve(&b, 1));
    buf_reset(&b);
    assert_false(buf_reserve(&b, SIZE_MAX));
    buf_fini(&b);
    buf_init(&b, 0);
    assert_true(buf_reserve(&b, 0));
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    buf_fini(&b);
}

/* RFC 4648, section 10. */
static void
base64_vectors(void **state)
{
    (void)state;
    static const char *const vectors[][3] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+", "-__-"},
    };
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct str plain = str_of(vectors[i][0]);
        buf_reset(&b);
        buf_add_base64(&b, plain.p, plain.n);
        assert_string_equal(buf_str(&b).p, vectors[i][1]);
        buf_reset(&b);
        buf_add_base64url(&b, plain.p, plain.n);
        assert_string_equal(buf_str(&b).p, vectors[i][2]);
        buf_reset(&b);
        assert_true(buf_add_unbase64(&b, str_of(vectors[i][1])));
        assert_true(str_eq(buf_str(&b), plain));
        buf_reset(&b);
        assert_true(buf_add_unbase64url(&b, str_of(vectors[i][2])));
        assert_true(str_eq(buf_str(&b), plain));
    }
    buf_fini(&b);
}

static void
base64_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zg",   "Zg=",   "Zg===",  "=",        "====",     "Z===", "Zh==",
        "Zm9=", "Zm 9v", "Zm9v\n", "Zg==Zg==", "Zm9v====", "-__-", "Z=g=",
    };
    static const char *const bad_url[] = {"Zg==", "Zm8=", "Z",    "Zh",
                                          "Zm9",  "+//+", "Zg\n", "Zm9vY"};
    struct buf b;
    buf_init(&b, 100);
    buf_add_text(&b, "kept");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(buf_add_unbase64(&b, str_of(bad[i])));
    for (size_t i = 0; i < COUNT_OF(bad_url); i++)
        assert_false(buf_add_unbase64url(&b, str_of(bad_url[i])));
    assert_str(buf_str(&b), "kept");
    assert_false(b.failed);
    buf_fini(&b);
}

static void
base64_round_trip(void **state)
{
    (void)state;
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    struct buf text, back;
    buf_init(&text, 1000);
    buf_init(&back, 1000);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        buf_reset(&text);
        buf_reset(&back);
        buf_add_base64url(&text, bytes, n);
        assert_true(buf_add_unbase64url(&back, buf_str(&text)));
        assert_int_equal(back.n, n);
        assert_memory_equal(buf_str(&back).p, bytes, n);
    }
    buf_fini(&text);
    buf_fini(&back);
    buf_init(&text, 7);
    buf_add_base64(&text, "abcd", 4);
    assert_true(text.failed);
    assert_str(buf_str(&text), "");
    buf_fini(&text);
}

static void
hex_and_url(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_add_hex(&b, "\x00\x7f\xff", 3);
    assert_str(buf_str(&b), "007fff");
    buf_reset(&b);
    buf_add_urlencoded(&b, STR("aZ09-._~ /?&=%+\xc3\xa9\0"));
    assert_str(buf_str(&b), "aZ09-._~%20%2F%3F%26%3D%25%2B%C3%A9%00");
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_string),
        cmocka_unit_test(writes_append),
        cmocka_unit_test(printf_grows),
        cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(base64_vectors),
        cmocka_unit_test(base64_is_strict),
        cmocka_unit_test(base64_round_trip),
        cmocka_unit_test(hex_and_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
