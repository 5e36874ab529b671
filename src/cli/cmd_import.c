/*
 * gatehouse users|tenants|roles import FILE: first the whole file is checked, then its valid rows are
 * created, some at once. What is there already is left as it is, so the same file again goes on
 * where a broken import stopped.
 */
#include "base/mem.h"
#include "cli/import.h"
#include "cli/rows.h"
#include <stdio.h>

enum { AT_ONCE = 8 };

static const struct import_kind kinds[] = {
    {"users", "user", "users", OP_users_create, "email", OP_users_list, "_email"},
    {"tenants", "tenant", "tenants", OP_tenants_create, "tenantId", OP_tenants_list, "_tenantIds"},
    {"roles", "role", "roles", OP_roles_create_v1, "key", OP_roles_list, "_filter"},
};

/* A row that is under way. */
struct slot {
    struct cli_fetch fetch;
    size_t line, column;
    struct str key; /* owned */
    bool used;
};

struct sending {
    struct import *im;
    struct slot slots[AT_ONCE];
    size_t at; /* the oldest; the next to be used */
    size_t created, present, refused;
    bool plan; /* ask what is there, create nothing */
    struct rows rows;
    enum cli_exit status; /* what ended it early */
    bool ended;
};

static void
write_row(struct sending *s, const struct slot *slot, const char *what, struct str message)
{
    if (!cli_given(&s->im->cli->args, CLI_OPT_output))
        return;
    struct json *list = json_new_array();
    struct json *row = json_new_object();
    json_set(row, STR("line"), json_new_i64((int64_t)slot->line));
    json_set(row, str_of(s->im->kind->key), json_new_str(slot->key));
    json_set(row, STR("result"), json_new_str(str_of(what)));
    json_set(row, STR("message"), json_new_str(message));
    json_push(list, row);
    rows_write(&s->rows, list, 1);
    json_free(list);
}

/* Whether the next row would fare no better. */
static bool
ends_all(enum err_code code)
{
    return code == ERR_UNAUTHENTICATED || code == ERR_FORBIDDEN || code == ERR_NETWORK ||
           code == ERR_TLS || code == ERR_CONFIG || code == ERR_UNIMPLEMENTED;
}

/* Searches answer with what resembles the key, too. */
static bool
holds_key(const struct sending *s, const struct json *answer, struct str key)
{
    for (const struct json *j = json_first(rows_of(answer)); j; j = json_next(j)) {
        if (str_eq_nocase(json_str(json_get(j, s->im->kind->key)), key))
            return true;
    }
    return false;
}

static void
take_answer(struct sending *s, struct slot *slot, const struct result *r)
{
    if (!r->err.code && (!s->plan || !holds_key(s, r->json, slot->key))) {
        s->created++;
        write_row(s, slot, s->plan ? "would be created" : "created", STR(""));
    } else if (!r->err.code || r->err.code == ERR_CONFLICT) {
        s->present++;
        write_row(s, slot, "there already", STR(""));
    } else {
        s->refused++;
        import_say(s->im, slot->line, slot->column, str_of(r->err.msg));
        write_row(s, slot, "refused", str_of(r->err.msg));
        if (ends_all(r->err.code)) {
            s->ended = true;
            s->status = cli_exit_code(r->err.code);
        }
    }
}

/* Waits for the oldest. */
static void
settle(struct sending *s, struct slot *slot)
{
    struct cli *cli = s->im->cli;
    if (!slot->used)
        return;
    slot->used = false;
    struct result *r = cli_await(cli, &slot->fetch);
    if (r) {
        take_answer(s, slot, r);
        cli_progress(cli, "%zu of %zu %s", s->created + s->present + s->refused,
                     s->im->rows - s->im->faulty, s->im->kind->many);
    } else {
        s->ended = true;
        s->status = CLI_CANCELLED;
    }
    result_free(r);
    mem_free((void *)(uintptr_t)slot->key.p);
}

static struct values *
question(const struct sending *s, const struct import_row *row)
{
    struct err err;
    struct values *v = values_new(op_get(s->im->kind->find));
    if (values_set_text(v, str_of(s->im->kind->find_by), row->key, &err))
        ASSERT(!"the kinds name members that are there");
    return v;
}

static bool
send_row(void *ctx, struct import_row *row)
{
    struct sending *s = ctx;
    struct slot *slot = &s->slots[s->at];
    s->at = (s->at + 1) % AT_ONCE;
    settle(s, slot);
    if (s->ended)
        return false;
    struct client_request request = {.scope.tenant_id = row->tenant};
    if (s->plan) {
        request.op = op_get(s->im->kind->find);
        request.values = question(s, row);
    } else {
        request.op = row->op;
        request.values = row->values;
        row->values = NULL;
    }
    *slot = (struct slot){.line = row->line, .column = row->column, .used = true};
    slot->key = (struct str){mem_copy_text(row->key.p, row->key.n), row->key.n};
    cli_start(s->im->cli, &slot->fetch, &request);
    return true;
}

static void
drop_rest(struct sending *s)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        struct slot *slot = &s->slots[(s->at + i) % AT_ONCE];
        if (s->ended && slot->used) {
            cli_drop(s->im->cli, &slot->fetch);
            mem_free((void *)(uintptr_t)slot->key.p);
            slot->used = false;
        }
        settle(s, slot);
    }
}

static enum cli_exit
report(struct sending *s, size_t faulty)
{
    struct cli *cli = s->im->cli;
    if (cli_given(&cli->args, CLI_OPT_output))
        rows_end(&s->rows);
    cli_say(cli, "%s: %zu %s, %zu there already, %zu not valid, %zu refused", s->im->kind->many,
            s->created, s->plan ? "would be created" : "created", s->present, faulty, s->refused);
    if (s->ended)
        cli_say(cli, "it ended early; the same command goes on with what is missing");
    bool done = s->created + s->present > 0;
    if (s->ended)
        return done && s->status != CLI_CANCELLED ? CLI_PARTIAL : s->status;
    if (!faulty && !s->refused)
        return CLI_DONE;
    return done ? CLI_PARTIAL : CLI_FAILED;
}

static enum cli_exit
send_all(struct import *im)
{
    struct cli *cli = im->cli;
    struct err err;
    enum cli_exit status;
    size_t faulty = im->faulty;
    struct sending s = {.im = im, .plan = cli_given(&cli->args, CLI_OPT_plan)};
    s.rows = (struct rows){.out = &cli->out, .format = cli->format, .screen = cli_screen(cli)};
    char columns[64];
    snprintf(columns, sizeof columns, "line,%s,result,message", im->kind->key);
    if (!rows_columns(&s.rows, str_of(columns), NULL))
        ASSERT(!"four columns are not too many");
    if (!cli_connect(cli, &status))
        return status;
    im->quiet = true;
    if (import_each(im, send_row, &s, &err) && err.code != ERR_CANCELLED)
        return cli_fail(cli, &err);
    drop_rest(&s);
    return report(&s, faulty);
}

static const struct import_kind *
kind_of(const struct cli *cli)
{
    const char *word = cli_command_info(cli->args.command)->word;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    }
    return &kinds[0];
}

enum cli_exit
cli_run_import(struct cli *cli)
{
    struct import im;
    struct err err;
    enum cli_exit status;
    if (import_open(&im, cli, kind_of(cli), cli->args.rest[0], &err) ||
        import_each(&im, NULL, NULL, &err))
        status = cli_fail(cli, &err);
    else
        status = send_all(&im);
    import_close(&im);
    return status;
}
