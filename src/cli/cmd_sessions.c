/*
 * sessions: list, watch, revoke. A service with the extension answers for a whole tenant; one
 * without, which its first answer tells, is asked person by person.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "cli/rows.h"
#include "cli/sessions.h"
#include <poll.h>

enum { PAGE_ROWS = 200, INTERVAL_S = 2, TRIES = 8, FIRST_WAIT_MS = 250 };

static const char list_columns[] = "email,ip,client,mfa,createdAt,usedAt,id";
static const char watch_columns[] = "at,event,email,session.ip,session.client,id";

/* ---- what is meant ---- */

static struct sessions_wanted
wanted_of(const struct cli *cli)
{
    const struct str *opt = cli->args.opt;
    struct str user = opt[CLI_OPT_user], none = {NULL, 0};
    bool address = str_given(user) && str_find_char(user, '@') >= 0;
    return (struct sessions_wanted){.user_id = address ? none : user,
                                    .email = address ? user : none,
                                    .ip = opt[CLI_OPT_ip],
                                    .client = opt[CLI_OPT_client]};
}

static void
set(struct json *out, const char *name, struct str value)
{
    if (str_given(value))
        json_set(out, str_of(name), json_new_str(value));
}

/* The same names in queries and bodies; [from, from + SESSIONS_IDS_MAX) of the ids. */
static struct json *
selector(const struct sessions_wanted *w, size_t from)
{
    struct json *out = json_new_object();
    if (str_given(w->user_id)) {
        struct json *one = json_new_array();
        json_push(one, json_new_str(w->user_id));
        json_set(out, STR("userIds"), one);
    }
    set(out, "user", w->email);
    set(out, "ip", w->ip);
    set(out, "client", w->client);
    if (w->n_ids) {
        struct json *ids = json_new_array();
        for (size_t i = from; i < w->n_ids && i < from + SESSIONS_IDS_MAX; i++)
            json_push(ids, json_new_str(w->ids[i]));
        json_set(out, STR("ids"), ids);
    }
    return out;
}

/* What the operation does not know is left out: changes are not narrowed by address. */
static struct values *
query(const struct op *op, const struct sessions_wanted *w, size_t from)
{
    struct values *v = values_new(op);
    struct json *which = selector(w, from);
    for (const struct json *j = json_first(which); j; j = json_next(j))
        if (field_find(op->query, json_key(j)))
            (void)!values_set(v, json_key(j), json_copy(j), NULL);
    json_free(which);
    return v;
}

static bool
read_number(struct cli *cli, enum cli_option option, uint64_t preset, uint64_t *out)
{
    struct str text = cli->args.opt[option];
    *out = preset;
    if (!str_given(text) || (str_to_u64(text, out) && *out))
        return true;
    cli_say(cli, "--%s takes a number above 0", cli_option_info(option)->name);
    return false;
}

/* ---- list ---- */

struct listing {
    struct cli *cli;
    struct sessions_wanted wanted;
    struct rows rows;
    uint64_t left;
};

static bool
set_up(struct listing *l, const char *columns)
{
    struct cli *cli = l->cli;
    struct str names = cli->args.opt[CLI_OPT_columns];
    l->wanted = wanted_of(cli);
    l->rows = (struct rows){.out = &cli->out,
                            .format = cli->format,
                            .raw_csv = cli_given(&cli->args, CLI_OPT_raw_csv),
                            .screen = cli_screen(cli)};
    if (!read_number(cli, CLI_OPT_limit, UINT64_MAX, &l->left))
        return false;
    if (rows_columns(&l->rows, str_given(names) ? names : str_of(columns), NULL))
        return true;
    cli_say(cli, "at most %d columns can be shown", ROWS_COLUMNS_MAX);
    return false;
}

static void
set_order(struct cli *cli, struct values *v)
{
    struct str sort = cli->args.opt[CLI_OPT_sort];
    if (!str_given(sort))
        return;
    bool down = str_starts(sort, STR("-"));
    (void)!values_set(v, STR("_sortBy"), json_new_str(down ? str_sub(sort, 1, sort.n) : sort),
                      NULL);
    (void)!values_set(v, STR("_order"), json_new_str(down ? STR("DESC") : STR("ASC")), NULL);
}

static bool
one_row(void *ctx, const struct json *row)
{
    struct listing *l = ctx;
    struct json *list = json_new_array();
    json_push(list, json_copy(row));
    rows_write(&l->rows, list, 1);
    json_free(list);
    return --l->left > 0 && !l->cli->out.error;
}

static enum cli_exit
list_failed(struct listing *l, struct result *r)
{
    enum cli_exit status = r ? cli_fail_result(l->cli, r) : CLI_CANCELLED;
    if (r && l->rows.written)
        status = CLI_PARTIAL;
    result_free(r);
    return status;
}

static struct result *
ask_page(struct listing *l, struct str after)
{
    const struct op *op = op_get(OP_live_sessions_list);
    struct values *v = query(op, &l->wanted, 0);
    uint64_t limit = l->left < PAGE_ROWS ? l->left : PAGE_ROWS;
    (void)!values_set(v, STR("_limit"), json_new_i64((int64_t)limit), NULL);
    if (after.n)
        (void)!values_set(v, STR("_after"), json_new_str(after), NULL);
    set_order(l->cli, v);
    return sessions_ask(l->cli, op, v, STR_ABSENT);
}

static enum cli_exit
list_pages(struct listing *l, struct result *take)
{
    for (struct result *r = take;;) {
        if (!r || r->err.code)
            return list_failed(l, r);
        const struct json *items = json_get(r->json, "items");
        rows_write(&l->rows, items, (size_t)l->left);
        l->left -= json_len(items) < l->left ? json_len(items) : l->left;
        cli_progress(l->cli, "%zu sessions", l->rows.written);
        struct str next = json_str(json_get(r->json, "next"));
        if (!next.n || !l->left || l->cli->out.error) {
            result_free(r);
            return CLI_DONE;
        }
        struct result *more = ask_page(l, next);
        result_free(r);
        r = more;
    }
}

/* Before anything is sent: is --sort one of the orders? */
static bool
order_is_known(struct cli *cli)
{
    struct str sort = cli->args.opt[CLI_OPT_sort];
    if (!str_given(sort))
        return true;
    const struct field *f = field_find(op_get(OP_live_sessions_list)->query, STR("_sortBy"));
    struct buf known;
    bool found = false;
    sort = str_starts(sort, STR("-")) ? str_sub(sort, 1, sort.n) : sort;
    buf_init(&known, 1024);
    for (const char *const *c = f->choices; *c; c++) {
        found = found || str_eq(sort, str_of(*c));
        buf_printf(&known, "%s%s", known.n ? ", " : "", *c);
    }
    if (!found)
        cli_say(cli, "--sort takes one of %.*s, with - in front for downwards",
                STR_ARG(buf_str(&known)));
    buf_fini(&known);
    return found;
}

enum cli_exit
cli_run_sessions_list(struct cli *cli)
{
    enum cli_exit status;
    struct listing l = {.cli = cli};
    if (!set_up(&l, list_columns) || !order_is_known(cli))
        return CLI_USAGE;
    if (!cli_connect(cli, &status))
        return status;
    struct result *r = ask_page(&l, STR(""));
    if (r && sessions_lacks(r)) {
        result_free(r);
        status = sessions_each(cli, &l.wanted, one_row, &l);
    } else {
        status = list_pages(&l, r);
    }
    cli_progress_end(cli);
    rows_end(&l.rows);
    return status;
}

/* ---- watch ---- */

/* True after so many milliseconds, false when a signal came first. */
static bool
wait_for(struct cli *cli, int64_t ms)
{
    int64_t until = clock_mono_ms() + ms;
    for (int64_t left = ms; left > 0; left = until - clock_mono_ms()) {
        struct pollfd fd = {.fd = cli->signal_fd, .events = POLLIN};
        poll(&fd, 1, (int)(left < INT32_MAX ? left : INT32_MAX));
        if (cli_interrupted(cli))
            return false;
    }
    return !cli_interrupted(cli);
}

struct watching {
    struct listing list;
    struct str cursor; /* in `place` */
    char place[128];
    int64_t interval_ms;
    struct json *known, *seen; /* person by person: rows by id, before and now */
};

/* Says what happened; the object is taken. False when enough was said. */
static bool
say_event(struct watching *w, struct json *take)
{
    char now[CLOCK_TEXT_SIZE];
    json_set(take, STR("at"), json_new_str(str_of(clock_format(clock_now_ms(), now))));
    bool more = one_row(&w->list, take);
    json_free(take);
    return more;
}

static bool
keep_cursor(struct watching *w, const struct json *answer)
{
    struct str cursor = json_str(json_get(answer, "cursor"));
    if (!cursor.n || cursor.n >= sizeof w->place)
        return false;
    memcpy(w->place, cursor.p, cursor.n);
    w->cursor = (struct str){w->place, cursor.n};
    return true;
}

/* *go: more may be said. */
static enum cli_exit
take_changes(struct watching *w, bool *more, bool *go)
{
    struct cli *cli = w->list.cli;
    const struct op *op = op_get(OP_live_sessions_changes);
    struct values *v = query(op, &w->list.wanted, 0);
    (void)!values_set(v, STR("cursor"), json_new_str(w->cursor), NULL);
    struct result *r = sessions_ask(cli, op, v, STR_ABSENT);
    bool reset = false;
    if (!r || r->err.code)
        return list_failed(&w->list, r);
    const struct json *items = json_get(r->json, "items");
    for (const struct json *j = json_first(items); j && *go; j = json_next(j))
        *go = say_event(w, json_copy(j));
    (void)json_to_bool(json_get(r->json, "reset"), &reset);
    if (!json_to_bool(json_get(r->json, "more"), more) || !keep_cursor(w, r->json))
        *go = false;
    if (reset)
        cli_say(cli, "too much happened at once: some changes were not seen");
    result_free(r);
    return CLI_DONE;
}

/* The client that only asks people in turn remembers who was there. */
static bool
see(void *ctx, const struct json *row)
{
    struct watching *w = ctx;
    struct str id = json_str(json_get(row, "id"));
    json_set(w->seen, id, json_copy(row));
    return true;
}

static bool
say_difference(struct watching *w, const struct json *rows, const struct json *others,
               const char *event)
{
    bool go = true;
    for (const struct json *j = json_first(rows); j && go; j = json_next(j)) {
        if (json_get_str(others, json_key(j)))
            continue;
        struct json *e = json_new_object();
        json_set(e, STR("id"), json_new_str(json_key(j)));
        json_set(e, STR("event"), json_new_str(str_of(event)));
        json_set(e, STR("userId"), json_new_str(json_str(json_get(j, "userId"))));
        json_set(e, STR("email"), json_new_str(json_str(json_get(j, "email"))));
        json_set(e, STR("session"), json_copy(j));
        go = say_event(w, e);
    }
    return go;
}

static enum cli_exit
compare_people(struct watching *w, bool *go)
{
    w->seen = json_new_object();
    enum cli_exit status = sessions_each(w->list.cli, &w->list.wanted, see, w);
    if (!status && w->known)
        *go = say_difference(w, w->seen, w->known, "started") &&
              say_difference(w, w->known, w->seen, "ended");
    if (status) {
        json_free(w->seen);
        return status;
    }
    json_free(w->known);
    w->known = w->seen;
    return CLI_DONE;
}

static enum cli_exit
watch(struct watching *w, bool people)
{
    enum cli_exit status = CLI_DONE;
    bool go = true;
    while (!status && go) {
        bool more = false;
        status = people ? compare_people(w, &go) : take_changes(w, &more, &go);
        if (!out_flush(&w->list.cli->out))
            go = false;
        if (!status && go && !more && !wait_for(w->list.cli, w->interval_ms))
            status = CLI_CANCELLED;
    }
    return status;
}

enum cli_exit
cli_run_sessions_watch(struct cli *cli)
{
    enum cli_exit status;
    uint64_t interval;
    struct watching w = {.list = {.cli = cli}};
    if (!read_number(cli, CLI_OPT_interval, INTERVAL_S, &interval) ||
        !set_up(&w.list, watch_columns))
        return CLI_USAGE;
    if (cli->format == CLI_JSON) /* a list that never ends is none */
        w.list.rows.format = CLI_NDJSON;
    w.interval_ms = (int64_t)(interval < 3600 ? interval : 3600) * 1000;
    if (!cli_connect(cli, &status))
        return status;
    struct result *r = ask_page(&w.list, STR(""));
    if (r && sessions_lacks(r))
        status = watch(&w, true);
    else if (r && !r->err.code && keep_cursor(&w, r->json))
        status = watch(&w, false);
    else
        return list_failed(&w.list, r);
    result_free(r);
    json_free(w.known);
    return status;
}

/* ---- revoke ---- */

struct ending {
    struct cli *cli;
    struct sessions_wanted wanted;
    struct json *people; /* person by person: rows that are meant */
    int64_t ended, tokens_until, began_at;
    int64_t left; /* of them there at the last look */
};

static bool
may_end(struct ending *e)
{
    struct cli *cli = e->cli;
    const struct sessions_wanted *w = &e->wanted;
    bool many = str_given(w->user_id) || str_given(w->email) || str_given(w->ip) ||
                str_given(w->client) || cli_given(&cli->args, CLI_OPT_all);
    if (cli->profile.read_only)
        cli_say(cli, "the profile is read-only, and ending sessions changes something");
    else if (((many && !w->n_ids) || cli->profile.production) &&
             !cli_given(&cli->args, CLI_OPT_yes))
        cli_say(cli, "this may end many sessions: repeat with --yes");
    else
        return true;
    return false;
}

static enum cli_exit
take_ended(struct ending *e, struct result *r, bool *more)
{
    int64_t ended = 0, until = 0, now = 0;
    if (!r || r->err.code)
        return r ? cli_fail_result(e->cli, r) : CLI_CANCELLED;
    (void)json_to_i64(json_get(r->json, "ended"), &ended);
    (void)json_to_bool(json_get(r->json, "more"), more);
    (void)clock_parse(json_str(json_get(r->json, "tokensUntil")), &until);
    (void)clock_parse(json_str(json_get(r->json, "now")), &now);
    e->ended += ended;
    e->began_at = e->began_at ? e->began_at : now;
    e->tokens_until = until > e->tokens_until ? until : e->tokens_until;
    return CLI_DONE;
}

/* In parts, until there are no more. *lacks: the service cannot do it in this way. */
static enum cli_exit
end_them(struct ending *e, bool *lacks)
{
    const struct op *op = op_get(OP_live_sessions_revoke);
    enum cli_exit status = CLI_DONE;
    bool more = true;
    for (size_t from = 0; !status && more && !*lacks;) {
        struct values *v = values_new(op);
        struct json *body = selector(&e->wanted, from);
        if (!e->wanted.n_ids)
            json_set(body, STR("all"), json_new_bool(true));
        values_set_body(v, body);
        struct result *r = sessions_ask(e->cli, op, v, STR_ABSENT);
        *lacks = r && sessions_lacks(r);
        if (!*lacks)
            status = take_ended(e, r, &more);
        result_free(r);
        from += SESSIONS_IDS_MAX;
        if (e->wanted.n_ids)
            more = from < e->wanted.n_ids;
        cli_progress(e->cli, "%lld ended", (long long)e->ended);
    }
    cli_progress_end(e->cli);
    return status;
}

/* Named ones must be gone; of others none may be left that began before. */
static enum cli_exit
count_left(struct ending *e)
{
    const struct op *op = op_get(OP_live_sessions_list);
    e->left = 0;
    for (size_t from = 0; from == 0 || from < e->wanted.n_ids; from += SESSIONS_IDS_MAX) {
        struct values *v = query(op, &e->wanted, from);
        (void)!values_set(v, STR("_sortBy"), json_new_str(STR("createdAt")), NULL);
        (void)!values_set(v, STR("_order"), json_new_str(STR("ASC")), NULL);
        struct result *r = sessions_ask(e->cli, op, v, STR_ABSENT);
        if (!r || r->err.code) {
            enum cli_exit status = r ? cli_fail_result(e->cli, r) : CLI_CANCELLED;
            result_free(r);
            return status;
        }
        const struct json *items = json_get(r->json, "items");
        for (const struct json *j = json_first(items); j; j = json_next(j)) {
            int64_t created = 0;
            (void)clock_parse(json_str(json_get(j, "createdAt")), &created);
            e->left += e->wanted.n_ids || created < e->began_at;
        }
        result_free(r);
    }
    return CLI_DONE;
}

static bool
keep_row(void *ctx, const struct json *row)
{
    struct ending *e = ctx;
    json_push(e->people, json_copy(row));
    return true;
}

static bool
count_row(void *ctx, const struct json *row)
{
    struct ending *e = ctx;
    for (const struct json *j = json_first(e->people); j; j = json_next(j))
        e->left += str_eq(json_str(json_get(j, "id")), json_str(json_get(row, "id")));
    return true;
}

/* Without the extension: who is meant, then one after the other. */
static enum cli_exit
end_of_people(struct ending *e)
{
    const struct op *op = op_get(OP_sessions_delete);
    size_t failed = 0;
    e->people = json_new_array();
    enum cli_exit status = sessions_each(e->cli, &e->wanted, keep_row, e);
    for (const struct json *j = json_first(e->people); j && !status; j = json_next(j)) {
        struct values *v = values_new(op);
        (void)!values_set(v, STR("id"), json_copy(json_get(j, "id")), NULL);
        struct result *r = sessions_ask(e->cli, op, v, json_str(json_get(j, "userId")));
        if (!r)
            return CLI_CANCELLED;
        if (r->err.code && r->err.code != ERR_NOT_FOUND) {
            failed++;
            cli_fail_result(e->cli, r);
        } else {
            e->ended++;
        }
        result_free(r);
        cli_progress(e->cli, "%lld ended", (long long)e->ended);
    }
    cli_progress_end(e->cli);
    return !status && failed ? CLI_PARTIAL : status;
}

/* Looks until it is true, but not for ever. */
static enum cli_exit
read_back(struct ending *e)
{
    enum cli_exit status = CLI_DONE;
    for (unsigned i = 0; i < TRIES && !status; i++) {
        e->left = 0;
        status = e->people ? sessions_each(e->cli, &e->wanted, count_row, e) : count_left(e);
        if (status || !e->left)
            return status;
        if (!wait_for(e->cli, FIRST_WAIT_MS << i))
            status = CLI_CANCELLED;
    }
    if (!status)
        cli_say(e->cli, "the service says done, but %lld of the sessions are still there",
                (long long)e->left);
    return status ? status : CLI_FAILED;
}

static void
write_ending(struct ending *e, bool read)
{
    char until[CLOCK_TEXT_SIZE];
    struct json *out = json_new_object();
    json_set(out, STR("ended"), json_new_i64(e->ended));
    json_set(out, STR("readBack"), json_new_bool(read));
    if (e->people) /* the service does not say how long its tokens last */
        json_set(out, STR("tokensUntil"), json_new_str(STR("unknown")));
    else if (e->tokens_until)
        json_set(out, STR("tokensUntil"),
                 json_new_str(str_of(clock_format(e->tokens_until, until))));
    else
        json_set(out, STR("tokensUntil"), json_new_null());
    (void)cli_write_answer(e->cli, out, NULL);
    json_free(out);
}

static bool
says_which(const struct cli *cli, const struct sessions_wanted *w)
{
    return w->n_ids || str_given(w->user_id) || str_given(w->email) || str_given(w->ip) ||
           str_given(w->client) || cli_given(&cli->args, CLI_OPT_all);
}

/* What was done, and whether it is true. */
static enum cli_exit
end_and_look(struct ending *e)
{
    bool lacks = false;
    enum cli_exit read = CLI_DONE, status = end_them(e, &lacks);
    if (lacks)
        status = end_of_people(e);
    if (e->ended && status != CLI_CANCELLED)
        read = read_back(e);
    if (!status || e->ended)
        write_ending(e, e->ended && !read);
    json_free(e->people);
    size_t missing = (size_t)e->ended < e->wanted.n_ids ? e->wanted.n_ids - (size_t)e->ended : 0;
    if (status || !missing)
        return status ? status : read;
    cli_say(e->cli, "%zu of the sessions were not there", missing);
    return e->ended ? CLI_PARTIAL : CLI_NOT_FOUND;
}

enum cli_exit
cli_run_sessions_revoke(struct cli *cli)
{
    enum cli_exit status;
    struct ending e = {.cli = cli, .wanted = wanted_of(cli)};
    e.wanted.ids = cli->args.rest;
    e.wanted.n_ids = cli->args.n_rest;
    if (!says_which(cli, &e.wanted)) {
        cli_say(cli, "say which sessions: their ids, --user, --ip, --client, or --all");
        return CLI_USAGE;
    }
    if (!cli_connect(cli, &status))
        return status;
    if (!may_end(&e))
        return CLI_REFUSED;
    return end_and_look(&e);
}
