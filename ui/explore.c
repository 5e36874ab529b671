#include "ui/explore.h"
#include "api/curl.h"
#include "api/redact.h"
#include "base/mem.h"
#include "base/secret.h"
#include "ui/form.h"
#include "ui/menu.h"
#include "ui/textview.h"
#include <stdio.h>

enum { PAGE_MAX = 4 << 20, REQUEST_MAX = 32 << 20, NOTE_SIZE = 96 };

static const char hidden[] = "(hidden)";

static const struct resource operations = {.id = "operations",
                                           .title = "Operations",
                                           .singular = "operation",
                                           .row_id = "name",
                                           .row_name = "name"};

/* --- Choosing one --- */

static void
chosen(struct pane *owner, size_t value)
{
    explore_open(owner->app, op_get((enum op_id)value));
}

void
explore_list(struct app *app)
{
    const struct pane *view = app_view(app);
    if (!view)
        return;
    struct menu_item *items = mem_new(OP_COUNT, sizeof *items);
    char(*notes)[NOTE_SIZE] = mem_new(OP_COUNT, NOTE_SIZE);
    for (size_t i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        snprintf(notes[i], NOTE_SIZE, "%s, %s", op->title, method_name(op->method));
        items[i] = (struct menu_item){str_of(op->name), str_of(notes[i]), i};
    }
    app_push(app, menu_new(&(struct menu_setup){.title = "Operations",
                                                .items = items,
                                                .n = OP_COUNT,
                                                .owner = view->serial,
                                                .chosen = chosen}));
    mem_free(items);
    mem_free(notes);
}

static enum confirm
tier_of(const struct op *op)
{
    if (op->flags & OPF_SAFE)
        return CONFIRM_NONE;
    return op->flags & OPF_DESTRUCTIVE ? CONFIRM_DESTROY : CONFIRM_EASY;
}

void
explore_open(struct app *app, const struct op *op)
{
    const struct pane *view = app_view(app);
    struct str tenant = str_of(view ? view->tenant : app->tenant);
    struct action made = {.key = "",
                          .name = op->name,
                          .label = op->title,
                          .op = op->id,
                          .confirm = tier_of(op),
                          .flags = ACTION_EXPLORE};
    struct act_setup setup = {.resource = &operations, .action = &made, .tenant = tenant};
    if (act_refused(app, &setup))
        return;
    struct act *act = act_new(app, &setup, NULL);
    act->made = made;
    act->action = &act->made;
    if (form_needed(act))
        form_open(act);
    else
        act_confirm(act);
}

/* --- What goes out --- */

/* The request without its secrets; false if it cannot be made. Strings live in the arena. */
static bool
encode(const struct act *act, struct arena *a, struct encode_request *out)
{
    struct err err = {0};
    const struct op *op = act->op;
    struct values *v = act_values(act, act->row, &err);
    if (!v)
        return false;
    struct bind_call call = act_call(act, act->row, NULL);
    struct encode_scope scope = {.tenant_id = call.tenant.n ? call.tenant : STR_ABSENT,
                                 .user_id = call.user.n ? call.user : STR_ABSENT};
    redact_secrets(op->params, v->path, STR("***"));
    redact_secrets(op->query, v->query, STR("***"));
    if (v->body)
        redact_secrets(op->body, v->body, STR("***"));
    bool good = !encode_request(v, &scope, a, out, &err);
    values_free(v);
    return good;
}

void
explore_request(const struct act *act, struct buf *out)
{
    struct arena a;
    struct encode_request r;
    arena_init(&a, REQUEST_MAX);
    if (encode(act, &a, &r))
        buf_printf(out, "%s %.*s", method_name(r.method), STR_ARG(r.target));
    else
        buf_printf(out, "%s %s", method_name(act->op->method), act->op->path);
    arena_fini(&a);
}

static void
shell_line(const struct act *act, struct buf *out)
{
    struct arena a;
    struct encode_request r;
    const struct profile *p = client_profile(act->app->client);
    arena_init(&a, REQUEST_MAX);
    if (encode(act, &a, &r))
        curl_write(&(struct curl_line){p->url, p->unix_socket, &r, act->op->auth != AUTH_PUBLIC},
                   out);
    arena_fini(&a);
}

/* --- What comes back --- */

/* Appends the answer; returns how many secrets are hidden in it. */
static size_t
answer_text(const struct op *op, const struct result *r, struct buf *out)
{
    if (!r->json) {
        buf_add_str(out, r->text.n ? r->text : STR("(the answer has no body)"));
        return 0;
    }
    struct json *shown = json_copy(r->json);
    size_t n = redact_answer(op, shown, str_of(hidden));
    json_write_pretty(shown, out);
    json_free(shown);
    return n;
}

void
explore_answer(const struct act *act, const struct result *r)
{
    struct buf page, answer, line;
    buf_init(&page, PAGE_MAX);
    buf_init(&answer, PAGE_MAX / 2);
    buf_init(&line, PAGE_MAX);
    size_t n = answer_text(act->op, r, &answer);
    buf_add_text(&page, "# ");
    explore_request(act, &page);
    buf_printf(&page, "\nstatus\t%d\ntook\t%lld ms\n", r->status, (long long)(r->took_us / 1000));
    if (n)
        buf_printf(&page, "secrets\t%zu hidden\n", n);
    buf_add_char(&page, '\n');
    if (answer.failed)
        buf_add_text(&page, "(the answer is too large to show; `gatehouse call` writes it whole)");
    else
        buf_add_str(&page, buf_str(&answer));
    buf_add_char(&page, '\n');
    shell_line(act, &line);
    struct pane *view = textview_new(act->op->name, buf_str(&page));
    textview_set_copy(view, buf_str(&answer), "the answer");
    if (line.n)
        textview_set_request(view, buf_str(&line));
    app_push(act->app, view);
    secret_buf_fini(&page);
    secret_buf_fini(&answer);
    secret_buf_fini(&line);
}
