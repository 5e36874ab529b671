#ifndef TESTS_SUPPORT_UNIT_H
#define TESTS_SUPPORT_UNIT_H
/*
 * What every unit test includes: cmocka with the headers it wants first, and checks for our own
 * types.
 */
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The string is present and has these bytes (a literal, which may hold NUL). */
#define assert_str(s, literal) unit_assert_str((s), STR(literal), __FILE__, __LINE__)
void unit_assert_str(struct str got, struct str want, const char *file, int line);

/* fn(arg) ends the process by abort, as ASSERT does; it runs in a child with stderr closed. */
#define assert_aborts(fn, arg) unit_assert_aborts((fn), (arg), __FILE__, __LINE__)
void unit_assert_aborts(void (*fn)(void *arg), void *arg, const char *file, int line);

/* Path of `name` in a fresh folder of its own under TMPDIR; the same buffer is used again by the
 * next call. */
const char *unit_tmp_path(const char *name);

/* How long a test is to be: the number in the environment under that name, else the preset. */
int unit_setting(const char *name, int preset);
#endif
