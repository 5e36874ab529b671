#ifndef BASE_SCRIPT_H
#define BASE_SCRIPT_H
/*
 * Names that look like another one because some of their letters are of another alphabet, as in
 * "аdmin" with a Cyrillic а. A name wholly in one alphabet is nobody's fault, and neither is one with
 * a word of each. No state; any thread.
 */
#include "base/str.h"

/*
 * Whether a word of the text, which may be foreign, has letters of two alphabets that look alike:
 * Latin, Greek, Cyrillic, Armenian, Cherokee. Then *one and *other (may be NULL) are their names.
 */
bool script_mixes(struct str text, const char **one, const char **other);
#endif
