#ifndef DELIVER_MAILBOX_H
#define DELIVER_MAILBOX_H
/*
 * Addresses as they may stand in an envelope: strict, so that nothing in one can end a header or a
 * command. International domains become their ASCII form; local parts must be ASCII already, since
 * few servers take others. No state; any thread.
 */
#include "base/arena.h"
#include "base/err.h"

enum { MAILBOX_LOCAL_MAX = 64, MAILBOX_DOMAIN_MAX = 253 };

struct mailbox {
    struct str name;   /* display name, any text; absent: none */
    struct str spec;   /* "local@domain", ASCII */
    struct str domain; /* its end */
};

/* "local@domain". ERR_INVALID says what is wrong, never with the text itself. */
enum err_code mailbox_parse_address(struct str text, struct arena *a, struct mailbox *out,
                                    struct err *err) MUST_USE;
/* The same, or "Name <local@domain>", as people configure senders. */
enum err_code mailbox_parse(struct str text, struct arena *a, struct mailbox *out,
                            struct err *err) MUST_USE;
/* "+4915112345678"; spaces, dots, dashes and brackets between the digits are left out. */
enum err_code mailbox_parse_phone(struct str text, struct arena *a, struct str *out,
                                  struct err *err) MUST_USE;
/* Letters, digits, dots and dashes that make a host name, and nothing else. */
bool mailbox_is_host(struct str text);
#endif
