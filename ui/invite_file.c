#include "ui/invite_file.h"

#include "api/op.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { TEXT_MAX = 4 * 1024 * 1024, COLUMNS_MAX = 32 };

/* What one user of an invitation may hold. */
static const struct field *
user_fields(void)
{
    return field_find(op_get(OP_users_bulk_invite)->body, STR("users"))->fields;
}

/* ---- CSV ---- */

struct reading {
    const struct field *columns[COLUMNS_MAX];
    size_t n_columns;
    struct json *users;
};

static enum err_code
fault(const struct csv_cell *cell, const char *what, struct err *err)
{
    return err_set(err, ERR_PARSE, "line %zu, column %zu: %s", cell->line, cell->column, what);
}

static enum err_code
read_names(struct reading *r, const struct csv_row *row, struct err *err)
{
    if (row->n > COLUMNS_MAX)
        return fault(&row->cells[COLUMNS_MAX], "too many columns", err);
    for (size_t i = 0; i < row->n; i++) {
        const struct field *f = field_find(user_fields(), row->cells[i].text);
        if (!f || f->kind == KIND_OBJECT)
            return fault(&row->cells[i], "a user has no such member; email, name, roleIds ...",
                         err);
        r->columns[i] = f;
    }
    r->n_columns = row->n;
    return ERR_OK;
}

static struct json *
words(struct str text)
{
    struct json *list = json_new_array();
    struct str word;
    while (text.n && str_next(&text, ' ', &word))
        if (word.n)
            json_push(list, json_new_str(word));
    return list;
}

static enum err_code
read_cell(const struct field *f, const struct csv_cell *cell, struct json *user, struct err *err)
{
    bool flag;
    int64_t number;
    struct json *value = NULL;
    if (!utf8_valid(cell->text))
        return fault(cell, "this is not UTF-8", err);
    if (f->kind == KIND_ARRAY)
        value = words(cell->text);
    else if (f->kind == KIND_BOOL && str_to_bool(cell->text, &flag))
        value = json_new_bool(flag);
    else if (f->kind == KIND_INT && str_to_i64(cell->text, &number))
        value = json_new_i64(number);
    else if (f->kind != KIND_BOOL && f->kind != KIND_INT)
        value = json_new_str(cell->text);
    if (!value)
        return fault(cell, f->kind == KIND_BOOL ? "true or false is expected" : "no number", err);
    json_set(user, str_of(f->name), value);
    return ERR_OK;
}

static enum err_code
read_row(void *ctx, const struct csv_row *row, struct err *err)
{
    struct reading *r = ctx;
    if (!r->n_columns)
        return read_names(r, row, err);
    if (row->n > r->n_columns)
        return fault(&row->cells[r->n_columns], "this is below no name", err);
    struct json *user = json_new_object();
    json_push(r->users, user);
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < row->n && !rc; i++)
        if (row->cells[i].text.n)
            rc = read_cell(r->columns[i], &row->cells[i], user, err);
    return rc;
}

/* ---- either ---- */

static enum err_code
parse_json(struct str text, struct json **out, struct err *err)
{
    struct json *all = json_parse(text, TEXT_MAX, err);
    if (!all)
        return err_failed(err);
    if (json_type(all) == JSON_OBJECT) {
        *out = json_detach(all, STR("users"));
        json_free(all);
    } else {
        *out = all;
    }
    if (json_type(*out) == JSON_ARRAY)
        return ERR_OK;
    return err_set(err, ERR_PARSE, "a list of users is expected");
}

enum err_code
invite_parse(struct str text, bool csv, struct json **out, struct err *err)
{
    struct reading r = {.n_columns = 0};
    *out = NULL;
    enum err_code rc;
    if (csv) {
        *out = r.users = json_new_array();
        rc = csv_read(text, read_row, &r, err);
    } else {
        rc = parse_json(text, out, err);
    }
    if (!rc && json_len(*out) == 0)
        rc = err_set(err, ERR_INVALID, "there is nobody in the file");
    if (!rc && json_len(*out) > INVITE_MOST)
        rc = err_set(err, ERR_LIMIT, "%zu people are in the file, %d can be invited at once",
                     json_len(*out), INVITE_MOST);
    if (rc) {
        json_free(*out);
        *out = NULL;
    }
    return rc;
}
