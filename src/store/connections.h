#ifndef STORE_CONNECTIONS_H
#define STORE_CONNECTIONS_H
/*
 * Where an environment's people may come from: user pools and custom social providers, each with a
 * configuration that is sealed as a whole. Tenants have none: the scope's tenant is not looked at.
 * Pools are in the order of their place, and know the applications they serve and who came from them.
 */
#include "store/store.h"

enum { CONNECTION_CONFIG_MAX = 128 * 1024, CONNECTIONS_MAX = 100, CONNECTION_APPS_MAX = 100 };

struct connection {
    int64_t seq;
    struct str id, kind, name, description;
    int64_t place;
    struct str config; /* JSON; sealed in the database */
    struct str *apps;
    size_t n_apps;
    int64_t n_users;
    int64_t created_at, updated_at;
};
struct connection_list {
    struct connection *items;
    size_t n;
};

/* Kinds are "auth0" and so on; `pools` true: all but the social providers, "custom". */
enum err_code store_connection_list(const struct scope *s, bool pools, struct connection_list *out,
                                    struct err *err) MUST_USE;
/* One of that kind, or with an absent kind any pool. */
enum err_code store_connection_get(const struct scope *s, struct str kind, struct str id,
                                   struct connection *out, struct err *err) MUST_USE;
/* Fills id, seq and times. ERR_LIMIT beyond CONNECTIONS_MAX or CONNECTION_APPS_MAX. */
enum err_code store_connection_add(const struct scope *s, struct connection *c,
                                   struct err *err) MUST_USE;
/* Writes name, description, place and config of *c, as store_connection_get gave it and the caller changed it. */
enum err_code store_connection_update(const struct scope *s, const struct connection *c,
                                      struct err *err) MUST_USE;
enum err_code store_connection_delete(const struct scope *s, struct str kind, struct str id,
                                      struct err *err) MUST_USE;
/* Adds or takes away applications that it serves; those that are there, or are not, are fine. */
enum err_code store_connection_apps(const struct scope *s, const struct connection *c, bool add,
                                    const struct str *apps, size_t n, struct err *err) MUST_USE;

/* -- who came from it -- */

/* Notes a sign-in now. */
enum err_code store_connection_saw(const struct scope *s, int64_t connection_seq,
                                   struct str user_id, struct err *err) MUST_USE;
/* Whether the person came from it. */
enum err_code store_connection_knows(const struct scope *s, int64_t connection_seq,
                                     struct str user_id, bool *out, struct err *err) MUST_USE;
struct connection_user {
    struct str email;
    int64_t last_login;
};
struct connection_user_list {
    struct connection_user *items;
    size_t n;
    int64_t total;
};
/* By address. */
enum err_code store_connection_users(const struct scope *s, const struct connection *c,
                                     const struct store_page *page,
                                     struct connection_user_list *out, struct err *err) MUST_USE;
#endif
