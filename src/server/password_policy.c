#include "server/password_policy.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum { WORD_LEAST = 4, REST_LEAST = 6, FOLDED_MAX = 32 * 1024, LINE_SIZE = 160 };

/* ---- putting a policy together ---- */

void
password_policy_init(struct password_policy *p)
{
    *p = (struct password_policy){
        .min_length = PASSWORD_LEAST,
        .max_length = PASSWORD_MOST,
        .min_phrase_length = 20,
        .min_optional = 1,
        .block_breached = true,
    };
}

static int64_t
number_of(const struct json *j, const char *name, int64_t preset)
{
    int64_t v;
    return json_to_i64(json_get(j, name), &v) ? v : preset;
}

static bool
switch_of(const struct json *j, const char *name, bool preset)
{
    bool v;
    return json_to_bool(json_get(j, name), &v) ? v : preset;
}

/* What a document says; the rest as in `p`. */
static void
read_document(struct password_policy *p, const struct json *d)
{
    const struct json *optional = json_get(d, "optionalTests");
    p->min_length = number_of(d, "minLength", p->min_length);
    p->max_length = number_of(d, "maxLength", p->max_length);
    p->allow_passphrases = switch_of(d, "allowPassphrases", p->allow_passphrases);
    p->min_phrase_length = number_of(d, "minPhraseLength", p->min_phrase_length);
    p->min_optional = number_of(d, "minOptionalTestsToPass", p->min_optional);
    p->lowercase = switch_of(optional, "requireLowercase", p->lowercase);
    p->uppercase = switch_of(optional, "requireUppercase", p->uppercase);
    p->numbers = switch_of(optional, "requireNumbers", p->numbers);
    p->special_chars = switch_of(optional, "requireSpecialChars", p->special_chars);
    p->three_repeated =
        switch_of(json_get(d, "requiredTests"), "checkThreeRepeatedChars", p->three_repeated);
    p->block_breached = switch_of(d, "blockPwnedPasswords", p->block_breached);
}

/* Bounds that no policy can move: long passwords are allowed, and the two lengths never cross. */
static void
settle(struct password_policy *p)
{
    if (p->max_length < PASSWORD_ACCEPTED)
        p->max_length = PASSWORD_ACCEPTED;
    if (p->min_length > p->max_length)
        p->max_length = p->min_length;
    int64_t tests = (int64_t)p->lowercase + p->uppercase + p->numbers + p->special_chars;
    if (p->min_optional > tests)
        p->min_optional = tests;
}

void
password_policy_environment(struct password_policy *p, const struct json *stored)
{
    read_document(p, stored);
    settle(p);
}

static int64_t
more(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void
password_policy_tenant(struct password_policy *p, const struct json *stored)
{
    /* What the tenant does not mention demands nothing. */
    struct password_policy t = {.max_length = INT64_MAX, .allow_passphrases = true};
    read_document(&t, stored);
    p->min_length = more(p->min_length, t.min_length);
    p->max_length = t.max_length < p->max_length ? t.max_length : p->max_length;
    p->allow_passphrases &= t.allow_passphrases;
    p->min_phrase_length = more(p->min_phrase_length, t.min_phrase_length);
    p->lowercase |= t.lowercase;
    p->uppercase |= t.uppercase;
    p->numbers |= t.numbers;
    p->special_chars |= t.special_chars;
    /* A tenant that asks for a class asks for one of them at least. */
    bool asks = t.lowercase || t.uppercase || t.numbers || t.special_chars;
    p->min_optional = more(p->min_optional, asks ? more(1, t.min_optional) : t.min_optional);
    p->three_repeated |= t.three_repeated;
    p->block_breached |= t.block_breached;
    settle(p);
}

/* ---- judging a password ---- */

struct looks {
    size_t length;
    bool lowercase, uppercase, numbers, special_chars, three_repeated;
};

static void
look_at(struct str password, struct looks *out)
{
    uint32_t before = 0, cp;
    size_t run = 0, n;
    *out = (struct looks){.length = 0};
    for (; (n = utf8_decode(password, &cp)) > 0; password = str_sub(password, n, password.n)) {
        out->length++;
        run = cp == before && out->length > 1 ? run + 1 : 1;
        before = cp;
        out->three_repeated |= run == 3;
        if (cp >= 'a' && cp <= 'z')
            out->lowercase = true;
        else if (cp >= 'A' && cp <= 'Z')
            out->uppercase = true;
        else if (cp >= '0' && cp <= '9')
            out->numbers = true;
        else
            out->special_chars = true;
    }
}

size_t
password_length(struct str password)
{
    struct looks l;
    look_at(password, &l);
    return l.length;
}

struct judge {
    password_fault_fn *say;
    void *arg;
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void
fault(struct judge *j, const char *fmt, ...)
{
    char line[LINE_SIZE];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    ASSERT(n > 0 && n < LINE_SIZE);
    j->n++;
    j->say(j->arg, (struct str){line, (size_t)n});
}

/* The classes are named one by one when all of them are needed, else together. */
static void
check_classes(const struct password_policy *p, const struct looks *l, struct judge *j)
{
    const struct {
        bool asked, there;
        const char *text;
    } tests[] = {
        {p->lowercase, l->lowercase, "lowercase letter"},
        {p->uppercase, l->uppercase, "uppercase letter"},
        {p->numbers, l->numbers, "number"},
        {p->special_chars, l->special_chars, "special character"},
    };
    int64_t asked = 0, passed = 0;
    for (size_t i = 0; i < COUNT_OF(tests); i++) {
        asked += tests[i].asked;
        passed += tests[i].asked && tests[i].there;
    }
    if (passed >= p->min_optional)
        return;
    if (p->min_optional < asked) {
        fault(j, "password must pass at least %d of the tests for kinds of characters",
              (int)p->min_optional);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(tests); i++)
        if (tests[i].asked && !tests[i].there)
            fault(j, "password must contain at least one %s", tests[i].text);
}

size_t
password_policy_check(const struct password_policy *p, struct str password, password_fault_fn *say,
                      void *arg)
{
    struct judge j = {say, arg, 0};
    struct looks l;
    look_at(password, &l);
    int64_t length = (int64_t)l.length;
    if (length < p->min_length)
        fault(&j, "password must be longer than or equal to %lld characters",
              (long long)p->min_length);
    if (length > p->max_length)
        fault(&j, "password must be shorter than or equal to %lld characters",
              (long long)p->max_length);
    if (p->three_repeated && l.three_repeated)
        fault(&j, "password must not contain the same character three times in a row");
    if (!p->allow_passphrases || length < p->min_phrase_length)
        check_classes(p, &l, &j);
    return j.n;
}

/* ---- words ---- */

/* Takes every occurrence of `word` out of `text`. */
static bool
cut_out(struct buf *text, struct str word)
{
    bool any = false;
    for (ptrdiff_t at; (at = str_find(buf_str(text), word)) >= 0; any = true) {
        memmove(text->p + at, text->p + at + word.n, text->n - (size_t)at - word.n);
        text->n -= word.n;
    }
    return any;
}

static bool
is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The word as a whole, then its parts: "ada.lovelace", "lovelace". */
static bool
cut_word(struct buf *text, struct str word)
{
    struct buf folded;
    buf_init(&folded, FOLDED_MAX);
    bool any =
        utf8_fold(&folded, word) && folded.n >= WORD_LEAST && cut_out(text, buf_str(&folded));
    for (size_t from = 0, to; from < folded.n; from = to + 1) {
        for (to = from; to < folded.n && is_of_word(folded.p[to]);)
            to++;
        if (to - from >= WORD_LEAST)
            any |= cut_out(text, str_sub(buf_str(&folded), from, to));
    }
    buf_fini(&folded);
    return any;
}

bool
password_is_made_of(struct str password, const struct str *words, size_t n)
{
    struct buf text;
    buf_init(&text, FOLDED_MAX);
    bool any = false;
    if (utf8_fold(&text, password) && !text.failed)
        for (size_t i = 0; i < n; i++)
            any |= cut_word(&text, words[i]);
    bool made = any && password_length(buf_str(&text)) < REST_LEAST;
    if (text.n)
        memset(text.p, 0, text.n);
    buf_fini(&text);
    return made;
}
