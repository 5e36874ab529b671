#include "base/clock.h"

#include "base/mem.h"
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { DAY_S = 86400, CENTURIES_4_DAYS = 146097 };
/* 0000-01-01 and the last millisecond of 9999: what four digits of year can say. */
static const int64_t OLDEST_MS = -62167219200000, NEWEST_MS = 253402300799999;

static _Atomic int64_t pinned_wall = -1, pinned_mono = -1;

void
clock_pin(int64_t wall_ms, int64_t mono_ms)
{
    atomic_store(&pinned_wall, wall_ms);
    atomic_store(&pinned_mono, mono_ms);
}

static int64_t
read_us(clockid_t id)
{
    struct timespec now;
    ASSERT(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_now_ms(void)
{
    int64_t pinned = atomic_load_explicit(&pinned_wall, memory_order_relaxed);
    return pinned >= 0 ? pinned : read_us(CLOCK_REALTIME) / 1000;
}

int64_t
clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

int64_t
clock_mono_us(void)
{
    int64_t pinned = atomic_load_explicit(&pinned_mono, memory_order_relaxed);
    return pinned >= 0 ? pinned * 1000 : read_us(CLOCK_MONOTONIC);
}

struct timespec
clock_deadline(int64_t ms)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    int64_t ns = ts.tv_nsec + ms % 1000 * 1000000;
    ts.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    ts.tv_nsec = (long)(ns % 1000000000);
    return ts;
}

struct civil {
    int year, month, day, weekday; /* month 1-12, weekday 0 = Sunday */
    int hour, minute, second, ms;
};

/*
 * Proleptic Gregorian calendar by arithmetic on years that begin in March, so that the leap day is
 * the last day of its year and every 400 years are alike. No libc call: those take a lock and read
 * TZ.
 */
static struct civil
civil_of(int64_t ms)
{
    ms = ms < OLDEST_MS ? OLDEST_MS : ms > NEWEST_MS ? NEWEST_MS : ms;
    int64_t since = ms - OLDEST_MS;
    int rest = (int)(since % (DAY_S * 1000));
    int days = (int)(since / (DAY_S * 1000));
    /* Day 0 is Saturday, 0000-01-01; a March year starts 60 days on. */
    int shifted = days - 60 + CENTURIES_4_DAYS;
    int era = shifted / CENTURIES_4_DAYS;
    int day = shifted % CENTURIES_4_DAYS;
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int in_year = day - (365 * year + year / 4 - year / 100);
    int month = (5 * in_year + 2) / 153; /* 0 = March */
    struct civil c = {
        .year = year + (era - 1) * 400 + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = in_year - (153 * month + 2) / 5 + 1,
        .weekday = (days + 6) % 7,
        .hour = rest / 3600000,
        .minute = rest / 60000 % 60,
        .second = rest / 1000 % 60,
        .ms = rest % 1000,
    };
    return c;
}

/* Days since 1970-01-01. */
static int64_t
days_of(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year + 400) / 400 - 1; /* years from -1 on */
    int of_era = year - era * 400;
    int in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t in_era = (int64_t)of_era * 365 + of_era / 4 - of_era / 100 + in_year;
    return (int64_t)era * CENTURIES_4_DAYS + in_era - 719468;
}

/* Writes v in exactly `digits` digits and returns what follows. */
static char *
put(char *out, int v, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return out + digits;
}

static char *
put_text(char *out, const char *text, size_t n)
{
    memcpy(out, text, n);
    return out + n;
}

static char *
put_time(char *at, const struct civil *c)
{
    at = put(at, c->hour, 2);
    *at++ = ':';
    at = put(at, c->minute, 2);
    *at++ = ':';
    return put(at, c->second, 2);
}

char *
clock_format(int64_t ms, char out[CLOCK_TEXT_SIZE])
{
    struct civil c = civil_of(ms);
    char *at = put(out, c.year, 4);
    *at++ = '-';
    at = put(at, c.month, 2);
    *at++ = '-';
    at = put(at, c.day, 2);
    *at++ = 'T';
    at = put_time(at, &c);
    *at++ = '.';
    at = put(at, c.ms, 3);
    *at++ = 'Z';
    *at = '\0';
    return out;
}

char *
clock_format_http(int64_t ms, char out[CLOCK_TEXT_SIZE])
{
    struct civil c = civil_of(ms);
    char *at = put_text(out, &"SunMonTueWedThuFriSat"[c.weekday * 3], 3);
    at = put_text(at, ", ", 2);
    at = put(at, c.day, 2);
    *at++ = ' ';
    at = put_text(at, &"JanFebMarAprMayJunJulAugSepOctNovDec"[(c.month - 1) * 3], 3);
    *at++ = ' ';
    at = put(at, c.year, 4);
    *at++ = ' ';
    at = put_time(at, &c);
    (void)put_text(at, " GMT", sizeof " GMT");
    return out;
}

char *
clock_format_local(int64_t ms, char out[CLOCK_TEXT_SIZE])
{
    ms = ms < OLDEST_MS ? OLDEST_MS : ms > NEWEST_MS ? NEWEST_MS : ms;
    time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : -((999 - ms) / 1000));
    struct tm local;
    if (!localtime_r(&seconds, &local) || !strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M", &local))
        (void)snprintf(out, CLOCK_TEXT_SIZE, "?");
    return out;
}

/* Takes exactly `digits` digits off the front. */
static bool
take_digits(struct str *s, size_t digits, int *out)
{
    if (s->n < digits)
        return false;
    int v = 0;
    for (size_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_sub(*s, digits, s->n);
    *out = v;
    return true;
}

/* Takes one of the characters off the front. */
static bool
take_char(struct str *s, const char *any_of)
{
    if (!s->n || !s->p[0] || !strchr(any_of, s->p[0]))
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static int
days_in_month(int year, int month)
{
    static const signed char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

static bool
take_date(struct str *s, int64_t *ms)
{
    int year, month, day;
    if (!take_digits(s, 4, &year) || !take_char(s, "-") || !take_digits(s, 2, &month) ||
        !take_char(s, "-") || !take_digits(s, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *ms = days_of(year, month, day) * DAY_S * 1000;
    return true;
}

static bool
take_time(struct str *s, int64_t *ms)
{
    int hour, minute, second;
    if (!take_digits(s, 2, &hour) || !take_char(s, ":") || !take_digits(s, 2, &minute) ||
        !take_char(s, ":") || !take_digits(s, 2, &second))
        return false;
    /* 60 is a leap second; it counts as the first second of the next minute. */
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *ms += ((int64_t)hour * 3600 + minute * 60 + second) * 1000;
    if (!take_char(s, "."))
        return true;
    int digit, weight = 100;
    if (!take_digits(s, 1, &digit))
        return false;
    do {
        *ms += digit * weight;
        weight /= 10;
    } while (take_digits(s, 1, &digit));
    return true;
}

static bool
take_offset(struct str *s, int64_t *ms)
{
    if (take_char(s, "Zz"))
        return true;
    int hour, minute;
    int sign = s->n && s->p[0] == '-' ? -1 : 1;
    if (!take_char(s, "+-") || !take_digits(s, 2, &hour) || !take_char(s, ":") ||
        !take_digits(s, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *ms -= sign * (hour * 60 + minute) * (int64_t)60000;
    return true;
}

bool
clock_parse(struct str s, int64_t *ms)
{
    int64_t v;
    if (!take_date(&s, &v))
        return false;
    if (s.n && (!take_char(&s, "Tt ") || !take_time(&s, &v) || !take_offset(&s, &v) || s.n))
        return false;
    *ms = v;
    return true;
}

bool
clock_parse_minutes(struct str s, int *minutes)
{
    enum { IN_A_YEAR = 366 * 24 * 60 };
    int64_t n = 0, unit = str_ends(s, STR("h")) ? 60 : 1;
    if (unit == 60 || str_ends(s, STR("m")))
        s = str_sub(s, 0, s.n - 1);
    if (!str_to_i64(s, &n) || n < 0 || n > IN_A_YEAR / unit)
        return false;
    *minutes = (int)(n * unit);
    return true;
}

int64_t
clock_sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}
