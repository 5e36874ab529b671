#include "deliver/mailbox.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <idn2.h>

enum { TEXT_MAX = 1024, LABEL_MAX = 63, DIGITS_LEAST = 6, DIGITS_MOST = 15 };

/* Characters of an atom (RFC 5322 atext), and dots between them. */
static bool
is_local(struct str s)
{
    if (s.n == 0 || s.n > MAILBOX_LOCAL_MAX || s.p[0] == '.' || s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' ? s.p[i - 1] == '.'
                     : !ascii_is_alnum(c) && !(c && strchr("!#$%&'*+-/=?^_`{|}~", c)))
            return false;
    }
    return true;
}

static bool
is_label(struct str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

bool
mailbox_is_host(struct str text)
{
    struct str rest = text, label;
    if (text.n == 0 || text.n > MAILBOX_DOMAIN_MAX)
        return false;
    while (str_next(&rest, '.', &label))
        if (!is_label(label))
            return false;
    return true;
}

static bool
is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* The domain in its ASCII form; absent if it has none. */
static struct str
ascii_domain(struct str domain, struct arena *a)
{
    const struct str none = {NULL, 0};
    if (domain.n > MAILBOX_DOMAIN_MAX || memchr(domain.p, '\0', domain.n))
        return none;
    if (is_ascii(domain))
        return mailbox_is_host(domain) ? arena_str(a, domain) : none;
    if (!utf8_valid(domain))
        return none;
    uint8_t *ascii = NULL;
    const uint8_t *text = (const uint8_t *)arena_cstr(a, domain);
    if (idn2_lookup_u8(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return none;
    struct str found = arena_text(a, (const char *)ascii);
    idn2_free(ascii);
    return mailbox_is_host(found) ? found : none;
}

enum err_code
mailbox_parse_address(struct str text, struct arena *a, struct mailbox *out, struct err *err)
{
    text = str_trim(text);
    if (text.n > TEXT_MAX)
        return err_set(err, ERR_INVALID, "the e-mail address is too long");
    ptrdiff_t at = -1;
    for (size_t i = 0; i < text.n; i++)
        at = text.p[i] == '@' ? (ptrdiff_t)i : at;
    if (at < 0)
        return err_set(err, ERR_INVALID, "the e-mail address has no @");
    struct str local = str_sub(text, 0, (size_t)at);
    if (!is_local(local))
        return err_set(err, ERR_INVALID,
                       "the e-mail address has characters before the @ that cannot be delivered");
    struct str domain = ascii_domain(str_sub(text, (size_t)at + 1, text.n), a);
    if (!str_given(domain))
        return err_set(err, ERR_INVALID, "the e-mail address has no proper domain");
    struct str spec = arena_printf(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain));
    *out = (struct mailbox){.spec = spec, .domain = str_sub(spec, spec.n - domain.n, spec.n)};
    return ERR_OK;
}

/* `"A \"B\" C"` is A "B" C; anything else is itself. */
static struct str
unquote(struct str name, struct arena *a)
{
    if (name.n < 2 || name.p[0] != '"' || name.p[name.n - 1] != '"')
        return arena_str(a, name);
    struct buf plain;
    buf_init(&plain, TEXT_MAX);
    for (size_t i = 1; i + 1 < name.n; i++) {
        if (name.p[i] == '\\' && i + 2 < name.n)
            i++;
        buf_add_char(&plain, name.p[i]);
    }
    struct str found = arena_str(a, buf_str(&plain));
    buf_fini(&plain);
    return found;
}

enum err_code
mailbox_parse(struct str text, struct arena *a, struct mailbox *out, struct err *err)
{
    text = str_trim(text);
    if (!str_ends(text, STR(">")))
        return mailbox_parse_address(text, a, out, err);
    if (text.n > TEXT_MAX)
        return err_set(err, ERR_INVALID, "the e-mail address is too long");
    ptrdiff_t open = -1;
    for (size_t i = 0; i < text.n; i++)
        open = text.p[i] == '<' ? (ptrdiff_t)i : open;
    if (open < 0)
        return err_set(err, ERR_INVALID, "the e-mail address has a > without <");
    struct str name = str_trim(str_sub(text, 0, (size_t)open));
    if (!utf8_valid(name))
        return err_set(err, ERR_INVALID, "the name before the e-mail address is not UTF-8");
    enum err_code rc =
        mailbox_parse_address(str_sub(text, (size_t)open + 1, text.n - 1), a, out, err);
    if (rc == ERR_OK && name.n)
        out->name = unquote(name, a);
    return rc;
}

/* The next character of a number after its "+"; false if it cannot be there. */
static bool
take_digit(char c, char *digits, size_t *n)
{
    if (c && strchr(" .-()", c))
        return true;
    if (c < '0' || c > '9' || *n > DIGITS_MOST || (*n == 1 && c == '0'))
        return false;
    digits[(*n)++] = c;
    return true;
}

enum err_code
mailbox_parse_phone(struct str text, struct arena *a, struct str *out, struct err *err)
{
    text = str_trim(text);
    char digits[DIGITS_MOST + 2] = "+";
    size_t n = 1;
    bool good = str_starts(text, STR("+"));
    for (size_t i = 1; i < text.n && good; i++)
        good = take_digit(text.p[i], digits, &n);
    if (!good || n <= DIGITS_LEAST)
        return err_set(err, ERR_INVALID,
                       "the phone number must be + and 6 to 15 digits, country code first");
    *out = arena_str(a, (struct str){digits, n});
    return ERR_OK;
}
