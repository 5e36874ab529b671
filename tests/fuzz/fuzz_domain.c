/*
 * Any bytes as a domain and as an address. What is read is plain lower-case ASCII, reads as itself
 * again, and an address with two @ is never read.
 */
#include "base/mem.h"
#include "server/mail_domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_spelling(struct str domain, struct arena *a)
{
    struct str again, parents[MAIL_DOMAIN_LABELS];
    ASSERT(domain.n > 0 && domain.n <= MAIL_DOMAIN_MAX);
    for (size_t i = 0; i < domain.n; i++) {
        char c = domain.p[i];
        ASSERT((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.');
    }
    ASSERT(domain.p[0] != '.' && domain.p[domain.n - 1] != '.');
    ASSERT(mail_domain_parse(domain, a, &again) && str_eq(again, domain));
    size_t n = mail_domain_parents(domain, parents);
    ASSERT(n >= 1 && str_eq(parents[0], domain));
    (void)mail_domain_is_public(domain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size}, domain;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    if (mail_domain_parse(text, &arena, &domain))
        check_spelling(domain, &arena);
    if (mail_domain_of(text, &arena, &domain)) {
        size_t ats = 0;
        for (size_t i = 0; i < size; i++)
            ats += data[i] == '@';
        ASSERT(ats == 1);
        check_spelling(domain, &arena);
    }
    arena_fini(&arena);
    return 0;
}
