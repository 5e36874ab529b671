#ifndef UI_FORM_H
#define UI_FORM_H
/*
 * Input for an action: the query and body fields of the operation that are not bound, each with
 * the editor its kind asks for, checked in place with the very rules and messages of the service.
 * A form keeps its act until it is sent and answered; what was typed is never lost to an error.
 * Split over form*.c: life and sending, editors, drawing.
 */
#include "ui/act.h"
#include "ui/lineedit.h"

enum editor { EDIT_TEXT, EDIT_NUMBER, EDIT_TOGGLE, EDIT_CHOICE, EDIT_LIST, EDIT_JSON, EDIT_SECRET };

enum { FORM_FIELDS_MAX = 48, FIELD_TEXT_MAX = 16384 };

struct form_field {
    const struct field *field;
    const struct form_hint *hint; /* NULL: none */
    const char *name;             /* where its value goes: see struct form_hint */
    enum editor editor;
    struct lineedit line;
    int choice;           /* EDIT_TOGGLE: 0 no, 1 yes; EDIT_CHOICE: index; -1: not given */
    struct json *picked;  /* EDIT_LIST with a picker: array of objects */
    struct json *initial; /* value in the row that is edited; NULL: none */
    char error[200];
    bool touched;
};

struct form {
    struct pane pane;
    struct act *act;
    struct form_field fields[FORM_FIELDS_MAX];
    size_t n, focus, top;  /* focus n: save, n + 1: cancel */
    bool sending, loading; /* loading: reading the whole object before it is edited */
    bool submit_later;     /* Save was pressed meanwhile */
    char failure[300];
};

/* Whether the action asks for anything at all. */
bool form_needed(const struct act *act);
/* Opens the form; it keeps the act. */
void form_open(struct act *act);
/* While the write is under way the form stays as it is, and Save sends nothing a second time. */
void form_set_sending(struct pane *p, bool on);
/* The change was answered with success: the form goes. */
void form_sent(struct pane *p);
/* It was refused: the form stays, with the messages at their fields. Borrows the result. */
void form_failed(struct pane *p, const struct result *result);

/* --- Inside ui/form*.c and diff.c --- */

const char *form_label(const struct form_field *f);
/* The member of a row that the field starts with; NULL: none, as of every secret. */
const struct json *form_initial(const struct form_field *f, const struct json *row);
/* What the field holds as JSON; NULL: not given. Sets f->error if it cannot be read. */
struct json *field_value(struct form_field *f);
/* Checks one field; false with f->error. */
bool field_check(struct form_field *f);
bool field_changed(struct form_field *f);
void field_load(struct form_field *f, const struct json *value);
bool field_key(struct form *form, struct form_field *f, uint32_t key);
/* The value as a person reads it. */
void field_text(struct form_field *f, struct buf *out);
void form_draw(struct pane *p, struct canvas *cv, struct rect r);
/* What the server has now is what the edit starts from; what was typed stays typed. */
void form_rebase(struct form *form, const struct json *fresh);
/* Sends what is there, after checking it. */
void form_submit(struct form *form);
struct json *form_input(struct form *form);
#endif
