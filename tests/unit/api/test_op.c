#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/check.h"
#include "base/mem.h"
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

/* Rules that every row of the catalogue keeps. Failures name the row. */

#define EACH_OP(op)                                                                                \
    for (const struct op *op = op_get((enum op_id)0), *end_of_ops = op + OP_COUNT;                 \
         op < end_of_ops; op++)
#define EXPECT(op, cond)                                                                           \
    do {                                                                                           \
        if (!(cond))                                                                               \
            fail_msg("%s: %s", (op)->name, #cond);                                                 \
    } while (0)

static bool
one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

/* Calls fn for every field of a table and below; tables share shapes but never contain themselves.
 */
static void
each_field(const struct op *op, const struct field *table, unsigned depth,
           void (*fn)(const struct op *, const struct field *, void *), void *arg)
{
    EXPECT(op, depth < 8);
    for (const struct field *f = table; f && f->name; f++) {
        fn(op, f, arg);
        each_field(op, f->fields, depth + 1, fn, arg);
    }
}

static void
each_field_of(const struct op *op, void (*fn)(const struct op *, const struct field *, void *),
              void *arg)
{
    each_field(op, op->params, 0, fn, arg);
    each_field(op, op->query, 0, fn, arg);
    each_field(op, op->body, 0, fn, arg);
    each_field(op, op->reply, 0, fn, arg);
}

static void
test_counts(void **state)
{
    (void)state;
    size_t identity = 0, tenants = 0, audits = 0, vendor = 0, extra = 0;
    EACH_OP(op)
    {
        struct str path = str_of(op->path);
        EXPECT(op, !op->ref == !!(op->flags & OPF_EXTRA));
        if (op->flags & OPF_EXTRA)
            extra++;
        else if (str_starts(path, STR("/identity/")))
            identity++;
        else if (str_starts(path, STR("/tenants/")))
            tenants++;
        else if (str_starts(path, STR("/audits")))
            audits++;
        else if (str_eq(path, STR("/auth/vendor")))
            vendor++;
    }
    assert_int_equal(identity, 307);
    assert_int_equal(tenants, 25);
    assert_int_equal(audits, 8);
    assert_int_equal(vendor, 1);
    assert_int_equal(identity + tenants + audits + vendor + extra, OP_COUNT);
}

static void
test_names(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        EXPECT(op, strspn(op->name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(op->name));
        EXPECT(op, strlen(op->name) <= 32);
        EXPECT(op, op_by_name(str_of(op->name)) == op);
        EXPECT(op, op_get(op->id) == op);
        EXPECT(op, op->title && op->title[0] && op->group && op->group[0]);
        for (const struct op *other = op + 1; other < end_of_ops; other++) {
            EXPECT(op,
                   strcmp(op->title, other->title) != 0 || strcmp(op->group, other->group) != 0);
            EXPECT(op, op->method != other->method || strcmp(op->path, other->path) != 0);
        }
    }
    assert_null(op_by_name(STR("users")));
    assert_null(op_by_name(STR("")));
    assert_null(op_by_name(STR_ABSENT));
}

static void
test_auth_and_scope(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        EXPECT(op, op->auth != AUTH_UNSET);
        EXPECT(op, !(op->ctx & CTX_NEED_TENANT) || (op->ctx & CTX_TENANT));
        EXPECT(op, !(op->ctx & CTX_NEED_USER) || (op->ctx & CTX_USER));
        EXPECT(op, !(op->ctx & CTX_NO_TENANT) || !(op->ctx & CTX_TENANT));
        EXPECT(op, (op->auth == AUTH_TENANT) == (op->perm != NULL));
        if (op->auth == AUTH_USER)
            EXPECT(op, op->ctx & CTX_NEED_USER);
        if (op->auth == AUTH_TENANT)
            EXPECT(op, op->ctx & CTX_TENANT);
        if (op->auth == AUTH_VENDOR || op->auth == AUTH_PUBLIC)
            EXPECT(op, !(op->ctx & (CTX_NEED_TENANT | CTX_NEED_USER)));
        if (strstr(op->path, "/vendor-only/"))
            EXPECT(op, op->auth == AUTH_VENDOR);
    }
}

static void
test_permission_keys(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        if (!op->perm)
            continue;
        struct str perm = str_of(op->perm);
        if (op->flags & OPF_SAFE)
            EXPECT(op, str_starts(perm, STR("fe.secure.read.")));
        else if (op->method == METHOD_DELETE)
            EXPECT(op, str_starts(perm, STR("fe.secure.delete.")) ||
                           str_starts(perm, STR("fe.secure.write.")));
        else
            EXPECT(op, str_starts(perm, STR("fe.secure.write.")));
    }
}

/* A wrong SAFE lets clients retry and prefetch, and gives handlers a read-only transaction. */
static void
test_safe_is_get_or_listed(void **state)
{
    (void)state;
    static const char *const reading_posts[] = {
        "groups_get_many",        "invites_verify",
        "ip_restrictions_verify", "ip_restrictions_verify_allow",
        "users_password_verify",  "users_count",
        "audits_export_v1",       "audits_export_v2",
        "audits_export",          "passwords_reset_validate",
        "templates_preview",      NULL};
    EACH_OP(op)
    {
        bool listed = one_of(op->name, reading_posts);
        EXPECT(op, !listed || op->method == METHOD_POST);
        EXPECT(op, !!(op->flags & OPF_SAFE) == (listed || op->method == METHOD_GET));
        EXPECT(op, !(op->flags & OPF_SAFE) || (op->flags & OPF_IDEMPOTENT));
        EXPECT(op, !(op->flags & OPF_SAFE) || !(op->flags & OPF_DESTRUCTIVE));
        EXPECT(op, op->method != METHOD_DELETE || (op->flags & OPF_DESTRUCTIVE));
        if (op->method == METHOD_PUT || op->method == METHOD_DELETE)
            EXPECT(op, op->flags & OPF_IDEMPOTENT);
    }
}

static void
test_replies(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        unsigned f = op->flags;
        int said = !!op->reply + !!(f & OPF_REPLY_EMPTY) + !!(f & OPF_REPLY_UNKNOWN) +
                   !!(f & OPF_REPLY_TEXT) + (!op->reply && (f & OPF_REPLY_ARRAY));
        EXPECT(op, said == 1);
        EXPECT(op, op->status >= 200 && op->status < 300);
        EXPECT(op, op->status != 204 || (f & OPF_REPLY_EMPTY));
        EXPECT(op, op->method != METHOD_GET || !(f & OPF_REPLY_EMPTY));
        if (f & OPF_PAGED) {
            EXPECT(op, !(f & OPF_REPLY_ARRAY));
            EXPECT(op, op->reply != NULL);
            EXPECT(op,
                   field_find(op->query, STR("_limit")) && field_find(op->query, STR("_offset")));
        }
    }
}

static void
test_bodies(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        EXPECT(op, op->method != METHOD_GET || !op->body);
        /* Only strangers ask who has an account; what is answered at once cannot be held. */
        EXPECT(op,
               !(op->flags & OPF_STEADY) || (op->auth == AUTH_PUBLIC && op->method == METHOD_POST));
        EXPECT(op, op->body || !(op->flags & (OPF_BODY_ARRAY | OPF_BODY_OPTIONAL)));
        EXPECT(op, op_list(op) || !(op->flags & OPF_BODY_CSV));
        if (!(op->flags & OPF_BODY_OPTIONAL))
            continue;
        for (const struct field *f = op->body; f->name; f++)
            EXPECT(op, !(f->flags & FIELD_REQUIRED));
    }
}

static void
test_path_parameters(void **state)
{
    (void)state;
    EACH_OP(op)
    {
        const struct field *f = op->params;
        struct str rest = str_of(op->path + 1);
        struct str part;
        EXPECT(op, op->path[0] == '/' && op->path[strlen(op->path) - 1] != '/');
        while (str_next(&rest, '/', &part)) {
            EXPECT(op, part.n > 0);
            if (part.p[0] != '{')
                continue;
            EXPECT(op, f && f->name && str_eq(str_sub(part, 1, part.n - 1), str_of(f->name)));
            EXPECT(op, f->flags & FIELD_REQUIRED);
            EXPECT(op, f->kind == KIND_STRING || f->kind == KIND_ENUM);
            f++;
        }
        EXPECT(op, !f || !f->name);
    }
}

static void
check_limits(const struct op *op, const struct field *f)
{
    if ((f->flags & FIELD_HAS_MIN) && (f->flags & FIELD_HAS_MAX))
        EXPECT(op, f->min <= f->max);
    EXPECT(op, (f->flags & FIELD_HAS_MIN) || f->min == 0);
    EXPECT(op, (f->flags & FIELD_HAS_MAX) || f->max == 0);
    EXPECT(op, !f->pattern || f->kind == KIND_STRING);
}

static void
check_unique(const struct op *op, const struct field *f)
{
    for (const struct field *other = f + 1; other->name; other++)
        EXPECT(op, strcmp(f->name, other->name) != 0);
    for (const char *const *c = f->choices; c && *c; c++)
        EXPECT(op, !one_of(*c, c + 1));
}

static void
check_one_field(const struct op *op, const struct field *f, void *arg)
{
    (void)arg;
    enum kind kind = f->kind == KIND_ARRAY ? f->item : f->kind;
    EXPECT(op, f->name[0] && !strpbrk(f->name, " .:=[]"));
    EXPECT(op, kind != KIND_ARRAY);
    EXPECT(op, f->kind == KIND_ARRAY || f->item == KIND_STRING);
    EXPECT(op, (kind == KIND_ENUM) == (f->choices && f->choices[0]));
    EXPECT(op, !f->fields || (kind == KIND_OBJECT && f->fields[0].name));
    check_limits(op, f);
    check_unique(op, f);
}

static void
test_fields(void **state)
{
    (void)state;
    EACH_OP(op)
    each_field_of(op, check_one_field, NULL);
}

static void
check_one_pattern(const struct op *op, const struct field *f, void *arg)
{
    (void)arg;
    if (!f->pattern)
        return;
    regex_t re;
    EXPECT(op, regcomp(&re, f->pattern, REG_EXTENDED | REG_NOSUB) == 0);
    regfree(&re);
    EXPECT(op, f->pattern[0] == '^' && f->pattern[strlen(f->pattern) - 1] == '$');
}

static void
test_patterns(void **state)
{
    (void)state;
    EACH_OP(op)
    each_field_of(op, check_one_pattern, NULL);
}

/* A preset that the field itself refuses would break every form. */
static void
check_one_preset(const struct op *op, const struct field *f, void *arg)
{
    if (!f->preset)
        return;
    struct check c;
    check_init(&c, arg);
    struct json *v = json_parse(str_of(f->preset), 100, NULL);
    if (!v || f->kind == KIND_STRING || f->kind == KIND_ENUM) {
        json_free(v);
        v = json_new_str(str_of(f->preset));
    }
    bool ok = check_field(&c, f, v);
    json_free(v);
    EXPECT(op, ok);
}

static void
test_presets(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    EACH_OP(op)
    each_field_of(op, check_one_preset, &a);
    arena_fini(&a);
}

static void
count_secret(const struct op *op, const struct field *f, void *arg)
{
    (void)op;
    if (f->flags & FIELD_SECRET)
        ++*(size_t *)arg;
}

static void
test_secrets(void **state)
{
    (void)state;
    /* The published routes themselves put a one-time token into the query. */
    static const char *const known[] = {"activation_strategy", "mfa_login_remember_check", NULL};
    EACH_OP(op)
    {
        size_t in_target = 0, in_reply = 0;
        each_field(op, op->params, 0, count_secret, &in_target);
        each_field(op, op->query, 0, count_secret, &in_target);
        each_field(op, op->reply, 0, count_secret, &in_reply);
        EXPECT(op, (in_target > 0) == one_of(op->name, known));
        EXPECT(op, (in_reply > 0) == !!(op->flags & OPF_SECRET_REPLY));
    }
}

/* Whatever is called so is masked, wherever it stands. */
static void
check_secret_name(const struct op *op, const struct field *f, void *arg)
{
    (void)arg;
    static const char *const names[] = {
        "password",     "newPassword",  "secret",          "secretKey", "recoveryCode",
        "mfaToken",     "otcToken",     "accessToken",     "jwtSecret", "refreshToken",
        "access_token", "clientSecret", "private_key",     "qrCode",    "refresh_token",
        "passwordHash", "apiKey",       "secretAccessKey", NULL};
    if (one_of(f->name, names))
        EXPECT(op, f->flags & FIELD_SECRET);
}

static void
test_secret_names(void **state)
{
    (void)state;
    EACH_OP(op)
    each_field_of(op, check_secret_name, NULL);
}

struct tally {
    const char *what;
    int64_t now;
};

static void
count_assumed(const struct op *op, const struct field *f, void *arg)
{
    (void)op;
    if (f->flags & FIELD_ASSUMED)
        ++*(int64_t *)arg;
}

/* tests/contract/ratchet.txt holds what is still guessed; the numbers may only fall. */
static void
test_ratchet(void **state)
{
    (void)state;
    struct tally tallies[] = {{"assumed fields", 0}, {"unknown replies", 0}, {"extra routes", 0}};
    EACH_OP(op)
    {
        each_field_of(op, count_assumed, &tallies[0].now);
        tallies[1].now += !!(op->flags & OPF_REPLY_UNKNOWN);
        tallies[2].now += !!(op->flags & OPF_EXTRA);
    }
    char path[512];
    const char *top = getenv("TEST_TOP");
    snprintf(path, sizeof path, "%s/tests/contract/ratchet.txt", top ? top : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    size_t found = 0;
    while (fgets(line, sizeof line, file)) {
        char *sep = strstr(line, " | ");
        if (line[0] == '#' || !sep)
            continue;
        *sep = '\0';
        for (size_t i = 0; i < COUNT_OF(tallies); i++) {
            if (strcmp(line, tallies[i].what) != 0)
                continue;
            found++;
            int64_t kept = 0;
            assert_true(str_to_i64(str_trim(str_of(sep + 3)), &kept));
            if (tallies[i].now > kept)
                fail_msg("%s: %lld, at most %lld are allowed", line, (long long)tallies[i].now,
                         (long long)kept);
            if (tallies[i].now < kept)
                fail_msg("%s: now %lld, lower the number in %s", line, (long long)tallies[i].now,
                         path);
        }
    }
    fclose(file);
    assert_int_equal(found, COUNT_OF(tallies));
}

static void
test_words(void **state)
{
    (void)state;
    enum method m;
    assert_true(method_parse(STR("PATCH"), &m));
    assert_int_equal(m, METHOD_PATCH);
    assert_false(method_parse(STR("patch"), &m));
    assert_false(method_parse(STR(""), &m));
    assert_string_equal(method_name(METHOD_DELETE), "DELETE");
    assert_string_equal(auth_name(AUTH_TENANT), "tenant");
    for (int k = 0; k <= KIND_ANY; k++)
        assert_non_null(kind_name((enum kind)k));
    const struct op *op = op_get(OP_users_create);
    assert_int_equal(field_find(op->body, STR("email"))->kind, KIND_EMAIL);
    assert_null(field_find(op->body, STR("Email")));
    assert_null(field_find(NULL, STR("email")));
    assert_int_equal(field_count(NULL), 0);
    assert_int_equal(field_count(op_get(OP_users_get)->params), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_auth_and_scope),
        cmocka_unit_test(test_permission_keys),
        cmocka_unit_test(test_safe_is_get_or_listed),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_path_parameters),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_secret_names),
        cmocka_unit_test(test_ratchet),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("op", tests, NULL, NULL);
}
