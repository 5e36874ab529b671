#include "client/address.h"

#include "base/ascii.h"

struct str
address_authority(struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    if (scheme >= 0)
        url = str_sub(url, (size_t)scheme + 3, url.n);
    ptrdiff_t slash = str_find_char(url, '/');
    return slash < 0 ? url : str_sub(url, 0, (size_t)slash);
}

/* Host without port and brackets. */
static struct str
host_of(struct str authority)
{
    if (authority.n && authority.p[0] == '[') {
        ptrdiff_t end = str_find_char(authority, ']');
        return end < 0 ? authority : str_sub(authority, 1, (size_t)end);
    }
    ptrdiff_t colon = str_find_char(authority, ':');
    return colon < 0 ? authority : str_sub(authority, 0, (size_t)colon);
}

/* Names that cannot leave this machine. 127.x must be four plain numbers, not 127.evil.example. */
static bool
is_loopback(struct str host)
{
    if (str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("::1")))
        return true;
    if (!str_starts(host, STR("127.")))
        return false;
    size_t parts = 0;
    struct str rest = host, part;
    while (str_next(&rest, '.', &part)) {
        uint64_t number;
        if (!str_to_u64(part, &number) || number > 255 || part.n > 3)
            return false;
        parts++;
    }
    return parts == 4;
}

static bool
is_host_char(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || (unsigned char)c >= 0x80;
}

static enum err_code
check_port(struct str authority, struct str port, struct err *err)
{
    uint64_t number;
    if (!port.n || !str_to_u64(port, &number) || !number || number > 65535)
        return err_set(err, ERR_CONFIG, "the port of %.*s is not a number from 1 to 65535",
                       STR_ARG(authority));
    return ERR_OK;
}

static enum err_code
check_authority(struct str authority, struct err *err)
{
    struct str host = host_of(authority);
    bool v6 = authority.n && authority.p[0] == '[';
    bool good = host.n > 0;
    for (size_t i = 0; i < host.n; i++)
        good = good && (is_host_char(host.p[i]) || (v6 && host.p[i] == ':'));
    if (!good)
        return err_set(err, ERR_CONFIG, "the URL names no proper host; no user name may be in it");
    size_t used = host.n + (v6 ? 2 : 0);
    if (used >= authority.n)
        return ERR_OK;
    if (authority.p[used] != ':')
        return err_set(err, ERR_CONFIG, "the URL names no proper host");
    return check_port(authority, str_sub(authority, used + 1, authority.n), err);
}

static enum err_code
parse_unix(struct str path, struct profile *out, struct arena *a, struct err *err)
{
    enum { SUN_PATH_MAX = 107 };
    if (!path.n || memchr(path.p, '\0', path.n))
        return err_set(err, ERR_CONFIG, "unix: needs the path of a socket");
    if (path.n > SUN_PATH_MAX)
        return err_set(err, ERR_CONFIG, "the path of the Unix socket is longer than %d bytes",
                       SUN_PATH_MAX);
    out->unix_socket = arena_str(a, path);
    out->url = STR("http://localhost");
    return ERR_OK;
}

static bool
is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c == 0x7f || c == '?' || c == '#' || c == '\\')
            return false;
    }
    return true;
}

enum err_code
address_parse(struct str text, struct profile *out, struct arena *a, struct err *err)
{
    text = str_trim(text);
    out->unix_socket = STR_ABSENT;
    if (str_starts(text, STR("unix:")))
        return parse_unix(str_sub(text, 5, text.n), out, a, err);
    bool clear = str_starts(text, STR("http://"));
    if (!clear && !str_starts(text, STR("https://")))
        return err_set(
            err, ERR_CONFIG,
            "the URL must start with https://, http:// or unix: and name a host or path");
    if (!is_plain(text))
        return err_set(err, ERR_CONFIG, "the URL may not hold blanks, '?', '#' or control bytes");
    struct str authority = address_authority(text);
    enum err_code code = check_authority(authority, err);
    if (code)
        return code;
    if (clear && !out->allow_http && !is_loopback(host_of(authority)))
        return err_set(err, ERR_CONFIG,
                       "http:// to %.*s would send the secret in clear text; use https://, or set "
                       "allow-http = true in the profile",
                       STR_ARG(authority));
    while (text.n && text.p[text.n - 1] == '/')
        text.n--;
    out->url = arena_str(a, text);
    return ERR_OK;
}
