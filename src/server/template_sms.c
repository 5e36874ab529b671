#include "server/template_text.h"

#include "base/utf8.h"

/* GSM 03.38, besides the ASCII letters, digits and signs that both alphabets share. */
static const uint32_t GSM[] = {
    '@',   0xA3,  '$',   0xA5,  0xE8,  0xE9,  0xF9, 0xEC,  0xF2,  0xC7,  '\n',
    0xD8,  0xF8,  '\r',  0xC5,  0xE5,  0x394, '_',  0x3A6, 0x393, 0x39B, 0x3A9,
    0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6,  0xE6, 0xDF,  0xC9,  0xA4,  0xA1,
    0xC4,  0xD6,  0xD1,  0xDC,  0xA7,  0xBF,  0xE4, 0xF6,  0xF1,  0xFC,  0xE0,
};
static const uint32_t GSM_TWO[] = {'\f', '^', '{', '}', '\\', '[', '~', ']', '|', 0x20AC};

static bool
is_in(const uint32_t *list, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == cp)
            return true;
    return false;
}

/* Septets of a character, 0 if the alphabet has none. */
static size_t
septets(uint32_t cp)
{
    if (is_in(GSM_TWO, sizeof GSM_TWO / sizeof *GSM_TWO, cp))
        return 2;
    if ((cp >= ' ' && cp <= 'Z') || (cp >= 'a' && cp <= 'z'))
        return 1;
    return is_in(GSM, sizeof GSM / sizeof *GSM, cp) ? 1 : 0;
}

/* A character is not torn apart at the end of a part. */
struct count {
    size_t units, parts, in_part;
};

static void
count_one(struct count *c, size_t units, size_t per_part)
{
    c->units += units;
    if (c->in_part + units > per_part) {
        c->parts++;
        c->in_part = 0;
    }
    c->in_part += units;
}

struct template_sms_size
template_sms_size(struct str text)
{
    struct count gsm = {.parts = 1}, wide = {.parts = 1};
    bool all_gsm = true;
    while (text.n > 0) {
        uint32_t cp = 0xFFFD;
        size_t n = utf8_decode(text, &cp);
        size_t seven = septets(cp);
        all_gsm = all_gsm && seven > 0;
        count_one(&gsm, seven, 153);
        count_one(&wide, cp > 0xFFFF ? 2 : 1, 67);
        text = str_sub(text, n ? n : 1, text.n);
    }
    struct count *c = all_gsm ? &gsm : &wide;
    size_t alone = all_gsm ? 160 : 70;
    size_t parts = c->units == 0 ? 0 : c->units <= alone ? 1 : c->parts;
    return (struct template_sms_size){.gsm = all_gsm, .units = c->units, .parts = parts};
}
