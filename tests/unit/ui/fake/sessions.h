#ifndef FAKE_SESSIONS_H
#define FAKE_SESSIONS_H
/*
 * A service's sessions for tests of the console: with the extension, or person by person. One at a
 * time; they come and go as the test says.
 */
#include "tests/unit/ui/fake/bench.h"

/* n sessions of three people and the extension. */
void fake_sessions(struct bench *b, size_t n);
/* The same people and sessions, but the service has only the list of each person. */
void fake_sessions_of_people(struct bench *b, size_t n);
/* Another one begins, of person 0, 1 or 2. */
void fake_session_begins(size_t person);
/* Session i ends. */
void fake_session_ends(size_t i);
/* This one is the console's own. */
void fake_session_own(size_t i);
/* Ending is answered, but nothing happens. */
void fake_sessions_stubborn(bool stubborn);
size_t fake_sessions_alive(void);
#endif
