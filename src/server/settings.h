#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H
/* The documents that more than one module reads, see document.h; each is defined where its operations are. */
#include "server/document.h"

enum { LOCKOUT_ATTEMPTS = 5 }; /* of a lockout policy that does not say */

extern const struct document delegation_settings; /* ops/delegation.c: may others act for people */
extern const struct document core_settings; /* ops/config.c: token lifetimes, sign-ups, cookies */
extern const struct document password_settings; /* ops/password_settings.c: complexity */
extern const struct document password_history_settings, password_rotation_settings; /* there */
extern const struct document lockout_policy; /* ops/lockout.c: wrong guesses in a row */
extern const struct document jwt_targeting;  /* ops/jwt_templates.c: who gets which template */
extern const struct document session_policy; /* ops/sessions.c: how long sessions last */
extern const struct document mfa_settings;   /* mfa_rules.c: name in authenticator apps, sender */
extern const struct document activation_settings, invitation_settings; /* ops/strategies.c */
#endif
