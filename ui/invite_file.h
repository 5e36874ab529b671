#ifndef UI_INVITE_FILE_H
#define UI_INVITE_FILE_H
/*
 * People to invite, out of a file. JSON: a list of users as users_bulk_invite takes them, or an
 * object with that list as `users`. CSV: a line of names first, those of the members of a user (email,
 * name, username, phoneNumber, roleIds ...); several roles are separated by spaces. No state.
 */
#include "base/err.h"
#include "base/json.h"

enum { INVITE_MOST = 1000 };

/* A list of objects, owned by the caller; `csv` says what the text is. Faults name line and column. */
enum err_code invite_parse(struct str text, bool csv, struct json **out, struct err *err) MUST_USE;
#endif
