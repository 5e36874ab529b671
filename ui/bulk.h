#ifndef UI_BULK_H
#define UI_BULK_H
/*
 * One action on many rows: a few at a time, with progress, a result for each row, a stop key, and
 * another try for those that failed. The pop-up owns the act.
 */
#include "ui/act.h"

enum { BULK_AT_ONCE = 4 };

void bulk_open(struct act *take);
#endif
