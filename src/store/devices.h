#ifndef STORE_DEVICES_H
#define STORE_DEVICES_H
/* From which kinds of devices a person has signed in; the DEVICES_MAX seen last are kept. */
#include "store/store.h"

enum { DEVICES_MAX = 20 };

/*
 * Remembers the device, a short text such as a hash. *is_new: this person was seen with others, and not
 * with this one. Of the first one there is nothing to say.
 */
enum err_code store_device_seen(const struct scope *s, int64_t user_seq, struct str device,
                                bool *is_new, struct err *err) MUST_USE;
#endif
