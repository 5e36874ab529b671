/*
 * users, tenants and roles: list, get, export. The next page is already under way while the present
 * one is written; never more than these two are held.
 */
#include "base/mem.h"
#include "cli/cli_priv.h"
#include "cli/rows.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const struct cli_resource {
    const char *word, *many;
    enum op_id list;
    enum op_id search; /* takes over when there is a filter; OP_COUNT: the list has _filter */
    const char *filter;
    const char *columns; /* of a table; CSV holds all */
} resources[] = {
    {"users", "users", OP_users_list, OP_users_search, "_phraseSearchContains",
     "id,name,email,verified,isLocked,lastLogin,tenantId"},
    {"tenants", "tenants", OP_tenants_list, OP_COUNT, "_filter",
     "tenantId,name,alias,parentTenantId,createdAt"},
    {"roles", "roles", OP_roles_list, OP_COUNT, "_filter",
     "id,key,name,level,isDefault,tenantId,description"},
};

enum { PAGE_ROWS = 200 };

/* A list being read page by page. */
struct paging {
    struct cli *cli;
    const struct cli_resource *resource;
    const struct op *op;
    struct values *values;
    struct rows rows;
    size_t page, page_rows, left; /* left: rows still wanted */
    int64_t total;                /* -1: not known */
};

static const struct cli_resource *
resource_of(const struct cli *cli)
{
    const char *word = cli_command_info(cli->args.command)->word;
    for (size_t i = 0; i < COUNT_OF(resources); i++) {
        if (strcmp(resources[i].word, word) == 0)
            return &resources[i];
    }
    return &resources[0];
}

static enum err_code
set_sort(struct paging *p, struct str sort, struct err *err)
{
    if (!str_given(sort))
        return ERR_OK;
    bool down = str_starts(sort, STR("-"));
    enum err_code code =
        values_set_text(p->values, STR("_sortBy"), down ? str_sub(sort, 1, sort.n) : sort, err);
    return code ? code
                : values_set_text(p->values, STR("_order"), down ? STR("DESC") : STR("ASC"), err);
}

static enum err_code
set_filter(struct paging *p, struct str filter, struct err *err)
{
    bool search = str_given(filter) && p->resource->search != OP_COUNT;
    p->op = op_get(search ? p->resource->search : p->resource->list);
    p->values = values_new(p->op);
    if (!str_given(filter))
        return ERR_OK;
    struct str name = str_of(p->resource->filter);
    struct json *value = json_new_str(filter);
    const struct field *field = field_find(p->op->query, name);
    if (field && field->kind == KIND_ARRAY) { /* one phrase, whatever commas it holds */
        struct json *list = json_new_array();
        json_push(list, value);
        value = list;
    }
    return values_set(p->values, name, value, err);
}

static enum err_code
set_columns(struct paging *p, struct str columns, struct err *err)
{
    if (!str_given(columns) && p->rows.format == CLI_TABLE)
        columns = str_of(p->resource->columns);
    if (rows_columns(&p->rows, columns, p->op->reply))
        return ERR_OK;
    return err_set(err, ERR_USAGE, "at most %d columns can be shown", ROWS_COLUMNS_MAX);
}

static enum err_code
set_up(struct paging *p, struct err *err)
{
    const struct cli_args *args = &p->cli->args;
    struct str limit = args->opt[CLI_OPT_limit];
    uint64_t number = SIZE_MAX;
    if (str_given(limit) && (!str_to_u64(limit, &number) || !number))
        return err_set(err, ERR_USAGE, "--limit takes a number above 0");
    p->left = (size_t)number;
    p->page_rows = p->left < PAGE_ROWS ? p->left : PAGE_ROWS;
    enum err_code code = set_filter(p, args->opt[CLI_OPT_filter], err);
    if (!code)
        code = set_sort(p, args->opt[CLI_OPT_sort], err);
    return code ? code : set_columns(p, args->opt[CLI_OPT_columns], err);
}

static void
start_page(struct paging *p, struct cli_fetch *fetch)
{
    struct err err;
    struct values *v = values_copy(p->values);
    if (values_set(v, STR("_limit"), json_new_i64((int64_t)p->page_rows), &err) ||
        values_set(v, STR("_offset"), json_new_i64((int64_t)p->page), &err))
        cli_say(p->cli, "%s", err.msg);
    cli_start(p->cli, fetch, &(struct client_request){.op = p->op, .values = v});
    p->page++;
}

/* True if there must be another page after this one. */
static bool
more_after(struct paging *p, const struct json *answer, size_t rows)
{
    if (json_type(answer) != JSON_OBJECT || rows < p->page_rows || p->left <= rows)
        return false;
    int64_t pages;
    if (json_to_i64(json_get(json_get(answer, "_metadata"), "totalPages"), &pages))
        return (int64_t)p->page < pages;
    return true;
}

static void
write_page(struct paging *p, const struct json *list, size_t n)
{
    rows_write(&p->rows, list, p->left);
    p->left -= n < p->left ? n : p->left;
    if (p->total >= 0)
        cli_progress(p->cli, "%zu of %lld %s", p->rows.written, (long long)p->total,
                     p->resource->many);
    else
        cli_progress(p->cli, "%zu %s", p->rows.written, p->resource->many);
}

/* Rows that are already out make it a partial result. */
static enum cli_exit
page_failed(struct paging *p, struct result *r)
{
    if (!r)
        return CLI_CANCELLED;
    enum cli_exit status = cli_fail_result(p->cli, r);
    if (p->rows.written) {
        cli_say(p->cli, "only the first %zu %s were written", p->rows.written, p->resource->many);
        status = CLI_PARTIAL;
    }
    return status;
}

static enum cli_exit
read_pages(struct paging *p)
{
    struct cli_fetch fetches[2]; /* by turns: the client holds their addresses */
    unsigned turn = 0;
    start_page(p, &fetches[0]);
    for (;; turn ^= 1) {
        struct result *r = cli_await(p->cli, &fetches[turn]);
        const struct json *list = r && !r->err.code ? rows_of(r->json) : NULL;
        if (!list) {
            if (r && !r->err.code)
                err_set(&r->err, ERR_PARSE, "the answer holds no list");
            enum cli_exit status = page_failed(p, r);
            result_free(r);
            return status;
        }
        size_t n = json_len(list);
        if (!json_to_i64(json_get(json_get(r->json, "_metadata"), "totalItems"), &p->total))
            p->total = -1;
        bool more = more_after(p, r->json, n);
        if (more)
            start_page(p, &fetches[turn ^ 1]);
        write_page(p, list, n);
        result_free(r);
        if (p->cli->out.error || !more) {
            if (more)
                cli_drop(p->cli, &fetches[turn ^ 1]);
            break;
        }
    }
    rows_end(&p->rows);
    return CLI_DONE;
}

static enum cli_exit
run_list(struct cli *cli)
{
    struct err err = {.code = ERR_OK};
    enum cli_exit status;
    struct paging p = {.cli = cli, .resource = resource_of(cli), .total = -1};
    p.rows = (struct rows){.out = &cli->out,
                           .format = cli->format,
                           .raw_csv = cli_given(&cli->args, CLI_OPT_raw_csv),
                           .screen = cli_screen(cli)};
    if (set_up(&p, &err))
        status = cli_fail(cli, &err);
    else if (cli_connect(cli, &status))
        status = read_pages(&p);
    values_free(p.values);
    return status;
}

enum cli_exit
cli_run_list(struct cli *cli)
{
    return run_list(cli);
}

enum cli_exit
cli_run_export(struct cli *cli)
{
    struct str path = cli->args.opt[CLI_OPT_out];
    if (!cli_given(&cli->args, CLI_OPT_output))
        cli->format = CLI_CSV;
    if (!str_given(path))
        return run_list(cli);
    const char *name = arena_cstr(&cli->arena, path);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        struct err err;
        err_set_errno(&err, ERR_IO, errno, "%s cannot be made", name);
        return cli_fail(cli, &err);
    }
    cli->out.fd = fd;
    enum cli_exit status = run_list(cli);
    if (!out_flush(&cli->out) || fsync(fd)) {
        struct err err;
        err_set_errno(&err, ERR_IO, cli->out.error ? cli->out.error : errno, "%s", name);
        status = cli_fail(cli, &err);
        cli->out.error = 0;
    }
    close(fd);
    cli->out.fd = STDOUT_FILENO;
    if (status && status != CLI_PARTIAL)
        unlink(name);
    return status;
}

static struct values *
one_value(const struct op *op, const char *name, struct str value)
{
    struct values *v = values_new(op);
    struct err err;
    if (values_set(v, str_of(name), json_new_str(value), &err)) {
        values_free(v);
        return NULL;
    }
    return v;
}

static struct result *
get_user(struct cli *cli, struct str id)
{
    const struct op *op;
    const char *name;
    if (str_find_char(id, '@') >= 0) {
        op = op_get(OP_users_get_by_email);
        name = "email";
    } else if (str_given(client_tenant(cli->client))) {
        op = op_get(OP_users_get);
        name = "id";
    } else {
        op = op_get(OP_users_get_vendor);
        name = "userId";
    }
    return cli_call(cli, op, one_value(op, name, id));
}

/* Roles have no operation for one of them: the list is asked for its id or key. */
static const struct json *
find_role(const struct json *answer, struct str id)
{
    const struct json *list = rows_of(answer);
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        if (str_eq(json_str(json_get(j, "id")), id) || str_eq(json_str(json_get(j, "key")), id))
            return j;
    }
    return NULL;
}

static struct result *
get_one(struct cli *cli, const struct cli_resource *resource, struct str id)
{
    if (resource->list == OP_users_list)
        return get_user(cli, id);
    if (resource->list == OP_tenants_list) {
        const struct op *op = op_get(OP_tenants_get);
        return cli_call(cli, op, one_value(op, "tenantId", id));
    }
    const struct op *op = op_get(OP_roles_list_v1);
    return cli_call(cli, op, values_new(op));
}

enum cli_exit
cli_run_get(struct cli *cli)
{
    enum cli_exit status;
    struct str id = cli->args.rest[0];
    const struct cli_resource *resource = resource_of(cli);
    if (!cli_connect(cli, &status))
        return status;
    struct result *r = get_one(cli, resource, id);
    if (!r)
        return CLI_CANCELLED;
    const struct json *found = r->json;
    if (resource->list == OP_roles_list)
        found = find_role(r->json, id);
    else if (json_type(found) == JSON_ARRAY) /* the service answers [] for an unknown tenant */
        found = json_first(found);
    if (r->err.code) {
        status = cli_fail_result(cli, r);
    } else if (!found) {
        cli_say(cli, "there is no such thing among the %s: %.*s", resource->many, STR_ARG(id));
        status = CLI_NOT_FOUND;
    } else {
        status = cli_write_answer(cli, found, NULL);
    }
    result_free(r);
    return status;
}
