#include "api/check.h"
#include "base/ascii.h"

/* Rules for single texts, in the order of check.h. */

enum {
    EMAIL_MAX = 254,
    EMAIL_LOCAL_MAX = 64,
    LABEL_MAX = 63,
    PHONE_DIGITS_MIN = 7,
    PHONE_DIGITS_MAX = 15
};

/* Beyond ASCII: part of an internationalised name. */
static bool
is_wide(char c)
{
    return (unsigned char)c >= 0x80;
}

static bool
is_local_char(char c)
{
    if (c == '\0')
        return false;
    return ascii_is_digit(c) || ascii_is_letter(c) || is_wide(c) ||
           strchr(".!#$%&'*+/=?^_`{|}~-", c);
}

static bool
is_local_part(struct str s)
{
    if (s.n == 0 || s.n > EMAIL_LOCAL_MAX || s.p[0] == '.' || s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_local_char(s.p[i]) || (s.p[i] == '.' && s.p[i - 1] == '.'))
            return false;
    return true;
}

static bool
is_label(struct str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_digit(s.p[i]) && !ascii_is_letter(s.p[i]) && !is_wide(s.p[i]) &&
            s.p[i] != '-')
            return false;
    return true;
}

/* At least two labels, the last one no number. */
static bool
is_domain(struct str s)
{
    struct str label = STR("");
    size_t n = 0;
    while (str_next(&s, '.', &label)) {
        if (!is_label(label))
            return false;
        n++;
    }
    return n >= 2 && label.n >= 2 && !ascii_is_digit(label.p[0]);
}

bool
check_is_email(struct str s)
{
    if (!str_given(s) || s.n > EMAIL_MAX)
        return false;
    ptrdiff_t at = str_find_char(s, '@');
    if (at < 0)
        return false;
    return is_local_part(str_sub(s, 0, (size_t)at)) && is_domain(str_sub(s, (size_t)at + 1, s.n));
}

bool
check_is_phone(struct str s)
{
    if (s.n < 2 || s.p[0] != '+' || s.p[1] < '1' || s.p[1] > '9' || !ascii_is_digit(s.p[s.n - 1]))
        return false;
    size_t digits = 0;
    for (size_t i = 1; i < s.n; i++) {
        if (ascii_is_digit(s.p[i]))
            digits++;
        else if (s.p[i] != '-' || s.p[i - 1] == '-')
            return false;
    }
    return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX;
}

bool
check_is_uuid(struct str s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = ascii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

/* Length of "https://" or "http://" at the start, 0 if there is neither. */
static size_t
scheme_length(struct str s)
{
    if (str_starts(s, STR("https://")))
        return 8;
    return str_starts(s, STR("http://")) ? 7 : 0;
}

bool
check_is_url(struct str s)
{
    size_t start = scheme_length(s);
    if (start == 0 || start == s.n || memchr("/?#:", s.p[start], 4))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c == 0x7f || memchr("\\\"<>", c, 4))
            return false;
    }
    return true;
}
