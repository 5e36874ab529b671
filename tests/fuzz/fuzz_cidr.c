/*
 * A range on the first line, an address on the second. What is read lies between its own ends, and
 * the comparison of texts, which the database does, agrees with that of bits.
 */
#include "base/cidr.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_pair(const struct cidr *range, const struct ip *ip)
{
    char low[IP_KEY_SIZE], high[IP_KEY_SIZE], key[IP_KEY_SIZE];
    cidr_keys(range, low, high);
    (void)ip_key(ip, key);
    ASSERT(strcmp(low, high) <= 0 && low[0] == high[0]);
    bool between = strcmp(low, key) <= 0 && strcmp(key, high) <= 0;
    ASSERT(between == cidr_contains(range, ip));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size}, line = {NULL, 0};
    (void)str_next(&rest, '\n', &line);
    struct cidr range;
    struct ip ip;
    bool has_range = cidr_parse(line, &range), has_ip = ip_parse(rest, &ip);
    if (has_range) {
        ASSERT(range.bits <= (range.net.v4 ? 32u : 128u));
        ASSERT(cidr_contains(&range, &range.net));
        check_pair(&range, &range.net);
    }
    if (has_range && has_ip)
        check_pair(&range, &ip);
    if (has_ip) {
        struct cidr alone;
        ASSERT(cidr_parse(rest, &alone) && cidr_contains(&alone, &ip));
    }
    return 0;
}
