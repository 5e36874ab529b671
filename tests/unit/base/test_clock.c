#include "base/clock.h"
#include "base/mem.h"

#include "tests/support/unit.h"
#include <stdlib.h>
#include <time.h>

static void
clocks_run_and_stand_still(void **state)
{
    (void)state;
    assert_true(clock_now_ms() > INT64_C(1500000000000));
    int64_t before = clock_mono_us();
    assert_true(clock_mono_us() >= before);
    clock_pin(INT64_C(1714649122000), 5000);
    assert_int_equal(clock_now_ms(), INT64_C(1714649122000));
    assert_int_equal(clock_mono_ms(), 5000);
    assert_int_equal(clock_mono_us(), 5000000);
    clock_pin(0, -1);
    assert_int_equal(clock_now_ms(), 0);
    assert_true(clock_mono_us() >= before);
    clock_pin(-1, -1);
    assert_true(clock_now_ms() > INT64_C(1500000000000));
}

static void
formats(void **state)
{
    (void)state;
    char out[CLOCK_TEXT_SIZE];
    assert_string_equal(clock_format(INT64_C(1714649122000), out), "2024-05-02T11:25:22.000Z");
    assert_string_equal(clock_format(0, out), "1970-01-01T00:00:00.000Z");
    assert_string_equal(clock_format(-1, out), "1969-12-31T23:59:59.999Z");
    assert_string_equal(clock_format(INT64_MIN, out), "0000-01-01T00:00:00.000Z");
    assert_string_equal(clock_format(INT64_MAX, out), "9999-12-31T23:59:59.999Z");
    assert_string_equal(clock_format_http(INT64_C(1714649122999), out),
                        "Thu, 02 May 2024 11:25:22 GMT");
    assert_string_equal(clock_format_http(INT64_C(951782400000), out),
                        "Tue, 29 Feb 2000 00:00:00 GMT");
}

/* Every 37th day or so of ten thousand years against the C library. */
static void
agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t s = -62167219200; s < 253402300800; s += 86399 * 37) {
        char got[CLOCK_TEXT_SIZE], want[CLOCK_TEXT_SIZE];
        time_t t = (time_t)s;
        struct tm tm;
        assert_non_null(gmtime_r(&t, &tm));
        assert_true(strftime(want, sizeof want, "-%m-%dT%H:%M:%S.000Z", &tm) > 0);
        assert_string_equal(clock_format(s * 1000, got) + 4, want);
        assert_int_equal(strtol(got, NULL, 10), tm.tm_year + 1900);
        assert_true(strftime(want, sizeof want, "%a, %d %b", &tm) > 0);
        assert_memory_equal(clock_format_http(s * 1000, got), want, strlen(want));
        int64_t back;
        assert_true(clock_parse(str_of(clock_format(s * 1000, got)), &back));
        assert_int_equal(back, s * 1000);
    }
}

static void
parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"2024-05-02T11:25:22.000Z", 1714649122000},
        {"2024-05-02t11:25:22z", 1714649122000},
        {"2024-05-02 11:25:22Z", 1714649122000},
        {"2024-05-02T13:25:22+02:00", 1714649122000},
        {"2024-05-02T05:55:22-05:30", 1714649122000},
        {"2024-05-02T11:25:22.5Z", 1714649122500},
        {"2024-05-02T11:25:22.123999999Z", 1714649122123},
        {"2024-05-02", 1714608000000},
        {"2024-02-29", 1709164800000},
        {"1969-12-31T23:59:59.999Z", -1},
        {"1990-12-31T23:59:60Z", 662688000000},
        {"0000-01-01T00:00:00Z", -62167219200000},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = 0;
        assert_true(clock_parse(str_of(good[i].text), &ms));
        assert_int_equal(ms, good[i].ms);
    }
}

static void
refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2024",
        "2024-05",
        "2024-5-02",
        "2024-05-02T",
        "2024-05-02T11:25",
        "2024-05-02T11:25:22",
        "2024-05-02T11:25:22.Z",
        "2024-05-02T11:25:22,5Z",
        "2024-05-02T24:00:00Z",
        "2024-05-02T11:60:00Z",
        "2024-05-02T11:25:61Z",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2024-01-32",
        "2023-02-29",
        "1900-02-29",
        "2024-05-02Z",
        "2024-05-02T11:25:22+2:00",
        "2024-05-02T11:25:22+24:00",
        "2024-05-02T11:25:22+02",
        "2024-05-02T11:25:22Zx",
        " 2024-05-02",
        "-024-05-02",
        "+2024-05-02",
        "20240502",
        "2024/05/02",
    };
    int64_t ms = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(clock_parse(str_of(bad[i]), &ms));
    assert_false(clock_parse(STR("2024-05-02\0"), &ms));
    assert_false(clock_parse(STR_ABSENT, &ms));
    assert_int_equal(ms, 77);
}

static void
local_time_heeds_the_zone(void **state)
{
    (void)state;
    char out[CLOCK_TEXT_SIZE];
    assert_int_equal(setenv("TZ", "XXX-02:00", 1), 0);
    tzset();
    assert_string_equal(clock_format_local(INT64_C(1714649122000), out), "2024-05-02 13:25");
    assert_string_equal(clock_format_local(-1, out), "1970-01-01 01:59");
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    assert_string_equal(clock_format_local(INT64_C(1714649122000), out), "2024-05-02 11:25");
    (void)clock_format_local(INT64_MAX, out);
    (void)clock_format_local(INT64_MIN, out);
}

static void
minutes_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int minutes; /* -1: not a time */
    } cases[] = {{"10m", 10},  {"1m", 1},   {"5", 5},          {"2h", 120},
                 {"0", 0},     {"0h", 0},   {"8784h", 527040}, {"8785h", -1},
                 {"", -1},     {"m", -1},   {"h", -1},         {"-1m", -1},
                 {"1.5h", -1}, {"10s", -1}, {"10 m", -1},      {"9223372036854775807h", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int minutes = -1;
        bool good = clock_parse_minutes(str_of(cases[i].text), &minutes);
        assert_int_equal(good ? minutes : -1, cases[i].minutes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_run_and_stand_still), cmocka_unit_test(formats),
        cmocka_unit_test(agrees_with_the_c_library),  cmocka_unit_test(parses),
        cmocka_unit_test(refuses_what_is_no_time),    cmocka_unit_test(local_time_heeds_the_zone),
        cmocka_unit_test(minutes_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
