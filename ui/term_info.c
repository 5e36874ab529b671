#include "ui/term_info.h"

#include "base/buf.h"
#include "base/mem.h"
#include "ui/term_env.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

const char *
term_info_string(const char *name)
{
    /* tigetstr wants char * and leaves it alone. */
    union {
        const char *in;
        char *out;
    } u = {.in = name};
    const char *s = tigetstr(u.out);
    return s && s != (const char *)-1 && s[0] ? s : NULL;
}

enum err_code
term_info_check(struct err *err)
{
    const char *name = getenv("TERM");
    int found;
    /* Asked before newterm is: a newterm that fails loses memory. */
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
        return err_set(err, ERR_USAGE, "this system knows no terminal \"%s\" (TERM)%s", name,
                       TERM_ELSEWHERE);
    bool able = term_info_string("cup") != NULL;
    del_curterm(cur_term);
    return able ? ERR_OK
                : err_set(err, ERR_USAGE, "the terminal \"%s\" (TERM) cannot place its cursor%s",
                          name, TERM_ELSEWHERE);
}

struct term_frame
term_info_frame(void)
{
    struct term_frame frame = {.begin = "", .end = ""};
    const char *sync = term_info_string("Sync");
    if (!sync)
        return frame;
    const char *begin = tiparm(sync, 1);
    if (begin && strlen(begin) < sizeof frame.begin)
        snprintf(frame.begin, sizeof frame.begin, "%s", begin);
    const char *end = tiparm(sync, 2);
    if (frame.begin[0] && end && end[0] && strlen(end) < sizeof frame.end)
        snprintf(frame.end, sizeof frame.end, "%s", end);
    else
        frame.begin[0] = '\0';
    return frame;
}

/* Without the padding that old terminals need. */
static void
add_undo(struct buf *b, const char *s)
{
    while (s && *s) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end;
        else
            buf_add_char(b, *s);
        s++;
    }
}

void
term_info_undo(const char *frame_end, const char *paste_off, char *out, size_t size)
{
    static const char *const names[] = {"op", "sgr0", "rmkx", "cnorm", "rmcup"};
    struct buf b;
    buf_init(&b, size - 1);
    add_undo(&b, frame_end);
    add_undo(&b, paste_off);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        add_undo(&b, term_info_string(names[i]));
    snprintf(out, size, "%s", b.failed || !b.p ? "" : b.p);
    buf_fini(&b);
}

void
term_info_keys(struct key_decoder *d)
{
    static const struct {
        const char *name;
        uint32_t key;
    } keys[] = {
        {"kcuu1", K_UP},     {"kcud1", K_DOWN},   {"kcub1", K_LEFT},         {"kcuf1", K_RIGHT},
        {"khome", K_HOME},   {"kend", K_END},     {"kpp", K_PGUP},           {"knp", K_PGDN},
        {"kich1", K_INSERT}, {"kdch1", K_DELETE}, {"kcbt", K_SHIFT | K_TAB}, {"kent", K_ENTER},
        {"kf1", K_F1},       {"kf2", K_F1 + 1},   {"kf3", K_F1 + 2},         {"kf4", K_F1 + 3},
        {"kf5", K_F1 + 4},   {"kf6", K_F1 + 5},   {"kf7", K_F1 + 6},         {"kf8", K_F1 + 7},
        {"kf9", K_F1 + 8},   {"kf10", K_F1 + 9},  {"kf11", K_F1 + 10},       {"kf12", K_F12},
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *s = term_info_string(keys[i].name);
        if (s)
            key_decoder_add(d, str_of(s), keys[i].key);
    }
}
