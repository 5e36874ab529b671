#include "qr/otpauth.h"

#include "base/mem.h"
#include "base/url.h"

#define TOTP "otpauth://totp/"
#define HOTP "otpauth://hotp/"

enum { SECRET_MAX = 256, DIGITS = 6, PERIOD = 30 };

static bool
begins(struct str uri, struct str scheme)
{
    return uri.n >= scheme.n && str_eq_nocase(str_sub(uri, 0, scheme.n), scheme);
}

bool
otpauth_is(struct str text)
{
    return begins(text, STR("otpauth://"));
}

static enum err_code
fault(struct err *err, const char *what)
{
    return err_set(err, ERR_PARSE, "the key URI cannot be used: %s", what);
}

/* ---- parts ---- */

/* "Issuer:account" or "account"; the colon may be encoded, spaces after it do not count. */
static enum err_code
read_label(struct str label, struct arena *a, struct otpauth *out, struct err *err)
{
    struct str text = url_unescape(label, false, a);
    if (!str_given(text))
        return fault(err, "its label is not proper percent-encoded UTF-8");
    ptrdiff_t colon = str_find_char(text, ':');
    out->issuer = colon < 0 ? STR("") : str_trim(str_sub(text, 0, (size_t)colon));
    out->account = str_trim(str_sub(text, (size_t)(colon + 1), text.n));
    return ERR_OK;
}

/* Upper case; '\0' for what only separates, -1 for what cannot be in base32. */
static int
base32_char(char c)
{
    if (c == ' ' || c == '-' || c == '=')
        return '\0';
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7') ? c : -1;
}

/* People and programs write secrets in lower case, in groups, and padded. */
static enum err_code
read_secret(struct str value, struct arena *a, struct otpauth *out, struct err *err)
{
    char *clean = ARENA_ARRAY(a, value.n + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        int c = base32_char(value.p[i]);
        if (c < 0)
            return fault(err, "its secret is not base32");
        if (c)
            clean[n++] = (char)c;
    }
    if (n == 0 || n > SECRET_MAX)
        return fault(err, n ? "its secret is too long" : "it has no secret");
    out->secret = (struct str){clean, n};
    return ERR_OK;
}

static enum err_code
read_number(struct str value, int64_t least, int64_t most, const char *what, int *out,
            struct err *err)
{
    int64_t v;
    if (!str_to_i64(value, &v) || v < least || v > most)
        return fault(err, what);
    *out = (int)v;
    return ERR_OK;
}

static enum err_code
read_algorithm(struct str value, struct otpauth *out, struct err *err)
{
    static const char *const names[] = {"SHA1", "SHA256", "SHA512"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq_nocase(value, str_of(names[i]))) {
            out->algorithm = str_of(names[i]);
            return ERR_OK;
        }
    return fault(err, "its algorithm is none of SHA1, SHA256, SHA512");
}

/* What is not known is left alone: apps add members of their own. */
static enum err_code
read_parameter(struct str name, struct str value, struct arena *a, struct otpauth *out,
               struct err *err)
{
    if (!str_given(value))
        return fault(err, "a parameter is not proper percent-encoded UTF-8");
    if (str_eq(name, STR("secret")))
        return read_secret(value, a, out, err);
    if (str_eq(name, STR("algorithm")))
        return read_algorithm(value, out, err);
    if (str_eq(name, STR("digits")))
        return read_number(value, 6, 8, "it asks for other than 6 to 8 digits", &out->digits, err);
    if (str_eq(name, STR("period")))
        return read_number(value, 1, 3600, "its period is not 1 to 3600 s", &out->period, err);
    if (str_eq(name, STR("counter")) &&
        !(str_to_i64(value, &out->counter_value) && out->counter_value >= 0))
        return fault(err, "its counter is not a number");
    if (str_eq(name, STR("issuer")) && value.n)
        out->issuer = value;
    return ERR_OK;
}

static enum err_code
read_parameters(struct str rest, struct arena *a, struct otpauth *out, struct err *err)
{
    struct str part;
    enum err_code rc = ERR_OK;
    while (!rc && str_next(&rest, '&', &part)) {
        ptrdiff_t eq = str_find_char(part, '=');
        if (eq > 0)
            rc = read_parameter(str_sub(part, 0, (size_t)eq),
                                url_unescape(str_sub(part, (size_t)eq + 1, part.n), false, a), a,
                                out, err);
    }
    return rc;
}

enum err_code
otpauth_parse(struct str uri, struct arena *a, struct otpauth *out, struct err *err)
{
    *out = (struct otpauth){.digits = DIGITS, .period = PERIOD, .algorithm = STR("SHA1")};
    if (uri.n > OTPAUTH_MAX)
        return fault(err, "it is too long");
    out->counter = begins(uri, STR(HOTP));
    if (!out->counter && !begins(uri, STR(TOTP)))
        return fault(err, "it does not begin with " TOTP);
    struct str rest = str_sub(uri, sizeof TOTP - 1, uri.n);
    ptrdiff_t mark = str_find_char(rest, '?');
    size_t label = mark < 0 ? rest.n : (size_t)mark;
    enum err_code rc = read_label(str_sub(rest, 0, label), a, out, err);
    if (!rc && mark >= 0)
        rc = read_parameters(str_sub(rest, label + 1, rest.n), a, out, err);
    return !rc && out->secret.n == 0 ? fault(err, "it has no secret") : rc;
}

/* ---- writing ---- */

void
otpauth_write(const struct otpauth *o, struct buf *out)
{
    buf_add_text(out, o->counter ? HOTP : TOTP);
    if (o->issuer.n) {
        buf_add_urlencoded(out, o->issuer);
        buf_add_char(out, ':');
    }
    buf_add_urlencoded(out, o->account);
    buf_add_text(out, "?secret=");
    buf_add_str(out, o->secret);
    if (o->issuer.n) {
        buf_add_text(out, "&issuer=");
        buf_add_urlencoded(out, o->issuer);
    }
    if (!str_eq(o->algorithm, STR("SHA1")))
        buf_printf(out, "&algorithm=%.*s", STR_ARG(o->algorithm));
    if (o->digits != DIGITS)
        buf_printf(out, "&digits=%d", o->digits);
    if (o->period != PERIOD && !o->counter)
        buf_printf(out, "&period=%d", o->period);
    if (o->counter)
        buf_printf(out, "&counter=%lld", (long long)o->counter_value);
}

bool
otpauth_is_usual(const struct otpauth *o)
{
    return !o->counter && o->digits == DIGITS && o->period == PERIOD &&
           str_eq(o->algorithm, STR("SHA1"));
}

struct str
otpauth_groups(struct arena *a, struct str secret)
{
    char *text = ARENA_ARRAY(a, secret.n + secret.n / 4 + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < secret.n; i++) {
        if (i && i % 4 == 0)
            text[n++] = ' ';
        text[n++] = secret.p[i];
    }
    return (struct str){text, n};
}
