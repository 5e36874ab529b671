#include "server/client_ip.h"

enum err_code
proxies_add(struct proxies *p, struct str text, struct err *err)
{
    if (str_eq(text, STR("unix"))) {
        p->local_socket = true;
        return ERR_OK;
    }
    struct cidr_list *list = &p->ranges;
    if (list->n == PROXIES_MAX)
        return err_set(err, ERR_USAGE, "at most %d trusted proxies may be given", PROXIES_MAX);
    if (!cidr_parse(text, &list->ranges[list->n]))
        return err_set(err, ERR_USAGE,
                       "'%.*s' is neither an IP address, nor a range such as 10.0.0.0/8, nor unix",
                       STR_ARG(str_sub(text, 0, 80)));
    list->n++;
    return ERR_OK;
}

static bool
is_trusted(const struct proxies *p, struct str peer)
{
    struct ip ip;
    if (p->local_socket && str_eq(peer, STR("unix")))
        return true;
    return p->ranges.n > 0 && ip_parse(peer, &ip) && cidr_list_contains(&p->ranges, &ip);
}

/* Takes the last element of a comma-separated list off it. */
static struct str
pop(struct str *list)
{
    size_t start = list->n;
    while (start > 0 && list->p[start - 1] != ',')
        start--;
    struct str last = str_trim(str_sub(*list, start, list->n));
    *list = start > 0 ? str_sub(*list, 0, start - 1) : STR_ABSENT;
    return last;
}

struct str
client_ip(const struct proxies *p, struct str peer, const struct header *headers, size_t n)
{
    struct str client = peer;
    int hops = 0;
    if (!is_trusted(p, peer))
        return peer;
    for (size_t i = n; i-- > 0;) {
        if (!str_eq_nocase(headers[i].name, STR("x-forwarded-for")))
            continue;
        struct str list = headers[i].value;
        while (str_given(list)) {
            struct ip ip;
            client = pop(&list);
            if (!ip_parse(client, &ip) || ++hops > PROXY_HOPS_MAX)
                return STR(CLIENT_IP_UNKNOWN);
            if (!is_trusted(p, client))
                return client;
        }
    }
    return client;
}
