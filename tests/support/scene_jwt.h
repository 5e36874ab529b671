#ifndef TESTS_SUPPORT_SCENE_JWT_H
#define TESTS_SUPPORT_SCENE_JWT_H
/* What tokens say that a scene has kept. Nothing is verified; see scene.h. */
#include "tests/support/scene.h"

/* The payload, or the header, of the token kept as `name`; the caller frees it. */
struct json *scene_claims(const struct scene *s, const char *name);
struct json *scene_jwt_header(const struct scene *s, const char *name);
/*
 * `members` is an object, written as in steps; each of its members must be in the token with that
 * value, null means that the claim is not there.
 */
void scene_expect_claims(struct scene *s, const char *name, const char *members);
#endif
