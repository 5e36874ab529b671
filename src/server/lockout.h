#ifndef SERVER_LOCKOUT_H
#define SERVER_LOCKOUT_H
/* The pipeline's half of what signin.h offers handlers against guessing. */
#include "server/call.h"

/* After a call that was refused: if it used up the last guess at an account, locks that account.
 * Opens a transaction of its own. A failure is logged: no further guess is looked at anyway. */
void lockout_settle(struct call *c);
#endif
