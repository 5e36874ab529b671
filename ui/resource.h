#ifndef UI_RESOURCE_H
#define UI_RESOURCE_H
/*
 * Panes as data. A resource descriptor names the operations that list, show and change one kind of
 * object, the columns, the sections of its detail view, its actions and the panes it opens. Generic
 * code (table, detail, form) interprets it; most resources need no code. Descriptors are constants
 * in resources/<name>.c and are checked by tests: operations exist, fields exist in replies,
 * required parameters are bound or in the form, keys do not clash, destructive operations ask.
 */
#include "api/op.h"
#include "base/buf.h"
#include "base/json.h"
#include "ui/command.h"
#include "ui/role.h"

/* "No operation": number 0 is the sign-in of programs, which no pane lists or shows. */
#define OP_NONE ((enum op_id)0)

enum format {
    FMT_TEXT,
    FMT_ID,    /* shortened in lists, whole in detail */
    FMT_YESNO, /* true: good, false: dim */
    FMT_NOYES, /* true: bad (locked, disabled) */
    FMT_AGO,   /* time as age in lists, as date in detail */
    FMT_DATE,
    FMT_COUNT, /* length of an array, or a number */
    FMT_KEYS,  /* array of objects: their .sub members joined */
    FMT_JSON,  /* JSON text, indented in detail */
    FMT_STATE, /* computed by .state of the resource */
    FMT_CALL   /* computed by .call of the column */
};

struct app;

struct column {
    const char *title;
    const char *field; /* "name", "tenants.0.tenantId", "extension.name=domain.value" */
    enum format format;
    const char *sub;   /* FMT_KEYS: member to show */
    const char *sort;  /* value of _sortBy, NULL: not sortable on the server */
    uint8_t min, flex; /* cells; share of what is left */
    uint8_t drop;      /* hidden first when narrow: 0 never, higher sooner */
    /* FMT_CALL: `whole` is the object a table row belongs to, or the row itself. */
    void (*call)(const struct json *row, const struct json *whole, struct buf *out);
};

enum bind_from { BIND_ROW, BIND_CONTEXT, BIND_PARENT, BIND_CONST, BIND_MARKED };
struct bind {
    const char *param; /* path, query, body or header member of the operation */
    enum bind_from from;
    const char *field; /* of the row, the parent row, "tenant" of the context, or the constant */
};

enum confirm {
    CONFIRM_NONE,
    CONFIRM_EASY,    /* reversible: y */
    CONFIRM_DESTROY, /* another key than the one that asked; shows the stable id */
    CONFIRM_TYPE     /* irreversible: type the name or the count */
};

enum {
    ACTION_ROW = 1 << 0,         /* needs a row */
    ACTION_MARKED = 1 << 1,      /* applies to each marked row */
    ACTION_RELOAD = 1 << 2,      /* read the list or object again afterwards */
    ACTION_CLOSE = 1 << 3,       /* leave the detail view afterwards */
    ACTION_DIFF = 1 << 4,        /* show before and after ahead of the write, check for conflicts */
    ACTION_NO_FORM = 1 << 5,     /* nothing is asked: what is not bound is left out */
    ACTION_HINTED = 1 << 6,      /* the form has the hinted fields only */
    ACTION_IN_TENANT = 1 << 7,   /* only in a pane that works in one tenant */
    ACTION_ENVIRONMENT = 1 << 8, /* only in a pane that works in the whole environment */
    ACTION_SHOW = 1 << 9,        /* what is answered is shown: a result, a secret this once */
    ACTION_EXPLORE = 1 << 11,    /* of explore.h: the path is asked for too, all of it is shown */
    ACTION_WHOLE = 1 << 10       /* an edit sends what stays as well: the operation replaces all */
};

struct form_hint {
    const char *field; /* "name", or a member of one: "payload.secret" */
    const char *label, *help;
    const char *pick; /* resource id to choose from, NULL: type it */
    const char *from; /* member of the row it starts with, NULL: that of the same name */
    const char *only; /* "provider=ses": it starts so only where the row has that */
    bool hide;
};

struct action {
    const char *key, *name, *label; /* "L", "lock", "Lock" */
    enum op_id op;
    enum confirm confirm;
    unsigned flags;
    const struct bind *binds;     /* .param NULL ends */
    const struct form_hint *form; /* .field NULL ends; NULL: plain order */
    const char *undo;             /* name of the action that reverses it, or NULL */
    const char *warning;          /* said when asking, or NULL */
    /* Shown only when this holds for the row; NULL: always. */
    bool (*applies)(const struct json *row);
    /*
     * Whether the object as it is now (NULL: it is gone) shows that the action was carried out: for
     * answers that were lost, and for the plan of many at once. NULL: the object does not tell.
     */
    bool (*done)(const struct json *now, const struct json *input, struct str tenant);
    /* A way of its own to carry it out, once it is allowed; NULL: form, question, `op`. */
    void (*start)(struct app *app, const struct json *row, struct str tenant);
};

struct section {
    const char *title;
    const struct column *fields; /* .title NULL ends */
    const char *table; /* array member shown as a table of `fields`; NULL: label and value lines */
    const char *opens; /* resource that Enter opens for a row of the table, NULL: nothing */
};

struct child {
    const char *key, *title, *resource;
    const struct bind *binds; /* added to the binds of that resource's list */
    /*
     * For lists without pages: only rows of which `keep` is among `of` of the opening row. Paths
     * may hold `*` for every element: "tenants.*.roles.*.id". NULL: all rows.
     */
    const char *keep, *of;
    /* A pane of its own kind instead of a list; `tenant` is what the opening pane works in. */
    void (*open)(struct app *app, const struct json *row, struct str tenant);
};

enum paging { PAGING_NONE, PAGING_PAGES, PAGING_ROWS };

struct resource {
    const char *id, *title, *singular; /* "users", "Users", "user" */
    const char *items; /* member that holds the rows; NULL: "items" if paged, else a bare array */
    const char *row_id, *row_name; /* members */
    enum op_id list, detail;       /* OP_NONE: no such operation */
    enum paging paging;
    const struct bind *binds; /* of the list */
    const struct bind *detail_binds;
    const struct column *columns;
    const struct section *sections;
    const struct action *actions; /* .name NULL ends */
    const struct child *children; /* .key NULL ends */
    const char *search_param;     /* query member for server search, NULL: none */
    enum op_id again;  /* list without pages to read one row again from, if there is no `detail` */
    enum op_id search; /* operation of the search; OP_NONE: `list` */
    const char *tree_parent;   /* member with the parent's id: rows form a tree */
    const char *tree_children; /* member with nested rows, for answers that are a tree */
    struct str (*state)(const struct json *row, enum role *role); /* FMT_STATE */
    const char *empty; /* what an empty list says, and what to do */
    /* For one object that may not be there (404), which can be made by an edit: what is said then. */
    const char *absent;
};

/* NULL-terminated, in resources/all.c: panes of their own, and lists that only others open. */
extern const struct resource *const resources[], *const resources_inner[];
const struct resource *resource_by_id(struct str id);

/* For `done` of actions: the object is not there any more. */
bool resource_gone(const struct json *now, const struct json *input, struct str tenant);
/* Every text of the list `wanted` is, as `member` (NULL: itself), in the list `have`; or none is. */
bool resource_has_all(const struct json *have, const char *member, const struct json *wanted);
bool resource_has_none(const struct json *have, const char *member, const struct json *wanted);
#endif
