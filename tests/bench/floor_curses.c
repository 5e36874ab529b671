/*
 * The curses floor: the smallest honest ncurses list of 100,000 rows. A header, a full-width bar on
 * the selected row, a position line, a scroll region. Like any list it has more columns on a wide
 * screen, those of the console's list of users: bytes compare only for the same contents. The console's figures
 * are ratios to this program in the same run. Usage: floor_curses [rows]
 */
#define _XOPEN_SOURCE 700
#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

/* Four columns, nine on a wide screen. */
static void
row_text(char *line, size_t size, long i)
{
    if (COLS < 160)
        snprintf(line, size,
                 "user%06ld@example.com    User Number %06ld      2026-01-%02ld  active", i, i,
                 i % 28 + 1);
    else
        snprintf(
            line, size,
            "User Number %06ld%41suser%06ld@example.com%54s%-12sno   1        %-22s%ld d    %08lx",
            i, "", i, "", i % 7 ? "active" : "unverified", "local", 300 + i % 28,
            (unsigned long)i * 2654435761 & 0xffffffff);
}

static void
draw_row(long i, int y, int selected)
{
    char line[512];
    row_text(line, sizeof line, i);
    if (selected)
        attron(A_REVERSE);
    mvprintw(y, 0, "%-*.*s", COLS, COLS, line);
    if (selected)
        attroff(A_REVERSE);
}

/* Moves cursor and top by a key of a list with this many rows and this height. */
static void
move_by(int key, long total, int height, long *top, long *cursor)
{
    if ((key == KEY_DOWN || key == 'j') && *cursor < total - 1)
        ++*cursor;
    if ((key == KEY_UP || key == 'k') && *cursor > 0)
        --*cursor;
    if (key == KEY_NPAGE)
        *cursor = *top = *top + 2 * height < total ? *top + height : total - height;
    if (key == KEY_PPAGE)
        *cursor = *top = *top > height ? *top - height : 0;
    if (*cursor < *top)
        *top = *cursor;
    if (*cursor >= *top + height)
        *top = *cursor - height + 1;
}

int
main(int argc, char **argv)
{
    long total = argc > 1 ? strtol(argv[1], NULL, 10) : 100000, top = 0, cursor = 0;
    setlocale(LC_ALL, "");
    initscr();
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    idlok(stdscr, TRUE);
    scrollok(stdscr, TRUE);
    for (;;) {
        int height = LINES - 2;
        mvprintw(0, 0, "%-*.*s", COLS, COLS,
                 "EMAIL                     NAME                    CREATED     STATE");
        for (int y = 0; y < height && top + y < total; y++)
            draw_row(top + y, y + 1, top + y == cursor);
        mvprintw(LINES - 1, 0, "%ld of %ld", cursor + 1, total);
        clrtoeol();
        refresh();
        int key = getch();
        long before = top;
        if (key == 'q' || key == 'Q' || key == ERR)
            break;
        move_by(key, total, height, &top, &cursor);
        if (top - before == 1 || before - top == 1) {
            setscrreg(1, height);
            scrl((int)(top - before));
            setscrreg(0, LINES - 1);
        }
    }
    endwin();
    return 0;
}
