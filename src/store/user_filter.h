#ifndef STORE_USER_FILTER_H
#define STORE_USER_FILTER_H
/*
 * The conditions of a list of users, worked out once and then added to each statement about it. Text search decides
 * here how it will run: from the few users that the search index names, or, when those are many, along the list's
 * order, where many hits mean that a page is full soon. Inside of the store only.
 */
#include "store/user_rows.h"

struct user_source {
    bool family;  /* the tenant and those below it, each user once */
    int64_t list; /* else this list */
    struct total kept;
};

struct user_filter {
    const struct user_query *query;
    struct str *required; /* folded; a hit has all of them */
    size_t n_required;
    bool prefixes;  /* parts of one or two characters match beginnings only, the list being long */
    bool driven;    /* `ids` are all users that can match */
    size_t driver;  /* which of `required` gave them */
    struct str ids; /* JSON array of row numbers */
    bool narrowed;  /* by anything else than `required` */
};

enum err_code user_filter_prepare(const struct scope *s, const struct user_query *q,
                                  const struct user_source *from, struct user_filter *out,
                                  struct err *err) MUST_USE;
/* One text over one list and nothing else, and its hits are not known to be few: worth remembering how many. */
bool user_filter_is_lone(const struct user_filter *f, const struct user_source *from);
/* " FROM user_order o `join` WHERE ..." with everything that narrows the list. */
void user_filter_add(struct sql *q, const struct scope *s, const struct user_source *from,
                     const struct user_filter *f, const char *join);
#endif
