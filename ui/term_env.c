#include "ui/term_env.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ESC_MS = 25, ESC_MS_SSH = 100, ESC_MS_MAX = 5000 };

/* A folder of terminal descriptions that someone else can write to could attack curses. */
static bool
folder_is_safe(struct str path)
{
    struct stat st;
    char name[1024];
    if (path.n == 0)
        return true;
    if (path.p[0] != '/' || path.n >= sizeof name)
        return false;
    memcpy(name, path.p, path.n);
    name[path.n] = '\0';
    if (stat(name, &st) != 0)
        return errno == ENOENT;
    bool ours = st.st_uid == 0 || st.st_uid == getuid();
    return ours && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool
folders_are_safe(const char *list)
{
    struct str rest = str_of(list), path;
    while (str_next(&rest, ':', &path)) {
        if (!folder_is_safe(path))
            return false;
    }
    return true;
}

void
term_env_clean(void)
{
    static const char *const names[] = {"TERMINFO", "TERMINFO_DIRS", "TERMCAP"};
    bool privileged = getuid() != geteuid() || getgid() != getegid();
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (privileged || !folders_are_safe(getenv(names[i])))
            unsetenv(names[i]);
    }
    const char *name = getenv("TERM");
    if (name && strncmp(name, "putty", 5) == 0)
        setenv("NCURSES_NO_UTF8_ACS", "1", 0);
}

enum err_code
term_env_check(struct err *err)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, ERR_USAGE, "the console needs a terminal%s", TERM_ELSEWHERE);
    if (!name || !name[0] || strcmp(name, "dumb") == 0)
        return err_set(err, ERR_USAGE,
                       "the console needs a terminal with a screen, and TERM is %s%s",
                       name && name[0] ? name : "not set", TERM_ELSEWHERE);
    return ERR_OK;
}

int
term_env_number(const char *name, int fallback, int max)
{
    int64_t v;
    return str_to_i64(str_of(getenv(name)), &v) && v > 0 && v <= max ? (int)v : fallback;
}

bool
term_env_qr_mono(void)
{
    const char *wish = getenv("GATEHOUSE_QR");
    return wish && strcmp(wish, "mono") == 0;
}

int
term_env_esc_ms(void)
{
    bool remote = getenv("SSH_TTY") || getenv("SSH_CONNECTION");
    return term_env_number("ESCDELAY", remote ? ESC_MS_SSH : ESC_MS, ESC_MS_MAX);
}

/* The line-drawing characters come first: they are looked up most. */
static const struct term_plain plain[] = {
    {"─", '-', 'q'}, {"│", '|', 'x'}, {"┌", '+', 'l'}, {"┐", '+', 'k'}, {"└", '+', 'm'},
    {"┘", '+', 'j'}, {"├", '+', 't'}, {"┤", '+', 'u'}, {"┬", '+', 'w'}, {"┴", '+', 'v'},
    {"┼", '+', 'n'}, {"…", '~', 0},   {"–", '-', 0},   {"—", '-', 0},   {"‘", '\'', 0},
    {"’", '\'', 0},  {"“", '"', 0},   {"”", '"', 0},   {"•", '*', 0},   {"·", '.', 0},
    {"→", '>', 0},   {"←", '<', 0},   {"↑", '^', 0},   {"↓", 'v', 0},   {"✓", '+', 0},
    {"✗", 'x', 0},   {"●", '*', 0},   {"○", 'o', 0},   {"▲", '^', 0},   {"▼", 'v', 0},
    {"▸", '>', 0},   {"▾", 'v', 0},   {"×", 'x', 0},   {"█", '#', 0},
};

const struct term_plain *
term_env_plain(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (strcmp(plain[i].text, text) == 0)
            return &plain[i];
    }
    return NULL;
}
