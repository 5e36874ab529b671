#include "server/mail_domain.h"

#include <idn2.h>

enum { EMAIL_MAX = 320, LABEL_MAX = 63, INPUT_MAX = 1024 };

/* ---- one spelling ---- */

static bool
is_label(struct str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return true;
}

static bool
is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* At least two labels, and the last one no number: 10.0.0.1 is no domain. */
static bool
is_domain(struct str s)
{
    struct str label = {NULL, 0};
    size_t n = 0;
    if (s.n == 0 || s.n > MAIL_DOMAIN_MAX)
        return false;
    while (str_next(&s, '.', &label)) {
        if (!is_label(label))
            return false;
        n++;
    }
    return n >= 2 && !is_number(label);
}

static struct str
without_last_dot(struct str s)
{
    return s.n && s.p[s.n - 1] == '.' ? str_sub(s, 0, s.n - 1) : s;
}

bool
mail_domain_parse(struct str domain, struct arena *a, struct str *out)
{
    *out = STR_ABSENT;
    if (domain.n == 0 || domain.n > INPUT_MAX || memchr(domain.p, '\0', domain.n))
        return false;
    char *ascii = NULL;
    /* Not IDN2_USE_STD3_ASCII_RULES: it takes what it does not like out, @ among it, where is_label
     * refuses. */
    int rc =
        idn2_to_ascii_8z(arena_str(a, domain).p, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    if (rc == IDN2_OK) {
        struct str copy = without_last_dot(arena_text(a, ascii));
        if (is_domain(copy))
            *out = copy;
    }
    idn2_free(ascii);
    return str_given(*out);
}

/* A local part that two readers might end at different places, or that hides an @. */
static bool
is_plain_local(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c == 0x7f || strchr("\"(),:;<>[\\]@", c))
            return false;
    }
    return s.n > 0;
}

bool
mail_domain_of(struct str email, struct arena *a, struct str *out)
{
    ptrdiff_t at = str_find_char(email, '@');
    *out = STR_ABSENT;
    if (at < 0 || email.n > EMAIL_MAX || !is_plain_local(str_sub(email, 0, (size_t)at)))
        return false;
    return mail_domain_parse(str_sub(email, (size_t)at + 1, email.n), a, out);
}

/* ---- what it belongs to ---- */

size_t
mail_domain_parents(struct str domain, struct str out[MAIL_DOMAIN_LABELS])
{
    size_t n = 0;
    ptrdiff_t dot;
    while (n < MAIL_DOMAIN_LABELS && (dot = str_find_char(domain, '.')) >= 0) {
        out[n++] = domain;
        domain = str_sub(domain, (size_t)dot + 1, domain.n);
    }
    return n;
}

static const char *const PUBLIC[] = {
#define PUBLIC_DOMAIN(name) (name),
#include "server/public_domains.def"
#undef PUBLIC_DOMAIN
};

static bool
is_listed(struct str domain)
{
    size_t low = 0, high = sizeof PUBLIC / sizeof *PUBLIC;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(domain, str_of(PUBLIC[mid]));
        if (order == 0)
            return true;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

bool
mail_domain_is_public(struct str domain)
{
    struct str all[MAIL_DOMAIN_LABELS];
    size_t n = mail_domain_parents(domain, all);
    for (size_t i = 0; i < n; i++)
        if (is_listed(all[i]))
            return true;
    return false;
}
