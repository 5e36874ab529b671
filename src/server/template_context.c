#include "server/template_context.h"

#include "base/ascii.h"
#include "server/template_text.h"

enum state {
    S_TEXT,
    S_OPEN, /* "<" */
    S_NAME,
    S_TAG, /* between attributes */
    S_ATTRIBUTE,
    S_AFTER_ATTRIBUTE,
    S_EQUALS,
    S_DOUBLE,
    S_SINGLE,
    S_UNQUOTED,
    S_MARKUP,      /* "<!" and what may become "<!--" */
    S_DECLARATION, /* up to ">" */
    S_COMMENT,
    S_RAW /* script, style: up to the end tag */
};

/* A name that does not fit is none that matters: its length says so. */
static void
add_name(char name[CONTEXT_NAME_MAX], unsigned *n, char c)
{
    if (*n < CONTEXT_NAME_MAX)
        name[*n] = ascii_lower(c);
    if (*n <= CONTEXT_NAME_MAX)
        ++*n;
}

static bool
is_one_of(const char *name, unsigned n, const char *const *list)
{
    if (n > CONTEXT_NAME_MAX)
        return false;
    for (; *list; list++)
        if (str_eq((struct str){name, n}, str_of(*list)))
            return true;
    return false;
}

static bool
holds_raw_text(const struct template_context *x)
{
    static const char *const names[] = {"script",  "style",    "xmp",       "iframe",
                                        "noembed", "noframes", "plaintext", NULL};
    return is_one_of(x->element, x->n_element, names);
}

static void
end_tag(struct template_context *x)
{
    x->state = !x->closing && holds_raw_text(x) ? S_RAW : S_TEXT;
    x->n_end = 0;
}

static void
start_attribute(struct template_context *x, char c)
{
    x->n_attribute = 0;
    add_name(x->attribute, &x->n_attribute, c);
    x->state = S_ATTRIBUTE;
}

/* ---- one byte in each state ---- */

static void
feed_open(struct template_context *x, char c)
{
    if (c == '/' && !x->closing) {
        x->closing = true;
    } else if (ascii_is_letter(c)) {
        x->n_element = 0;
        add_name(x->element, &x->n_element, c);
        x->state = S_NAME;
    } else if (x->closing) {
        x->state = c == '>' ? S_TEXT : S_DECLARATION;
    } else if (c == '!') {
        x->state = S_MARKUP;
        x->dashes = 0;
    } else if (c == '?') {
        x->state = S_DECLARATION;
    } else if (c != '<') {
        x->state = S_TEXT;
    }
}

static void
feed_comment(struct template_context *x, char c)
{
    if (c == '-')
        x->dashes++;
    else if (c == '>' && x->dashes >= 2)
        x->state = S_TEXT;
    else if (c != '!' || x->dashes < 2)
        x->dashes = 0;
}

static void
feed_markup(struct template_context *x, char c)
{
    if (c == '-' && x->dashes < 2) {
        x->dashes++;
    } else if (x->dashes == 2 && c != '[') {
        x->state = S_COMMENT;
        feed_comment(x, c);
    } else {
        x->state = c == '>' ? S_TEXT : S_DECLARATION;
    }
}

/* Between "<" and ">" of a tag, outside of values. */
static void
feed_tag(struct template_context *x, char c)
{
    if (c == '>')
        end_tag(x);
    else if (c == '/')
        x->state = S_TAG;
    else if (html_is_space(c))
        x->state = x->state == S_ATTRIBUTE ? S_AFTER_ATTRIBUTE
                   : x->state == S_NAME    ? S_TAG
                                           : x->state;
    else if (x->state == S_NAME)
        add_name(x->element, &x->n_element, c);
    else if (c == '=' && x->state != S_TAG)
        x->state = S_EQUALS;
    else if (x->state == S_ATTRIBUTE)
        add_name(x->attribute, &x->n_attribute, c);
    else
        start_attribute(x, c);
    x->value_started = false;
}

static void
feed_value(struct template_context *x, char c)
{
    bool ends = (x->state == S_DOUBLE && c == '"') || (x->state == S_SINGLE && c == '\'') ||
                (x->state == S_UNQUOTED && html_is_space(c));
    if (ends)
        x->state = S_TAG;
    else if (x->state == S_UNQUOTED && c == '>')
        end_tag(x);
    else if (!html_is_space(c))
        x->value_started = true;
}

static void
feed_equals(struct template_context *x, char c)
{
    if (html_is_space(c))
        return;
    if (c == '"') {
        x->state = S_DOUBLE;
    } else if (c == '\'') {
        x->state = S_SINGLE;
    } else {
        x->state = S_UNQUOTED;
        feed_value(x, c);
    }
}

static void
feed_raw(struct template_context *x, char c)
{
    unsigned at = x->n_end - 2;
    if (x->n_end >= 2 && at == x->n_element && (html_is_space(c) || c == '/' || c == '>')) {
        x->closing = true;
        x->state = S_TAG;
        feed_tag(x, c);
    } else if ((x->n_end == 1 && c == '/') ||
               (x->n_end >= 2 && at < x->n_element && x->element[at] == ascii_lower(c))) {
        x->n_end++;
    } else {
        x->n_end = c == '<';
    }
}

static void
feed(struct template_context *x, char c)
{
    switch ((enum state)x->state) {
    case S_TEXT:
        if (c == '<') {
            x->state = S_OPEN;
            x->closing = false;
        }
        break;
    case S_OPEN:
        feed_open(x, c);
        break;
    case S_NAME:
    case S_TAG:
    case S_ATTRIBUTE:
    case S_AFTER_ATTRIBUTE:
        feed_tag(x, c);
        break;
    case S_EQUALS:
        feed_equals(x, c);
        break;
    case S_DOUBLE:
    case S_SINGLE:
    case S_UNQUOTED:
        feed_value(x, c);
        break;
    case S_MARKUP:
        feed_markup(x, c);
        break;
    case S_DECLARATION:
        if (c == '>')
            x->state = S_TEXT;
        break;
    case S_COMMENT:
        feed_comment(x, c);
        break;
    case S_RAW:
        feed_raw(x, c);
        break;
    }
}

void
template_context_init(struct template_context *x)
{
    *x = (struct template_context){.state = S_TEXT};
}

void
template_context_feed(struct template_context *x, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        feed(x, s.p[i]);
}

/* ---- what it means for a value ---- */

static enum template_place
place_of_attribute(const struct template_context *x, enum template_place other)
{
    static const char *const code[] = {"style", "srcdoc", NULL};
    static const char *const address[] = {
        "href",     "src",    "action",  "formaction", "background", "cite",     "poster",
        "longdesc", "data",   "srcset",  "ping",       "manifest",   "codebase", "xlink:href",
        "lowsrc",   "dynsrc", "classid", "profile",    "archive",    NULL};
    if (x->n_attribute > 2 && x->attribute[0] == 'o' && x->attribute[1] == 'n')
        return PLACE_CODE;
    if (is_one_of(x->attribute, x->n_attribute, code))
        return PLACE_CODE;
    return is_one_of(x->attribute, x->n_attribute, address) ? PLACE_URL : other;
}

enum template_place
template_context_place(const struct template_context *x)
{
    switch ((enum state)x->state) {
    case S_TEXT:
        return PLACE_TEXT;
    case S_DOUBLE:
    case S_SINGLE:
        return place_of_attribute(x, PLACE_QUOTED);
    case S_EQUALS:
    case S_UNQUOTED:
        return place_of_attribute(x, PLACE_UNQUOTED);
    case S_RAW:
        return x->n_end > 0 ? PLACE_TAG : PLACE_CODE; /* not in what may be the end tag */
    case S_OPEN:
    case S_NAME:
    case S_TAG:
    case S_ATTRIBUTE:
    case S_AFTER_ATTRIBUTE:
    case S_MARKUP:
    case S_DECLARATION:
    case S_COMMENT:
        break;
    }
    return PLACE_TAG;
}

bool
template_context_at_start(const struct template_context *x)
{
    return !x->value_started;
}

bool
template_context_takes_spaces(const struct template_context *x)
{
    return x->state != S_EQUALS && x->state != S_UNQUOTED;
}
