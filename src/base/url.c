#include "base/url.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* Decodes into out, which has room for s.n bytes. False on a malformed escape or a NUL. */
static bool
unescape_into(struct str s, bool plus_is_space, char *out, size_t *n)
{
    size_t used = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < s.n ? ascii_hex_value(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? ascii_hex_value(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return false;
        out[used++] = c;
    }
    *n = used;
    return true;
}

struct str
url_unescape(struct str s, bool plus_is_space, struct arena *a)
{
    bool plain = str_find_char(s, '%') < 0 && !(plus_is_space && str_find_char(s, '+') >= 0);
    if (plain)
        return utf8_valid(s) && str_find_char(s, '\0') < 0 ? s : STR_ABSENT;
    char *out = ARENA_ARRAY(a, s.n + 1, char);
    size_t n;
    if (!unescape_into(s, plus_is_space, out, &n))
        return STR_ABSENT;
    struct str decoded = {out, n};
    return utf8_valid(decoded) ? decoded : STR_ABSENT;
}
