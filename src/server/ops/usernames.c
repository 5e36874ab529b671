/* Names people may sign in with, besides or instead of an e-mail address: one per person. */
#include "store/usernames.h"
#include "server/ops/ops.h"
#include "server/self.h"

enum { NAMES_MAX = 200 };

static void
write_username(struct call *c, struct str username, struct str user_id)
{
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "username", username);
    jw_kstr(&c->out, "userId", user_id);
    jw_close(&c->out, '}');
}

static enum err_code
op_usernames_list(struct call *c, struct err *err)
{
    struct str ids[NAMES_MAX], names[NAMES_MAX];
    struct page page;
    struct username_list list = {.n = 0};
    call_page(c, 50, &page);
    struct username_query q = {
        .page = page_rows(&page),
        .prefix = call_query(c, "_usernamePrefix"),
        .user_ids = ids,
        .n_user_ids = call_query_list(c, "userIds", ids, NAMES_MAX),
        .usernames = names,
        .n_usernames = call_query_list(c, "usernames", names, NAMES_MAX),
    };
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_username_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_username(c, list.items[i].username, list.items[i].user_id);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

/* A person without one: the answer says so. */
static enum err_code
op_usernames_list_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        write_username(c, u.username, u.id);
    return rc;
}

/* Whose it is to be: named in the body, else one's own. */
static enum err_code
find_holder(struct call *c, const struct scope **s, struct user *u, struct err *err)
{
    struct str named = call_str(c, "userId");
    if (!named.n && !c->user_id.n)
        return call_refuse(c, err, ERR_INVALID, NULL, "userId should not be empty");
    if (named.n)
        c->user_id = named;
    return self_find(c, s, u, err);
}

static enum err_code
op_usernames_create(struct call *c, struct err *err)
{
    const struct scope *s = NULL;
    struct user u = {0};
    enum err_code rc = find_holder(c, &s, &u, err);
    struct user change = {.id = u.id, .username = call_str(c, "username")};
    if (!rc && u.username.n)
        return call_refuse(c, err, ERR_CONFLICT, NULL, "The user already has a username");
    if (!rc)
        rc = store_user_update(s, &change, USER_F(username), err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Username already exists");
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Gave the username %.*s", STR_ARG(change.username));
    return rc;
}

static enum err_code
op_usernames_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc = s ? store_user_get(s, USER_BY_USERNAME, call_param(c, "username"), &u, err)
                         : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Username not found");
    if (!rc && u.email.n == 0 && u.phone_number.n == 0)
        return call_refuse(c, err, ERR_INVALID, NULL, "The user has nothing else to sign in with");
    struct user change = {.id = rc ? STR_ABSENT : u.id};
    if (!rc)
        rc = store_user_update(s, &change, USER_F(username), err);
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Took the username %.*s", STR_ARG(u.username));
    return rc;
}

const struct op_binding usernames_ops[] = {
    BIND(usernames_list),
    BIND(usernames_list_own),
    BIND(usernames_create),
    BIND(usernames_delete),
    BIND_END,
};
