#ifndef SERVER_PASSWORD_POLICY_H
#define SERVER_PASSWORD_POLICY_H
/*
 * What a password policy demands, and whether a password meets it: pure functions on the password
 * and on policies as they are stored. A policy is put together from several, of which the strictest
 * holds in each point. Passwords are taken as they are: nothing is trimmed, folded or cut before it
 * is judged or hashed, and lengths count characters. No state; any thread.
 */
#include "base/json.h"

enum {
    PASSWORD_LEAST = 8,    /* characters, where nobody has said otherwise */
    PASSWORD_MOST = 128,   /* likewise */
    PASSWORD_ACCEPTED = 64 /* that long is always allowed, whatever a policy says */
};

struct password_policy {
    int64_t min_length, max_length;
    bool allow_passphrases;    /* a long one need not pass the optional tests */
    int64_t min_phrase_length; /* how long that is */
    bool lowercase, uppercase, numbers, special_chars; /* the optional tests there are */
    int64_t min_optional;                              /* so many of them must pass */
    bool three_repeated;                               /* refuse three equal characters in a row */
    bool block_breached;                               /* refuse what is on the operator's list */
};

/* What holds where nobody has set anything: a length, common and breached ones refused, no classes. */
void password_policy_init(struct password_policy *p);
/* The environment's own document over that. NULL: none was stored. */
void password_policy_environment(struct password_policy *p, const struct json *stored);
/* A tenant's document on top: it can only make the policy stricter. */
void password_policy_tenant(struct password_policy *p, const struct json *stored);

/* Calls `say` with a line for each rule that is broken; returns how many. */
typedef void password_fault_fn(void *arg, struct str text);
size_t password_policy_check(const struct password_policy *p, struct str password,
                             password_fault_fn *say, void *arg);

/*
 * Whether little is left of the password once these words, and their parts, are taken out of it, in
 * any case: the name of the person, of their company, of the service. Short words do not count.
 */
bool password_is_made_of(struct str password, const struct str *words, size_t n);
/* Characters of valid UTF-8. */
size_t password_length(struct str password);
#endif
