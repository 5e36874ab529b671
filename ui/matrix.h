#ifndef UI_MATRIX_H
#define UI_MATRIX_H
/*
 * `:matrix`: permissions down, roles across, what each role holds where they cross. Changed in place,
 * looked at role by role before it is written, checked against what the service has by then, and read
 * back. Shared by the grid (matrix.c), its drawing (matrix_draw.c) and the way of a change
 * (matrix_save.c). UI thread only.
 */
#include "ui/app.h"

enum { MATRIX_ROLES = 500, MATRIX_PERMISSIONS = 5000, MATRIX_FIND = 128, MATRIX_NOTE = 320 };

enum matrix_stage { MATRIX_AT_REST, MATRIX_CHECKING, MATRIX_WRITING, MATRIX_READING_BACK };

struct matrix {
    struct pane pane;
    struct json *roles, *permissions;         /* answers, owned */
    struct json *new_roles, *new_permissions; /* of a reading under way */
    const struct json **role, **permission;
    size_t n_roles, n_permissions;
    bool *base, *now; /* by permission, then role */
    size_t row, col, top, left;
    size_t body_rows, body_cols; /* of the last drawing: rows, whole columns */
    unsigned reading;
    bool stale;         /* to be read before it is drawn */
    bool loaded, again; /* again: what is being read may be older than the last write */
    char failure[MATRIX_NOTE], find[MATRIX_FIND];
    /* A change on its way. */
    enum matrix_stage stage;
    struct json *queue;   /* ids of the roles still to be written */
    struct json *written; /* ids of those that were answered with success, until read back */
    size_t refused;
    char note[MATRIX_NOTE]; /* what came of it */
};

void matrix_open(struct app *app, struct str tenant);
/* `m` on a role. */
void matrix_open_row(struct app *app, const struct json *row, struct str tenant);

/* --- Inside ui/matrix*.c --- */

struct matrix *matrix_of(struct pane *p);
bool *matrix_cell(const struct matrix *m, size_t permission, size_t role); /* of `now` */
bool matrix_held(const struct matrix *m, size_t permission, size_t role);  /* by the service */
bool matrix_changed(const struct matrix *m, size_t permission, size_t role);
/* Cells changed of one role; of all with SIZE_MAX. */
size_t matrix_changes(const struct matrix *m, size_t role);
struct str matrix_key(const struct json *role_or_permission);
void matrix_read(struct matrix *m);
void matrix_draw(struct pane *p, struct canvas *cv, struct rect r);

/* Shows the changes and asks. */
void matrix_review(struct matrix *m);
/* Both lists were read again; `stale`: one of the changed roles is not as it was before. */
void matrix_reread(struct matrix *m, const char *stale);
/* They could not be read. */
void matrix_unread(struct matrix *m);
/* Position of the role or permission with the id of that object; SIZE_MAX if there is none. */
size_t matrix_find(const struct json *const *list, size_t n, struct str id);
#endif
