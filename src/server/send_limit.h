#ifndef SERVER_SEND_LIMIT_H
#define SERVER_SEND_LIMIT_H
/*
 * Codes and links that anybody can have sent cost money and patience: at most so many go to one
 * number or address, for one person, for one tenant, and at the wish of one caller's address, counted
 * in the database by all servers together. In the call's write transaction; call it before anything
 * else is written.
 */
#include "server/call.h"
#include "store/users.h"

enum {
    SEND_WINDOW_S = 600,
    SEND_MAX_TO = 10,      /* to one number or address */
    SEND_MAX_USER = 20,    /* for one person */
    SEND_MAX_IP = 200,     /* asked for from one address; callers on this host are not limited */
    SEND_MAX_TENANT = 2000 /* for people whose active tenant it is */
};

/* 429 with X-Rate-Limit-Reset once the limit is passed; the first such refusal is audited. `u` may
 * be NULL: an address that belongs to nobody counts like any other. */
enum err_code send_limit(struct call *c, const struct scope *s, struct str to, const struct user *u,
                         struct err *err) MUST_USE;
#endif
