#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H
/*
 * Between the wire and the store's plain structs, driven by two tables: the operation's body fields
 * say what a caller may send, the store's field table says where it goes. A member that the
 * operation does not declare is never taken over, whatever the body holds (no mass assignment). No
 * state; any thread.
 */
#include "server/call.h"
#include "store/store.h"

struct field_table {
    const struct store_field *rows;
    size_t n;
};

/*
 * Takes the members of `body` (an object) that the operation declares and the table knows into
 * *base. Texts are borrowed from the body or live in the call's arena. Objects and numbers given
 * for a text (metadata) become their JSON text. Returns a bit per row that was given; null counts
 * as not given, fixed rows are never read.
 */
uint64_t fields_read(const struct call *c, const struct json *body, struct field_table table,
                     void *base);
/* Writes each row with a wire name as key and value into the open object; rows with a flag of
 * `without` are left out. */
void fields_write(struct jw *w, struct field_table table, unsigned without, const void *base);
/*
 * Of the same rows only those that the operation's reply declares. Which these are is worked out
 * once, for any number of objects; the list lives in the call's arena.
 */
struct field_list {
    const struct field_key {
        const struct store_field *row;
        struct str wire;
    } * items;
    size_t n;
};
struct field_list fields_declared(const struct call *c, struct field_table table);
void fields_write_list(struct jw *w, struct field_list list, const void *base);
/* A string as it is, any other value as its JSON text in the call's arena. */
struct str fields_json_text(const struct call *c, const struct json *j);
/*
 * Whether the `metadata` of the body, if given, can be kept: any JSON value, or a text that holds
 * one. Else refuses.
 */
enum err_code fields_check_metadata(struct call *c, struct err *err);
/* Whether a tenant id that a customer chose can be one: it has to survive a URL, a header and a log
 * line. Absent is fine; else refuses. */
enum err_code fields_check_tenant_id(struct call *c, struct str id, struct err *err);
#endif
