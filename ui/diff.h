#ifndef UI_DIFF_H
#define UI_DIFF_H
/*
 * Before an edit is sent: reads the object again, and shows field by field what changes. If
 * somebody else changed a shown field meanwhile it shows three columns instead, and refuses unless
 * told otherwise. Nothing is sent when the object cannot be read again.
 */
#include "ui/form.h"

void diff_start(struct form *form);
#endif
