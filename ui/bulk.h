#ifndef UI_BULK_H
#define UI_BULK_H
/*
 * One action on many rows: first the plan with the exact count, in which each row can be looked at;
 * then a few at a time, with progress, a result for each row, a stop key, and another try for those
 * that failed. While the service cannot be reached it waits. Rows whose answer was lost are read
 * back before anything is sent again. What happens is kept in a checkpoint (bulk_file.h), so that
 * `:bulk` goes on with what a console that died or was left did not finish. The pop-up owns the
 * act. UI thread only.
 */
#include "ui/act.h"

enum { BULK_AT_ONCE = 4 };

/* Shows the plan; nothing is sent before it is agreed to. */
void bulk_open(struct act *take);
/* It was agreed to: sends. Opens the pop-up if there is none, as for taking back. */
void bulk_begin(struct act *act);
/* Lists what was not finished, to choose from. */
void bulk_list(struct app *app);
/* Says that there is something to go on with, if there is. */
void bulk_offer(struct app *app);
#endif
