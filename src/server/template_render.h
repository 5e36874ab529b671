#ifndef SERVER_TEMPLATE_RENDER_H
#define SERVER_TEMPLATE_RENDER_H
/*
 * Filling in templates: {{name}}, {{ name }} and {{{name}}} are replaced, once, by the value of the
 * variable, made safe for the place it stands in. Nothing is evaluated, and what a value holds is
 * never read as a template. A name without a value is replaced by nothing.
 *
 *   text of HTML, quoted attributes      & < > " ' as entities
 *   unquoted attributes                  every other byte than letters, digits and _ - . too
 *   addresses (href, src, ...)           percent-encoded; an URL variable at the very beginning stays
 *                                        a URL, unless its scheme runs code
 *   script, style, on... attributes      only letters, digits, space and _ . , @ : / - stay
 *   inside a tag but no value, comments  nothing
 *
 * Values come in clean (template_value_set): valid UTF-8, no control, bidirectional or invisible
 * formatting characters, bounded. Output is bounded by the buffer it goes to. No state; any thread.
 */
#include "base/buf.h"
#include "server/template_types.h"

enum {
    TEMPLATE_BODY_MAX = 4 << 20,   /* bytes of a rendered body */
    TEMPLATE_VALUE_MAX = 1000,     /* code points of a value */
    TEMPLATE_NAME_VALUE_MAX = 100, /* of one that somebody chose for themselves */
    TEMPLATE_URL_MAX = 4096,       /* bytes of an address */
    TEMPLATE_LINE_MAX = 1000,      /* bytes of a subject or name after rendering */
    TEMPLATE_UNKNOWN_MAX = 32
};

struct template_values {
    struct str of[TEMPLATE_VARS]; /* absent: none */
    /* Variables outside the table, plain text. */
    struct {
        struct str name, value;
    } more[16];
    size_t n_more;
};

/* Cleans a value by the kind of its variable and keeps it; lives in the arena. */
void template_value_set(struct template_values *v, struct arena *a, enum template_var_id id,
                        struct str value);
/* By name, also one outside the table. */
void template_value_add(struct template_values *v, struct arena *a, struct str name,
                        struct str value);

enum template_form {
    TEMPLATE_HTML,
    TEMPLATE_PLAIN, /* text of an SMS */
    TEMPLATE_LINE,  /* one line: subject, name of the sender */
    TEMPLATE_URL    /* an address; values percent-encoded but for an URL variable that begins it */
};

/* Appends; past the buffer's cap the buffer has failed. */
void template_render(struct buf *out, struct str text, enum template_form form,
                     const struct template_values *v);

/* Names in the text that are no variable of `vars` (bits), each once, as written. */
struct template_unknown {
    struct str names[TEMPLATE_UNKNOWN_MAX]; /* borrowed from the text */
    size_t n;
};
void template_find_unknown(struct str text, uint64_t vars, struct template_unknown *out);

/* Appends what an address may hold, the rest percent-encoded; nothing if it is too long. */
void template_clean_url(struct buf *out, struct str url);

/* Whether text can be the address of a link: a scheme, none that runs code, no controls. */
bool template_address_ok(struct str text);
/* Whether text can be a redirect pattern: as an address, or beginning with a variable. */
bool template_redirect_ok(struct str text);
#endif
