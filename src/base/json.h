#ifndef BASE_JSON_H
#define BASE_JSON_H
/*
 * JSON in and out. Reading goes through cJSON but is strict where cJSON is lax: UTF-8 only, no
 * \u0000, no lone surrogates, no duplicate keys, no bytes after the value, no BOM, bounded depth
 * and size (RFC 8259, RFC 7493). Trees are owned by whoever parsed or built them (json_free);
 * accessors borrow. Writing is a streaming writer into a buf: the hot path never builds a tree. One
 * tree or writer belongs to one thread at a time.
 */
#include "base/buf.h"
#include "base/err.h"

struct json; /* a value in a tree */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Depth of nesting, members of one object, values in one tree, bytes of one number. */
enum {
    JSON_DEPTH_MAX = 64,
    JSON_KEYS_MAX = 65536,
    JSON_VALUES_MAX = 1 << 20,
    JSON_NUMBER_MAX = 62,
};

/* Parses all of `text`; at most max_bytes. On failure NULL, and err says what and at which byte. */
struct json *json_parse(struct str text, size_t max_bytes, struct err *err);
void json_free(struct json *take);
struct json *json_copy(const struct json *j);

enum json_type json_type(const struct json *j); /* NULL reads as JSON_NULL */
/* Member of an object; NULL if j is no object or has no such member. Exact case. */
struct json *json_get(const struct json *j, const char *name);
struct json *json_get_str(const struct json *j, struct str name);
size_t json_len(const struct json *j); /* members or elements */
struct json *json_at(const struct json *j, size_t i);
/* Iteration over members or elements: for (c = json_first(j); c; c = json_next(c)). */
struct json *json_first(const struct json *j);
struct json *json_next(const struct json *j);
struct str json_key(const struct json *j); /* name of a member, absent for elements */

bool json_is_null(const struct json *j);            /* also true for NULL, i.e. a missing member */
struct str json_str(const struct json *j);          /* absent unless a string */
bool json_to_bool(const struct json *j, bool *out); /* false unless a boolean */
bool json_to_i64(const struct json *j, int64_t *out);   /* false unless integral, |v| <= 2^53 */
bool json_to_double(const struct json *j, double *out); /* false unless a number */

/* Building trees; `take` moves ownership into the container. set replaces a member of that name. */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_str(struct str s); /* NUL and invalid UTF-8 become U+FFFD */
struct json *json_new_i64(int64_t v);    /* exact up to 2^53, as json_to_i64 */
struct json *json_new_double(double v);
struct json *json_new_bool(bool v);
struct json *json_new_null(void);
void json_set(struct json *object, struct str name, struct json *take);
void json_push(struct json *array, struct json *take);
/* Takes the member out and returns it (owned by the caller), NULL if absent. */
struct json *json_detach(struct json *object, struct str name);
bool json_equal(const struct json *a, const struct json *b); /* member order does not matter */

/* Writes the tree: compact, or indented by two spaces. */
void json_write(const struct json *j, struct buf *out);
void json_write_pretty(const struct json *j, struct buf *out);
/* Writes `s` with quotes and escapes; invalid UTF-8 becomes U+FFFD. */
void json_write_str(struct buf *out, struct str s);

/*
 * Streaming writer. Commas and colons are its business:
 *   jw_open(&w, '{'); jw_key(&w, "id"); jw_str(&w, id); jw_close(&w, '}');
 */
struct jw {
    struct buf *out;
    unsigned depth;
    bool comma;
};

void jw_init(struct jw *w, struct buf *out);
void jw_open(struct jw *w, char bracket);         /* '{' or '[' */
void jw_close(struct jw *w, char bracket);        /* '}' or ']' */
void jw_key_plain(struct jw *w, struct str name); /* name must need no escaping */
void jw_key_str(struct jw *w, struct str name);
void jw_str(struct jw *w, struct str s); /* absent writes null */
void jw_i64(struct jw *w, int64_t v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
/* Bytes that are already JSON. */
void jw_raw(struct jw *w, struct str json);
void jw_json(struct jw *w, const struct json *j);
/* Milliseconds since the epoch as "2024-05-02T11:25:22.000Z"; 0 writes null. */
void jw_time(struct jw *w, int64_t ms);

/* A name that needs no escaping; inline, so that the length of a literal is known when compiled. */
static inline void
jw_key(struct jw *w, const char *name)
{
    jw_key_plain(w, str_of(name));
}

/* key and value in one call. */
static inline void
jw_kstr(struct jw *w, const char *name, struct str s)
{
    jw_key(w, name);
    jw_str(w, s);
}

/* Leaves both out when the string is absent. */
static inline void
jw_kgiven(struct jw *w, const char *name, struct str s)
{
    if (str_given(s))
        jw_kstr(w, name, s);
}

static inline void
jw_ktext(struct jw *w, const char *name, const char *z)
{
    jw_kstr(w, name, str_of(z));
}

static inline void
jw_ki64(struct jw *w, const char *name, int64_t v)
{
    jw_key(w, name);
    jw_i64(w, v);
}

static inline void
jw_kbool(struct jw *w, const char *name, bool v)
{
    jw_key(w, name);
    jw_bool(w, v);
}

static inline void
jw_knull(struct jw *w, const char *name)
{
    jw_key(w, name);
    jw_null(w);
}

static inline void
jw_ktime(struct jw *w, const char *name, int64_t ms)
{
    jw_key(w, name);
    jw_time(w, ms);
}

static inline void
jw_kraw(struct jw *w, const char *name, struct str json)
{
    jw_key(w, name);
    jw_raw(w, json);
}
#endif
