#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H
/*
 * The console on a real terminal: supervising parent, loop, screen, client and app put together.
 * Main thread only.
 */
#include "client/profile.h"

/* Runs until the person leaves; what went wrong before there was a screen is in err. */
int console_run(const struct profile_flags *flags, struct err *err);
#endif
