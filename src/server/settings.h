#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H
/* The documents that more than one module reads, see document.h; each is defined where its operations are. */
#include "server/document.h"

extern const struct document core_settings; /* ops/config.c: token lifetimes, sign-ups, cookies */
extern const struct document password_settings; /* ops/password_settings.c: complexity */
extern const struct document password_history_settings, password_rotation_settings; /* there */
#endif
