#ifndef TESTS_SUPPORT_CARRY_H
#define TESTS_SUPPORT_CARRY_H
/* One letter through a provider, as a test wants to see it. */
#include "base/arena.h"
#include "deliver/courier.h"

struct letter carry_email(void);
struct letter carry_sms(void);
/* Makes the provider, sends, waits for the end; fails the test if the provider cannot be made. The answer lives in the arena. */
struct outcome carry(const struct provider_settings *s, const struct letter *l, int64_t timeout_ms,
                     struct arena *a);
/* Waits for one outcome; fails the test after twenty seconds. */
struct outcome carry_next(struct courier *c);
struct provider *carry_provider(const struct provider_settings *s);
/* Settings that are good for a service of this kind at `url`, which stays the caller's. */
struct provider_settings carry_settings(enum provider_kind kind, const char *url);
#endif
