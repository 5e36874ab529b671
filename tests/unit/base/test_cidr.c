/* Addresses and ranges: what is read, what is refused, what holds what. */
#include "base/cidr.h"
#include "tests/support/unit.h"

static const struct {
    const char *text, *key; /* NULL: no address */
} readings[] = {
    {"10.0.0.1", "40a000001"},
    {"0.0.0.0", "400000000"},
    {"255.255.255.255", "4ffffffff"},
    {"::1", "600000000000000000000000000000001"},
    {"::", "600000000000000000000000000000000"},
    {"2001:DB8::a", "620010db800000000000000000000000a"},
    {"2001:0db8:0000:0000:0000:0000:0000:000a", "620010db800000000000000000000000a"},
    /* IPv4 in IPv6 is IPv4; the forms that only look like it are not. */
    {"::ffff:10.0.0.1", "40a000001"},
    {"::FFFF:a00:1", "40a000001"},
    {"0:0:0:0:0:ffff:10.0.0.1", "40a000001"},
    {"::10.0.0.1", "60000000000000000000000000a000001"},
    {"64:ff9b::10.0.0.1", "60064ff9b00000000000000000a000001"},
    {"::ffff:0:10.0.0.1", "60000000000000000ffff00000a000001"},
    /* Read differently by different readers, so by nobody here. */
    {"010.0.0.1", NULL},
    {"10.0.0.01", NULL},
    {"10.00.0.1", NULL},
    {"::ffff:010.0.0.1", NULL},
    {"0x0a.0.0.1", NULL},
    {"10.1", NULL},
    {"167772161", NULL},
    {"10.0.0.256", NULL},
    {"10.0.0.1.", NULL},
    {".10.0.0.1", NULL},
    {"10..0.1", NULL},
    {"10.0.0.-1", NULL},
    {"+10.0.0.1", NULL},
    {" 10.0.0.1", NULL},
    {"10.0.0.1 ", NULL},
    {"10.0.0.1\n", NULL},
    {"10.0.0.1:80", NULL},
    {"[::1]", NULL},
    {"fe80::1%eth0", NULL},
    {":::1", NULL},
    {"1::2::3", NULL},
    {"12345::1", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"::ffff:10.0.0.1.2", NULL},
    {"unix", NULL},
    {"localhost", NULL},
    {"", NULL},
    {"0000:0000:0000:0000:0000:0000:0000:0000:0000:00", NULL},
};

static void
addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        struct ip ip;
        char key[IP_KEY_SIZE];
        bool good = ip_parse(str_of(readings[i].text), &ip);
        if (good != (readings[i].key != NULL) ||
            (good && strcmp(ip_key(&ip, key), readings[i].key) != 0))
            fail_msg("'%s': %s", readings[i].text, good ? key : "refused");
    }
    struct ip ip;
    assert_false(ip_parse(STR("10.0.0.1\0.evil"), &ip));
    assert_false(ip_parse(STR_ABSENT, &ip));
}

static void
ranges(void **state)
{
    (void)state;
    static const struct {
        const char *range, *low, *high;
    } rows[] = {
        {"10.0.0.0/8", "40a000000", "40affffff"},
        {"10.1.2.3/8", "40a000000", "40affffff"},
        {"10.1.2.3", "40a010203", "40a010203"},
        {"10.1.2.3/32", "40a010203", "40a010203"},
        {"10.1.2.3/31", "40a010202", "40a010203"},
        {"10.1.2.255/25", "40a010280", "40a0102ff"},
        {"0.0.0.0/0", "400000000", "4ffffffff"},
        {"::ffff:10.0.0.0/104", "40a000000", "40affffff"},
        {"::ffff:10.0.0.7", "40a000007", "40a000007"},
        {"::ffff:0.0.0.0/96", "400000000", "4ffffffff"},
        {"2001:db8::/32", "620010db8000000000000000000000000", "620010db8ffffffffffffffffffffffff"},
        {"::1/128", "600000000000000000000000000000001", "600000000000000000000000000000001"},
        {"::/0", "600000000000000000000000000000000", "6ffffffffffffffffffffffffffffffff"},
        {"::ffff:0.0.0.0/95", NULL, NULL},
        {"::ffff:10.0.0.0/8", NULL, NULL},
        {"10.0.0.0/33", NULL, NULL},
        {"10.0.0.0/128", NULL, NULL},
        {"::/129", NULL, NULL},
        {"10.0.0.0/", NULL, NULL},
        {"10.0.0.0/08", NULL, NULL},
        {"10.0.0.0/00", NULL, NULL},
        {"10.0.0.0/-1", NULL, NULL},
        {"10.0.0.0/+8", NULL, NULL},
        {"10.0.0.0/ 8", NULL, NULL},
        {"10.0.0.0/8 ", NULL, NULL},
        {"10.0.0.0/8/8", NULL, NULL},
        {"10.0.0.0/255.0.0.0", NULL, NULL},
        {"10.0.0.0/99999999999999999999", NULL, NULL},
        {"10.0.0.0-10.0.0.255", NULL, NULL},
        {"10.0.0.*", NULL, NULL},
        {"/8", NULL, NULL},
        {"10/8", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cidr range;
        char low[IP_KEY_SIZE] = "", high[IP_KEY_SIZE] = "";
        bool good = cidr_parse(str_of(rows[i].range), &range);
        if (good)
            cidr_keys(&range, low, high);
        if (good != (rows[i].low != NULL) ||
            (good && (strcmp(low, rows[i].low) != 0 || strcmp(high, rows[i].high) != 0)))
            fail_msg("'%s': %s-%s", rows[i].range, low, high);
    }
}

static void
holding(void **state)
{
    (void)state;
    static const struct {
        const char *range, *address;
        bool holds;
    } rows[] = {
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "9.255.255.255", false},
        {"10.0.0.0/8", "::ffff:10.3.2.1", true},
        {"::ffff:10.0.0.0/104", "10.3.2.1", true},
        {"10.0.0.0/9", "10.128.0.0", false},
        {"10.0.0.4/30", "10.0.0.7", true},
        {"10.0.0.4/30", "10.0.0.8", false},
        {"0.0.0.0/0", "1.2.3.4", true},
        {"0.0.0.0/0", "::1", false},
        {"::/0", "1.2.3.4", false},
        {"::/0", "::ffff:1.2.3.4", false},
        {"::/0", "fe80::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
        {"::1", "::2", false},
        {"::1", "0.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cidr range;
        struct ip ip;
        char low[IP_KEY_SIZE], high[IP_KEY_SIZE], key[IP_KEY_SIZE];
        assert_true(cidr_parse(str_of(rows[i].range), &range));
        assert_true(ip_parse(str_of(rows[i].address), &ip));
        cidr_keys(&range, low, high);
        (void)ip_key(&ip, key);
        bool between = strcmp(low, key) <= 0 && strcmp(key, high) <= 0;
        if (cidr_contains(&range, &ip) != rows[i].holds || between != rows[i].holds)
            fail_msg("%s in %s: %d, as texts %d", rows[i].address, rows[i].range,
                     cidr_contains(&range, &ip), between);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(ranges),
        cmocka_unit_test(holding),
    };
    return cmocka_run_group_tests_name("cidr", tests, NULL, NULL);
}
