#ifndef STORE_SENDS_H
#define STORE_SENDS_H
/* How often something was sent, so that codes cannot be used to flood a phone or to run up costs. A
 * count is a row that all servers share; rows whose time is over are swept a few at a time. */
#include "store/store.h"

/* Counts one more for `subject` and gives how many that makes within `window_ms` of the first. */
enum err_code store_send_count(const struct scope *s, struct str subject, int64_t window_ms,
                               int64_t *sent, struct err *err) MUST_USE;
#endif
