/*
 * Who must have a second factor, and which ones there are: the tenant's value, the environment's, and
 * what holds with whose it is. A change is made in place: the new value, how many people it touches,
 * yes or no.
 */
#include "ui/mfa_policy.h"

#include "base/mem.h"
#include "ui/key.h"
#include "ui/menu.h"
#include "ui/prompt.h"
#include "ui/writing.h"

#include <stdio.h>

enum { DAYS_MAX = 3650, WIDE = 76 /* columns from which all are shown */ };

static struct mfa_policy_pane *
policy_of(struct pane *p)
{
    return (struct mfa_policy_pane *)p;
}

/* ---- values as text ---- */

static const char *const LABELS[ROW_FACTORS] = {"Second factor", "Remember devices",
                                                "Remembered for"};

const char *
mfa_policy_label(size_t row)
{
    return row < ROW_FACTORS ? LABELS[row] : mfa_factor_info[row - ROW_FACTORS].label;
}

void
mfa_policy_text(const struct mfa_policy *p, size_t row, char out[MFA_VALUE])
{
    int64_t days = p->remember_s / MFA_DAY_S;
    if (!p->known)
        snprintf(out, MFA_VALUE, "%s", p->failure[0] ? "unreadable" : "...");
    else if (!p->set)
        snprintf(out, MFA_VALUE, "not set");
    else if (row == ROW_ENFORCE)
        snprintf(out, MFA_VALUE, "%s", mfa_enforce_text(str_of(p->enforce)));
    else if (row == ROW_REMEMBER)
        snprintf(out, MFA_VALUE, "%s", p->remember ? "yes" : "no");
    else if (days && p->remember_s % MFA_DAY_S == 0)
        snprintf(out, MFA_VALUE, "%lld day%s", (long long)days, days == 1 ? "" : "s");
    else
        snprintf(out, MFA_VALUE, "%lld s", (long long)p->remember_s);
}

struct mfa_policy *
mfa_policy_own(struct mfa_policy_pane *p)
{
    return p->pane.tenant[0] ? &p->rules.tenant : &p->rules.environment;
}

/* ---- a new value ---- */

static void
value_chosen(struct pane *owner, size_t value)
{
    static const char *const types[] = {"DontForce", "ForceExceptSAML", "Force"};
    struct mfa_policy_pane *p = policy_of(owner);
    p->wanted_active = value;
    if (p->row == ROW_ENFORCE)
        snprintf(p->wanted.enforce, sizeof p->wanted.enforce, "%s", types[value]);
    if (p->row == ROW_REMEMBER)
        p->wanted.remember = value;
    mfa_policy_propose(p);
}

static void
days_entered(struct pane *owner, struct str text)
{
    struct mfa_policy_pane *p = policy_of(owner);
    int64_t days;
    if (!str_to_i64(str_trim(text), &days) || days < 1 || days > DAYS_MAX) {
        app_note(p->pane.app, TOAST_WARN, "A number of days from 1 to %d", DAYS_MAX);
        return;
    }
    p->wanted.remember_s = days * MFA_DAY_S;
    mfa_policy_propose(p);
}

static void
choose(struct mfa_policy_pane *p, const char *const *labels, size_t n, size_t selected)
{
    struct menu_item items[4];
    for (size_t i = 0; i < n; i++)
        items[i] = (struct menu_item){.label = str_of(labels[i]), .note = STR(""), .value = i};
    app_push(p->pane.app, menu_new(&(struct menu_setup){.title = mfa_policy_label(p->row),
                                                        .items = items,
                                                        .n = n,
                                                        .selected = selected,
                                                        .owner = p->pane.serial,
                                                        .chosen = value_chosen}));
}

static bool
may_edit(struct mfa_policy_pane *p)
{
    const struct mfa_policy *own = mfa_policy_own(p);
    const char *why = p->stage != AT_REST || p->rules.waiting  ? "Wait for the service first"
                      : p->cursor < ROW_FACTORS && !own->known ? own->failure
                      : p->cursor >= ROW_FACTORS && !p->rules.strategies_known ? p->rules.failure
                                                                               : NULL;
    if (why)
        app_note(p->pane.app, TOAST_WARN, "%s", why);
    return !why && writing_allowed(p->pane.app);
}

static void
edit(struct mfa_policy_pane *p)
{
    static const char *const enforce[] = {"Voluntary", "Required, except by SAML", "Required"};
    static const char *const no_yes[] = {"No", "Yes"}, *const off_on[] = {"Off", "On"};
    char preset[24];
    if (!may_edit(p))
        return;
    p->row = p->cursor;
    p->base = *mfa_policy_own(p);
    p->wanted = p->base;
    p->wanted.set = true;
    p->base_active = p->row >= ROW_FACTORS &&
                     mfa_rules_allow(&p->rules, (enum mfa_factor)(p->row - ROW_FACTORS), NULL);
    if (p->row == ROW_ENFORCE) {
        choose(p, enforce, COUNT_OF(enforce), 0);
    } else if (p->row == ROW_REMEMBER) {
        choose(p, no_yes, COUNT_OF(no_yes), p->base.remember);
    } else if (p->row == ROW_DAYS) {
        snprintf(preset, sizeof preset, "%lld", (long long)(p->base.remember_s / MFA_DAY_S));
        prompt_open(p->pane.app, &(struct prompt_setup){.label = "days: ",
                                                        .preset = str_of(preset),
                                                        .owner = p->pane.serial,
                                                        .entered = days_entered});
    } else {
        choose(p, off_on, COUNT_OF(off_on), p->base_active);
    }
}

/* ---- drawing ---- */

struct line {
    char tenant[MFA_VALUE], environment[MFA_VALUE], holds[MFA_VALUE];
    const char *from;
    enum role role;
};

static void
fill_policy(const struct mfa_policy_pane *p, size_t row, struct line *out)
{
    struct mfa_policy holds;
    mfa_rules_policy(&p->rules, &holds, &out->from);
    holds.known = p->rules.environment.known && p->rules.tenant.known;
    mfa_policy_text(&p->rules.tenant, row, out->tenant);
    mfa_policy_text(&p->rules.environment, row, out->environment);
    mfa_policy_text(&holds, row, out->holds);
    if (!holds.set && holds.known)
        snprintf(out->holds, MFA_VALUE, "%s", row == ROW_ENFORCE ? "voluntary" : "no");
    if (row != ROW_ENFORCE && p->rules.tenant.set && p->rules.environment.set)
        out->from = "the stricter";
}

static void
fill_factor(const struct mfa_policy_pane *p, size_t row, struct line *out)
{
    bool on = mfa_rules_allow(&p->rules, (enum mfa_factor)(row - ROW_FACTORS), &out->from);
    bool known = p->rules.strategies_known;
    snprintf(out->environment, MFA_VALUE, "%s", !known ? "..." : on ? "on" : "off");
    snprintf(out->holds, MFA_VALUE, "%s", out->environment);
    out->from = on || !known ? "" : out->from;
    out->role = on ? ROLE_GOOD : ROLE_DIM;
}

enum policy_column {
    COLUMN_LABEL,
    COLUMN_TENANT,
    COLUMN_ENVIRONMENT,
    COLUMN_HOLDS,
    COLUMN_FROM,
    COLUMNS
};

static const struct {
    const char *title;
    int wide, narrow; /* cells; 0: not shown */
} TABLE[COLUMNS] = {
    [COLUMN_LABEL] = {"Setting", 25, 17},
    [COLUMN_TENANT] = {"Tenant", 13, 0},
    [COLUMN_ENVIRONMENT] = {"Environment", 13, 0},
    [COLUMN_HOLDS] = {"Holds", 13, 10},
    [COLUMN_FROM] = {"From", 40, 40},
};

static void
draw_cells(const char *const cells[COLUMNS], const enum role roles[COLUMNS], struct canvas *cv,
           struct rect line)
{
    int col = 1;
    for (size_t i = 0; i < COLUMNS; i++) {
        int width = line.cols >= WIDE ? TABLE[i].wide : TABLE[i].narrow;
        int room = line.cols - col < width ? line.cols - col : width - 1;
        struct place at = {line, line.row, line.col + col, room, roles[i]};
        if (width && room > 0)
            canvas_text(cv, at, str_of(cells[i]));
        col += width;
    }
}

static void
draw_row(const struct mfa_policy_pane *p, size_t row, struct canvas *cv, struct rect line)
{
    struct line l = {.role = ROLE_VALUE, .from = ""};
    bool here = row == p->cursor;
    (row < ROW_FACTORS ? fill_policy : fill_factor)(p, row, &l);
    enum role base = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
    const char *const cells[COLUMNS] = {mfa_policy_label(row), l.tenant, l.environment, l.holds,
                                        l.from};
    const enum role roles[COLUMNS] = {base, base, base, here ? base : l.role, base};
    canvas_fill(cv, line, base);
    draw_cells(cells, roles, cv, line);
    if (here)
        canvas_cursor(cv, line.row, line.col);
}

static void
draw_head(struct canvas *cv, struct rect line)
{
    const char *cells[COLUMNS];
    enum role roles[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        cells[i] = TABLE[i].title;
        roles[i] = ROLE_HEADER;
    }
    canvas_fill(cv, line, ROLE_HEADER);
    draw_cells(cells, roles, cv, line);
}

static void
policy_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct mfa_policy_pane *p = policy_of(pane);
    draw_head(cv, rect_cut_top(&r, 1));
    size_t top = r.rows > 0 && p->cursor >= (size_t)r.rows ? p->cursor - (size_t)r.rows + 1 : 0;
    for (size_t i = top; i < ROWS && (int)(i - top) < r.rows; i++)
        draw_row(p, i, cv, (struct rect){r.row + (int)(i - top), r.col, 1, r.cols});
    struct rect below = {r.row, r.col + 1, r.rows, r.cols - 2};
    const char *failure = p->rules.environment.failure[0] ? p->rules.environment.failure
                          : p->rules.tenant.failure[0]    ? p->rules.tenant.failure
                                                          : p->rules.failure;
    if (failure[0] && (int)ROWS + 1 < r.rows)
        (void)pane_wrap(cv, below, ROWS + 1, ROLE_BAD, str_of(failure));
    else if (p->stage == COUNTING && (int)ROWS + 1 < r.rows)
        (void)pane_wrap(cv, below, ROWS + 1, ROLE_DIM, STR("Counting the people it touches ..."));
}

/* ---- the pane ---- */

static bool
policy_command(struct pane *pane, enum command cmd)
{
    struct mfa_policy_pane *p = policy_of(pane);
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        p->cursor += p->cursor + 1 < ROWS;
        return true;
    case COMMAND_MOVE_UP:
        p->cursor -= p->cursor > 0;
        return true;
    case COMMAND_FIRST:
        p->cursor = 0;
        return true;
    case COMMAND_LAST:
        p->cursor = ROWS - 1;
        return true;
    case COMMAND_OPEN:
    case COMMAND_EDIT:
        edit(p);
        return true;
    case COMMAND_RELOAD:
        mfa_rules_read(&p->rules, pane);
        return true;
    default:
        return false;
    }
}

static void
policy_reload(struct pane *p)
{
    mfa_rules_read(&policy_of(p)->rules, p);
}

static void
policy_crumb(const struct pane *p, struct buf *out)
{
    buf_add_text(out, p->tenant[0] ? "MFA policy" : "MFA policy of the environment");
}

static void
policy_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "e", "change");
    hint_add(h, "R", "reload");
}

static void
policy_info(const struct pane *p, struct buf *out)
{
    if (((const struct mfa_policy_pane *)p)->rules.waiting)
        buf_add_text(out, "reading");
}

static void
policy_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# MFA policy and strategies\n"
                      "e\tchange the value: of the tenant where one is chosen, else of the "
                      "environment; factors always of the environment\n"
                      "t\twork in one tenant, - for the environment\n");
}

static void
policy_close(struct pane *p)
{
    mfa_rules_fini(&policy_of(p)->rules);
}

static const struct pane_ops policy_ops = {.name = "policies",
                                           .close = policy_close,
                                           .draw = policy_draw,
                                           .command = policy_command,
                                           .crumb = policy_crumb,
                                           .hints = policy_hints,
                                           .info = policy_info,
                                           .help = policy_help,
                                           .reload = policy_reload};

void
mfa_policy_open(struct app *app, struct str tenant)
{
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    struct mfa_policy_pane *p = mem_new(1, sizeof *p);
    p->pane.ops = &policy_ops;
    snprintf(p->pane.tenant, sizeof p->pane.tenant, "%.*s", STR_ARG(tenant));
    p->rules.done = mfa_policy_read;
    app_push(app, &p->pane);
    mfa_rules_read(&p->rules, &p->pane);
}
