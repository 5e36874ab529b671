#ifndef SERVER_TEMPLATE_TEXT_H
#define SERVER_TEMPLATE_TEXT_H
/*
 * The plain text part of an e-mail, derived from its HTML: paragraphs apart by an empty line, list
 * items after "- ", the address of a link after its words (below them when the link stands alone),
 * pictures by their alt text. Left out: head, scripts, styles, comments, what is not displayed, and
 * elements of class "html-only". Any bytes are taken; the result is bounded by the buffer. No state;
 * any thread.
 */
#include "base/buf.h"

/* What separates words and attributes in HTML. */
static inline bool
html_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void template_text_of_html(struct buf *out, struct str html);

/* What an SMS costs: GSM 7-bit (160, or 153 in each of several parts) or UCS-2 (70, 67). */
struct template_sms_size {
    bool gsm;     /* every character is of the GSM alphabet */
    size_t units; /* septets, or 16-bit units */
    size_t parts;
};
struct template_sms_size template_sms_size(struct str text);
#endif
