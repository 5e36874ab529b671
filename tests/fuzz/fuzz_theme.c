/* Text into the theme reader: a fault changes nothing, and what is accepted can be measured and shown. */
#include "base/mem.h"
#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const int palettes[] = {8, 16, 256};
    struct theme before, t;
    struct err err = {.code = ERR_OK};
    theme_default(&before);
    t = before;
    if (theme_parse(&t, (struct str){(const char *)data, n}, "fuzz.theme", &err)) {
        ASSERT(memcmp(&t, &before, sizeof t) == 0);
        ASSERT(err.msg[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(palettes); i++) {
        for (int r = 0; r < ROLE_COUNT; r++) {
            int fg = colour_nearest(t.styles[r].fg, palettes[i]);
            ASSERT(fg >= -1 && fg < palettes[i]);
        }
    }
    ASSERT(memcmp(&t.styles[ROLE_QR_DARK], &before.styles[ROLE_QR_DARK], sizeof t.styles[0]) == 0);
    for (int r = 0; r < ROLE_COUNT; r++) {
        double contrast = theme_contrast(&t, t.styles[r].fg, t.styles[r].bg);
        ASSERT(contrast >= 1 && contrast <= 21.1);
    }
    return 0;
}
