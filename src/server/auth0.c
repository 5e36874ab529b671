#include "server/auth0.h"

#include "base/clock.h"
#include "base/mem.h"
#include "server/asking.h"
#include "server/fields.h"
#include "server/state.h"

enum {
    PAGE = 50,
    PAGE_BYTES_MAX = 512 * 1024,
    BYTES_MAX = 4 * 1024 * 1024, /* of all pages; a handler that runs again reads them again */
    ALL_MS = 30000
};

struct reading {
    struct call *c;
    const struct auth0_source *source;
    struct auth0_users *out;
    struct str token;
    int64_t until; /* on the monotonic clock */
    size_t bytes, seen;
    int64_t total; /* as the first page says */
};

/* In words for who gave the address. Only that we have too much to do is not about the source. */
static enum err_code
refuse(struct call *c, enum err_code rc, const struct err *why, struct err *err)
{
    if (rc == ERR_BUSY || rc == ERR_SHUTDOWN)
        return err_set(err, rc, "%s", why->msg);
    return call_refuse(c, err, ERR_INVALID, NULL, "Auth0 cannot be asked: %s", why->msg);
}

static enum err_code
send(struct reading *r, struct asking *a, struct str url, struct err *err)
{
    struct err why = {.code = ERR_OK};
    int64_t left = r->until - clock_mono_ms();
    if (left <= 0)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 cannot be asked: it takes too long");
    a->timeout_ms = left < OUTBOUND_TIMEOUT_MS ? left : OUTBOUND_TIMEOUT_MS;
    enum err_code rc = asking_send(a, url, &why);
    return rc ? refuse(r->c, rc, &why, err) : ERR_OK;
}

static enum err_code
take_token(struct reading *r, const struct asking *a, struct err *err)
{
    struct str token = json_str(json_get(a->json, "access_token"));
    if (asking_denies_client(a) || a->status == 401 || a->status == 403)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 does not accept this clientId and secret for its Management API");
    if (a->status != 200 || !token.n)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 gives no token, its answer has status %d", a->status);
    r->token = arena_str(r->c->arena, token);
    return ERR_OK;
}

static enum err_code
fetch_token(struct reading *r, struct err *err)
{
    struct asking a;
    struct arena *arena = r->c->arena;
    struct str base = r->source->base;
    asking_begin(&a, r->c);
    asking_form(&a, "grant_type", STR("client_credentials"));
    asking_form(&a, "client_id", r->source->client_id);
    asking_form(&a, "client_secret", r->source->secret);
    asking_form(&a, "audience", arena_printf(arena, "%.*s/api/v2/", STR_ARG(base)));
    enum err_code rc = send(r, &a, arena_printf(arena, "%.*s/oauth/token", STR_ARG(base)), err);
    if (!rc)
        rc = take_token(r, &a, err);
    asking_end(&a);
    return rc;
}

/* ---- users ---- */

/* As an import wants them; what has the wrong kind is found by the check of the item. */
static struct json *
item_of(const struct auth0_source *source, const struct json *user)
{
    static const struct {
        const char *theirs, *ours;
    } members[] = {
        {"email", "email"},
        {"email_verified", "verifyUser"},
        {"name", "name"},
        {"username", "username"},
        {"picture", "profilePictureUrl"},
        {"phone_number", "phoneNumber"},
        {"user_id", "externalId"},
        {"user_metadata", "metadata"},
        {"app_metadata", "vendorMetadata"},
    };
    struct json *item = json_new_object();
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json *value = json_get(user, members[i].theirs);
        if (!json_is_null(value))
            json_set(item, str_of(members[i].ours), json_copy(value));
    }
    const struct json *metadata =
        json_get(user, source->tenant_by_user ? "user_metadata" : "app_metadata");
    const struct json *tenant = json_get_str(metadata, source->tenant_member);
    if (!json_is_null(tenant))
        json_set(item, STR("tenantId"), json_copy(tenant));
    return item;
}

static void
take_user(struct reading *r, const struct json *user)
{
    struct auth0_users *out = r->out;
    bool blocked = false;
    if (json_to_bool(json_get(user, "blocked"), &blocked) && blocked) {
        out->blocked++;
        return;
    }
    struct json *item = item_of(r->source, user);
    struct str name = json_str(json_get(user, "email"));
    if (!name.n)
        name = json_str(json_get(user, "user_id"));
    out->items[out->n] =
        (struct job_item){.name = name.n ? arena_str(r->c->arena, name)
                                         : arena_printf(r->c->arena, "users.%zu", r->seen),
                          .input = fields_json_text(r->c, item)};
    out->n++;
    json_free(item);
}

/* Whether it is a page of users at all. */
static bool
is_page(const struct asking *a, int64_t *total)
{
    const struct json *users = json_get(a->json, "users");
    bool good = a->status == 200 && json_type(users) == JSON_ARRAY && json_len(users) <= PAGE &&
                json_to_i64(json_get(a->json, "total"), total) && *total >= 0;
    for (const struct json *it = json_first(users); good && it; it = json_next(it))
        good = json_type(it) == JSON_OBJECT;
    return good;
}

static enum err_code
check_bounds(const struct reading *r, size_t n, struct err *err)
{
    if (r->total > AUTH0_USERS_MAX || r->seen + n > AUTH0_USERS_MAX)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 has more than %d users; export them there and import the file",
                           AUTH0_USERS_MAX);
    if (r->bytes > BYTES_MAX)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0's users are too large; export them there and import the file");
    if (n == 0 && (int64_t)r->seen < r->total)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 says that it has %lld users, but gives %zu", (long long)r->total,
                           r->seen);
    return ERR_OK;
}

static enum err_code
check_page(struct reading *r, const struct asking *a, struct err *err)
{
    if (a->status == 401 || a->status == 403)
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 does not let this client read users, it needs read:users");
    if (!is_page(a, &r->total))
        return call_refuse(r->c, err, ERR_INVALID, NULL,
                           "Auth0 answers with something else than users, status %d", a->status);
    r->bytes += a->answer_n;
    return check_bounds(r, json_len(json_get(a->json, "users")), err);
}

static enum err_code
fetch_page(struct reading *r, size_t page, struct err *err)
{
    struct asking a;
    asking_begin(&a, r->c);
    asking_bearer(&a, r->token);
    a.answer_max = PAGE_BYTES_MAX;
    struct str url = arena_printf(
        r->c->arena,
        "%.*s/api/v2/users?page=%zu&per_page=%d&include_totals=true&sort=created_at%%3A1"
        "&include_fields=true&fields=user_id%%2Cemail%%2Cemail_verified%%2Cname%%2Cusername%%2C"
        "picture%%2Cphone_number%%2Cblocked%%2Cuser_metadata%%2Capp_metadata",
        STR_ARG(r->source->base), page, PAGE);
    enum err_code rc = send(r, &a, url, err);
    if (!rc)
        rc = check_page(r, &a, err);
    const struct json *it = rc ? NULL : json_first(json_get(a.json, "users"));
    for (; it; it = json_next(it)) {
        take_user(r, it);
        r->seen++;
    }
    asking_end(&a);
    return rc;
}

enum err_code
auth0_read(struct call *c, const struct auth0_source *source, struct auth0_users *out,
           struct err *err)
{
    struct err why = {.code = ERR_OK};
    struct reading r = {.c = c, .source = source, .out = out, .until = clock_mono_ms() + ALL_MS};
    *out = (struct auth0_users){.items = NULL};
    if (outbound_check_url(c->server->outbound, source->base, &why) != ERR_OK)
        return call_refuse(c, err, ERR_INVALID, NULL, "domain %s", why.msg);
    enum err_code rc = outward_ready(c, err);
    if (rc)
        return rc;
    out->items = ARENA_ARRAY(c->arena, AUTH0_USERS_MAX, struct job_item);
    rc = fetch_token(&r, err);
    for (size_t page = 0; !rc && (page == 0 || (int64_t)r.seen < r.total); page++)
        rc = fetch_page(&r, page, err);
    return rc;
}
