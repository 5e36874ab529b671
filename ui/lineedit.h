#ifndef UI_LINEEDIT_H
#define UI_LINEEDIT_H
/*
 * One editable line of text: prompts, the command line and form fields. Works in grapheme clusters,
 * so a cursor never stands inside one. Control characters never get in: a pasted newline or TAB
 * becomes a space, the rest is dropped. A secret line is drawn as dots and its memory is wiped.
 */
#include "base/buf.h"
#include "ui/canvas.h"

struct lineedit {
    struct buf text;
    size_t at; /* byte offset of the cursor, on a cluster boundary */
    bool secret;
};

void lineedit_init(struct lineedit *le, size_t max_bytes);
void lineedit_fini(struct lineedit *le);
/* Replaces the text; the cursor goes to the end. Too long text is cut. */
void lineedit_set(struct lineedit *le, struct str text);
struct str lineedit_text(const struct lineedit *le);
/* False if it did not fit: then nothing was inserted. */
bool lineedit_insert(struct lineedit *le, struct str text);
/* True if the key was for editing. */
bool lineedit_key(struct lineedit *le, uint32_t key);
/* Draws with the cursor in sight; with `focus` also places the hardware cursor. */
void lineedit_draw(const struct lineedit *le, struct canvas *cv, struct place at, bool focus);
#endif
