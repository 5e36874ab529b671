#ifndef STORE_RESTRICTIONS_H
#define STORE_RESTRICTIONS_H
/*
 * Lists of address ranges and of e-mail domains, one of each for the environment and for every
 * tenant. The scope's tenant decides which is meant; absent means the environment's own. Texts come
 * in the one spelling that base/cidr.h and server/mail_domain.h make; here they are only compared.
 */
#include "store/store.h"

enum { RESTRICTIONS_MAX = 5000 }; /* rows of one kind in one list */

struct ip_restriction {
    struct str id, ip, description, strategy; /* strategy: ALLOW BLOCK */
    bool is_active;
    int64_t created_at, updated_at;
};
struct ip_restriction_list {
    struct ip_restriction *items;
    size_t n;
    int64_t total;
};
/*
 * Adds a range from `low` to `high` (ip_key); fills id and times. ERR_CONFLICT if it is there with
 * that strategy, ERR_LIMIT if the list is full.
 */
enum err_code store_ip_restriction_create(const struct scope *s, struct ip_restriction *r,
                                          struct str low, struct str high,
                                          struct err *err) MUST_USE;
/* In the order of creation; filter: part of range or description. */
enum err_code store_ip_restriction_list(const struct scope *s, const struct store_page *page,
                                        struct str filter, struct ip_restriction_list *out,
                                        struct err *err) MUST_USE;
enum err_code store_ip_restriction_delete(const struct scope *s, struct str id,
                                          struct err *err) MUST_USE;
/* Whether an active range of that strategy holds the address `key`. */
enum err_code store_ip_restriction_match(const struct scope *s, struct str strategy, struct str key,
                                         bool *match, struct err *err) MUST_USE;

struct domain_restriction {
    struct str id, domain, type; /* type: ALLOW BLOCK */
};
struct domain_restriction_list {
    struct domain_restriction *items;
    size_t n;
    int64_t total;
};
/* Fills the id. ERR_CONFLICT if it is there with that type, ERR_LIMIT if the list is full. */
enum err_code store_domain_restriction_create(const struct scope *s, struct domain_restriction *r,
                                              struct err *err) MUST_USE;
/* In the order of creation. type absent: of both. */
enum err_code store_domain_restriction_list(const struct scope *s, const struct store_page *page,
                                            struct str type, struct domain_restriction_list *out,
                                            struct err *err) MUST_USE;
enum err_code store_domain_restriction_delete(const struct scope *s, struct str id,
                                              struct err *err) MUST_USE;
/* The domains of that type are these from now on; what is named twice is there once. */
enum err_code store_domain_restriction_replace(const struct scope *s, struct str type,
                                               const struct str *domains, size_t n,
                                               struct err *err) MUST_USE;
/* Whether one of n domains is in the list with that type. */
enum err_code store_domain_restriction_match(const struct scope *s, struct str type,
                                             const struct str *domains, size_t n, bool *match,
                                             struct err *err) MUST_USE;
#endif
