#include "base/cidr.h"

#include <arpa/inet.h>
#include <sys/socket.h>

enum { V4_SIZE = 4, V6_SIZE = 16, TEXT_MAX = 45, MAPPED_BITS = 96 };

static const unsigned char MAPPED[V6_SIZE - V4_SIZE] = {[10] = 0xff, [11] = 0xff};

static size_t
size_of(const struct ip *ip)
{
    return ip->v4 ? V4_SIZE : V6_SIZE;
}

/* Only what can be part of an address: keeps zones, spaces and NUL away from the C library. */
static bool
copy_text(struct str text, char out[TEXT_MAX + 1])
{
    if (text.n == 0 || text.n > TEXT_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F') &&
            c != '.' && c != ':')
            return false;
        out[i] = c;
    }
    out[text.n] = '\0';
    return true;
}

/* Some C libraries read 010.0.0.1, and not all of them as the same address. */
static bool
has_leading_zero(struct str text)
{
    ptrdiff_t colon = -1;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == ':')
            colon = (ptrdiff_t)i;
    struct str rest = str_sub(text, (size_t)(colon + 1), text.n), part;
    if (str_find_char(rest, '.') < 0)
        return false;
    while (str_next(&rest, '.', &part))
        if (part.n > 1 && part.p[0] == '0')
            return true;
    return false;
}

/* True for an address that was written as IPv4 in IPv6. */
static bool
unmap(struct ip *ip)
{
    if (ip->v4 || memcmp(ip->bytes, MAPPED, sizeof MAPPED) != 0)
        return false;
    memmove(ip->bytes, ip->bytes + sizeof MAPPED, V4_SIZE);
    memset(ip->bytes + V4_SIZE, 0, V6_SIZE - V4_SIZE);
    ip->v4 = true;
    return true;
}

static bool
parse(struct str text, struct ip *out, bool *mapped)
{
    char z[TEXT_MAX + 1];
    *out = (struct ip){.v4 = false};
    *mapped = false;
    if (!copy_text(text, z) || has_leading_zero(text))
        return false;
    out->v4 = str_find_char(text, ':') < 0;
    if (inet_pton(out->v4 ? AF_INET : AF_INET6, z, out->bytes) != 1)
        return false;
    *mapped = unmap(out);
    return true;
}

bool
ip_parse(struct str text, struct ip *out)
{
    bool mapped;
    return parse(text, out, &mapped);
}

bool
ip_of_bytes(const void *bytes, size_t n, struct ip *out)
{
    *out = (struct ip){.v4 = n == V4_SIZE};
    if (n != V4_SIZE && n != V6_SIZE)
        return false;
    memcpy(out->bytes, bytes, n);
    (void)unmap(out);
    return true;
}

static void
fill_after(struct ip *ip, unsigned bits, bool ones)
{
    for (size_t i = 0; i < size_of(ip); i++) {
        unsigned first = (unsigned)i * 8;
        unsigned keep = bits <= first ? 0 : bits - first >= 8 ? 8 : bits - first;
        unsigned char host = (unsigned char)(0xffu >> keep);
        ip->bytes[i] = (unsigned char)(ones ? ip->bytes[i] | host : ip->bytes[i] & ~host);
    }
}

/* 1 to 3 digits without a leading zero. */
static bool
parse_bits(struct str text, unsigned most, unsigned *out)
{
    uint64_t v;
    if (text.n == 0 || text.n > 3 || (text.n > 1 && text.p[0] == '0'))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    if (!str_to_u64(text, &v) || v > most)
        return false;
    *out = (unsigned)v;
    return true;
}

bool
cidr_parse(struct str text, struct cidr *out)
{
    bool mapped;
    ptrdiff_t slash = str_find_char(text, '/');
    struct str address = slash < 0 ? text : str_sub(text, 0, (size_t)slash);
    *out = (struct cidr){.bits = 0};
    if (!parse(address, &out->net, &mapped))
        return false;
    unsigned most = out->net.v4 && !mapped ? V4_SIZE * 8 : V6_SIZE * 8;
    out->bits = most;
    if (slash >= 0 && !parse_bits(str_sub(text, (size_t)slash + 1, text.n), most, &out->bits))
        return false;
    if (mapped) {
        if (out->bits < MAPPED_BITS) /* more than IPv4, though it looks like it */
            return false;
        out->bits -= MAPPED_BITS;
    }
    fill_after(&out->net, out->bits, false);
    return true;
}

bool
cidr_contains(const struct cidr *range, const struct ip *ip)
{
    struct ip net = *ip;
    if (range->net.v4 != ip->v4)
        return false;
    fill_after(&net, range->bits, false);
    return memcmp(net.bytes, range->net.bytes, size_of(&net)) == 0;
}

bool
cidr_list_contains(const struct cidr_list *list, const struct ip *ip)
{
    for (size_t i = 0; i < list->n; i++)
        if (cidr_contains(&list->ranges[i], ip))
            return true;
    return false;
}

char *
ip_key(const struct ip *ip, char out[IP_KEY_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *p = out;
    *p++ = ip->v4 ? '4' : '6';
    for (size_t i = 0; i < size_of(ip); i++) {
        *p++ = digits[ip->bytes[i] >> 4];
        *p++ = digits[ip->bytes[i] & 15];
    }
    *p = '\0';
    return out;
}

void
cidr_keys(const struct cidr *range, char low[IP_KEY_SIZE], char high[IP_KEY_SIZE])
{
    struct ip last = range->net;
    fill_after(&last, range->bits, true);
    (void)ip_key(&range->net, low);
    (void)ip_key(&last, high);
}
