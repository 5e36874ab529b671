#include "server/cookie.h"

#include "base/clock.h"
#include "server/state.h"

enum { NAME_MAX_BYTES = 512, DASHES_FIRST = 1, DASHES_ALL = 64 };

static const struct {
    const char *prefix;
    int dropped; /* dashes of the client id that our own name leaves out */
} KINDS[] = {
    [COOKIE_REFRESH] = {"fe_refresh_", DASHES_FIRST},
    [COOKIE_DEVICE] = {"fe_device_", DASHES_ALL},
    [COOKIE_ATTEMPT] = {"fe_attempt_", DASHES_ALL},
};

static struct str
name_of(const struct call *c, enum cookie which)
{
    int dropped = KINDS[which].dropped;
    struct buf name;
    buf_init(&name, NAME_MAX_BYTES);
    buf_add_text(&name, KINDS[which].prefix);
    for (size_t i = 0; i < c->vendor_id.n; i++) {
        if (c->vendor_id.p[i] == '-' && dropped > 0)
            dropped--;
        else
            buf_add_char(&name, c->vendor_id.p[i]);
    }
    struct str out = name.failed ? STR_ABSENT : arena_str(c->arena, buf_str(&name));
    buf_fini(&name);
    return out;
}

/* -- who asks -- */

/* "https://host:port" of a URL, without anything after it. */
static struct str
origin_of(struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    if (scheme < 0)
        return STR_ABSENT;
    size_t host = (size_t)scheme + 3;
    ptrdiff_t path = str_find_char(str_sub(url, host, url.n), '/');
    return path < 0 ? url : str_sub(url, 0, host + (size_t)path);
}

/* The origin's host and port are what the request was sent to. */
static bool
names_this_host(const struct call *c, struct str origin)
{
    ptrdiff_t scheme = str_find(origin, STR("://"));
    struct str host = call_header(c, "host");
    return scheme > 0 && host.n > 0 &&
           str_eq_nocase(str_sub(origin, (size_t)scheme + 3, origin.n), host);
}

/* Browsers tell; other programs send neither header, and have no cookies of strangers to give. */
static bool
is_cross_site(const struct call *c)
{
    struct str site = call_header(c, "sec-fetch-site"), origin = call_header(c, "origin");
    if (str_eq_nocase(site, STR("cross-site")))
        return true;
    return str_given(origin) && !str_eq_nocase(origin, origin_of(c->server->public_url)) &&
           !names_this_host(c, origin);
}

/* -- reading -- */

/* `name` is ours but for dashes. */
static bool
is_named(struct str name, enum cookie which, struct str client)
{
    struct str prefix = str_of(KINDS[which].prefix);
    if (!str_starts(name, prefix))
        return false;
    size_t i = prefix.n, k = 0;
    while (i < name.n || k < client.n) {
        if (i < name.n && name.p[i] == '-')
            i++;
        else if (k < client.n && client.p[k] == '-')
            k++;
        else if (i < name.n && k < client.n && name.p[i] == client.p[k])
            i++, k++;
        else
            return false;
    }
    return true;
}

struct str
cookie_get(const struct call *c, enum cookie which)
{
    if (is_cross_site(c))
        return STR_ABSENT;
    for (size_t i = 0; i < c->n_headers; i++) {
        if (!str_eq_nocase(c->headers[i].name, STR("cookie")))
            continue;
        struct str rest = c->headers[i].value, pair;
        while (rest.n > 0 && str_next(&rest, ';', &pair)) {
            pair = str_trim(pair);
            ptrdiff_t eq = str_find_char(pair, '=');
            if (eq > 0 && is_named(str_sub(pair, 0, (size_t)eq), which, c->vendor_id))
                return str_sub(pair, (size_t)eq + 1, pair.n);
        }
    }
    return STR_ABSENT;
}

/* -- writing -- */

static const char *
same_site_text(struct str configured)
{
    if (str_eq_nocase(configured, STR("STRICT")))
        return "Strict";
    return str_eq_nocase(configured, STR("LAX")) ? "Lax" : "None";
}

void
cookie_set(struct call *c, enum cookie which, struct str value, int64_t expires_ms,
           struct str same_site)
{
    char date[CLOCK_TEXT_SIZE];
    buf_printf(&c->reply_headers,
               "Set-Cookie: %.*s=%.*s; Path=/; Expires=%s; HttpOnly; Secure; SameSite=%s\r\n",
               STR_ARG(name_of(c, which)), STR_ARG(value), clock_format_http(expires_ms, date),
               same_site_text(same_site));
}

void
cookie_drop(struct call *c, enum cookie which, struct str same_site)
{
    cookie_set(c, which, STR(""), 0, same_site);
}
