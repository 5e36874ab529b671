#ifndef API_OP_H
#define API_OP_H
/*
 * The operation catalogue: one row per operation of the public identity API, compiled into both
 * programs. Router, validation, request building, forms, `gatehouse call`, coverage, the manual and the
 * contract tests are all made from these rows; nothing about an operation is declared anywhere else.
 * Rows live in catalogue/<group>.def. Tables are constant; any thread.
 */
#include "base/str.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

/* Who may call. The zero value is refused everywhere, so a row that forgets it fails closed. */
enum auth {
    AUTH_UNSET,
    AUTH_PUBLIC, /* no token: sign-in, sign-up, vendor auth */
    AUTH_VENDOR, /* environment token only */
    AUTH_TENANT, /* environment token with tenant header, or a user token of it with .perm */
    AUTH_USER,   /* a user's own things: user token, or environment token with the user header */
    AUTH_ANY     /* any valid token; the scope headers are optional */
};

/* Scope headers, .ctx: allowed ones, and which must be there when an environment token calls. */
enum {
    CTX_TENANT = 1 << 0,      /* frontegg-tenant-id is understood */
    CTX_USER = 1 << 1,        /* frontegg-user-id */
    CTX_HOST = 1 << 2,        /* frontegg-vendor-host (always optional) */
    CTX_APP = 1 << 3,         /* frontegg-application-id */
    CTX_NEED_TENANT = 1 << 4, /* without it: 403 Tenant ID is not specified */
    CTX_NEED_USER = 1 << 5,
    CTX_NO_TENANT = 1 << 6 /* with it: 403 Tenant ID is defined - forbidden route for tenants */
};

enum {
    OPF_SAFE = 1 << 0,          /* changes nothing; may be retried and prefetched */
    OPF_IDEMPOTENT = 1 << 1,    /* twice is as good as once */
    OPF_DESTRUCTIVE = 1 << 2,   /* ask before */
    OPF_PAGED = 1 << 3,         /* {items, _metadata, _links} */
    OPF_SECRET_REPLY = 1 << 4,  /* the answer holds a secret: never logged or traced */
    OPF_REPLY_UNKNOWN = 1 << 5, /* reply fields are not documented anywhere */
    OPF_BODY_ARRAY = 1 << 6,    /* body is an array of .body objects */
    OPF_REPLY_ARRAY = 1 << 7,   /* reply is a bare array of .reply objects; NULL: of plain values */
    OPF_REPLY_EMPTY = 1 << 8,   /* no body in the answer */
    OPF_DEPRECATED = 1 << 9,
    OPF_EXTRA = 1 << 10,         /* used by real clients but not in the published documents */
    OPF_REPLY_TEXT = 1 << 11,    /* reply is not JSON (CSV) */
    OPF_BODY_OPTIONAL = 1 << 12, /* an absent or empty body is as good as {} */
    OPF_STEADY = 1 << 13,        /* when the answer comes must not tell who has an account */
    OPF_BODY_FORM = 1 << 14,     /* the body may be a form as well (x-www-form-urlencoded) */
    OPF_BODY_CSV = 1 << 15       /* the body may be text/csv as well: the elements of its list */
};

enum kind {
    KIND_STRING,
    KIND_EMAIL,
    KIND_UUID,
    KIND_URL,
    KIND_PHONE,
    KIND_TIME, /* RFC 3339 */
    KIND_BOOL,
    KIND_INT,
    KIND_NUMBER,
    KIND_ENUM,     /* string out of .choices */
    KIND_OBJECT,   /* .fields; without fields any object */
    KIND_ARRAY,    /* of .item kind, objects with .fields, enums with .choices */
    KIND_METADATA, /* JSON text inside a string; input may also be an object */
    KIND_ANY
};

enum {
    FIELD_REQUIRED = 1 << 0,
    FIELD_SECRET = 1 << 1, /* masked in forms, logs, traces; never echoed */
    FIELD_NULLABLE = 1 << 2,
    FIELD_READ_ONLY = 1 << 3,
    FIELD_ASSUMED = 1 << 4,   /* our guess: neither documents nor clients say it */
    FIELD_NOT_EMPTY = 1 << 5, /* "" is refused */
    FIELD_HAS_MIN = 1 << 6,   /* .min counts: value of a number, length of a string or array */
    FIELD_HAS_MAX = 1 << 7,
    FIELD_COMMA = 1 << 8, /* list in a query: one value joined by commas, not the name repeated */
    FIELD_SPARSE = 1 << 9 /* in answers: left out where there is nothing to say, or nobody asked */
};

struct field {
    const char *name; /* NULL ends a table */
    enum kind kind;
    unsigned flags;
    enum kind item;             /* KIND_ARRAY: kind of the elements */
    const char *const *choices; /* NULL-terminated */
    const struct field *fields; /* terminated by .name == NULL */
    const char *preset;         /* default value as text, NULL if none */
    const char *pattern;        /* POSIX extended regular expression the string must match */
    int64_t min, max;
};

enum op_id {
#define OP(id, ...) OP_##id,
#include "api/op.def"
#undef OP
    OP_COUNT
};

struct op {
    enum op_id id;
    const char *name;  /* "users_get": handler, CLI verb, log line, test */
    const char *path;  /* "/identity/resources/users/v1/{id}" */
    const char *title; /* "Get user" */
    const char *group; /* "User management" */
    const char *ref;   /* operation id in the published document; NULL for OPF_EXTRA */
    const char *perm;  /* permission key a user token needs (AUTH_TENANT); NULL: vendor only */
    enum method method;
    enum auth auth;
    unsigned ctx, flags;
    int status;                 /* of success */
    const struct field *params; /* in the path */
    const struct field *query;
    const struct field *body;
    const struct field *reply; /* of one item when OPF_PAGED or OPF_REPLY_ARRAY */
};

const struct op *op_get(enum op_id id);
const struct op *op_by_name(struct str name); /* NULL if unknown */
const char *method_name(enum method m);       /* "GET" */
bool method_parse(struct str name, enum method *out);
const char *auth_name(enum auth a);
const char *kind_name(enum kind k);
/* Field of a table by name; NULL if there is none. A NULL table is empty. */
const struct field *field_find(const struct field *table, struct str name);
size_t field_count(const struct field *table);
/* The list of objects that the body of bulk operations holds; NULL if there is none. */
const struct field *op_list(const struct op *op);

/*
 * Rows and field tables are written with these; doc/hacking.md shows how. An X form takes flags and
 * further members: REQX("level", INT, FIELD_HAS_MIN, .min = 0). F takes flags alone. Nesting is fine.
 */
#define FIELDS(...) ((const struct field[]){__VA_ARGS__, {.name = NULL}})
#define CHOICES(...) ((const char *const[]){__VA_ARGS__, NULL})
/* clang-format off */
#define REQ(n, k) {.name = (n), .kind = KIND_##k, .flags = FIELD_REQUIRED}
#define OPT(n, k) {.name = (n), .kind = KIND_##k}
#define REQF(n, k, f) {.name = (n), .kind = KIND_##k, .flags = FIELD_REQUIRED | (f)}
#define OPTF(n, k, f) {.name = (n), .kind = KIND_##k, .flags = (f)}
#define REQX(n, k, f, ...)                                                                         \
    {.name = (n), .kind = KIND_##k, .flags = FIELD_REQUIRED | (f), __VA_ARGS__}
#define OPTX(n, k, f, ...) {.name = (n), .kind = KIND_##k, .flags = (f), __VA_ARGS__}
/* clang-format on */
#define REQ_ENUM(n, c) REQX(n, ENUM, 0, .choices = (c))
#define OPT_ENUM(n, c) OPTX(n, ENUM, 0, .choices = (c))
#define REQ_LIST(n, k) REQX(n, ARRAY, 0, .item = KIND_##k)
#define OPT_LIST(n, k) OPTX(n, ARRAY, 0, .item = KIND_##k)
#define REQ_OBJ(n, t) REQX(n, OBJECT, 0, .fields = (t))
#define OPT_OBJ(n, t) OPTX(n, OBJECT, 0, .fields = (t))
#define REQ_OBJS(n, t) REQX(n, ARRAY, 0, .item = KIND_OBJECT, .fields = (t))
#define OPT_OBJS(n, t) OPTX(n, ARRAY, 0, .item = KIND_OBJECT, .fields = (t))
#endif
