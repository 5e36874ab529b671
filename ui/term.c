#include "ui/term.h"

#include "base/clock.h"
#include "base/mem.h"
#include "ui/term_cell.h"
#include "ui/term_colour.h"
#include "ui/term_env.h"
#include "ui/term_info.h"
#include "ui/term_qr.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum {
    ROWS_MAX = 512,
    COLS_MAX = 1024,
    READ_CHUNK = 16384,
    READ_AT_ONCE = 65536, /* then the loop gets its turn */
    HEAD_MS = 2,
    UNDO_MAX = 200
};

/* Curses has one screen per process, and so has this. */
static struct {
    SCREEN *screen;
    bool utf8, away, entering, redraw, cursor_shown;
    struct term_palette palette, qr_palette; /* of QR codes, whose colours are data */
    struct look looks[ROLE_COUNT];
    struct key_decoder keys;
    const char *paste_on, *paste_off; /* terminfo BE and BD; NULL: cannot bracket */
    struct term_frame frame;
    char undo[UNDO_MAX];
    const struct supervise *guard;
    int log_fd, saved_stderr;
    struct canvas shown; /* what curses was told last, QR codes as term_qr.h says */
    struct term_qr qr;
    cchar_t *line;
} term = {.saved_stderr = -1};

/* --- Colours --- */

static attr_t
curses_attrs(unsigned attrs)
{
    static const struct {
        unsigned ours;
        attr_t theirs;
    } table[] = {
        {ATTR_BOLD, A_BOLD},       {ATTR_DIM, A_DIM},       {ATTR_UNDERLINE, A_UNDERLINE},
        {ATTR_REVERSE, A_REVERSE}, {ATTR_ITALIC, A_ITALIC},
    };
    attr_t out = A_NORMAL;
    for (size_t i = 0; i < COUNT_OF(table); i++)
        out |= attrs & table[i].ours ? table[i].theirs : A_NORMAL;
    return out;
}

static int
pair_for(int fg, int bg, int *used)
{
    for (int i = 1; i <= *used; i++) {
        int have_fg, have_bg;
        extended_pair_content(i, &have_fg, &have_bg);
        if (have_fg == fg && have_bg == bg)
            return i;
    }
    if (*used + 1 >= COLOR_PAIRS || init_extended_pair(*used + 1, fg, bg) == ERR)
        return 0;
    return ++*used;
}

static struct look
make_look(const struct theme *theme, enum role role, int *pairs)
{
    const struct style *s = &theme->styles[role];
    bool qr = role == ROLE_QR_LIGHT || role == ROLE_QR_DARK || role == ROLE_QR_MIXED;
    const struct term_palette *palette = qr ? &term.qr_palette : &term.palette;
    struct look look = {.attrs = curses_attrs(s->mono), .bg = -1};
    if (palette->colours == 0)
        return look;
    struct style style = *s;
    if (!term_colour_readable(palette, theme, s)) {
        style.fg.kind = style.bg.kind = COLOUR_DEFAULT;
        style.attrs = s->mono;
    }
    /* Eight colours are made brighter by bold. */
    bool bright = style.fg.kind == COLOUR_INDEX && style.fg.index >= 8 && style.fg.index < 16;
    if (bright && term_colour_is_poor(palette))
        style.attrs |= ATTR_BOLD;
    look.attrs = curses_attrs(style.attrs);
    int fg = term_colour_number(palette, style.fg, COLOR_WHITE),
        bg = term_colour_number(palette, style.bg, COLOR_BLACK);
    look.pair = pair_for(fg, bg, pairs);
    look.bg = bg;
    return look;
}

/*
 * Plain text gets a pair of its own, also where it is default on default, and so do erased cells:
 * between pairs curses changes only the colour, but leaving for pair 0 it resets everything, twice
 * the bytes (ncurses 6.4).
 */
static void
set_background(void)
{
    cchar_t blank;
    setcchar(&blank, L" ", A_NORMAL, 0, &term.looks[ROLE_TEXT].pair);
    bkgrndset(&blank);
}

void
term_theme(const struct theme *theme)
{
    int pairs = 0;
    if (term.qr_palette.colours > 0 || term.palette.colours > 0)
        reset_color_pairs();
    for (int r = 0; r < ROLE_COUNT; r++)
        term.looks[r] = make_look(theme, (enum role)r, &pairs);
    set_background();
    term_qr_colours(&term.qr, term.looks[ROLE_QR_LIGHT].bg, term.looks[ROLE_QR_DARK].bg);
    term.redraw = true;
}

static void
start_colours(const struct term_options *o)
{
    struct term_palette there = {.colours = 0};
    if (has_colors() && start_color() == OK) {
        there.default_colours = use_default_colors() == OK;
        there.colours = COLORS >= 8 ? COLORS : 0;
    }
    const struct term_palette none = {.default_colours = there.default_colours};
    term.palette = colour_decide(o->colour) == COLOUR_NEVER ? none : there;
    term.qr_palette = term_env_qr_mono() ? none : there;
    term_theme(o->theme);
}

/* --- Entering and leaving --- */

bool
term_write(struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return true;
}

static void
take_stderr(void)
{
    int fd = term.log_fd >= 0 ? term.log_fd : open("/dev/null", O_WRONLY | O_CLOEXEC);
    term.saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
    if (fd >= 0 && fd != term.log_fd)
        close(fd);
}

static void
return_stderr(void)
{
    if (term.saved_stderr < 0)
        return;
    dup2(term.saved_stderr, STDERR_FILENO);
    close(term.saved_stderr);
    term.saved_stderr = -1;
}

static void
tell_guard(const char *undo)
{
    if (term.guard)
        supervise_screen(term.guard, str_of(undo));
}

static void
set_modes(void)
{
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    idlok(stdscr, TRUE);
    scrollok(stdscr, TRUE);
    typeahead(-1); /* an update is never broken off: keys were all read before it */
    curs_set(0);
}

static enum err_code
start_curses(struct err *err)
{
    if (term_info_check(err))
        return ERR_USAGE;
    /* The size comes from the system, not from LINES and COLUMNS. */
    use_env(FALSE);
    use_tioctl(TRUE);
    term.screen = newterm(NULL, stdout, stdin);
    return term.screen ? ERR_OK : err_set(err, ERR_IO, "the terminal cannot be set up");
}

enum err_code
term_open(const struct term_options *o, struct err *err)
{
    ASSERT(!term.screen);
    enum err_code code = term_env_check(err);
    if (code != ERR_OK)
        return code;
    term_env_clean();
    setlocale(LC_CTYPE, "");
    code = start_curses(err);
    if (code != ERR_OK)
        return code;
    term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term.paste_on = term_info_string("BE");
    term.paste_off = term.paste_on ? term_info_string("BD") : NULL;
    term.log_fd = o->log_fd;
    term.guard = o->guard;
    term.away = false;
    term.cursor_shown = false;
    canvas_init(&term.shown);
    term_qr_init(&term.qr);
    term.frame = term_info_frame();
    term_info_undo(term.frame.end, term.paste_off, term.undo, sizeof term.undo);
    tell_guard(term.undo);
    take_stderr();
    set_modes();
    key_decoder_init(&term.keys);
    term_info_keys(&term.keys);
    term.keys.guess_paste = !term.paste_on;
    term.keys.esc_ms = term_env_esc_ms();
    start_colours(o);
    int rows, cols;
    term_resize(&rows, &cols);
    if (term.paste_on)
        term_write(str_of(term.paste_on));
    return ERR_OK;
}

void
term_leave(void)
{
    if (!term.screen || term.away)
        return;
    term.away = true;
    if (term.paste_off)
        term_write(str_of(term.paste_off));
    curs_set(1);
    endwin();
    tell_guard("");
    return_stderr();
}

void
term_enter(void)
{
    if (!term.screen || !term.away)
        return;
    term.away = false;
    take_stderr();
    tell_guard(term.undo);
    /* After endwin the next update sets the modes again. */
    term.entering = term.redraw = true;
}

bool
term_is_ours(void)
{
    struct termios now;
    if (term.away || term.entering)
        return true;
    return tcgetattr(term_fd(), &now) == 0 && !(now.c_lflag & ICANON);
}

void
term_close(void)
{
    if (!term.screen)
        return;
    term_leave();
    delscreen(term.screen);
    term.screen = NULL;
    key_decoder_fini(&term.keys);
    canvas_fini(&term.shown);
    term_qr_fini(&term.qr);
    mem_free(term.line);
    term.line = NULL;
}

void
term_suspend(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL}, before;
    sigset_t stop, mask;
    term_leave();
    sigemptyset(&standard.sa_mask);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigaction(SIGTSTP, &standard, &before);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
    term_enter();
}

/* --- Facts --- */

int
term_fd(void)
{
    return STDIN_FILENO;
}

bool
term_utf8(void)
{
    return term.utf8;
}

int
term_colours(void)
{
    return term.palette.colours;
}

struct key_decoder *
term_keys(void)
{
    return &term.keys;
}

bool
term_resize(int *rows, int *cols)
{
    struct winsize ws = {.ws_row = 0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_row == 0 || ws.ws_col == 0) {
        ws.ws_row = (unsigned short)term_env_number("LINES", 24, ROWS_MAX);
        ws.ws_col = (unsigned short)term_env_number("COLUMNS", 80, COLS_MAX);
    }
    *rows = ws.ws_row < ROWS_MAX ? ws.ws_row : ROWS_MAX;
    *cols = ws.ws_col < COLS_MAX ? ws.ws_col : COLS_MAX;
    if (term.line && *rows == term.shown.rows && *cols == term.shown.cols)
        return false;
    resizeterm(*rows, *cols);
    canvas_resize(&term.shown, *rows, *cols);
    mem_free(term.line);
    term.line = mem_new((size_t)*cols + 1, sizeof *term.line);
    term.redraw = true;
    return true;
}

void
term_size(int *rows, int *cols)
{
    *rows = term.shown.rows;
    *cols = term.shown.cols;
}

bool
term_read(void)
{
    char bytes[READ_CHUNK];
    for (size_t got = 0; got < READ_AT_ONCE;) {
        struct pollfd p = {.fd = term_fd(), .events = POLLIN};
        /* The head of a paste that is not marked may come alone; the rest is right behind it. */
        bool head = term.keys.guess_paste && got > 0 && got < KEY_BURST;
        if (poll(&p, 1, head ? HEAD_MS : 0) <= 0)
            return true;
        ssize_t n = read(term_fd(), bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        key_decoder_feed(&term.keys, (struct str){bytes, (size_t)n}, clock_mono_ms());
        got += (size_t)n;
    }
    return true;
}

/* --- Drawing --- */

static bool
is_space(const struct cell *c)
{
    return c->text[0] == ' ' && c->text[1] == '\0';
}

/*
 * How a cell looks beside its left neighbour: a space shows no foreground, so it keeps the one that
 * is set already if nothing else differs.
 */
static struct look
cell_look(const struct cell *c, bool qr, const struct look *left)
{
    struct look own = term.looks[qr ? ROLE_QR_LIGHT : c->role];
    attr_t visible = (own.attrs | left->attrs) & (A_UNDERLINE | A_REVERSE);
    return is_space(c) && own.bg == left->bg && !visible ? *left : own;
}

static void
blit_cells(const struct cell *cells, int row, int from, int to)
{
    size_t n = 0;
    bool qr = term_qr_takes(&term.qr, &term.shown, 0, &cells[0]);
    struct look look = term.looks[qr ? ROLE_QR_LIGHT : cells[0].role];
    for (int col = 0; col < to; col++) {
        const struct cell *c = &cells[col];
        if (c->width == 0)
            continue;
        look = cell_look(c, term_qr_takes(&term.qr, &term.shown, col, c), &look);
        if (col < from)
            continue;
        n += term_cell_put(term.line + n, c, term.utf8, look);
    }
    mvadd_wchnstr(row, from, term.line, (int)n);
}

/* Tells curses of the changed part of a row; false if there is none. */
static bool
blit_row(const struct cell *cells, struct cell *shown, int row, int cols)
{
    size_t bytes = (size_t)cols * sizeof *cells;
    if (memcmp(cells, shown, bytes) == 0)
        return false;
    int from = 0, to = cols;
    while (memcmp(&cells[from], &shown[from], sizeof *cells) == 0)
        from++;
    while (memcmp(&cells[to - 1], &shown[to - 1], sizeof *cells) == 0)
        to--;
    /* Whole clusters, old ones as well as new ones. */
    while (from > 0 && (cells[from].width == 0 || shown[from].width == 0))
        from--;
    while (to < cols && (cells[to].width == 0 || shown[to].width == 0))
        to++;
    /* And spaces after it, which look as it does: a row must be the same however it came about. */
    while (to < cols && is_space(&cells[to]))
        to++;
    blit_cells(cells, row, from, to);
    memcpy(shown, cells, bytes);
    return true;
}

/* What the update that enters the screen again leaves out. */
static void
enter_rest(void)
{
    term.entering = false;
    keypad(stdscr, TRUE);
    curs_set(term.cursor_shown ? 1 : 0);
    if (term.paste_on)
        term_write(str_of(term.paste_on));
}

static void
blit_cursor(const struct canvas *cv)
{
    if (cv->cursor_visible != term.cursor_shown) {
        term.cursor_shown = cv->cursor_visible;
        leaveok(stdscr, !cv->cursor_visible);
        curs_set(cv->cursor_visible ? 1 : 0);
    }
    if (cv->cursor_visible)
        move(cv->cursor_row, cv->cursor_col);
}

/*
 * An update of its own clears the screen: in one with text curses would erase each row a second
 * time, because the cells it takes for cleared lack the background's pair (ncurses 6.4).
 */
static void
start_afresh(void)
{
    term.redraw = false;
    canvas_clear(&term.shown, ROLE_TEXT);
    erase();
    clearok(curscr, TRUE);
    wnoutrefresh(stdscr);
    doupdate();
}

static void
begin_frame(bool *framed)
{
    if (!*framed)
        term_write(str_of(term.frame.begin));
    *framed = true;
}

void
term_blit(const struct canvas *cv)
{
    if (!term.screen || term.away || cv->cols != term.shown.cols || cv->rows != term.shown.rows)
        return;
    size_t cols = (size_t)cv->cols;
    bool framed = false;
    if (term.redraw) {
        begin_frame(&framed);
        start_afresh();
    }
    /* Curses must not move rows about with what it does not know of. */
    bool qr = term_qr_plan(&term.qr, cv, &term.shown);
    idlok(stdscr, !qr);
    idcok(stdscr, !qr);
    bool changed = false;
    for (int row = 0; row < cv->rows; row++)
        changed |= blit_row(cv->cells + (size_t)row * cols, term.shown.cells + (size_t)row * cols,
                            row, cv->cols);
    if (changed)
        begin_frame(&framed);
    term_write(buf_str(&term.qr.before));
    blit_cursor(cv);
    wnoutrefresh(stdscr);
    doupdate();
    term_write(buf_str(&term.qr.after));
    if (framed)
        term_write(str_of(term.frame.end));
    if (term.entering)
        enter_rest();
}

void
term_redraw(void)
{
    term.redraw = true;
}
