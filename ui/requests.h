#ifndef UI_REQUESTS_H
#define UI_REQUESTS_H
/* The request log: what was asked of the server, newest first; bodies are never kept. */
#include "ui/pane.h"

struct pane *requests_new(void);
bool requests_is(const struct pane *p);
#endif
