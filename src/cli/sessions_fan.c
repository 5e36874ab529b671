/* Sessions person by person: the people of the tenant page by page, then the list of each. */
#include "base/agent.h"
#include "base/mem.h"
#include "cli/rows.h"
#include "cli/sessions.h"

enum { PEOPLE_PER_PAGE = 200 };

struct result *
sessions_ask(struct cli *cli, const struct op *op, struct values *take, struct str user_id)
{
    struct cli_fetch fetch;
    cli_start(cli, &fetch,
              &(struct client_request){.op = op, .values = take, .scope = {.user_id = user_id}});
    return cli_await(cli, &fetch);
}

bool
sessions_lacks(const struct result *r)
{
    return r->status == 404 || r->status == 501;
}

static void
set_text(struct json *row, const char *name, struct str s)
{
    json_set(row, str_of(name), json_new_str(str_given(s) ? s : STR("")));
}

/* A row of a person's own list under the names of the extension. */
static struct json *
row_of(const struct json *own, const struct json *person)
{
    struct arena a;
    struct json *row = json_new_object();
    struct str agent = json_str(json_get(own, "userAgent"));
    arena_init(&a, 4096);
    set_text(row, "id", json_str(json_get(own, "id")));
    set_text(row, "userId", json_str(json_get(person, "id")));
    set_text(row, "email", json_str(json_get(person, "email")));
    set_text(row, "ip", json_str(json_get(own, "ipAddress")));
    set_text(row, "client", agent_name(&a, agent));
    set_text(row, "userAgent", agent);
    set_text(row, "createdAt", json_str(json_get(own, "createdAt")));
    arena_fini(&a);
    return row;
}

static bool
is_meant(const struct sessions_wanted *w, const struct json *row)
{
    struct str id = json_str(json_get(row, "id"));
    bool named = w->n_ids == 0;
    for (size_t i = 0; !named && i < w->n_ids; i++)
        named = str_eq(w->ids[i], id);
    return named && (!str_given(w->ip) || str_eq(w->ip, json_str(json_get(row, "ip")))) &&
           (!str_given(w->client) || str_eq(w->client, json_str(json_get(row, "client"))));
}

struct walk {
    struct cli *cli;
    const struct sessions_wanted *wanted;
    sessions_fn *fn;
    void *ctx;
    int64_t total; /* people; -1: not known */
    size_t read, failed;
    bool stopped;
};

/* False ends the walk. */
static bool
one_person(struct walk *w, const struct json *person)
{
    const struct op *op = op_get(OP_sessions_list);
    struct result *r = sessions_ask(w->cli, op, values_new(op), json_str(json_get(person, "id")));
    if (!r)
        return false;
    w->read++;
    if (r->err.code && r->err.code != ERR_NOT_FOUND) {
        w->failed++;
        cli_fail_result(w->cli, r);
    }
    const struct json *list = r->err.code ? NULL : r->json;
    for (const struct json *own = json_first(list); own && !w->stopped; own = json_next(own)) {
        struct json *row = row_of(own, person);
        if (is_meant(w->wanted, row))
            w->stopped = !w->fn(w->ctx, row);
        json_free(row);
    }
    result_free(r);
    if (w->total >= 0)
        cli_progress(w->cli, "%zu of %lld users read", w->read, (long long)w->total);
    return !w->stopped;
}

static struct result *
ask_people(struct cli *cli, int64_t page)
{
    const struct op *op = op_get(OP_users_list);
    struct values *v = values_new(op);
    (void)!values_set(v, STR("_limit"), json_new_i64(PEOPLE_PER_PAGE), NULL);
    (void)!values_set(v, STR("_offset"), json_new_i64(page), NULL);
    return sessions_ask(cli, op, v, STR_ABSENT);
}

static enum cli_exit
everybody(struct walk *w)
{
    for (int64_t page = 0;; page++) {
        struct result *r = ask_people(w->cli, page);
        if (!r)
            return CLI_CANCELLED;
        if (r->err.code) {
            enum cli_exit status = cli_fail_result(w->cli, r);
            result_free(r);
            return status;
        }
        const struct json *list = rows_of(r->json);
        bool last = json_len(list) < PEOPLE_PER_PAGE, go = true;
        if (!json_to_i64(json_get(json_get(r->json, "_metadata"), "totalItems"), &w->total))
            w->total = -1;
        for (const struct json *j = json_first(list); go && j; j = json_next(j))
            go = one_person(w, j);
        result_free(r);
        if (!go && !w->stopped)
            return CLI_CANCELLED;
        if (last || !go)
            return w->failed ? CLI_PARTIAL : CLI_DONE;
    }
}

/* One person, by address or id. */
static enum cli_exit
somebody(struct walk *w)
{
    struct json *person = json_new_object();
    struct str id = w->wanted->user_id, email = w->wanted->email;
    enum cli_exit status = CLI_DONE;
    if (str_given(email)) {
        const struct op *op = op_get(OP_users_get_by_email);
        struct values *v = values_new(op);
        (void)!values_set(v, STR("email"), json_new_str(email), NULL);
        struct result *r = sessions_ask(w->cli, op, v, STR_ABSENT);
        status = !r ? CLI_CANCELLED : r->err.code ? cli_fail_result(w->cli, r) : CLI_DONE;
        set_text(person, "id", r ? json_str(json_get(r->json, "id")) : STR(""));
        result_free(r);
    } else {
        set_text(person, "id", id);
    }
    set_text(person, "email", email);
    if (!status)
        status = one_person(w, person) || w->stopped ? CLI_DONE : CLI_CANCELLED;
    json_free(person);
    return !status && w->failed ? CLI_FAILED : status;
}

enum cli_exit
sessions_each(struct cli *cli, const struct sessions_wanted *wanted, sessions_fn *fn, void *ctx)
{
    struct walk w = {.cli = cli, .wanted = wanted, .fn = fn, .ctx = ctx, .total = -1};
    bool one = str_given(wanted->user_id) || str_given(wanted->email);
    enum cli_exit status = one ? somebody(&w) : everybody(&w);
    if (!one && w.failed)
        cli_say(cli, "%zu of %zu users could not be asked", w.failed, w.read);
    cli_progress_end(cli);
    return status;
}
