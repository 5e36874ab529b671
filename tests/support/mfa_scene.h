#ifndef TESTS_SUPPORT_MFA_SCENE_H
#define TESTS_SUPPORT_MFA_SCENE_H
/* People with passwords and authenticator apps, for scenarios about second factors. What is kept is
 * said with each; see scene.h. */
#include "tests/support/scene.h"
#include "tests/support/totp_app.h"

#define MFA_PASSWORD "a horse, a battery"

/* A verified member of the tenant with MFA_PASSWORD, NAME@mfa.example; kept as `name`. */
void mfa_scene_person(struct scene *s, const char *name, const char *tenant);
/* Password sign-in; `expect` as in a step. `options` (may be NULL) go behind the request. */
void mfa_scene_sign_in(struct scene *s, const char *name, const char *options, const char *expect);
/* Enrols an app as the environment: keeps `qr`, `recovery`, and codes as mfa_scene_code does. */
void mfa_scene_enrol(struct scene *s, struct totp_app *app, const char *name);
/* Reads the picture that is kept as `qr`. */
void mfa_scene_scan(struct scene *s, struct totp_app *app);
/* Keeps the code of the app as `code`, and as `next` the one after it. */
void mfa_scene_code(struct scene *s, const struct totp_app *app);
/* One statement on the server's database; a value may be NULL. */
void mfa_scene_sql(struct scene *s, const char *sql, const char *value);
#endif
