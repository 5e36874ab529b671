#ifndef API_OPDOC_H
#define API_OPDOC_H
/*
 * The catalogue as text: the lists of `gatehouse operations`, the page doc/operations.md and the
 * output of `gatehoused --coverage`. Everything goes to a buffer of the caller's, who checks
 * `failed` once. Any thread.
 */
#include "api/op.h"
#include "base/json.h"

/* True if the operation is of that group, in any case; the absent text fits all. */
bool opdoc_in_group(const struct op *op, struct str group);

/* Aligned columns: name, method, path, title. Returns how many operations the group has. */
size_t opdoc_table(struct buf *out, struct str group);
/* One JSON object; `fields` adds parameters, body and answer. */
void opdoc_json(struct jw *w, const struct op *op, bool fields);
/* One operation in full, for people. */
void opdoc_operation(struct buf *out, const struct op *op);

/*
 * `bound` says for each operation whether the server has a handler. Markdown: a section a group, a
 * row an operation. Coverage: one line an operation, those beyond the published ones first and
 * marked `extra`; the last line is "N of 341 bound".
 */
void opdoc_markdown(struct buf *out, const bool bound[OP_COUNT]);
void opdoc_coverage(struct buf *out, const bool bound[OP_COUNT]);

/* "users_list", "integer", "one of ASC, DESC", "list of string": the type of a field in words. */
void opdoc_type(struct buf *out, const struct field *f);
#endif
