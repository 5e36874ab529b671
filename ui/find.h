#ifndef UI_FIND_H
#define UI_FIND_H
/*
 * `:find TEXT`: one list of whatever has that text, whatever kind of thing it is. Where it looks is
 * client/find.h. UI thread only.
 */
#include "ui/app.h"

void find_open(struct app *app, struct str text);
#endif
