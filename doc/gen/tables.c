/*
 * Writes the tables of both programs as lines of tab-separated words, the first of which names the table. The
 * scripts beside this file put them into the manual pages and the guide, so that nothing is said twice.
 */
#include "base/buf.h"
#include "cli/args.h"
#include "server/config.h"
#include "server/template_text.h"
#include "server/template_words.h"
#include "ui/command.h"
#include "ui/resources/all.h"

#include <stdio.h>

static void
cli_tables(void)
{
    for (int i = 0; i < CLI_OPT_COUNT; i++) {
        const struct cli_option_info *o = cli_option_info((enum cli_option)i);
        printf("option\t%s\t%c\t%s\t%u\t%s\n", o->name, o->letter ? o->letter : '-',
               o->value ? o->value : "", o->groups, o->help);
    }
    for (int i = CLI_CMD_NONE + 1; i < CLI_CMD_COUNT; i++) {
        const struct cli_command_info *c = cli_command_info((enum cli_command)i);
        if (!(c->groups & CLI_GROUP_LATER))
            printf("command\t%s\t%s\t%s\t%u\t%s\n", c->word, c->second, c->arguments, c->groups,
                   c->help);
    }
#define CLI_EXIT(name, number, when) printf("exit\t%d\t%s\n", (number), (when));
#include "cli/exit.def"
#undef CLI_EXIT
}

static void
client_tables(void)
{
#define PROFILE_ADDRESS(key, value, help) printf("setting\t%s\t%s\t%s\n", (key), (value), (help));
#include "client/profile.def"
#undef PROFILE_ADDRESS
#define PROFILE_SETTING(key, kind, member, value, help)                                            \
    printf("setting\t%s\t%s\t%s\n", (key), (value), (help));
#include "client/profile.def"
#undef PROFILE_SETTING
#define PROFILE_REGION(region, url) printf("region\t%s\t%s\n", (region), (url));
#include "client/profile.def"
#undef PROFILE_REGION
#define SETTING(name, get, set, create, key, skip, help)                                           \
    printf("settings_file\t%s\t%s\n", #name, (help));
#include "cli/settings.def"
#define HINT_CODE(code, hint) printf("hint_code\t%s\t%s\n", (code), (hint));
#include "client/hint.def"
#undef HINT_CODE
#define HINT_WORDS(words, hint) printf("hint_words\t%s\t%s\n", (words), (hint));
#include "client/hint.def"
#undef HINT_WORDS
}

static void
server_tables(void)
{
    size_t n = 0;
    const struct config_flag *flags = config_flags(&n);
    for (size_t i = 0; i < n; i++)
        printf("flag\t%s\t%s\t%s\n", flags[i].name + 2, flags[i].arg ? flags[i].arg : "",
               flags[i].help);
}

static void
variable_names(uint64_t vars)
{
    for (int i = 0, n = 0; i < TEMPLATE_VARS; i++)
        if (vars >> i & 1)
            printf("%s%s", n++ ? " " : "", template_vars[i].name);
}

/* Line by line, as a reader of the sample values would see it. */
static void
message_text(const struct template_type *t, const struct template_values *v)
{
    struct buf body, text;
    struct str rest, line;
    buf_init(&body, TEMPLATE_BODY_MAX);
    buf_init(&text, TEMPLATE_BODY_MAX);
    if (t->subject)
        template_render(&body, str_of(t->subject), TEMPLATE_LINE, v);
    printf("message_subject\t%s\t%.*s\n", t->name, STR_ARG(buf_str(&body)));
    buf_reset(&body);
    template_render(&body, str_of(t->body), t->subject ? TEMPLATE_HTML : TEMPLATE_PLAIN, v);
    if (t->subject)
        template_text_of_html(&text, buf_str(&body));
    rest = str_trim(buf_str(t->subject ? &text : &body));
    while (str_next(&rest, '\n', &line))
        printf("message_line\t%s\t%.*s\n", t->name, STR_ARG(line));
    buf_fini(&text);
    buf_fini(&body);
}

static void
message_tables(void)
{
    struct arena a;
    struct template_values v = {.n_more = 0};
    arena_init(&a, 1 << 20);
    for (int i = 0; i < TEMPLATE_VARS; i++) {
        const struct template_var *var = &template_vars[i];
        template_value_set(&v, &a, (enum template_var_id)i, str_of(var->sample));
        printf("variable\t%s\t%s\t%s\t%s\n", var->name, var->meaning, var->others, var->sample);
    }
    printf("message_common\t");
    variable_names(template_common_vars);
    printf("\n");
    for (int channel = MESSAGE_EMAIL; channel <= MESSAGE_SMS; channel++)
        for (const struct template_type *t = template_type_all(channel); t->name; t++) {
            printf("message\t%s\t%s\t%s\t%s\t", t->subject ? "email" : "sms", t->name, t->when,
                   t->page ? t->page : "");
            variable_names(t->vars & ~template_common_vars);
            printf("\n");
            if (t->page)
                template_value_set(&v, &a, TEMPLATE_VAR_link,
                                   template_words_link(&v, &a, template_type_redirect(&a, t)));
            message_text(t, &v);
        }
    arena_fini(&a);
}

static void
resource_rows(const struct resource *r)
{
    for (const struct action *a = r->actions; a && a->name; a++)
        printf("action\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n", r->id, a->key ? a->key : "", a->name,
               a->label, (int)a->confirm, (a->flags & ACTION_MARKED) != 0,
               a->flags & ACTION_IN_TENANT     ? "in one tenant"
               : a->flags & ACTION_ENVIRONMENT ? "in all tenants"
                                               : "");
    for (const struct child *c = r->children; c && c->key; c++)
        printf("child\t%s\t%s\t%s\t%s\n", r->id, c->key, c->title, c->resource ? c->resource : "-");
}

/* As what a resource can be on the screen, the details first. */
static const char *
views_of(const struct resource *r)
{
    if (r->list == OP_NONE)
        return "details";
    return r->sections ? "details list" : "list";
}

static void
console_tables(void)
{
    for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
        const struct command_info *c = command_info((enum command)i);
        printf("key\t%s\t%s\t%s\t%s\t%s\n", c->group, c->name, c->keys, c->second, c->help);
    }
#define LINE(name, arg, needed, complete, help) printf("line\t%s\t%s\t%s\n", #name, (arg), (help));
#include "ui/line.def"
#undef LINE
#define ROLE(name, key, letter, help) printf("role\t%s\t%s\n", (key), (help));
#include "ui/role.def"
#undef ROLE
    for (int i = 0; resources[i]; i++)
        printf("pane\t%s\t%d\t%s\t%s\n", resources[i]->id, i < 9 ? i + 1 : 0, resources[i]->title,
               views_of(resources[i]));
    for (int i = 0; resources_inner[i]; i++)
        printf("inner\t%s\t%s\t%s\n", resources_inner[i]->id, resources_inner[i]->title,
               views_of(resources_inner[i]));
    for (int i = 0; resources[i]; i++)
        resource_rows(resources[i]);
    for (int i = 0; resources_inner[i]; i++)
        resource_rows(resources_inner[i]);
}

int
main(void)
{
    cli_tables();
    client_tables();
    server_tables();
    message_tables();
    console_tables();
    return fflush(stdout) == 0 ? 0 : 1;
}
