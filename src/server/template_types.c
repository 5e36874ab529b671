#include "server/template_types.h"

#include "server/templates/parts.h"

#include "base/mem.h"

enum { NAME_MAX_BYTES = 64 };

const struct template_var template_vars[TEMPLATE_VARS] = {
#define VAR(var_name, var_kind, var_others, var_sample, var_meaning)                               \
    [TEMPLATE_VAR_##var_name] = {.name = #var_name,                                                \
                                 .kind = TEMPLATE_VAR_##var_kind,                                  \
                                 .others = (var_others),                                           \
                                 .sample = (var_sample),                                           \
                                 .meaning = (var_meaning)},
#include "server/templates/vars.def"
#undef VAR
};
_Static_assert(TEMPLATE_VARS <= 64, "variables are bits of a word");

#define V(name) TEMPLATE_V(name)
#define EXPIRY (V(expires_in) | V(expires_minutes) | V(validity))
/* What every message may name. */
#define COMMON                                                                                     \
    (V(app_name) | V(app_url) | V(user_id) | V(user_name) | V(greeting) | V(email) | V(phone) |    \
     V(tenant_id) | V(tenant_name) | V(ip) | V(device) | V(time) | V(origin))

const uint64_t template_common_vars = COMMON;

static const struct template_type MAIL_TYPES[] = {
#define MAIL(type, type_flags, own, link_page, sent_when, line, text)                              \
    {.name = #type,                                                                                \
     .channel = MESSAGE_EMAIL,                                                                     \
     .flags = (type_flags),                                                                        \
     .vars = COMMON | (own),                                                                       \
     .page = (link_page),                                                                          \
     .when = (sent_when),                                                                          \
     .subject = (line),                                                                            \
     .body = MAIL_BEGIN text MAIL_END},
#include "server/templates/mail.def"
#undef MAIL
    {.name = NULL},
};

static const struct template_type SMS_TYPES[] = {
#define SMS(type, own, sent_when, text)                                                            \
    {.name = #type,                                                                                \
     .channel = MESSAGE_SMS,                                                                       \
     .vars = COMMON | (own),                                                                       \
     .when = (sent_when),                                                                          \
     .body = (text)},
#include "server/templates/sms.def"
#undef SMS
    {.name = NULL},
};

const struct template_type *
template_type_all(enum message_channel channel)
{
    return channel == MESSAGE_EMAIL ? MAIL_TYPES : SMS_TYPES;
}

const struct template_type *
template_type_find(enum message_channel channel, struct str name)
{
    for (const struct template_type *t = template_type_all(channel); t->name; t++)
        if (str_eq(str_of(t->name), name))
            return t;
    return NULL;
}

struct str
template_type_redirect(struct arena *a, const struct template_type *t)
{
    return t->page ? arena_printf(a, "{{APP_URL}}%s", t->page) : STR_ABSENT;
}

/* ---- names of variables ---- */

/* Lower case, without '_', '.' and '-'; false if that is too long. */
static bool
fold(struct str name, char out[NAME_MAX_BYTES], struct str *folded)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == '_' || c == '.' || c == '-')
            continue;
        if (n == NAME_MAX_BYTES)
            return false;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *folded = (struct str){out, n};
    return n > 0;
}

static bool
has_name(const struct template_var *v, struct str folded)
{
    char own[NAME_MAX_BYTES];
    struct str one, rest = str_of(v->others);
    if (fold(str_of(v->name), own, &one) && str_eq(one, folded))
        return true;
    while (str_next(&rest, ' ', &one))
        if (str_eq(one, folded))
            return true;
    return false;
}

int
template_var_find(struct str name)
{
    char text[NAME_MAX_BYTES];
    struct str folded;
    if (!fold(name, text, &folded))
        return -1;
    for (int i = 0; i < TEMPLATE_VARS; i++)
        if (has_name(&template_vars[i], folded))
            return i;
    return -1;
}
