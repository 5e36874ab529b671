/* Policies of the environment that are one object each: captchas, and acting for others. */
#include "ui/resources/all.h"

static const struct column captcha[] = {
    {.title = "Asked for", .field = "enabled", .format = FMT_YESNO},
    {.title = "Site key", .field = "siteKey"},
    {.title = "Secret key", .field = "secretKey"},
    {.title = "Least score", .field = "minScore"},
    {.title = "Not asked for", .field = "ignoredEmails", .format = FMT_JSON},
    {.title = "Changed", .field = "updatedAt", .format = FMT_AGO},
    {.title = NULL}};
static const struct section captcha_sections[] = {{.title = "Captchas", .fields = captcha},
                                                  {.title = NULL}};
static const struct form_hint captcha_form[] = {
    {.field = "enabled", .label = "Asked for", .help = "at sign-in and sign-up"},
    {.field = "siteKey", .label = "Site key"},
    {.field = "secretKey", .label = "Secret key", .help = "as it is shown: stays what it is"},
    {.field = "minScore", .label = "Least score", .help = "0 to 1"},
    {.field = "ignoredEmails", .label = "Not asked for", .help = "addresses, one a line"},
    {.field = NULL}};
static const struct action captcha_actions[] = {{.key = "e",
                                                 .name = "edit",
                                                 .label = "Edit captcha policy",
                                                 .op = OP_captcha_policy_update,
                                                 .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
                                                 .form = captcha_form},
                                                {.name = NULL}};
const struct resource resource_captcha = {.id = "captcha",
                                          .title = "Captchas",
                                          .singular = "captcha policy",
                                          .row_id = "id",
                                          .detail = OP_captcha_policy_get,
                                          .sections = captcha_sections,
                                          .actions = captcha_actions};

static const struct column delegation[] = {
    {.title = "Others may act for people", .field = "enabled", .format = FMT_YESNO},
    {.title = NULL}};
static const struct section delegation_sections[] = {{.title = "Delegation", .fields = delegation},
                                                     {.title = NULL}};
static const struct form_hint delegation_form[] = {
    {.field = "enabled", .label = "Allowed", .help = "tokens are exchanged at /oauth/token"},
    {.field = NULL}};
static const struct action delegation_actions[] = {
    {.key = "e",
     .name = "edit",
     .label = "Edit delegation",
     .op = OP_delegation_set,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF,
     .form = delegation_form},
    {.name = NULL}};
const struct resource resource_delegation = {.id = "delegation",
                                             .title = "Delegation",
                                             .singular = "delegation setting",
                                             .row_id = "enabled",
                                             .detail = OP_delegation_get,
                                             .sections = delegation_sections,
                                             .actions = delegation_actions};
