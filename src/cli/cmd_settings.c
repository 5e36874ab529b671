/*
 * gatehouse settings export, plan, apply and compare: the settings of an environment, or of a tenant,
 * as a file. Applying writes only what differs, reads back what it wrote, and never deletes, so the
 * same file again has nothing to do.
 */
#include "base/file.h"
#include "base/mem.h"
#include "cli/rows.h"
#include "cli/settings_io.h"
#include <stdio.h>

enum { SETTINGS_MAX = 64 << 20, FORM = 1, LONG_TEXT = 60, MESSAGE_SIZE = 300 };

/* --- What all of them share --- */

/* Whether --only names the setting, or is not given. */
static bool
is_wanted(const struct cli *cli, const struct setting *s)
{
    struct str rest = cli->args.opt[CLI_OPT_only], name;
    if (!str_given(rest))
        return true;
    while (str_next(&rest, ',', &name)) {
        if (str_eq(str_trim(name), str_of(s->name)))
            return true;
    }
    return false;
}

static bool
only_is_right(struct cli *cli)
{
    struct str rest = cli->args.opt[CLI_OPT_only], name;
    while (str_given(rest) && str_next(&rest, ',', &name)) {
        if (setting_find(str_trim(name)))
            continue;
        struct buf names;
        buf_init(&names, 4096);
        for (size_t i = 0; i < setting_count(); i++)
            buf_printf(&names, "%s%s", i ? ", " : "", setting_at(i)->name);
        cli_say(cli, "--only: there is no setting %.*s; there are %s", STR_ARG(str_trim(name)),
                names.p);
        buf_fini(&names);
        return false;
    }
    return true;
}

/* What ends all: the next setting would fare no better. */
static bool
ends_all(enum cli_exit status)
{
    return status == CLI_SIGN_IN || status == CLI_NETWORK || status == CLI_CANCELLED ||
           status == CLI_USAGE;
}

/* Not of a tenant, when a tenant is asked about: that is no failure. */
static bool
is_elsewhere(const struct cli *cli, const struct setting *s)
{
    return client_tenant(cli->client).n && !(op_get(s->get)->ctx & CTX_TENANT);
}

/* Reads all that are wanted into an object by name. *failed counts what could not be had; false if
 * it ended early with *status. */
static bool
read_all(struct settings *all, struct json *out, size_t *failed, enum cli_exit *status)
{
    struct cli *cli = all->cli;
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        if (!is_wanted(cli, s) || is_elsewhere(cli, s))
            continue;
        cli_progress(cli, "reading %s", s->name);
        const struct setting_state *state = settings_read(all, s);
        if (state->status != CLI_DONE) {
            cli_say(cli, "%s: left out: %s", s->name, state->why);
            ++*failed;
            *status = state->status;
            if (ends_all(state->status))
                return false;
        } else if (state->value) {
            json_set(out, str_of(s->name), json_copy(state->value));
        }
    }
    cli_progress_end(cli);
    return true;
}

/* --- export --- */

static enum cli_exit
write_file(struct cli *cli, const struct json *document)
{
    struct err err;
    struct buf text;
    struct str path = cli->args.opt[CLI_OPT_out];
    if (!str_given(path)) {
        out_json(&cli->out, document, true);
        out_text(&cli->out, "\n");
        return CLI_DONE;
    }
    buf_init(&text, SETTINGS_MAX);
    json_write_pretty(document, &text);
    buf_add_char(&text, '\n');
    enum err_code code = file_write_new(arena_cstr(&cli->arena, path), buf_str(&text), 0600, &err);
    buf_fini(&text);
    return code ? cli_fail(cli, &err) : CLI_DONE;
}

static enum cli_exit
export_all(struct cli *cli)
{
    struct settings all;
    size_t failed = 0;
    enum cli_exit status = CLI_DONE;
    struct json *document = json_new_object(), *values = json_new_object();
    settings_init(&all, cli);
    bool whole = read_all(&all, values, &failed, &status);
    bool some = json_len(values) > 0;
    json_set(document, STR("form"), json_new_i64(FORM));
    json_set(document, STR("settings"), values);
    if (whole && (some || !failed)) {
        status = write_file(cli, document);
        if (!status && failed)
            status = CLI_PARTIAL;
    }
    json_free(document);
    settings_fini(&all);
    return status;
}

enum cli_exit
cli_run_settings_export(struct cli *cli)
{
    enum cli_exit status;
    if (!only_is_right(cli))
        return CLI_USAGE;
    if (cli_given(&cli->args, CLI_OPT_output) && cli->format != CLI_JSON) {
        cli_say(cli, "settings are written as JSON");
        return CLI_USAGE;
    }
    return cli_connect(cli, &status) ? export_all(cli) : status;
}

/* --- Rows of differences --- */

/* Gathered, since a table is as wide as what is in it. */
struct lines {
    struct rows rows;
    struct json *list;
    const char *result; /* of the rows that come */
    char only[2][192];  /* of items that one side has: of the first, of the second; "": `result` */
};

static void
lines_init(struct lines *l, struct cli *cli)
{
    l->list = json_new_array();
    l->rows = (struct rows){.out = &cli->out, .format = cli->format, .screen = cli_screen(cli)};
    if (!rows_columns(&l->rows, STR("setting,item,field,before,after,result"), NULL))
        ASSERT(!"six columns are not too many");
}

static void
lines_end(struct lines *l)
{
    rows_write(&l->rows, l->list, json_len(l->list));
    rows_end(&l->rows);
    json_free(l->list);
}

static bool
is_in(const struct json *list, const struct json *value)
{
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        if (json_equal(it, value))
            return true;
    }
    return false;
}

/* Of a list what the other side does not have, and how many elements both have. */
static struct json *
shown_list(const struct json *list, const struct json *other)
{
    struct buf text;
    size_t same = 0, n = 0;
    buf_init(&text, 64 * 1024);
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        if (is_in(other, it)) {
            same++;
            continue;
        }
        buf_add_text(&text, n++ ? ", " : "");
        rows_text(&text, it);
    }
    if (same)
        buf_printf(&text, "%s(%zu in both)", n ? " " : "", same);
    struct json *shown = json_new_str(buf_str(&text));
    buf_fini(&text);
    return shown;
}

/* In a table a whole template, or role, would be in the way. */
static struct json *
shown(const struct lines *l, const struct json *value, const struct json *other)
{
    struct str text = json_str(value);
    bool is_long = text.n > LONG_TEXT || str_find_char(text, '\n') >= 0;
    char size[48];
    if (!value)
        return json_new_null();
    if (l->rows.format != CLI_TABLE)
        return json_copy(value);
    if (json_type(value) == JSON_ARRAY)
        return shown_list(value, other);
    if (json_type(value) == JSON_OBJECT)
        snprintf(size, sizeof size, "(%zu members)", json_len(value));
    else if (is_long)
        snprintf(size, sizeof size, "(%zu bytes)", text.n);
    else
        return json_copy(value);
    return json_new_str(str_of(size));
}

static void
add_line(void *ctx, const struct setting_change *c)
{
    struct lines *l = ctx;
    struct json *row = json_new_object();
    json_set(row, STR("setting"), json_new_str(str_of(c->setting->name)));
    json_set(row, STR("item"), json_new_str(str_given(c->item) ? c->item : STR("")));
    json_set(row, STR("field"), json_new_str(c->field));
    json_set(row, STR("before"), shown(l, c->before, c->after));
    json_set(row, STR("after"), shown(l, c->after, c->before));
    const char *only = !c->after ? l->only[0] : !c->before ? l->only[1] : "";
    json_set(row, STR("result"), json_new_str(str_of(only[0] && !c->field.n ? only : l->result)));
    json_push(l->list, row);
}

/* --- plan and apply --- */

struct outcome {
    bool differs, tried;
    enum err_code code;
    char message[MESSAGE_SIZE];
};

struct run {
    struct cli *cli;
    struct settings all;
    struct lines lines;
    struct json *file; /* the settings of the file, by name */
    bool apply;
    size_t same, changed, created, refused;
    enum cli_exit ended; /* why it ended early, or CLI_DONE */
};

/* The items of a setting as a list, also of one object. */
static const struct json *
first_of(const struct setting *s, const struct json *value)
{
    return setting_is_list(s) ? json_first(value) : value;
}

static const struct json *
next_of(const struct setting *s, const struct json *item)
{
    return setting_is_list(s) ? json_next(item) : NULL;
}

static const struct json *
match(const struct setting *s, const struct json *value, const struct json *item)
{
    return setting_is_list(s) ? setting_item(s, value, json_str(json_get(item, s->key))) : value;
}

/* Why a difference cannot be written, or NULL. */
static const char *
obstacle(const struct setting *s, const struct json *now)
{
    if (setting_is_shown(s))
        return "cannot be written without its secret";
    if (now && s->set == SETTING_NONE)
        return "cannot be changed: delete it, then apply";
    return NULL;
}

static void
write_item(struct run *run, const struct setting *s, const struct json *now,
           const struct json *wanted, struct outcome *out)
{
    struct err err = {0};
    struct json *whole = setting_merge(now, wanted);
    cli_progress(run->cli, "writing %s", s->name);
    out->tried = true;
    out->code = settings_write(&run->all, s, whole, &err);
    snprintf(out->message, sizeof out->message, "refused: %s", err.msg);
    json_free(whole);
    enum cli_exit status = cli_exit_code(out->code);
    if (out->code && ends_all(status))
        run->ended = status;
}

/* What came of writing an item. `after`: as it is now, read back. */
static const char *
result_of(const struct setting *s, const struct json *item, const struct outcome *out,
          const struct json *after)
{
    if (!out->tried)
        return "not tried";
    if (out->code)
        return out->message;
    if (!after || setting_diff_item(s, after, item, false, NULL, NULL))
        return "not taken over by the service";
    return NULL;
}

/* Says of one item what differs and what came of it. */
static void
tell_item(struct run *run, const struct setting *s, const struct json *before,
          const struct json *item, const struct outcome *out, const struct json *after)
{
    const char *bad = obstacle(s, before);
    if (!bad && run->apply)
        bad = result_of(s, item, out, after);
    if (bad)
        run->refused++;
    else if (before)
        run->changed++;
    else
        run->created++;
    const char *good = before ? "changed" : "created";
    if (!run->apply)
        good = before ? "would change" : "would be created";
    run->lines.result = bad ? bad : good;
    if (before || !setting_is_list(s)) {
        setting_diff_item(s, before, item, false, add_line, &run->lines);
    } else {
        struct setting_change whole = {s, json_str(json_get(item, s->key)), STR(""), NULL, item};
        add_line(&run->lines, &whole);
    }
}

static void
say_extra(struct run *run, const struct setting *s, const struct json *now,
          const struct json *wanted)
{
    struct buf names;
    size_t n = 0;
    buf_init(&names, 2048);
    for (const struct json *it = setting_is_list(s) ? json_first(now) : NULL; it;
         it = json_next(it)) {
        struct str key = json_str(json_get(it, s->key));
        if (!setting_item(s, wanted, key))
            buf_printf(&names, "%s%.*s", n++ ? ", " : "", STR_ARG(key));
    }
    if (n)
        cli_say(run->cli, "%s: %zu that the file does not have stay: %.*s%s", s->name, n,
                STR_ARG(buf_str(&names)), names.failed ? " ..." : "");
    buf_fini(&names);
}

static void
run_items(struct run *run, const struct setting *s, const struct json *before,
          const struct json *wanted, struct outcome *outcomes)
{
    bool wrote = false;
    size_t i = 0;
    for (const struct json *it = first_of(s, wanted); it; it = next_of(s, it), i++) {
        const struct json *now = match(s, before, it);
        outcomes[i].differs = !now || setting_diff_item(s, now, it, false, NULL, NULL) > 0;
        run->same += !outcomes[i].differs;
        if (!run->apply || !outcomes[i].differs || obstacle(s, now) || run->ended)
            continue;
        write_item(run, s, now, it, &outcomes[i]);
        wrote = true;
    }
    if (wrote)
        settings_forget(&run->all, s);
    const struct json *after = wrote && !run->ended ? settings_read(&run->all, s)->value : NULL;
    i = 0;
    for (const struct json *it = first_of(s, wanted); it; it = next_of(s, it), i++)
        if (outcomes[i].differs)
            tell_item(run, s, match(s, before, it), it, &outcomes[i], match(s, after, it));
}

static void
run_setting(struct run *run, const struct setting *s, const struct json *wanted)
{
    const struct setting_state *state = settings_read(&run->all, s);
    if (is_elsewhere(run->cli, s) || state->status != CLI_DONE) {
        cli_say(run->cli, "%s: left out: %s", s->name,
                state->why[0] ? state->why : "it is of the whole environment, not of a tenant");
        run->refused++;
        if (ends_all(state->status))
            run->ended = state->status;
        return;
    }
    size_t n = setting_is_list(s) ? json_len(wanted) : 1;
    struct outcome *outcomes = mem_new(n ? n : 1, sizeof *outcomes);
    struct json *before = state->value ? json_copy(state->value) : NULL;
    run_items(run, s, before, wanted, outcomes);
    say_extra(run, s, before, wanted);
    json_free(before);
    mem_free(outcomes);
}

static enum cli_exit
report(struct run *run)
{
    const char *would = run->apply ? "" : "would be ";
    lines_end(&run->lines);
    if (!run->changed && !run->created && !run->refused && !run->ended)
        cli_say(run->cli, "there is nothing to do: %zu as the file says", run->same);
    else
        cli_say(run->cli, "%zu %schanged, %zu %screated, %zu not possible, %zu as the file says",
                run->changed, would, run->created, would, run->refused, run->same);
    bool some = run->changed + run->created > 0;
    if (run->ended)
        return run->apply && some ? CLI_PARTIAL : run->ended;
    if (!run->refused)
        return CLI_DONE;
    return some || run->same ? CLI_PARTIAL : CLI_FAILED;
}

static enum err_code
check_settings(struct cli *cli, const struct json *values, struct err *err)
{
    if (json_type(values) != JSON_OBJECT)
        return err_set(err, ERR_USAGE, "it holds no \"settings\"");
    for (const struct json *it = json_first(values); it; it = json_next(it)) {
        const struct setting *s = setting_find(json_key(it));
        if (!s)
            return err_set(err, ERR_USAGE, "there is no setting \"%.*s\"", STR_ARG(json_key(it)));
        if (is_wanted(cli, s) && setting_check(s, it, err))
            return err->code;
    }
    return ERR_OK;
}

/* The settings of the file; NULL after saying what is wrong. */
static struct json *
read_file(struct cli *cli, struct str path, enum cli_exit *status)
{
    struct err err;
    struct str text;
    int64_t form = 0;
    bool input = str_eq(path, STR("-"));
    struct str argument = input ? STR("@-") : arena_printf(&cli->arena, "@%.*s", STR_ARG(path));
    struct json *document = NULL, *values = NULL;
    enum err_code code = cli_text_argument(cli, argument, &text, &err);
    if (!code && !(document = json_parse(text, SETTINGS_MAX, &err)))
        code = err.code;
    if (!code && (!json_to_i64(json_get(document, "form"), &form) || form != FORM))
        code = err_set(&err, ERR_USAGE, "it is no file of settings of this version");
    if (!code)
        code = check_settings(cli, json_get(document, "settings"), &err);
    if (!code)
        values = json_detach(document, STR("settings"));
    json_free(document);
    if (code) {
        err_prefix(&err, "%.*s", STR_ARG(path));
        *status = cli_fail(cli, &err);
    }
    return values;
}

static enum cli_exit
run_file(struct cli *cli, struct json *file, bool apply)
{
    struct run run = {.cli = cli, .file = file, .apply = apply};
    settings_init(&run.all, cli);
    lines_init(&run.lines, cli);
    for (size_t i = 0; i < setting_count() && !run.ended; i++) {
        const struct setting *s = setting_at(i);
        const struct json *wanted = json_get(file, s->name);
        if (wanted && is_wanted(cli, s))
            run_setting(&run, s, wanted);
    }
    enum cli_exit status = report(&run);
    settings_fini(&run.all);
    return status;
}

static enum cli_exit
plan_or_apply(struct cli *cli, bool apply)
{
    enum cli_exit status = CLI_FAILED;
    if (!only_is_right(cli))
        return CLI_USAGE;
    struct json *file = read_file(cli, cli->args.rest[0], &status);
    if (!file)
        return status;
    if (cli_connect(cli, &status)) {
        if (apply && cli->profile.read_only) {
            cli_say(cli, "the profile %.*s is read-only; nothing was sent",
                    STR_ARG(cli->profile.name));
            status = CLI_REFUSED;
        } else if (apply && !cli_confirmed(cli, "this changes settings")) {
            status = CLI_REFUSED;
        } else {
            status = run_file(cli, file, apply);
        }
    }
    json_free(file);
    return status;
}

enum cli_exit
cli_run_plan(struct cli *cli)
{
    return plan_or_apply(cli, false);
}

enum cli_exit
cli_run_apply(struct cli *cli)
{
    return plan_or_apply(cli, true);
}

/* --- compare --- */

struct side {
    struct str name;
    struct json *values;
    char place[512];
    size_t failed;
};

static bool
read_side(struct cli *cli, struct side *side, enum cli_exit *status)
{
    struct settings all;
    cli->args.opt[CLI_OPT_profile] = side->name;
    if (!cli_connect(cli, status))
        return false;
    const struct profile *p = &cli->profile;
    snprintf(side->place, sizeof side->place, "%.*s %.*s %.*s %.*s", STR_ARG(p->url),
             STR_ARG(p->unix_socket), STR_ARG(p->client_id), STR_ARG(p->tenant));
    settings_init(&all, cli);
    side->values = json_new_object();
    bool whole = read_all(&all, side->values, &side->failed, status);
    settings_fini(&all);
    client_free(cli->client);
    cli->client = NULL;
    return whole;
}

static enum cli_exit
tell_differences(struct cli *cli, const struct side *a, const struct side *b)
{
    struct lines lines = {.result = "differs"};
    size_t n = 0, same = 0;
    lines_init(&lines, cli);
    snprintf(lines.only[0], sizeof lines.only[0], "only in %.*s", STR_ARG(a->name));
    snprintf(lines.only[1], sizeof lines.only[1], "only in %.*s", STR_ARG(b->name));
    for (size_t i = 0; i < setting_count(); i++) {
        const struct setting *s = setting_at(i);
        const struct json *x = json_get(a->values, s->name), *y = json_get(b->values, s->name);
        size_t found = x || y ? setting_diff(s, x, y, true, add_line, &lines) : 0;
        n += found;
        same += (x || y) && !found;
    }
    lines_end(&lines);
    cli_say(cli,
            "%zu differences between %.*s (before) and %.*s (after); %zu settings are the same", n,
            STR_ARG(a->name), STR_ARG(b->name), same);
    if (a->failed || b->failed)
        return CLI_PARTIAL;
    return n ? CLI_CONFLICT : CLI_DONE;
}

enum cli_exit
cli_run_compare(struct cli *cli)
{
    struct side a = {.name = cli->args.rest[0]}, b = {.name = cli->args.rest[1]};
    enum cli_exit status = CLI_DONE;
    if (!only_is_right(cli))
        return CLI_USAGE;
    if (cli_given(&cli->args, CLI_OPT_profile) || cli_given(&cli->args, CLI_OPT_url)) {
        cli_say(cli, "compare takes its two profiles as arguments");
        return CLI_USAGE;
    }
    bool read = read_side(cli, &a, &status) && read_side(cli, &b, &status);
    if (read && strcmp(a.place, b.place) == 0) {
        cli_say(cli, "both are the same environment; is GATEHOUSE_URL set?");
        status = CLI_USAGE;
    } else if (read) {
        status = tell_differences(cli, &a, &b);
    }
    json_free(a.values);
    json_free(b.values);
    return status;
}
