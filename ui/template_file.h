#ifndef UI_TEMPLATE_FILE_H
#define UI_TEMPLATE_FILE_H
/*
 * A template of messages as a text that people edit: "Name: value" lines, an empty line, the
 * message. Lines above the empty one that begin with "#" explain and are left out. Any thread.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum { TEMPLATE_FILE_MAX = 2 << 20 };

/* `base` as mail_templates_list or sms_templates_get gives it; `row` of templates_list, for the
 * explanations, or NULL for none. */
void template_file_write(bool sms, const struct json *row, const struct json *base,
                         struct buf *out);
/* Members as the operation that sets a template takes them; NULL, and err says line and fault. */
struct json *template_file_read(bool sms, struct str text, struct err *err);
/* Of those members the ones that are not as in `base`; an empty object: nothing changed. */
struct json *template_file_changes(bool sms, const struct json *base, const struct json *edited);
#endif
