#ifndef UI_INVITE_H
#define UI_INVITE_H
/*
 * `:invite FILE`: people of a file into the tenant, all at once. Says how many and asks; then the
 * service works on it in the background, and the pop-up shows how far it is and who could not be
 * invited and why. Closing it does not stop the work. UI thread only.
 */
#include "ui/app.h"

void invite_open(struct app *app, struct str path);
#endif
