#ifndef SERVER_DOCUMENT_H
#define SERVER_DOCUMENT_H
/*
 * Settings and policies: a JSON document by name, one for the environment and one for each tenant
 * that differs. A row of this table and the operation's own fields are all that a policy needs: what
 * a caller may set is the operation's body, what is answered is its reply, what was never set has
 * its preset. Objects inside are merged member by member. No state; any thread.
 */
#include "server/call.h"
#include "store/configs.h"

struct document {
    const char *name;    /* in the database: "mfa-policy" */
    const char *presets; /* JSON object: members that nobody has set */
    const char *what;    /* for audits and refusals: "MFA policy" */
};

/*
 * The document of exactly this scope, stored members over presets; ERR_NOT_FOUND if it was never
 * written. `stored` (may be NULL) gets id and times. The caller frees *out; it is NULL on failure.
 */
enum err_code document_load(const struct scope *s, const struct document *d, struct json **out,
                            struct config *stored, struct err *err) MUST_USE;
/* What is in force: the tenant's, else the environment's, else the presets. */
enum err_code document_effective(const struct scope *s, const struct document *d, struct json **out,
                                 struct err *err) MUST_USE;
/* A tenant may only be stricter: what the environment itself has set, or the presets. */
enum err_code document_environment(const struct scope *s, const struct document *d,
                                   struct json **out, struct err *err) MUST_USE;

/* The scope's own members over those that the environment has set, over the presets. */
enum err_code document_inherited(const struct scope *s, const struct document *d, struct json **out,
                                 struct err *err) MUST_USE;

enum document_write {
    DOCUMENT_CREATE, /* 409 if it is there */
    DOCUMENT_UPDATE, /* 404 if it is not */
    DOCUMENT_UPSERT
};
/* Stores the members of the body that the operation declares in the scope's document. */
enum err_code document_write(struct call *c, const struct document *d, enum document_write how,
                             struct err *err) MUST_USE;

enum document_missing {
    DOCUMENT_404,     /* answer 404 "<what> not found" */
    DOCUMENT_PRESETS, /* answer what holds without it */
};
/*
 * Answers the scope's document: the members that the reply declares, and id, tenantId, createdAt
 * and updatedAt where it declares those. With `vendor` the environment's, whatever the scope.
 */
enum err_code document_answer(struct call *c, const struct document *d,
                              enum document_missing missing, bool vendor, struct err *err) MUST_USE;
/* The members of `all` that `fields` declares, into the open object. */
void document_members(struct call *c, const struct field *fields, const struct json *all);
#endif
