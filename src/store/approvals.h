#ifndef STORE_APPROVALS_H
#define STORE_APPROVALS_H
/*
 * Approval flows, and requests that wait for people's decisions. A flow is the environment's (scope
 * without a tenant) or a tenant's; a tenant sees both, and changes its own. A request keeps the flow
 * as it was when it began. Decisions and what follows from them are made under a lock on the
 * request's row (store_approval_lock), so that each counts once on any number of servers.
 */
#include "store/store.h"

enum { APPROVAL_FLOWS_MAX = 500, APPROVERS_MAX = 200 }; /* in one place; of one step */

struct approval_flow {
    struct str id, tenant_id; /* absent: the environment's */
    struct str name;
    struct str document; /* JSON: description, channels, configuration, steps */
    bool is_active;
    int64_t created_at, updated_at;
};
struct approval_flow_list {
    struct approval_flow *items;
    size_t n;
};
enum err_code store_approval_flow_create(const struct scope *s, struct approval_flow *f,
                                         struct err *err) MUST_USE;
enum err_code store_approval_flow_get(const struct scope *s, struct str id,
                                      struct approval_flow *out, struct err *err) MUST_USE;
enum err_code store_approval_flow_list(const struct scope *s, struct approval_flow_list *out,
                                       struct err *err) MUST_USE;
/* ERR_NOT_FOUND also for the environment's in a scope with a tenant. */
enum err_code store_approval_flow_update(const struct scope *s, struct approval_flow *f,
                                         struct err *err) MUST_USE;
enum err_code store_approval_flow_delete(const struct scope *s, struct str id,
                                         struct err *err) MUST_USE;

enum approval_status { APPROVAL_PENDING, APPROVAL_APPROVED, APPROVAL_REFUSED, APPROVAL_EXPIRED };

struct approval {
    int64_t seq;
    struct str id, tenant_id, user_id, session_id;
    struct str requester;      /* as approvers read it */
    struct str document, data; /* JSON: the flow with its name, what is asked for */
    struct str webhook_url;    /* absent: none */
    int64_t step;              /* index of the one that waits */
    int64_t status;            /* enum approval_status */
    bool reported;             /* the webhook was told, or there is none */
    int64_t tries;             /* to tell it */
    int64_t created_at, expires_at;
    int64_t auto_at, remind_at; /* 0: never */
};
/* Fills in id and created_at. Requests are looked up in the whole environment. */
enum err_code store_approval_create(const struct scope *s, struct approval *a,
                                    struct err *err) MUST_USE;
enum err_code store_approval_get(const struct scope *s, struct str id, struct approval *out,
                                 struct err *err) MUST_USE;
/* As store_approval_get; nobody else gets it until the transaction ends. */
enum err_code store_approval_lock(const struct scope *s, struct str id, struct approval *out,
                                  struct err *err) MUST_USE;
/* Writes step, status, reported, tries, remind_at. */
enum err_code store_approval_update(const struct scope *s, const struct approval *a,
                                    struct err *err) MUST_USE;
/* The person is as good as just signed in: for step-up. Nothing if the session is over. */
enum err_code store_approval_step_up(const struct scope *s, struct str session_id,
                                     struct err *err) MUST_USE;

struct approver {
    int64_t seq;
    struct str email, token_hash;
};
struct approver_list {
    struct approver *items;
    size_t n;
};
/* Asks somebody, in the request's current step; once per address. */
enum err_code store_approver_add(const struct scope *s, const struct approval *a, struct str email,
                                 struct str token_hash, struct err *err) MUST_USE;
/* Those of the current step who have not decided. */
enum err_code store_approver_waiting(const struct scope *s, const struct approval *a,
                                     struct approver_list *out, struct err *err) MUST_USE;
enum err_code store_approver_rename(const struct scope *s, int64_t seq, struct str token_hash,
                                    struct err *err) MUST_USE;
/* Whether that is somebody who was asked in that step. */
enum err_code store_approver_find(const struct scope *s, const struct approval *a, int64_t step,
                                  struct str token_hash, bool *found, struct err *err) MUST_USE;
/* ERR_NOT_FOUND if nobody of that hash is asked in the current step, ERR_CONFLICT if they have
 * decided already. */
enum err_code store_approver_decide(const struct scope *s, const struct approval *a,
                                    struct str token_hash, bool yes, struct err *err) MUST_USE;
struct approval_count {
    int64_t asked, yes, no;
};
enum err_code store_approver_count(const struct scope *s, const struct approval *a,
                                   struct approval_count *out, struct err *err) MUST_USE;
/* E-mail addresses of the tenant's living members who hold one of the roles (keys), at most
 * APPROVERS_MAX. */
enum err_code store_approver_by_role(const struct scope *s, const struct str *roles, size_t n,
                                     struct str *out, size_t *n_out, struct err *err) MUST_USE;
#endif
