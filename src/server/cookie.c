#include "server/cookie.h"

#include "server/settings.h"

static struct str
without_dashes(struct arena *a, struct str s)
{
    char *p = ARENA_ARRAY(a, s.n + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '-')
            p[n++] = s.p[i];
    return (struct str){p, n};
}

struct str
cookie_name(struct call *c, const char *prefix)
{
    return arena_printf(c->arena, "%s%.*s", prefix,
                        STR_ARG(without_dashes(c->arena, c->vendor_id)));
}

/* `name` is prefix and client id, with or without dashes. */
static bool
is_ours(struct str name, struct str prefix, struct str client)
{
    if (!str_starts(name, prefix))
        return false;
    size_t i = prefix.n, k = 0;
    for (;;) {
        while (i < name.n && name.p[i] == '-')
            i++;
        while (k < client.n && client.p[k] == '-')
            k++;
        if (i == name.n || k == client.n)
            return i == name.n && k == client.n;
        if (!str_eq_nocase(str_sub(name, i, i + 1), str_sub(client, k, k + 1)))
            return false;
        i++;
        k++;
    }
}

struct str
cookie_get(const struct call *c, const char *prefix)
{
    for (size_t i = 0; i < c->n_headers; i++) {
        if (!str_eq_nocase(c->headers[i].name, STR("cookie")))
            continue;
        struct str rest = c->headers[i].value, pair;
        while (str_next(&rest, ';', &pair)) {
            pair = str_trim(pair);
            ptrdiff_t eq = str_find_char(pair, '=');
            if (eq > 0 && is_ours(str_sub(pair, 0, (size_t)eq), str_of(prefix), c->vendor_id))
                return str_sub(pair, (size_t)eq + 1, pair.n);
        }
    }
    return (struct str){NULL, 0};
}

/* STRICT, LAX, NONE as browsers spell them. */
static const char *
same_site_of(const struct json *settings)
{
    struct str set = json_str(json_get(settings, "cookieSameSite"));
    if (str_eq(set, STR("STRICT")))
        return "Strict";
    return str_eq(set, STR("LAX")) ? "Lax" : "None";
}

enum err_code
cookie_set(struct call *c, const struct scope *s, const char *prefix, struct str value,
           int64_t max_age_s, struct err *err)
{
    struct json *settings;
    enum err_code rc = document_environment(s, &core_settings, &settings, err);
    if (rc)
        return rc;
    struct str name = cookie_name(c, prefix);
    buf_printf(&c->reply_headers,
               "Set-Cookie: %.*s=%.*s; Max-Age=%lld; Path=/; HttpOnly; Secure; SameSite=%s\r\n",
               STR_ARG(name), STR_ARG(value), (long long)max_age_s, same_site_of(settings));
    json_free(settings);
    return c->reply_headers.failed ? err_set(err, ERR_INTERNAL, "the headers are too large")
                                   : ERR_OK;
}
