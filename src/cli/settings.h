#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H
/*
 * Settings of an environment or a tenant as a file tells them, by the table settings.def: from
 * answers of the service to that form, from that form to what is sent, and where two differ. No
 * I/O; any thread.
 *
 * A setting is one object, or a list of items sorted by their key. What refers to items of another
 * list does so by their keys, since ids differ from one environment to the next.
 */
#include "api/check.h"
#include "base/json.h"

struct setting {
    const char *name;
    enum op_id get, set, create; /* SETTING_NONE: there is none */
    const char *key;             /* "": one object */
    const char *skip;
    const char *help;
};

#define SETTING_NONE ((enum op_id)OP_COUNT)

size_t setting_count(void);
const struct setting *setting_at(size_t i);
const struct setting *setting_find(struct str name); /* NULL: there is none */
bool setting_is_list(const struct setting *s);
/* It can be compared only: see settings.def. */
bool setting_is_shown(const struct setting *s);

/* A member that an operation of its own writes. */
struct setting_part {
    const char *setting, *member;
    enum op_id op;
    const char *value, *id; /* members of its body; id "": the id is in the path */
};
/* The parts of a setting one after the other: NULL to start, NULL at the end. */
const struct setting_part *setting_part_next(const struct setting *s,
                                             const struct setting_part *before);
/* The list whose items a member refers to; NULL: it holds what it says. */
const struct setting *setting_ref(const struct setting *s, struct str member);

/* The rule for a member of the file; NULL: the setting has no such member. */
const struct field *setting_field(const struct setting *s, struct str member);

/*
 * The setting out of the answer of `get` (for lists, of all its pages: an array). NULL: it is not
 * set. *ids becomes an object from key to id, of the items that are skipped too; NULL for one
 * object. The caller owns both.
 */
struct json *setting_read(const struct setting *s, const struct json *answer, struct json **ids);
/* Puts keys in the place of ids: `ids` are those of the list that the member refers to. */
void setting_name_refs(struct json *item, struct str member, const struct json *ids);
/* The ids for such keys. NULL, and *missing is the key nobody has. */
struct json *setting_ids(const struct json *keys, const struct json *ids, struct str *missing);

/* What is wrong with a setting in a file: unknown members, secrets, values against the catalogue. */
enum err_code setting_check(const struct setting *s, const struct json *value,
                            struct err *err) MUST_USE;
/* `now` with the members of `wanted`; objects in it likewise. The caller owns it. */
struct json *setting_merge(const struct json *now, const struct json *wanted);
/* What the body of the operation takes of an item. The caller owns it. */
struct json *setting_body(const struct op *op, const struct json *item);
/* The item with this key; NULL: there is none. */
const struct json *setting_item(const struct setting *s, const struct json *list, struct str key);

struct setting_change {
    const struct setting *setting;
    struct str item;                   /* key; absent for one object */
    struct str field;                  /* "optionalTests.requireNumbers"; "" for a whole item */
    const struct json *before, *after; /* NULL: it is not there */
};
typedef void setting_change_fn(void *ctx, const struct setting_change *change);
/*
 * Where `now` differs from what is wanted, field by field; NULL: not set. With `both` also what is
 * there but not wanted; without, that may stay. Returns how many.
 */
size_t setting_diff(const struct setting *s, const struct json *now, const struct json *wanted,
                    bool both, setting_change_fn *fn, void *ctx);
/* The same for one item of a list, both of which are there. */
size_t setting_diff_item(const struct setting *s, const struct json *now, const struct json *wanted,
                         bool both, setting_change_fn *fn, void *ctx);
#endif
