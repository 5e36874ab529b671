#ifndef SERVER_TEMPLATE_TYPES_H
#define SERVER_TEMPLATE_TYPES_H
/*
 * The kinds of messages there are, our default text for each, and the variables that texts may hold:
 * rows of templates/mail.def, sms.def and vars.def. Constant data; any thread.
 */
#include "base/arena.h"
#include "store/messages.h"

enum template_var_id {
#define VAR(name, kind, others, sample, meaning) TEMPLATE_VAR_##name,
#include "server/templates/vars.def"
#undef VAR
    TEMPLATE_VARS
};
#define TEMPLATE_V(name) (UINT64_C(1) << TEMPLATE_VAR_##name)

enum template_var_kind {
    TEMPLATE_VAR_TEXT,
    TEMPLATE_VAR_NAME, /* chosen by somebody for themselves: cannot become a link */
    TEMPLATE_VAR_URL   /* may begin a link */
};

struct template_var {
    const char *name;
    enum template_var_kind kind;
    const char *others; /* further names, folded, with a space between */
    const char *sample, *meaning;
};
extern const struct template_var template_vars[TEMPLATE_VARS];
/* The variable of that name, in any spelling; -1 if there is none. */
int template_var_find(struct str name);

enum template_flag {
    TEMPLATE_MFA = 1 << 0, /* about second factors: the MFA configuration may say who sends it */
    TEMPLATE_OURS = 1 << 1 /* sent by us, unknown to the public API */
};

struct template_type {
    const char *name; /* "ResetPassword" */
    enum message_channel channel;
    unsigned flags;
    uint64_t vars;       /* bits of its variables, the common ones among them */
    const char *page;    /* of the link, on app_url; NULL: it has no link */
    const char *when;    /* "somebody asks to ..." */
    const char *subject; /* NULL for an SMS */
    const char *body;    /* HTML of an e-mail, text of an SMS */
};
/* Bits of the variables that every type has. */
extern const uint64_t template_common_vars;
/* NULL if there is no such type. */
const struct template_type *template_type_find(enum message_channel channel, struct str name);
/* All of a channel, ended by name NULL. */
const struct template_type *template_type_all(enum message_channel channel);
/* Our redirect pattern of a type with a link: "{{APP_URL}}/account/activate"; absent if none. */
struct str template_type_redirect(struct arena *a, const struct template_type *t);
#endif
