#ifndef SERVER_CSV_BODY_H
#define SERVER_CSV_BODY_H
/*
 * A body of comma-separated values (RFC 4180) for operations that take a list of objects: the first row
 * names members of an element, each further row is one. Cells become values by the kind of their
 * field (api/values.h: lists and objects are written as there); an empty cell is not given.
 */
#include "server/call.h"

/*
 * Makes c->body, the object with the operation's list (op_list). Refuses with 400 what cannot be
 * read and each element that breaks a rule, one line each: "line 3, column 7: email must be an email".
 */
enum err_code csv_body_read(struct call *c, struct str text, struct err *err) MUST_USE;
#endif
