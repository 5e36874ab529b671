#include "server/relying_party.h"

#include "server/state.h"
#include "store/envs.h"

static struct str
lower(struct arena *a, struct str s)
{
    char *copy = arena_cstr(a, s);
    for (size_t i = 0; i < s.n; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return (struct str){copy, s.n};
}

/* Up to the first of / ? # */
static struct str
authority_of(struct str rest)
{
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    return str_sub(rest, 0, n);
}

/* Where the port begins; the colons inside of [::1] do not count. */
static size_t
port_at(struct str authority)
{
    for (size_t i = authority.n; i > 0 && authority.p[i - 1] != ']'; i--)
        if (authority.p[i - 1] == ':')
            return i - 1;
    return authority.n;
}

bool
relying_party_parse(struct arena *a, struct str url, struct relying_party *out)
{
    struct str all = lower(a, url);
    bool tls = str_starts(all, STR("https://"));
    if (!tls && !str_starts(all, STR("http://")))
        return false;
    struct str authority = authority_of(str_sub(all, tls ? 8 : 7, all.n));
    size_t at = port_at(authority);
    struct str port = str_sub(authority, at, authority.n);
    out->id = str_sub(authority, 0, at);
    if (out->id.n == 0 || str_find_char(authority, '@') >= 0)
        return false;
    if (port.n <= 1 || str_eq(port, tls ? STR(":443") : STR(":80")))
        port = STR("");
    out->origin = arena_printf(a, "%s%.*s%.*s", tls ? "https://" : "http://", STR_ARG(out->id),
                               STR_ARG(port));
    return true;
}

enum err_code
relying_party_get(struct call *c, const struct scope *s, struct relying_party *out, struct err *err)
{
    struct env env;
    enum err_code rc = store_env_get(s->conn, c->arena, s->vendor, &env, err);
    if (rc)
        return rc;
    struct str url = env.host.n ? arena_printf(c->arena, "https://%.*s", STR_ARG(env.host))
                                : c->server->public_url;
    if (!relying_party_parse(c->arena, url, out))
        return err_set(err, ERR_CONFIG, "the public URL has no host");
    return ERR_OK;
}
