#include "base/script.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "base/utf8.h"

struct range {
    uint32_t from, to;
    const char *alphabet;
};

static const char latin[] = "Latin", greek[] = "Greek", cyrillic[] = "Cyrillic",
                  armenian[] = "Armenian", cherokee[] = "Cherokee";

/* Letters; what stands between them in these blocks does not matter here. */
static const struct range ranges[] = {
    {0x00C0, 0x00D6, latin},    {0x00D8, 0x00F6, latin},    {0x00F8, 0x02AF, latin},
    {0x0370, 0x03FF, greek},    {0x0400, 0x052F, cyrillic}, {0x0531, 0x058F, armenian},
    {0x13A0, 0x13FF, cherokee}, {0x1C80, 0x1C8F, cyrillic}, {0x1E00, 0x1EFF, latin},
    {0x1F00, 0x1FFF, greek},    {0x2C60, 0x2C7F, latin},    {0x2DE0, 0x2DFF, cyrillic},
    {0xA640, 0xA69F, cyrillic}, {0xA720, 0xA7FF, latin},    {0xAB70, 0xABBF, cherokee},
    {0xFF21, 0xFF3A, latin},    {0xFF41, 0xFF5A, latin},
};

static const char *
alphabet_of(uint32_t cp)
{
    if (cp < 0x80)
        return ascii_is_letter((int)cp) ? latin : NULL;
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (cp >= ranges[i].from && cp <= ranges[i].to)
            return ranges[i].alphabet;
    return NULL;
}

/* Spaces and punctuation end a word; digits, marks and letters of other scripts do not. */
static bool
ends_word(uint32_t cp)
{
    if (cp < 0x80)
        return !ascii_is_letter((int)cp) && !ascii_is_digit((int)cp) && cp != '_';
    return cp == 0xA0 || (cp >= 0x2000 && cp <= 0x206F) || cp == 0x3000;
}

bool
script_mixes(struct str text, const char **one, const char **other)
{
    const char *word = NULL;
    uint32_t cp;
    while (text.n) {
        size_t n = utf8_decode(text, &cp);
        const char *letter = n ? alphabet_of(cp) : NULL;
        if (!n || ends_word(cp)) {
            word = NULL;
        } else if (letter && word && letter != word) {
            if (one)
                *one = word;
            if (other)
                *other = letter;
            return true;
        } else if (letter) {
            word = letter;
        }
        text = str_sub(text, n ? n : 1, text.n);
    }
    return false;
}
