/*
 * A help desk's queue: the members of a tenant who have no second factor, one after another. Enrol
 * here, skip, note, or send the person what takes them to an enrolment of their own; what was done is
 * kept, so that the queue can be left and taken up again. Whom the service refuses does not stop it:
 * they are named at the end. Pages are read as the cursor nears the end of what is there.
 */
#include "base/mem.h"
#include "ui/key.h"
#include "ui/menu.h"
#include "ui/mfa_kept.h"
#include "ui/prompt.h"
#include "ui/writing.h"

#include <stdio.h>

enum { QUEUE_MAX = 20000, PAGE = 200, AHEAD = 40, SUMMARY_ROWS = 3, SUMMARY_ROOM = 8, STEP = 10 };

struct entry {
    struct mfa_person who;
    struct mfa_kept kept;
};

struct mfa_queue {
    struct pane pane;
    struct entry *entries;
    size_t n, size, cursor, top;
    int64_t page, seen, total; /* pages asked for, users seen, users of the tenant */
    bool loading, complete;
    size_t done_before;     /* enrolled in an earlier run: they are not in the list any more */
    size_t opened, linking; /* entries under way, SIZE_MAX: none */
    struct json *all;       /* what is kept */
    char failure[300];
};

static struct mfa_queue *
queue_of(struct pane *p)
{
    return (struct mfa_queue *)p;
}

static void
remember(struct mfa_queue *q, const struct entry *e)
{
    mfa_kept_set(q->pane.app, str_of(q->pane.tenant), q->all, str_of(e->who.id), &e->kept);
}

static size_t
count_done(const struct json *all)
{
    size_t n = 0;
    struct mfa_kept kept;
    for (const struct json *j = json_first(all); j; j = json_next(j)) {
        mfa_kept_get(all, json_key(j), &kept);
        n += kept.state == MFA_DONE;
    }
    return n;
}

/* ---- reading ---- */

static void
add_entry(struct mfa_queue *q, const struct json *row)
{
    bool enrolled = false, bypass = false;
    (void)json_to_bool(json_get(row, "mfaEnrolled"), &enrolled);
    (void)json_to_bool(json_get(row, "mfaBypass"), &bypass);
    if (enrolled || bypass || q->n == QUEUE_MAX)
        return;
    if (q->n == q->size) {
        q->size = q->size ? 2 * q->size : PAGE;
        q->entries = mem_resize(q->entries, q->size, sizeof *q->entries);
    }
    struct entry *e = &q->entries[q->n];
    if (!mfa_person_of(&e->who, row, str_of(q->pane.tenant)))
        return;
    mfa_kept_get(q->all, str_of(e->who.id), &e->kept);
    if (e->kept.state == MFA_DONE) { /* and lost it again since */
        e->kept.state = MFA_WAITING;
        q->done_before -= q->done_before > 0;
    }
    q->n++;
}

/* A page leads to the next one: reading and answering call each other. */
static void read_on(struct mfa_queue *q);

static void
got_page(void *ctx, struct result *r)
{
    struct mfa_queue *q = ctx;
    const struct json *items = json_get(r->json, "items");
    q->loading = false;
    q->pane.app->dirty = true;
    if (r->err.code) {
        snprintf(q->failure, sizeof q->failure, "%s. R reads again.", r->err.msg);
        q->complete = true;
    } else {
        for (const struct json *row = json_first(items); row; row = json_next(row))
            add_entry(q, row);
        (void)json_to_i64(json_get(json_get(r->json, "_metadata"), "totalItems"), &q->total);
        q->seen += (int64_t)json_len(items);
        q->page++;
        q->complete = json_len(items) < PAGE || q->n == QUEUE_MAX;
        read_on(q);
    }
    result_free(r);
}

static void
read_on(struct mfa_queue *q)
{
    const struct op *op = op_get(OP_users_list);
    if (q->loading || q->complete || q->cursor + AHEAD < q->n)
        return;
    struct values *v = values_new(op);
    (void)!values_set(v, STR("_limit"), json_new_i64(PAGE), NULL);
    (void)!values_set(v, STR("_offset"), json_new_i64(q->page), NULL);
    (void)!values_set(v, STR("_sortBy"), json_new_str(STR("name")), NULL);
    q->loading = true;
    client_send(q->pane.app->client,
                &(struct client_request){.op = op,
                                         .values = v,
                                         .scope = {.tenant_id = str_of(q->pane.tenant)},
                                         .set = &q->pane.calls,
                                         .done = got_page,
                                         .ctx = q});
}

/* From the first page, with what is kept. */
static void
read_anew(struct mfa_queue *q)
{
    callset_close(&q->pane.calls, q->pane.app->client);
    json_free(q->all);
    q->all = mfa_kept_load(q->pane.app, str_of(q->pane.tenant));
    q->done_before = count_done(q->all);
    q->n = q->cursor = q->top = 0;
    q->page = q->seen = q->total = 0;
    q->loading = q->complete = false;
    q->opened = q->linking = SIZE_MAX;
    q->failure[0] = '\0';
    read_on(q);
}

/* ---- what can be done with the one under the cursor ---- */

static struct entry *
here(struct mfa_queue *q)
{
    return q->cursor < q->n ? &q->entries[q->cursor] : NULL;
}

/* The next one in that state; stays when there is none. */
static void
go_to(struct mfa_queue *q, enum mfa_state state)
{
    for (size_t i = 1; i <= q->n; i++) {
        size_t at = (q->cursor + i) % q->n;
        if (q->entries[at].kept.state != state)
            continue;
        q->cursor = at;
        break;
    }
    read_on(q);
}

static void
set_state(struct mfa_queue *q, size_t at, enum mfa_state state)
{
    q->entries[at].kept.state = state;
    remember(q, &q->entries[at]);
    if (at == q->cursor && state != MFA_WAITING)
        go_to(q, MFA_WAITING);
}

/* Refused or not, the queue goes on. */
static void
told(struct pane *owner, enum mfa_outcome outcome, const char *why)
{
    struct mfa_queue *q = queue_of(owner);
    if (q->opened >= q->n)
        return;
    snprintf(q->entries[q->opened].kept.note, MFA_NOTE, "%s", outcome == MFA_ENROLLED ? "" : why);
    set_state(q, q->opened, outcome == MFA_ENROLLED ? MFA_DONE : MFA_FAILED);
}

static void
enrol(struct mfa_queue *q, enum mfa_method method)
{
    struct entry *e = here(q);
    if (!e || !writing_allowed(q->pane.app))
        return;
    q->opened = q->cursor;
    mfa_enroll_open(q->pane.app,
                    &(struct mfa_enrolment){
                        .who = e->who, .method = method, .owner = q->pane.serial, .told = told});
}

/* Back from what else was opened for the person: are they enrolled now? */
static void
got_enrolled(void *ctx, struct result *r)
{
    struct mfa_queue *q = ctx;
    bool enrolled = false;
    (void)json_to_bool(json_get(r->json, "mfaEnrolled"), &enrolled);
    if (!r->err.code && q->opened < q->n && enrolled &&
        q->entries[q->opened].kept.state != MFA_DONE)
        set_state(q, q->opened, MFA_DONE);
    result_free(r);
}

static void
queue_reload(struct pane *p)
{
    struct mfa_queue *q = queue_of(p);
    if (q->opened >= q->n)
        return;
    const struct mfa_person *who = &q->entries[q->opened].who;
    const struct mfa_value id = {"userId", str_of(who->id)};
    mfa_send(p, who, OP_users_get_vendor, &id, 1, got_enrolled);
}

/* ---- sending something instead ---- */

enum offer { OFFER_LINK, OFFER_PASSWORD, OFFER_COMMAND, OFFERS };

/* Where a factor is demanded, signing in enrols one; there is no message that only enrols. */
static const struct {
    const char *label, *note, *done;
    enum op_id op;
} OFFER_INFO[OFFERS] = {
    [OFFER_LINK] = {"Sign-in link by e-mail", "if links are a way in", "sign-in link sent",
                    OP_passwordless_link_start},
    [OFFER_PASSWORD] = {"Password message by e-mail", "sets a new one", "password message sent",
                        OP_passwords_reset},
    [OFFER_COMMAND] = {"Command for their terminal", "is copied", "command copied", OP_NONE},
};

static void
got_sent(void *ctx, struct result *r)
{
    struct mfa_queue *q = ctx;
    size_t at = q->linking;
    q->linking = SIZE_MAX;
    if (at < q->n && r->err.code) {
        snprintf(q->entries[at].kept.note, MFA_NOTE, "nothing was sent: %s", r->err.msg);
        set_state(q, at, MFA_FAILED);
    } else if (at < q->n) {
        bool link = r->op == op_get(OP_passwordless_link_start);
        snprintf(q->entries[at].kept.note, MFA_NOTE, "%s",
                 OFFER_INFO[link ? OFFER_LINK : OFFER_PASSWORD].done);
        set_state(q, at, MFA_LINK_SENT);
    }
    result_free(r);
}

/* What the person types on a host of theirs. */
static void
copy_command(struct mfa_queue *q, struct entry *e)
{
    struct buf b;
    const struct profile *profile = client_profile(q->pane.app->client);
    if (strchr(e->who.name, '\'') || !strchr(e->who.name, '@') || str_given(profile->unix_socket)) {
        app_note(q->pane.app, TOAST_WARN, "There is no command for %s: %s", e->who.name,
                 str_given(profile->unix_socket) ? "this server is of this console alone"
                                                 : "that is no address for a command line");
        return;
    }
    buf_init(&b, 4096);
    buf_printf(&b, "gatehouse --url '%.*s' enroll --email '%s'", STR_ARG(profile->url),
               e->who.name);
    app_copy(q->pane.app, buf_str(&b), "the command");
    buf_fini(&b);
    snprintf(e->kept.note, MFA_NOTE, "%s", OFFER_INFO[OFFER_COMMAND].done);
    set_state(q, q->cursor, MFA_LINK_SENT);
}

static void
offer_chosen(struct pane *owner, size_t value)
{
    struct mfa_queue *q = queue_of(owner);
    struct entry *e = here(q);
    if (!e)
        return;
    if (value == OFFER_COMMAND) {
        copy_command(q, e);
        return;
    }
    struct json *body = json_new_object();
    bool link = value == OFFER_LINK;
    json_set(body, link ? STR("userId") : STR("email"),
             json_new_str(link ? str_of(e->who.id) : str_of(e->who.name)));
    q->linking = q->cursor;
    mfa_send_body(&q->pane, &e->who, OFFER_INFO[value].op, body, got_sent);
}

static void
offer(struct mfa_queue *q)
{
    struct menu_item items[OFFERS];
    if (!here(q) || q->linking < q->n || !writing_allowed(q->pane.app))
        return;
    for (size_t i = 0; i < OFFERS; i++)
        items[i] = (struct menu_item){str_of(OFFER_INFO[i].label), str_of(OFFER_INFO[i].note), i};
    app_push(q->pane.app, menu_new(&(struct menu_setup){.title = "Send instead",
                                                        .items = items,
                                                        .n = OFFERS,
                                                        .owner = q->pane.serial,
                                                        .chosen = offer_chosen}));
}

static void
note_entered(struct pane *owner, struct str text)
{
    struct mfa_queue *q = queue_of(owner);
    struct entry *e = here(q);
    if (!e)
        return;
    snprintf(e->kept.note, sizeof e->kept.note, "%.*s", STR_ARG(text));
    remember(q, e);
}

/* ---- drawing ---- */

static size_t
count_state(const struct mfa_queue *q, enum mfa_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++)
        n += q->entries[i].kept.state == state;
    return n;
}

static void
draw_entry(const struct entry *e, bool selected, struct canvas *cv, struct rect line)
{
    int name = line.cols * 2 / 5, state = 11;
    const struct mfa_state_info *info = &mfa_state_info[e->kept.state];
    enum role base = selected ? ROLE_ROW_SELECTED : ROLE_TEXT;
    canvas_fill(cv, line, base);
    struct place at = {line, line.row, line.col + 1, name, base};
    canvas_text(cv, at, str_of(e->who.name));
    at = (struct place){line, line.row, line.col + name + 2, state, selected ? base : info->role};
    canvas_text(cv, at, str_of(info->label));
    at = (struct place){line, line.row, line.col + name + state + 3, line.cols - name - state - 4,
                        base};
    if (at.cells > 0)
        canvas_text(cv, at, str_of(e->kept.note));
}

static bool
is_finished(const struct mfa_queue *q)
{
    return q->complete && !q->failure[0] && q->n && count_state(q, MFA_WAITING) == 0;
}

/* Who is left over, by name. */
static void
add_failed(const struct mfa_queue *q, struct buf *out)
{
    const char *separator = " Not done: ";
    for (size_t i = 0; i < q->n; i++) {
        const struct entry *e = &q->entries[i];
        if (e->kept.state != MFA_FAILED && e->kept.state != MFA_HALF_REPLACED)
            continue;
        buf_printf(out, "%s%s (%s)", separator, e->who.name, e->kept.note);
        separator = ", ";
    }
    if (separator[0] == ',')
        buf_add_text(out, ". F goes to the next of them.");
}

static void
draw_end(const struct mfa_queue *q, struct canvas *cv, struct rect r)
{
    struct buf b;
    buf_init(&b, 4096);
    if (q->failure[0])
        buf_add_text(&b, q->failure);
    else
        buf_add_text(&b, "That was everybody.");
    if (!q->failure[0])
        add_failed(q, &b);
    struct rect text = {r.row, r.col + 1, r.rows, r.cols - 2};
    (void)pane_wrap(cv, text, 0, q->failure[0] || count_state(q, MFA_FAILED) ? ROLE_BAD : ROLE_GOOD,
                    buf_str(&b));
    buf_fini(&b);
}

static void
draw_entries(struct mfa_queue *q, struct canvas *cv, struct rect r)
{
    size_t rows = r.rows > 0 ? (size_t)r.rows : 1;
    if (q->cursor < q->top)
        q->top = q->cursor;
    if (q->cursor >= q->top + rows)
        q->top = q->cursor - rows + 1;
    for (size_t i = q->top; i < q->n && i < q->top + rows; i++) {
        struct rect line = {r.row + (int)(i - q->top), r.col, 1, r.cols};
        draw_entry(&q->entries[i], i == q->cursor, cv, line);
        if (i == q->cursor)
            canvas_cursor(cv, line.row, line.col);
    }
}

static void
queue_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct mfa_queue *q = queue_of(p);
    if (q->failure[0] || is_finished(q)) {
        struct rect end = rect_cut_bottom(&r, r.rows > SUMMARY_ROOM ? SUMMARY_ROWS : 1);
        draw_end(q, cv, end);
    }
    if (!q->n && !q->failure[0])
        pane_text(cv, r, 1, 2, ROLE_DIM,
                  q->complete ? STR("Everybody here has a second factor.") : STR("Reading ..."));
    draw_entries(q, cv, r);
}

static void
queue_info(const struct pane *p, struct buf *out)
{
    const struct mfa_queue *q = (const struct mfa_queue *)p;
    static const struct {
        enum mfa_state state;
        const char *label;
    } rest[] = {{MFA_SKIPPED, "skipped"}, {MFA_LINK_SENT, "sent"}, {MFA_FAILED, "failed"}};
    buf_printf(out, "%zu of %zu%s enrolled", q->done_before + count_state(q, MFA_DONE),
               q->done_before + q->n, q->complete ? "" : "+");
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        size_t n = count_state(q, rest[i].state);
        if (n)
            buf_printf(out, ", %zu %s", n, rest[i].label);
    }
    if (!q->complete && q->total)
        buf_printf(out, " | %lld of %lld users read", (long long)q->seen, (long long)q->total);
}

/* ---- keys ---- */

static bool
queue_command(struct pane *p, enum command cmd)
{
    struct mfa_queue *q = queue_of(p);
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        q->cursor += q->cursor + 1 < q->n;
        break;
    case COMMAND_MOVE_UP:
        q->cursor -= q->cursor > 0;
        break;
    case COMMAND_FIRST:
        q->cursor = 0;
        break;
    case COMMAND_LAST:
        q->cursor = q->n ? q->n - 1 : 0;
        break;
    case COMMAND_PAGE_DOWN:
        q->cursor = q->cursor + STEP < q->n ? q->cursor + STEP : q->n ? q->n - 1 : 0;
        break;
    case COMMAND_PAGE_UP:
        q->cursor -= q->cursor < STEP ? q->cursor : STEP;
        break;
    case COMMAND_OPEN:
        enrol(q, MFA_APP);
        break;
    case COMMAND_ADD:
        enrol(q, MFA_SMS);
        break;
    case COMMAND_RELOAD:
        read_anew(q);
        return true;
    default:
        return false;
    }
    read_on(q);
    return true;
}

static bool
queue_key(struct pane *p, uint32_t key)
{
    struct mfa_queue *q = queue_of(p);
    struct entry *e = here(q);
    if (key == 'P')
        mfa_policy_open(p->app, str_of(p->tenant));
    if (!e || key > 127 || !strchr("SiLmF", (int)key))
        return key == 'P';
    if (key == 'S')
        set_state(q, q->cursor, e->kept.state == MFA_SKIPPED ? MFA_WAITING : MFA_SKIPPED);
    if (key == 'L')
        offer(q);
    if (key == 'F')
        go_to(q, MFA_FAILED);
    if (key == 'm') {
        q->opened = q->cursor;
        mfa_view_open(p->app, &e->who);
    }
    if (key == 'i')
        prompt_open(p->app, &(struct prompt_setup){.label = "note: ",
                                                   .preset = str_of(e->kept.note),
                                                   .owner = p->serial,
                                                   .entered = note_entered});
    return true;
}

static void
queue_crumb(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "Without a second factor");
}

static void
queue_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Enter", "enrol here");
    hint_add(h, "S", "skip");
    hint_add(h, "L", "send instead");
    hint_add(h, "i", "note");
    hint_add(h, "a", "phone by SMS");
    hint_add(h, "F", "next failed");
    hint_add(h, "m", "MFA of the user");
}

static void
queue_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out,
                 "# Queue of those without a second factor\n"
                 "Enter\tenrol an authenticator app here, then the next one\n"
                 "a\tenrol a phone for codes by SMS\n"
                 "S\tskip, or take up again\n"
                 "L\tsend something instead; where a factor is required, signing in enrols one\n"
                 "i\twrite a note\n"
                 "F\tthe next one who failed\n"
                 "m\twhat the person has\n"
                 "P\tpolicy and strategies of the tenant\n"
                 "R\tread again, with what is kept\n");
}

static void
queue_close(struct pane *p)
{
    struct mfa_queue *q = queue_of(p);
    json_free(q->all);
    mem_free(q->entries);
}

static const struct pane_ops queue_ops = {.name = "queue of second factors",
                                          .close = queue_close,
                                          .draw = queue_draw,
                                          .command = queue_command,
                                          .key = queue_key,
                                          .crumb = queue_crumb,
                                          .hints = queue_hints,
                                          .info = queue_info,
                                          .help = queue_help,
                                          .reload = queue_reload};

void
mfa_queue_open(struct app *app, struct str tenant)
{
    struct mfa_queue *q = mem_new(1, sizeof *q);
    q->pane.ops = &queue_ops;
    snprintf(q->pane.tenant, sizeof q->pane.tenant, "%.*s", STR_ARG(tenant));
    app_push(app, &q->pane);
    read_anew(q);
}
