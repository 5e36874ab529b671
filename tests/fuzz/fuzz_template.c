/*
 * A template and a value, split at the first NUL. Whatever the value holds, the document has the same
 * structure as with a harmless one: the value cannot open or close a tag, an attribute, a script. The
 * text part, subjects, links and SMS sizes made of it keep their promises.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "server/template_context.h"
#include "server/template_text.h"
#include "server/template_words.h"

#include <stdint.h>

enum { INPUT_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same value for every variable; those that begin links get it behind a harmless address. */
static void
fill(struct template_values *v, struct arena *a, struct str value)
{
    struct str text = arena_printf(a, "x%.*s", STR_ARG(value));
    struct str url = arena_printf(a, "https://x%.*s", STR_ARG(str_sub(value, 0, 1000)));
    *v = (struct template_values){.n_more = 0};
    for (int i = 0; i < TEMPLATE_VARS; i++)
        template_value_set(v, a, (enum template_var_id)i,
                           template_vars[i].kind == TEMPLATE_VAR_URL ? url : text);
}

static size_t
count(const struct buf *b, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == c;
    return n;
}

static void
check_structure(struct str text, const struct template_values *harmless,
                const struct template_values *hostile, struct buf *out)
{
    struct template_context x, y;
    struct buf calm;
    buf_init(&calm, TEMPLATE_BODY_MAX);
    template_render(&calm, text, TEMPLATE_HTML, harmless);
    template_render(out, text, TEMPLATE_HTML, hostile);
    if (!calm.failed && !out->failed) {
        template_context_init(&x);
        template_context_feed(&x, buf_str(&calm));
        template_context_init(&y);
        template_context_feed(&y, buf_str(out));
        ASSERT(x.state == y.state && x.n_element == y.n_element && x.closing == y.closing);
        ASSERT(x.n_attribute == y.n_attribute);
        ASSERT(memcmp(x.element, y.element, sizeof x.element) == 0);
        for (const char *c = "<>\"'"; *c; c++)
            ASSERT(count(&calm, *c) == count(out, *c));
    }
    buf_fini(&calm);
}

static void
check_text(struct str html)
{
    struct buf text;
    buf_init(&text, TEMPLATE_BODY_MAX);
    template_text_of_html(&text, html);
    if (!text.failed) {
        ASSERT(utf8_valid(buf_str(&text)));
        for (size_t i = 0; i < text.n; i++)
            ASSERT((unsigned char)text.p[i] >= ' ' || text.p[i] == '\n' || text.p[i] == '\t');
        ASSERT(text.n == 0 || text.p[text.n - 1] == '\n');
        struct template_sms_size sms = template_sms_size(buf_str(&text));
        ASSERT((sms.parts == 0) == (text.n == 0) && sms.units >= sms.parts);
    }
    buf_fini(&text);
}

static void
check_line(struct str text, const struct template_values *v)
{
    struct buf line;
    buf_init(&line, (size_t)4 * TEMPLATE_LINE_MAX);
    template_render(&line, text, TEMPLATE_LINE, v);
    if (!line.failed && line.n > 0) {
        ASSERT(utf8_valid(buf_str(&line)) && line.n <= TEMPLATE_LINE_MAX + 4);
        ASSERT(line.p[0] != ' ' && line.p[line.n - 1] != ' ');
        for (size_t i = 0; i < line.n; i++)
            ASSERT((unsigned char)line.p[i] >= ' ' && line.p[i] != 0x7F);
    }
    buf_fini(&line);
}

static void
check_link(struct str text, struct arena *a, const struct template_values *v)
{
    struct str link = template_words_link(v, a, text);
    ASSERT(!link.n || template_address_ok(link));
    for (size_t i = 0; i < link.n; i++)
        ASSERT(link.p[i] > ' ' && link.p[i] < 0x7F);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf out;
    struct template_values harmless, hostile;
    struct template_unknown unknown = {.n = 0};
    if (size > INPUT_MAX)
        return 0;
    struct str all = {(const char *)data, size};
    ptrdiff_t nul = str_find_char(all, '\0');
    size_t at = nul < 0 ? size : (size_t)nul;
    struct str text = str_sub(all, 0, at), value = str_sub(all, at + 1, size);
    arena_init(&a, 64 << 20);
    buf_init(&out, TEMPLATE_BODY_MAX);
    fill(&harmless, &a, STR(""));
    fill(&hostile, &a, value);
    check_structure(text, &harmless, &hostile, &out);
    check_text(buf_str(&out));
    check_text(text);
    check_line(text, &hostile);
    check_link(text, &a, &hostile);
    template_find_unknown(text, UINT64_MAX, &unknown);
    ASSERT(unknown.n <= TEMPLATE_UNKNOWN_MAX);
    buf_fini(&out);
    arena_fini(&a);
    return 0;
}
