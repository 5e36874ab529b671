#include "ui/matrix.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bindings.h"
#include "ui/confirm.h"
#include "ui/detail.h"
#include "ui/prompt.h"
#include "ui/writing.h"

#include <stdio.h>

struct matrix *
matrix_of(struct pane *p)
{
    return (struct matrix *)p;
}

struct str
matrix_key(const struct json *j)
{
    struct str key = json_str(json_get(j, "key"));
    return key.n ? key : json_str(json_get(j, "id"));
}

bool *
matrix_cell(const struct matrix *m, size_t permission, size_t role)
{
    return &m->now[permission * m->n_roles + role];
}

bool
matrix_held(const struct matrix *m, size_t permission, size_t role)
{
    return m->base[permission * m->n_roles + role];
}

bool
matrix_changed(const struct matrix *m, size_t permission, size_t role)
{
    return *matrix_cell(m, permission, role) != matrix_held(m, permission, role);
}

size_t
matrix_changes(const struct matrix *m, size_t role)
{
    size_t n = 0;
    for (size_t p = 0; p < m->n_permissions; p++)
        for (size_t r = role == SIZE_MAX ? 0 : role;
             r < m->n_roles && (role == SIZE_MAX || r == role); r++)
            n += matrix_changed(m, p, r);
    return n;
}

/* ---- reading ---- */

static const struct json **
index_of(const struct json *list, size_t most, size_t *n)
{
    const struct json **at = mem_new(json_len(list) + 1, sizeof *at);
    *n = 0;
    for (const struct json *j = json_first(list); j && *n < most; j = json_next(j))
        if (json_str(json_get(j, "id")).n)
            at[(*n)++] = j;
    return at;
}

static bool *
held_by_roles(const struct matrix *m)
{
    struct map rows;
    bool *held = mem_new(m->n_permissions * m->n_roles + 1, sizeof *held);
    map_init(&rows);
    for (size_t p = 0; p < m->n_permissions; p++)
        map_put(&rows, json_str(json_get(m->permission[p], "id")), &held[p * m->n_roles]);
    for (size_t r = 0; r < m->n_roles; r++) {
        const struct json *ids = json_get(m->role[r], "permissions");
        for (const struct json *id = json_first(ids); id; id = json_next(id)) {
            bool *row = json_str(id).n ? map_get(&rows, json_str(id)) : NULL;
            if (row)
                row[r] = true;
        }
    }
    map_fini(&rows);
    return held;
}

size_t
matrix_find(const struct json *const *list, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(json_str(json_get(list[i], "id")), id))
            return i;
    return SIZE_MAX;
}

static struct str
id_of(const struct json *j)
{
    return json_str(json_get(j, "id"));
}

/*
 * What was changed here and is not written yet stays changed. Names a role of these that somebody else
 * changed meanwhile; "" if there is none.
 */
static void
carry_over(struct matrix *m, const struct matrix *old, char stale[MATRIX_NOTE])
{
    for (size_t r = 0; r < old->n_roles; r++) {
        size_t role = matrix_find(m->role, m->n_roles, id_of(old->role[r]));
        if (!matrix_changes(old, r))
            continue;
        bool same = role != SIZE_MAX && json_equal(json_get(m->role[role], "permissions"),
                                                   json_get(old->role[r], "permissions"));
        if (!same)
            snprintf(stale, MATRIX_NOTE, "%.*s", STR_ARG(matrix_key(old->role[r])));
        for (size_t p = 0; role != SIZE_MAX && p < old->n_permissions; p++) {
            size_t row = matrix_changed(old, p, r) ? matrix_find(m->permission, m->n_permissions,
                                                                 id_of(old->permission[p]))
                                                   : SIZE_MAX;
            if (row != SIZE_MAX)
                *matrix_cell(m, row, role) = *matrix_cell(old, p, r);
        }
    }
}

static void
forget(struct matrix *m)
{
    json_free(m->roles);
    json_free(m->permissions);
    mem_free(m->role);
    mem_free(m->permission);
    mem_free(m->base);
    mem_free(m->now);
}

static void
take_over(struct matrix *m)
{
    struct matrix old = *m;
    char stale[MATRIX_NOTE] = "";
    m->roles = m->new_roles;
    m->permissions = m->new_permissions;
    m->new_roles = m->new_permissions = NULL;
    m->role = index_of(m->roles, MATRIX_ROLES, &m->n_roles);
    m->permission = index_of(m->permissions, MATRIX_PERMISSIONS, &m->n_permissions);
    m->base = held_by_roles(m);
    m->now = mem_new(m->n_permissions * m->n_roles + 1, sizeof *m->now);
    memcpy(m->now, m->base, m->n_permissions * m->n_roles * sizeof *m->now);
    if (old.loaded)
        carry_over(m, &old, stale);
    forget(&old);
    m->loaded = true;
    m->failure[0] = '\0';
    m->row = m->row < m->n_permissions ? m->row : 0;
    m->col = m->col < m->n_roles ? m->col : 0;
    matrix_reread(m, stale);
}

static void
drop_new(struct matrix *m)
{
    json_free(m->new_roles);
    json_free(m->new_permissions);
    m->new_roles = m->new_permissions = NULL;
}

static void
arrived(struct matrix *m, struct json **out, struct result *take)
{
    m->pane.app->dirty = true;
    if (take->err.code)
        snprintf(m->failure, sizeof m->failure, "%s: %s", take->op->name, take->err.msg);
    else if (json_type(take->json) != JSON_ARRAY)
        snprintf(m->failure, sizeof m->failure, "%s: the answer is no list", take->op->name);
    else if (!*out) {
        *out = take->json;
        take->json = NULL;
    }
    result_free(take);
    if (--m->reading)
        return;
    bool whole = m->new_roles && m->new_permissions, again = m->again;
    m->again = false;
    if (whole && !again)
        take_over(m);
    drop_new(m);
    if (again)
        matrix_read(m);
    else if (!whole)
        matrix_unread(m);
}

static void
got_roles(void *ctx, struct result *take)
{
    struct matrix *m = ctx;
    arrived(m, &m->new_roles, take);
}

static void
got_permissions(void *ctx, struct result *take)
{
    struct matrix *m = ctx;
    arrived(m, &m->new_permissions, take);
}

static void
ask(struct matrix *m, enum op_id id, result_fn *done)
{
    const struct op *op = op_get(id);
    struct bind_call call = {.client = m->pane.app->client,
                             .op = op,
                             .tenant = str_of(m->pane.tenant),
                             .calls = &m->pane.calls};
    m->reading++;
    bind_send(&call, values_new(op), done, m);
}

void
matrix_read(struct matrix *m)
{
    m->stale = false;
    m->again = m->reading > 0;
    if (m->reading)
        return;
    ask(m, OP_roles_list_v1, got_roles);
    ask(m, OP_permissions_list, got_permissions);
}

/* ---- moving and finding ---- */

static void
move_by(size_t *at, size_t n, bool back, size_t by)
{
    size_t last = n ? n - 1 : 0;
    if (back)
        *at = *at > by ? *at - by : 0;
    else
        *at = by < last - *at ? *at + by : last;
}

static bool
matrix_move(struct matrix *m, enum command cmd)
{
    size_t page = m->body_rows > 1 ? m->body_rows - 1 : 1;
    size_t side = m->body_cols > 1 ? m->body_cols - 1 : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
    case COMMAND_MOVE_UP:
        move_by(&m->row, m->n_permissions, cmd == COMMAND_MOVE_UP, 1);
        return true;
    case COMMAND_PAGE_DOWN:
    case COMMAND_PAGE_UP:
        move_by(&m->row, m->n_permissions, cmd == COMMAND_PAGE_UP, page);
        return true;
    case COMMAND_FIRST:
    case COMMAND_LAST:
        move_by(&m->row, m->n_permissions, cmd == COMMAND_FIRST, m->n_permissions);
        return true;
    case COMMAND_MOVE_RIGHT:
    case COMMAND_MOVE_LEFT:
        move_by(&m->col, m->n_roles, cmd == COMMAND_MOVE_LEFT, 1);
        return true;
    case COMMAND_HALF_DOWN: /* by a screen of roles: there is no key for it otherwise */
    case COMMAND_HALF_UP:
        move_by(&m->col, m->n_roles, cmd == COMMAND_HALF_UP, side);
        return true;
    default:
        return false;
    }
}

static bool
matches(const struct json *permission, struct str folded)
{
    struct buf text;
    buf_init(&text, 1 << 14);
    bool found = utf8_fold(&text, matrix_key(permission)) && str_find(buf_str(&text), folded) >= 0;
    buf_reset(&text);
    found = found || (utf8_fold(&text, json_str(json_get(permission, "name"))) &&
                      str_find(buf_str(&text), folded) >= 0);
    buf_fini(&text);
    return found;
}

static void
find_next(struct matrix *m, bool back, bool here)
{
    struct buf folded;
    buf_init(&folded, 1024);
    size_t at = m->row, n = m->n_permissions;
    bool found = false;
    if (m->find[0] && utf8_fold(&folded, str_of(m->find)))
        for (size_t i = 0; i < n && !found; i++) {
            at = here && !i ? at : back ? (at + n - 1) % n : (at + 1) % n;
            found = matches(m->permission[at], buf_str(&folded));
        }
    if (found)
        m->row = at;
    else
        app_note(m->pane.app, TOAST_INFO, "No permission matches \"%s\"", m->find);
    buf_fini(&folded);
}

static void
find_entered(struct pane *owner, struct str text)
{
    struct matrix *m = matrix_of(owner);
    while (text.n >= MATRIX_FIND) /* never in the middle of a character */
        text = utf8_cut(text, utf8_width(text) - 1, NULL);
    snprintf(m->find, sizeof m->find, "%.*s", STR_ARG(text));
    if (m->find[0])
        find_next(m, false, true);
}

/* ---- changing ---- */

static bool
may_change(struct matrix *m)
{
    const char *why = m->stage != MATRIX_AT_REST         ? "Wait until the changes are written"
                      : !m->n_roles || !m->n_permissions ? "There is nothing to change"
                                                         : NULL;
    if (why)
        app_note(m->pane.app, TOAST_WARN, "%s", why);
    return !why && writing_allowed(m->pane.app);
}

static void
toggle(struct matrix *m)
{
    if (!may_change(m))
        return;
    bool *cell = matrix_cell(m, m->row, m->col);
    *cell = !*cell;
    m->note[0] = '\0';
}

static void
revert(struct matrix *m)
{
    size_t n = matrix_changes(m, SIZE_MAX);
    if (m->stage != MATRIX_AT_REST || !n)
        return;
    memcpy(m->now, m->base, m->n_permissions * m->n_roles * sizeof *m->now);
    app_note(m->pane.app, TOAST_INFO, "Taken back: %zu change%s that were not written", n,
             n == 1 ? "" : "s");
}

static void
leave(struct app *app, void *ctx)
{
    struct pane *p = app_view(app);
    if (p == ctx)
        app_close(app, p);
}

/* True if it asks first. */
static bool
leaves_changes(struct matrix *m)
{
    char title[96];
    size_t n = m->loaded ? matrix_changes(m, SIZE_MAX) : 0;
    if (!n || m->pane.app->n < 2)
        return false;
    snprintf(title, sizeof title, "Leave %zu change%s unwritten?", n, n == 1 ? "" : "s");
    confirm_open(
        m->pane.app,
        &(struct confirm_setup){
            .title = title, .verb = "leave", .tier = CONFIRM_EASY, .yes = leave, .ctx = m});
    return true;
}

/* ---- the pane ---- */

static void
open_role(struct matrix *m)
{
    if (m->col < m->n_roles)
        app_push(m->pane.app, detail_new(m->pane.app, resource_by_id(STR("roles")), m->role[m->col],
                                         str_of(m->pane.tenant)));
}

static bool
matrix_command(struct pane *p, enum command cmd)
{
    struct matrix *m = matrix_of(p);
    if (matrix_move(m, cmd))
        return true;
    switch (cmd) {
    case COMMAND_MARK:
        toggle(m);
        return true;
    case COMMAND_UNMARK:
        revert(m);
        return true;
    case COMMAND_OPEN:
        open_role(m);
        return true;
    case COMMAND_FILTER:
        prompt_open(p->app, &(struct prompt_setup){
                                .label = "/", .owner = p->serial, .entered = find_entered});
        return true;
    case COMMAND_NEXT_MATCH:
    case COMMAND_PREV_MATCH:
        find_next(m, cmd == COMMAND_PREV_MATCH, false);
        return true;
    case COMMAND_EDIT:
        if (m->loaded && may_change(m))
            matrix_review(m);
        return true;
    case COMMAND_BACK:
    case COMMAND_CLOSE:
    case COMMAND_QUIT_SHORT:
        return leaves_changes(m);
    default:
        return false;
    }
}

static bool
matrix_key_pressed(struct pane *p, uint32_t key)
{
    if (key != 'w')
        return false;
    return matrix_command(p, COMMAND_EDIT);
}

static void
matrix_reload(struct pane *p)
{
    matrix_of(p)->stale = true;
}

static void
matrix_stopped(struct pane *p)
{
    struct matrix *m = matrix_of(p);
    m->reading = 0;
    m->again = false;
    drop_new(m);
    if (m->stage == MATRIX_CHECKING || m->stage == MATRIX_READING_BACK)
        m->stage = MATRIX_AT_REST;
}

static void
matrix_crumb(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "Matrix");
}

static void
matrix_hints(const struct pane *p, struct hints *h)
{
    if (!app_read_only(p->app)) {
        hint_add(h, "Space", "give or take");
        hint_add(h, "w", "write");
        hint_add(h, "u", "take back");
    }
    hint_add(h, "/", "find");
    hint_add(h, "Enter", "the role");
}

static void
matrix_info(const struct pane *p, struct buf *out)
{
    const struct matrix *m = (const struct matrix *)p;
    size_t n = m->loaded ? matrix_changes(m, SIZE_MAX) : 0;
    if (m->reading)
        buf_add_text(out, "reading | ");
    if (n)
        buf_printf(out, "%zu not written | ", n);
    buf_printf(out, "permission %zu of %zu, role %zu of %zu", m->n_permissions ? m->row + 1 : 0,
               m->n_permissions, m->n_roles ? m->col + 1 : 0, m->n_roles);
}

static void
matrix_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Permissions and roles\n"
                      "Space\tgive the permission to the role, or take it\n"
                      "w e\tlook at the changes, then write them, role by role\n"
                      "u\ttake back what is not written\n"
                      "Ctrl-D Ctrl-U\ta screen of roles to the right or left\n"
                      "/ n N\tfind a permission\n"
                      "z\ttake back what was written, one role at a time\n");
}

static void
matrix_close(struct pane *p)
{
    struct matrix *m = matrix_of(p);
    forget(m);
    drop_new(m);
    json_free(m->queue);
    json_free(m->written);
}

static const struct pane_ops matrix_ops = {.name = "matrix of permissions",
                                           .close = matrix_close,
                                           .draw = matrix_draw,
                                           .command = matrix_command,
                                           .key = matrix_key_pressed,
                                           .crumb = matrix_crumb,
                                           .hints = matrix_hints,
                                           .info = matrix_info,
                                           .help = matrix_help,
                                           .reload = matrix_reload,
                                           .stopped = matrix_stopped};

void
matrix_open(struct app *app, struct str tenant)
{
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    struct matrix *m = mem_new(1, sizeof *m);
    m->pane.ops = &matrix_ops;
    snprintf(m->pane.tenant, sizeof m->pane.tenant, "%.*s", STR_ARG(tenant));
    m->stale = true;
    app_push(app, &m->pane);
}

void
matrix_open_row(struct app *app, const struct json *row, struct str tenant)
{
    (void)row;
    matrix_open(app, tenant);
}
