#ifndef STORE_ADDRESS_ORDER_H
#define STORE_ADDRESS_ORDER_H
/*
 * Pages of all e-mail addresses, phone numbers and user names in a list of users, by user or by address:
 * ranges of the indexes of table address_order, which the database keeps. Inside of the store only.
 * In the SQL of a list the table is called ae, ap and an.
 */
#include "store/rows.h"

enum address_kind { ADDRESS_EMAIL = 1, ADDRESS_PHONE, ADDRESS_USERNAME };

struct address_list {
    enum address_kind kind;
    const char *columns; /* SQL, of what `joins` adds to the table */
    const char *joins;
    size_t item_size;
    void (*read)(const struct scope *s, struct db_stmt *st, int col, void *item);
};
struct address_page {
    void *items; /* of the arena */
    size_t n;
    int64_t total;
};
/* A page of the list of the scope's tenant, else of the environment. */
enum err_code address_page(const struct scope *s, const struct address_list *l,
                           const struct store_page *page, bool by_address, struct address_page *out,
                           struct err *err) MUST_USE;
#endif
