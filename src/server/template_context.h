#ifndef SERVER_TEMPLATE_CONTEXT_H
#define SERVER_TEMPLATE_CONTEXT_H
/*
 * Where in an HTML document the next byte stands, so that a value can be made safe for that place.
 * Reads what is written, byte by byte, as browsers and mail programs do; a conditional comment
 * (<!--[if mso]>) counts as its content. Constant size; no memory of its own.
 */
#include "base/str.h"

enum template_place {
    PLACE_TEXT,     /* element content, also of title and textarea */
    PLACE_QUOTED,   /* attribute value in quotes */
    PLACE_UNQUOTED, /* attribute value without */
    PLACE_URL,      /* attribute that holds an address, in quotes or not */
    PLACE_CODE,     /* script, style, event handlers */
    PLACE_TAG       /* inside a tag, but in no value; in a comment */
};

enum { CONTEXT_NAME_MAX = 16 };

struct template_context {
    int state;
    char element[CONTEXT_NAME_MAX], attribute[CONTEXT_NAME_MAX];
    unsigned n_element, n_attribute, n_end; /* n_end: bytes of "</script" seen */
    unsigned dashes;
    bool closing;       /* the tag is an end tag */
    bool value_started; /* the value has a byte other than white space */
};

void template_context_init(struct template_context *x);
void template_context_feed(struct template_context *x, struct str s);
enum template_place template_context_place(const struct template_context *x);
/* PLACE_URL: nothing but white space stands before. */
bool template_context_at_start(const struct template_context *x);
/* A space does not end this place. */
bool template_context_takes_spaces(const struct template_context *x);
#endif
