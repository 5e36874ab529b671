#include "server/template_words.h"

#include "base/clock.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

struct str
template_words_duration(struct arena *a, int64_t ms)
{
    static const struct {
        int64_t from, unit; /* used from this length on */
        const char *name;
    } units[] = {{2 * INT64_C(24) * HOUR, INT64_C(24) * HOUR, "day"},
                 {HOUR, HOUR, "hour"},
                 {0, MINUTE, "minute"}};
    size_t i = 0;
    /* 90 minutes is better said in minutes than as two hours. */
    while (i < 2 && (ms < units[i].from || (ms % units[i].unit && ms < 5 * units[i].unit)))
        i++;
    int64_t n = (ms + units[i].unit - 1) / units[i].unit;
    n = n < 1 ? 1 : n;
    return arena_printf(a, "%lld %s%s", (long long)n, units[i].name, n == 1 ? "" : "s");
}

struct str
template_words_time(struct arena *a, int64_t ms)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    char text[CLOCK_TEXT_SIZE];
    struct str iso = str_of(clock_format(ms, text));
    int64_t month = 0, day = 0;
    if (!str_to_i64(str_sub(iso, 5, 7), &month) || !str_to_i64(str_sub(iso, 8, 10), &day) ||
        month < 1 || month > 12)
        return arena_str(a, iso);
    return arena_printf(a, "%d %s %.*s, %.*s UTC", (int)day, months[month - 1],
                        STR_ARG(str_sub(iso, 0, 4)), STR_ARG(str_sub(iso, 11, 16)));
}

void
template_words_times(struct template_values *v, struct arena *a, int64_t now, int64_t expires_at)
{
    template_value_set(v, a, TEMPLATE_VAR_time, template_words_time(a, now));
    if (expires_at <= now)
        return;
    int64_t left = expires_at - now;
    template_value_set(v, a, TEMPLATE_VAR_expires_in, template_words_duration(a, left));
    template_value_set(v, a, TEMPLATE_VAR_expires_minutes,
                       arena_printf(a, "%lld", (long long)((left + MINUTE - 1) / MINUTE)));
}

/* ---- sentences ---- */

/* "before value after" if there is a value, else nothing. */
static struct str
around(struct arena *a, const char *before, struct str value, const char *after)
{
    return value.n ? arena_printf(a, "%s%.*s%s", before, STR_ARG(value), after) : STR("");
}

static struct str
origin(const struct template_values *v, struct arena *a)
{
    struct str when = around(a, " on ", v->of[TEMPLATE_VAR_time], "");
    struct str from = around(a, " from ", v->of[TEMPLATE_VAR_ip], "");
    struct str with = around(a, " with ", v->of[TEMPLATE_VAR_device], "");
    if (when.n + from.n + with.n == 0)
        return STR_ABSENT;
    return arena_printf(a, "It was asked for%.*s%.*s%.*s.", STR_ARG(when), STR_ARG(from),
                        STR_ARG(with));
}

static struct str
invitation(const struct template_values *v, struct arena *a)
{
    struct str to = v->of[TEMPLATE_VAR_tenant_name].n ? v->of[TEMPLATE_VAR_tenant_name]
                                                      : v->of[TEMPLATE_VAR_app_name];
    if (v->of[TEMPLATE_VAR_inviter].n)
        return arena_printf(a, "%.*s invites you to %.*s.", STR_ARG(v->of[TEMPLATE_VAR_inviter]),
                            STR_ARG(to));
    return arena_printf(a, "You are invited to %.*s.", STR_ARG(to));
}

/* The parts are clean already: a sentence is only put together. */
static void
set_sentence(struct template_values *v, enum template_var_id id, struct str text)
{
    if (!v->of[id].n)
        v->of[id] = text;
}

void
template_words_sentences(struct template_values *v, struct arena *a)
{
    struct str name = around(a, " ", v->of[TEMPLATE_VAR_user_name], "");
    struct str within = around(a, ", within ", v->of[TEMPLATE_VAR_expires_in], "");
    set_sentence(v, TEMPLATE_VAR_greeting, arena_printf(a, "Hello%.*s,", STR_ARG(name)));
    set_sentence(v, TEMPLATE_VAR_validity, arena_printf(a, "It works once%.*s.", STR_ARG(within)));
    set_sentence(v, TEMPLATE_VAR_origin, origin(v, a));
    set_sentence(v, TEMPLATE_VAR_invitation, invitation(v, a));
    if (!v->of[TEMPLATE_VAR_location].n)
        v->of[TEMPLATE_VAR_location] = v->of[TEMPLATE_VAR_ip];
}

/* ---- the link ---- */

static bool
names_token(struct str pattern)
{
    struct template_unknown named = {.n = 0};
    template_find_unknown(pattern, ~TEMPLATE_V(token), &named);
    for (size_t i = 0; i < named.n; i++)
        if (template_var_find(named.names[i]) == TEMPLATE_VAR_token)
            return true;
    return false;
}

static void
add_pair(struct buf *url, const char *name, struct str value)
{
    if (!value.n)
        return;
    struct str tail = buf_str(url);
    ptrdiff_t fragment = str_find_char(tail, '#');
    if (fragment >= 0)
        tail = str_sub(tail, (size_t)fragment, tail.n);
    buf_add_char(url, str_find_char(tail, '?') < 0 ? '?' : '&');
    buf_printf(url, "%s=", name);
    buf_add_urlencoded(url, value);
}

struct str
template_words_link(const struct template_values *v, struct arena *a, struct str pattern)
{
    struct buf raw, url;
    buf_init(&raw, TEMPLATE_URL_MAX);
    buf_init(&url, (size_t)4 * TEMPLATE_URL_MAX);
    template_render(&raw, pattern, TEMPLATE_URL, v);
    bool good = !raw.failed && template_address_ok(buf_str(&raw));
    if (good)
        template_clean_url(&url, buf_str(&raw));
    if (good && v->of[TEMPLATE_VAR_token].n && !names_token(pattern)) {
        add_pair(&url, "userId", v->of[TEMPLATE_VAR_user_id]);
        add_pair(&url, "token", v->of[TEMPLATE_VAR_token]);
    }
    good = good && !url.failed && url.n <= TEMPLATE_URL_MAX;
    struct str out = good ? arena_str(a, buf_str(&url)) : STR_ABSENT;
    buf_fini(&raw);
    buf_fini(&url);
    return out;
}
