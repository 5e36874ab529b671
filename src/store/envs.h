#ifndef STORE_ENVS_H
#define STORE_ENVS_H
/* Environments (vendors): credentials and signing keys. These functions come before any scope. */
#include "store/store.h"

struct env {
    int64_t seq;
    struct str id; /* client id */
    struct str name, secret_hash, host;
    int64_t created_at, updated_at;
};
struct env_list {
    struct env *items;
    size_t n;
};
enum err_code store_env_get(struct db_conn *conn, struct arena *a, struct str id, struct env *out,
                            struct err *err) MUST_USE;
enum err_code store_env_by_host(struct db_conn *conn, struct arena *a, struct str host,
                                struct env *out, struct err *err) MUST_USE;
enum err_code store_env_list(struct db_conn *conn, struct arena *a, struct env_list *out,
                             struct err *err) MUST_USE;
/* e->created_at must be given. ERR_CONFLICT if the id is taken. */
enum err_code store_env_create(struct db_conn *conn, struct env *e, struct err *err) MUST_USE;
enum err_code store_env_set_secret(const struct scope *s, struct str secret_hash,
                                   struct err *err) MUST_USE;

struct signing_key {
    struct str id, algorithm, public_pem; /* id is the JWT kid */
    struct str private_pem; /* plain, in the scope's arena: move it to a secret and wipe it */
    int64_t created_at, retired_at;
};
struct signing_key_list {
    struct signing_key *items;
    size_t n;
};
enum err_code store_signing_key_add(const struct scope *s, const struct signing_key *key,
                                    struct err *err) MUST_USE;
/* Newest first; retired ones after the living. with_private opens the sealed halves. */
enum err_code store_signing_key_list(const struct scope *s, bool with_private,
                                     struct signing_key_list *out, struct err *err) MUST_USE;
enum err_code store_signing_key_retire(const struct scope *s, struct str id,
                                       struct err *err) MUST_USE;
#endif
