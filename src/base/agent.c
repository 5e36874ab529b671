#include "base/agent.h"
#include "base/utf8.h"

/* The first of these that the header holds; order matters, since most pretend to be others. */
struct sign {
    const char *part, *name;
};

static const char *
find_sign(struct str header, const struct sign *signs)
{
    for (; signs->part; signs++)
        if (str_find(header, str_of(signs->part)) >= 0)
            return signs->name;
    return NULL;
}

struct str
agent_words(struct arena *a, struct str user_agent)
{
    static const struct sign browsers[] = {{"Edg", "Edge"},
                                           {"OPR/", "Opera"},
                                           {"SamsungBrowser", "Samsung Internet"},
                                           {"Firefox", "Firefox"},
                                           {"FxiOS", "Firefox"},
                                           {"CriOS", "Chrome"},
                                           {"Chromium", "Chromium"},
                                           {"Chrome/", "Chrome"},
                                           {"Safari/", "Safari"},
                                           {"curl/", "curl"},
                                           {"gatehouse", "gatehouse"},
                                           {NULL, NULL}};
    static const struct sign systems[] = {
        {"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iOS"},  {"iPad", "iPadOS"},
        {"Mac OS X", "macOS"},  {"CrOS", "ChromeOS"},   {"Linux", "Linux"}, {NULL, NULL}};
    const char *browser = find_sign(user_agent, browsers);
    const char *system = find_sign(user_agent, systems);
    if (browser && system)
        return arena_printf(a, "%s on %s", browser, system);
    return browser || system ? arena_text(a, browser ? browser : system) : STR_ABSENT;
}

struct str
agent_name(struct arena *a, struct str user_agent)
{
    enum { WORD = 60 };
    struct str text = str_given(user_agent) ? user_agent : STR("");
    struct str words = agent_words(a, text), rest = text, first = STR("");
    if (str_given(words))
        return words;
    (void)str_next(&rest, ' ', &first);
    first = str_sub(first, 0, WORD);
    return first.n && utf8_valid(first) ? first : STR("");
}
