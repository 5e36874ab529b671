#include "server/jwt_claims.h"

#include "base/mem.h"

enum { NAME_MAX_BYTES = 200, TEXT_MAX = 16 * 1024 };

static const char *const mandatory[] = {"iss", "sub", "aud", "exp", "iat", NULL};
/* Put in from the plain token where it has them; never from a template. */
static const char *const reserved[] = {"type", "tenantId", "userId", "superUser", "act",
                                       "amr",  "acr",      "nonce",  "auth_time", "sid",
                                       "jti",  "nbf",      NULL};
static const char *const audiences[] = {"{{clientId}}", "{{applicationId}}", "{{aud}}", NULL};
/* What a name may begin with. */
static const char *const roots[] = {"iss",
                                    "sub",
                                    "aud",
                                    "exp",
                                    "iat",
                                    "type",
                                    "sid",
                                    "jti",
                                    "tenantId",
                                    "userId",
                                    "tenantIds",
                                    "roles",
                                    "name",
                                    "permissions",
                                    "email",
                                    "metadata",
                                    "email_verified",
                                    "userMetadata",
                                    "amr",
                                    "acr",
                                    "auth_time",
                                    "clientId",
                                    "applicationId",
                                    "profilePictureUrl",
                                    "user",
                                    "tenant",
                                    "account",
                                    "act",
                                    "externalId",
                                    "createdByUserId",
                                    NULL};

static bool
is_one_of(struct str s, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(s, str_of(*list)))
            return true;
    return false;
}

/* ---- placeholders ---- */

/* Cuts `rest` at the next {{name}}: the text before it, and the name without its blanks. False when
 * there is none; *rest is what remains then. */
static bool
next_name(struct str *rest, struct str *before, struct str *name)
{
    ptrdiff_t from = str_find(*rest, STR("{{"));
    if (from < 0)
        return false;
    struct str tail = str_sub(*rest, (size_t)from + 2, rest->n);
    ptrdiff_t to = str_find(tail, STR("}}"));
    if (to < 0)
        return false;
    *before = str_sub(*rest, 0, (size_t)from);
    *name = str_trim(str_sub(tail, 0, (size_t)to));
    *rest = str_sub(tail, (size_t)to + 2, tail.n);
    return true;
}

/* The text is one name and nothing else. */
static bool
is_lone_name(struct str text, struct str *name)
{
    struct str rest = text, before;
    return next_name(&rest, &before, name) && before.n == 0 && rest.n == 0;
}

/* ---- what may be in a template ---- */

static struct str
text_fault(struct arena *a, struct str text)
{
    struct str rest = text, before, name, root;
    while (next_name(&rest, &before, &name)) {
        struct str path = name;
        (void)str_next(&path, '.', &root);
        if (name.n == 0 || name.n > NAME_MAX_BYTES || !is_one_of(root, roots))
            return arena_printf(a, "There is no variable {{%.*s}}", STR_ARG(str_sub(name, 0, 80)));
    }
    if (str_find(rest, STR("{{")) >= 0)
        return STR("A {{ in templateSchema.claims is not closed");
    return STR_ABSENT;
}

static struct str
value_fault(struct arena *a, const struct json *j, int depth) /* NOLINT(misc-no-recursion) */
{
    if (json_type(j) == JSON_STRING)
        return text_fault(a, json_str(j));
    if (json_type(j) != JSON_OBJECT && json_type(j) != JSON_ARRAY)
        return STR_ABSENT;
    if (depth > JWT_CLAIMS_DEPTH)
        return arena_printf(a, "templateSchema.claims must not be deeper than %d levels",
                            (int)JWT_CLAIMS_DEPTH);
    if (json_len(j) > JWT_CLAIMS_MEMBERS)
        return arena_printf(a,
                            "templateSchema.claims must not have more than %d members in one place",
                            (int)JWT_CLAIMS_MEMBERS);
    struct str fault = STR_ABSENT;
    for (const struct json *m = json_first(j); m && !str_given(fault); m = json_next(m))
        fault = value_fault(a, m, depth + 1);
    return fault;
}

static bool
fits(const struct json *claims)
{
    struct buf text;
    buf_init(&text, JWT_CLAIMS_MAX);
    json_write(claims, &text);
    bool ok = !text.failed;
    buf_fini(&text);
    return ok;
}

struct str
jwt_claims_fault(struct arena *a, const struct json *claims)
{
    if (json_type(claims) != JSON_OBJECT)
        return STR("templateSchema.claims must be an object");
    if (!fits(claims))
        return arena_printf(a, "templateSchema.claims must not be longer than %d bytes",
                            (int)JWT_CLAIMS_MAX);
    for (const struct json *m = json_first(claims); m; m = json_next(m))
        if (is_one_of(json_key(m), reserved) || str_eq(json_key(m), STR(JWT_CLAIM_OURS)))
            return arena_printf(a, "Claims reserved for internal use are not allowed: %.*s",
                                STR_ARG(json_key(m)));
    for (const char *const *name = mandatory; *name; name++)
        if (!json_get(claims, *name))
            return arena_printf(
                a, "The claims iss, sub, aud, exp and iat are mandatory: %s is missing", *name);
    if (!is_one_of(json_str(json_get(claims, "aud")), audiences))
        return STR("The claim aud must be {{clientId}} or {{applicationId}}");
    return value_fault(a, claims, 1);
}

/* ---- filling in ---- */

struct filler {
    const struct json *plain;
    struct jw *w;
};

static const struct json *
look_up(const struct json *plain, struct str path)
{
    const struct json *at = plain;
    struct str part;
    while (at && str_next(&path, '.', &part))
        at = json_type(at) == JSON_OBJECT ? json_get_str(at, part) : NULL;
    return json_type(at) == JSON_NULL ? NULL : at;
}

static void
add_text(struct buf *out, const struct json *value)
{
    if (json_type(value) == JSON_STRING)
        buf_add_str(out, json_str(value));
    else if (value)
        json_write(value, out);
}

static void
write_text(struct filler *f, struct str text)
{
    struct buf out;
    struct str rest = text, before, name;
    buf_init(&out, TEXT_MAX);
    while (next_name(&rest, &before, &name)) {
        buf_add_str(&out, before);
        add_text(&out, look_up(f->plain, name));
    }
    buf_add_str(&out, rest);
    jw_str(f->w, buf_str(&out));
    f->w->out->failed |= out.failed;
    buf_fini(&out);
}

/* False if the value is a variable that is not known: nothing is written for it. */
static bool
is_known(const struct filler *f, const struct json *j)
{
    struct str name;
    return json_type(j) != JSON_STRING || !is_lone_name(json_str(j), &name) ||
           look_up(f->plain, name) != NULL;
}

static void
write_value(struct filler *f, const struct json *j) /* NOLINT(misc-no-recursion) */
{
    struct str name;
    bool is_object = json_type(j) == JSON_OBJECT;
    if (json_type(j) == JSON_STRING && is_lone_name(json_str(j), &name)) {
        jw_json(f->w, look_up(f->plain, name));
    } else if (json_type(j) == JSON_STRING) {
        write_text(f, json_str(j));
    } else if (is_object || json_type(j) == JSON_ARRAY) {
        jw_open(f->w, is_object ? '{' : '[');
        for (const struct json *m = json_first(j); m; m = json_next(m)) {
            if (!is_known(f, m))
                continue;
            if (is_object)
                jw_key_str(f->w, json_key(m));
            write_value(f, m);
        }
        jw_close(f->w, is_object ? '}' : ']');
    } else {
        jw_json(f->w, j);
    }
}

static void
copy(struct filler *f, const char *name)
{
    const struct json *value = json_get(f->plain, name);
    if (!value)
        return;
    jw_key(f->w, name);
    jw_json(f->w, value);
}

/* A text of the template's, or that of the plain token if nothing comes of it. */
static void
write_or_plain(struct filler *f, const struct json *claims, const char *name)
{
    const struct json *wanted = json_get(claims, name);
    struct str text = json_str(wanted), lone;
    if (is_lone_name(text, &lone))
        text = json_str(look_up(f->plain, lone));
    if (text.n == 0 || json_type(wanted) != JSON_STRING) {
        copy(f, name);
        return;
    }
    jw_key(f->w, name);
    write_value(f, wanted);
}

static void
write_ours(struct filler *f, struct str key)
{
    jw_key(f->w, JWT_CLAIM_OURS);
    jw_open(f->w, '{');
    jw_kstr(f->w, "template", key);
    copy(f, "sub");
    jw_close(f->w, '}');
}

enum err_code
jwt_claims_fill(struct str claims, struct str key, const struct json *plain, struct buf *out,
                struct err *err)
{
    struct jw w;
    struct filler f = {.plain = plain, .w = &w};
    struct json *wanted = json_parse(claims, JWT_CLAIMS_MAX, err);
    if (json_type(wanted) != JSON_OBJECT) {
        json_free(wanted);
        return err_set(err, ERR_CORRUPT, "the claims of JWT template %.*s are damaged",
                       STR_ARG(str_sub(key, 0, 80)));
    }
    jw_init(&w, out);
    jw_open(&w, '{');
    write_or_plain(&f, wanted, "iss");
    write_or_plain(&f, wanted, "sub");
    write_or_plain(&f, wanted, "aud");
    copy(&f, "iat");
    copy(&f, "exp");
    for (const char *const *name = reserved; *name; name++)
        copy(&f, *name);
    write_ours(&f, key);
    for (const struct json *m = json_first(wanted); m; m = json_next(m)) {
        struct str name = json_key(m);
        if (is_one_of(name, mandatory) || is_one_of(name, reserved) ||
            str_eq(name, STR(JWT_CLAIM_OURS)) || !is_known(&f, m))
            continue;
        jw_key_str(&w, name);
        write_value(&f, m);
    }
    jw_close(&w, '}');
    json_free(wanted);
    return ERR_OK;
}
