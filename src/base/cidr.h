#ifndef BASE_CIDR_H
#define BASE_CIDR_H
/*
 * Addresses and address ranges, read in one way only: IPv4 with four plain decimal numbers, IPv6, an
 * IPv4 address in IPv6 clothes (::ffff:a.b.c.d) as the IPv4 address it is. No zones, no leading
 * zeros, no ports, no spaces: what others might read differently is no address. No state; any
 * thread.
 */
#include "base/str.h"

struct ip {
    unsigned char bytes[16]; /* network order; of IPv4 the first four */
    bool v4;
};

/* A range: all addresses that begin with the first `bits` of `net`. */
struct cidr {
    struct ip net; /* bits after the prefix are 0 */
    unsigned bits;
};

bool ip_parse(struct str text, struct ip *out);
/* From 4 or 16 bytes in network order; false if there are as many others. */
bool ip_of_bytes(const void *bytes, size_t n, struct ip *out);
/* "10.0.0.0/8", "2001:db8::/32", or an address alone. Bits after the prefix are ignored. */
bool cidr_parse(struct str text, struct cidr *out);
/* A range of IPv6 never holds an IPv4 address, not even ::/0. */
bool cidr_contains(const struct cidr *range, const struct ip *ip);

/* A few ranges that belong together: trusted proxies, networks that may be reached. */
enum { CIDR_LIST_MAX = 16 };
struct cidr_list {
    struct cidr ranges[CIDR_LIST_MAX];
    size_t n;
};
bool cidr_list_contains(const struct cidr_list *list, const struct ip *ip);

/* Text that sorts as addresses do, those of IPv4 apart from those of IPv6. Returns out. */
enum { IP_KEY_SIZE = 34 };
char *ip_key(const struct ip *ip, char out[IP_KEY_SIZE]);
/* The first and the last address of the range. */
void cidr_keys(const struct cidr *range, char low[IP_KEY_SIZE], char high[IP_KEY_SIZE]);
#endif
