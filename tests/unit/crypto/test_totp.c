/* One-time codes against the vectors of the RFCs, the window, and seeds as text. */
#include "base/mem.h"
#include "crypto/totp.h"
#include "tests/support/unit.h"

static const char KEY20[] = "12345678901234567890";
static const char KEY32[] = "12345678901234567890123456789012";
static const char KEY64[] = "1234567890123456789012345678901234567890123456789012345678901234";

static struct str
key_of(enum totp_hash hash)
{
    return hash == TOTP_SHA1 ? STR(KEY20) : hash == TOTP_SHA256 ? STR(KEY32) : STR(KEY64);
}

static void
rfc_4226_appendix_d(void **state)
{
    (void)state;
    static const char *const want[] = {"755224", "287082", "359152", "969429", "338314",
                                       "254676", "287922", "162583", "399871", "520489"};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        char got[TOTP_DIGITS_MAX + 1];
        assert_int_equal(totp_code(TOTP_SHA1, STR(KEY20), i, 6, got, NULL), ERR_OK);
        assert_string_equal(got, want[i]);
    }
}

static void
rfc_6238_appendix_b(void **state)
{
    (void)state;
    static const struct {
        int64_t time;
        const char *codes[3];
    } rows[] = {
        {59, {"94287082", "46119246", "90693936"}},
        {1111111109, {"07081804", "68084774", "25091201"}},
        {1111111111, {"14050471", "67062674", "99943326"}},
        {1234567890, {"89005924", "91819424", "93441116"}},
        {2000000000, {"69279037", "90698825", "38618901"}},
        {20000000000, {"65353130", "77737706", "47863826"}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int hash = TOTP_SHA1; hash <= TOTP_SHA512; hash++) {
            char got[TOTP_DIGITS_MAX + 1];
            assert_int_equal(totp_code((enum totp_hash)hash, key_of((enum totp_hash)hash),
                                       (uint64_t)(rows[i].time / 30), 8, got, NULL),
                             ERR_OK);
            assert_string_equal(got, rows[i].codes[hash]);
        }
}

/* The vectors of the RFC for longer hashes are often tried with the key for SHA-1. */
static void
a_key_must_fit_its_hash(void **state)
{
    (void)state;
    static const struct {
        enum totp_hash hash;
        size_t n;
        bool fits;
    } rows[] = {{TOTP_SHA1, 0, false},    {TOTP_SHA1, 9, false},   {TOTP_SHA1, 10, true},
                {TOTP_SHA1, 20, true},    {TOTP_SHA1, 64, true},   {TOTP_SHA256, 20, false},
                {TOTP_SHA256, 31, false}, {TOTP_SHA256, 32, true}, {TOTP_SHA512, 20, false},
                {TOTP_SHA512, 32, false}, {TOTP_SHA512, 64, true}};
    static char bytes[TOTP_SEED_MAX + 1];
    char got[TOTP_DIGITS_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(totp_code(rows[i].hash, (struct str){bytes, rows[i].n}, 1, 6, got, NULL) ==
                             ERR_OK,
                         rows[i].fits);
    assert_int_equal(totp_code(TOTP_SHA1, (struct str){bytes, sizeof bytes}, 1, 6, got, NULL),
                     ERR_INVALID);
    assert_int_equal(totp_code(TOTP_SHA1, STR(KEY20), 1, 5, got, NULL), ERR_INVALID);
    assert_int_equal(totp_code(TOTP_SHA1, STR(KEY20), 1, 9, got, NULL), ERR_INVALID);
}

static void
one_step_either_way_and_never_back(void **state)
{
    (void)state;
    const int64_t step = 50000000, now = step * TOTP_PERIOD_MS + 12345;
    for (int64_t off = -3; off <= 3; off++) {
        char code[TOTP_DIGITS_MAX + 1];
        assert_int_equal(totp_code(TOTP_SHA1, STR(KEY20), (uint64_t)(step + off), 6, code, NULL),
                         ERR_OK);
        bool inside = off >= -TOTP_WINDOW && off <= TOTP_WINDOW;
        assert_int_equal(totp_find(STR(KEY20), str_of(code), now, 0), inside ? step + off : -1);
        /* Once used, it and what came before it are over. */
        for (int64_t last = step - 3; last <= step + 3; last++)
            assert_int_equal(totp_find(STR(KEY20), str_of(code), now, last),
                             inside && step + off > last ? step + off : -1);
    }
}

static void
what_is_no_code(void **state)
{
    (void)state;
    const int64_t now = INT64_C(59) * 1000;
    assert_int_equal(totp_find(STR(KEY20), STR("287082"), now, -1), 1);
    assert_int_equal(totp_find(STR(KEY20), STR("287 082"), now, -1), 1);
    static const char *const bad[] = {"",        "28708",   "2870822",  "287083",      "28708a",
                                      "-287082", "+287082", "0x287082", "２８７０８２"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(totp_find(STR(KEY20), str_of(bad[i]), now, -1), -1);
    assert_int_equal(totp_find(STR(KEY20),
                               STR("28708\0"
                                   "2"),
                               now, -1),
                     -1);
    assert_int_equal(totp_find(STR("short"), STR("287082"), now, -1), -1);
    /* The first step there is has none before it. */
    assert_int_equal(totp_find(STR(KEY20), STR("755224"), 0, -1), 0);
}

/* ---- base32 ---- */

static void
seeds_as_text(void **state)
{
    (void)state;
    struct buf text, back;
    buf_init(&text, 256);
    buf_init(&back, 256);
    totp_seed_write(STR(KEY20), &text);
    assert_str(buf_str(&text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(totp_seed_read(buf_str(&text), &back));
    assert_str(buf_str(&back), KEY20);
    buf_fini(&text);
    buf_fini(&back);
}

static void
people_write_seeds_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool read;
    } rows[] = {
        {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", true},
        {"gezd gnbv gy3t qojq gezd gnbv gy3t qojq", true},
        {" GEZD-GNBV-GY3T-QOJQ ", true},
        {"GEZDGNBVGY3TQOJQ====", true},
        {"", false},
        {"GEZDGNBV", false},                /* too short to be safe */
        {"GEZDGNBVGY3TQOJ1", false},        /* 1 is no digit */
        {"GEZDGNBVGY3TQOJQG", false},       /* a digit alone */
        {"GEZDGNBVGY3TQOJQGEZ", false},     /* three are not whole bytes either */
        {"GEZDGNBVGY3TQOJQGF", false},      /* bits left over */
        {"GEZDGNBV=GY3TQOJQ", false},       /* padding inside */
        {"GEZDGNBVGY3TQOJQ=======", false}, /* too much of it */
        {"GEZDGNBVGY3TQOJ\xc4\xb1", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;
        buf_init(&out, 256);
        if (totp_seed_read(str_of(rows[i].text), &out) != rows[i].read)
            fail_msg("\"%s\"", rows[i].text);
        assert_int_equal(out.n > 0, rows[i].read);
        buf_fini(&out);
    }
}

static void
every_length_comes_back(void **state)
{
    (void)state;
    for (size_t n = TOTP_SEED_MIN; n <= TOTP_SEED_MAX + 1; n++) {
        char seed[TOTP_SEED_MAX + 1];
        struct buf text, back;
        buf_init(&text, 256);
        buf_init(&back, 256);
        for (size_t i = 0; i < n; i++)
            seed[i] = (char)(i * 37 + n * 11);
        totp_seed_write((struct str){seed, n}, &text);
        assert_int_equal(totp_seed_read(buf_str(&text), &back), n <= TOTP_SEED_MAX);
        if (n <= TOTP_SEED_MAX)
            assert_true(str_eq(buf_str(&back), (struct str){seed, n}));
        buf_fini(&text);
        buf_fini(&back);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_4226_appendix_d),
        cmocka_unit_test(rfc_6238_appendix_b),
        cmocka_unit_test(a_key_must_fit_its_hash),
        cmocka_unit_test(one_step_either_way_and_never_back),
        cmocka_unit_test(what_is_no_code),
        cmocka_unit_test(seeds_as_text),
        cmocka_unit_test(people_write_seeds_in_many_ways),
        cmocka_unit_test(every_length_comes_back),
    };
    return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
