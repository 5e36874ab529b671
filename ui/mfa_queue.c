/*
 * A help desk's queue: the members of a tenant who have no second factor, one after another. Enrol
 * here, skip, note, or send the person a sign-in link instead; what was done is kept, so that the
 * queue can be left and taken up again. Pages are read as the cursor nears the end of what is there.
 */
#include "ui/mfa.h"

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "ui/key.h"
#include "ui/prompt.h"

#include <stdio.h>

enum { QUEUE_MAX = 20000, PAGE = 200, AHEAD = 40, NOTE_MAX = 300, STATE_MAX = 8 * 1024 * 1024 };

enum entry_state { WAITING, DONE, SKIPPED, LINK_SENT, FAILED };

static const struct {
    const char *word, *label;
    enum role role;
} STATES[] = {
    [WAITING] = {"waiting", "", ROLE_TEXT},       [DONE] = {"done", "enrolled", ROLE_GOOD},
    [SKIPPED] = {"skipped", "skipped", ROLE_DIM}, [LINK_SENT] = {"link", "link sent", ROLE_LINK},
    [FAILED] = {"failed", "failed", ROLE_BAD},
};

struct entry {
    struct mfa_person who;
    enum entry_state state;
    char note[NOTE_MAX];
};

struct mfa_queue {
    struct pane pane;
    struct entry *entries;
    size_t n, size, cursor, top;
    int64_t page, seen, total; /* pages asked for, users seen, users of the tenant */
    bool loading, complete;
    size_t enrolling, linking; /* entries under way, SIZE_MAX: none */
    struct json *kept;         /* what was done earlier: {id: {state, note}} */
    char failure[300];
};

static struct mfa_queue *
queue_of(struct pane *p)
{
    return (struct mfa_queue *)p;
}

/* ---- what is kept between runs ---- */

/* One file for each server and tenant; names of both may hold anything, so they are encoded. */
static struct str
state_path(const struct mfa_queue *q, struct arena *a)
{
    struct buf name;
    struct str folder = file_xdg_dir("STATE", a);
    buf_init(&name, 4096);
    buf_add_urlencoded(&name, profile_host(client_profile(q->pane.app->client)));
    buf_add_char(&name, '_');
    buf_add_urlencoded(&name, str_of(q->pane.tenant));
    struct str path = str_given(folder) ? arena_printf(a, "%.*s/mfa-queue-%.*s.json",
                                                       STR_ARG(folder), STR_ARG(buf_str(&name)))
                                        : STR_ABSENT;
    buf_fini(&name);
    return path;
}

static void
load_kept(struct mfa_queue *q)
{
    struct arena a;
    struct str text;
    arena_init(&a, 2 * STATE_MAX);
    struct str path = state_path(q, &a);
    if (str_given(path) && file_read(path.p, STATE_MAX, &a, &text, NULL) == ERR_OK)
        q->kept = json_parse(text, STATE_MAX, NULL);
    if (json_type(q->kept) != JSON_OBJECT) {
        json_free(q->kept);
        q->kept = json_new_object();
    }
    arena_fini(&a);
}

static void
save_kept(struct mfa_queue *q)
{
    struct arena a;
    struct buf text;
    struct err err;
    arena_init(&a, 64 * 1024);
    buf_init(&text, STATE_MAX);
    struct str path = state_path(q, &a), folder = file_xdg_dir("STATE", &a);
    json_write(q->kept, &text);
    if (str_given(path) && (file_make_dirs(arena_cstr(&a, folder), &err) ||
                            file_write(path.p, buf_str(&text), 0600, &err)))
        app_note(q->pane.app, TOAST_WARN, "The queue's progress is not kept: %s", err.msg);
    buf_fini(&text);
    arena_fini(&a);
}

static void
remember(struct mfa_queue *q, const struct entry *e)
{
    struct json *j = json_new_object();
    json_set(j, STR("state"), json_new_str(str_of(STATES[e->state].word)));
    json_set(j, STR("note"), json_new_str(str_of(e->note)));
    json_set(q->kept, str_of(e->who.id), j);
    save_kept(q);
    q->pane.app->dirty = true;
}

static void
recall(const struct mfa_queue *q, struct entry *e)
{
    const struct json *j = json_get(q->kept, e->who.id);
    struct str word = json_str(json_get(j, "state"));
    for (size_t i = 0; i < COUNT_OF(STATES); i++)
        if (str_eq(word, str_of(STATES[i].word)) && i != DONE)
            e->state = (enum entry_state)i;
    snprintf(e->note, sizeof e->note, "%.*s", STR_ARG(json_str(json_get(j, "note"))));
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
    *e = (struct entry){.state = WAITING};
    if (!mfa_person_of(&e->who, row, str_of(q->pane.tenant)))
        return;
    recall(q, e);
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
        snprintf(q->failure, sizeof q->failure, "%s", r->err.msg);
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

/* ---- what can be done with the one under the cursor ---- */

static struct entry *
here(struct mfa_queue *q)
{
    return q->cursor < q->n ? &q->entries[q->cursor] : NULL;
}

/* The next one nobody has dealt with; stays when there is none. */
static void
go_on(struct mfa_queue *q)
{
    for (size_t i = q->cursor + 1; i < q->n; i++)
        if (q->entries[i].state == WAITING) {
            q->cursor = i;
            break;
        }
    read_on(q);
}

static void
set_state(struct mfa_queue *q, size_t at, enum entry_state state)
{
    q->entries[at].state = state;
    remember(q, &q->entries[at]);
    if (at == q->cursor && state != WAITING)
        go_on(q);
}

static void
enrol(struct mfa_queue *q)
{
    struct entry *e = here(q);
    if (!e || mfa_refuse_read_only(q->pane.app))
        return;
    q->enrolling = q->cursor;
    mfa_enroll_open(q->pane.app, &e->who, MFA_APP);
}

/* Back from an enrolment: was it done? */
static void
got_enrolled(void *ctx, struct result *r)
{
    struct mfa_queue *q = ctx;
    bool enrolled = false;
    (void)json_to_bool(json_get(r->json, "mfaEnrolled"), &enrolled);
    if (!r->err.code && q->enrolling < q->n && enrolled)
        set_state(q, q->enrolling, DONE);
    if (!r->err.code)
        q->enrolling = SIZE_MAX;
    result_free(r);
}

static void
queue_reload(struct pane *p)
{
    struct mfa_queue *q = queue_of(p);
    if (q->enrolling >= q->n)
        return;
    const struct mfa_person *who = &q->entries[q->enrolling].who;
    const struct mfa_value id = {"userId", str_of(who->id)};
    mfa_send(p, who, OP_users_get_vendor, &id, 1, got_enrolled);
}

static void
got_link(void *ctx, struct result *r)
{
    struct mfa_queue *q = ctx;
    size_t at = q->linking;
    q->linking = SIZE_MAX;
    if (at < q->n) {
        snprintf(q->entries[at].note, NOTE_MAX, "%s",
                 r->err.code ? r->err.msg : "sign-in link sent by e-mail");
        set_state(q, at, r->err.code ? FAILED : LINK_SENT);
    }
    result_free(r);
}

/* A link to sign in: where a factor is demanded, sign-in enrols one. */
static void
send_link(struct mfa_queue *q)
{
    struct entry *e = here(q);
    if (!e || q->linking < q->n || mfa_refuse_read_only(q->pane.app))
        return;
    struct json *body = json_new_object();
    json_set(body, STR("userId"), json_new_str(str_of(e->who.id)));
    q->linking = q->cursor;
    mfa_send_body(&q->pane, &e->who, OP_passwordless_link_start, body, got_link);
}

static void
note_entered(struct pane *owner, struct str text)
{
    struct mfa_queue *q = queue_of(owner);
    struct entry *e = here(q);
    if (!e)
        return;
    snprintf(e->note, sizeof e->note, "%.*s", STR_ARG(text));
    remember(q, e);
}

/* ---- drawing ---- */

static size_t
count_state(const struct mfa_queue *q, enum entry_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++)
        n += q->entries[i].state == state;
    return n;
}

static void
draw_entry(const struct entry *e, bool selected, struct canvas *cv, struct rect line)
{
    int name = line.cols * 2 / 5, state = 10;
    enum role base = selected ? ROLE_ROW_SELECTED : ROLE_TEXT;
    canvas_fill(cv, line, base);
    struct place at = {line, line.row, line.col + 1, name, base};
    canvas_text(cv, at, str_of(e->who.name));
    at = (struct place){line, line.row, line.col + name + 2, state,
                        selected ? base : STATES[e->state].role};
    canvas_text(cv, at, str_of(STATES[e->state].label));
    at = (struct place){line, line.row, line.col + name + state + 3, line.cols - name - state - 4,
                        base};
    if (at.cells > 0)
        canvas_text(cv, at, str_of(e->note));
}

static void
queue_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct mfa_queue *q = queue_of(p);
    size_t rows = r.rows > 0 ? (size_t)r.rows : 1;
    if (q->failure[0])
        (void)pane_wrap(cv, r, 1, ROLE_BAD, str_of(q->failure));
    else if (!q->n)
        pane_text(cv, r, 1, 2, ROLE_DIM,
                  q->complete ? STR("Everybody here has a second factor.") : STR("Reading ..."));
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
queue_info(const struct pane *p, struct buf *out)
{
    const struct mfa_queue *q = (const struct mfa_queue *)p;
    buf_printf(out, "%zu of %zu%s enrolled", count_state(q, DONE), q->n, q->complete ? "" : "+");
    size_t skipped = count_state(q, SKIPPED), failed = count_state(q, FAILED);
    if (skipped)
        buf_printf(out, ", %zu skipped", skipped);
    if (failed)
        buf_printf(out, ", %zu failed", failed);
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
        q->cursor = q->cursor + 10 < q->n ? q->cursor + 10 : q->n ? q->n - 1 : 0;
        break;
    case COMMAND_PAGE_UP:
        q->cursor -= q->cursor < 10 ? q->cursor : 10;
        break;
    case COMMAND_OPEN:
    case COMMAND_ADD:
        enrol(q);
        break;
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
    if (!e || !strchr("SiLm", (int)key) || key > 127)
        return false;
    if (key == 'S')
        set_state(q, q->cursor, e->state == SKIPPED ? WAITING : SKIPPED);
    if (key == 'L')
        send_link(q);
    if (key == 'm')
        mfa_view_open(p->app, &e->who);
    if (key == 'i')
        prompt_open(p->app, &(struct prompt_setup){.label = "note: ",
                                                   .preset = str_of(e->note),
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
    hint_add(h, "L", "send a link");
    hint_add(h, "i", "note");
    hint_add(h, "m", "MFA of the user");
}

static void
queue_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Queue of those without a second factor\n"
                      "Enter\tenrol an authenticator app here, then the next one\n"
                      "S\tskip, or take up again\n"
                      "L\tsend a sign-in link by e-mail instead\n"
                      "i\twrite a note\n"
                      "m\twhat the person has\n");
}

static void
queue_close(struct pane *p)
{
    struct mfa_queue *q = queue_of(p);
    json_free(q->kept);
    mem_free(q->entries);
}

static const struct pane_ops queue_ops = {.close = queue_close,
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
    q->enrolling = q->linking = SIZE_MAX;
    snprintf(q->pane.tenant, sizeof q->pane.tenant, "%.*s", STR_ARG(tenant));
    app_push(app, &q->pane);
    load_kept(q);
    read_on(q);
}
