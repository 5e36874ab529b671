#include "server/fields.h"

#include "base/ascii.h"
#include "base/clock.h"

enum { TENANT_ID_MAX = 255 };

struct str
fields_json_text(const struct call *c, const struct json *j)
{
    if (json_type(j) == JSON_STRING)
        return json_str(j);
    struct buf text;
    buf_init(&text, 1 << 20);
    json_write(j, &text);
    struct str copy = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return copy;
}

static bool
read_row(const struct call *c, const struct json *value, const struct store_field *row, void *base)
{
    void *member = (char *)base + row->offset;
    switch (row->kind) {
    case STORE_TEXT:
        *(struct str *)member = fields_json_text(c, value);
        return true;
    case STORE_INT:
        return json_to_i64(value, member);
    case STORE_BOOL:
        return json_to_bool(value, member);
    case STORE_TIME:
        return clock_parse(json_str(value), member);
    }
    return false;
}

uint64_t
fields_read(const struct call *c, const struct json *body, struct field_table table, void *base)
{
    uint64_t given = 0;
    for (size_t i = 0; i < table.n; i++) {
        const struct store_field *row = &table.rows[i];
        if (!row->wire || row->flags & STORE_FIXED)
            continue;
        const struct field *field = field_find(c->op->body, str_of(row->wire));
        if (!field || field->flags & FIELD_READ_ONLY)
            continue;
        const struct json *value = json_get(body, row->wire);
        if (!json_is_null(value) && read_row(c, value, row, base))
            given |= UINT64_C(1) << i;
    }
    return given;
}

static void
write_value(struct jw *w, const struct store_field *row, const void *base)
{
    const void *member = (const char *)base + row->offset;
    switch (row->kind) {
    case STORE_TEXT:
        jw_str(w, *(const struct str *)member);
        break;
    case STORE_INT:
        if (*(const int64_t *)member == STORE_NO_INT)
            jw_null(w);
        else
            jw_i64(w, *(const int64_t *)member);
        break;
    case STORE_BOOL:
        jw_bool(w, *(const bool *)member);
        break;
    case STORE_TIME:
        jw_time(w, *(const int64_t *)member);
        break;
    }
}

void
fields_write(struct jw *w, struct field_table table, unsigned without, const void *base)
{
    for (size_t i = 0; i < table.n; i++) {
        if (!table.rows[i].wire || table.rows[i].flags & without)
            continue;
        jw_key(w, table.rows[i].wire);
        write_value(w, &table.rows[i], base);
    }
}

struct field_list
fields_declared(const struct call *c, struct field_table table)
{
    struct field_key *keys = ARENA_ARRAY(c->arena, table.n, struct field_key);
    struct field_list list = {.items = keys};
    for (size_t i = 0; i < table.n; i++) {
        struct str wire = str_of(table.rows[i].wire);
        if (wire.n && field_find(c->op->reply, wire))
            keys[list.n++] = (struct field_key){&table.rows[i], wire};
    }
    return list;
}

void
fields_write_list(struct jw *w, struct field_list list, const void *base)
{
    for (size_t i = 0; i < list.n; i++) {
        jw_key_plain(w, list.items[i].wire);
        write_value(w, list.items[i].row, base);
    }
}

enum err_code
fields_check_metadata(struct call *c, struct err *err)
{
    struct str text = call_str(c, "metadata");
    if (!str_given(text))
        return ERR_OK;
    struct json *parsed = json_parse(text, text.n, NULL);
    bool good = parsed != NULL;
    json_free(parsed);
    if (good)
        return ERR_OK;
    return call_refuse(c, err, ERR_INVALID, NULL,
                       "metadata must be JSON or a text that holds JSON");
}

static bool
is_of_tenant_id(char ch)
{
    return ascii_is_alnum(ch) || (ch && strchr("-_.:@+", ch));
}

enum err_code
fields_check_tenant_id(struct call *c, struct str id, struct err *err)
{
    bool good = id.n <= TENANT_ID_MAX && (id.n > 0 || !str_given(id));
    for (size_t i = 0; good && i < id.n; i++)
        good = is_of_tenant_id(id.p[i]);
    if (good)
        return ERR_OK;
    return call_refuse(c, err, ERR_INVALID, NULL,
                       "tenantId must be 1 to %d letters, digits or any of - _ . : @ +",
                       TENANT_ID_MAX);
}
