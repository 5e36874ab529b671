#ifndef STORE_CONFIGS_H
#define STORE_CONFIGS_H
/*
 * JSON documents by name ("core", "mfa-policy", ...), one for the environment and one per tenant
 * that overrides it, and sealed values by name. The scope's tenant decides which; absent means the
 * environment's own.
 */
#include "store/store.h"

struct config {
    struct str id, document; /* document is JSON text */
    int64_t created_at, updated_at;
};
/* Exactly this scope's document; ERR_NOT_FOUND if it was never written. */
enum err_code store_config_get(const struct scope *s, struct str name, struct config *out,
                               struct err *err) MUST_USE;
/* Creates or replaces; keeps id and created_at of an older one. */
enum err_code store_config_put(const struct scope *s, struct str name, struct str document,
                               struct err *err) MUST_USE;
/* ERR_CONFLICT if there is one. */
enum err_code store_config_create(const struct scope *s, struct str name, struct str document,
                                  struct err *err) MUST_USE;
/*
 * The documents of that name that bear on a person: the environment's own and, unless
 * `environment_only`, those of all tenants the person is in and of `also`, a tenant they are about
 * to join (absent: none). For rules of which the strictest holds. Any may be missing.
 */
struct config_list {
    struct config_item {
        struct str document;
        bool of_environment;
    } * items;
    size_t n;
};
enum err_code store_config_of_user(const struct scope *s, struct str name, struct str user_id,
                                   struct str also, bool environment_only, struct config_list *out,
                                   struct err *err) MUST_USE;
enum err_code store_config_delete(const struct scope *s, struct str name, struct err *err) MUST_USE;

enum err_code store_sealed_put(const struct scope *s, struct str name, struct str plain,
                               struct err *err) MUST_USE;
/* The plain text is in the scope's arena: copy it to a secret and wipe it. */
enum err_code store_sealed_get(const struct scope *s, struct str name, struct str *out,
                               struct err *err) MUST_USE;
enum err_code store_sealed_delete(const struct scope *s, struct str name, struct err *err) MUST_USE;
#endif
