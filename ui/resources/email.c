/* Who sends the environment's e-mail: one object, no list. Secrets go in and never come back. */
#include "ui/resources/all.h"

#define EXTENSION(name) "extension.extensionName=" name ".extensionValue"

static const struct column provider[] = {
    {.title = "Provider", .field = "provider"},
    {.title = "Secret", .field = "secret"},
    {.title = "Domain", .field = EXTENSION("domain")},
    {.title = "Region", .field = EXTENSION("region")},
    {.title = "Id", .field = EXTENSION("id")},
    {.title = "Set", .field = "createdAt", .format = FMT_AGO},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};

static const struct section sections[] = {{.title = "E-mail", .fields = provider}, {.title = NULL}};

#define PROVIDER(name)                                                                             \
    {                                                                                              \
        {"payload.provider", BIND_CONST, name},                                                    \
        {                                                                                          \
            .param = NULL                                                                          \
        }                                                                                          \
    }
static const struct bind sendgrid[] = PROVIDER("sendgrid"), mailgun[] = PROVIDER("mailgun"),
                         ses[] = PROVIDER("ses"), ses_role[] = PROVIDER("ses-role");

static const struct form_hint sendgrid_form[] = {
    {.field = "payload.secret", .label = "API key", .help = "begins with SG."}, {.field = NULL}};

static const struct form_hint mailgun_form[] = {{.field = "payload.secret", .label = "API key"},
                                                {.field = "payload.domain",
                                                 .label = "Domain",
                                                 .from = EXTENSION("domain"),
                                                 .only = "provider=mailgun"},
                                                {.field = "payload.region",
                                                 .label = "Region",
                                                 .from = EXTENSION("region"),
                                                 .only = "provider=mailgun",
                                                 .help = "us or eu; us if it is empty"},
                                                {.field = NULL}};

static const struct form_hint ses_form[] = {
    {.field = "payload.id",
     .label = "Access key id",
     .from = EXTENSION("id"),
     .only = "provider=ses"},
    {.field = "payload.secret", .label = "Secret access key"},
    {.field = "payload.region",
     .label = "Region",
     .from = EXTENSION("region"),
     .only = "provider=ses",
     .help = "such as us-east-1"},
    {.field = NULL}};

static const struct form_hint ses_role_form[] = {
    {.field = "payload.secret", .label = "Role", .help = "arn:aws:iam::...:role/..."},
    {.field = "payload.region",
     .label = "Region",
     .from = EXTENSION("region"),
     .only = "provider=ses-role",
     .help = "such as us-east-1"},
    {.field = NULL}};

static const struct bind by_email[] = {{"channel", BIND_CONST, "email"}, {.param = NULL}};

static const struct form_hint test_form[] = {
    {.field = "to", .label = "To", .help = "gets a short message, now and not by the queue"},
    {.field = "from", .label = "From", .help = "empty: the sender of the environment"},
    {.field = NULL}};

enum { SET = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF | ACTION_HINTED | ACTION_WHOLE };

static const struct action actions[] = {{.key = "S",
                                         .name = "sendgrid",
                                         .label = "Send by SendGrid",
                                         .op = OP_mail_config_set,
                                         .flags = SET,
                                         .binds = sendgrid,
                                         .form = sendgrid_form},
                                        {.key = "M",
                                         .name = "mailgun",
                                         .label = "Send by Mailgun",
                                         .op = OP_mail_config_set,
                                         .flags = SET,
                                         .binds = mailgun,
                                         .form = mailgun_form},
                                        {.key = "A",
                                         .name = "ses",
                                         .label = "Send by Amazon SES",
                                         .op = OP_mail_config_set,
                                         .flags = SET,
                                         .binds = ses,
                                         .form = ses_form},
                                        {.key = "L",
                                         .name = "ses-role",
                                         .label = "Send by SES with a role",
                                         .op = OP_mail_config_set,
                                         .flags = SET,
                                         .binds = ses_role,
                                         .form = ses_role_form},
                                        {.key = "T",
                                         .name = "test",
                                         .label = "Send a test message",
                                         .op = OP_messages_test,
                                         .flags = ACTION_HINTED | ACTION_SHOW,
                                         .binds = by_email,
                                         .form = test_form},
                                        {.key = "d",
                                         .name = "delete",
                                         .label = "Remove the provider",
                                         .op = OP_mail_config_delete,
                                         .confirm = CONFIRM_TYPE,
                                         .flags = ACTION_ROW | ACTION_RELOAD,
                                         .warning = "Messages go to the outbox from then on."},
                                        {.name = NULL}};

static const struct child children[] = {
    {.key = "w", .title = "Templates", .resource = "templates", .binds = by_email},
    {.key = "o", .title = "Outbox", .resource = "outbox", .binds = by_email},
    {.key = NULL}};

const struct resource resource_email = {
    .id = "email",
    .title = "E-mail",
    .singular = "e-mail provider",
    .row_id = "provider",
    .row_name = "provider",
    .detail = OP_mail_config_get,
    .sections = sections,
    .actions = actions,
    .children = children,
    .absent = "No provider is set: messages go to the outbox of the server. Press S for SendGrid, "
              "M for Mailgun, A for Amazon SES, L for SES with a role."};
