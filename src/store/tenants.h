#ifndef STORE_TENANTS_H
#define STORE_TENANTS_H
/*
 * Tenants (accounts) and their tree. A removed tenant keeps its row (deleted_at), loses its
 * members, and comes back when the same id is created again. A scope with a tenant sees that tenant
 * and everything below it.
 */
#include "base/json.h"
#include "store/store.h"

struct tenant {
    int64_t seq;
    struct str parent_id; /* public id of the parent; absent at the top */
#define FIELD(kind, member, wire, flags) STORE_C_##kind member;
#include "store/tenant_fields.def"
#undef FIELD
};
enum tenant_field {
#define FIELD(kind, member, wire, flags) TENANT_I_##member,
#include "store/tenant_fields.def"
#undef FIELD
    TENANT_FIELDS
};
#define TENANT_F(member) (UINT64_C(1) << TENANT_I_##member)
extern const struct store_field tenant_fields[TENANT_FIELDS];

/* A tenant with nothing set: absent texts, STORE_NO_INT numbers. */
void tenant_init(struct tenant *t);

struct tenant_query {
    struct store_page page; /* sort: name tenantId createdAt updatedAt; limit 0: all */
    struct str filter;      /* part of name, id or alias */
    const struct str *tenant_ids;
    size_t n_tenant_ids;
};
struct tenant_list {
    struct tenant *items;
    size_t n;
    int64_t total;
};

/* By public id; removed ones are ERR_NOT_FOUND. */
enum err_code store_tenant_get(const struct scope *s, struct str tenant_id, struct tenant *out,
                               struct err *err) MUST_USE;
enum err_code store_tenant_by_alias(const struct scope *s, struct str alias, struct tenant *out,
                                    struct err *err) MUST_USE;
bool store_tenant_sort_known(struct str sort);
enum err_code store_tenant_list(const struct scope *s, const struct tenant_query *q,
                                struct tenant_list *out, struct err *err) MUST_USE;
/* Fills ids, name (the id) and times when absent. ERR_CONFLICT if the id lives or the alias is taken; a removed id
 * is revived with the given members (*revived, may be NULL). parent_id given: a sub-tenant; unknown
 * parent ERR_NOT_FOUND. */
enum err_code store_tenant_create(const struct scope *s, struct tenant *t, bool *revived,
                                  struct err *err) MUST_USE;
enum err_code store_tenant_update(const struct scope *s, const struct tenant *t, uint64_t given,
                                  struct err *err) MUST_USE;
/* Merges top-level keys into the metadata object (which starts as {} if it was no object). */
enum err_code store_tenant_merge_metadata(const struct scope *s, struct str tenant_id,
                                          const struct json *object, struct err *err) MUST_USE;
/* Removing a key that is not there is fine. */
enum err_code store_tenant_delete_metadata(const struct scope *s, struct str tenant_id,
                                           struct str key, struct err *err) MUST_USE;
/* Children move up to the removed tenant's parent; members leave it. */
enum err_code store_tenant_delete(const struct scope *s, struct str tenant_id,
                                  struct err *err) MUST_USE;

/* ---- tree ---- */

struct tenant_node {
    struct tenant tenant;
    int64_t level; /* 0 for the tenant asked about; parents count up, descendants count down the
                      tree from 1 */
};
struct tenant_nodes {
    struct tenant_node *items;
    size_t n;
};
/* Nearest parent first, without the tenant itself. */
enum err_code store_tenant_parents(const struct scope *s, struct str tenant_id,
                                   struct tenant_nodes *out, struct err *err) MUST_USE;
/* The tenant and all below it, parents before children, at most `max`. */
enum err_code store_tenant_subtree(const struct scope *s, struct str tenant_id, size_t max,
                                   struct tenant_nodes *out, struct err *err) MUST_USE;
/* ERR_INVALID when it would make a cycle; absent parent makes it a top tenant. */
enum err_code store_tenant_set_parent(const struct scope *s, struct str tenant_id,
                                      struct str parent_id, struct err *err) MUST_USE;
/* Kept total of living tenants. */
enum err_code store_tenant_count(const struct scope *s, int64_t *out, struct err *err) MUST_USE;
#endif
