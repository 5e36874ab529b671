#ifndef STORE_LIVE_SESSIONS_H
#define STORE_LIVE_SESSIONS_H
/*
 * Everybody's living sessions at a look: pages in five orders, counts by group, what changed since
 * one looked, and ending many. Each works on one tenant (the scope's) or on some people (of the
 * scope's tenant, if it has one); an index serves every order, so that a page of a million costs
 * what one of a thousand does.
 */
#include "store/sessions.h"

enum {
    LIVE_IDS_MAX = 100,         /* people, or sessions, that one list may name */
    LIVE_COUNT_MAX = 10000,     /* nobody counts further than that for a page */
    LIVE_CHANGES_KEPT = 100000, /* rows of the log of changes */
    LIVE_END_MAX = 5000         /* sessions that one transaction ends */
};

enum live_order { LIVE_BY_CREATED, LIVE_BY_USED, LIVE_BY_IP, LIVE_BY_CLIENT, LIVE_BY_MFA };
enum live_group { LIVE_GROUP_USER, LIVE_GROUP_IP, LIVE_GROUP_CLIENT };

/* Which sessions; members that are absent do not narrow. */
struct live_filter {
    const struct str *user_ids; /* n_user_ids of them; 0: everybody in the tenant */
    size_t n_user_ids;
    const struct str *ids; /* of sessions */
    size_t n_ids;
    struct str user; /* an e-mail address, whole */
    struct str ip, client;
    struct str except; /* session that is not meant */
};

/* The place of a row in an order: what it is sorted by, when it began, and its number. */
struct live_place {
    int64_t number;  /* orders by number; */
    struct str text; /* by text */
    int64_t created_at, seq;
};
struct live_query {
    struct live_filter filter;
    enum live_order order;
    bool descending;
    bool after; /* only those behind `place` */
    struct live_place place;
    int64_t limit;
};
/* out->n is limit + 1 if there are more. */
enum err_code store_live_list(const struct scope *s, const struct live_query *q,
                              struct session_list *out, struct err *err) MUST_USE;
struct live_place store_live_place(const struct session *row, enum live_order order);
/* How many, but no further than LIVE_COUNT_MAX + 1. */
enum err_code store_live_count(const struct scope *s, const struct live_filter *f, int64_t *out,
                               struct err *err) MUST_USE;

struct live_count {
    struct str key, name; /* name: the person's address */
    int64_t sessions;
};
struct live_counts {
    struct live_count *items; /* largest first */
    size_t n;
};
enum err_code store_live_groups(const struct scope *s, const struct live_filter *f,
                                enum live_group by, int64_t limit, struct live_counts *out,
                                struct err *err) MUST_USE;

/* How far somebody has read the log of changes. */
struct live_cursor {
    int64_t tx, seq, at; /* at: ms; sessions whose time was over after that are news */
};
enum err_code store_live_now(const struct scope *s, struct live_cursor *out,
                             struct err *err) MUST_USE;

struct live_change {
    bool ended;
    struct str session_id, user_id, user_email; /* user_id absent: the person is gone as well */
};
struct live_changes {
    struct live_change *items;
    size_t n;
    bool more;  /* read on from `cursor` at once */
    bool reset; /* what was looked at is so old that changes since are not known */
    struct live_cursor cursor;
};
/* Who came and who went since `from`, in order; whoever came and went in between only went. */
enum err_code store_live_changes(const struct scope *s, const struct live_filter *f,
                                 const struct live_cursor *from, int64_t limit,
                                 struct live_changes *out, struct err *err) MUST_USE;

/*
 * Ends those that the filter means, at most LIVE_END_MAX, oldest first. *ended says how many,
 * *rotated_at when the newest of their access tokens was made; call again while *ended is
 * LIVE_END_MAX.
 */
enum err_code store_live_end(const struct scope *s, const struct live_filter *f, int64_t *ended,
                             int64_t *rotated_at, struct err *err) MUST_USE;
#endif
