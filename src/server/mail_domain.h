#ifndef SERVER_MAIL_DOMAIN_H
#define SERVER_MAIL_DOMAIN_H
/*
 * Domains of e-mail addresses in one spelling: lower-case ASCII, other letters as punycode by IDNA
 * 2008 with the mapping of UTS 46, no dot at the end. What has no such spelling (an address with two
 * @ or a quoted local part, an address literal, a host without a dot) is no domain. No state; any
 * thread.
 */
#include "base/arena.h"

enum { MAIL_DOMAIN_MAX = 253, MAIL_DOMAIN_LABELS = 127 };

bool mail_domain_parse(struct str domain, struct arena *a, struct str *out);
/* The domain of an address. */
bool mail_domain_of(struct str email, struct arena *a, struct str *out);
/* The domain and each one above it, without the top: "a.b.io", "b.io". Returns how many. */
size_t mail_domain_parents(struct str domain, struct str out[MAIL_DOMAIN_LABELS]);
/* A provider that gives addresses to anybody (public_domains.def), or a domain below one. */
bool mail_domain_is_public(struct str domain);
#endif
